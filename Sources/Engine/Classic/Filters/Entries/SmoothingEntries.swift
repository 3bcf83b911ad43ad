internal import Surface
internal import TensorCore

/// Means, sharpening and reliefs.
extension FilterEntries {
  static func smoothing() -> [Function] {
    [box(), unsharp(), emboss()].explained(by: smoothingRecipes)
  }

  private static func box() -> Function {
    filter(
      "box", "Blurs by the mean over a box around each pixel.",
      options: [
        .optional(
          "size", .integer, "columns of the box, and rows unless height is given", .integer(5),
          range: 1...Double(Filters.mostBox), unit: "pixels"),
        .optional("height", .integer, "rows of the box", range: 1...Double(Filters.mostBox), unit: "pixels"),
        border,
      ],
      source: "cv2.blur, scipy.ndimage.uniform_filter (equal up to rounding)",
      example: """
        local dot = tensor.zeros(1, 9, 9)
        dot[{1, 5, 5}] = 1
        local spread = filters.box(dot, {size = 3})
        -- nine equal pixels, and no tenth
        assert(math.abs(spread[{1, 4, 6}]:item() - 1 / 9) < 1e-6 and spread[{1, 5, 7}]:item() == 0)
        local blurred = filters.box(scenes.library{width = 160, height = 120}, {size = 9})
        """
    ) { _, options in
      let columns = try options.integer("size"), rows = try options.integerIfAny("height") ?? columns
      let border = Border(rawValue: try options.string("border"))!
      return { try Filters.box($0, columns: columns, rows: rows, border: border, scope: $1) }
    }
  }

  private static func unsharp() -> Function {
    filter(
      "unsharp", "Sharpens: what a blur takes away is added once more. Values may leave 0 to 1.",
      options: [
        .optional("amount", .number, "how much of the detail is added", .number(1), range: 0...100),
        .optional(
          "sigma", .number, "standard deviation of the Gaussian below which all is detail", .number(2),
          range: 0...Filters.mostSigma, unit: "pixels"),
        .optional(
          "threshold", .number, "details smaller than this stay as they are; about 0.01 spares noise", .number(0),
          range: 0...1),
        border,
      ],
      source: """
        skimage.filters.unsharp_mask with preserve_range (equal with border = "reflect"); the threshold as in Pillow's \
        ImageFilter.UnsharpMask
        """,
      example: """
        local half = tensor.full({1, 8, 16}, 0.4)
        half[{{}, {}, {9, 16}}] = 0.6
        local crisp = filters.unsharp(half, {amount = 2})
        -- darker before the step, brighter behind it, the same far away
        assert(crisp[{1, 4, 8}]:item() < 0.35 and crisp[{1, 4, 9}]:item() > 0.65)
        assert(filters.unsharp(half, {threshold = 0.5}):allclose(half))
        local sharp = filters.unsharp(scenes.library{width = 160, height = 120}, {amount = 1.5}):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.Unsharp()
      settings.amount = try options.number("amount")
      settings.sigma = try options.number("sigma")
      settings.threshold = try options.number("threshold")
      settings.border = Border(rawValue: try options.string("border"))!
      return { try Filters.unsharp($0, settings, scope: $1) }
    }
  }

  private static func emboss() -> Function {
    filter(
      "emboss", "Turns brightness into height and lights it from a side.",
      options: [
        .optional(
          "angle", .number, "where the light comes from, counterclockwise from the right; 135 is the upper left",
          .number(135), range: -360...360, unit: "degrees"),
        .optional("depth", .number, "how high the relief is", .number(0.5), range: 0...100),
        .optional(
          "relief", .choice(Filters.Relief.allCases.map(\.rawValue)),
          "gray: the relief of the luminance on mid gray; color: every channel with its own relief", .string("gray")),
        .optional(
          "sigma", .number, "standard deviation of a Gaussian that softens the relief first", .number(0),
          range: 0...Filters.mostSigma, unit: "pixels"),
        border,
      ],
      source: """
        The classic 3×3 kernel as cv2.filter2D lays it (equal at 135° and depth 1); its other directions by Prewitt's \
        derivatives, scipy.ndimage.prewitt
        """,
      example: """
        local hill = tensor.zeros(1, 16, 16)
        hill[{1, {5, 12}, {5, 12}}] = 0.1
        local lit = filters.emboss(hill)
        -- the side towards the upper left is bright, the one away from it dark, flat ground gray
        assert(lit[{1, 4, 4}]:item() > 0.55 and lit[{1, 13, 13}]:item() < 0.45 and lit[{1, 8, 8}]:item() == 0.5)
        local scene = scenes.library{width = 160, height = 120}
        local relief = filters.emboss(scene):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.Emboss()
      settings.angle = try options.number("angle")
      settings.depth = try options.number("depth")
      settings.relief = Filters.Relief(rawValue: try options.string("relief"))!
      settings.sigma = try options.number("sigma")
      settings.border = Border(rawValue: try options.string("border"))!
      return { try Filters.emboss($0, settings, scope: $1) }
    }
  }

  private static var smoothingRecipes: [String: Recipe] {
    [
      "box": Recipe(
        """
        y(i, j) = 1 / (size·height) · Σ x(i + a − ⌊height/2⌋, j + b − ⌊size/2⌋),  0 ≤ a < height, 0 ≤ b < size
        Sums that take in one row or column and give one back, in double precision, so that time does not grow with
        the box; below 25 rows and columns together they are plain sums. In long sums a NaN reaches what follows it.
        Three boxes after each other come near to a Gaussian of variance Σ (size² − 1) / 12.
        """,
        related: ["filters.gaussian", "filters.convolve"]),
      "unsharp": Recipe(
        """
        d = x − G_sigma(x), y = x + amount·d where |d| ≥ threshold, else x; per color channel, alpha stays.
        Light and dark seams of width sigma along edges are what sharpening is; a large sigma lifts the contrast of
        whole areas instead. Values are not clipped. The step at the threshold has no gradient of its own.
        """,
        related: ["filters.gaussian", "filters.dog"]),
      "emboss": Recipe(
        """
        With Prewitt's derivatives Px to the right and Py downwards of the luminance, or of each channel:
          s = depth·√2·(−cos(angle)·Px + sin(angle)·Py)
          gray: y = 0.5 + s       color: y = x + s
        At 135° and depth 1 that is the kernel (−2 −1 0; −1 0 1; 0 1 2), in color with 1 in the middle.
        Values are not clipped.
        """,
        related: ["filters.sobel", "filters.convolve"]),
    ]
  }
}
