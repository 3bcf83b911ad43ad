internal import Surface
internal import TensorCore

/// Filters that look like a medium.
extension FilterEntries {
  static func stylizing() -> [Function] {
    [kuwahara(), xdog(), flowXDoG(), cartoon(), watercolor(), hatching()].explained(
      by: stylizingRecipes.merging(mediaRecipes) { first, _ in first })
  }

  private static func kuwahara() -> Function {
    filter(
      "kuwahara",
      "Smooths areas and keeps edges, as paint does: each pixel takes the mean of its most even surroundings.",
      options: [
        .optional(
          "radius", .integer, "size of the window; of the anisotropic mode's ellipse, the mean radius", .integer(5),
          range: 1...100, unit: "pixels"),
        .optional(
          "mode", .choice(KuwaharaMode.allCases.map(\.rawValue)),
          "classic: the best of four squares; generalized: eight blended sectors; anisotropic: sectors along the edges",
          .string("classic")),
        .optional(
          "sharpness", .number, "how strongly even sectors win, the exponent q (generalized, anisotropic)", .number(8),
          range: 0...30),
        .optional(
          "eccentricity", .number, "how round the ellipse stays along edges, the paper's alpha (anisotropic)",
          .number(1), range: 0.01...1000),
        .optional(
          "smoothing", .number, "standard deviation of the blur of the edges' directions (anisotropic)", .number(2),
          range: 0...100, unit: "pixels"),
      ],
      source: """
        Kuwahara et al. 1976; Papari, Petkov, Campisi 2007; Kyprianidis, Kang, Döllner: Image and Video Abstraction by \
        Anisotropic Kuwahara Filtering, 2009; Kyprianidis, Semmo, Kang, Döllner: Anisotropic Kuwahara Filtering with \
        Polynomial Weighting Functions, 2010
        """,
      example: """
        local half = tensor.zeros(1, 16, 32)
        half[{{}, {}, {17, 32}}] = 1
        local noisy = half + tensor.rand(1, 16, 32) * 0.2
        for _, mode in ipairs{"classic", "generalized", "anisotropic"} do
          local flat = filters.kuwahara(noisy, {radius = 3, mode = mode})
          -- the noise goes, the step from one column to the next stays
          assert(flat[{1, {}, {1, 14}}]:std():item() < noisy[{1, {}, {1, 14}}]:std():item() / 2)
          assert((flat[{1, {}, 17}] - flat[{1, {}, 16}]):mean():item() > 0.8)
        end
        local scene = scenes.library{width = 160, height = 120}
        local painted = filters.kuwahara(scene, {radius = 5, mode = "anisotropic"})
        """
    ) { _, options in
      var settings = Filters.Kuwahara()
      settings.radius = try options.integer("radius")
      settings.mode = KuwaharaMode(rawValue: try options.string("mode"))!
      settings.sharpness = try options.number("sharpness")
      settings.eccentricity = try options.number("eccentricity")
      settings.smoothing = try options.number("smoothing")
      return { try Filters.kuwahara($0, settings, scope: $1) }
    }
  }

  /// What a difference of Gaussians is told.
  private static var lineOptions: [Option] {
    [
      .optional(
        "sigma", .number, "standard deviation of the narrow Gaussian: the width of lines", .number(1.4),
        range: 0.1...100, unit: "pixels"),
      .optional(
        "k", .number, "the wide Gaussian's standard deviation over the narrow one's", .number(1.6), range: 1.01...10),
      .optional(
        "p", .number, "how much the picture is sharpened, U = (1 + p)·G(sigma) − p·G(k·sigma); 21.7 without tau",
        range: 0...1000),
      .optional(
        "tau", .number, "instead of p: the older form U = G(sigma) − tau·G(k·sigma), 0.98 in the paper", range: 0...1),
      .optional(
        "epsilon", .number, "values of U from here on are white; 0.31 with p, -0.005 with tau", range: -100...100),
      .optional(
        "phi", .number, "how steeply darker values fall: 1 + tanh(phi·(U − epsilon)); 4.3 with p, 60 with tau",
        range: 0...1e6),
    ]
  }

  private static func xdog() -> Function {
    filter(
      "xdog", "Draws a picture in ink: an extended difference of Gaussians of the luminance, thresholded softly.",
      options: lineOptions,
      source: """
        Winnemöller: XDoG: Advanced Image Stylization with eXtended Difference-of-Gaussians, 2011; Winnemöller, \
        Kyprianidis, Olsen: XDoG: An eXtended Difference-of-Gaussians Compendium, 2012
        """,
      example: """
        local img = tensor.ones(3, 32, 32)
        img[{{}, {}, {17, 32}}] = 0.2
        local ink = filters.xdog(img, {sigma = 1, epsilon = 0.1, phi = 20})
        assert(ink[{1, 16, 4}]:item() == 1)            -- bright areas stay white
        assert(ink[{1, 16, 18}]:item() < 0.01)         -- the dark side of the edge is a black line
        assert(ink[{1, 16, 30}]:item() == 1)
        local drawing = filters.xdog(scenes.library{width = 160, height = 120}, {sigma = 0.7})
        """
    ) { arguments, options in
      let settings = try FilterEntries.xdog(options, arguments.function.qualifiedName)
      return { try Filters.xdog($0, settings, scope: $1) }
    }
  }

  private static func flowXDoG() -> Function {
    filter(
      "flow_xdog",
      "Draws a picture in long clean ink lines: XDoG across the flow of the edges, averaged along it.",
      options: lineOptions + [
        .optional(
          "smoothing", .number, "standard deviation of the blur of the edges' directions", .number(2), range: 0...100,
          unit: "pixels"),
        .optional(
          "coherence", .number, "standard deviation of the average along the flow: how far lines hold together",
          .number(3), range: 0...100, unit: "pixels"),
        .optional(
          "softening", .number,
          "standard deviation of a last average of the lines along the flow, against jagged edges",
          .number(1), range: 0...20, unit: "pixels"),
      ],
      source: """
        Kang, Lee, Chui: Coherent Line Drawing, 2007; Kyprianidis, Döllner: Image Abstraction by Structure Adaptive \
        Filtering, 2008; Winnemöller, Kyprianidis, Olsen: XDoG: An eXtended Difference-of-Gaussians Compendium, 2012
        """,
      example: """
        local img = tensor.ones(1, 40, 60)
        img[{{}, {21, 40}, {}}] = 0.5
        local noisy = img + (tensor.rand(1, 40, 60) - 0.5) * 0.3
        local function line(drawing) return drawing[{1, {21, 22}, {6, 55}}]:mean({1}) end
        local manner = {tau = 0.98, epsilon = 0, phi = 20, sigma = 1}
        local flowing = line(filters.flow_xdog(noisy, manner))
        -- along the edge the ink hardly changes; XDoG breaks the line into specks
        assert(flowing:std():item() < 0.6 * line(filters.xdog(noisy, manner)):std():item())
        local drawing = filters.flow_xdog(scenes.library{width = 160, height = 120}, {sigma = 0.8})
        """
    ) { arguments, options in
      var settings = Filters.FlowXDoG()
      settings.line = try FilterEntries.xdog(options, arguments.function.qualifiedName)
      settings.smoothing = try options.number("smoothing")
      settings.coherence = try options.number("coherence")
      settings.softening = try options.number("softening")
      return { try Filters.flowXDoG($0, settings, scope: $1) }
    }
  }

  private static func xdog(_ options: Options, _ operation: String) throws -> Filters.XDoG {
    var settings = Filters.XDoG()
    settings.sigma = try options.number("sigma")
    settings.k = try options.number("k")
    let p = try options.numberIfAny("p")
    if let tau = try options.numberIfAny("tau") {
      if p != nil { throw EngineError(operation, "takes either p or tau, not both", advice: "tau = p / (1 + p)") }
      settings.form = .difference(tau: tau)
    } else if let p {
      settings.form = .sharpened(p: p)
    }
    settings.epsilon = try options.numberIfAny("epsilon")
    settings.phi = try options.numberIfAny("phi")
    try settings.check()
    return settings
  }

  private static var stylizingRecipes: [String: Recipe] {
    [
      "kuwahara": Recipe(
        """
        classic: of the four squares of (radius + 1)² pixels that have the pixel at a corner, the mean m of
        the one whose luminance varies least. Of equal ones the first wins.
        generalized: a disc is cut into eight overlapping sectors, wedges of 45° blurred and weighted by a
        Gaussian of radius / 2. With m_k and s²_k the mean and the variance (summed over channels) of sector k:
          y = Σ a_k·m_k / Σ a_k,   a_k = 1 / (1 + (255·s²_k)^(q/2)),   q = sharpness
        anisotropic: the disc becomes an ellipse along the edges.
          1. structure tensor: E = Σ(∂x f)², F = Σ ∂x f·∂y f, G = Σ(∂y f)², smoothed by a Gaussian
          2. its eigenvalues l1 ≥ l2 give the anisotropy A = (l1 − l2) / (l1 + l2), its eigenvectors the direction
          3. half axes radius·(α + A) / α along the edge and radius·α / (α + A) across, α = eccentricity;
             the longer one is cut off at twice, the shorter one at a tenth of the radius
          4. sectors in the ellipse turned into a disc: max(0, z + y − e·x²)², polynomials of the 2010 paper
        The picture is mirrored at its border. Only the classic mode has a gradient.
        """,
        related: ["filters.xdog", "filters.gaussian"]),
      "xdog": Recipe(
        """
        On the luminance Y, with G_s the Gaussian blur of standard deviation s:
          U = (1 + p)·G_sigma(Y) − p·G_(k·sigma)(Y)        with p (2012), 21.7 unless given
          U = G_sigma(Y) − tau·G_(k·sigma)(Y)              with tau (2011)
        The second is (1 − tau) times the first with p = tau / (1 − tau). Ink and paper:
          y = 1                              where U ≥ epsilon
          y = 1 + tanh(phi·(U − epsilon))    elsewhere
        k = 1.6 makes the difference near to the Laplacian of a Gaussian. A larger sigma draws wider lines, a
        larger p hatches more, a larger epsilon blackens more, a small phi leaves grey tones.
        """,
        related: ["filters.gaussian", "filters.flow_xdog", "filters.kuwahara"]),
      "flow_xdog": Recipe(
        """
        1. structure tensor E = Σ(∂x f)², F = Σ ∂x f·∂y f, G = Σ(∂y f)², smoothed by a Gaussian (smoothing);
           its minor eigenvector t is the flow of the edges, n stands across it
        2. on the luminance Y, along the straight line through the pixel p across the flow:
             U1(p) = Σ_s w(s)·Y(p + s·n),   w = (1 + p)·g_sigma − p·g_(k·sigma), or g_sigma − tau·g_(k·sigma)
        3. along the flow, on the curve c through p:  U(p) = Σ_s g_coherence(s)·U1(c(s))
        4. y = 1 where U ≥ epsilon, else 1 + tanh(phi·(U − epsilon)), as in xdog
        5. the drawing itself is averaged once more along the flow (softening)
        Steps are one pixel long; values between pixels are bilinear, curves follow the nearest pixel's direction by
        the midpoint rule, and what would lie outside is read at the border. Kang et al. find the flow by rounds of
        a vote among neighbors and feed the lines back into the picture; here the smoothed structure tensor gives
        the flow, as in Kyprianidis and Döllner, and one round is enough. No gradient: use xdog for one.
        """,
        related: ["filters.xdog", "filters.kuwahara"]),
    ]
  }
}
