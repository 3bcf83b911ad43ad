internal import Surface
internal import TensorCore

/// Entries of the table `atelier` that belong to no single room of the engine.
enum AtelierEntries {
  static func all() -> [Function] { [version()] + settings() + [memory()] + reports() }

  private static func version() -> Function {
    Function(
      .value("atelier"), "version", "The version of Atelier.", returns: "a string such as \"0.1.0\"",
      example: "assert(atelier.version:match('^%d+%.%d+%.%d+$'))"
    ) { _ in .string(Catalogue.version) }
  }

  /// A function of the table `atelier`.
  private static func entry(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option] = [], returns: String,
    example: String, body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .module("atelier"), name, summary, parameters, options: options, returns: returns, example: example, body: body)
  }

  private static func settings() -> [Function] {
    [
      entry(
        "seed", "Restarts the random numbers of tensor.rand, tensor.randn and new layers.",
        [Option("n", .integer, "the seed; the same numbers follow as after torch.manual_seed(n)")], returns: "nothing",
        example: "atelier.seed(0)\nassert(math.abs(tensor.rand(1):item() - 0.4963) < 1e-4)"
      ) {
        RandomGenerator.shared.seed(UInt64(bitPattern: Int64(try $0.integer(0))))
        return .none
      },
      entry(
        "random_state",
        "Where the random numbers of tensor.rand, dropout and new layers stand; with a state, goes on there.",
        [.optional("state", .object("tensor"), "what random_state() returned earlier")],
        returns: "the state as a tensor, to be saved by checkpoints.save",
        example:
          "local state = atelier.random_state()\nlocal a = tensor.rand(3)\natelier.random_state(state)\nassert(tensor.rand(3):allclose(a))"
      ) { arguments in
        if arguments.has(0) { try RandomGenerator.shared.restore(arguments.tensor(0)) }
        return .object(try RandomGenerator.shared.snapshot())
      },
      entry(
        "threads", "Sets how many threads compute, or asks.",
        [.optional("n", .integer, "1 to 1024", range: 1...1024)], returns: "the number in use",
        example: "assert(atelier.threads() >= 1)"
      ) { arguments in
        if arguments.has(0) { try Runtime.setThreads(arguments.integer(0)) }
        return .integer(Runtime.threads)
      },
      entry(
        "deterministic",
        "Asks for results that do not depend on the number of threads; they never do, so it costs nothing.",
        [.optional("on", .bool, "whether")], returns: "whether it is on",
        example: "assert(atelier.deterministic() == false)"
      ) { arguments in
        if arguments.has(0) { Runtime.isDeterministic = try arguments.bool(0) }
        return .bool(Runtime.isDeterministic)
      },
      entry(
        "exact", "Makes convolutions sum as they are defined, without Winograd's filtering (slower), or asks.",
        [.optional("on", .bool, "whether")], returns: "whether it is on", example: "assert(atelier.exact() == false)"
      ) { arguments in
        if arguments.has(0) { Runtime.isExact = try arguments.bool(0) }
        return .bool(Runtime.isExact)
      },
    ]
  }

  private static func memory() -> Function {
    entry(
      "memory",
      "Bytes that tensors hold (live), keep for reuse (cached), held at most (peak) and may hold (limit, which it sets).",
      options: [
        .optional(
          "limit", .either([.string, .number]),
          "the most that tensors may hold: \"4GB\", \"800MB\" (units of 1000: KB, MB, GB) or bytes, from 1 MB to the "
            + "machine's memory; at first nine tenths of it",
          unit: "bytes")
      ],
      returns: "a table",
      example: """
        local before = atelier.memory().limit
        assert(atelier.memory{limit = "1GB"}.limit == 1000000000)
        local fits, problem = pcall(tensor.zeros, 20000, 20000)
        assert(not fits and tostring(problem):find("of the 1.0 GB allowed", 1, true))
        atelier.memory{limit = before}
        """
    ) { arguments in
      let options = try arguments.options
      if case .string(let text) = options["limit"] {
        try Runtime.setMemoryLimit(text)
      } else if let bytes = try options.numberIfAny("limit") {
        try Runtime.setMemoryLimit(Int(Swift.min(Swift.max(bytes, -0x1p62), 0x1p62)))
      }
      let use = Runtime.memory
      return .table(
        Table(fields: [
          ("live", .integer(use.live)), ("cached", .integer(use.cached)), ("peak", .integer(use.peak)),
          ("limit", .integer(Runtime.memoryLimit)),
        ]))
    }
  }

  private static func reports() -> [Function] {
    [
      entry(
        "info", "What runs here: version, instruction set, threads, processor, libraries.",
        returns: "a table of strings and numbers",
        example: "assert(atelier.info().isa:match('^v[234]$'))"
      ) { _ in
        .table(
          Table(fields: [
            ("version", .string(Catalogue.version)), ("isa", .string(Runtime.isa)),
            ("threads", .integer(Runtime.threads)),
            ("processor", .string(Runtime.processor)), ("onednn", .string(Runtime.oneDNNVersion)),
          ]))
      },
      entry(
        "time", "Runs a function and measures it.", [Option("body", .function, "what to run")],
        returns: "seconds, then what the function returned",
        example: "local s = atelier.time(function() end)\nassert(s >= 0)"
      ) { arguments in
        let clock = ContinuousClock()
        var results: [Value] = []
        let body = try arguments.callable(0)
        let elapsed = try clock.measure { results = try body.call([]) }
        return .many([.number(elapsed / .seconds(1))] + results)
      },
    ]
  }
}
