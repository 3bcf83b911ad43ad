internal import Foundation
internal import Surface
public import TensorCore

/// The three filters of the Kuwahara family.
public enum KuwaharaMode: String, CaseIterable, Sendable {
  /// The mean of the most even of four square quadrants. Kuwahara et al. 1976.
  case classic
  /// Eight overlapping sectors of a disc, blended by their evenness. Papari et al. 2007.
  case generalized
  /// Eight sectors of an ellipse that follows the picture's edges. Kyprianidis, Kang, Döllner 2009, 2010.
  case anisotropic
}

extension Filters {
  /// Settings of `kuwahara`.
  public struct Kuwahara {
    /// The window's radius in pixels, 1 to 100; of the anisotropic filter's ellipse, the mean radius.
    public var radius = 5
    /// How the sectors lie.
    public var mode = KuwaharaMode.classic
    /// How strongly even sectors win (generalized and anisotropic), 0 to 30.
    public var sharpness = 8.0
    /// How round ellipses stay along edges (anisotropic): larger is rounder; 0.01 to 1000.
    public var eccentricity = 1.0
    /// Standard deviation, in pixels, of the smoothing of the edges' directions (anisotropic), 0 to 100.
    public var smoothing = 2.0

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.kuwahara", expected: expected, came: "\(came)") }
      }
      try require((1...100).contains(radius), "a radius of 1 to 100 pixels", radius)
      try require((0...30).contains(sharpness), "a sharpness between 0 and 30", sharpness)
      try require((0.01...1000).contains(eccentricity), "an eccentricity between 0.01 and 1000", eccentricity)
      try require((0...100).contains(smoothing), "a smoothing between 0 and 100 pixels", smoothing)
    }
  }

  /// Smooths areas and keeps edges: a pixel takes the mean of that part of its surroundings which is most even. The
  /// picture is mirrored at its border (reflect_101). Only the classic mode has a gradient.
  public static func kuwahara(
    _ image: Tensor, _ options: Kuwahara = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.kuwahara", to: image) { x in
      switch options.mode {
      case .classic: try classicKuwahara(x, options.radius)
      case .generalized, .anisotropic: try sectorKuwahara(x, options)
      }
    }
  }

  /// Four quadrants of (r+1)×(r+1) pixels that share the pixel itself; for colours, the luminance's variance decides.
  /// Where quadrants are equally even, the first of top left, top right, bottom left, bottom right wins.
  private static func classicKuwahara(_ x: Tensor, _ radius: Int) throws -> Tensor {
    let size = (height: x.shape[2], width: x.shape[3]), length = radius + 1
    let ones = [Double](repeating: 1, count: length)
    let padded = try x.padded(top: radius, bottom: radius, left: radius, right: radius, .reflect101)
    func boxSums(_ t: Tensor) throws -> Tensor { try t.windowed(axis: 3, ones).windowed(axis: 2, ones) }
    // The variance times n²: n·Σy² − (Σy)², in double precision so that even areas do not drown in rounding.
    let scores = try Autograd.noGradient {
      let y = try luminance(padded.detached()).to(.f64)
      let sum = try boxSums(y)
      return try boxSums(y * y) * Double(length * length) - sum * sum
    }
    let means = try boxSums(padded) / Double(length * length)
    func quadrant(_ t: Tensor, _ down: Int, _ right: Int) throws -> Tensor {
      try t.narrow(2, down, size.height).narrow(3, right, size.width)
    }
    var (result, best) = (try quadrant(means, 0, 0), try quadrant(scores, 0, 0))
    for (down, right) in [(0, radius), (radius, 0), (radius, radius)] {
      let score = try quadrant(scores, down, right)
      let better = try Tensor.lt(score, best)
      result = try Tensor.where(better, quadrant(means, down, right), result)
      best = try Tensor.where(better, score, best)
    }
    return result
  }

  private static func sectorKuwahara(_ x: Tensor, _ options: Kuwahara) throws -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    let picture = try x.to(.f32)
    let sectors: KuwaharaSectors
    if options.mode == .generalized {
      sectors = .table(try sectorTable(radius: options.radius), reach: options.radius)
    } else {
      let tensor = try Autograd.noGradient { try structureTensor(picture.detached(), smoothing: options.smoothing) }
      sectors = .ellipses(tensor: tensor, radius: options.radius, eccentricity: options.eccentricity)
    }
    let margin = sectors.margin
    let extra = Swift.max(0, Tensor.pictureBlock - width)
    let padded = try picture.padded(
      top: margin, bottom: margin, left: margin, right: margin + extra, .reflect101)
    return try padded.kuwahara(sectors, height: height, width: width, sharpness: options.sharpness).to(x.dtype)
  }

  /// The structure tensor of a batch, N×3×H×W: E = Σ (∂x)², F = Σ ∂x ∂y, G = Σ (∂y)² over the channels, from Sobel
  /// derivatives per pixel, smoothed with a Gaussian.
  package static func structureTensor(_ x: Tensor, smoothing: Double) throws -> Tensor {
    let (rise, soft) = ([-0.5, 0, 0.5], [0.25, 0.5, 0.25])
    let dx = try x.correlated(axis: 3, rise, anchor: 1, .reflect101).correlated(axis: 2, soft, anchor: 1, .reflect101)
    let dy = try x.correlated(axis: 2, rise, anchor: 1, .reflect101).correlated(axis: 3, soft, anchor: 1, .reflect101)
    func total(_ a: Tensor, _ b: Tensor) throws -> Tensor { try (a * b).sum([1], keepdim: true) }
    let tensor = try Tensor.cat([total(dx, dx), total(dx, dy), total(dy, dy)], 1)
    return try tensor.separable(gaussianKernel(sigma: smoothing, truncate: 4), .reflect101)
  }

  /// The eight sectors of the generalised filter: a wedge of 45° blurred by a Gaussian of σ_r/3, times a Gaussian of
  /// σ_r = radius/2, within the disc; weights of each sector add up to 1. Sector 0 points right, the next ones follow
  /// clockwise on the screen.
  package static func sectorTable(radius: Int) throws -> [[(dy: Int, dx: Int, weight: Float)]] {
    let range = Double(radius) / 2, blur = range / 3
    var sectors: [[(dy: Int, dx: Int, weight: Double)]] = [[], []]
    for dy in -radius...radius {
      try Interrupt.check()
      for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
        let bell = exp(-Double(dx * dx + dy * dy) / (2 * range * range))
        for k in 0..<2 {
          let share = wedge(x: Double(dx), y: Double(dy), middle: Double(k) * .pi / 4, blur: blur)
          if share > 1e-4 { sectors[k].append((dy, dx, share * bell)) }
        }
      }
    }
    // The other six are these two turned by quarters.
    for k in 2..<8 { sectors.append(sectors[k - 2].map { ($0.dx, -$0.dy, $0.weight) }) }
    return sectors.map { taps in
      let sum = taps.reduce(0) { $0 + $1.weight }
      return taps.map { ($0.dy, $0.dx, Float($0.weight / sum)) }
    }
  }

  /// How much of a Gaussian of standard deviation `blur` around (x, y) lies in the wedge of 45° about an angle: the
  /// integral over the radius in closed form, over the angle by Simpson's rule.
  package static func wedge(x: Double, y: Double, middle: Double, blur s: Double) -> Double {
    let steps = 64, width = Double.pi / 4
    var sum = 0.0
    for step in 0...steps {
      let angle = middle - width / 2 + width * Double(step) / Double(steps)
      let along = (x * cos(angle) + y * sin(angle)) / s
      let aside = (x * x + y * y) / (s * s) - along * along
      // ∫₀^∞ ρ exp(−|ρu − p|²/2s²) dρ / 2πs², in units of s
      let ahead = (Double.pi / 2).squareRoot() * (1 + erf(along / 2.0.squareRoot()))
      let ray = exp(-aside / 2) * (exp(-along * along / 2) + along * ahead)
      sum += ray * (step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2)
    }
    return sum * width / Double(3 * steps) / (2 * .pi)
  }
}
