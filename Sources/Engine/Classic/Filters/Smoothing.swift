internal import Surface
public import TensorCore

extension Filters {
  /// The most rows and columns of a box.
  static let mostBox = 4001

  /// The mean over a box of columns × rows pixels; the pixel lies at (rows/2, columns/2), rounded down. Time does not
  /// grow with the box. Differentiable, then in time that grows with it.
  /// Source: equals cv2.blur and scipy.ndimage.uniform_filter.
  public static func box(
    _ image: Tensor, columns: Int, rows: Int, border: Border = .reflect101, scope: FilterScope = .init()
  ) throws -> Tensor {
    for size in [columns, rows] where !(1...mostBox).contains(size) {
      throw EngineError("filters.box", expected: "a size between 1 and \(mostBox) pixels", came: "\(size)")
    }
    return try scope.apply("filters.box", to: image) { try $0.mean(columns: columns, rows: rows, border) }
  }

  /// Settings of `unsharp`.
  public struct Unsharp {
    /// How much of the detail is added: 0 nothing, 1 all of it once more.
    public var amount = 1.0
    /// Standard deviation of the Gaussian below which all is detail, in pixels.
    public var sigma = 2.0
    /// Details smaller than this stay as they are.
    public var threshold = 0.0
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}
  }

  /// Sharpens: adds `amount` times what a Gaussian takes away, where that is at least `threshold`. Alpha stays.
  /// Values are not clipped. Differentiable.
  /// Source: equals skimage.filters.unsharp_mask(radius = sigma, preserve_range = True), with border `reflect`; the
  /// threshold as in Pillow's ImageFilter.UnsharpMask.
  public static func unsharp(
    _ image: Tensor, _ options: Unsharp = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try checkWindow("filters.unsharp", sigma: options.sigma)
    guard (0...100).contains(options.amount), (0...1).contains(options.threshold) else {
      throw EngineError(
        "filters.unsharp", expected: "an amount between 0 and 100 and a threshold between 0 and 1",
        came: "\(options.amount) and \(options.threshold)")
    }
    return try scope.apply("filters.unsharp", to: image) { x in
      try onColors(of: x) { x in
        var detail = try x - x.blurred(sigma: options.sigma, options.border)
        if options.threshold > 0 {
          detail = try detail * detail.detached().abs().ge(options.threshold).to(detail.dtype)
        }
        return try x + detail * options.amount
      }
    }
  }
}

extension Tensor {
  /// The mean over boxes around the pixels of a batch of pictures. Differentiable.
  func mean(columns: Int, rows: Int, _ border: Border) throws -> Tensor {
    // Sums that run on would carry a NaN or an infinity along; small boxes are sums of their own, and as fast.
    if takesPlainKernels, rows + columns > 24 { return try bordered(.mean(rows: rows, columns: columns), border) }
    func even(_ count: Int) -> [Double] { [Double](repeating: 1 / Double(count), count: count) }
    return try separable(down: even(rows), across: even(columns), border)
  }
}
