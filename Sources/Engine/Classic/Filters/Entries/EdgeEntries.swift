internal import Surface
internal import TensorCore

/// Edges as lines, and few levels: filters whose results are made of steps.
extension FilterEntries {
  static func steps() -> [Function] {
    [canny(), posterize()].explained(by: stepRecipes)
  }

  private static func canny() -> Function {
    filter(
      "canny", "Draws edges as white lines of one pixel on black.",
      options: [
        .optional(
          "sigma", .number, "standard deviation of the Gaussian that smooths first; more of it, fewer lines",
          .number(1), range: 0...Filters.mostSigma, unit: "pixels"),
        .optional(
          "low", .number, "gradients from here on continue a line; a step from black to white has 4", .number(0.1),
          range: 0...100),
        .optional(
          "high", .number, "every line has a gradient from here on somewhere; not below low", .number(0.2),
          range: 0...100),
      ],
      source: """
        Canny: A Computational Approach to Edge Detection, 1986; skimage.feature.canny (the same pixels but for \
        rounding). cv2.Canny differs: whole-number gradients, eight directions.
        """,
      example: """
        local half = tensor.zeros(3, 20, 30)
        half[{{}, {}, {16, 30}}] = 0.6
        local edge = filters.canny(half)
        -- one line, from the second row to the last but one
        assert(edge[{1, 10, {}}]:sum():item() == 1 or edge[{1, 10, {}}]:sum():item() == 2)
        assert(filters.canny(half, {low = 4, high = 5}):sum():item() == 0)
        local lines = filters.canny(scenes.library{width = 160, height = 120}, {low = 0.2, high = 0.5})
        """
    ) { _, options in
      var settings = Filters.Canny()
      settings.sigma = try options.number("sigma")
      settings.low = try options.number("low")
      settings.high = try options.number("high")
      try settings.check()
      return { try Filters.canny($0, settings, scope: $1) }
    }
  }

  private static func posterize() -> Function {
    filter(
      "posterize", "Reduces every color channel to a few levels.",
      options: [
        .optional("levels", .integer, "number of levels from 0 to 1; 4 without bits", range: 2...256),
        .optional("bits", .integer, "instead: the highest bits of values from 0 to 255 that stay", range: 1...8),
      ],
      source: "with bits: Pillow's ImageOps.posterize",
      example: """
        local ramp = tensor.arange(0, 64):to("f32"):reshape(1, 1, 64) / 63
        local steps = filters.posterize(ramp, {levels = 3})
        assert(steps[{1, 1, 1}]:item() == 0 and steps[{1, 1, 33}]:item() == 0.5 and steps[{1, 1, 64}]:item() == 1)
        local soft = filters.gaussian(scenes.library{width = 160, height = 120}, {sigma = 1})
        local poster = filters.posterize(soft, {levels = 4})
        """
    ) { arguments, options in
      let levels = try options.integerIfAny("levels"), bits = try options.integerIfAny("bits")
      if levels != nil && bits != nil {
        throw EngineError(arguments.function.qualifiedName, "takes either levels or bits, not both")
      }
      let choice = bits.map { Filters.Levels.bits($0) } ?? .even(levels ?? 4)
      return { try Filters.posterize($0, choice, scope: $1) }
    }
  }

  private static var stepRecipes: [String: Recipe] {
    [
      "canny": Recipe(
        """
        On the luminance:
          1. a Gaussian, whose weights outside the picture are left out and the others scaled up
          2. Sobel's gx and gy, their length m
          3. a pixel stays if m ≥ low and no value of m one step along the gradient, to either side, exceeds it; these
             values lie between two neighbors and are interpolated
          4. of pixels that touch, edges and corners alike, all stay if one has m ≥ high
        The outermost pixels are never edges. 1 on lines, 0 elsewhere. There is no gradient: use sobel for one.
        """,
        related: ["filters.sobel", "filters.xdog"]),
      "posterize": Recipe(
        """
        levels: y = ⌊x·(levels − 1) + ½⌋ / (levels − 1)
        bits: y = (⌊255·x + ½⌋, its lower 8 − bits bits 0) / 255
        x is clipped to 0...1 first; alpha stays. Smoothing first keeps noise from fraying the borders of the steps.
        There is no gradient.
        """,
        related: ["filters.kuwahara", "filters.canny"]),
    ]
  }
}
