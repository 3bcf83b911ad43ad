internal import Surface
internal import TensorCore

/// Winnemöller's abstraction.
extension FilterEntries {
  private static var cartoonOptions: [Option] {
    [
      .optional(
        "sigma_space", .number, "standard deviation of the bilateral filter in space", .number(3), range: 0.1...20,
        unit: "pixels"),
      .optional(
        "sigma_color", .number, "standard deviation of the bilateral filter in color", .number(4.25), range: 0.1...100,
        unit: "L*a*b*"),
      .optional("passes", .integer, "of the bilateral filter: the more, the flatter", .integer(4), range: 0...20),
      .optional(
        "edge_passes", .integer, "passes before edges are found, at most passes: the more, the fewer lines",
        .integer(2),
        range: 0...20),
      .optional(
        "line_sigma", .number, "standard deviation of the edges' narrow Gaussian: the width of lines", .number(1),
        range: 0.1...20, unit: "pixels"),
      .optional(
        "k", .number, "the edges' wide Gaussian's standard deviation over the narrow one's", .number(1.6),
        range: 1.01...10),
      .optional(
        "tau", .number, "how much the wide Gaussian counts: nearer to 1 finds fainter edges", .number(0.99),
        range: 0...1),
      .optional("line_sharpness", .number, "how quickly lines turn black", .number(2), range: 0...100),
      .optional("bins", .integer, "steps of lightness, 2 or more; 0 keeps all", .integer(8), range: 0...64),
      .optional(
        "sharpness", .number,
        "how sharply steps pass into each other; 0.9 in even areas to 1.6 at edges unless given", range: 0.01...100),
    ]
  }

  static func cartoon() -> Function {
    filter(
      "cartoon", "Draws a cartoon: flat areas, lightness in soft steps, and dark lines along edges.",
      options: cartoonOptions,
      source: "Winnemöller, Olsen, Gooch: Real-Time Video Abstraction, 2006",
      example: """
        local img = tensor.full({1, 32, 48}, 0.75)
        img[{{}, {}, {25, 48}}] = 0.35
        local noisy = img + (tensor.rand(1, 32, 48) - 0.5) * 0.04
        local drawn = filters.cartoon(noisy)
        -- areas are flat, and a line darker than both sides runs along the edge
        assert(drawn[{1, {}, {4, 18}}]:std():item() < noisy[{1, {}, {4, 18}}]:std():item() / 2)
        assert(drawn[{1, {8, 24}, {24, 27}}]:min():item() < 0.2)
        local scene = scenes.library{width = 160, height = 120}
        local cartoon = filters.cartoon(scene)
        """
    ) { _, options in
      var settings = Filters.Cartoon()
      settings.sigmaSpace = try options.number("sigma_space")
      settings.sigmaColor = try options.number("sigma_color")
      settings.passes = try options.integer("passes")
      settings.edgePasses = try options.integer("edge_passes")
      settings.lineSigma = try options.number("line_sigma")
      settings.k = try options.number("k")
      settings.tau = try options.number("tau")
      settings.lineSharpness = try options.number("line_sharpness")
      settings.bins = try options.integer("bins")
      settings.sharpness = try options.numberIfAny("sharpness")
      try settings.check()
      return { try Filters.cartoon($0, settings, scope: $1) }
    }
  }

  static var cartoonRecipe: Recipe {
    Recipe(
      """
      In CIE L*a*b*, lightness 0 to 100:
        1. edge_passes bilateral filters of the whole color: sigma_space pixels, sigma_color units
        2. lines on L: S = G_s(L) − tau·G_(k·s)(L), s = line_sigma;  D = 1 where S > 0, else 1 +
           tanh(line_sharpness·S)
        3. the other bilateral passes
        4. soft steps: d = 100 / bins, q the multiple of d nearest to L,  Q = q + (d/2)·tanh(phi·(L − q)), phi the
           sharpness, or 0.9 + 0.35·min(|∇L|, 2): steps are soft where lightness rises slowly
        5. lightness Q·D, back to RGB, kept within 0…1
      edge_passes must not exceed passes. Departures: the bilateral filter takes the sum of the absolute
      differences of L*, a* and b* as distance (filters.bilateral); the paper's sharpening by warping is left out.
      """,
      related: ["filters.bilateral", "filters.flow_xdog", "filters.posterize"])
  }
}
