internal import Surface
internal import TensorCore

/// Tone, color and grain: pixel by pixel.
extension FilterEntries {
  static func tone() -> [Function] {
    [toneCurve(), chroma(), gradientMap(), grain()].explained(by: toneRecipes)
  }

  private static func toneCurve() -> Function {
    filter(
      "tone_curve", "Maps the brightness by a curve through given values; colors keep their differences from it.",
      options: [
        .optional(
          "curve", .list(.number), "what evenly spaced levels from black to white become, 2 to 64 numbers",
          .table(Table(list: [0, 0.2, 0.5, 0.8, 1].map { .number($0) })))
      ],
      source: "the curves of a darkroom's paper; straight between the levels",
      example: """
        local img = scenes.library{width = 160, height = 120}
        local negative = filters.tone_curve(img:mean(1):unsqueeze(1), {curve = {1, 0}})
        assert(negative:allclose(1 - img:mean(1):unsqueeze(1), {atol = 1e-6}))
        local same = filters.tone_curve(img, {curve = {0, 0.5, 1}})
        assert(same:allclose(img, {atol = 1e-6}))
        local contrasty = filters.tone_curve(img, {curve = {0, 0.1, 0.5, 0.95, 1}})
        """
    ) { _, options in
      let curve = try FilterEntries.numbers(try options.listIfAny("curve") ?? [], 2...64, options, "curve")
      return { try Filters.toneCurve($0, curve, scope: $1) }
    }
  }

  /// A list of finite numbers.
  private static func numbers(
    _ list: [Value], _ count: ClosedRange<Int>, _ options: Options, _ name: String
  ) throws -> [Double] {
    let numbers = list.compactMap(\.double)
    guard count.contains(list.count), numbers.count == list.count, numbers.allSatisfy({ $0.isFinite }) else {
      let many =
        count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      throw options.mismatch(name, "a list of \(many) finite numbers")
    }
    return numbers
  }

  private static func chroma() -> Function {
    func scale(_ name: String, _ which: String) -> Option {
      .optional(
        name, .number, "what the difference from \(which) is multiplied by; 0 is grey", .number(1), range: -10...10)
    }
    func shift(_ name: String, _ which: String) -> Option {
      .optional(name, .number, "added to it; above 0 is more \(which)", .number(0), range: -1...1)
    }
    return filter(
      "chroma", "Makes colors stronger, weaker or other ones; the brightness stays.",
      options: [
        scale("scale_cb", "blue"), scale("scale_cr", "red"), shift("shift_cb", "blue"), shift("shift_cr", "red"),
        .optional("mix", .number, "how much of each difference goes into the other", .number(0), range: -10...10),
      ],
      source: "ITU-R BT.601's color differences Cb and Cr",
      example: """
        local img = scenes.library{width = 160, height = 120, season = "autumn"}
        local grey = filters.chroma(img, {scale_cb = 0, scale_cr = 0})
        assert(grey:allclose(images.to_gray(img):expand(3, 120, 160), {atol = 1e-5}))
        local vivid = filters.chroma(img, {scale_cb = 1.8, scale_cr = 1.8})
        assert(images.to_gray(vivid):allclose(images.to_gray(img), {atol = 1e-5}))
        """
    ) { _, options in
      var settings = Filters.Chroma()
      settings.scaleBlue = try options.number("scale_cb")
      settings.scaleRed = try options.number("scale_cr")
      settings.mix = try options.number("mix")
      settings.shiftBlue = try options.number("shift_cb")
      settings.shiftRed = try options.number("shift_cr")
      return { try Filters.chroma($0, settings, scope: $1) }
    }
  }

  private static func gradientMap() -> Function {
    func color(_ r: Double, _ g: Double, _ b: Double) -> Value {
      .table(Table(list: [r, g, b].map { .number($0) }))
    }
    return filter(
      "gradient_map", "Gives every brightness a color of its own, as inks on tinted paper do.",
      options: [
        .optional(
          "colors", .list(.list(.number)), "{red, green, blue} of evenly spaced brightnesses, dark to bright, 2 to 64",
          .table(Table(list: [color(0.16, 0.1, 0.06), color(0.55, 0.4, 0.25), color(1, 0.95, 0.84)])))
      ],
      source: "duotone printing; straight between the colors",
      example: """
        local img = scenes.library{width = 160, height = 120}
        local two = filters.gradient_map(tensor.full({3, 4, 4}, 0.25), {colors = {{0, 0, 1}, {1, 1, 0}}})
        assert(two[{{}, 1, 1}]:allclose(tensor{0.25, 0.25, 0.75}))
        local sepia = filters.gradient_map(img)
        """
    ) { _, options in
      let colors = try (try options.listIfAny("colors") ?? []).map { value -> [Double] in
        guard case .table(let color) = value else {
          throw options.mismatch("colors", "a list of colors {red, green, blue}")
        }
        return try FilterEntries.numbers(color.list, 3...3, options, "colors")
      }
      guard (2...64).contains(colors.count) else { throw options.mismatch("colors", "a list of 2 to 64 colors") }
      return { try Filters.gradientMap($0, colors, scope: $1) }
    }
  }

  private static func grain() -> Function {
    filter(
      "grain", "Adds the grain of film or paper: soft noise, the same at every call with one seed.",
      options: [
        .optional("amount", .number, "the noise's standard deviation, of 1 for white", .number(0.05), range: 0...10),
        .optional(
          "size", .number, "standard deviation of the Gaussian that softens the noise; its strength stays",
          .number(0.7),
          range: 0...100, unit: "pixels"),
        .optional("seed", .integer, "which noise", .integer(0), range: 0...9_007_199_254_740_992),
      ],
      source: "Gaussian noise of Philox4x32-10 (Salmon et al. 2011), softened",
      example: """
        local img = tensor.full({3, 64, 64}, 0.5)
        local noise = filters.grain(img, {amount = 0.1, size = 1.5, seed = 3}) - img
        assert(math.abs(noise:std():item() - 0.1) < 0.02 and math.abs(noise:mean():item()) < 0.02)
        assert(filters.grain(img, {seed = 3}):allclose(filters.grain(img, {seed = 3})))
        local film = filters.grain(scenes.library{width = 160, height = 120, time = "dusk"}, {amount = 0.08})
        """
    ) { _, options in
      let (amount, size) = (try options.number("amount"), try options.number("size"))
      let seed = try options.integer("seed")
      return { try Filters.grain($0, amount: amount, size: size, seed: seed, scope: $1) }
    }
  }

  private static var toneRecipes: [String: Recipe] {
    [
      "tone_curve": Recipe(
        """
        With the luma Y = 0.299·R + 0.587·G + 0.114·B and a curve T, straight between T(0), T(1/n), … T(1):
          R' = R + T(Y) − Y, and so for G and B
        Outside 0 to 1 the curve goes on as at its ends. Values are not cut off. Pictures without three colors are
        mapped channel by channel. filters.fit finds a curve.
        """,
        related: ["filters.chroma", "filters.gradient_map", "filters.fit"]),
      "chroma": Recipe(
        """
        With Cb = (B − Y) / 1.772 and Cr = (R − Y) / 1.402:
          Cb' = scale_cb·Cb + mix·Cr + shift_cb
          Cr' = mix·Cb + scale_cr·Cr + shift_cr
        and back with the same Y. Values are not cut off. Pictures without three colors stay as they are.
        """,
        related: ["filters.tone_curve", "filters.gradient_map", "images.to_ycbcr"]),
      "gradient_map": Recipe(
        """
        Each channel is a curve of the luma, as in filters.tone_curve, through that channel of the colors.
        What is darker than 0 or brighter than 1 takes the first or last color.
        """,
        related: ["filters.tone_curve", "filters.chroma"]),
      "grain": Recipe(
        """
        y = x + amount·n, where n is white normal noise under a Gaussian g of standard deviation size, divided by
        Σg² (the standard deviation that the two passes leave). One plane of noise for all colors and pictures.
        """,
        related: ["filters.gaussian", "filters.fit"]),
    ]
  }
}
