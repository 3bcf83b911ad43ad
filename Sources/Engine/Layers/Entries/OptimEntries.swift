public import Surface
internal import TensorCore

/// The table `optim` and what a script may do with optimisers.
public enum OptimEntries {
  /// Functions that make optimisers.
  public static func all() -> [Function] { [sgd(), adam(decoupled: false), adam(decoupled: true)] }

  /// The script type of optimisers; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "optimizer", summary: "changes parameters by their gradients", methods: methods(),
    answers: ["zero_grad_": "use o:zero_grad()", "param_groups": "set the learning rate with o:lr(value)"])

  private static var parameters: Option {
    Option(
      "params", .either([.object("layer"), .list(.any)]), "a layer, or a list of tensors and layers: what to change")
  }
  private static func rate(_ standard: Double) -> Option {
    .optional(
      "lr", .either([.number, .function]), "learning rate, or a function from the step (from 1) to it",
      .number(standard), range: Option.atLeastZero)
  }
  private static func decay(_ standard: Double, _ summary: String) -> Option {
    .optional("weight_decay", .number, summary, .number(standard), range: Option.atLeastZero)
  }

  private static let fit =
    "local x = tensor{3}:requires_grad_()\nlocal o = %@\nfor i = 1, 100 do\n  o:zero_grad()\n  x:pow(2):sum():backward()\n  o:step()\nend\nassert(math.abs(x:item()) < 0.5)"

  private static func example(_ make: String) -> String {
    fit.split(separator: "%@", omittingEmptySubsequences: false).joined(separator: make)
  }

  private static func sgd() -> Function {
    Function(
      .module("optim"), "sgd", "Gradient descent, on request with momentum.", [parameters],
      options: [
        rate(1e-3),
        .optional("momentum", .number, "how much of the last step goes on", .number(0), range: Option.atLeastZero),
        .optional(
          "dampening", .number, "how much less of the gradient enters the momentum", .number(0), range: Option.anyNumber
        ),
        decay(0, "added to the gradient: weight_decay · parameter"),
        .optional("nesterov", .bool, "looks one step of momentum ahead", .bool(false)),
      ], returns: "an optimizer", source: "PyTorch, torch.optim.SGD; Sutskever et al. 2013",
      example: example("optim.sgd({x}, {lr = 0.1, momentum = 0.5})")
    ) {
      let options = try $0.options
      let rule = try SGD(
        momentum: options.number("momentum"), dampening: options.number("dampening"),
        weightDecay: options.number("weight_decay"), nesterov: options.bool("nesterov"))
      return .object(try Optimizer(tensors($0), rule, rate: learningRate(options, "optim.sgd")))
    }
  }

  private static func adam(decoupled: Bool) -> Function {
    let name = decoupled ? "adamw" : "adam"
    return Function(
      .module("optim"), name,
      decoupled ? "Adam whose weight decay acts apart from the gradient." : "Steps by running moments of the gradient.",
      [parameters],
      options: [
        rate(1e-3),
        .optional(
          "betas", .list(.number), "how slowly the first and second moment change, each from 0 to 1",
          .table(Table(list: [.number(0.9), .number(0.999)]))),
        .optional("eps", .number, "added to the root of the second moment", .number(1e-8), range: Option.atLeastZero),
        decoupled
          ? decay(0.01, "each step shrinks parameters by lr · weight_decay")
          : decay(0, "added to the gradient: weight_decay · parameter"),
        .optional("amsgrad", .bool, "divides by the largest second moment so far", .bool(false)),
      ], returns: "an optimizer",
      source: decoupled
        ? "PyTorch, torch.optim.AdamW; Loshchilov & Hutter 2019, arXiv 1711.05101"
        : "PyTorch, torch.optim.Adam; Kingma & Ba 2015, arXiv 1412.6980",
      example: example("optim.\(name)({x}, {lr = 0.1})")
    ) {
      let options = try $0.options
      let betas = try options.listIfAny("betas") ?? []
      guard betas.count == 2, let first = betas[0].double, let second = betas[1].double else {
        throw options.mismatch("betas", "a list of two numbers")
      }
      let rule = try Adam(
        betas: (first, second), eps: options.number("eps"), weightDecay: options.number("weight_decay"),
        decoupled: decoupled, amsgrad: options.bool("amsgrad"))
      return .object(try Optimizer(tensors($0), rule, rate: learningRate(options, "optim.\(name)")))
    }
  }

  /// The tensors that the first argument names: a layer's, or those of a list of tensors and layers.
  private static func tensors(_ arguments: borrowing Arguments) throws -> [Tensor] {
    let name = arguments.function.qualifiedName
    if case .object(let layer as LayerObject) = arguments[0] { return try trained(layer.parameters(), name) }
    if case .object(let tensor as Tensor) = arguments[0] { return try asking([tensor], name) }
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
    return layered.isEmpty ? try asking(plain, name) : try trained(plain + layered, name)
  }

  private static func trained(_ tensors: [Tensor], _ name: String) throws -> [Tensor] {
    if tensors.isEmpty { throw EngineError(name, "the layer has no parameters to change") }
    return tensors
  }

  /// Tensors of which at least one asks for its gradient: else nothing would ever change.
  private static func asking(_ tensors: [Tensor], _ name: String) throws -> [Tensor] {
    if !tensors.isEmpty, !tensors.contains(where: \.requiresGradient) {
      throw EngineError(name, "none of the tensors asks for a gradient", advice: "call requires_grad_() on them first")
    }
    return tensors
  }

  private static func learningRate(_ options: Options, _ name: String) throws -> LearningRate {
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

  // MARK: - Methods

  private static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], returns: String, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("optimizer"), name, summary, parameters, returns: returns, source: "PyTorch, torch.optim.Optimizer",
      example: "local x = tensor{3}:requires_grad_()\nlocal o = optim.adam({x}, {lr = 0.1})\n" + example, body: body)
  }

  private static func object(_ arguments: borrowing Arguments) throws -> Optimizer { try arguments.object(0) }

  private static func methods() -> [Function] {
    [
      method(
        "step", "Changes every parameter that has a gradient.",
        [.optional("closure", .function, "called first; computes the gradients and returns the loss")],
        returns: "what the closure returns",
        example:
          "local loss = o:step(function()\n  o:zero_grad()\n  local y = (x * x):sum()\n  y:backward()\n  return y\nend)\nassert(loss:item() == 9 and x:item() < 3)"
      ) { arguments in
        let optimizer = try object(arguments)
        let results =
          arguments.has(1) ? try Autograd.with(enabled: true) { try arguments.callable(1).call([]) } : []
        try optimizer.step()
        return results.first ?? .many([])  // no value, so that the prompt shows nothing
      },
      method(
        "zero_grad", "Forgets the gradients of all parameters.", returns: "nothing",
        example: "x:pow(2):sum():backward()\no:zero_grad()\nassert(x:grad() == nil)"
      ) {
        try object($0).zeroGradients()
        return .none
      },
      method(
        "lr", "The learning rate of the next step; with a value, sets it.",
        [.optional("value", .number, "the new rate", range: Option.atLeastZero)], returns: "the rate",
        example: "assert(o:lr() == 0.1 and o:lr(0.05) == 0.05 and o:lr() == 0.05)"
      ) { arguments in
        let optimizer = try object(arguments)
        if arguments.has(1) {
          let value = try arguments.number(1)
          try Optimizer.check(value, arguments.function.qualifiedName)
          optimizer.rate = .constant(value)
        }
        return .number(try optimizer.rate(at: optimizer.steps + 1))
      },
      method(
        "state_dict", "Moments, step counts and options, to go on later; tensors share memory with the optimizer.",
        returns: "a table {steps, state, param_groups}",
        example: "x:pow(2):sum():backward()\no:step()\nassert(o:state_dict().state[1].exp_avg:numel() == 1)"
      ) { .table(try object($0).stateDict()) },
      method(
        "load_state_dict", "Takes over moments, step counts and the learning rate; nothing changes unless all fit.",
        [Option("state", .table, "what state_dict gave")], returns: "nothing",
        example:
          "x:pow(2):sum():backward()\no:step()\nlocal p = optim.adam({x})\np:load_state_dict(o:state_dict())\nassert(p:lr() == 0.1)"
      ) {
        try object($0).load($0.table(1))
        return .none
      },
    ]
  }
}
