internal import Imaging
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `watercolor`.
  public struct Watercolor {
    /// Size of the brush, in pixels, 1 to 50: details smaller than it go.
    public var radius = 6
    /// Washes between black and white, 2 to 64; 0 leaves the tones as they are.
    public var washes = 7
    /// How far, in pixels, outlines tremble, 0 to 50.
    public var wobble = 2.0
    /// How much pigment gathers at the edges of washes, 0 to 4.
    public var edges = 1.0
    /// How unevenly water carries the pigment, in large clouds, 0 to 4.
    public var turbulence = 1.0
    /// How much pigment settles in the paper's valleys, 0 to 4.
    public var granulation = 1.0
    /// How much the paper's own tint and relief show, 0 to 4.
    public var paper = 1.0
    /// How much the picture is thinned with water before it is painted, 0 to 0.9.
    public var lightness = 0.45
    /// How vivid the colors are: 0 grey, 1 as they are; 0 to 4.
    public var saturation = 1.4
    /// Which noise.
    public var seed: UInt64 = 1

    /// The standard settings.
    public init() {}

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.watercolor", expected: expected, came: "\(came)") }
      }
      try require((1...50).contains(radius), "a radius of 1 to 50 pixels", radius)
      try require(washes == 0 || (2...64).contains(washes), "2 to 64 washes, or 0 for all tones", washes)
      try require((0...50).contains(wobble), "a wobble between 0 and 50 pixels", wobble)
      for (name, value) in [
        ("an edges", edges), ("a turbulence", turbulence), ("a granulation", granulation), ("a paper", paper),
        ("a saturation", saturation),
      ] {
        try require((0...4).contains(value), "\(name) between 0 and 4", value)
      }
      try require((0...0.9).contains(lightness), "a lightness between 0 and 0.9", lightness)
    }

    /// The noise of a purpose.
    func texture(_ purpose: UInt64, size: Double, octaves: Int) -> NoiseTexture {
      NoiseTexture(seed: Noise(seed: seed &* 64 &+ purpose).key, size: size, octaves: octaves)
    }
  }

  /// Paints in watercolor: trembling outlines, even washes, pigment that gathers at their edges, flows with the water and
  /// settles in the grain of the paper. Colors are kept within 0…1, alpha stays. No gradient.
  /// Source: Bousseau, Kaplan, Thollot, Sillion: Interactive Watercolor Rendering with Temporal Coherence and
  /// Abstraction, 2006; edges as in Luft, Deussen: Real-Time Watercolor Illustrations of Plants, 2006.
  public static func watercolor(
    _ image: Tensor, _ options: Watercolor = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.watercolor", to: image) { x in
      try withoutGradient(x, "filters.watercolor") { x in
        try onColors(of: x) { try watercolored($0.clamp(0, 1), options) }
      }
    }
  }

  /// A color under pigment of density d, 1 as it is: C − (C − C²)·(d − 1). White and black stay. Bousseau et al. 2006.
  package static func pigmented(_ color: Tensor, density: Tensor) throws -> Tensor {
    try color - (color - color * color) * (density - 1)
  }

  private static func watercolored(_ x: Tensor, _ options: Watercolor) throws -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    var picture = try options.wobble > 0 ? trembled(x, options) : x
    var brush = Kuwahara()
    brush.mode = .anisotropic
    brush.smoothing = 3
    for radius in [options.radius, Swift.max(options.radius / 2, 1)] {
      brush.radius = radius
      picture = try kuwahara(picture, brush)
    }
    picture = try thinned(washed(picture, options), options)
    let grain =
      try options.texture(5, size: 3.2, octaves: 3).plane(height, width) * 0.6
      + options.texture(6, size: 7, octaves: 2).plane(height, width) * 0.4
    var density = try gathered(picture) * options.edges + 1
    if options.turbulence > 0 {
      density =
        try density + options.texture(7, size: 90, octaves: 4).plane(height, width) * (0.75 * options.turbulence)
    }
    density = try density + grain * (0.55 * options.granulation)
    let painted = try pigmented(picture, density: density)
    return try onPaper(painted, grain, options.paper).clamp(0, 1)
  }

  /// Outlines displaced by two sizes of noise.
  private static func trembled(_ x: Tensor, _ options: Watercolor) throws -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    func places(_ purpose: UInt64, _ straight: Tensor, _ size: Int) throws -> Tensor {
      let shift =
        try options.texture(purpose, size: 40, octaves: 2).plane(height, width) * (1.6 * options.wobble)
        + options.texture(purpose + 1, size: 7, octaves: 1).plane(height, width) * (0.5 * options.wobble)
      return try (straight + shift.reshape([height, width])) * (size > 1 ? 2 / Double(size - 1) : 0) - 1
    }
    let columns = try Tensor.arange(0, Double(width)).reshape([1, width])
    let rows = try Tensor.arange(0, Double(height)).reshape([height, 1])
    let grid = try Tensor.stack([places(1, columns, width), places(3, rows, height)], 2)
    return try x.gridSample(
      grid.unsqueeze(0).expand([x.shape[0], height, width, 2]), padding: .border, alignCorners: true)
  }

  /// Lightness in soft steps whose borders wander with noise, and colors more vivid.
  private static func washed(_ x: Tensor, _ options: Watercolor) throws -> Tensor {
    var (picture, light) = (x, try luminance(x))
    if options.washes > 0 {
      let step = 1 / Double(options.washes)
      let noise = try options.texture(0, size: 60, octaves: 3).plane(x.shape[2], x.shape[3]) * (0.5 * step)
      let level = try light + noise
      let middle = try (level / step).round() * step
      let washed = try middle + ((level - middle) * 35).tanh() * (step / 2) - noise * 0.6
      picture = try picture + (washed - light) * 0.75
      light = try luminance(picture)
    }
    if options.saturation == 1 || x.shape[1] == 1 { return try picture.clamp(0, 1) }
    return try (light + (picture - light) * options.saturation).clamp(0, 1)
  }

  /// Pigments are transparent and the paper shines through: shadows are lifted and tones lightened.
  private static func thinned(_ x: Tensor, _ options: Watercolor) throws -> Tensor {
    if options.lightness == 0 { return x }
    return try 1 - (1 - x.pow(1 - options.lightness)) * (1 - 0.2 * options.lightness)
  }

  /// Where pigment gathers: inside the borders of washes, on their darker side (as Luft and Deussen have it), and on the
  /// edges themselves (as Bousseau et al. have it). 0 to 1.2.
  private static func gathered(_ x: Tensor) throws -> Tensor {
    let light = try luminance(x)
    let around = try light.blurred(sigma: 2.2)
    let inside = try (around - light).clamp(0, .infinity) * 5.4
    let tensor = try structureTensor(x, smoothing: 1)
    let steep = try (tensor.narrow(1, 0, 1) + tensor.narrow(1, 2, 1)).clamp(0, .infinity).sqrt() * 1.76
    return try (inside + steep).clamp(0, 1.2)
  }

  /// The paper's tint, and its relief lit from the upper left.
  private static func onPaper(_ x: Tensor, _ height: Tensor, _ amount: Double) throws -> Tensor {
    if amount == 0 { return x }
    let rise = [-0.5, 0, 0.5]
    let relief =
      try height.correlated(axis: 3, rise, anchor: 1, .reflect101)
      + height.correlated(axis: 2, rise, anchor: 1, .reflect101)
    let shade = try (relief * 1.6).clamp(-1, 1) * (0.045 * amount) + 1
    let channels = x.shape[1],
      tint = channels == 3 ? [0.985, 0.975, 0.945] : [Double](repeating: 0.975, count: channels)
    let color = try Tensor(doubles: tint.map { Swift.max(0, 1 - (1 - $0) * amount) }, [1, channels, 1, 1]).to(.f32)
    return try x * color * shade
  }
}
