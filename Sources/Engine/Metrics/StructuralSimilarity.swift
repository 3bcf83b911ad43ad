internal import Foundation
internal import Surface
public import TensorCore

extension Metrics {
  /// Settings of structural similarity. As they stand they are those of Wang et al. 2004; scikit-image's call without
  /// options is `gaussianWeights = false, useSampleCovariance = true`.
  public struct Similarity {
    /// The largest minus the smallest value that a pixel may have.
    public var dataRange = 1.0
    /// A Gaussian window of ⌊3.5·sigma + ½⌋ pixels to each side; false: a uniform one of `windowSize`.
    public var gaussianWeights = true
    /// The Gaussian's standard deviation, pixels, 0.2 to 100.
    public var sigma = 1.5
    /// The side of the uniform window: an odd number of pixels from 3 on.
    public var windowSize = 7
    /// Divides (co)variances by n − 1 instead of n, n the pixels of the window.
    public var useSampleCovariance = false
    /// The constants (k1·range)² and (k2·range)² keep quotients of small numbers calm.
    public var k1 = 0.01
    /// The same for the contrast.
    public var k2 = 0.03

    /// The standard settings.
    public init() {}

    /// The window's weights in one direction.
    var taps: [Double] {
      guard gaussianWeights else { return [Double](repeating: 1 / Double(windowSize), count: windowSize) }
      let radius = Int(3.5 * sigma + 0.5)
      let samples = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
      let sum = samples.reduce(0, +)
      return samples.map { $0 / sum }
    }

    func window() -> SimilarityWindow {
      let taps = taps, places = Double(taps.count * taps.count)
      return SimilarityWindow(
        taps: taps, c1: (k1 * dataRange) * (k1 * dataRange), c2: (k2 * dataRange) * (k2 * dataRange),
        covariance: useSampleCovariance ? places / (places - 1) : 1)
    }

    func check(_ operation: String) throws {
      try Metrics.check(range: dataRange, operation)
      guard (0.2...100).contains(sigma) else {
        throw EngineError(operation, expected: "a sigma between 0.2 and 100 pixels", came: "\(sigma)")
      }
      guard windowSize >= 3, windowSize % 2 == 1, windowSize <= 1 << 20 else {
        throw EngineError(operation, expected: "an odd win_size of 3 or more", came: "\(windowSize)")
      }
      for (name, k) in [("K1", k1), ("K2", k2)] where !(k > 0 && k.isFinite) {
        throw EngineError(operation, expected: "a \(name) above 0", came: "\(k)")
      }
    }
  }

  /// Structural similarity, −1 to 1, 1 for equal pictures: the mean over every window that lies wholly inside, over
  /// channels and pictures. a, b: H×W, C×H×W or N×C×H×W of one shape, compared as f32 with sums in f64.
  ///
  /// Source: Wang, Bovik, Sheikh, Simoncelli 2004; equals scikit-image's structural_similarity.
  public static func ssim(_ a: Tensor, _ b: Tensor, _ options: Similarity = .init()) throws -> Double {
    let window = try window(a, b, options, "metrics.ssim")
    return try a.similarity(to: b, window).means.mean(\.similarity)
  }

  /// Structural similarity and its map: the similarity of the window around every pixel, of the pictures' shape; windows
  /// at the border see the picture mirrored, border pixels included. The number leaves those out, as `ssim` does.
  public static func ssimMap(
    _ a: Tensor, _ b: Tensor, _ options: Similarity = .init()
  ) throws -> (value: Double, map: Tensor) {
    let window = try window(a, b, options, "metrics.ssim")
    let radius = window.taps.count / 2
    let map = try a.mirrored(by: radius).similarity(to: b.mirrored(by: radius), window, map: true).map!
    return (try a.similarity(to: b, window).means.mean(\.similarity), map)
  }

  /// The published weights of the five scales, finest first.
  public static let scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// Structural similarity over several scales, 0 to 1: contrast and structure at every scale, each half as large as
  /// the last, luminance at the coarsest one; every factor raised to its scale's weight. Scales are halved by means of
  /// 2 × 2 pixels, an odd last row or column repeated. Channels and pictures are measured alone and averaged; a
  /// negative factor counts as 0.
  ///
  /// Source: Wang, Simoncelli, Bovik 2003, eq. 7; equals TensorFlow's tf.image.ssim_multiscale and, where no factor is
  /// negative, the authors' msssim.m with method "product".
  public static func msSsim(
    _ a: Tensor, _ b: Tensor, _ options: Similarity = .init(), weights: [Double] = scaleWeights
  ) throws -> Double {
    let operation = "metrics.ms_ssim"
    guard (1...12).contains(weights.count), weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw EngineError(operation, expected: "1 to 12 weights of 0 or more, one for each scale", came: "\(weights)")
    }
    let window = try window(a, b, options, operation)
    let side = (window.taps.count - 1) * (1 << (weights.count - 1)) + 1
    guard a.shape.suffix(2).allSatisfy({ $0 >= side }) else {
      throw EngineError(
        operation, expected: "pictures of at least \(side)×\(side) pixels, so that \(weights.count) scales fit",
        came: a.shape.suffix(2).shapeText, advice: "use metrics.ssim, or give fewer weights")
    }
    return try Autograd.noGradient {
      var (x, y) = (try a.to(.f32), try b.to(.f32))
      var products: [Double] = []
      for (scale, weight) in weights.enumerated() {
        let isLast = scale == weights.count - 1
        let means = try x.similarity(to: y, window).means
        let factors = means.map { pow(max(isLast ? $0.similarity : $0.contrast, 0), weight) }
        products = products.isEmpty ? factors : zip(products, factors).map { $0 * $1 }
        if !isLast { (x, y) = (try x.halved(), try y.halved()) }
      }
      return products.mean(\.self)
    }
  }

  /// The window of checked settings and pictures.
  private static func window(
    _ a: Tensor, _ b: Tensor, _ options: Similarity, _ operation: String
  ) throws -> SimilarityWindow {
    try options.check(operation)
    guard (2...4).contains(a.rank), a.shape == b.shape, a.count > 0 else {
      throw EngineError(
        operation, expected: "two pictures H×W, C×H×W or N×C×H×W of one shape",
        came: "\(a.shape.shapeText) and \(b.shape.shapeText)")
    }
    guard a.dtype.isFloating, b.dtype.isFloating else {
      throw EngineError(
        operation, expected: "pictures of floating-point numbers", came: "\(a.dtype) and \(b.dtype)",
        advice: "convert them with t:to(\"f32\") and name their data_range")
    }
    let window = options.window(), side = window.taps.count
    guard a.shape.suffix(2).allSatisfy({ $0 >= side }) else {
      throw EngineError(
        operation, expected: "pictures of at least \(side)×\(side) pixels, the size of the window",
        came: a.shape.suffix(2).shapeText)
    }
    return window
  }
}

extension Tensor {
  /// The planes (last two axes) with a mirrored margin: … b a | a b c | c b … The margin is at most the side.
  fileprivate func mirrored(by margin: Int) throws -> Tensor {
    try Autograd.noGradient {
      var result = self
      for axis in [rank - 2, rank - 1] where margin > 0 {
        let size = result.shape[axis]
        let before = try result.narrow(axis, 0, margin).flip([axis])
        let after = try result.narrow(axis, size - margin, margin).flip([axis])
        result = try Tensor.cat([before, result, after], axis)
      }
      return result
    }
  }

  /// Half as large (odd sides rounded up): means of 2 × 2 pixels, an odd last row or column repeated.
  fileprivate func halved() throws -> Tensor {
    var result = self
    for axis in [rank - 2, rank - 1] {
      let size = result.shape[axis]
      let even = size % 2 == 0 ? result : try Tensor.cat([result, result.narrow(axis, size - 1, 1)], axis)
      let count = even.shape[axis] / 2
      result = try (even.slice(axis, 0, count, step: 2) + even.slice(axis, 1, count, step: 2)) * 0.5
    }
    return result
  }
}

extension Collection {
  /// The mean of a number taken from every element.
  fileprivate func mean(_ number: (Element) -> Double) -> Double {
    reduce(0) { $0 + number($1) } / Double(count)
  }
}
