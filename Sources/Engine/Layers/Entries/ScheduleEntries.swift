internal import Surface

/// Learning rates that depend on the step.
enum ScheduleEntries {
  /// The script type of schedules; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "schedule", summary: "a learning rate as a function of the step", methods: [],
    operators: [
      "call": Function(
        .operation("schedule"), "()", "The learning rate of a step.", [Option("step", .integer, "from 1")],
        returns: "a number", example: "local s = optim.step_lr{lr = 1, step_size = 2}\nassert(s(2) == 1)"
      ) { arguments in
        let schedule: Schedule = try arguments.object(0)
        guard let step = arguments[1].exactInteger else {
          throw EngineError("schedule", expected: "a step, an integer from 1", came: arguments[1].brief)
        }
        return .number(try schedule.rate(at: step))
      }
    ],
    answers: ["step": "the optimizer counts the steps: give it the schedule as lr =, and call s(n) to look at a rate"])

  private static let torch = "PyTorch, torch.optim.lr_scheduler."
  private static var steps: ClosedRange<Double> { 1...1e15 }

  private static func entry(
    _ name: String, _ summary: String, _ options: [Option], source: String, example: String,
    _ curve: @escaping (Options) throws -> Schedule.Curve
  ) -> Function {
    let common: [Option] = [
      Option("lr", .number, "the full learning rate", range: Option.atLeastZero),
      .optional(
        "warmup", .integer, "steps before, in which the rate goes up linearly", .integer(0), range: 0...1e15,
        unit: "steps"),
      .optional("warmup_start", .number, "share of the rate that the warm-up begins with", .number(0), range: 0...1),
    ]
    return Function(
      .module("optim"), name, summary, options: [common[0]] + options + common[1...],
      returns: "a schedule, to be given to an optimizer as lr; s(n) is the rate of step n", source: source,
      example: example
    ) { arguments in
      let options = try arguments.options
      return .object(
        try Schedule(
          name, rate: options.number("lr"), curve(options), warmup: options.integer("warmup"),
          warmupStart: options.number("warmup_start")))
    }
  }

  private static var least: Option {
    .optional("eta_min", .number, "the lowest rate", .number(0), range: Option.atLeastZero)
  }
  private static func gamma(_ standard: Double?) -> Option {
    let summary = "what the rate is multiplied by"
    return standard.map { .optional("gamma", .number, summary, .number($0), range: Option.atLeastZero) }
      ?? Option("gamma", .number, summary, range: Option.atLeastZero)
  }

  static func all() -> [Function] { [constant(), linear(), step(), exponential(), cosine(), restarts()] }

  private static func constant() -> Function {
    entry(
      "constant_lr", "One learning rate, after a warm-up.", [], source: "diffusers, get_constant_schedule_with_warmup",
      example: "local s = optim.constant_lr{lr = 0.1, warmup = 10}\nassert(s(1) == 0 and s(6) == 0.05 and s(99) == 0.1)"
    ) { _ in .constant }
  }

  private static func linear() -> Function {
    entry(
      "linear_lr", "A learning rate that goes linearly from one share of lr to another, and stays there.",
      [
        .optional("start_factor", .number, "the first share", .number(1.0 / 3), range: Option.atLeastZero),
        .optional("end_factor", .number, "the last share", .number(1), range: Option.atLeastZero),
        .optional(
          "total_iters", .integer, "steps from the first to the last", .integer(5), range: steps, unit: "steps"),
      ], source: torch + "LinearLR; with factors 1 and 0, diffusers' get_linear_schedule_with_warmup",
      example:
        "local s = optim.linear_lr{lr = 1, start_factor = 1, end_factor = 0, total_iters = 4}\nassert(s(1) == 1 and s(3) == 0.5 and s(9) == 0)"
    ) {
      .linear(
        start: try $0.number("start_factor"), end: try $0.number("end_factor"), steps: try $0.integer("total_iters"))
    }
  }

  private static func step() -> Function {
    entry(
      "step_lr", "A learning rate that falls by a factor every few steps.",
      [Option("step_size", .integer, "steps between falls", range: steps, unit: "steps"), gamma(0.1)],
      source: torch + "StepLR",
      example: "local s = optim.step_lr{lr = 1, step_size = 10, gamma = 0.5}\nassert(s(10) == 1 and s(11) == 0.5)"
    ) { .step(size: try $0.integer("step_size"), gamma: try $0.number("gamma")) }
  }

  private static func exponential() -> Function {
    entry(
      "exponential_lr", "A learning rate that falls by a factor every step.", [gamma(nil)],
      source: torch + "ExponentialLR",
      example: "local s = optim.exponential_lr{lr = 1, gamma = 0.5}\nassert(s(1) == 1 and s(3) == 0.25)"
    ) { .exponential(gamma: try $0.number("gamma")) }
  }

  private static func cosine() -> Function {
    entry(
      "cosine_annealing_lr", "A learning rate that falls along half a cosine.",
      [
        Option("t_max", .integer, "steps from lr to eta_min; later it rises again", range: steps, unit: "steps"), least,
      ],
      source: torch + "CosineAnnealingLR; with a warm-up, diffusers' get_cosine_schedule_with_warmup",
      example:
        "local s = optim.cosine_annealing_lr{lr = 1, t_max = 100}\nassert(s(1) == 1 and math.abs(s(51) - 0.5) < 1e-9)"
    ) { .cosine(steps: try $0.integer("t_max"), least: try $0.number("eta_min")) }
  }

  private static func restarts() -> Function {
    entry(
      "cosine_annealing_warm_restarts", "A learning rate that falls along half a cosine again and again.",
      [
        Option("t_0", .integer, "length of the first fall", range: steps, unit: "steps"),
        .optional("t_mult", .integer, "how much longer each fall is than the one before", .integer(1), range: steps),
        least,
      ],
      source: torch + "CosineAnnealingWarmRestarts; Loshchilov & Hutter 2017, arXiv 1608.03983",
      example:
        "local s = optim.cosine_annealing_warm_restarts{lr = 1, t_0 = 10, t_mult = 2}\nassert(s(1) == 1 and s(11) == 1 and s(31) == 1)"
    ) {
      .cosineRestarts(
        steps: try $0.integer("t_0"), growth: try $0.integer("t_mult"), least: try $0.number("eta_min"))
    }
  }
}
