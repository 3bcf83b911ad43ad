public import Surface
internal import TensorCore

/// What scripts find in the table `metrics`.
public enum MetricEntries {
  /// All entries, built on call.
  public static func all() -> [Function] {
    [mse(), psnr(), ssim(), msSsim(), edgePreservation(), gramDistance()].explained(by: MetricRecipes.all)
  }

  private static func pair(_ summary: String) -> [Option] {
    [Option("a", .object("tensor"), summary), Option("b", .object("tensor"), "the other one, of the same shape")]
  }

  private static let picture = "a picture H×W, C×H×W or N×C×H×W"

  private static var dataRange: Option {
    .optional(
      "data_range", .number, "the largest minus the smallest value that a pixel may have", .number(1),
      range: 1e-30...1e30)
  }

  private static var constants: [Option] {
    [
      .optional(
        "K1", .number, "keeps the luminance's quotient calm: (K1·data_range)²", .number(0.01), range: 1e-12...1),
      .optional("K2", .number, "the same for contrast and structure", .number(0.03), range: 1e-12...1),
    ]
  }

  private static func sigma() -> Option {
    .optional(
      "sigma", .number, "standard deviation of the Gaussian window, cut off at 3.5 of them", .number(1.5),
      range: 0.2...100, unit: "pixels")
  }

  private static func entry(
    _ name: String, _ summary: String, _ parameters: [Option], options: [Option] = [], returns: String,
    source: String, example: String, body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .module("metrics"), name, summary, parameters, options: options, returns: returns, source: source,
      example: example, body: body)
  }

  private static func mse() -> Function {
    entry(
      "mse", "The mean squared difference of two tensors, for reading: no gradient flows (nn.mse_loss has one).",
      pair("a tensor of any shape"), returns: "a number", source: "scikit-image, metrics.mean_squared_error",
      example: "print(metrics.mse(tensor{1, 2}, tensor{1, 4}))\nassert(metrics.mse(tensor{1, 2}, tensor{1, 4}) == 2)"
    ) {
      _ = try $0.options
      return .number(try Metrics.mse($0.tensor(0), $0.tensor(1)))
    }
  }

  private static func psnr() -> Function {
    entry(
      "psnr", "The peak signal-to-noise ratio of two pictures, for reading: no gradient flows.",
      pair("a tensor of any shape"), options: [dataRange],
      returns: "a number in decibels; infinity for equal pictures",
      source: "scikit-image, metrics.peak_signal_noise_ratio",
      example: """
        local a = scenes.library{width = 96, height = 64}
        local b = filters.gaussian(a, {sigma = 1})
        print(metrics.psnr(a, b))
        assert(metrics.psnr(a, b) > 20 and metrics.psnr(a, a) == math.huge)
        """
    ) { .number(try Metrics.psnr($0.tensor(0), $0.tensor(1), dataRange: $0.options.number("data_range"))) }
  }

  private static func ssim() -> Function {
    entry(
      "ssim",
      "Structural similarity, 1 for equal pictures: the mean over all windows inside; for reading, no gradient flows.",
      pair(picture),
      options: [
        dataRange,
        .optional(
          "gaussian_weights", .bool, "a Gaussian window as in the paper; false: a uniform one of win_size",
          .bool(true)),
        sigma(),
        .optional(
          "win_size", .integer, "side of the uniform window, an odd number", .integer(7), range: 3...1_048_575,
          unit: "pixels"),
        .optional(
          "use_sample_covariance", .bool, "divides (co)variances by n − 1, not n; scikit-image's own default is true",
          .bool(false)),
      ] + constants + [
        .optional("full", .bool, "also returns the similarity around every pixel", .bool(false))
      ],
      returns: "a number from -1 to 1; with full = true also a map of the pictures' shape",
      source: "Wang, Bovik, Sheikh & Simoncelli 2004; scikit-image, metrics.structural_similarity",
      example: """
        local a = scenes.library{width = 96, height = 64}
        local b = filters.gaussian(a, {sigma = 1})
        local value, map = metrics.ssim(a, b, {full = true})
        print(value)
        assert(value > 0.5 and value < 1 and map:size(3) == 96)
        assert(metrics.ssim(a, a) == 1)
        """
    ) { arguments in
      let options = try arguments.options
      var settings = try similarity(options)
      settings.gaussianWeights = try options.bool("gaussian_weights")
      settings.windowSize = try options.integer("win_size")
      settings.useSampleCovariance = try options.bool("use_sample_covariance")
      if settings.gaussianWeights, options.has("win_size") {
        throw EngineError(
          "metrics.ssim", "option 'win_size' is the side of the uniform window",
          advice: "add gaussian_weights = false, or give sigma")
      }
      let (a, b) = (try arguments.tensor(0), try arguments.tensor(1))
      guard try options.bool("full") else { return .number(try Metrics.ssim(a, b, settings)) }
      let (value, map) = try Metrics.ssimMap(a, b, settings)
      return .many([.number(value), .object(map)])
    }
  }

  /// The settings that both similarities share.
  private static func similarity(_ options: Options) throws -> Metrics.Similarity {
    var settings = Metrics.Similarity()
    settings.dataRange = try options.number("data_range")
    settings.sigma = try options.number("sigma")
    settings.k1 = try options.number("K1")
    settings.k2 = try options.number("K2")
    return settings
  }

  private static func msSsim() -> Function {
    entry(
      "ms_ssim",
      "Structural similarity over five scales; pictures of 161 × 161 pixels or more; for reading, no gradient flows.",
      pair(picture),
      options: [
        dataRange, sigma(),
        .optional(
          "weights", .list(.number), "a weight for each scale, finest first; default: the paper's five"),
      ] + constants,
      returns: "a number from 0 to 1",
      source: "Wang, Simoncelli & Bovik 2003, eq. 7; equals TensorFlow's image.ssim_multiscale",
      example: """
        local a = scenes.library{width = 192, height = 168}
        local b = filters.gaussian(a, {sigma = 1})
        print(metrics.ms_ssim(a, b))
        assert(metrics.ms_ssim(a, b) > metrics.ssim(a, b))
        """
    ) { arguments in
      let options = try arguments.options
      let weights = try options.listIfAny("weights")?.map { value in
        guard let weight = value.double else { throw options.mismatch("weights", "a list of numbers") }
        return weight
      }
      return .number(
        try Metrics.msSsim(
          arguments.tensor(0), arguments.tensor(1), similarity(options), weights: weights ?? Metrics.scaleWeights))
    }
  }

  private static func edgePreservation() -> Function {
    entry(
      "edge_preservation", "How well the edges of one picture are kept in another, 1 for equal ones; for reading.",
      pair(picture), returns: "a number from -1 to 1",
      source: "Sattar, Floreby, Salomonsson & Lövström 1997, the edge preservation index",
      example: """
        local a = scenes.library{width = 96, height = 64}
        local blurred, painted = filters.gaussian(a, {sigma = 2}), filters.kuwahara(a, {radius = 2})
        local lost, kept = metrics.edge_preservation(a, blurred), metrics.edge_preservation(a, painted)
        print(lost, kept)
        assert(kept > lost and metrics.edge_preservation(a, a) == 1)
        """
    ) {
      _ = try $0.options
      return .number(try Metrics.edgePreservation($0.tensor(0), $0.tensor(1)))
    }
  }

  private static func gramDistance() -> Function {
    entry(
      "gram_distance",
      "How far the textures of two sets of features are apart: the mean squared difference of their Gram matrices.",
      [
        Option("a", .object("tensor"), "features C×H×W or N×C×H×W, of a network's layer or the picture itself"),
        Option("b", .object("tensor"), "as many features; height and width may differ"),
      ],
      options: [
        .optional(
          "normalize", .choice(["none", "hw", "chw"]), "what Gram matrices are divided by: nothing, H·W or C·H·W",
          .string("chw"))
      ],
      returns: "a number; no gradient flows (nn.gram has one)",
      source: "Gatys, Ecker & Bethge 2016, eq. 3 to 5, as a mean over C² entries",
      example: """
        local a = scenes.library{width = 96, height = 64}
        local mirrored = images.flip(a)
        print(metrics.gram_distance(a, mirrored), metrics.mse(a, mirrored))
        assert(metrics.gram_distance(a, mirrored) < 1e-9 and metrics.mse(a, mirrored) > 1e-3)
        """
    ) {
      .number(try Metrics.gramDistance($0.tensor(0), $0.tensor(1), normalize: $0.options.string("normalize")))
    }
  }
}
