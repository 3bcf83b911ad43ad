internal import Foundation
internal import Surface
public import TensorCore

/// How the domain transform smooths lines: the three filters of Gastal and Oliveira 2011.
public enum DomainMode: String, CaseIterable, Sendable {
  /// Feedback forth and back: an exponential kernel, whose long tails smooth most softly.
  case recursive
  /// The mean of the pixels within a box.
  case normalized
  /// The mean over a box of the line drawn straight from pixel to pixel: part of it leads over edges, which soften.
  case interpolated

  var kind: DomainPasses.Kind {
    switch self {
    case .recursive: .recursive
    case .normalized: .normalized
    case .interpolated: .interpolated
    }
  }
}

extension Filters {
  /// Settings of `domainTransform`.
  public struct DomainTransform {
    /// Standard deviation across the picture, in pixels, 0.1 to 10000: how far an even area is smoothed.
    public var sigmaSpace = 60.0
    /// Standard deviation across colors, 0.001 to 1000, in units of the sum over the channels: differences larger than
    /// this stay.
    public var sigmaColor = 0.4
    /// How lines are smoothed.
    public var mode = DomainMode.recursive
    /// How often rows and columns are smoothed, 1 to 10: more leave fewer stripes.
    public var iterations = 3

    /// The standard settings.
    public init() {}

    init(_ mode: DomainMode, sigmaSpace: Double, sigmaColor: Double) {
      self.mode = mode
      self.sigmaSpace = sigmaSpace
      self.sigmaColor = sigmaColor
    }

    func check(_ operation: String = "filters.domain_transform") throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError(operation, expected: expected, came: "\(came)") }
      }
      try require((0.1...10_000).contains(sigmaSpace), "a sigma_space between 0.1 and 10000 pixels", sigmaSpace)
      try require((0.001...1000).contains(sigmaColor), "a sigma_color between 0.001 and 1000", sigmaColor)
      try require((1...10).contains(iterations), "1 to 10 iterations", iterations)
    }

    /// Each iteration halves σ, so that stripes of one are smoothed by the next; their variances add up to σ_s².
    var passes: DomainPasses {
      let scale = sigmaSpace * 3.0.squareRoot() / (pow(4, Double(iterations)) - 1).squareRoot()
      return DomainPasses(
        mode.kind, ratio: sigmaSpace / sigmaColor,
        sigmas: (1...iterations).map { scale * pow(2, Double(iterations - $0)) })
    }
  }

  /// Smooths and keeps edges: along rows and columns, neighbours count as farther apart the more their colors differ.
  /// All color channels are smoothed by the same distances, alpha stays. Nothing enters over the border.
  ///
  /// Differentiable, the distances included; of the normalised mode, whose boxes change in steps, the boxes count as
  /// given. A picture that wants a gradient, or one of f64, takes a plain path of tensor operations, which needs about
  /// fifteen times the picture's memory for each iteration.
  /// Source: Gastal, Oliveira 2011; equals cv2.edgePreservingFilter and cv2.ximgproc.dtFilter.
  public static func domainTransform(
    _ image: Tensor, _ options: DomainTransform = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.domain_transform", to: image) { x in
      try onColors(of: x) { try smoothed($0, options) }
    }
  }

  /// The domain transform of a batch without alpha.
  static func smoothed(_ x: Tensor, _ options: DomainTransform) throws -> Tensor {
    x.takesPlainKernels ? try x.domainTransformed(options.passes) : try PlainDomain(options.passes).smoothed(x)
  }
}

/// The domain transform in tensor operations: what the fast kernels are tested against, and what has a gradient.
struct PlainDomain {
  private let passes: DomainPasses

  init(_ passes: DomainPasses) { self.passes = passes }

  func smoothed(_ x: Tensor) throws -> Tensor {
    let across = try steps(x, 3), down = try steps(x, 2)
    var y = x
    for (index, sigma) in passes.sigmas.enumerated() {
      try Interrupt.check()
      switch passes.kind {
      case .recursive:
        let rate = passes.rate * Double(1 << index)
        y = try fedBack(fedBack(y, across, rate, 3), down, rate, 2)
      case .normalized, .interpolated:
        let radius = DomainPasses.radius(sigma)
        y = try boxed(y, across, radius)
        y = try boxed(y.transpose(2, 3), down.transpose(2, 3), radius).transpose(2, 3)
      }
    }
    return y
  }

  /// The distance of each pixel from the one before it along an axis, N×1×H×W without the first one: 1 + ratio·Σ |Δ|.
  private func steps(_ x: Tensor, _ axis: Int) throws -> Tensor {
    let size = x.shape[axis]
    let change = try x.narrow(axis, 1, size - 1) - x.narrow(axis, 0, size - 1)
    return try change.abs().sum([1], keepdim: true) * passes.ratio + 1
  }

  /// y[j] = x[j] + v[j]·(y[j−1] − x[j]) with v = exp(−rate·step), then the same from the end.
  private func fedBack(_ x: Tensor, _ steps: Tensor, _ rate: Double, _ axis: Int) throws -> Tensor {
    if x.shape[axis] == 1 { return x }
    var amounts = [Int](repeating: 0, count: 2 * (4 - axis))
    amounts[amounts.count - 2] = 1
    let v = try (steps * -rate).exp().pad(amounts).expand(x.shape)
    let forth = try v.recurrence(x - x * v, axis: axis)
    let next = try v.shifted(axis, -1)
    return try next.recurrence(forth - forth * next, axis: axis, backward: true)
  }

  /// The mean over a box along the rows, in double precision.
  private func boxed(_ image: Tensor, _ distances: Tensor, _ radius: Double) throws -> Tensor {
    let shape = image.shape, width = shape[3]
    if width == 1 { return image }
    let x = try image.to(.f64), steps = try distances.to(.f64)
    let at = try steps.cumsum(3).pad([1, 0])
    let (low, high) = try boxes(at.detached(), radius)
    let (lows, highs) = (try low.expand(shape), try high.expand(shape))
    if passes.kind == .normalized {
      let sums = try x.cumsum(3).pad([1, 0])
      return try ((sums.gather(3, highs) - sums.gather(3, lows)) / (high - low).to(.f64)).to(image.dtype)
    }
    // As in the kernel: entry k tells of what begins at pixel k − 1, entry 0 of what lies before the first one.
    let (left, right) = (try x.narrow(3, 0, width - 1), try x.narrow(3, 1, width - 1))
    let sums = try ((left + right) * 0.5 * steps).cumsum(3).pad([2, 0])
    let slopes = try ((right - left) * 0.5 / steps).pad([1, 1])
    let values = try Tensor.cat([x.narrow(3, 0, 1), x], 3), places = try Tensor.cat([at.narrow(3, 0, 1), at], 3)
    func integral(_ edge: Tensor, _ entry: Tensor, _ entries: Tensor) throws -> Tensor {
      let t = try edge - places.gather(3, entry)
      return try sums.gather(3, entries) + t * (values.gather(3, entries) + t * slopes.gather(3, entries))
    }
    let mean = try (integral(at + radius, high, highs) - integral(at - radius, low, lows)) * (0.5 / radius)
    return try mean.to(image.dtype)
  }

  /// How many places of its row lie at or below each place less the radius, and plus the radius.
  private func boxes(_ at: Tensor, _ radius: Double) throws -> (low: Tensor, high: Tensor) {
    let places = try at.doubles(), width = at.shape[3]
    var (lows, highs) = ([Int](repeating: 0, count: places.count), [Int](repeating: 0, count: places.count))
    for row in stride(from: 0, to: places.count, by: width) {
      try Interrupt.check()
      var (low, high) = (0, 0)
      for j in 0..<width {
        while low < j && places[row + low] <= places[row + j] - radius { low += 1 }
        while high <= j || (high < width && places[row + high] <= places[row + j] + radius) { high += 1 }
        (lows[row + j], highs[row + j]) = (low, high)
      }
    }
    return (try Tensor(integers: lows, at.shape), try Tensor(integers: highs, at.shape))
  }
}
