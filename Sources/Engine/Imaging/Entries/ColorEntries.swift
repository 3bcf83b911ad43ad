internal import Surface
internal import TensorCore

/// `images.to_X` and `images.from_X` for every colour space.
extension ImageEntries {
  static func colors() -> [Function] { ColorSpace.allCases.flatMap { [to($0), from($0)] } }

  private static var rgb: Option { Option("img", tensor, "RGB, 3 × height × width, 0 to 1, or a batch") }
  private static var clip: Option {
    .optional(
      "clip", .bool, "keep results within 0 to 1; what lies outside of sRGB's colours then has no gradient",
      .bool(false))
  }

  /// What some spaces can be told.
  private static func options(_ space: ColorSpace) -> [Option] {
    switch space {
    case .gray:
      [
        .optional(
          "weights", .choice(ColorSpace.Luma.allCases.map(\.rawValue)),
          "of red, green, blue: rec601 is 0.299, 0.587, 0.114 (the Y of YIQ; Pillow, OpenCV), rec709 is 0.2125, 0.7154, "
            + "0.0721 (scikit-image)", .string(ColorSpace.Luma.rec601.rawValue))
      ]
    case .ycbcr:
      [
        .optional(
          "range", .choice(["studio", "full"]),
          "studio: Y 16 to 235, Cb and Cr 16 to 240 (scikit-image); full: 0 to 1, chroma around 0.5 (JPEG)",
          .string("studio"))
      ]
    default: []
    }
  }

  private static func settings(_ space: ColorSpace, _ arguments: borrowing Arguments) throws -> ColorSpace.Options {
    let given = try arguments.options
    var settings = ColorSpace.Options()
    let names = arguments.function.options.map(\.name)
    if names.contains("weights") { settings.luma = .init(rawValue: try given.string("weights")) ?? .rec601 }
    if names.contains("range") { settings.fullRange = try given.string("range") == "full" }
    if names.contains("clip") { settings.clip = try given.bool("clip") }
    return settings
  }

  private static func to(_ space: ColorSpace) -> Function {
    Function(
      .module("images"), "to_\(space.rawValue)", "RGB to \(facts(space).name); differentiable.", [rgb],
      options: options(space), returns: "a tensor, " + facts(space).channels, source: facts(space).source,
      example: facts(space).example
    ) { arguments in
      .object(try space.from(rgb: arguments.object(0, as: Tensor.self), settings(space, arguments)))
    }
  }

  private static func from(_ space: ColorSpace) -> Function {
    let range = space == .gray ? "" : ", {clip = true}"
    return Function(
      .module("images"), "from_\(space.rawValue)",
      "\(facts(space).name.prefix(1).uppercased() + facts(space).name.dropFirst()) to RGB; differentiable.",
      [Option("img", tensor, facts(space).channels)],
      options: (space == .gray ? [] : options(space)) + (space == .gray ? [] : [clip]),
      returns: "a tensor, RGB, 0 to 1",
      source: facts(space).source,
      example: """
        local img = tensor.rand(3, 4, 6)\(space == .gray ? "[{ {1, 1} }]:expand(3, 4, 6)" : "")
        local back = images.from_\(space.rawValue)(images.to_\(space.rawValue)(img)\(range))
        assert(back:allclose(img, {atol = 1e-4}))
        """
    ) { arguments in
      .object(try space.rgb(from: arguments.object(0, as: Tensor.self), settings(space, arguments)))
    }
  }

  /// What help says of a space.
  private struct Facts {
    let name: String
    let channels: String
    let source: String
    /// Shows a value that everybody can check.
    let example: String

    init(_ name: String, _ channels: String, _ source: String, _ example: String) {
      (self.name, self.channels, self.source) = (name, channels, source)
      self.example = "local red = tensor{1, 0, 0}:reshape(3, 1, 1)\n" + example
    }
  }

  private static func facts(_ space: ColorSpace) -> Facts {
    switch space {
    case .gray:
      Facts(
        "grey", "one channel, 1 × height × width, 0 to 1", "ITU-R BT.601 luma; skimage.color.rgb2gray with rec709",
        "assert(math.abs(images.to_gray(red):item() - 0.299) < 1e-6)")
    case .linear:
      Facts(
        "linear light", "RGB in proportion to light, 0 to 1", "IEC 61966-2-1",
        "assert(math.abs(images.to_linear(red * 0.5)[1]:item() - 0.21404) < 1e-5)")
    case .hsv:
      Facts(
        "hue, saturation, value", "hue (0 red, 1/3 green, 2/3 blue), saturation, value, each 0 to 1",
        "skimage.color.rgb2hsv", "assert(images.to_hsv(red):flatten():allclose(tensor{0, 1, 1}))")
    case .yiq:
      Facts(
        "YIQ", "Y 0 to 1, I -0.596 to 0.596, Q -0.523 to 0.523", "skimage.color.rgb2yiq",
        "assert(math.abs(images.to_yiq(red)[2]:item() - 0.5959) < 1e-4)")
    case .ycbcr:
      Facts(
        "YCbCr", "Y, Cb, Cr in the option's range", "ITU-R BT.601, skimage.color.rgb2ycbcr; full range: ITU-T T.871",
        "assert(math.abs(images.to_ycbcr(red)[1]:item() - 81.481) < 1e-3)")
    case .lab:
      Facts(
        "CIE L*a*b*", "L* 0 to 100, a* and b* about -110 to 110", "skimage.color.rgb2lab: D65, 2° observer",
        "assert(math.abs(images.to_lab(red)[1]:item() - 53.24) < 0.01)")
    case .oklab:
      Facts(
        "Oklab", "L 0 to 1, a and b about -0.4 to 0.4",
        "B. Ottosson, A perceptual color space for image processing, 2020",
        "assert(math.abs(images.to_oklab(red)[1]:item() - 0.628) < 1e-3)")
    }
  }
}
