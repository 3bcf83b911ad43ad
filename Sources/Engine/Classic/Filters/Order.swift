internal import Foundation
internal import Surface
public import TensorCore

/// The shapes of erosion and dilation.
public enum MorphologyShape: String, CaseIterable, Sendable {
  /// The whole square.
  case rectangle
  /// The ellipse that fits into it, as OpenCV draws it.
  case ellipse
  /// Its middle row and column.
  case cross

  /// What the shape covers of every row of a square of `size`; nil: everything.
  func runs(_ size: Int) -> [(start: Int, length: Int)]? {
    let middle = size / 2
    switch self {
    case .rectangle: return nil
    case .cross: return (0..<size).map { $0 == middle ? (0, size) : (middle, 1) }
    case .ellipse:
      return (0..<size).map { row in
        let down = row - middle
        guard middle > 0, down <= middle else { return (0, middle > 0 ? 0 : 1) }
        let across = Double(middle) * (Double(middle * middle - down * down) / Double(middle * middle)).squareRoot()
        let half = Int(across.rounded(.toNearestOrEven))
        let (first, end) = (Swift.max(middle - half, 0), Swift.min(middle + half + 1, size))
        return (first, end - first)
      }
    }
  }
}

extension Filters {
  /// The largest window of `median`, `erode` and `dilate`, in pixels.
  static let mostWindow = 501

  /// The median of every channel's window of `size` × `size` pixels (odd, 1 to 501). No gradient.
  /// Source: equals cv2.medianBlur with the border "replicate", scipy.ndimage.median_filter with every border.
  public static func median(
    _ image: Tensor, size: Int = 3, border: Border = .replicate, scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.median"
    try checkMedian(size)
    return try scope.apply(operation, to: image) { x in
      if size == 1 { return x }
      return try withoutGradient(x, operation, "a median has no gradient") { x in
        let (r, height, width) = (size / 2, x.shape[2], x.shape[3])
        return try x.windowMedian(
          size, rows: (-r..<(height + r)).map { border.source($0, height) ?? -1 },
          columns: (-r..<(width + r)).map { border.source($0, width) ?? -1 })
      }
    }
  }

  /// The least value of every channel under a shape of `size` × `size` pixels (1 to 501) whose pixel (size/2, size/2),
  /// rounded down, lies over the pixel; what is outside the picture does not count. No gradient. Equals cv2.erode.
  public static func erode(
    _ image: Tensor, size: Int = 5, shape: MorphologyShape = .ellipse, scope: FilterScope = .init()
  ) throws -> Tensor {
    try extreme(image, size, shape, largest: false, scope)
  }

  /// The largest value, as `erode` finds the least. Equals cv2.dilate.
  public static func dilate(
    _ image: Tensor, size: Int = 5, shape: MorphologyShape = .ellipse, scope: FilterScope = .init()
  ) throws -> Tensor {
    try extreme(image, size, shape, largest: true, scope)
  }

  /// Every pixel becomes the mean color of the most frequent tones around it, as if daubed with a brush.
  ///
  /// radius: of the square window, 1 to 100 pixels (cut off at the border); bins: how many tones are told apart, 1 to 256;
  /// sharpness: the mean colors of the bins are blended by (share of the window)^sharpness, 0 to 16; 0: the fullest
  /// bin's alone (the darkest of equals). Tones are luma (others than RGB: grey, or the mean of the channels). Alpha
  /// stays. No gradient. Source: Holzmann 1988 (Beyond Photography), as GIMP's oilify and (bins half off) cv2.xphoto.
  public static func oilPaint(
    _ image: Tensor, radius: Int = 4, bins: Int = 16, sharpness: Double = 8, scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.oil_paint"
    try checkOilPaint(radius: radius, bins: bins, sharpness: sharpness)
    return try scope.apply(operation, to: image) { x in
      try withoutGradient(x, operation, "oil paint has no gradient") { x in
        let tone = try luminance(x)
        return try onColors(of: x) { colors in
          try colors.oilPaint(tone: tone, radius: radius, bins: bins, sharpness: sharpness)
        }
      }
    }
  }
}

extension Filters {
  static func checkMedian(_ size: Int) throws {
    guard size % 2 == 1, (1...mostWindow).contains(size) else {
      throw EngineError(
        "filters.median", expected: "an odd size of 1 to \(mostWindow) pixels", came: "\(size)",
        advice: "a window with a pixel in its middle has an odd size")
    }
  }

  static func checkOilPaint(radius: Int, bins: Int, sharpness: Double) throws {
    func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
      if !holds { throw EngineError("filters.oil_paint", expected: expected, came: "\(came)") }
    }
    try require((1...100).contains(radius), "a radius of 1 to 100 pixels", radius)
    try require((1...256).contains(bins), "1 to 256 bins", bins)
    try require((0...16).contains(sharpness), "a sharpness between 0 and 16", sharpness)
  }

  private static func extreme(
    _ image: Tensor, _ size: Int, _ shape: MorphologyShape, largest: Bool, _ scope: FilterScope
  ) throws -> Tensor {
    let operation = largest ? "filters.dilate" : "filters.erode"
    guard (1...mostWindow).contains(size) else {
      throw EngineError(operation, expected: "a size of 1 to \(mostWindow) pixels", came: "\(size)")
    }
    return try scope.apply(operation, to: image) { x in
      try withoutGradient(x, operation, "\(largest ? "dilation" : "erosion") has no gradient") { x in
        try x.windowExtreme(size, runs: shape.runs(size), largest: largest)
      }
    }
  }
}
