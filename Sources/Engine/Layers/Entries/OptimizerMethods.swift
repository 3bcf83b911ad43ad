internal import Surface
internal import TensorCore

/// What a script may do with optimisers.
enum OptimizerMethods {
  private static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], returns: String, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("optimizer"), name, summary, parameters, returns: returns, source: "PyTorch, torch.optim.Optimizer",
      example: "local x = tensor{3}:requires_grad_()\nlocal o = optim.adam({x}, {lr = 0.1})\n" + example, body: body)
  }

  private static func object(_ arguments: borrowing Arguments) throws -> Optimizer { try arguments.object(0) }

  /// Every method.
  static func all() -> [Function] {
    [
      method(
        "step", "Changes every parameter that has a gradient.",
        [.optional("closure", .function, "called first; computes the gradients and returns the loss")],
        returns: "what the closure returns",
        example:
          "local loss = o:step(function()\n  o:zero_grad()\n  local y = (x * x):sum()\n  y:backward()\n  return y\nend)\nassert(loss:item() == 9 and x:item() < 3)"
      ) { arguments in
        let optimizer = try object(arguments)
        guard arguments.has(1) else {
          try optimizer.step()
          return .many([])  // no value, so that the prompt shows nothing
        }
        let closure = try arguments.callable(1)
        var first: Value?
        try optimizer.step {
          let loss = try closure.call([]).first ?? .none
          first = first ?? loss
          return try OptimizerMethods.number(loss)
        }
        return first ?? .none
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
        "state_dict",
        "Everything to go on later, as tensors by name: moments, step counts, the learning rate; they share memory.",
        returns: "a table of tensors, as checkpoints.save takes it: steps, lr, sizes, and moments such as 1.exp_avg",
        example: "x:pow(2):sum():backward()\no:step()\nassert(o:state_dict()[\"1.exp_avg\"]:numel() == 1)"
      ) { .table(Table(tensors: try object($0).stateDict())) },
      method(
        "load_state_dict", "Takes over what state_dict gave; nothing changes unless all of it fits.",
        [Option("state", .table, "what state_dict gave")], returns: "nothing",
        example:
          "x:pow(2):sum():backward()\no:step()\nlocal p = optim.adam({x})\np:load_state_dict(o:state_dict())\nassert(p:lr() == 0.1)"
      ) {
        try object($0).load($0.namedTensors(1))
        return .none
      },
    ]
  }

  /// A loss as a number; nil for anything else.
  private static func number(_ value: Value) throws -> Double? {
    if case .object(let tensor as Tensor) = value, tensor.count == 1 { return try tensor.item() }
    return value.double
  }
}
