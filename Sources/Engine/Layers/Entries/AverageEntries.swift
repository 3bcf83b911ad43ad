internal import Surface
internal import TensorCore

/// Averages of parameters, and limits of gradients.
enum AverageEntries {
  /// The script type of averages; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "ema", summary: "a running average of parameters", methods: methods(),
    answers: ["store": "e:copy_to() keeps the trained values by itself", "step": "it is called update: e:update()"])

  static func functions() -> [Function] { [ema(), clipNorm(), clipValue()] }

  private static func ema() -> Function {
    Function(
      .module("optim"), "ema", "Follows parameters with a running average.", [OptimEntries.parameters],
      options: [
        .optional("decay", .number, "how much of the average stays in an update", .number(0.999), range: 0...1),
        .optional(
          "warmup", .choice(ParameterAverage.WarmUp.allCases.map(\.rawValue)),
          "limits the decay of update n at first, as diffusers does: \"ratio\" to n / (9 + n), \"power\" to 1 - n^(-2/3)",
          .string("none")),
      ], returns: "an ema object, which begins as a copy of the parameters; so does its first update",
      source: "PyTorch, torch.optim.swa_utils (AveragedModel, get_ema_multi_avg_fn); diffusers, EMAModel",
      example:
        "local net = nn.Linear(2, 1)\nlocal e = optim.ema(net, {decay = 0.99})\ne:update()\ne:copy_to()  -- draw pictures with the average\ne:restore()  -- and train on\nassert(e:state_dict().n_averaged:item() == 1)"
    ) { arguments in
      let options = try arguments.options
      let warmUp = ParameterAverage.WarmUp(rawValue: try options.string("warmup")) ?? .none
      return .object(
        try ParameterAverage(OptimEntries.tensors(arguments), decay: options.number("decay"), warmUp: warmUp))
    }
  }

  private static func clipNorm() -> Function {
    Function(
      .module("optim"), "clip_grad_norm_",
      "Shrinks the gradients of all parameters together, so that their norm is at most max_norm.",
      [OptimEntries.parameters, Option("max_norm", .number, "the largest norm allowed", range: Option.atLeastZero)],
      options: [
        .optional(
          "norm_type", .number, "2: Euclid's norm; math.huge: the largest magnitude", .number(2),
          range: 0...Double.infinity)
      ], returns: "the norm before, a tensor of one element", source: "PyTorch, torch.nn.utils.clip_grad_norm_",
      example:
        "local x = tensor{3, 4}:requires_grad_()\nx:pow(2):sum():backward()\nassert(optim.clip_grad_norm_({x}, 1):item() == 10)\nassert(x:grad():allclose(tensor{0.6, 0.8}))"
    ) { arguments in
      guard let norm = try arguments.options["norm_type"].double else {
        throw try arguments.options.mismatch("norm_type", "a number")
      }
      return .object(try Clipping.norm_(OptimEntries.tensors(arguments), most: arguments.number(1), norm: norm))
    }
  }

  private static func clipValue() -> Function {
    Function(
      .module("optim"), "clip_grad_value_", "Limits every element of the gradients to -clip_value … clip_value.",
      [OptimEntries.parameters, Option("clip_value", .number, "the largest magnitude", range: Option.atLeastZero)],
      returns: "nothing", source: "PyTorch, torch.nn.utils.clip_grad_value_",
      example:
        "local x = tensor{0.1, 4}:requires_grad_()\nx:pow(2):sum():backward()\noptim.clip_grad_value_({x}, 1)\nassert(x:grad():allclose(tensor{0.2, 1}))"
    ) { arguments in
      try Clipping.value_(OptimEntries.tensors(arguments), most: arguments.number(1))
      return .none
    }
  }

  private static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], returns: String, example: String,
    _ body: @escaping (ParameterAverage, borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("ema"), name, summary, parameters, returns: returns,
      source: "PyTorch, torch.optim.swa_utils; diffusers, EMAModel",
      example: "local x = tensor{2}:requires_grad_()\nlocal e = optim.ema({x}, {decay = 0.5})\n" + example
    ) { try body($0.object(0), $0) }
  }

  private static func methods() -> [Function] {
    [
      method(
        "update", "Takes the parameters as they are now into the average.", returns: "nothing",
        example:
          "e:update()\ntensor.no_grad(function() x:fill_(4) end)\ne:update()\nassert(e:state_dict()[\"average.1\"]:item() == 3)"
      ) { average, _ in
        try average.update()
        return .none
      },
      method(
        "copy_to", "Puts the averages into the parameters; e:restore() takes them out again.", returns: "nothing",
        example:
          "tensor.no_grad(function() x:fill_(4) end)\ne:copy_to()\nassert(x:item() == 2)\ne:restore()\nassert(x:item() == 4)"
      ) { average, _ in
        try average.copyToParameters()
        return .none
      },
      method(
        "restore", "Puts the trained values back into the parameters.", returns: "nothing",
        example: "e:copy_to()\ne:restore()\nassert(not pcall(function() e:restore() end))"
      ) { average, _ in
        try average.restore()
        return .none
      },
      method(
        "state_dict", "Everything to go on later, as tensors by name; they share memory with the averages.",
        returns: "a table of tensors, as checkpoints.save takes it",
        example: "e:update()\nassert(e:state_dict().n_averaged:item() == 1)"
      ) { average, _ in .table(Table(tensors: try average.stateDict())) },
      method(
        "load_state_dict", "Takes over what state_dict gave; nothing changes unless all fit.",
        [Option("state", .table, "what state_dict gave")], returns: "nothing",
        example:
          "e:update()\nlocal f = optim.ema({x}, {decay = 0.5})\nf:load_state_dict(e:state_dict())\nassert(f:state_dict().n_averaged:item() == 1)"
      ) { average, arguments in
        try average.load(arguments.namedTensors(1))
        return .none
      },
    ]
  }
}

extension Table {
  /// Tensors by name.
  convenience init(tensors: [NamedTensor]) { self.init(fields: tensors.map { ($0.name, .object($0.tensor)) }) }
}

extension Arguments {
  /// A table of tensors by name.
  func namedTensors(_ position: Int) throws -> [NamedTensor] {
    let table = try table(position)
    guard table.list.isEmpty else { throw mismatch(position, "a table of tensors by name, as state_dict gives it") }
    return try table.fields.map { key, value in
      guard case .object(let tensor as Tensor) = value else {
        throw EngineError(function.qualifiedName, "'\(key)' must be a tensor, got \(value.brief)")
      }
      return (key, tensor)
    }
  }
}
