internal import Foundation
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `flowXDoG`.
  public struct FlowXDoG {
    /// σ, k, the form and the threshold of the difference.
    public var line = XDoG()
    /// Standard deviation, in pixels, of the smoothing of the edges' directions, 0 to 100.
    public var smoothing = 2.0
    /// Standard deviation, in pixels, of the average along the flow: how far lines hold together, 0 to 100.
    public var coherence = 3.0
    /// Standard deviation, in pixels, of a last average of the drawn lines along the flow, which smooths their edges;
    /// 0 to 20.
    public var softening = 1.0

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Double) throws {
        if !holds { throw EngineError("filters.flow_xdog", expected: expected, came: "\(came)") }
      }
      try line.check()
      try require((0...100).contains(smoothing), "a smoothing between 0 and 100 pixels", smoothing)
      try require((0...100).contains(coherence), "a coherence between 0 and 100 pixels", coherence)
      try require((0...20).contains(softening), "a softening between 0 and 20 pixels", softening)
    }
  }

  /// XDoG along the edges: the difference is taken across the flow of the edges, averaged along it, and then
  /// thresholded, which gives long clean lines where `xdog` draws specks. All color channels get the result, alpha stays.
  /// No gradient.
  /// Source: Kang, Lee, Chui 2007; Kyprianidis, Döllner 2008; Winnemöller, Kyprianidis, Olsen 2012.
  public static func flowXDoG(
    _ image: Tensor, _ options: FlowXDoG = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.flow_xdog", to: image) { x in
      try withoutGradient(
        x, "filters.flow_xdog", advice: "use filters.xdog, which has one, or detach the picture first"
      ) { try grey(flowLines($0, options), like: $0) }
    }
  }

  /// The drawing of a batch of f32, N×1×H×W: 1 paper, 0 ink.
  static func flowLines(_ x: Tensor, _ options: FlowXDoG) throws -> Tensor {
    let tensor = try structureTensor(withoutAlpha(x), smoothing: options.smoothing)
    let across = try luminance(x).acrossFlow(of: tensor, weights: lineWeights(options.line))
    let u = try across.values.alongFlow(across.flow, weights: halfGaussian(sigma: options.coherence, truncate: 2))
    let ink = try options.line.thresholded(u)
    if options.softening == 0 { return ink }
    return try ink.alongFlow(across.flow, weights: halfGaussian(sigma: options.softening, truncate: 2))
  }

  /// The difference's weights on a line, from the middle outwards: both Gaussians are cut off at 2.5 of the wide one's
  /// standard deviations, and each adds up to 1 over both sides.
  package static func lineWeights(_ line: XDoG) -> [Float] {
    let wide = line.sigma * line.k, taps = Int((2.5 * wide).rounded(.up))
    let (a, b) = line.shares
    return zip(halfGaussian(sigma: line.sigma, taps: taps), halfGaussian(sigma: wide, taps: taps)).map {
      Float(a * $0 - b * $1)
    }
  }

  /// Half a Gaussian as weights for `alongFlow`.
  package static func halfGaussian(sigma: Double, truncate: Double) -> [Float] {
    halfGaussian(sigma: sigma, taps: Int((truncate * sigma).rounded(.up))).map(Float.init)
  }

  private static func halfGaussian(sigma: Double, taps: Int) -> [Double] {
    if taps == 0 { return [1] }
    let samples = (0...taps).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = 2 * samples.reduce(0, +) - 1
    return samples.map { $0 / sum }
  }
}
