internal import Surface

/// The domain transform and what is built on it; smoothing by gradients.
extension FilterEntries {
  static func domain() -> [Function] {
    [domainTransform(), detailEnhance(), pencilSketch(), stylize(), l0Smooth(), diffusion()]
      .explained(by: domainRecipes)
  }

  private static func sigmaSpace(_ standard: Double) -> Option {
    .optional(
      "sigma_space", .number, "how far even areas are smoothed: standard deviation across the picture",
      .number(standard), range: 0.1...10_000, unit: "pixels")
  }

  private static func sigmaColor(_ standard: Double, _ units: String) -> Option {
    .optional(
      "sigma_color", .number, "larger differences stay: standard deviation across \(units)", .number(standard),
      range: 0.001...1000)
  }

  private static let colors = "colors, in units of the channels' differences added up"

  private static func domainTransform() -> Function {
    filter(
      "domain_transform", "Smooths and keeps edges, fast at any size: neighbours of other colors count as far away.",
      options: [
        sigmaSpace(60), sigmaColor(0.4, colors),
        .optional(
          "mode", .choice(DomainMode.allCases.map(\.rawValue)),
          "recursive: softest; normalized: evenest areas, hardest edges; interpolated: edges a little soft, as by diffusion",
          .string("recursive")),
        .optional(
          "iterations", .integer, "passes over rows and columns: more leave fewer stripes", .integer(3), range: 1...10),
      ],
      source: """
        Gastal, Oliveira: Domain Transform for Edge-Aware Image and Video Processing, 2011; equals \
        cv2.edgePreservingFilter (recursive, normalized) and cv2.ximgproc.dtFilter
        """,
      example: """
        local img = tensor.zeros(1, 40, 60)
        img[{{}, {}, {31, 60}}] = 1
        local noisy = img + tensor.rand(1, 40, 60) * 0.1
        for _, mode in ipairs{"recursive", "normalized"} do
          local smooth = filters.domain_transform(noisy, {sigma_space = 20, sigma_color = 0.5, mode = mode})
          -- the noise goes as under a wide blur, and yet nothing crosses the edge
          assert(smooth[{1, {}, {1, 30}}]:std():item() < 0.4 * noisy[{1, {}, {1, 30}}]:std():item())
          assert((smooth[{1, {}, 31}] - smooth[{1, {}, 30}]):mean():item() > 0.9)
        end
        local scene = scenes.library{width = 160, height = 120}
        local calm = filters.domain_transform(scene, {sigma_space = 30, sigma_color = 0.5})
        """
    ) { _, options in
      var settings = Filters.DomainTransform()
      settings.sigmaSpace = try options.number("sigma_space")
      settings.sigmaColor = try options.number("sigma_color")
      settings.mode = DomainMode(rawValue: try options.string("mode"))!
      settings.iterations = try options.integer("iterations")
      return { try Filters.domainTransform($0, settings, scope: $1) }
    }
  }

  private static func detailEnhance() -> Function {
    filter(
      "detail_enhance", "Strengthens fine, weak detail of the lightness and leaves strong edges as they are.",
      options: [
        sigmaSpace(10), sigmaColor(0.04, "lightness, in units of L*/255 (white is 0.39)"),
        .optional(
          "amount", .number, "what detail is multiplied by: 1 keeps the picture, 0 smooths it", .number(3),
          range: 0...100),
      ],
      source: "cv2.detailEnhance (amount 3), upon Gastal, Oliveira 2011",
      example: """
        local img = tensor.full({3, 20, 40}, 0.2)
        img[{{}, {}, {21, 40}}] = 0.8
        img[{{}, {}, 10}] = 0.22                            -- a faint line and a strong edge
        local sharp = filters.detail_enhance(img, {sigma_space = 5, sigma_color = 0.02})
        assert(sharp[{1, 10, 10}]:item() - sharp[{1, 10, 5}]:item() > 0.03)
        assert(math.abs(sharp[{1, 10, 21}]:item() - 0.8) < 0.02)   -- no halo
        local scene = scenes.library{width = 160, height = 120}
        local crisp = filters.detail_enhance(scene, {sigma_color = 0.04})
        """
    ) { _, options in
      var settings = Filters.DetailEnhance()
      settings.sigmaSpace = try options.number("sigma_space")
      settings.sigmaColor = try options.number("sigma_color")
      settings.amount = try options.number("amount")
      return { try Filters.detailEnhance($0, settings, scope: $1) }
    }
  }

  private static func pencilSketch() -> Function {
    filter(
      "pencil_sketch", "Draws with a pencil: shading where the picture is busy, paper where it is even.",
      options: [
        .optional(
          "mode", .choice(PencilMode.allCases.map(\.rawValue)), "gray: graphite; color: the picture's colors stay",
          .string("gray")),
        sigmaSpace(60), sigmaColor(0.15, colors),
        .optional(
          "shade", .number, "brightness that each pixel of a box adds: less draws darker", .number(0.05),
          range: 0.0001...1),
      ],
      source: "cv2.pencilSketch (its first and second result), upon Gastal, Oliveira 2011",
      example: """
        local img = tensor.full({3, 64, 64}, 0.3)
        img[{{}, {33, 64}, {}}] = 0.9
        local drawing = filters.pencil_sketch(img, {sigma_space = 10, sigma_color = 0.07, shade = 0.02})
        -- brightness tells of edges, not of brightness: dark and bright areas are paper alike
        assert(drawing[{1, 10, 32}]:item() == drawing[{1, 55, 32}]:item())
        assert(drawing[{1, 33, 32}]:item() < drawing[{1, 55, 32}]:item())
        local scene = scenes.library{width = 160, height = 120}
        local pencils = filters.pencil_sketch(scene, {mode = "color", sigma_space = 20, sigma_color = 0.25, shade = 0.05})
        """
    ) { _, options in
      var settings = Filters.PencilSketch()
      settings.mode = PencilMode(rawValue: try options.string("mode"))!
      settings.sigmaSpace = try options.number("sigma_space")
      settings.sigmaColor = try options.number("sigma_color")
      settings.shade = try options.number("shade")
      return { try Filters.pencilSketch($0, settings, scope: $1) }
    }
  }

  private static func stylize() -> Function {
    filter(
      "stylize", "A drawing in even colors with dark outlines: edges kept and inked, the rest smoothed.",
      options: [sigmaSpace(60), sigmaColor(0.45, colors)],
      source: "cv2.stylization, upon Gastal, Oliveira 2011",
      example: """
        local img = tensor.full({3, 32, 48}, 0.3)
        img[{{}, {}, {25, 48}}] = 0.8
        local drawn = filters.stylize(img + tensor.rand(3, 32, 48) * 0.04, {sigma_space = 20})
        assert(drawn[{1, 16, 25}]:item() < 0.05)            -- the edge has become a black line
        assert(drawn[{1, {}, {40, 48}}]:mean():item() > 0.75)
        local scene = scenes.library{width = 160, height = 120}
        local drawing = filters.stylize(scene)
        """
    ) { _, options in
      var settings = Filters.Stylize()
      settings.sigmaSpace = try options.number("sigma_space")
      settings.sigmaColor = try options.number("sigma_color")
      return { try Filters.stylize($0, settings, scope: $1) }
    }
  }

  private static func l0Smooth() -> Function {
    filter(
      "l0_smooth", "Flattens a picture to few areas with sharp borders, as cut from paper.",
      options: [
        .optional(
          "lambda", .number, "what a step between two pixels costs: more leaves fewer steps; above 0", .number(0.02),
          range: 0...10),
        .optional(
          "kappa", .number, "growth of the splitting's weight: nearer to 1 is slower and more exact", .number(2),
          range: 1.05...100),
      ],
      source: "Xu, Lu, Xu, Jia: Image Smoothing via L0 Gradient Minimization, 2011",
      example: """
        local img = tensor.zeros(1, 32, 48)
        img[{{}, {}, {25, 48}}] = 0.5
        local ramp = tensor.arange(0, 48):reshape(1, 1, 48) * 0.002
        local flat = filters.l0_smooth(img + ramp + tensor.rand(1, 32, 48) * 0.05, {lambda = 0.02})
        -- slopes and noise are gone, the step is as high as it was
        assert((flat[{1, {}, 2}] - flat[{1, {}, 22}]):abs():max():item() < 0.02)
        assert((flat[{1, {}, 25}] - flat[{1, {}, 24}]):mean():item() > 0.45)
        local scene = scenes.library{width = 160, height = 120}
        local cut = filters.l0_smooth(scene, {lambda = 0.015})
        """
    ) { _, options in
      var settings = Filters.L0Smooth()
      settings.lambda = try options.number("lambda")
      settings.kappa = try options.number("kappa")
      return { try Filters.l0Smooth($0, settings, scope: $1) }
    }
  }

  private static func diffusion() -> Function {
    filter(
      "diffusion", "Lets values flow as heat does, but not across edges: anisotropic diffusion.",
      options: [
        .optional("iterations", .integer, "number of steps", .integer(20), range: 1...10_000),
        .optional(
          "kappa", .number, "the difference between neighbours that counts as an edge", .number(0.08),
          range: 0.0001...1000),
        .optional(
          "step", .number, "how much of the flow a step takes, above 0: beyond 0.25 waves would grow", .number(0.2),
          range: 0...0.25),
        .optional(
          "mode", .choice(DiffusionMode.allCases.map(\.rawValue)),
          "exponential: keeps strong edges; rational: keeps wide areas", .string("exponential")),
      ],
      source: """
        Perona, Malik: Scale-Space and Edge Detection Using Anisotropic Diffusion, 1990; of a grey picture equals \
        medpy.filter.smoothing.anisotropic_diffusion (options 1 and 2)
        """,
      example: """
        local img = tensor.zeros(1, 32, 32)
        img[{{}, {}, {17, 32}}] = 1
        local noisy = img + tensor.rand(1, 32, 32) * 0.1
        local calm = filters.diffusion(noisy, {iterations = 50, kappa = 0.1})
        assert(calm[{1, {}, {1, 16}}]:std():item() < 0.3 * noisy[{1, {}, {1, 16}}]:std():item())
        assert((calm[{1, {}, 17}] - calm[{1, {}, 16}]):mean():item() > 0.95)
        assert(math.abs((calm:mean() - noisy:mean()):item()) < 1e-5)     -- nothing is lost
        local scene = scenes.library{width = 160, height = 120}
        local soft = filters.diffusion(scene, {iterations = 40, mode = "rational"})
        """
    ) { _, options in
      var settings = Filters.Diffusion()
      settings.iterations = try options.integer("iterations")
      settings.kappa = try options.number("kappa")
      settings.step = try options.number("step")
      settings.mode = DiffusionMode(rawValue: try options.string("mode"))!
      try settings.check()
      return { try Filters.diffusion($0, settings, scope: $1) }
    }
  }
}
