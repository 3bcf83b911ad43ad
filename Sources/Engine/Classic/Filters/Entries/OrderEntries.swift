internal import Surface
internal import TensorCore

/// Filters that sort or count a neighborhood, and halftones.
extension FilterEntries {
  static func order() -> [Function] {
    [median(), erode(), dilate(), oilPaint(), halftone()].explained(by: orderRecipes)
  }

  private static func median() -> Function {
    filter(
      "median", "Replaces every value by the middle one around it: specks go, edges stay.",
      options: [
        .optional("size", .integer, "side of the square window, odd", .integer(3), range: 1...501, unit: "pixels"),
        .optional(
          "border", .choice(Border.allCases.map(\.rawValue)),
          "what stands outside: dcb|abcd|cba, cba|abcd|dcb, aaa|abcd|ddd, 000|abcd|000, bcd|abcd|abc",
          .string(Border.replicate.rawValue)),
      ],
      source: """
        cv2.medianBlur, scipy.ndimage.median_filter (equal exactly); large windows by Suomela: Median Filtering is \
        Equivalent to Sorting, 2014
        """,
      example: """
        local img = tensor.full({1, 20, 20}, 0.5)
        img[{1, 10, 10}] = 1
        img[{1, {}, {15, 20}}] = 0.9
        local clean = filters.median(img)
        assert(clean[{1, 10, 10}]:item() == 0.5)                                     -- the speck is gone,
        assert(clean[{1, {}, {15, 20}}]:min():item() > 0.89 and clean[{1, 5, 14}]:item() == 0.5)  -- the edge is not
        local scene = scenes.library{width = 160, height = 120}
        local flat = filters.median(scene, {size = 9})
        """
    ) { _, options in
      let size = try options.integer("size"), border = Border(rawValue: try options.string("border"))!
      try Filters.checkMedian(size)
      return { try Filters.median($0, size: size, border: border, scope: $1) }
    }
  }

  private static var morphologyOptions: [Option] {
    [
      .optional(
        "size", .integer, "side of the square that holds the shape", .integer(5), range: 1...501, unit: "pixels"),
      .optional(
        "shape", .choice(MorphologyShape.allCases.map(\.rawValue)),
        "rectangle: the square; ellipse: the one that fits into it; cross: its middle row and column",
        .string(MorphologyShape.ellipse.rawValue)),
    ]
  }

  private static func erode() -> Function {
    filter(
      "erode", "Takes the least value under a shape: dark things grow, bright ones shrink.",
      options: morphologyOptions, source: "cv2.erode with cv2.getStructuringElement (equal exactly)",
      example: """
        local img = tensor.zeros(1, 20, 20)
        img[{1, {6, 14}, {6, 14}}] = 1
        local small = filters.erode(img, {size = 3, shape = "rectangle"})
        assert(img:sum():item() == 81 and small:sum():item() == 49)
        local opened = filters.dilate(small, {size = 3, shape = "rectangle"})
        assert(opened:allclose(img))
        local scene = scenes.library{width = 160, height = 120}
        local dark = filters.erode(scene, {size = 5})
        """
    ) { _, options in
      let size = try options.integer("size"), shape = MorphologyShape(rawValue: try options.string("shape"))!
      return { try Filters.erode($0, size: size, shape: shape, scope: $1) }
    }
  }

  private static func dilate() -> Function {
    filter(
      "dilate", "Takes the largest value under a shape: bright things grow, dark ones shrink.",
      options: morphologyOptions, source: "cv2.dilate with cv2.getStructuringElement (equal exactly)",
      example: """
        local img = tensor.zeros(1, 21, 21)
        img[{1, 11, 11}] = 1
        assert(filters.dilate(img, {size = 5, shape = "cross"}):sum():item() == 9)
        assert(filters.dilate(img, {size = 5, shape = "rectangle"}):sum():item() == 25)
        assert(filters.dilate(img, {size = 5}):sum():item() == 17)
        local scene = scenes.library{width = 160, height = 120}
        local bright = filters.dilate(scene, {size = 5})
        """
    ) { _, options in
      let size = try options.integer("size"), shape = MorphologyShape(rawValue: try options.string("shape"))!
      return { try Filters.dilate($0, size: size, shape: shape, scope: $1) }
    }
  }

  private static func oilPaint() -> Function {
    filter(
      "oil_paint", "Daubs with a broad brush: every pixel takes the mean color of the most frequent tones around it.",
      options: [
        .optional(
          "radius", .integer, "half the brush: of the square window, without its middle", .integer(4), range: 1...100,
          unit: "pixels"),
        .optional("bins", .integer, "how many tones are told apart", .integer(16), range: 1...256),
        .optional(
          "sharpness", .number,
          "how strongly frequent tones win: bins are blended by (share of the window)^sharpness; 0: the fullest alone",
          .number(8), range: 0...16),
      ],
      source: """
        Holzmann: Beyond Photography, 1988; with sharpness 0 cv2.xphoto.oilPainting but for bins half a tone off, else \
        GIMP's oilify with its mode exponent
        """,
      example: """
        local img = tensor.full({3, 24, 24}, 0.2)
        img[{{}, {}, {1, 10}}] = 0.8
        img[{{}, 12, 18}] = 1
        local painted = filters.oil_paint(img, {radius = 3, sharpness = 0})
        assert(painted[{1, 12, 18}]:item() < 0.21)                        -- the speck is painted over,
        assert(painted[{1, 12, 10}]:item() > 0.79 and painted[{1, 12, 11}]:item() < 0.21)  -- the edge stays sharp
        local painting = filters.oil_paint(scenes.library{width = 160, height = 120}, {radius = 3})
        """
    ) { _, options in
      let radius = try options.integer("radius"), bins = try options.integer("bins")
      let sharpness = try options.number("sharpness")
      return { try Filters.oilPaint($0, radius: radius, bins: bins, sharpness: sharpness, scope: $1) }
    }
  }

  private static func halftone() -> Function {
    filter(
      "halftone", "Prints a picture in dots: turned screens of ink as in newspapers, or a dither of single pixels.",
      options: [
        .optional(
          "mode", .choice(HalftoneMode.allCases.map(\.rawValue)),
          "dots: round dots, a turned screen for each ink; ordered: Bayer's matrix; diffusion: Floyd and Steinberg's",
          .string(HalftoneMode.dots.rawValue)),
        .optional(
          "cell", .number,
          "side of a cell of the screen, 6 without it (dots); of the matrix: 2, 4, 8 or 16, 8 without it (ordered)",
          range: 2...200, unit: "pixels"),
        .optional(
          "angles", .list(.number),
          "how the screens of cyan, magenta, yellow and black are turned (dots), degrees; {15, 75, 0, 45} without it"),
        .optional(
          "black", .number, "how much of what the three colors share is printed in black (dots)", .number(0.5),
          range: 0...1),
        .optional(
          "softness", .number, "how wide the rims of dots are (dots)", .number(1.2), range: 0.1...10, unit: "pixels"),
      ],
      source: """
        Bayer: An Optimum Method for Two-Level Rendition of Continuous-Tone Pictures, 1973; Floyd, Steinberg: An Adaptive \
        Algorithm for Spatial Greyscale, 1976, as Pillow's Image.convert("1") (equal exactly on 8-bit levels)
        """,
      example: """
        local grey = tensor.full({1, 64, 64}, 0.3)
        for _, mode in ipairs{"dots", "ordered", "diffusion"} do
          local print = filters.halftone(grey, {mode = mode})
          assert(math.abs(print:mean():item() - 0.3) < 0.02)      -- as much ink as before,
          assert(print:min():item() == 0 and print:max():item() == 1)  -- but black on white
        end
        local scene = scenes.library{width = 160, height = 120}
        local paper = filters.halftone(scene, {cell = 4})
        """
    ) { _, options in
      var settings = Filters.Halftone()
      settings.mode = HalftoneMode(rawValue: try options.string("mode"))!
      settings.cell = try options.numberIfAny("cell")
      settings.black = try options.number("black")
      settings.softness = try options.number("softness")
      if let angles = try options.listIfAny("angles") { settings.angles = angles.compactMap(\.double) }
      try settings.check()
      return { try Filters.halftone($0, settings, scope: $1) }
    }
  }
}
