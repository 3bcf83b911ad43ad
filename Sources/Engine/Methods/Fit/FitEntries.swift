internal import Classic
internal import Surface
internal import TensorCore

/// `filters.fit` and the method made of it.
enum FitEntries {
  private static var options: [Option] {
    [
      .optional(
        "chain", .object("chain"),
        "what smooths, its strength is fitted; default: kuwahara, radius 4, mode \"anisotropic\""),
      .optional("steps", .integer, "steps of the descent", .integer(300), range: 1...100_000),
      .optional("lr", .number, "the learning rate at the start", .number(0.1), range: 1e-6...10),
      .optional(
        "seed", .integer, "which grain", .integer(0), range: 0...9_007_199_254_740_992),
    ]
  }

  private static let source = """
    statistics of Heeger & Bergen 1995 (values of pyramid bands), compared as by Rabin, Peyré, Delon & Bernot 2011 \
    (sorted); Adam, Kingma & Ba 2015
    """

  private static let details = """
    The look is a chain of filters with free numbers:
      1. chain mixed in by smoothing        4. filters.tone_curve through 6 values that never fall
      2. filters.gaussian, sigma = blur     5. filters.chroma: scales, mix and shifts
      3. filters.xdog multiplied by lines   6. filters.grain, amount = grain, size = grain_size
    Adam changes them so that the content under the chain has the statistics of the reference, wherever in the
    pictures things stand:
      W(Y) + ½·ΣW(band) + |Δmean|² / s + |Δcovariance|² / s²
    W is the mean squared difference of sorted values over the reference's variance (of the luma Y and of each of
    4 bands of its Laplacian pyramid: flat areas, lines and grain have bands of different shape), mean and
    covariance are those of Cb and Cr, s their variance + 0.001. Gradients go through the same operations that the
    filters are made of; for the blur by the derivative of the kernel. It looks at 25 tiles of 44 × 44 pixels
    spread over each picture, at full size, so that lines and grain count in the content's pixels; a larger
    reference is shrunk to the content's size first.
    Grain goes up to 0.06 only: the roughness of a painting is strokes, and no grain can stand for them.
    What tones the content does not have, the curve cannot know there; smoothing and blur can stand in for each
    other where little detail is left.
    """

  static func fit() -> Function {
    Function(
      .module("filters"), "fit", "Finds the numbers of a chain of filters that give a picture the look of a reference.",
      options: [
        Option("content", .object("tensor"), "the picture to be changed, at least 32×32 pixels"),
        Option("style", .object("tensor"), "the reference picture, of any size"),
      ] + options, returns: "a chain; chain:parameters() are its numbers", source: source, details: details,
      related: ["filters.chain", "filters.tone_curve", "filters.chroma", "filters.grain", "transfer.fit"],
      example: """
        local known = filters.chain{
          {"tone_curve", curve = {0.2, 0.3, 0.4, 0.6, 0.7, 0.8}}, {"chroma", scale_cb = 0.5, scale_cr = 0.5},
        }
        local picture = scenes.library{width = 160, height = 120}
        local style = known(images.flip(picture))
        local found = filters.fit{content = picture, style = style, steps = 60}
        assert(math.abs(found:parameters().curve[4] - 0.6) < 0.05)
        local result = found(picture)
        """
    ) { arguments in
      try arguments.checkCount()
      return .object(try fitted(arguments.options, "filters.fit"))
    }
  }

  /// The method `transfer.fit`: the content under the chain that was fitted.
  static func transfer() -> Function {
    Function(
      .module("transfer"), "fit",
      "Gives a picture the tones, colors, lines and grain of a reference by fitted filters.",
      options: [TransferEntries.content, Option("style", .object("tensor"), "the reference picture, of any size")]
        + options + FilterEntries.shared(),
      returns: "a tensor of the content's shape", source: source, details: details, related: ["filters.fit"],
      example: """
        local content = scenes.library{width = 160, height = 120}
        local style = scenes.library{width = 128, height = 128, season = "winter", time = "dusk"}
        local result = transfer.fit{content = content, style = style, steps = 60}
        assert(metrics.gram_distance(result, style) < metrics.gram_distance(content, style))
        """
    ) { arguments in
      try arguments.checkCount()
      let options = try arguments.options
      let content = try options.object("content", as: Tensor.self), scope = try FilterScope(options)
      return .object(try fitted(options, "transfer.fit")(content, scope: scope))
    }
  }

  private static func fitted(_ options: Options, _ operation: String) throws -> FilterChain {
    let content = try options.object("content", as: Tensor.self), style = try options.object("style", as: Tensor.self)
    let reader = ChainReader()
    let chain =
      try options.objectIfAny("chain", as: FilterChain.self).map { FilterChain.Step(.chain($0)) }
      ?? reader.chain(
        Table(list: [
          .table(
            Table(
              list: [.string("kuwahara")], fields: [("radius", .integer(4)), ("mode", .string("anisotropic"))]))
        ])
      ).steps[0]
    var fit = Fit(smoothing: chain)
    fit.steps = try options.integer("steps")
    fit.rate = try options.number("lr")
    fit.seed = try options.integer("seed")
    return try fit(content: content, style: style, operation: operation)
  }
}
