public import Surface

// How the script's conventions (positions from 1, tables, numbers for tensors) become the engine's.

extension Arguments {
  /// A tensor.
  public func tensor(_ position: Int) throws -> Tensor { try object(position, as: Tensor.self) }

  /// A tensor, or nil when the argument is missing or nil.
  public func tensorIfAny(_ position: Int) throws -> Tensor? { has(position) ? try tensor(position) : nil }

  /// An axis that counts from 1, or from −1 at the end, as one that counts from 0.
  public func axis(_ position: Int) throws -> Int { try scriptPosition(integer(position), function.qualifiedName) }

  /// An axis, or nil when the argument is missing or nil.
  public func axisIfAny(_ position: Int) throws -> Int? { has(position) ? try axis(position) : nil }

  /// Axes given one by one or as a list, or nil when there are none.
  public func axesIfAny(from position: Int) throws -> [Int]? {
    guard has(position) else { return nil }
    return try integers(from: position).map { try scriptPosition($0, function.qualifiedName) }
  }

  /// A tensor, or a number as a tensor without axes.
  public func tensorOrNumber(_ position: Int) throws -> Tensor {
    if let number = self[position].double { return try Tensor.full([], number) }
    if case .object(let object) = self[position], let tensor = object as? Tensor { return tensor }
    throw mismatch(position, "a tensor or a number")
  }

  /// Tensors in a list.
  public func tensors(_ position: Int) throws -> [Tensor] {
    try table(position).list.enumerated().map { index, value in
      if case .object(let object) = value, let tensor = object as? Tensor { return tensor }
      throw EngineError(
        function.qualifiedName, expected: "tensors in the list", came: "\(value.brief) at place \(index + 1)")
    }
  }
}

/// A position that counts from 1 (or from −1 at the end) as one that counts from 0.
public func scriptPosition(_ position: Int, _ operation: String) throws -> Int {
  if position == 0 {
    throw EngineError(
      operation, "there is no position 0", advice: "positions and axes count from 1, or from -1 at the end")
  }
  return position > 0 ? position - 1 : position
}

extension Options {
  /// An element type, or nil when the option is not given.
  public func elementType(_ name: String = "dtype") throws -> ElementType? {
    switch self[name] {
    case .none: nil
    case .string(let text): try ElementType(named: text, for: "option '\(name)'")  // PyTorch's names count too
    default: throw mismatch(name, "the name of an element type")
    }
  }
}

extension Value {
  /// A tensor to hand to a script.
  public static func tensor(_ tensor: Tensor) -> Value { .object(tensor) }
}

/// Shorthand for the entries of this module.
enum Entry {
  /// A function of the table `tensor`.
  static func tensor(
    _ name: String, _ summary: String, _ parameters: [Option] = [], variadic: Bool = false, options: [Option] = [],
    returns: String = "a tensor", source: String? = nil, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .module("tensor"), name, summary, parameters, variadic: variadic, options: options, returns: returns,
      source: source, example: example, body: body)
  }

  /// A method of tensors.
  static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], variadic: Bool = false, options: [Option] = [],
    returns: String = "a tensor", source: String? = nil, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("tensor"), name, summary, parameters, variadic: variadic, options: options, returns: returns,
      source: source, example: example, body: body)
  }

  /// A method without arguments that maps a tensor to a tensor.
  static func plain(
    _ name: String, _ summary: String, source: String? = nil, example: String,
    _ op: @escaping (Tensor) throws -> Tensor
  ) -> Function {
    method(name, summary, source: source, example: example) { .object(try op($0.tensor(0))) }
  }

  static var dtype: Option {
    .optional(
      "dtype", .choice(ElementType.allCases.map(\.rawValue)), "element type; PyTorch's names work too", .string("f32"))
  }
}
