internal import Foundation
internal import Surface
public import TensorCore

/// How anisotropic diffusion slows down at edges.
public enum DiffusionMode: String, CaseIterable, Sendable {
  /// g = exp(−(d/κ)²): keeps edges of high contrast.
  case exponential
  /// g = 1 / (1 + (d/κ)²): keeps wide areas.
  case rational
}

extension Filters {
  /// Settings of `diffusion`.
  public struct Diffusion {
    /// Number of steps, 1 to 10000.
    public var iterations = 20
    /// The difference of values that counts as an edge, 0.0001 to 1000.
    public var kappa = 0.08
    /// How much of the flow each step takes, above 0 up to 0.25: beyond it, waves would grow.
    public var step = 0.2
    /// How it slows down at edges.
    public var mode = DiffusionMode.exponential

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.diffusion", expected: expected, came: "\(came)") }
      }
      try require((1...10_000).contains(iterations), "1 to 10000 iterations", iterations)
      try require((0.0001...1000).contains(kappa), "a kappa between 0.0001 and 1000", kappa)
      try require(step > 0 && step <= 0.25, "a step above 0 and up to 0.25", step)
    }
  }

  /// Lets values flow between neighbours as heat does, less where they differ more: x += step·Σ g(d)·d over the four
  /// neighbours. d² is the mean over the color channels, which so share their edges; alpha stays. Nothing flows over the
  /// border: the mean of each channel stays. Differentiable.
  /// Source: Perona, Malik 1990; a grey picture equals medpy's anisotropic_diffusion.
  public static func diffusion(
    _ image: Tensor, _ options: Diffusion = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.diffusion", to: image) { x in
      try onColors(of: x) { colors in
        let scale = 1 / (options.kappa * options.kappa * Double(colors.shape[1]))
        if colors.takesPlainKernels {
          return try colors.diffused(
            iterations: options.iterations, step: options.step, scale: scale, rational: options.mode == .rational)
        }
        return try (0..<options.iterations).reduce(colors) { y, _ in
          try Interrupt.check()
          return try y + (flow(y, 2, scale, options.mode) + flow(y, 3, scale, options.mode)) * options.step
        }
      }
    }
  }

  /// What flows into each pixel along an axis.
  private static func flow(_ x: Tensor, _ axis: Int, _ scale: Double, _ mode: DiffusionMode) throws -> Tensor {
    let size = x.shape[axis], last = 2 * (4 - axis) - 1
    let change = try x.narrow(axis, 1, size - 1) - x.narrow(axis, 0, size - 1)
    let squares = try (change * change).sum([1], keepdim: true) * scale
    let conductance = try mode == .exponential ? (-squares).exp() : 1 / (squares + 1)
    let flow = try change * conductance
    var (before, after) = ([Int](repeating: 0, count: last + 1), [Int](repeating: 0, count: last + 1))
    (before[last - 1], after[last]) = (1, 1)
    return try flow.pad(after) - flow.pad(before)
  }

  /// Settings of `l0Smooth`.
  public struct L0Smooth {
    /// How much a step between two pixels costs, above 0 up to 10: larger leaves fewer.
    public var lambda = 0.02
    /// How fast the splitting's weight grows, 1.05 to 100: nearer to 1 is slower and more exact.
    public var kappa = 2.0

    /// The standard settings.
    public init() {}
  }

  /// Flattens a picture to few areas with sharp borders: the picture nearest to it with few pixels that differ from
  /// their neighbours, min Σ (S − I)² + λ·(number of pixels with a gradient), found by half-quadratic splitting. The
  /// picture is mirrored without end, not repeated as in the paper, so that opposite borders do not mix. It has no
  /// gradient.
  /// Source: Xu, Lu, Xu, Jia 2011.
  public static func l0Smooth(
    _ image: Tensor, _ options: L0Smooth = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.l0_smooth"
    guard options.lambda > 0, options.lambda <= 10 else {
      throw EngineError(operation, expected: "a lambda above 0 and up to 10", came: "\(options.lambda)")
    }
    guard (1.05...100).contains(options.kappa) else {
      throw EngineError(operation, expected: "a kappa between 1.05 and 100", came: "\(options.kappa)")
    }
    return try scope.apply(operation, to: image) { x in
      try withoutGradient(
        x, operation, advice: "use filters.domain_transform, or detach the picture first"
      ) { try onColors(of: $0) { try flattened($0, options) } }
    }
  }

  private static func flattened(_ x: Tensor, _ options: L0Smooth) throws -> Tensor {
    let source = try x.contiguous(), (height, width) = (x.shape[2], x.shape[3])
    // The cosine transform turns D'D into factors.
    func factors(_ size: Int, _ shape: [Int]) throws -> Tensor {
      try Tensor(doubles: (0..<size).map { 2 - 2 * cos(.pi * Double($0) / Double(size)) }, shape).to(.f32)
    }
    let slopes = try factors(height, [height, 1]) + factors(width, [1, width])
    var (y, beta) = (source, 2 * options.lambda)
    while beta < 1e5 {
      try Interrupt.check()
      let wanted = try y.keptSlopes(source: source, beta: beta, threshold: options.lambda / beta)
      y = try (wanted.cosine2() / (slopes * beta + 1)).cosine2(inverse: true)
      beta *= options.kappa
    }
    return y
  }
}
