internal import Imaging
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `cartoon`. Differences of color and lightness are those of CIE L*a*b*, lightness 0 to 100.
  public struct Cartoon {
    /// Standard deviation of the bilateral filter in space, in pixels, 0.1 to 20.
    public var sigmaSpace = 3.0
    /// Standard deviation of the bilateral filter in color, 0.1 to 100.
    public var sigmaColor = 4.25
    /// Bilateral passes, 0 to 20, the edges' among them.
    public var passes = 4
    /// Bilateral passes before edges are found, at most `passes`.
    public var edgePasses = 2
    /// Standard deviation of the edges' narrow Gaussian, in pixels, 0.1 to 20: the width of lines.
    public var lineSigma = 1.0
    /// The wide Gaussian's standard deviation over the narrow one's, 1.01 to 10.
    public var k = 1.6
    /// How much the wide Gaussian counts, 0 to 1: nearer to 1 finds fainter edges.
    public var tau = 0.99
    /// How quickly lines turn black, 0 to 100.
    public var lineSharpness = 2.0
    /// Steps of lightness, 2 to 64; 0 keeps all.
    public var bins = 8
    /// How sharply a step passes into the next, 0.01 to 100; nil: 0.9 where lightness is even to 1.6 where it changes by
    /// 2 or more from pixel to pixel.
    public var sharpness: Double?

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.cartoon", expected: expected, came: "\(came)") }
      }
      try require((0.1...20).contains(sigmaSpace), "a sigma_space between 0.1 and 20 pixels", sigmaSpace)
      try require((0.1...100).contains(sigmaColor), "a sigma_color between 0.1 and 100", sigmaColor)
      try require((0...20).contains(passes), "0 to 20 passes", passes)
      try require((0...passes).contains(edgePasses), "edge_passes of at most passes, \(passes)", edgePasses)
      try require((0.1...20).contains(lineSigma), "a line_sigma between 0.1 and 20 pixels", lineSigma)
      try require((1.01...10).contains(k), "a k between 1.01 and 10", k)
      try require((0...1).contains(tau), "a tau between 0 and 1", tau)
      try require((0...100).contains(lineSharpness), "a line_sharpness between 0 and 100", lineSharpness)
      try require(bins == 0 || (2...64).contains(bins), "2 to 64 bins, or 0 for all lightnesses", bins)
      if let sharpness { try require((0.01...100).contains(sharpness), "a sharpness between 0.01 and 100", sharpness) }
    }
  }

  /// Draws a cartoon: areas flattened by bilateral filters, lightness in soft steps, and dark lines along edges. Colors
  /// are kept within 0…1, alpha stays. Pictures of other than three colors are taken channel by channel. Differentiable,
  /// slowly.
  /// Source: Winnemöller, Olsen, Gooch: Real-Time Video Abstraction, 2006.
  public static func cartoon(
    _ image: Tensor, _ options: Cartoon = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.cartoon", to: image) { x in
      let color = try withoutAlpha(x), size = color.shape
      if size[1] == 3 { return try withAlpha(of: x, abstracted(color, options)) }
      let planes = size[0] * size[1]
      let grey = try color.reshape([planes, 1, size[2], size[3]]).expand([planes, 3, size[2], size[3]])
      return try withAlpha(of: x, abstracted(grey, options).mean([1], keepdim: true).reshape(size))
    }
  }

  private static func abstracted(_ x: Tensor, _ options: Cartoon) throws -> Tensor {
    var lab = try ColorSpace.lab.from(rgb: x)
    func smooth(_ passes: Int) throws {
      for _ in 0..<passes {
        lab = try bilateral(lab, sigmaColor: options.sigmaColor, sigmaSpace: options.sigmaSpace)
      }
    }
    try smooth(options.edgePasses)
    let lines = try edges(lab.narrow(1, 0, 1), options)
    try smooth(options.passes - options.edgePasses)
    let light = try stepped(lab.narrow(1, 0, 1), options) * lines
    let result = try Tensor.cat([light, lab.narrow(1, 1, 2)], 1)
    return try ColorSpace.lab.rgb(from: result).clamp(0, 1)
  }

  /// Lines of a lightness: 1 where S = G_σ − τ·G_kσ is above 0, else 1 + tanh(φ·S).
  private static func edges(_ light: Tensor, _ options: Cartoon) throws -> Tensor {
    var line = XDoG()
    line.form = .difference(tau: options.tau)
    (line.sigma, line.k, line.epsilon, line.phi) = (options.lineSigma, options.k, 0, options.lineSharpness)
    return try line.ink(light)
  }

  /// A lightness in soft steps: q + (d/2)·tanh(φ·(L − q)), d = 100/bins, q the nearest multiple of d.
  private static func stepped(_ light: Tensor, _ options: Cartoon) throws -> Tensor {
    if options.bins == 0 { return light }
    let step = 100 / Double(options.bins)
    let border = try (light / step).round() * step
    var distance = try light - border
    if let sharpness = options.sharpness {
      distance = try distance * sharpness
    } else {
      let tensor = try structureTensor(light, smoothing: 0)
      let steepness = try (tensor.narrow(1, 0, 1) + tensor.narrow(1, 2, 1) + 1e-12).sqrt()
      distance = try distance * (steepness.clamp(0, 2) * 0.35 + 0.9)
    }
    return try border + distance.tanh() * (step / 2)
  }
}
