import Engine
import LuaHost
import TensorCore

/// Watches calls of one entry while its example runs: whether the example calls it at all, and whether a gradient
/// flows through it.
final class Observer {
  /// The entry that is watched.
  private var target = ""
  /// Whether the entry's floating-point arguments are made to ask for a gradient.
  private var marks = false
  private var calls = 0
  private var isDifferentiable = false

  private var functions: [Function] = []
  private var types: [ScriptType] = []

  /// What a run of an example showed.
  struct Finding {
    /// How it ended; nil when it ran to its end.
    let failure: String?
    let isCalled: Bool
    let isDifferentiable: Bool
  }

  init() throws {
    // A first host numbers the types; the watched ones take the same numbers.
    try LuaHost(functions: Catalogue.functions(), types: Catalogue.types()).close()
    functions = Catalogue.functions().map(watched)
    types = Catalogue.types().map { type in
      let copy = ScriptType(
        name: type.name, summary: type.summary, methods: type.methods.map(watched),
        operators: type.operators.mapValues(watched), index: type.index.map(watched), assign: type.assign.map(watched),
        answers: type.answers)
      copy.hostSlot = type.hostSlot
      return copy
    }
  }

  /// Runs an entry's example, first as it is, then with arguments that ask for gradients. The second run may fail after
  /// the call that it is about (a script must not change in place what asks for a gradient).
  func observe(_ function: Function) throws -> Finding {
    target = function.qualifiedName
    (marks, calls, isDifferentiable) = (false, 0, false)
    let failure = try run(function.example)
    let isCalled = calls > 0
    marks = true
    _ = try run(function.example)
    return Finding(failure: failure, isCalled: isCalled, isDifferentiable: isDifferentiable)
  }

  private func run(_ code: String) throws -> String? {
    let host = try LuaHost(functions: functions, types: types)
    defer { host.close() }
    host.output = { _ in }
    switch host.run(code, name: "=example") {
    case .done: return nil
    case .syntaxError(let message), .failed(let message, _): return message
    case .interrupted: return "interrupted"
    }
  }

  /// The same entry with a body that reports its calls.
  private func watched(_ function: Function) -> Function {
    Function(
      function.form, function.name, function.summary, function.parameters, variadic: function.variadic,
      options: function.options, returns: function.returns, source: function.source, example: function.example
    ) { [unowned self] arguments in
      guard function.qualifiedName == target else { return try function.body(arguments) }
      calls += 1
      let given = marks ? try Observer.tensors(arguments) : []
      for tensor in given where tensor.dtype.isFloating && tensor.node == nil { try tensor.setRequiresGradient() }
      let result = try function.body(arguments)
      let computed = Observer.tensors(result, depth: 2).filter { $0.node != nil }
      if !given.isEmpty, computed.contains(where: { result in !given.contains { $0 === result } }) {
        isDifferentiable = true
      }
      return result
    }
  }

  private static func tensors(_ arguments: borrowing Arguments) throws -> [Tensor] {
    var found: [Tensor] = []
    for position in 0..<arguments.count { found += tensors(arguments[position], depth: 2) }
    let options = try arguments.options
    for option in arguments.function.options { found += tensors(options[option.name], depth: 2) }
    return found
  }

  private static func tensors(_ value: Value, depth: Int) -> [Tensor] {
    switch value {
    case .object(let object): return (object as? Tensor).map { [$0] } ?? []
    case .many(let values): return values.flatMap { tensors($0, depth: depth) }
    case .table(let table) where depth > 0:
      return (table.list + table.fields.map(\.value)).flatMap { tensors($0, depth: depth - 1) }
    default: return []
    }
  }
}
