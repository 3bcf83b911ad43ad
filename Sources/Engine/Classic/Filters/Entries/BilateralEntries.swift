internal import Surface
internal import TensorCore

/// The bilateral family and the guided filter.
extension FilterEntries {
  static func bilateral() -> [Function] {
    [plainBilateral(), jointBilateral(), guided()].explained(by: bilateralRecipes)
  }

  private static var bilateralOptions: [Option] {
    [
      .optional(
        "sigma_color", .number,
        "how different a neighbor may be: standard deviation of the sum over the channels of the absolute differences",
        .number(0.1), range: 0.001...1000),
      .optional(
        "sigma_space", .number, "how far a neighbor may be: a standard deviation", .number(3), range: 0.1...1000,
        unit: "pixels"),
      .optional(
        "diameter", .integer,
        "the circle of neighbors (exact); even ones count as the next odd one; 0: 2·round(1.5·sigma_space) + 1",
        .integer(0), range: 0...255, unit: "pixels"),
      .optional(
        "mode", .choice(BilateralMode.allCases.map(\.rawValue)),
        "exact: all neighbors one by one; grid: an approximation, fast however large sigma_space is",
        .string(BilateralMode.exact.rawValue)),
      border,
    ]
  }

  private static func bilateralSettings(_ options: Options, _ operation: String) throws -> Filters.Bilateral {
    let settings = Filters.Bilateral(
      sigmaColor: try options.number("sigma_color"), sigmaSpace: try options.number("sigma_space"),
      diameter: try options.integer("diameter"), mode: BilateralMode(rawValue: try options.string("mode"))!,
      border: Border(rawValue: try options.string("border"))!)
    try settings.check(operation)
    return settings
  }

  private static func plainBilateral() -> Function {
    filter(
      "bilateral", "Smooths areas and keeps edges: a mean of those neighbors that are near and alike.",
      options: bilateralOptions,
      source: """
        Tomasi, Manduchi: Bilateral Filtering for Gray and Color Images, 1998; exact: cv2.bilateralFilter on floats \
        (equal up to rounding); grid: Paris, Durand: A Fast Approximation of the Bilateral Filter using a Signal \
        Processing Approach, 2006; Chen, Paris, Durand: Real-Time Edge-Aware Image Processing with the Bilateral \
        Grid, 2007
        """,
      example: """
        local half = tensor.zeros(1, 16, 32)
        half[{{}, {}, {17, 32}}] = 1
        local noisy = half + tensor.rand(1, 16, 32) * 0.2
        for _, mode in ipairs{"exact", "grid"} do
          local flat = filters.bilateral(noisy, {sigma_color = 0.3, mode = mode})
          -- the noise goes, the step from one column to the next stays
          assert(flat[{1, {}, {1, 14}}]:std():item() < noisy[{1, {}, {1, 14}}]:std():item() / 2)
          assert((flat[{1, {}, 17}] - flat[{1, {}, 16}]):mean():item() > 0.8)
        end
        local scene = scenes.library{width = 160, height = 120}
        local smooth = filters.bilateral(scene, {sigma_color = 0.3, sigma_space = 4})
        """
    ) { arguments, options in
      let settings = try bilateralSettings(options, arguments.function.qualifiedName)
      return { try Filters.bilateral($0, settings, scope: $1) }
    }
  }

  private static func jointBilateral() -> Function {
    filter(
      "joint_bilateral", "A bilateral filter that smooths a picture up to the edges of another one, the guide.",
      [
        Option(
          "guide", .object("tensor"),
          "the picture whose differences count: [C, H, W], or a batch of as many; any channels, alpha does not count")
      ],
      options: bilateralOptions,
      source: """
        Petschnig et al.: Digital Photography with Flash and No-Flash Image Pairs, 2004; Eisemann, Durand: Flash \
        Photography Enhancement via Intrinsic Relighting, 2004; the formula of cv2.ximgproc.jointBilateralFilter
        """,
      example: """
        local guide = tensor.zeros(1, 16, 32)
        guide[{{}, {}, {17, 32}}] = 1
        local noise = tensor.rand(3, 16, 32)
        local means = filters.joint_bilateral(noise, guide, {sigma_space = 30, diameter = 61})
        -- only the other side of the guide's edge is left out
        assert(means[{1, {}, {1, 16}}]:std():item() < 0.1 and means[{1, {}, {17, 32}}]:std():item() < 0.1)
        local moved = noise:clone()
        moved[{{}, {}, {17, 32}}] = 0
        local same = filters.joint_bilateral(moved, guide, {sigma_space = 30, diameter = 61})
        assert(same[{{}, {}, {1, 16}}]:allclose(means[{{}, {}, {1, 16}}], {atol = 1e-5}))
        local scene = scenes.library{width = 160, height = 120}
        local grainy = scene + tensor.randn(3, 120, 160) * 0.08
        local clean = filters.joint_bilateral(grainy, scene, {sigma_color = 0.15})
        """
    ) { arguments, options in
      let settings = try bilateralSettings(options, arguments.function.qualifiedName)
      let guide = try arguments.tensor(1)
      return { try Filters.jointBilateral($0, guide: guide, settings, scope: $1) }
    }
  }

  private static func guided() -> Function {
    filter(
      "guided", "Smooths areas and keeps the guide's edges, without halos: a fit of lines over the guide.",
      options: [
        .optional(
          "guide", .object("tensor"),
          "the picture whose edges count, [C, H, W] or a batch of as many; the picture itself without it"),
        .optional(
          "radius", .integer, "of the square windows", .integer(8), range: 1...1000, unit: "pixels"),
        .optional(
          "eps", .number, "the variance from which on something counts as an edge", .number(0.01), range: 1e-6...1000),
      ],
      source: "He, Sun, Tang: Guided Image Filtering, 2010 (windows cut off at the border, as in its code)",
      example: """
        local half = tensor.zeros(1, 32, 64)
        half[{{}, {}, {33, 64}}] = 1
        local noisy = half + tensor.rand(1, 32, 64) * 0.2
        local flat = filters.guided(noisy, {radius = 4, eps = 0.02})
        -- the noise goes, the step from one column to the next stays
        assert(flat[{1, {}, {1, 20}}]:std():item() < noisy[{1, {}, {1, 20}}]:std():item() / 2)
        assert((flat[{1, {}, 33}] - flat[{1, {}, 32}]):mean():item() > 0.8)
        -- a line over the guide is what it can make exactly
        local line = half * 0.5 + 0.2
        assert(filters.guided(line, {guide = half, eps = 1e-6}):allclose(line, {atol = 1e-4}))
        local scene = scenes.library{width = 160, height = 120}
        local smooth = filters.guided(scene, {radius = 6, eps = 0.02})
        """
    ) { _, options in
      let guide = try options.objectIfAny("guide", as: Tensor.self)
      let radius = try options.integer("radius"), epsilon = try options.number("eps")
      return { try Filters.guided($0, guide: guide, radius: radius, epsilon: epsilon, scope: $1) }
    }
  }

  private static var bilateralRecipes: [String: Recipe] {
    [
      "bilateral": Recipe(
        """
        y(p) = Σ w(p, q)·x(q) / Σ w(p, q) over the pixels q within the circle around p,
        w(p, q) = exp(−|p − q|² / 2·sigma_space²)·exp(−d² / 2·sigma_color²), d = |ΔR| + |ΔG| + |ΔB|.
        The sum of absolute differences is OpenCV's; the paper takes a distance in CIELab.
        exact: as written; a gradient keeps every neighbor of every pixel, so it is for small pictures.
        grid: sums of colors and of ones in cells of sigma_space pixels and sigma_color of R + G + B, blurred, then
        read at every pixel, both by linear interpolation. It does not cut the circle off (compare with an exact one
        of diameter 6·sigma_space), sees no difference between colors of the same R + G + B, and takes nothing from
        outside the picture, where the exact one mirrors it.
        """,
        related: ["filters.joint_bilateral", "filters.kuwahara"]),
      "joint_bilateral": Recipe(
        """
        The bilateral filter with d taken from the guide: d = Σ over the guide's channels of |g(p) − g(q)|.
        A picture's noise goes where the guide is even, and its values do not cross the guide's edges.
        """,
        related: ["filters.bilateral", "filters.guided"]),
      "guided": Recipe(
        """
        In every window w of (2·radius + 1)²: a = (cov(I, I) + eps)⁻¹ · cov(I, x), b = mean x − a · mean I.
        y(p) = (mean of a over the windows over p) · I(p) + the mean of b. I is the guide, grey or RGB (then a has
        three parts and cov(I, I) is 3 × 3), every channel of x alone.
        Where the guide's variance is far below eps, y is a mean; far above, y follows the guide. Time does not grow
        with the radius's square: box sums by doubling, with errors that grow with log(radius) only.
        """,
        related: ["filters.bilateral", "filters.joint_bilateral"]),
    ]
  }
}
