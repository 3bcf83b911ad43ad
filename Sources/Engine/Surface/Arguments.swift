/// The arguments of one call, with typed access whose errors name the function, the argument and what came.
///
/// The values lie in a buffer that the host reuses; nothing is allocated here for a call with plain arguments.
public struct Arguments {
  public let function: Function
  private let base: UnsafePointer<Value>
  /// Positional arguments given, the receiver included, the trailing options table not.
  public let count: Int
  private let trailing: Table?

  /// Wraps the host's buffer for the time of one call.
  public init(_ function: Function, _ values: UnsafePointer<Value>, count: Int) {
    self.function = function
    base = values
    if !function.options.isEmpty, count > function.least, case .table(let table) = values[count - 1],
      table.list.isEmpty
    {
      trailing = table
      self.count = count - 1
    } else {
      trailing = nil
      self.count = count
    }
  }

  /// The argument at a position counted from 0 (a method's receiver is 0); `.none` past the end.
  public subscript(_ position: Int) -> Value { position < count ? base[position] : .none }

  /// Whether the argument is there and not nil.
  public func has(_ position: Int) -> Bool {
    if case .none = self[position] { false } else { true }
  }

  /// The named options given in the trailing table. Throws on a name that the function does not have.
  public var options: Options { get throws { try Options(function, trailing) } }

  /// Throws when there are more arguments than the function takes.
  public func checkCount() throws {
    let most = function.parameters.count + function.receivers
    if !function.variadic, count > most {
      throw EngineError(
        function.qualifiedName, "takes \(most - function.receivers) argument(s), got \(count - function.receivers)",
        advice: optionAdvice(self[most]) + "it is called as \(function.signature)")
    }
  }

  /// For one plain value too many, where the function has an option of that kind: how an option is given.
  private func optionAdvice(_ extra: Value) -> String {
    guard let option = function.options.first(where: { $0.kind.takes(extra) }) else { return "" }
    return "options go into a table: {\(option.name) = \(extra.brief)}; "
  }

  /// An engine object.
  @inline(__always)
  public func object<T: Scriptable>(_ position: Int, as type: T.Type = T.self) throws -> T {
    if case .object(let object) = self[position], let match = object as? T { return match }
    throw mismatch(position, T.scriptType.article)
  }

  /// An integer; a number without a fraction counts.
  public func integer(_ position: Int) throws -> Int {
    guard let value = self[position].exactInteger else { throw mismatch(position, "an integer") }
    return value
  }

  /// An integer, or `standard` when the argument is missing or nil.
  public func integer(_ position: Int, or standard: Int) throws -> Int {
    has(position) ? try integer(position) : standard
  }

  /// A number.
  public func number(_ position: Int) throws -> Double {
    guard let value = self[position].double else { throw mismatch(position, "a number") }
    return value
  }

  /// A number, or `standard` when the argument is missing or nil.
  public func number(_ position: Int, or standard: Double) throws -> Double {
    has(position) ? try number(position) : standard
  }

  /// A string.
  public func string(_ position: Int) throws -> String {
    if case .string(let value) = self[position] { return value }
    throw mismatch(position, "a string")
  }

  /// A boolean.
  public func bool(_ position: Int) throws -> Bool {
    if case .bool(let value) = self[position] { return value }
    throw mismatch(position, "a boolean")
  }

  /// A function of the script.
  public func callable(_ position: Int) throws -> any Callable {
    if case .function(let value) = self[position] { return value }
    throw mismatch(position, "a function")
  }

  /// A table.
  public func table(_ position: Int) throws -> Table {
    if case .table(let value) = self[position] { return value }
    throw mismatch(position, "a table")
  }

  /// Integers given either one by one from a position on, or as one list: `reshape(2, 3)`, `reshape{2, 3}`.
  public func integers(from position: Int) throws -> [Int] {
    if case .table(let table) = self[position], count == position + 1 {
      return try table.list.enumerated().map { index, value in
        guard let integer = value.exactInteger else {
          throw EngineError(
            function.qualifiedName, expected: "integers in the list of argument \(position - function.receivers + 1)",
            came: "\(value.brief) at position \(index + 1)")
        }
        return integer
      }
    }
    return try (position..<Swift.max(position, count)).map { try integer($0) }
  }

  /// The error for an argument of the wrong kind; `expected` reads as `a tensor`.
  public func mismatch(_ position: Int, _ expected: String) -> EngineError {
    let index = position - function.receivers
    let name: String
    if index < 0 {
      name = "the object before the colon"
    } else if index < function.parameters.count {
      name = "argument \(index + 1) ('\(function.parameters[index].name)')"
    } else {
      name = "argument \(index + 1)"
    }
    var advice: String?
    if index < 0 || (function.receivers == 1 && count == 0) {
      advice = "call a method with a colon: object:\(function.name)(…)"
    }
    return EngineError(
      function.qualifiedName, "\(name) must be \(expected), got \(self[position].brief)", advice: advice)
  }
}

extension Kind {
  /// Whether a plain value (a number or a text) is of this kind.
  fileprivate func takes(_ value: Value) -> Bool {
    switch (self, value) {
    case (.integer, .integer), (.number, .integer), (.number, .number): true
    case (.string, .string), (.path, .string), (.choice, .string): true
    case (.either(let kinds), _): kinds.contains { $0.takes(value) }
    default: false
    }
  }
}

extension Value {
  /// The value as an integer when it is one, or a number without a fraction.
  public var exactInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a floating-point number when it is a number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

extension Function {
  /// Calls the function from Swift as a script would: positional values, then options by name. Throws what the body
  /// throws, its own checks included.
  public func call(_ positional: [Value], options: [(key: String, value: Value)] = []) throws -> Value {
    let values = options.isEmpty ? positional : positional + [.table(Table(fields: options))]
    // An empty buffer may have no address; the arguments never read past their count.
    return try (values + [.none]).withUnsafeBufferPointer {
      try body(Arguments(self, $0.baseAddress!, count: values.count))
    }
  }
}
