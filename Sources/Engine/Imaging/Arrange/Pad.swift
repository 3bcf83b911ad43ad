internal import Surface
public import TensorCore

/// Adds rows and columns around pictures.
public enum Pad {
  /// How much to add on each side, in pixels (negative: cut off), and what.
  public struct Request: Sendable {
    /// Pixels on each side.
    public var left: Int, right: Int, top: Int, bottom: Int
    /// For `PadMode.zeros`: one value for every channel, or one each.
    public var fill: [Double]
    /// What is added.
    public var mode: PadMode

    /// Amounts for the four sides, by default of black.
    public init(left: Int, right: Int, top: Int, bottom: Int, fill: [Double] = [0], mode: PadMode = .zeros) {
      (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
      self.fill = fill
      self.mode = mode
    }
  }

  /// Pads a picture C × H × W or a batch; differentiable. Throws when nothing would be left, when reflection asks for
  /// more than the picture has, and for results beyond the size of readable pictures.
  public static func apply(_ picture: Tensor, _ request: Request, operation: String = "images.pad") throws -> Tensor {
    try PictureShape.any(picture, operation)
    let (height, width) = (picture.shape[picture.rank - 2], picture.shape[picture.rank - 1])
    let amounts = [request.left, request.right, request.top, request.bottom]
    guard amounts.allSatisfy({ $0.magnitude <= ImageLimits.mostPixels }) else {
      throw EngineError(operation, expected: "amounts of a picture's size", came: "\(amounts)")
    }
    let (wide, tall) = (width + request.left + request.right, height + request.top + request.bottom)
    guard wide > 0, tall > 0, wide <= ImageLimits.mostPixels / tall else {
      throw EngineError(
        operation, "cannot make a picture of \(wide) × \(tall) pixels",
        advice: "sizes are at least 1 and pictures have up to \(ImageLimits.mostPixels / 1_000_000) million pixels")
    }
    let limits = request.mode == .reflect ? (width - 1, height - 1) : (width, height)
    if request.mode == .reflect || request.mode == .circular {
      guard max(request.left, request.right) <= limits.0, max(request.top, request.bottom) <= limits.1 else {
        throw EngineError(
          operation,
          "mode \"\(request.mode.rawValue)\" adds at most \(limits.0) columns and \(limits.1) rows a side here",
          advice: "use mode \"replicate\"")
      }
    }
    guard request.mode == .zeros else { return try picture.pad(amounts, mode: request.mode) }
    let channels = picture.shape[picture.rank - 3]
    let fill = try fill(request.fill, channels: channels, operation)
    if Set(fill).count == 1 { return try picture.pad(amounts, value: fill[0]) }
    let parts = try fill.enumerated().map { try picture.narrow(-3, $0, 1).pad(amounts, value: $1) }
    return try .cat(parts, -3)
  }

  /// One value per channel from one for all, or from as many as there are channels.
  static func fill(_ values: [Double], channels: Int, _ operation: String) throws -> [Double] {
    if values.count == 1 { return [Double](repeating: values[0], count: channels) }
    guard values.count == channels else {
      throw EngineError(
        operation, expected: "one fill value or as many as the picture has channels (\(channels))",
        came: "\(values.count)")
    }
    return values
  }
}
