internal import Surface
internal import TensorCore

/// `nn`'s losses.
enum LossEntries {
  static func all() -> [Function] { distances() + [crossEntropy(), totalVariation()] + classes() }

  /// PyTorch's classes of losses: the functions with their options bound.
  private static func classes() -> [Function] {
    let names = [
      "mse_loss": "MSELoss", "l1_loss": "L1Loss", "smooth_l1_loss": "SmoothL1Loss",
      "bce_with_logits": "BCEWithLogitsLoss", "cross_entropy": "CrossEntropyLoss",
    ]
    return (distances() + [crossEntropy()]).compactMap { loss in
      guard let name = names[loss.name] else { return nil }
      return Function(
        .module("nn"), name, "A loss with fixed options: nn.\(loss.name) as a function of input and target.",
        options: loss.options, returns: "a function (x, target) that returns a tensor", source: "PyTorch, torch.nn",
        example: "local loss = nn.\(name){reduction = \"sum\"}\nassert(loss(tensor{{0.5}}, tensor{{1}}):item() >= 0)"
      ) { arguments in
        let options = try arguments.options
        let given = loss.options.filter { options.has($0.name) }.map { ($0.name, options[$0.name]) }
        return .function(BoundLoss(loss, Table(fields: given)))
      }
    }
  }

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
        options: [
          .reduction, .tensor("weight", "multiplies the loss of each element; stretches to the input"),
          .tensor("pos_weight", "multiplies the part of the targets near 1; stretches to the input"),
        ],
        example: "assert(math.abs(nn.bce_with_logits(tensor{0}, tensor{1}):item() - math.log(2)) < 1e-6)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).bceWithLogits(
            $0.tensor(1), weight: options.objectIfAny("weight"), positiveWeight: options.objectIfAny("pos_weight"),
            options.reduction()))
      },
    ]
  }

  private static func crossEntropy() -> Function {
    Entry.function(
      "cross_entropy", "−log softmax(x) at the target's class; classes are positions and count from 1.",
      [
        Option("x", .object("tensor"), "logits [N, C, …] or [C]"),
        Option(
          "target", .object("tensor"),
          "classes [N, …], whole numbers from 1 to C, or probabilities of the input's shape"),
      ],
      options: [
        .reduction, .tensor("weight", "one number per class, which multiplies its loss"),
        .optional(
          "label_smoothing", .number, "the part of each target that is spread over all classes", .number(0),
          range: 0...1),
        .optional(
          "ignore_index", .integer, "a target whose places do not count: a class, or a number that is none",
          range: Option.anyNumber),
      ],
      example:
        "local loss = nn.cross_entropy(tensor{{0, 0, 0, 0}}, tensor{1})\nassert(math.abs(loss:item() - math.log(4)) < 1e-6)"
    ) {
      let (logits, target, options) = (try $0.tensor(0), try $0.tensor(1), try $0.options)
      let ignored = try options.integerIfAny("ignore_index")
      let settings = CrossEntropyOptions(
        try options.reduction(), smoothing: try options.number("label_smoothing"), ignored: ignored.map { $0 &- 1 })
      let isClass = logits.rank == 1 ? target.rank == 0 || target.count == 1 : target.rank < logits.rank
      let weight: Tensor? = try options.objectIfAny("weight")
      if !isClass { return .object(try logits.crossEntropy(target, weight: weight, settings)) }
      let classes = try target.wholeNumbers("nn.cross_entropy", "classes")
      let count = logits.rank == 1 ? logits.count : logits.rank >= 2 ? logits.shape[1] : 0
      if count > 0, let bad = try classes.integers().first(where: { !(1...count).contains($0) && $0 != ignored }) {
        throw EngineError(
          "nn.cross_entropy", "there is no class \(bad) in logits of \(logits.shape.shapeText)",
          advice: "classes count from 1 to \(count)")
      }
      let places = logits.rank == 1 ? try classes.reshape([]) : classes
      return .object(try logits.crossEntropy(places - 1, weight: weight, settings))
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

/// A loss function with its options.
private final class BoundLoss: Callable {
  private let function: Function
  private let options: Table

  init(_ function: Function, _ options: Table) { (self.function, self.options) = (function, options) }

  func call(_ arguments: [Value]) throws -> [Value] {
    guard arguments.count == 2 else {
      throw EngineError(function.qualifiedName, expected: "input and target", came: "\(arguments.count) arguments")
    }
    return try (arguments + [.table(options)]).withUnsafeBufferPointer {
      [try function.body(Arguments(function, $0.baseAddress!, count: $0.count))]
    }
  }
}
