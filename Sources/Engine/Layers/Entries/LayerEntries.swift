internal import Surface
internal import TensorCore

/// What a script may do with layers.
enum LayerEntries {
  /// The script type of layers; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "layer", summary: "a map from tensor to tensor, often with trained parameters; called like a function",
    methods: state() + modes() + inside(), operators: ["call": call(), "len": length()], index: part(),
    answers: [
      "forward": "call the layer itself: m(x)", "weight": "use m:named_parameters().weight",
      "bias": "use m:named_parameters().bias", "training": "set it with m:train() and m:eval()",
      "cuda": "Atelier computes on the CPU; leave it out", "children": "m[1] is a sequence's first part",
      "register_forward_hook": "use m:on_forward(name, f)",
      "to": "Atelier computes on the CPU; leave it out", "backward": "the loss has backward: loss:backward()",
    ],
    globals: [
      "nn.Module": "a network is nn.Sequential{…}, or a Lua function over layers",
      "nn.functional": "functions stand in nn itself: nn.mse_loss(a, b)",
      "nn.Parameter": "any tensor can be trained: tensor.randn(3):requires_grad_()",
      "nn.nll_loss": "nn.cross_entropy(scores, classes) takes the scores before log_softmax",
      "nn.NLLLoss": "nn.CrossEntropyLoss takes the scores before log_softmax",
      "nn.binary_cross_entropy": "nn.bce_with_logits(scores, targets) takes the scores before the sigmoid",
      "nn.bce_loss": "nn.bce_with_logits(scores, targets) takes the scores before the sigmoid",
      "nn.scaled_dot_product_attention": "it is nn.attention(q, k, v)",
      "nn.checkpoint": "it is nn.recompute(f, x)",
      "nn.init": "t:normal_(0, 0.02) and t:uniform_(-1, 1) fill a tensor, inside tensor.no_grad(function() … end)",
    ])

  private static func object(_ arguments: borrowing Arguments) throws -> LayerObject { try arguments.object(0) }

  private static func call() -> Function {
    Function(
      .operation("layer"), "call", "The result for an input.",
      [
        Option("m", .object("layer"), "the layer"), Option("x", .object("tensor"), "the input"),
        .optional("conditions", .object("tensor"), "what some layers take beside it, such as a time embedding"),
      ], variadic: true, returns: "a tensor",
      source: "PyTorch, torch.nn.Module", example: "assert(nn.ReLU()(tensor{-1}):item() == 0)"
    ) { arguments in
      let layer = try object(arguments)
      let inputs = try inputs((1..<arguments.count).map { arguments[$0] }, of: layer)
      return .object(try layer(inputs[0], Array(inputs.dropFirst())))
    }
  }

  /// The tensors of a layer's call: its input, and the conditions of a layer that has some.
  static func inputs(_ values: [Value], of layer: LayerObject) throws -> [Tensor] {
    let names = (layer.layer as? any ConditionedLayer)?.conditions ?? []
    let tensors = values.compactMap { if case .object(let object) = $0 { object as? Tensor } else { nil } }
    guard values.count == 1 + names.count, tensors.count == values.count else {
      let wrong = values.first { if case .object(let object) = $0 { !(object is Tensor) } else { true } }
      throw EngineError(
        layer.layer.kind, expected: names.isEmpty ? "one tensor" : "the input and \(names.joined(separator: ", "))",
        came: values.count == 1 + names.count ? wrong?.brief ?? "" : "\(values.count) arguments")
    }
    return tensors
  }

  private static func length() -> Function {
    Function(
      .operation("layer"), "#", "The number of parts of a sequence.", returns: "an integer",
      example: "assert(#nn.Sequential{nn.ReLU(), nn.Tanh()} == 2)"
    ) { arguments in
      guard let sequence = try object(arguments).layer as? Sequential else {
        throw EngineError("#", "only nn.Sequential has a length")
      }
      return .integer(sequence.parts.count)
    }
  }

  private static func part() -> Function {
    Function(
      .operation("layer"), "index", "A part of a sequence by its position from 1, negative from the end.",
      returns: "a layer or a function", example: "assert(nn.Sequential{nn.Linear(2, 3), nn.Tanh()}[1]:count() == 9)"
    ) { arguments in
      let layer = try object(arguments)
      guard let sequence = layer.layer as? Sequential, let position = arguments[1].exactInteger else {
        throw EngineError("layer", "\(layer.layer.kind) has no part [\(arguments[1].brief)]")
      }
      let count = sequence.parts.count
      let place = try scriptPosition(position, "layer")
      guard (-count..<count).contains(place) else {
        throw EngineError("layer", "there is no part \(position) in a sequence of \(count)")
      }
      switch sequence.parts[place < 0 ? place + count : place] {
      case .layer(let object): return .object(object)
      case .function(let function): return .function(function)
      }
    }
  }

  private static func table(_ tensors: [(name: String, tensor: Tensor)]) -> Value {
    .table(Table(fields: tensors.map { ($0.name, .object($0.tensor)) }))
  }

  private static func state() -> [Function] {
    [
      Entry.method(
        "parameters", "The trained tensors, in PyTorch's order.", returns: "a list of tensors",
        example: "assert(#nn.Linear(2, 3):parameters() == 2)"
      ) { .table(Table(list: try object($0).parameters().map { .object($0) })) },
      Entry.method(
        "named_parameters", "The trained tensors by name.", returns: "a table from name to tensor",
        example: "assert(nn.Linear(2, 3):named_parameters().weight:requires_grad())"
      ) { table(try object($0).named().map { ($0.name, $0.box.tensor) }) },
      Entry.method(
        "state_dict", "All values by name, without gradients; they share memory with the layer.",
        returns: "a table from name to tensor",
        example: "assert(nn.Sequential{nn.Linear(2, 3)}:state_dict()[\"0.bias\"]:size(1) == 3)"
      ) { table(try object($0).stateDict()) },
      Entry.method(
        "load_state_dict", "Copies values into the layer. Nothing changes unless all of them fit.",
        [
          Option("state", .table, "a table from name to tensor"),
          .optional("strict", .bool, "whether missing and unexpected names are errors", .bool(true)),
        ], returns: "a table {matched, missing, unexpected}",
        example:
          "local a, b = nn.Linear(2, 3), nn.Linear(2, 3)\nassert(b:load_state_dict(a:state_dict()).matched == 2)"
      ) { arguments in
        let values = try arguments.table(1).fields.map { key, value -> (name: String, tensor: Tensor) in
          guard case .object(let tensor as Tensor) = value else {
            throw EngineError("load_state_dict", expected: "a tensor under '\(key)'", came: value.brief)
          }
          return (key, tensor)
        }
        let report = try object(arguments).load(values, strict: arguments.has(2) ? arguments.bool(2) : true)
        func list(_ names: [String]) -> Value { .table(Table(list: names.map { .string($0) })) }
        return .table(
          Table(fields: [
            ("matched", .integer(report.matched)), ("missing", list(report.missing)),
            ("unexpected", list(report.unexpected)),
          ]))
      },
      Entry.method(
        "count", "The number of trained values.", returns: "an integer",
        example: "assert(nn.Conv2d(3, 8, 3):count() == 3 * 8 * 9 + 8)"
      ) { .integer(try object($0).parameters().reduce(0) { $0 + $1.count }) },
    ]
  }

  private static func modes() -> [Function] {
    [
      Entry.method(
        "train", "Training: dropout drops, batch normalisation uses the batch.",
        [.optional("mode", .bool, "whether", .bool(true))], returns: "the layer itself",
        example: "assert(nn.Dropout(1):eval():train()(tensor{3}):item() == 0)"
      ) { arguments in
        let layer = try object(arguments)
        layer.setTraining(arguments.has(1) ? try arguments.bool(1) : true)
        return .object(layer)
      },
      Entry.method(
        "eval", "No longer training.", returns: "the layer itself",
        example: "assert(nn.Dropout():eval()(tensor{3}):item() == 3)"
      ) { arguments in
        let layer = try object(arguments)
        layer.setTraining(false)
        return .object(layer)
      },
      Entry.method(
        "zero_grad", "Forgets the gradients of all parameters.", returns: "nothing",
        example:
          "local l = nn.Linear(2, 1)\nl(tensor.ones(1, 2)):sum():backward()\nl:zero_grad()\nassert(l:parameters()[1]:grad() == nil)"
      ) {
        for tensor in try object($0).parameters() { tensor.gradient = nil }
        return .none
      },
      Entry.method(
        "requires_grad_", "Freezes the layer (false) or trains it again: a frozen layer computes no weight gradients.",
        [.optional("wanted", .bool, "whether gradients are wanted", .bool(true))], returns: "the layer itself",
        example: "local l = nn.Linear(2, 1):requires_grad_(false)\nassert(not l(tensor.ones(1, 2)):requires_grad())"
      ) { arguments in
        let layer = try object(arguments)
        let wanted = arguments.has(1) ? try arguments.bool(1) : true
        for (_, box) in layer.named() { try box.setTrained(wanted) }
        return .object(layer)
      },
      Entry.method(
        "on_forward",
        "Calls f(layer, input, output) after each pass of the layer under a name; a tensor it returns takes the output's place. Without f all hooks there are removed. A hook that holds the network itself (rather than the layer it is given) keeps both in memory until it is removed.",
        [
          Option("name", .string, "a name as in state_dict (\"0\", \"2.1\"); \"\" is the layer itself"),
          .optional("f", .function, "the hook"),
        ], returns: "the layer itself",
        example:
          "local net, seen = nn.Sequential{nn.Linear(2, 3), nn.Tanh()}, nil\nnet:on_forward(\"0\", function(layer, x, y) seen = y end)\nnet(tensor.rand(1, 2))\nassert(seen:size(2) == 3)"
      ) { arguments in
        let layer = try object(arguments)
        let inner = try layer.descendant(arguments.string(1))
        if arguments.has(2) { inner.addHook(try arguments.callable(2)) } else { inner.removeHooks() }
        return .object(layer)
      },
    ]
  }

  private static func inside() -> [Function] {
    [
      Entry.method(
        "features",
        "Results inside a network by name; it runs no further than the last of them, without hooks of the network itself.",
        [
          Option("x", .object("tensor"), "the input"),
          Option("names", .list(.string), "names as feature_names() lists them, or the layers' own (\"features.20\")"),
        ], returns: "a table from name to tensor",
        example:
          "local net = models.squeezenet()\nlocal f = net:features(tensor.rand(1, 3, 32, 32), {\"relu1\", \"fire3\"})\nassert(f.relu1:size(2) == 96 and f.fire3:size(2) == 128)"
      ) { arguments in
        let names = try arguments.table(2).list.map { value in
          if case .string(let name) = value { return name }
          throw arguments.mismatch(2, "a list of names")
        }
        return table(try object(arguments).features(arguments.object(1), names).map { ($0.name, $0.tensor) })
      },
      Entry.method(
        "feature_names", "The names that features() knows, in the order in which they are computed.",
        returns: "a list of strings",
        example: "assert(nn.Sequential{nn.Linear(2, 3), nn.Tanh()}:feature_names()[2] == \"1\")"
      ) { .table(Table(list: try object($0).featureNames().map { .string($0) })) },
      Entry.method(
        "inverse", "The input that gives z, for networks that lose nothing.",
        [Option("z", .object("tensor"), "what the network returned, or a change of it")], returns: "a tensor",
        example:
          "local net, x = models.revresnet(), tensor.rand(1, 3, 16, 16)\nassert(net:inverse(net(x)):allclose(x, {atol = 1e-4}))"
      ) { .object(try object($0).inverse($0.object(1))) },
    ]
  }
}
