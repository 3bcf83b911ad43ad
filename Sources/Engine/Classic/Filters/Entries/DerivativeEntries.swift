internal import Surface
internal import TensorCore

/// Slopes, curvature and bands of frequencies.
extension FilterEntries {
  static func derivatives() -> [Function] {
    [sobel(), laplacian(), dog(), gabor()].explained(by: derivativeRecipes)
  }

  private static func scale(_ standard: Double = 1) -> Option {
    .optional("scale", .number, "a factor on the result", .number(standard), range: -1000...1000)
  }

  private static func sobel() -> Function {
    filter(
      "sobel", "How steeply brightness changes: the length of the gradient, or one of its two parts.",
      options: [
        .optional(
          "direction", .choice(Filters.SobelDirection.allCases.map(\.rawValue)),
          "magnitude: the length; x: the slope to the right; y: the slope downwards", .string("magnitude")),
        .optional("size", .integer, "size of the kernel, odd", .integer(3), range: 3...31, unit: "pixels"),
        .optional(
          "normalize", .bool, "whether a step from 0 to 1 gives 1; false: OpenCV's whole numbers", .bool(true)),
        scale(),
        .optional(
          "offset", .number, "added to the result; 0 for the magnitude, 0.5 (mid gray) for x and y", range: -100...100),
        .optional("gray", .bool, "whether it looks at the luminance instead of every channel", .bool(false)),
        border,
      ],
      source: "cv2.Sobel (normalize = false, offset = 0); skimage.filters.sobel (scale = 1/√2)",
      example: """
        local step = tensor.zeros(1, 9, 12)
        step[{{}, {}, {7, 12}}] = 1
        local edge = filters.sobel(step)
        assert(edge[{1, 5, 6}]:item() == 1 and edge[{1, 5, 7}]:item() == 1 and edge[{1, 5, 3}]:item() == 0)
        assert(filters.sobel(step, {direction = "y", offset = 0}):abs():max():item() == 0)
        local scene = scenes.library{width = 160, height = 120}
        local lines = filters.sobel(scene):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.Sobel()
      settings.direction = Filters.SobelDirection(rawValue: try options.string("direction"))!
      settings.size = try options.integer("size")
      settings.normalize = try options.bool("normalize")
      settings.scale = try options.number("scale")
      settings.offset = try options.numberIfAny("offset")
      settings.gray = try options.bool("gray")
      settings.border = Border(rawValue: try options.string("border"))!
      try Filters.checkKernelSize("filters.sobel", settings.size)
      return { try Filters.sobel($0, settings, scope: $1) }
    }
  }

  private static func laplacian() -> Function {
    filter(
      "laplacian", "How much a pixel differs from those around it: the second derivative, on mid gray.",
      options: [
        .optional(
          "kind", .choice(Filters.LaplacianKind.allCases.map(\.rawValue)),
          "4 or 8: that many neighbors minus as many times the pixel; sobel: second derivatives of any odd size",
          .string("4")),
        .optional(
          "size", .integer, "size of the kernel of kind sobel, odd", .integer(3), range: 3...31, unit: "pixels"),
        scale(2),
        .optional("offset", .number, "added to the result", .number(0.5), range: -100...100),
        border,
      ],
      source: """
        With scale = 1 and offset = 0: cv2.Laplacian (kind 4: ksize = 1; kind sobel: ksize = size), scipy.ndimage.laplace \
        (kind 4)
        """,
      example: """
        local ramp = tensor.arange(0, 12):to("f32"):reshape(1, 1, 12):expand(1, 8, 12) / 12
        local flat = filters.laplacian(ramp)
        -- a slope has no curvature
        assert((flat[{1, {2, 7}, {2, 11}}] - 0.5):abs():max():item() < 1e-6)
        local scene = scenes.library{width = 160, height = 120}
        local detail = filters.laplacian(scene):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.Laplacian()
      settings.kind = Filters.LaplacianKind(rawValue: try options.string("kind"))!
      settings.size = try options.integer("size")
      settings.scale = try options.number("scale")
      settings.offset = try options.number("offset")
      settings.border = Border(rawValue: try options.string("border"))!
      try Filters.checkKernelSize("filters.laplacian", settings.size)
      return { try Filters.laplacian($0, settings, scope: $1) }
    }
  }

  private static func dog() -> Function {
    filter(
      "dog", "Difference of Gaussians: keeps what is about as large as sigma, on mid gray.",
      options: [
        .optional(
          "sigma", .number, "standard deviation of the narrow Gaussian", .number(1), range: 0.1...200, unit: "pixels"),
        .optional(
          "k", .number, "the wide Gaussian's standard deviation over the narrow one's", .number(1.6), range: 1.01...10),
        scale(4),
        .optional("offset", .number, "added to the result", .number(0.5), range: -100...100),
        border,
      ],
      source: """
        Marr, Hildreth: Theory of Edge Detection, 1980; skimage.filters.difference_of_gaussians (scale = 1, offset = 0)
        """,
      example: """
        local flat = tensor.full({1, 20, 20}, 0.7)
        assert((filters.dog(flat) - 0.5):abs():max():item() < 1e-5)
        local dot = tensor.zeros(1, 21, 21)
        dot[{1, 11, 11}] = 1
        local hat = filters.dog(dot, {scale = 1, offset = 0})
        -- bright in the middle, dark around it
        assert(hat[{1, 11, 11}]:item() > 0 and hat[{1, 11, 14}]:item() < 0)
        local band = filters.dog(scenes.library{width = 160, height = 120}, {sigma = 1.5}):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.DifferenceOfGaussians()
      settings.sigma = try options.number("sigma")
      settings.k = try options.number("k")
      settings.scale = try options.number("scale")
      settings.offset = try options.number("offset")
      settings.border = Border(rawValue: try options.string("border"))!
      return { try Filters.dog($0, settings, scope: $1) }
    }
  }

  private static func gabor() -> Function {
    filter(
      "gabor", "How strongly a picture swings like a wave of one length and direction; of several, the strongest.",
      options: gaborOptions,
      source: """
        Daugman: Uncertainty relation for resolution in space, spatial frequency, and orientation, 1985; cv2.filter2D of \
        cv2.getGaborKernel (normalize = false, scale = 1, orientations = 1)
        """,
      example: """
        local column = tensor.arange(0, 48):to("f32"):reshape(1, 1, 48)
        local stripes = (column * (2 * math.pi / 5)):cos():expand(1, 48, 48) * 0.5 + 0.5
        local found = filters.gabor(stripes, {orientations = 1, scale = 1, offset = 0})
        local across = filters.gabor(stripes, {orientations = 1, scale = 1, offset = 0, angle = 90})
        -- it answers to stripes of its own direction only
        assert(found:max():item() > 0.4 and across[{1, {16, 32}, {16, 32}}]:abs():max():item() < 0.05)
        local scene = scenes.library{width = 160, height = 120}
        local strokes = filters.gabor(scene):clamp(0, 1)
        """
    ) { _, options in
      var settings = Filters.Gabor()
      settings.sigma = try options.number("sigma")
      settings.angle = try options.number("angle")
      settings.wavelength = try options.number("wavelength")
      settings.aspect = try options.number("aspect")
      settings.phase = try options.number("phase")
      settings.orientations = try options.integer("orientations")
      settings.size = try options.integerIfAny("size")
      settings.normalize = try options.bool("normalize")
      settings.scale = try options.number("scale")
      settings.offset = try options.numberIfAny("offset")
      settings.border = Border(rawValue: try options.string("border"))!
      try settings.check()
      return { try Filters.gabor($0, settings, scope: $1) }
    }
  }

  private static var gaborOptions: [Option] {
    [
      .optional(
        "sigma", .number, "standard deviation of the Gaussian along the wave", .number(2), range: 0.3...50,
        unit: "pixels"),
      .optional(
        "angle", .number, "direction in which the wave runs, clockwise from the right (theta)", .number(0),
        range: -360...360, unit: "degrees"),
      .optional(
        "wavelength", .number, "length of the wave (lambda)", .number(5), range: 1...1000, unit: "pixels"),
      .optional(
        "aspect", .number, "the Gaussian's width along the wave over that across it (gamma)", .number(0.5),
        range: 0.1...10),
      .optional(
        "phase", .number, "where in the wave the middle lies (psi): 0 finds lines, 90 edges", .number(0),
        range: -360...360, unit: "degrees"),
      .optional(
        "orientations", .integer, "number of directions, evenly spread from angle on; the strongest response counts",
        .integer(8), range: 1...64),
      .optional(
        "size", .integer, "rows and columns of the kernel, odd; three standard deviations each way without it",
        range: 1...301, unit: "pixels"),
      .optional(
        "normalize", .bool, "whether flat areas give 0 and weights add up to 2 in all; false: OpenCV's weights",
        .bool(true)),
      scale(4),
      .optional(
        "offset", .number, "added to the result; 0.5 with normalize and one orientation, else 0", range: -100...100),
      border,
    ]
  }

  private static var derivativeRecipes: [String: Recipe] {
    [
      "sobel": Recipe(
        """
        gx = s(y)·d(x), gy = d(y)·s(x): s smooths across by binomial weights (1 2 1), d differs along (−1 0 1); larger
        sizes smooth both by more of Pascal's triangle.
          magnitude: y = scale·√(gx² + gy²) + offset      x, y: scale·gx + offset, scale·gy + offset
        normalize divides by what a step from 0 to 1 gives (4 for size 3). Per color channel; alpha stays. Where the
        gradient is 0, its length has a gradient of 0.
        """,
        related: ["filters.canny", "filters.laplacian", "filters.emboss"]),
      "laplacian": Recipe(
        """
        4:     (0 1 0; 1 −4 1; 0 1 0)       8: (1 1 1; 1 −8 1; 1 1 1)
        sobel: s(y)·d2(x) + d2(y)·s(x), s binomial, d2 = (1 −2 1) smoothed likewise; size 3: (2 0 2; 0 −8 0; 2 0 2)
        y = scale·(kernel over x) + offset, per color channel; alpha stays.
        """,
        related: ["filters.sobel", "filters.dog"]),
      "dog": Recipe(
        """
        y = scale·(G_sigma(x) − G_(k·sigma)(x)) + offset       (per color channel, alpha stays)
        k = 1.6 comes near to the Laplacian of a Gaussian. Thresholded it becomes a drawing: filters.xdog.
        """,
        related: ["filters.xdog", "filters.laplacian", "filters.gaussian"]),
      "gabor": Recipe(
        """
        u = a·cos(angle) + b·sin(angle), v = −a·sin(angle) + b·cos(angle) for the pixel a to the right and b below:
          k = exp(−(u² + aspect²·v²) / (2·sigma²)) · cos(2π·u / wavelength + phase)
        normalize takes a share of the Gaussian off, so that k adds up to 0, and divides by Σ|k| / 2: a wave of full
        contrast answers with about 0.5. y = scale·(k over x) + offset, stored and laid as OpenCV does (turned by
        180°). orientations = n: the maximum over n directions, 180° / n apart. Per color channel; alpha stays.
        """,
        related: ["filters.sobel", "filters.convolve"]),
    ]
  }
}
