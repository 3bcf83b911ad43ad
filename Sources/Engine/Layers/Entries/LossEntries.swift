internal import Surface
internal import TensorCore

/// `nn`'s losses.
enum LossEntries {
  static func all() -> [Function] { distances() + [crossEntropy(), totalVariation()] }

  private static var input: Option { Option("x", .object("tensor"), "what was computed") }

  private static func distances() -> [Function] {
    [
      Entry.function(
        "mse_loss", "The mean of (x − target)².", [input, .target], options: [.reduction],
        example: "assert(nn.mse_loss(tensor{1, 2}, tensor{1, 4}):item() == 2)"
      ) { .object(try $0.tensor(0).mseLoss($0.tensor(1), $0.options.reduction())) },
      Entry.function(
        "l1_loss", "The mean of |x − target|.", [input, .target], options: [.reduction],
        example: "assert(nn.l1_loss(tensor{1, 2}, tensor{1, 4}):item() == 1)"
      ) { .object(try $0.tensor(0).l1Loss($0.tensor(1), $0.options.reduction())) },
      Entry.function(
        "smooth_l1_loss", "Squared near 0, absolute beyond beta: the mean of d²/(2·beta) or |d| − beta/2.",
        [input, .target],
        options: [
          .reduction,
          .optional(
            "beta", .number, "where the square ends", .number(1), range: 1e-30...Double.greatestFiniteMagnitude),
        ], source: "Girshick 2015, arXiv 1504.08083, eq. 3",
        example: "assert(nn.smooth_l1_loss(tensor{0, 0}, tensor{1, 3}):item() == 1.5)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).smoothL1Loss($0.tensor(1), beta: options.number("beta"), options.reduction()))
      },
      Entry.function(
        "bce_with_logits", "Binary cross-entropy of logits x, without overflow.",
        [input, Option("target", .object("tensor"), "probabilities 0 to 1, of the input's shape")],
        options: [.reduction],
        example: "assert(math.abs(nn.bce_with_logits(tensor{0}, tensor{1}):item() - math.log(2)) < 1e-6)"
      ) { .object(try $0.tensor(0).bceWithLogits($0.tensor(1), $0.options.reduction())) },
    ]
  }

  private static func crossEntropy() -> Function {
    Entry.function(
      "cross_entropy", "−log softmax(x) at the target's class; classes are positions and count from 1.",
      [
        Option("x", .object("tensor"), "logits [N, C, …]"),
        Option("target", .object("tensor"), "classes [N, …], whole numbers from 1 to C"),
      ], options: [.reduction],
      example:
        "local loss = nn.cross_entropy(tensor{{0, 0, 0, 0}}, tensor{1})\nassert(math.abs(loss:item() - math.log(4)) < 1e-6)"
    ) {
      let (logits, target) = (try $0.tensor(0), try $0.tensor(1))
      let classes = try target.wholeNumbers("nn.cross_entropy", "classes")
      if logits.rank >= 2,
        let bad = try classes.integers().first(where: { !(1...max(logits.shape[1], 1)).contains($0) })
      {
        throw EngineError(
          "nn.cross_entropy", "there is no class \(bad) in logits of \(logits.shape.shapeText)",
          advice: "classes count from 1 to \(logits.shape[1])")
      }
      return .object(try logits.crossEntropy(classes - 1, $0.options.reduction()))
    }
  }

  private static func totalVariation() -> Function {
    Entry.function(
      "tv_loss", "Total variation: how much neighbours differ, vertically and horizontally.",
      [.input],
      options: [
        .optional("power", .integer, "1: absolute differences, 2: squared", .integer(2), range: 1...2),
        .optional("reduction", .choice(["mean", "sum"]), "mean or sum over the differences", .string("sum")),
      ], source: "Rudin, Osher & Fatemi 1992; squared as in Johnson et al. 2016, arXiv 1603.08155",
      example: "assert(nn.tv_loss(tensor{{{0, 1}, {0, 3}}}, {power = 1}):item() == 6)"
    ) {
      let options = try $0.options
      return .object(try $0.tensor(0).tvLoss(power: options.integer("power"), options.reduction()))
    }
  }
}
