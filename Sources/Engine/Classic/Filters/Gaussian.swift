internal import Foundation
internal import Surface
public import TensorCore

extension Filters {
  /// Blurs with a Gaussian of standard deviation `sigma` pixels, cut off at `truncate` standard deviations. From a sigma
  /// of 12 pixels on, and with a truncate of 4 or more, it goes over a coarse grid, whose time does not grow with sigma.
  /// Source: equals scipy.ndimage.gaussian_filter; cv2.GaussianBlur with a kernel of the same size. On the coarse grid
  /// the difference is at most 6e-5 of the picture's range along each axis, most of it what SciPy cuts off.
  public static func gaussian(
    _ image: Tensor, sigma: Double, truncate: Double = 4, border: Border = .reflect101, scope: FilterScope = .init()
  ) throws -> Tensor {
    try checkWindow("filters.gaussian", sigma: sigma, truncate: truncate)
    return try scope.apply("filters.gaussian", to: image) { x in
      try x.blurred(sigma: sigma, truncate: truncate, border)
    }
  }

  /// The largest standard deviation that filters take, in pixels.
  static let mostSigma = 2000.0
  /// The most standard deviations at which a Gaussian is cut off.
  static let mostTruncate = 10.0

  static func checkWindow(_ operation: String, sigma: Double, truncate: Double = 4) throws {
    guard (0...mostSigma).contains(sigma) else {
      throw EngineError(operation, expected: "a sigma between 0 and \(Int(mostSigma)) pixels", came: "\(sigma)")
    }
    guard (0.5...mostTruncate).contains(truncate) else {
      throw EngineError(operation, expected: "a truncate between 0.5 and \(Int(mostTruncate))", came: "\(truncate)")
    }
  }

  /// Samples of a Gaussian that add up to 1, at −r…r with r = ⌊truncate·sigma + ½⌋.
  static func gaussianKernel(sigma: Double, truncate: Double) -> [Double] {
    let radius = Int(truncate * sigma + 0.5)
    if radius == 0 { return [1] }
    let samples = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = samples.reduce(0, +)
    return samples.map { $0 / sum }
  }
}

extension Tensor {
  /// A Gaussian blur of a batch of pictures, by the way that is fastest for its size. Differentiable.
  func blurred(sigma: Double, truncate: Double = 4, _ border: Border = .reflect101) throws -> Tensor {
    guard dtype == .f32, let grid = CoarseGaussian(sigma: sigma, truncate: truncate, border) else {
      return try separable(Filters.gaussianKernel(sigma: sigma, truncate: truncate), border)
    }
    let long = [2, 3].filter { shape[$0] >= CoarseGaussian.leastSize }
    let short = [2, 3].filter { shape[$0] < CoarseGaussian.leastSize }
    var x = self
    for axis in short {
      let kernel = Filters.gaussianKernel(sigma: sigma, truncate: truncate)
      x = try x.correlated(axis: axis, kernel, anchor: kernel.count / 2, border)
    }
    // Both axes are made coarse before either is blurred, so that only the ends of the way touch every pixel.
    for axis in long { x = try grid.gather(x, axis: axis) }
    for axis in long { x = try x.windowed(axis: axis, grid.middle) }
    for axis in long.reversed() { x = try grid.spread(x, axis: axis, size: shape[axis]) }
    return x
  }
}

/// A wide Gaussian in three: a narrow one that is only computed at every `step`-th pixel, one between these places, and
/// a narrow one that blends them back to every pixel. Variances add up. A Gaussian of 0.9 steps hides the grid to 2e-7,
/// and 4.5 standard deviations leave out 7e-6; the plain way's 4 leave out 6e-5.
struct CoarseGaussian {
  let step: Int
  /// The narrow Gaussian's standard deviation, in pixels.
  let narrow: Double
  let border: Border
  /// The kernel between the places.
  let middle: [Double]

  static let leastSigma = 12.0
  /// Shorter axes take the plain way: the grid's places outside the picture would be more than those inside.
  static let leastSize = 64
  private static let cut = 4.5
  /// How many places before a pixel count in it, and how many in all.
  private static let (before, taps) = (4, 9)

  /// nil where the plain way is right: small sigmas, a cut closer than this way's, borders that wrap.
  init?(sigma: Double, truncate: Double, _ border: Border) {
    guard sigma >= CoarseGaussian.leastSigma, truncate >= 4, border != .circular else { return nil }
    step = Int(sigma / 4)
    narrow = 0.9 * Double(step)
    self.border = border
    let rest = (sigma * sigma - 2 * narrow * narrow).squareRoot() / Double(step)
    middle = Filters.gaussianKernel(sigma: rest, truncate: CoarseGaussian.cut)
  }

  /// The first place of the grid and the number of places for an axis of `size` pixels.
  private func places(_ size: Int) -> (first: Int, count: Int) {
    let around = middle.count / 2
    let first = -CoarseGaussian.before - around
    let last = (size - 1) / step - CoarseGaussian.before + CoarseGaussian.taps + around
    return (first, last - first + 1)
  }

  /// The picture at the grid's places along an axis.
  func gather(_ x: Tensor, axis: Int) throws -> Tensor {
    let kernel = Filters.gaussianKernel(sigma: narrow, truncate: CoarseGaussian.cut)
    let (first, count) = places(x.shape[axis])
    return try x.sampled(
      axis: axis, kernel, first: first * step - kernel.count / 2, step: step, outputs: count, border)
  }

  /// Back to every pixel, from the places that the middle kernel leaves.
  func spread(_ x: Tensor, axis: Int, size: Int) throws -> Tensor {
    let taps = CoarseGaussian.taps
    var starts: [Int32] = [], weights: [Float] = []
    for pixel in 0..<size {
      // Places are counted from −before·step on: the nine around the pixel.
      let start = (pixel + step / 2) / step
      let samples = (0..<taps).map { tap in
        let gap = Double(pixel - (start + tap - CoarseGaussian.before) * step) / narrow
        return exp(-0.5 * gap * gap)
      }
      let sum = samples.reduce(0, +)
      starts.append(Int32(start))
      weights += samples.map { Float($0 / sum) }
    }
    return try x.resample(axis: axis, taps: TapTable(outputs: size, taps: taps, starts: starts, weights: weights))
  }
}
