public import Surface
internal import TensorCore

/// The table `optim`: optimisers, schedules of the learning rate, averages and limits.
public enum OptimEntries {
  /// Every function of the table.
  public static func all() -> [Function] {
    [sgd(), adam(decoupled: false), adam(decoupled: true), rmsprop(), adagrad(), lbfgs()]
      .explained(by: OptimRecipes.all) + ScheduleEntries.all() + AverageEntries.functions()
  }

  /// The script types of its objects.
  public static func types() -> [ScriptType] { [type, ScheduleEntries.type, AverageEntries.type] }

  /// The script type of optimisers; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "optimizer", summary: "changes parameters by their gradients", methods: OptimizerMethods.all(),
    answers: [
      "zero_grad_": "use o:zero_grad()", "param_groups": "set the learning rate with o:lr(value)",
      "backward": "the loss has backward: loss:backward(), then o:step()",
    ],
    globals: [
      "optim.lr_scheduler": "schedules stand in optim itself: lr = optim.step_lr{lr = 0.1, step_size = 30}",
      "optim.cosine": "use optim.cosine_annealing_lr{lr = 1e-3, t_max = 1000}",
      "optim.schedule": "schedules: constant_lr, linear_lr, step_lr, exponential_lr, cosine_annealing_lr, "
        + "cosine_annealing_warm_restarts",
      "optim.swa_utils": "use optim.ema(net, {decay = 0.999})",
    ])

  /// What to change.
  static var parameters: Option {
    Option(
      "params", .either([.object("layer"), .list(.any)]), "a layer, or a list of tensors and layers: what to change")
  }
  private static func rate(_ standard: Double) -> Option {
    .optional(
      "lr", .either([.number, .object("schedule"), .function]),
      "learning rate, or a schedule, or a function from the step (from 1) to it", .number(standard),
      range: Option.atLeastZero)
  }
  private static func decay(_ standard: Double, _ summary: String = "added to the gradient: weight_decay · parameter")
    -> Option
  {
    .optional("weight_decay", .number, summary, .number(standard), range: Option.atLeastZero)
  }
  private static func eps(_ standard: Double, _ what: String) -> Option {
    .optional("eps", .number, "added to the root of \(what)", .number(standard), range: Option.atLeastZero)
  }

  private static let fit =
    "local x = tensor{3}:requires_grad_()\nlocal o = %@\nfor i = 1, 100 do\n  o:zero_grad()\n  x:pow(2):sum():backward()\n  o:step()\nend\nassert(math.abs(x:item()) < 0.5)"

  private static func example(_ make: String) -> String {
    fit.split(separator: "%@", omittingEmptySubsequences: false).joined(separator: make)
  }

  /// An optimiser that looks at each parameter alone.
  private static func entry(
    _ name: String, _ summary: String, _ options: [Option], source: String, example: String,
    _ rule: @escaping (Options) throws -> any UpdateRule
  ) -> Function {
    Function(
      .module("optim"), name, summary, [parameters], options: options, returns: "an optimizer", source: source,
      example: OptimEntries.example(example)
    ) {
      let options = try $0.options
      return .object(
        try Optimizer(trainable($0), rule(options), rate: learningRate(options, $0.function.qualifiedName)))
    }
  }

  private static func sgd() -> Function {
    entry(
      "sgd", "Gradient descent, on request with momentum.",
      [
        rate(1e-3),
        .optional("momentum", .number, "how much of the last step goes on", .number(0), range: Option.atLeastZero),
        .optional(
          "dampening", .number, "how much less of the gradient enters the momentum", .number(0), range: Option.anyNumber
        ), decay(0), .optional("nesterov", .bool, "looks one step of momentum ahead", .bool(false)),
      ], source: "PyTorch, torch.optim.SGD; Sutskever et al. 2013",
      example: "optim.sgd({x}, {lr = 0.1, momentum = 0.5})"
    ) {
      try SGD(
        momentum: $0.number("momentum"), dampening: $0.number("dampening"), weightDecay: $0.number("weight_decay"),
        nesterov: $0.bool("nesterov"))
    }
  }

  private static func adam(decoupled: Bool) -> Function {
    let name = decoupled ? "adamw" : "adam"
    return entry(
      name,
      decoupled ? "Adam whose weight decay acts apart from the gradient." : "Steps by running moments of the gradient.",
      [
        rate(1e-3),
        .optional(
          "betas", .list(.number), "how slowly the first and second moment change, each from 0 to 1",
          .table(Table(list: [.number(0.9), .number(0.999)]))),
        eps(1e-8, "the second moment"),
        decoupled ? decay(0.01, "each step shrinks parameters by lr · weight_decay") : decay(0),
        .optional("amsgrad", .bool, "divides by the largest second moment so far", .bool(false)),
      ],
      source: decoupled
        ? "PyTorch, torch.optim.AdamW; Loshchilov & Hutter 2019, arXiv 1711.05101"
        : "PyTorch, torch.optim.Adam; Kingma & Ba 2015, arXiv 1412.6980",
      example: "optim.\(name)({x}, {lr = 0.1})"
    ) { options in
      let betas = try options.listIfAny("betas") ?? []
      guard betas.count == 2, let first = betas[0].double, let second = betas[1].double else {
        throw options.mismatch("betas", "a list of two numbers")
      }
      return try Adam(
        betas: (first, second), eps: options.number("eps"), weightDecay: options.number("weight_decay"),
        decoupled: decoupled, amsgrad: options.bool("amsgrad"))
    }
  }

  private static func rmsprop() -> Function {
    entry(
      "rmsprop", "Steps divided by a running root mean square of the gradient.",
      [
        rate(1e-2), .optional("alpha", .number, "how slowly the mean square changes", .number(0.99), range: 0...1),
        eps(1e-8, "the mean square"), decay(0),
        .optional("momentum", .number, "how much of the last step goes on", .number(0), range: Option.atLeastZero),
        .optional("centered", .bool, "takes the gradient's mean off first", .bool(false)),
      ], source: "PyTorch, torch.optim.RMSprop; Hinton 2012", example: "optim.rmsprop({x}, {lr = 0.05})"
    ) {
      try RMSprop(
        alpha: $0.number("alpha"), eps: $0.number("eps"), weightDecay: $0.number("weight_decay"),
        momentum: $0.number("momentum"), centered: $0.bool("centered"))
    }
  }

  private static func adagrad() -> Function {
    entry(
      "adagrad", "Steps divided by the root of the sum of all squared gradients.",
      [
        rate(1e-2),
        .optional(
          "lr_decay", .number, "the rate falls as 1 / (1 + steps · lr_decay)", .number(0), range: Option.atLeastZero),
        eps(1e-10, "the sum"), decay(0),
        .optional(
          "initial_accumulator_value", .number, "what the sum begins with", .number(0), range: Option.atLeastZero),
      ], source: "PyTorch, torch.optim.Adagrad; Duchi, Hazan & Singer 2011",
      example: "optim.adagrad({x}, {lr = 0.9})"
    ) {
      Adagrad(
        rateDecay: try $0.number("lr_decay"), weightDecay: try $0.number("weight_decay"),
        initial: try $0.number("initial_accumulator_value"), eps: try $0.number("eps"))
    }
  }

  private static func lbfgs() -> Function {
    let counts = 1...1e9
    return Function(
      .module("optim"), "lbfgs", "Quasi-Newton steps; o:step needs a closure that computes loss and gradients.",
      [parameters],
      options: [
        rate(1), .optional("max_iter", .integer, "directions per step", .integer(20), range: counts),
        .optional("max_eval", .integer, "calls of the closure per step (default: 5/4 of max_iter)", range: counts),
        .optional(
          "tolerance_grad", .number, "ends a step where the gradient is smaller (default: 1e-7)",
          range: Option.anyNumber),
        .optional(
          "tolerance_change", .number, "ends a step where changes are smaller (default: 1e-9)",
          range: Option.anyNumber),
        .optional(
          "history_size", .integer, "how many last directions tell the curvature", .integer(100), range: counts),
        .optional(
          "line_search", .choice(["strong_wolfe"]), "looks for a good length of each move (default: the learning rate)"),
        .optional(
          "variant", .choice(["pytorch", "neural_style"]),
          "neural_style: as jcjohnson/neural-style uses Torch7's optim.lbfgs: without line search, and never ending early "
            + "(tolerances are -1 by default, and limit sums of magnitudes)", .string("pytorch")),
      ], returns: "an optimizer",
      source: "PyTorch, torch.optim.LBFGS; Torch7, optim.lbfgs; Liu & Nocedal 1989",
      example:
        "local x = tensor{-1.2, 1}:requires_grad_()\nlocal o = optim.lbfgs({x}, {line_search = \"strong_wolfe\"})\nfor i = 1, 3 do\n  o:step(function()\n    o:zero_grad()\n    local loss = (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2\n    loss:backward()\n    return loss\n  end)\nend\nassert(x:allclose(tensor{1, 1}, {atol = 1e-3}))"
    ) {
      let options = try $0.options
      return .object(
        try Optimizer(
          trainable($0), lbfgsOptions(options), rate: learningRate(options, $0.function.qualifiedName)))
    }
  }

  private static func lbfgsOptions(_ options: Options) throws -> LBFGSOptions {
    var settings = try options.string("variant") == "pytorch" ? LBFGSOptions() : .neuralStyle
    settings.iterations = try options.integer("max_iter")
    settings.evaluations = try options.integerIfAny("max_eval")
    settings.history = try options.integer("history_size")
    if let value = try options.numberIfAny("tolerance_grad") { settings.gradientTolerance = value }
    if let value = try options.numberIfAny("tolerance_change") { settings.changeTolerance = value }
    if options.has("line_search"), try options.string("line_search") == "strong_wolfe" {
      guard !settings.sums else {
        throw EngineError(
          "optim.lbfgs", "the variant \"neural_style\" has no line search", advice: "leave one of them out")
      }
      settings.search = .strongWolfe
    }
    return settings
  }

  /// The tensors that the first argument names: a layer's, or those of a list of tensors and layers.
  static func tensors(_ arguments: borrowing Arguments) throws -> [Tensor] {
    let name = arguments.function.qualifiedName
    if case .object(let layer as LayerObject) = arguments[0] { return try trained(layer.parameters(), name) }
    if case .object(let tensor as Tensor) = arguments[0] { return [tensor] }
    guard case .table(let table) = arguments[0] else {
      throw arguments.mismatch(0, "a layer or a list of tensors and layers")
    }
    var plain: [Tensor] = [], layered: [Tensor] = []
    for (index, value) in table.list.enumerated() {
      switch value {
      case .object(let layer as LayerObject): layered += layer.parameters()
      case .object(let tensor as Tensor): plain.append(tensor)
      default:
        throw EngineError(
          name, expected: "tensors and layers in the list", came: "\(value.brief) at place \(index + 1)")
      }
    }
    return layered.isEmpty ? plain : try trained(plain + layered, name)
  }

  private static func trained(_ tensors: [Tensor], _ name: String) throws -> [Tensor] {
    if tensors.isEmpty { throw EngineError(name, "the layer has no parameters to change") }
    return tensors
  }

  /// The same for an optimiser: tensors of which at least one asks for its gradient, else nothing would ever change.
  private static func trainable(_ arguments: borrowing Arguments) throws -> [Tensor] {
    let tensors = try tensors(arguments)
    if case .object(_ as LayerObject) = arguments[0] { return tensors }
    if !tensors.isEmpty, !tensors.contains(where: \.requiresGradient) {
      throw EngineError(
        arguments.function.qualifiedName, "none of the tensors asks for a gradient",
        advice: "call requires_grad_() on them first")
    }
    return tensors
  }

  private static func learningRate(_ options: Options, _ name: String) throws -> LearningRate {
    if case .object(let schedule as Schedule) = options["lr"] { return .schedule { try schedule.rate(at: $0) } }
    if case .function(let schedule) = options["lr"] {
      return .schedule { step in
        let result = try schedule.call([.integer(step)])
        guard let rate = result.first?.double else {
          throw EngineError(
            name, expected: "a number from the learning-rate function", came: result.first?.brief ?? "nothing")
        }
        return rate
      }
    }
    return .constant(try options.number("lr"))
  }
}
