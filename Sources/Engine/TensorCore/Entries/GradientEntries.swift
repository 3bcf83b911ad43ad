internal import Surface

/// Gradients.
enum GradientEntries {
  static func methods() -> [Function] {
    [
      Entry.method(
        "requires_grad_", "Asks for this tensor's gradient (or no longer).",
        [.optional("wanted", .bool, "whether", .bool(true))], returns: "the tensor itself",
        example:
          "local x = tensor{3}:requires_grad_()\nlocal y = (x * x):sum()\ny:backward()\nassert(x:grad():item() == 6)"
      ) { arguments in
        let x = try arguments.tensor(0)
        try x.setRequiresGradient(arguments.has(1) ? arguments.bool(1) : true)
        return .object(x)
      },
      Entry.method(
        "requires_grad", "Whether gradients flow through this tensor.", returns: "a boolean",
        example: "assert(not tensor{1}:requires_grad())"
      ) { .bool(try $0.tensor(0).requiresGradient) },
      Entry.method(
        "backward", "Computes the gradient of this loss for every tensor that asked for one, and adds it to theirs.",
        [.optional("gradient", .object("tensor"), "gradient of this tensor; needed unless it has one element")],
        options: [
          .optional("create_graph", .bool, "records the computation, for second derivatives", .bool(false)),
          .optional(
            "retain_graph", .bool, "keeps what was saved, so that backward can run again (default: create_graph)"),
        ], returns: "nothing",
        example:
          "local x = tensor{1, 2}:requires_grad_()\nlocal y = (x ^ 3):sum()\ny:backward()\nassert(x:grad():allclose(tensor{3, 12}))"
      ) { arguments in
        let options = try arguments.options
        let graph = try options.bool("create_graph")
        let retain = options.has("retain_graph") ? try options.bool("retain_graph") : graph
        try arguments.tensor(0).backward(arguments.tensorIfAny(1), createGraph: graph, retainGraph: retain)
        return .none
      },
      Entry.method(
        "grad", "The gradient gathered so far, or nil.", returns: "a tensor or nil",
        example: "assert(tensor{1}:grad() == nil)"
      ) {
        try $0.tensor(0).gradient.map { .object($0) } ?? .none
      },
      Entry.method(
        "zero_grad_", "Forgets the gradient gathered so far.", returns: "the tensor itself",
        example:
          "local x = tensor{3}:requires_grad_()\nlocal y = (x * x):sum()\ny:backward()\nx:zero_grad_()\nassert(x:grad() == nil)"
      ) { arguments in
        let x = try arguments.tensor(0)
        x.gradient = nil
        return .object(x)
      },
      Entry.method(
        "detach", "The same elements without history; writes to either show in both.",
        example: "local x = tensor{3}:requires_grad_()\nassert(not (x * 2):detach():requires_grad())"
      ) { .object(try $0.tensor(0).alias()) },
    ]
  }

  static func functions() -> [Function] {
    [
      Entry.tensor(
        "no_grad", "Runs a function without recording anything.",
        [Option("body", .function, "the function; further arguments are passed to it")], variadic: true,
        returns: "what the function returns",
        example:
          "local x = tensor{3}:requires_grad_()\nlocal y = tensor.no_grad(function() return x * 2 end)\nassert(not y:requires_grad())"
      ) { arguments in
        let body = try arguments.callable(0)
        let rest = (1..<Swift.max(arguments.count, 1)).map { arguments[$0] }
        return .many(try Autograd.noGradient { try body.call(rest) })
      },
      Entry.tensor(
        "grad", "Gradients of a value with respect to given tensors, without touching what they gathered.",
        [
          Option("output", .object("tensor"), "what to differentiate; one element unless gradient is given"),
          Option(
            "inputs", .either([.object("tensor"), .list(.object("tensor"))]), "with respect to what: one or a list"),
        ],
        options: [
          .optional("gradient", .object("tensor"), "gradient of the output"),
          .optional("create_graph", .bool, "records the computation, for second derivatives", .bool(false)),
        ], returns: "a list of tensors (zeros where an input does not matter)",
        example:
          "local x = tensor{3}:requires_grad_()\nlocal g = tensor.grad((x ^ 3):sum(), {x}, {create_graph = true})[1]\nassert(tensor.grad(g:sum(), {x})[1]:item() == 18)"
      ) { arguments in
        let inputs: [Tensor]
        if case .table = arguments[1] { inputs = try arguments.tensors(1) } else { inputs = [try arguments.tensor(1)] }
        let options = try arguments.options
        let seed: Tensor? = try options.objectIfAny("gradient")
        let gradients = try Autograd.gradients(
          of: [arguments.tensor(0)], with: inputs, seeds: seed.map { [$0] }, createGraph: options.bool("create_graph"))
        return .table(
          Table(list: try zip(gradients, inputs).map { .object(try $0 ?? Tensor.zeros($1.shape, $1.dtype)) }))
      },
      Entry.tensor(
        "custom",
        "An operation written in Lua: forward(x, …) gives the result, backward(g, y, x, …) the gradients of the inputs.",
        options: [
          Option("forward", .function, "gets the inputs, returns one tensor; nothing in it is recorded"),
          Option(
            "backward", .function,
            "gets the result's gradient, the result and the inputs; returns one gradient (or nil) per input"),
        ], returns: "a callable operation",
        example:
          "local double = tensor.custom{forward = function(x) return x * 2 end, backward = function(g, y, x) return g * 2 end}\nlocal x = tensor{5}:requires_grad_()\ndouble(x):sum():backward()\nassert(x:grad():item() == 2)"
      ) { arguments in
        let options = try arguments.options
        guard let forward = try options.callableIfAny("forward"), let backward = try options.callableIfAny("backward")
        else {
          throw EngineError("tensor.custom", "needs the options 'forward' and 'backward', both functions")
        }
        return .object(CustomOperation(forward, backward))
      },
    ]
  }
}

/// An operation whose forward and backward are functions of the script.
final class CustomOperation: Scriptable {
  private let forward: any Callable
  private let backward: any Callable

  init(_ forward: any Callable, _ backward: any Callable) {
    self.forward = forward
    self.backward = backward
  }

  nonisolated(unsafe) static let scriptType = ScriptType(
    name: "operation", summary: "an operation written in Lua with tensor.custom", methods: [],
    operators: [
      "call": Function(
        .operation("operation"), "()", "Applies the operation.", [Option("inputs", .object("tensor"), "tensors")],
        variadic: true,
        returns: "a tensor",
        example:
          "local op = tensor.custom{forward = function(x) return x end, backward = function(g) return g end}\nassert(op(tensor{1}):item() == 1)"
      ) { arguments in
        let operation: CustomOperation = try arguments.object(0)
        return .object(try operation.apply((1..<Swift.max(arguments.count, 1)).map { try arguments.tensor($0) }))
      }
    ])

  var nativeBytes: Int { 128 }
  func display() -> String { "operation (tensor.custom)" }

  /// What backward returned for an input, checked: a tensor that sums to the input's shape, or nil.
  private static func gradient(_ value: Value, of input: Tensor, _ position: Int) throws -> Tensor? {
    if case .none = value { return nil }
    var came = value.brief
    if case .object(let object) = value, let gradient = object as? Tensor {
      if Dims.broadcast(gradient.dims, input.dims) == gradient.dims { return gradient }
      came = "one of \(gradient.dims.text)"
    }
    throw EngineError(
      "tensor.custom", expected: "a gradient of \(input.dims.text) (or nil) from backward for input \(position + 1)",
      came: came)
  }

  private func apply(_ inputs: [Tensor]) throws -> Tensor {
    let results = try Autograd.noGradient { try forward.call(inputs.map { .object($0) }) }
    guard results.count == 1, case .object(let object) = results[0], let made = object as? Tensor else {
      throw EngineError("tensor.custom", expected: "one tensor from forward", came: results.first?.brief ?? "nothing")
    }
    // An object of its own: forward may return one of its inputs.
    let y = made.alias()
    guard Autograd.records(inputs) else { return y }
    let backward = backward
    return y.derived("tensor.custom", from: inputs, saving: inputs, keepsOutput: true) { pull in
      let arguments = [pull.grad, pull.output] + inputs
      let values = try backward.call(arguments.map { .object($0) })
      return try inputs.indices.map { position in
        guard position < values.count else { return nil }
        return try CustomOperation.gradient(values[position], of: inputs[position], position)
      }
    }
  }
}
