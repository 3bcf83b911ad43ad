import Classic
import Methods
import Surface
import TensorCore
import Testing

/// Calls and pictures that the tests of methods share.
@MainActor enum Call {
  /// An entry of this module or a filter, by its qualified name.
  static func entry(_ name: String) throws -> Function {
    try #require((MethodEntries.all() + FilterEntries.all()).first { $0.qualifiedName == name })
  }

  /// Calls an entry with options alone.
  static func options(_ name: String, _ options: [(String, Value)]) throws -> Value {
    try entry(name).call([], options: options.map { (key: $0.0, value: $0.1) })
  }

  /// `filters.chain` of steps written as values.
  static func chain(_ steps: [Value], _ fields: [(String, Value)] = []) throws -> FilterChain {
    let table = Value.table(Table(list: steps, fields: fields.map { (key: $0.0, value: $0.1) }))
    let value = try entry("filters.chain").call([table])
    guard case .object(let object) = value else { throw EngineError("test", "no chain") }
    return try #require(object as? FilterChain)
  }

  /// A filter of the registry.
  static func filter(_ name: String, _ picture: Tensor, _ options: [(String, Value)] = []) throws -> Tensor {
    let fields = options.map { (key: $0.0, value: $0.1) }
    return try tensor(entry("filters." + name).call([.object(picture)], options: fields))
  }

  static func tensor(_ value: Value) throws -> Tensor {
    guard case .object(let object) = value else { throw EngineError("test", "no tensor") }
    return try #require(object as? Tensor)
  }
}

/// A step as a script writes it.
func step(_ name: String, _ fields: (String, Value)...) -> Value {
  .table(Table(list: [.string(name)], fields: fields.map { (key: $0.0, value: $0.1) }))
}

/// The library of the procedural scenes.
func library(_ width: Int, _ height: Int, seed: Int = 0, season: String = "summer") throws -> Tensor {
  let entry = try #require(SceneEntries.all().first { $0.qualifiedName == "scenes.library" })
  let options: [(key: String, value: Value)] = [
    ("width", .integer(width)), ("height", .integer(height)), ("seed", .integer(seed)), ("season", .string(season)),
  ]
  guard case .many(let values) = try entry.call([], options: options), case .object(let object)? = values.first else {
    throw EngineError("test", "no scene")
  }
  return try #require(object as? Tensor)
}

/// The largest difference between two tensors of one shape.
func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
  guard a.shape == b.shape else { return .infinity }
  let gap = try (a.detached().to(.f64) - b.detached().to(.f64)).abs().max().item()
  return gap.isNaN ? .infinity : gap
}
