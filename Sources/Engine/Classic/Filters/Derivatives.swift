internal import Surface
public import TensorCore

extension Filters {
  /// What `sobel` gives back.
  public enum SobelDirection: String, CaseIterable, Sendable {
    /// The length of the gradient.
    case magnitude
    /// The slope from left to right.
    case x
    /// The slope from top to bottom.
    case y
  }

  /// Settings of `sobel`.
  public struct Sobel {
    /// Which part of the gradient.
    public var direction = SobelDirection.magnitude
    /// Size of the kernel, odd, 3 to 31.
    public var size = 3
    /// Whether a step from 0 to 1 gives 1; else OpenCV's whole numbers are summed.
    public var normalize = true
    /// A factor on the result.
    public var scale = 1.0
    /// What is added to it; nil: 0 for the magnitude, 0.5 for x and y.
    public var offset: Double?
    /// Whether it looks at the luminance instead of every channel.
    public var gray = false
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}
  }

  /// The gradient of every color channel, or of the luminance; alpha stays. Differentiable.
  /// Source: with normalize = false equals cv2.Sobel. skimage.filters.sobel is the normalised magnitude over √2.
  public static func sobel(_ image: Tensor, _ options: Sobel = .init(), scope: FilterScope = .init()) throws -> Tensor {
    try checkKernelSize("filters.sobel", options.size)
    let soft = binomial(options.size), rise = differences(options.size)
    let step = rise[(options.size / 2 + 1)...].reduce(0, +) * soft.reduce(0, +)
    let scale = options.normalize ? options.scale / step : options.scale
    func gradient(_ x: Tensor) throws -> Tensor {
      func slope(_ direction: SobelDirection) throws -> Tensor {
        try direction == .x
          ? x.separable(down: soft, across: rise, options.border)
          : x.separable(down: rise, across: soft, options.border)
      }
      guard options.direction == .magnitude else {
        return try slope(options.direction) * scale + (options.offset ?? 0.5)
      }
      return try length(slope(.x), slope(.y)) * scale + (options.offset ?? 0)
    }
    return try scope.apply("filters.sobel", to: image) { x in
      try options.gray ? onLuminance(of: x, gradient) : onColors(of: x, gradient)
    }
  }

  /// √(a² + b²), with a gradient of 0 where both are 0.
  static func length(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let square = try a * a + b * b
    let some = try square.detached().gt(1e-30).to(square.dtype)
    return try square.clamp(1e-30, .infinity).sqrt() * some
  }

  /// The kernels of `laplacian`.
  public enum LaplacianKind: String, CaseIterable, Sendable {
    /// The four neighbors minus four times the pixel.
    case four = "4"
    /// The eight neighbors minus eight times the pixel.
    case eight = "8"
    /// The sum of Sobel's second derivatives, of any odd size.
    case sobel
  }

  /// Settings of `laplacian`.
  public struct Laplacian {
    /// Which kernel.
    public var kind = LaplacianKind.four
    /// Size of the kernel of kind sobel, odd, 3 to 31.
    public var size = 3
    /// A factor on the result.
    public var scale = 2.0
    /// What is added to it.
    public var offset = 0.5
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}
  }

  /// The Laplacian ∂²/∂x² + ∂²/∂y² of every color channel; alpha stays. Differentiable.
  /// Source: with scale 1 and offset 0 equals cv2.Laplacian (kind 4: ksize = 1; kind sobel: ksize = size) and scipy.ndimage.laplace (kind 4).
  public static func laplacian(
    _ image: Tensor, _ options: Laplacian = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try checkKernelSize("filters.laplacian", options.size)
    return try scope.apply("filters.laplacian", to: image) { x in
      try onColors(of: x) { x in
        let curve: Tensor
        switch options.kind {
        case .four: curve = try correlate(x, kernel([0, 1, 0, 1, -4, 1, 0, 1, 0], x), .init(border: options.border))
        case .eight: curve = try correlate(x, kernel([1, 1, 1, 1, -8, 1, 1, 1, 1], x), .init(border: options.border))
        case .sobel:
          let soft = binomial(options.size), bend = seconds(options.size)
          curve =
            try x.separable(down: soft, across: bend, options.border)
            + x.separable(down: bend, across: soft, options.border)
        }
        return try curve * options.scale + options.offset
      }
    }
  }

  private static func kernel(_ weights: [Double], _ x: Tensor) throws -> Tensor {
    try Tensor(doubles: weights, [3, 3]).to(x.dtype)
  }

  static func checkKernelSize(_ operation: String, _ size: Int) throws {
    guard (3...31).contains(size), size % 2 == 1 else {
      throw EngineError(operation, expected: "an odd size between 3 and 31", came: "\(size)")
    }
  }

  /// Row n − 1 of Pascal's triangle: n weights.
  static func binomial(_ n: Int) -> [Double] { (1..<n).reduce([1]) { row, _ in spread(row, [1, 1]) } }
  /// Sobel's first difference of n weights.
  static func differences(_ n: Int) -> [Double] { spread(binomial(n - 2), [-1, 0, 1]) }
  /// Sobel's second difference of n weights.
  private static func seconds(_ n: Int) -> [Double] { spread(binomial(n - 2), [1, -2, 1]) }

  private static func spread(_ a: [Double], _ b: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: a.count + b.count - 1)
    for (i, x) in a.enumerated() { for (j, y) in b.enumerated() { result[i + j] += x * y } }
    return result
  }

  /// Settings of `dog`.
  public struct DifferenceOfGaussians {
    /// Standard deviation of the narrow Gaussian, in pixels.
    public var sigma = 1.0
    /// The wide Gaussian's standard deviation over the narrow one's.
    public var k = 1.6
    /// A factor on the difference.
    public var scale = 4.0
    /// What is added to it.
    public var offset = 0.5
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}
  }

  /// The difference of two Gaussian blurs of every color channel, times `scale`, plus `offset`: what is larger than the
  /// narrow one and smaller than the wide one. Alpha stays. Differentiable.
  /// Source: Marr, Hildreth 1980; with scale 1 and offset 0 equals skimage.filters.difference_of_gaussians.
  public static func dog(
    _ image: Tensor, _ options: DifferenceOfGaussians = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try checkWindow("filters.dog", sigma: options.sigma * options.k)
    guard options.sigma > 0, (1.01...10).contains(options.k) else {
      throw EngineError(
        "filters.dog", expected: "a sigma above 0 and a k between 1.01 and 10",
        came: "\(options.sigma) and \(options.k)")
    }
    return try scope.apply("filters.dog", to: image) { x in
      try onColors(of: x) { x in
        let band =
          try x.blurred(sigma: options.sigma, options.border)
          - x.blurred(sigma: options.sigma * options.k, options.border)
        return try band * options.scale + options.offset
      }
    }
  }
}
