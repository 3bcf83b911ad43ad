internal import Surface
public import TensorCore

/// Changes the size of pictures.
public enum Resize {
  /// What size is asked for; what is not given follows from the rest and keeps the aspect.
  public struct Request {
    /// Width wanted, in pixels.
    public var width: Int?
    /// Height wanted, in pixels.
    public var height: Int?
    /// The longest side.
    public var maxSize: Int?
    /// A factor for both sides.
    public var scale: Double?
    /// How pixels in between are found.
    public var mode = ResizeMode.bicubic
    /// Keeps the results of kernels with negative weights within 0…1, after each axis, as 8-bit pictures do.
    public var clip = true

    /// A target; what is nil follows from the other side.
    public init(width: Int? = nil, height: Int? = nil, maxSize: Int? = nil, scale: Double? = nil) {
      self.width = width
      self.height = height
      self.maxSize = maxSize
      self.scale = scale
    }
  }

  /// The size that a request gives a picture, at least 1 × 1. Throws when the request is empty, contradicts itself or
  /// exceeds the size of readable pictures.
  package static func size(
    of picture: (width: Int, height: Int), _ request: Request, operation: String
  ) throws -> (width: Int, height: Int) {
    let ways = [request.width != nil || request.height != nil, request.maxSize != nil, request.scale != nil]
    guard ways.filter({ $0 }).count == 1 else {
      throw EngineError(
        operation, expected: "one of: width and height (either or both), max_size, scale",
        came: ways.contains(true) ? "several" : "none")
    }
    let aspect = Double(picture.height) / Double(picture.width)
    var width: Double, height: Double
    if let longest = request.maxSize {
      let factor = Double(longest) / Double(max(picture.width, picture.height))
      (width, height) = (Double(picture.width) * factor, Double(picture.height) * factor)
    } else if let scale = request.scale {
      (width, height) = (Double(picture.width) * scale, Double(picture.height) * scale)
    } else {
      width = request.width.map(Double.init) ?? Double(request.height ?? 1) / aspect
      height = request.height.map(Double.init) ?? Double(request.width ?? 1) * aspect
    }
    (width, height) = (max(1, width.rounded()), max(1, height.rounded()))
    guard (request.width ?? 1) > 0, (request.height ?? 1) > 0, (request.maxSize ?? 1) > 0, (request.scale ?? 1) > 0,
      width * height <= Double(ImageLimits.mostPixels)
    else {
      throw EngineError(
        operation, "cannot make a picture of \(wholeText(width)) × \(wholeText(height)) pixels",
        advice: "sizes are at least 1 and pictures have up to \(ImageLimits.mostPixels / 1_000_000) million pixels")
    }
    return (Int(width), Int(height))
  }

  private static func wholeText(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  /// Resizes a picture C × H × W or a batch N × C × H × W; differentiable.
  public static func apply(_ picture: Tensor, _ request: Request, operation: String = "images.resize") throws -> Tensor
  {
    try PictureShape.any(picture, operation)
    let shape = picture.shape
    let (oldWidth, oldHeight) = (shape[shape.count - 1], shape[shape.count - 2])
    let (width, height) = try size(of: (oldWidth, oldHeight), request, operation: operation)
    let clips = request.clip && request.mode.overshoots
    var result = picture
    // Pillow's order: along the rows, then along the columns.
    if width != oldWidth {
      let taps = TapTable.resampling(from: oldWidth, to: width, mode: request.mode)
      result = try result.resample(axis: -1, taps: taps)
      if clips { result = try result.clamp(0, 1) }
    }
    if height != oldHeight {
      let taps = TapTable.resampling(from: oldHeight, to: height, mode: request.mode)
      result = try result.resample(axis: -2, taps: taps)
      if clips { result = try result.clamp(0, 1) }
    }
    return result
  }
}
