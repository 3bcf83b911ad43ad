public import Surface
internal import TensorCore

/// What a script may call in the table `filters`.
public enum FilterEntries {
  /// All entries.
  public static func all() -> [Function] {
    [convolve(), gaussian(), kuwahara(), xdog()].explained(by: FilterRecipes.all)
  }

  /// Options that every filter has.
  static func shared() -> [Option] {
    [
      .optional(
        "strength", .number, "0 gives the picture back exactly, 1 the filtered one, between them a blend", .number(1),
        range: 0...1),
      .optional(
        "mask", .object("tensor"),
        "where the filter acts: height × width, 0 (untouched) to 1 (filtered); everywhere without it"),
      .optional(
        "feather", .number, "how far the mask's edges are softened", .number(0), range: 0...1000, unit: "pixels"),
    ]
  }

  static var border: Option {
    .optional(
      "border", .choice(Border.allCases.map(\.rawValue)),
      "what stands outside: dcb|abcd|cba, cba|abcd|dcb, aaa|abcd|ddd, 000|abcd|000, bcd|abcd|abc",
      .string(Border.reflect101.rawValue))
  }

  /// A filter of the table: its picture argument and the shared options are added. `plan` reads the rest and returns the
  /// work, so that wrong options are refused whatever the strength is.
  static func filter(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option], source: String, example: String,
    plan: @escaping (borrowing Arguments, Options) throws -> (Tensor, FilterScope) throws -> Tensor
  ) -> Function {
    let image = Option("img", .object("tensor"), "a picture [C, H, W] or a batch [N, C, H, W] of any channels")
    return Function(
      .module("filters"), name, summary, [image] + parameters, options: options + shared(),
      returns: "a tensor of the picture's shape", source: source, example: example
    ) { arguments in
      try arguments.checkCount()
      let picture = try arguments.tensor(0), options = try arguments.options
      let scope = FilterScope(
        strength: try options.number("strength"), mask: try options.objectIfAny("mask", as: Tensor.self),
        feather: try options.number("feather"))
      return .object(try plan(arguments, options)(picture, scope))
    }
  }

  private static func convolve() -> Function {
    filter(
      "convolve", "Lays a kernel over every pixel of every channel and sums the products.",
      [
        Option(
          "kernel", .either([.object("tensor"), .list(.list(.number)), .list(.number)]),
          "weights, rows within a list; the entry at (height // 2 + 1, width // 2 + 1) lies over the pixel")
      ],
      options: [
        border,
        .optional("normalize", .bool, "divide the kernel by its sum, so that brightness stays", .bool(false)),
        .optional(
          "flip", .bool, "turn the kernel by 180°: convolution as in mathematics, not correlation", .bool(false)),
      ],
      source: "cv2.filter2D, scipy.ndimage.correlate; with flip scipy.ndimage.convolve (equal up to rounding)",
      example: """
        local img = tensor.rand(3, 16, 20)
        local shifted = filters.convolve(img, {{0, 0, 1}}, {border = "circular"})
        assert(shifted:allclose(img:roll(-1, 3)))
        local mean = filters.convolve(img, tensor.ones(3, 3), {normalize = true})
        assert(mean:std():item() < img:std():item())
        local scene = scenes.library{width = 160, height = 120}
        local relief = filters.convolve(scene, {{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}})
        """
    ) { arguments, options in
      let kernel = try FilterEntries.kernel(arguments)
      let settings = Filters.Convolution(
        border: Border(rawValue: try options.string("border"))!, normalize: try options.bool("normalize"),
        flip: try options.bool("flip"))
      _ = try Filters.checkedKernel(kernel, settings)
      return { try Filters.convolve($0, kernel, settings, scope: $1) }
    }
  }

  /// The kernel: a tensor, a list of rows, or one row.
  private static func kernel(_ arguments: borrowing Arguments) throws -> Tensor {
    if case .object(let object) = arguments[1], let tensor = object as? Tensor { return tensor }
    guard case .table(let table) = arguments[1] else {
      throw arguments.mismatch(1, "a tensor or a list of rows")
    }
    func numbers(_ list: [Value], _ row: Int) throws -> [Double] {
      try list.enumerated().map { column, value in
        guard let number = value.double else {
          throw EngineError(
            arguments.function.qualifiedName, expected: "numbers in the kernel",
            came: "\(value.brief) in row \(row), column \(column + 1)")
        }
        return number
      }
    }
    let rows = try table.list.enumerated().map { row, value -> [Double]? in
      guard case .table(let inner) = value else { return nil }
      return try numbers(inner.list, row + 1)
    }
    if rows.allSatisfy({ $0 == nil }) {
      return try Tensor(doubles: numbers(table.list, 1), [table.list.count]).to(.f32)
    }
    let width = (rows[0] ?? []).count
    guard width > 0, rows.allSatisfy({ $0?.count == width }) else {
      throw EngineError(
        arguments.function.qualifiedName, expected: "kernel rows of one length", came: "rows of several lengths")
    }
    return try Tensor(doubles: rows.flatMap { $0 ?? [] }, [rows.count, width]).to(.f32)
  }

  private static func gaussian() -> Function {
    filter(
      "gaussian", "Blurs with a Gaussian. Time grows with sigma.",
      options: [
        .optional(
          "sigma", .number, "standard deviation of the Gaussian", .number(2), range: 0...Filters.mostSigma,
          unit: "pixels"),
        .optional(
          "truncate", .number, "where the Gaussian is cut off, in standard deviations", .number(4),
          range: 0.5...Filters.mostTruncate),
        border,
      ],
      source: "scipy.ndimage.gaussian_filter; cv2.GaussianBlur with a kernel of 2·floor(truncate·sigma + 0.5) + 1",
      example: """
        local img = scenes.library{width = 160, height = 120}
        local soft = filters.gaussian(img, {sigma = 3})
        assert(soft:size(2) == 120 and soft:std():item() < 0.9 * img:std():item())
        assert(filters.gaussian(img, {sigma = 3, strength = 0}):allclose(img, {rtol = 0, atol = 0}))
        """
    ) { _, options in
      let sigma = try options.number("sigma"), truncate = try options.number("truncate")
      let border = Border(rawValue: try options.string("border"))!
      return { try Filters.gaussian($0, sigma: sigma, truncate: truncate, border: border, scope: $1) }
    }
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

  private static func xdog() -> Function {
    filter(
      "xdog", "Draws a picture in ink: an extended difference of Gaussians of the luminance, thresholded softly.",
      options: [
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
      ],
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
}
