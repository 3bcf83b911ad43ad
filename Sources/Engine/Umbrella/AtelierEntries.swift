internal import Surface
internal import TensorCore

/// Entries of the table `atelier` that belong to no single room of the engine.
enum AtelierEntries {
  static func all() -> [Function] { [version()] + settings() + reports() }

  private static func version() -> Function {
    Function(
      .value("atelier"), "version", "The version of Atelier.", returns: "a string such as \"0.1.0\"",
      example: "assert(atelier.version:match('^%d+%.%d+%.%d+$'))"
    ) { _ in .string(Catalogue.version) }
  }

  /// A function of the table `atelier`.
  private static func entry(
    _ name: String, _ summary: String, _ parameters: [Option] = [], returns: String, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(.module("atelier"), name, summary, parameters, returns: returns, example: example, body: body)
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
        "deterministic", "Makes weight gradients independent of the number of threads (and slower), or asks.",
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

  private static func reports() -> [Function] {
    [
      entry(
        "memory", "Bytes that tensors hold (live), that are kept for reuse (cached), and the most ever held (peak).",
        returns: "a table", example: "assert(atelier.memory().live >= 0)"
      ) { _ in
        let use = Runtime.memory
        return .table(
          Table(fields: [
            ("live", .integer(use.live)), ("cached", .integer(use.cached)), ("peak", .integer(use.peak)),
          ]))
      },
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
