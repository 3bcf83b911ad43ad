internal import Imaging
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `detailEnhance`.
  public struct DetailEnhance {
    /// How far lightness is smoothed to find its detail, in pixels, 0.1 to 10000.
    public var sigmaSpace = 10.0
    /// Differences of lightness (L*/255, white is 0.39) larger than this are no detail, 0.001 to 1000.
    public var sigmaColor = 0.04
    /// What detail is multiplied by, 0 (away with it) to 100; 1 keeps the picture.
    public var amount = 3.0

    /// The standard settings.
    public init() {}
  }

  /// Strengthens what is fine and weak: L = S + amount·(L − S) with L the lightness L* and S the recursive domain
  /// transform of it; a* and b* stay. The result is kept within 0 to 1. Grey pictures count as RGB of equal channels;
  /// of more than four channels each value counts as its own lightness, unscaled. Differentiable.
  /// Source: equals cv2.detailEnhance (amount 3).
  public static func detailEnhance(
    _ image: Tensor, _ options: DetailEnhance = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.detail_enhance"
    let smoothing = DomainTransform(.recursive, sigmaSpace: options.sigmaSpace, sigmaColor: options.sigmaColor)
    try smoothing.check(operation)
    guard (0...100).contains(options.amount) else {
      throw EngineError(operation, expected: "an amount between 0 and 100", came: "\(options.amount)")
    }
    let gain = options.amount - 1
    return try scope.apply(operation, to: image) { x in
      try onColors(of: x) { colors in
        switch colors.shape[1] {
        case 1:
          let shape = colors.shape, rgb = try colors.expand([shape[0], 3, shape[2], shape[3]])
          return try lightnessDetail(rgb, smoothing, gain).narrow(1, 0, 1)
        case 3: return try lightnessDetail(colors, smoothing, gain)
        default: return try (colors + (colors - smoothed(colors, smoothing)) * gain).clamp(0, 1)
        }
      }
    }
  }

  private static func lightnessDetail(_ rgb: Tensor, _ smoothing: DomainTransform, _ gain: Double) throws -> Tensor {
    if rgb.takesPlainKernels {
      return try rgb.withLightness(gain: gain, over: smoothed(rgb.labLightness(), smoothing))
    }
    let lab = try ColorSpace.lab.from(rgb: rgb)
    let lightness = try lab.narrow(1, 0, 1) / 255
    let detail = try (lightness - smoothed(lightness, smoothing)) * (gain * 255)
    return try ColorSpace.lab.rgb(from: Tensor.cat([lab.narrow(1, 0, 1) + detail, lab.narrow(1, 1, 2)], 1)).clamp(0, 1)
  }
}

/// What a pencil draws with.
public enum PencilMode: String, CaseIterable, Sendable {
  /// Graphite: every color channel is the drawing.
  case gray
  /// The drawing is the brightness; the picture's colors stay.
  case color
}

extension Filters {
  /// Settings of `pencilSketch`.
  public struct PencilSketch {
    /// Graphite or colored pencils.
    public var mode = PencilMode.gray
    /// Half the boxes' size in even areas is about 1.5 of it, in pixels, 0.1 to 10000.
    public var sigmaSpace = 60.0
    /// How large differences draw a line, 0.001 to 1000.
    public var sigmaColor = 0.15
    /// How bright a box's pixel is, 0.0001 to 1: smaller values draw darker.
    public var shade = 0.05

    /// The standard settings.
    public init() {}
  }

  /// Draws with a pencil: a pixel's brightness is the number of pixels, times shade, that its boxes in the transformed
  /// domain hold along the row and along the column: many in even areas, few beside edges and in texture.
  ///
  /// The drawing is made of steps; of the color mode a gradient flows to the colors alone.
  /// Source: equals cv2.pencilSketch, with `gray` its first and `color` its second result.
  public static func pencilSketch(
    _ image: Tensor, _ options: PencilSketch = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.pencil_sketch"
    let boxes = DomainTransform(.normalized, sigmaSpace: options.sigmaSpace, sigmaColor: options.sigmaColor)
    try boxes.check(operation)
    guard (0.0001...1).contains(options.shade) else {
      throw EngineError(operation, expected: "a shade between 0.0001 and 1", came: "\(options.shade)")
    }
    return try scope.apply(operation, to: image) { x in
      try onColors(of: x) { colors in
        let counts = try colors.to(.f32).domainCounts(
          ratio: boxes.passes.ratio, radius: DomainPasses.radius(boxes.passes.sigmas[0]))
        let drawing = try (counts * options.shade).to(colors.dtype)
        switch options.mode {
        case .gray: return try drawing.clamp(0, 1).expand(colors.shape).copy()
        case .color: return try (colors + (drawing - luminance(colors))).clamp(0, 1)
        }
      }
    }
  }

  /// Settings of `stylize`.
  public struct Stylize {
    /// How far even areas are smoothed, in pixels, 0.1 to 10000.
    public var sigmaSpace = 60.0
    /// Differences of color larger than this stay, 0.001 to 1000.
    public var sigmaColor = 0.45

    /// The standard settings.
    public init() {}
  }

  /// A drawing in even colors with dark outlines: the domain transform's normalised mode, darkened by its own slopes:
  /// y·(1 − Σ |Sobel's gradient|), kept within 0 to 1. Differentiable as the normalised mode is.
  /// Source: equals cv2.stylization.
  public static func stylize(
    _ image: Tensor, _ options: Stylize = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let smoothing = DomainTransform(.normalized, sigmaSpace: options.sigmaSpace, sigmaColor: options.sigmaColor)
    try smoothing.check("filters.stylize")
    return try scope.apply("filters.stylize", to: image) { x in
      try onColors(of: x) { colors in
        let y = try smoothed(colors, smoothing)
        return try colors.takesPlainKernels ? y.inkedBySlopes() : inkedPlainly(y)
      }
    }
  }

  private static func inkedPlainly(_ y: Tensor) throws -> Tensor {
    let (rise, soft) = (differences(3), binomial(3))
    let slopes = try length(
      y.separable(down: soft, across: rise, .reflect101), y.separable(down: rise, across: soft, .reflect101))
    return try (y * (1 - slopes.sum([1], keepdim: true))).clamp(0, 1)
  }
}
