internal import Surface
internal import TensorCore

/// Filters with a medium's own noise: watercolor and pen.
extension FilterEntries {
  private static var seed: Option {
    .optional("seed", .integer, "which noise: the same seed gives the same bytes", .integer(1), range: 0...0x1p53)
  }

  private static func share(_ name: String, _ summary: String, _ standard: Double, most: Double = 4) -> Option {
    .optional(name, .number, summary, .number(standard), range: 0...most)
  }

  static func watercolor() -> Function {
    filter(
      "watercolor",
      "Paints in watercolor: washes with dark rims, drifting and settling pigment, trembling outlines, grainy paper.",
      options: [
        .optional(
          "radius", .integer, "size of the brush: smaller details go", .integer(6), range: 1...50, unit: "pixels"),
        .optional(
          "washes", .integer, "steps of lightness, 2 or more; 0 keeps all tones", .integer(7), range: 0...64),
        .optional("wobble", .number, "how far outlines tremble", .number(2), range: 0...50, unit: "pixels"),
        share("edges", "how much pigment gathers at the rims of washes", 1),
        share("turbulence", "how unevenly the water carries pigment, in large clouds", 1),
        share("granulation", "how much pigment settles in the paper's valleys", 1),
        share("paper", "how much the paper's tint and relief show", 1),
        share("lightness", "how far the colors are thinned with water", 0.45, most: 0.9),
        share("saturation", "how vivid colors are: 0 grey, 1 as they are", 1.4), seed,
      ],
      source: """
        Bousseau, Kaplan, Thollot, Sillion: Interactive Watercolor Rendering with Temporal Coherence and Abstraction, \
        2006; Luft, Deussen: Real-Time Watercolor Illustrations of Plants Using a Blurred Depth Test, 2006
        """,
      example: """
        local white = tensor.ones(3, 40, 40)
        local sheet = filters.watercolor(white)
        assert(sheet:std():item() < 0.03 and sheet:mean():item() > 0.94)   -- pigment leaves white alone: only paper
        local grey = filters.watercolor(white * 0.5)
        assert(grey[1]:std():item() > 2 * sheet[1]:std():item())           -- clouds and grain of pigment
        assert(filters.watercolor(white * 0.5):allclose(grey, {rtol = 0, atol = 0}))
        local scene = scenes.library{width = 160, height = 120}
        local painting = filters.watercolor(scene, {radius = 3, wobble = 1})
        """
    ) { _, options in
      var settings = Filters.Watercolor()
      settings.radius = try options.integer("radius")
      settings.washes = try options.integer("washes")
      settings.wobble = try options.number("wobble")
      settings.edges = try options.number("edges")
      settings.turbulence = try options.number("turbulence")
      settings.granulation = try options.number("granulation")
      settings.paper = try options.number("paper")
      settings.lightness = try options.number("lightness")
      settings.saturation = try options.number("saturation")
      settings.seed = UInt64(try options.integer("seed"))
      try settings.check()
      return { try Filters.watercolor($0, settings, scope: $1) }
    }
  }

  private static var hatchingOptions: [Option] {
    [
      .optional(
        "direction", .choice(Filters.Hatching.Direction.allCases.map(\.rawValue)),
        "fixed: strokes at one angle; flow: along the picture's edges", .string("fixed")),
      .optional(
        "angle", .number,
        "the first layer's, counterclockwise, against the rows (fixed: 45 unless given) or the edges (flow: 0)",
        range: -360...360, unit: "degrees"),
      .optional("spacing", .number, "from stroke to stroke", .number(4), range: 1...100, unit: "pixels"),
      .optional(
        "layers", .integer, "of strokes, each at another angle; dark tones take more; 5 (fixed), 3 (flow) unless given",
        range: 1...8),
      .optional("length", .number, "of strokes", .number(16), range: 2...100, unit: "spacings"),
      share("jitter", "how far strokes stray from their lines (fixed)", 0.4, most: 1),
      .optional(
        "smoothing", .number, "standard deviation of the blur of the edges' directions (flow)", .number(4),
        range: 0...100, unit: "pixels"),
      .optional(
        "gamma", .number, "exponent of the luminance: below 1 lighter, above 1 darker", .number(0.6), range: 0.1...10),
      share("outline", "how strongly outlines are drawn", 1, most: 1),
      .optional("ink", .list(.number), "{red, green, blue}, 0 to 1; {0.08, 0.07, 0.1} unless given"),
      .optional("paper", .list(.number), "{red, green, blue}, 0 to 1; {0.98, 0.965, 0.93} unless given"), seed,
    ]
  }

  static func hatching() -> Function {
    filter(
      "hatching", "Draws in pen strokes: the darker the tone, the wider and the more often crossed.",
      options: hatchingOptions,
      source: """
        in the spirit of Praun, Hoppe, Webb, Finkelstein: Real-Time Hatching, 2001; along the flow: Cabral, Leedom: \
        Imaging Vector Fields Using Line Integral Convolution, 1993
        """,
      example: """
        local plain = {gamma = 1, ink = {0, 0, 0}, paper = {1, 1, 1}}
        local last = 2
        for _, tone in ipairs{1, 0.8, 0.6, 0.4, 0.2} do
          local mean = filters.hatching(tensor.full({1, 96, 96}, tone), plain):mean():item()
          assert(math.abs(mean - tone) < 0.06 and mean < last)   -- strokes add up to the tone
          last = mean
        end
        local rows = filters.hatching(tensor.full({1, 96, 96}, 0.8), {angle = 0, layers = 1, jitter = 0})
        assert(rows:mean({3}):std():item() > 2 * rows:mean({2}):std():item())
        local scene = scenes.library{width = 160, height = 120}
        local drawing = filters.hatching(scene, {spacing = 3})
        """
    ) { _, options in
      var settings = Filters.Hatching()
      settings.direction = Filters.Hatching.Direction(rawValue: try options.string("direction"))!
      settings.angle = try options.numberIfAny("angle")
      settings.spacing = try options.number("spacing")
      settings.layers = try options.integerIfAny("layers")
      settings.length = try options.number("length")
      settings.jitter = try options.number("jitter")
      settings.smoothing = try options.number("smoothing")
      settings.gamma = try options.number("gamma")
      settings.outline = try options.number("outline")
      settings.ink = try options.listIfAny("ink")?.compactMap(\.double) ?? settings.ink
      settings.paper = try options.listIfAny("paper")?.compactMap(\.double) ?? settings.paper
      settings.seed = UInt64(try options.integer("seed"))
      try settings.check()
      return { try Filters.hatching($0, settings, scope: $1) }
    }
  }

  static var mediaRecipes: [String: Recipe] {
    [
      "cartoon": cartoonRecipe,
      "watercolor": Recipe(
        """
        1. outlines tremble: the picture is read at places displaced by noise of 40 and of 7 pixels (wobble)
        2. abstraction: two anisotropic Kuwahara filters, of the radius and of half of it
        3. washes: lightness goes to soft steps, q + (s/2)·tanh(35·(L − q)), s = 1 / washes, q the nearest step; noise
           of 60 pixels added before and mostly taken away after lets their borders wander; three quarters count
        4. thinning: C → 1 − (1 − C^(1−lightness))·(1 − lightness/5)
        5. density of pigment d = 1 + edges·e + turbulence·0.75·T + granulation·0.55·P, clouds T and paper P noise of
           90 and of 3 to 7 pixels; e is the steepness of the washes plus what a blur is brighter than the wash: the
           inner rims
        6. C → C − (C − C²)·(d − 1): white and black stay, all between them darken with the density
        7. the paper's tint and its relief P, lit from the upper left
        Departures: Bousseau et al. flatten by mean shift and morphology, here the Kuwahara filter does it; the rims'
        inner part follows Luft and Deussen. Colors end within 0…1. No gradient.
        """,
        related: ["filters.kuwahara", "filters.hatching"]),
      "hatching": Recipe(
        """
        Darkness D = 1 − L^gamma of the slightly blurred luminance L is shared out to the layers in order: the first
        ones cover c = 1 − (1 − D) / (what earlier layers left), up to a limit that leaves a quarter among them, the
        last one the rest: the paper that stays white is 1 − D, and tones nest as in tonal art maps.
        fixed: a layer's strokes lie on lines at an angle, spacing apart, bent and moved by noise; pieces of a length
        taper off. A piece appears at a rank of its own, as wide as the nib, and grows with c. How much strokes of a
        darkness cover is measured on even grounds and inverted, so that the mean is the tone.
        flow: white noise, blurred to the spacing, is averaged along the edges' flow (turned for each layer); its
        normalized values pass through the normal distribution, which spreads them evenly: ink is where c exceeds
        them. Layers' angles against the first: 0, 90, −22, 68, 40, −50, 11, −79 degrees, along the flow 0, 38, −38,
        90, 19, −19, 64, −64. Outlines are those of flow_xdog with tau = 0.98. Departures: strokes are computed at
        every pixel, where Praun et al. blend textures. No gradient.
        """,
        related: ["filters.flow_xdog", "filters.watercolor"]),
    ]
  }
}
