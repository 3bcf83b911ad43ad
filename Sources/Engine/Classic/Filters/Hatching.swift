internal import Foundation
internal import Imaging
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `hatching`.
  public struct Hatching {
    /// What strokes follow.
    public enum Direction: String, CaseIterable, Sendable {
      /// One angle everywhere.
      case fixed
      /// The edges of the picture.
      case flow
    }

    /// What strokes follow.
    public var direction = Direction.fixed
    /// The first layer's angle in degrees, counterclockwise: against the rows (fixed), against the edges (flow).
    /// nil: 45 and 0.
    public var angle: Double?
    /// Pixels between strokes, 1 to 100.
    public var spacing = 4.0
    /// Layers of strokes, 1 to 8, each at another angle: the darker the tone, the more. nil: 5 (fixed) and 3 (flow).
    public var layers: Int?
    /// Length of strokes in spacings, 2 to 100.
    public var length = 16.0
    /// How far strokes stray from their lines, 0 to 1 (fixed).
    public var jitter = 0.4
    /// Standard deviation, in pixels, of the smoothing of the edges' directions, 0 to 100 (flow).
    public var smoothing = 4.0
    /// The exponent of the luminance: below 1 lighter, above 1 darker; 0.1 to 10.
    public var gamma = 0.6
    /// How strongly outlines are drawn, 0 to 1.
    public var outline = 1.0
    /// Red, green and blue of the ink.
    public var ink = [0.08, 0.07, 0.1]
    /// Red, green and blue of the paper.
    public var paper = [0.98, 0.965, 0.93]
    /// Which strokes.
    public var seed: UInt64 = 1

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.hatching", expected: expected, came: "\(came)") }
      }
      if let angle { try require((-360...360).contains(angle), "an angle between -360° and 360°", angle) }
      try require((1...100).contains(spacing), "a spacing between 1 and 100 pixels", spacing)
      try require((1...8).contains(count), "1 to 8 layers", count)
      try require((2...100).contains(length), "a length between 2 and 100 spacings", length)
      try require((0...1).contains(jitter), "a jitter between 0 and 1", jitter)
      try require((0...100).contains(smoothing), "a smoothing between 0 and 100 pixels", smoothing)
      try require((0.1...10).contains(gamma), "a gamma between 0.1 and 10", gamma)
      try require((0...1).contains(outline), "an outline between 0 and 1", outline)
      for color in [ink, paper] {
        try require(
          color.count == 3 && color.allSatisfy { (0...1).contains($0) }, "a color {red, green, blue} of 0 to 1", color)
      }
    }

    /// How many layers there are.
    var count: Int { layers ?? (direction == .fixed ? 5 : 3) }

    /// Angles of the layers against the first, in degrees: crossed at once, then between; along edges slanted first.
    private static let crossed = [0.0, 90, -22, 68, 40, -50, 11, -79]
    private static let slanted = [0.0, 38, -38, 90, 19, -19, 64, -64]

    /// The angle of a layer in radians, counterclockwise.
    func turn(_ layer: Int) -> Double {
      switch direction {
      case .fixed: ((angle ?? 45) + Hatching.crossed[layer]) * .pi / 180
      case .flow: ((angle ?? 0) + Hatching.slanted[layer]) * .pi / 180
      }
    }

    /// How much a layer covers at most. All but the last leave a quarter of the paper among them, in equal steps.
    func most(_ layer: Int) -> Double {
      layer == count - 1 ? 0.97 : Swift.min(0.6, 1 - pow(0.24, 1 / Double(count - 1)))
    }

    func noise(_ layer: Int) -> UInt32 { Noise(seed: seed &+ UInt64(layer) &* 0x9E37_79B9).key }
  }

  /// Draws in pen strokes: layers of hatching, lightest tones with the first alone, darker ones crossed by the next, as
  /// tonal art maps do. The mean of an evenly grey area is its tone. All color channels take part between ink and paper,
  /// alpha stays. No gradient.
  /// Source: in the spirit of Praun, Hoppe, Webb, Finkelstein: Real-Time Hatching, 2001.
  public static func hatching(
    _ image: Tensor, _ options: Hatching = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.hatching", to: image) { x in
      try withoutGradient(x, "filters.hatching") { try hatched($0, options) }
    }
  }

  private static func hatched(_ x: Tensor, _ options: Hatching) throws -> Tensor {
    let light = try luminance(x).blurred(sigma: 0.8, truncate: 3)
    let darkness = try 1 - light.clamp(0, 1).pow(options.gamma)
    var white =
      switch options.direction {
      case .fixed: try fixedStrokes(darkness, options)
      case .flow: try flowStrokes(darkness, x, options)
      }
    if options.outline > 0 {
      var lines = FlowXDoG()
      lines.line.sigma = Swift.min(Swift.max(0.22 * options.spacing, 0.5), 3)
      lines.line.form = .difference(tau: 0.98)
      lines.line.epsilon = -0.004
      lines.line.phi = 90
      lines.smoothing = 2.5
      lines.coherence = 4
      white = try white * (1 - (1 - flowLines(x, lines)) * options.outline)
    }
    return try painted(white, like: x, ink: options.ink, paper: options.paper)
  }

  /// A plane from 0 (ink) to 1 (paper) as colors of a batch: three channels take the colors, others their luma.
  private static func painted(_ white: Tensor, like x: Tensor, ink: [Double], paper: [Double]) throws -> Tensor {
    let channels = x.shape[1] - (hasAlpha(x) ? 1 : 0)
    func color(_ rgb: [Double]) throws -> Tensor {
      let luma = zip(rgb, ColorSpace.Luma.rec601.weights).reduce(0) { $0 + $1.0 * $1.1 }
      let list = channels == 3 ? rgb : [Double](repeating: luma, count: channels)
      return try Tensor(doubles: list, [1, channels, 1, 1]).to(.f32)
    }
    let (dark, bright) = (try color(ink), try color(paper))
    return try withAlpha(of: x, white * (bright - dark) + dark)
  }

  // MARK: - Strokes at an angle

  private static func fixedStrokes(_ darkness: Tensor, _ options: Hatching) throws -> Tensor {
    let layers = (0..<options.count).map { layer in
      // Rows count downwards.
      let direction = (x: Float(cos(options.turn(layer))), y: Float(-sin(options.turn(layer))))
      return (direction: direction, most: options.most(layer), seed: options.noise(layer))
    }
    let strokes = StrokeLayers(
      spacing: options.spacing, length: options.length, jitter: options.jitter, nib: 0.16, layers: layers)
    let table = try coverage(strokes)
    return try strokes.paper(over: darkness, tables: [[Float]](repeating: table, count: layers.count))
  }

  /// At which darkness a layer of strokes covers 0, 1/32, … 1 of the paper: measured on even grounds, so that the tone
  /// comes out right whatever the strokes' shape. Strokes grow in all directions with the spacing: above 8 pixels, where
  /// their edges' softness no longer counts, it is measured at 8.
  private static func coverage(_ strokes: StrokeLayers) throws -> [Float] {
    let steps = StrokeLayers.steps, side = 192
    var sample = strokes
    sample.spacing = Swift.min(strokes.spacing, 8)
    sample.layers = [(direction: (x: 0.8, y: 0.6), most: 1, seed: 12345)]
    let grounds = (0...steps).map { Float($0) / Float(steps) }
    let tones = try Tensor(grounds, [steps + 1, 1, 1, 1]).expand([steps + 1, 1, side, side])
    // Strokes may be darker than 1, which closes the gaps between them.
    let darkest: Float = 1.6
    let white = try sample.paper(over: tones.copy(), tables: [grounds.map { $0 * darkest }]).mean([1, 2, 3]).floats()
    var covered = white.map { 1 - $0 }
    for step in 1...steps { covered[step] = Swift.max(covered[step], covered[step - 1] + 1e-6) }
    return grounds.map { wanted in
      guard let above = covered.firstIndex(where: { $0 >= wanted }) else { return darkest }
      if above == 0 { return 0 }
      let part = (wanted - covered[above - 1]) / (covered[above] - covered[above - 1])
      return (grounds[above - 1] + part * (grounds[above] - grounds[above - 1])) * darkest
    }
  }

  // MARK: - Strokes along the edges

  /// Noise drawn out along the flow, its values spread evenly over 0 to 1: the darkness above them is ink.
  private static func flowStrokes(_ darkness: Tensor, _ x: Tensor, _ options: Hatching) throws -> Tensor {
    let flow = try strokeFlow(x, options)
    let rest = try 1 - darkness
    var left = try Tensor.ones([1, 1, 1, 1]), white = left
    for layer in 0..<options.count {
      try Interrupt.check()
      let cover = try (1 - rest / left).clamp(0, options.most(layer))
      left = try left * (1 - cover)
      let level = try streaks(flow, turned: options.turn(layer), seed: options.noise(layer), options)
      // Edges less than a pixel wide; the lightest tones fade out.
      let ink = try ((cover - level) * (1.2 * options.spacing) + 0.5).clamp(0, 1) * (cover * 12).clamp(0, 1)
      white = try white * (1 - ink)
    }
    return white
  }

  /// The directions that strokes follow: near edges theirs, in even areas those of edges farther off.
  private static func strokeFlow(_ x: Tensor, _ options: Hatching) throws -> Tensor {
    let edges = try structureTensor(withoutAlpha(x), smoothing: 2)
    func smooth(_ sigma: Double) throws -> Tensor {
      try edges.blurred(sigma: sigma, truncate: 3)
    }
    let tensor = try smooth(options.smoothing) + smooth(4 * options.smoothing)
    return try luminance(x).acrossFlow(of: tensor, weights: [1]).flow
  }

  private static func streaks(
    _ flow: Tensor, turned angle: Double, seed: UInt32, _ options: Hatching
  ) throws -> Tensor {
    let (count, height, width) = (flow.shape[0], flow.shape[2], flow.shape[3])
    let (u, v) = (try flow.narrow(1, 0, 1), try flow.narrow(1, 1, 1))
    let turned = try Tensor.cat([u * cos(angle) + v * sin(angle), v * cos(angle) - u * sin(angle)], 1)
    let grain = try NoiseTexture(seed: seed, size: 1, gradient: false).plane(height, width)
      .blurred(sigma: 0.15 * options.spacing)
    let sigma = options.length * options.spacing / 4
    let drawn = try grain.expand([count, 1, height, width]).alongFlow(
      turned, weights: halfGaussian(sigma: sigma, truncate: 2))
    func average(_ t: Tensor) throws -> Tensor {
      try t.blurred(sigma: 3 * options.spacing, truncate: 3)
    }
    // Sums of many values are normal: their distribution function spreads them evenly.
    let around = try drawn - average(drawn)
    let spread = try average(around * around) + 1e-12
    return try ((around / (spread * 2).sqrt()).erf() + 1) * 0.5
  }
}
