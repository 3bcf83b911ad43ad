public import Surface
internal import TensorCore

/// What scripts call in the `checkpoints` table.
public enum CheckpointEntries {
  /// Every entry of this module.
  public static func all() -> [Function] { [load, save, inspect] }

  private static var load: Function {
    Function(
      .module("checkpoints"), "load", "Reads every tensor of a checkpoint file.",
      [Option("path", .path, "a .safetensors file, or the .safetensors.index.json of a model in several")],
      options: [
        .optional(
          "prefix", .string, "reads only tensors whose names begin with it and a dot, and leaves both out of the names")
      ], returns: "a table of tensors by name; checkpoints.inspect tells what is stored beside them",
      source: "huggingface/safetensors, README.md",
      example: """
        local path = os.tmpname() .. ".safetensors"
        checkpoints.save({weight = tensor.ones(2, 3)}, path, {metadata = {made_by = "me"}})
        local tensors = checkpoints.load(path)
        assert(tensors.weight:shape()[2] == 3 and checkpoints.inspect(path).metadata.made_by == "me")
        os.remove(path)
        """
    ) { arguments in
      let file = try CheckpointReader.open(arguments.string(0), for: "checkpoints.load")
      let start = try arguments.options.stringIfAny("prefix").map { $0 + "." } ?? ""
      let keys = file.keys.filter { $0.hasPrefix(start) }.sorted()
      if keys.isEmpty, !start.isEmpty {
        let parts = Set(file.keys.filter { $0.contains(".") }.map { String($0.prefix { $0 != "." }) })
        throw EngineError(
          "checkpoints.load", "no name in \(try arguments.string(0)) begins with '\(start)'",
          advice: Suggestion.advice(for: String(start.dropLast()), in: parts.sorted()))
      }
      let total = try keys.reduce(0) { $0 + (try file.facts($1).bytes) }
      var done = 0
      let tensors = try keys.map { key in
        let end = done + (try file.facts(key).bytes)
        defer { done = end }
        let tensor = try Work.part(done..<end, of: total) { try file.tensor(key) }
        return (key: String(key.dropFirst(start.count)), value: Value.object(tensor))
      }
      return .table(Table(fields: tensors))
    }
  }

  private static var save: Function {
    Function(
      .module("checkpoints"), "save", "Writes tensors to a safetensors file, all or nothing.",
      [
        Option(
          "tensors", .table,
          "tensors by name; tables among them join their names with a dot: {net = {weight = …}} writes net.weight"),
        Option("path", .path, "where to write; it ends in .safetensors"),
      ],
      options: [.optional("metadata", .table, "strings by name to store beside the tensors")],
      source: "huggingface/safetensors, README.md",
      example: """
        local path = os.tmpname() .. ".safetensors"
        local net = nn.Linear(4, 3)
        local adam = optim.adam(net)
        checkpoints.save({net = net:state_dict(), adam = adam:state_dict(), random = atelier.random_state()}, path)
        net:load_state_dict(checkpoints.load(path, {prefix = "net"}))
        adam:load_state_dict(checkpoints.load(path, {prefix = "adam"}))
        atelier.random_state(checkpoints.load(path).random)
        assert(checkpoints.inspect(path).parameters > 15)
        os.remove(path)
        """
    ) { arguments in
      let operation = "checkpoints.save"
      let table = try arguments.table(0), path = try arguments.string(1)
      guard path.lowercased().hasSuffix(".safetensors") else {
        throw EngineError(operation, expected: "a path that ends in .safetensors", came: "\"\(path)\"")
      }
      let tensors = try flattened(table, operation)
      let options = try arguments.options
      try Safetensors.write(tensors, metadata: try metadata(options, operation), to: path, for: operation)
      return .none
    }
  }

  /// The tensors of a table and of the tables in it, by their joined names.
  private static func flattened(_ table: Table, _ operation: String) throws -> [(String, Tensor)] {
    guard table.list.isEmpty else {
      throw EngineError(operation, expected: "tensors by name", came: "a list", advice: "write {name = tensor, …}")
    }
    return try table.fields.flatMap { key, value -> [(String, Tensor)] in
      if case .table(let inner) = value { return try flattened(inner, operation).map { ("\(key).\($0.0)", $0.1) } }
      guard case .object(let object) = value, let tensor = object as? Tensor else {
        throw EngineError(operation, "'\(key)' must be a tensor, got \(value.brief)")
      }
      return [(key, tensor)]
    }
  }

  private static var inspect: Function {
    Function(
      .module("checkpoints"), "inspect", "Says what a checkpoint file holds, without reading the data.",
      [Option("path", .path, "a .safetensors file, or the .safetensors.index.json of a model in several")],
      returns: "a table: format, parameters (a count), bytes (of data), metadata, and tensors, a list by name of "
        + "tables with name, dtype, shape and bytes",
      example: """
        local path = os.tmpname() .. ".safetensors"
        checkpoints.save({a = tensor.zeros(2, 3), b = tensor.zeros(5)}, path)
        local facts = checkpoints.inspect(path)
        os.remove(path)
        assert(facts.format == "safetensors" and facts.parameters == 11 and facts.tensors[1].shape[2] == 3)
        """
    ) { arguments in
      let file = try CheckpointReader.open(arguments.string(0), for: "checkpoints.inspect")
      let tensors = try file.keys.sorted().map(file.facts)
      return .table(
        Table(fields: [
          ("format", .string(file.format)),
          ("parameters", .integer(tensors.reduce(0) { $0 + $1.shape.reduce(1, *) })),
          ("bytes", .integer(tensors.reduce(0) { $0 + $1.bytes })),
          ("metadata", strings(file.metadata)),
          ("tensors", .table(Table(list: tensors.map(description)))),
        ]))
    }
  }

  private static func description(_ tensor: TensorFacts) -> Value {
    .table(
      Table(fields: [
        ("name", .string(tensor.name)),
        ("dtype", .string(tensor.dtype)),
        ("shape", .table(Table(list: tensor.shape.map { .integer($0) }))),
        ("bytes", .integer(tensor.bytes)),
      ]))
  }

  private static func strings(_ metadata: [String: String]) -> Value {
    .table(Table(fields: metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
  }

  private static func metadata(_ options: Options, _ operation: String) throws -> [String: String] {
    guard case .table(let table) = options["metadata"] else {
      if options.has("metadata") { throw options.mismatch("metadata", "a table of strings by name") }
      return [:]
    }
    var result: [String: String] = [:]
    for (key, value) in table.fields {
      switch value {
      case .string(let text): result[key] = text
      case .integer, .number, .bool: result[key] = value.brief
      default: throw EngineError(operation, "metadata '\(key)' must be a string, got \(value.brief)")
      }
    }
    guard table.list.isEmpty else { throw EngineError(operation, expected: "metadata by name", came: "a list") }
    return result
  }
}
