/// The named options of one call, checked against the function's own list: unknown names, wrong kinds, values out of
/// range and NaN are errors that name the option; what is not given takes the documented default.
public struct Options {
  private let function: Function
  private let table: Table?

  /// Checks every given name; nil stands for a call without options.
  public init(_ function: Function, _ table: Table?) throws {
    self.function = function
    self.table = table
    for (key, _) in table?.fields ?? [] where !function.options.contains(where: { $0.name == key }) {
      throw EngineError(
        function.qualifiedName, "has no option '\(key)'",
        advice: Suggestion.advice(for: key, in: function.options.map(\.name)))
    }
  }

  /// The value given, or the documented default, or `.none`.
  public subscript(_ name: String) -> Value {
    if let value = table?[name] { return value }
    return parameter(name).standard ?? .none
  }

  /// Whether the script gave the option.
  public func has(_ name: String) -> Bool { table?[name] != nil }

  /// An integer within the option's range.
  public func integer(_ name: String) throws -> Int {
    guard let value = self[name].exactInteger else { throw mismatch(name, "an integer") }
    try check(name, Double(value))
    return value
  }

  /// An integer, or nil when the option has neither value nor default.
  public func integerIfAny(_ name: String) throws -> Int? { isNone(name) ? nil : try integer(name) }

  /// A finite number within the option's range.
  public func number(_ name: String) throws -> Double {
    guard let value = self[name].double else { throw mismatch(name, "a number") }
    try check(name, value)
    return value
  }

  /// A number, or nil when the option has neither value nor default.
  public func numberIfAny(_ name: String) throws -> Double? { isNone(name) ? nil : try number(name) }

  /// A boolean.
  public func bool(_ name: String) throws -> Bool {
    if case .bool(let value) = self[name] { return value }
    throw mismatch(name, "a boolean")
  }

  /// A string; one of the option's choices where it has any.
  public func string(_ name: String) throws -> String {
    guard case .string(let value) = self[name] else { throw mismatch(name, parameter(name).kind.text) }
    if case .choice(let names) = parameter(name).kind, !names.contains(value) {
      throw EngineError(
        function.qualifiedName, "option '\(name)' must be \(parameter(name).kind.text), got \"\(value)\"",
        advice: Suggestion.nearest(to: value, in: names).map { "did you mean \"\($0)\"?" })
    }
    return value
  }

  /// A string, or nil when the option has neither value nor default.
  public func stringIfAny(_ name: String) throws -> String? { isNone(name) ? nil : try string(name) }

  /// An engine object, or nil when the option is not given.
  public func objectIfAny<T: Scriptable>(_ name: String, as type: T.Type = T.self) throws -> T? {
    if isNone(name) { return nil }
    if case .object(let object) = self[name], let match = object as? T { return match }
    throw mismatch(name, T.scriptType.article)
  }

  /// An engine object that must be given.
  public func object<T: Scriptable>(_ name: String, as type: T.Type = T.self) throws -> T {
    guard let object = try objectIfAny(name, as: type) else { throw mismatch(name, T.scriptType.article) }
    return object
  }

  /// A function, or nil when the option is not given.
  public func callableIfAny(_ name: String) throws -> (any Callable)? {
    if isNone(name) { return nil }
    if case .function(let value) = self[name] { return value }
    throw mismatch(name, "a function")
  }

  /// A list of values, or nil when the option is not given.
  public func listIfAny(_ name: String) throws -> [Value]? {
    if isNone(name) { return nil }
    if case .table(let value) = self[name] { return value.list }
    throw mismatch(name, parameter(name).kind.text)
  }

  /// One integer for both axes or a pair `{vertical, horizontal}`, as convolutions take them.
  public func pair(_ name: String) throws -> (Int, Int) {
    if let value = self[name].exactInteger {
      try check(name, Double(value))
      return (value, value)
    }
    if case .table(let table) = self[name], table.list.count == 2, let first = table.list[0].exactInteger,
      let second = table.list[1].exactInteger
    {
      try check(name, Double(first))
      try check(name, Double(second))
      return (first, second)
    }
    throw mismatch(name, "an integer or a pair {vertical, horizontal}")
  }

  private func isNone(_ name: String) -> Bool { if case .none = self[name] { true } else { false } }

  private func parameter(_ name: String) -> Option {
    guard let parameter = function.options.first(where: { $0.name == name }) else {
      preconditionFailure("\(function.qualifiedName) reads an option '\(name)' that it does not declare")
    }
    return parameter
  }

  private func check(_ name: String, _ value: Double) throws {
    let parameter = parameter(name)
    let range = parameter.range ?? Option.anyNumber
    guard !range.contains(value) else { return }
    let unit = parameter.unit.map { " " + $0 } ?? ""
    let bounds: String
    if range == Option.anyNumber {
      bounds = "a finite number"
    } else if range.upperBound >= Double.greatestFiniteMagnitude {
      bounds = "at least \(range.lowerBound.plainText)\(unit)"
    } else {
      bounds = "between \(range.lowerBound.plainText) and \(range.upperBound.plainText)\(unit)"
    }
    throw EngineError(function.qualifiedName, "option '\(name)' must be \(bounds), got \(value.plainText)")
  }

  /// The error for an option of the wrong kind.
  public func mismatch(_ name: String, _ expected: String) -> EngineError {
    let came = self[name]
    if case .none = came {
      return EngineError(
        function.qualifiedName, "needs the option '\(name)' (\(expected))",
        advice: "it is called as \(function.signature)")
    }
    return EngineError(function.qualifiedName, "option '\(name)' must be \(expected), got \(came.brief)")
  }
}
