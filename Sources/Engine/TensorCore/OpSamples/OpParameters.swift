internal import Surface

/// A parameter of a sample: what golden files hold as JSON and samples write as literals.
package enum OpParameter: Sendable, Equatable {
  case number(Double)
  case numbers([Double])
  case text(String)
  case flag(Bool)
}

extension OpParameter: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }
  package init(arrayLiteral elements: Double...) { self = .numbers(elements) }
}

/// The named parameters of one call, with PyTorch's names.
package struct OpParameters: Sendable, ExpressibleByDictionaryLiteral {
  private let values: [String: OpParameter]

  package init(_ values: [String: OpParameter]) { self.values = values }
  package init(dictionaryLiteral elements: (String, OpParameter)...) {
    self.init(Dictionary(uniqueKeysWithValues: elements))
  }

  /// All names.
  package var names: [String] { values.keys.sorted() }

  /// A number, or nil where it is not given.
  package func number(_ name: String) -> Double? {
    if case .number(let value) = values[name] { return value }
    return nil
  }

  /// A whole number, or nil where it is not given.
  package func integer(_ name: String) -> Int? { number(name).map { Int($0) } }

  /// A whole number that must be there.
  package func needed(_ name: String) throws -> Int {
    guard let value = integer(name) else { throw EngineError("sample", "lacks the parameter '\(name)'") }
    return value
  }

  /// A list of whole numbers, or nil where it is not given.
  package func integers(_ name: String) -> [Int]? {
    if case .numbers(let list) = values[name] { return list.map { Int($0) } }
    return nil
  }

  /// A list of numbers, or nil where it is not given.
  package func numbers(_ name: String) -> [Double]? {
    if case .numbers(let list) = values[name] { return list }
    return nil
  }

  /// A list of whole numbers that must be there.
  package func neededIntegers(_ name: String) throws -> [Int] {
    guard let list = integers(name) else { throw EngineError("sample", "lacks the parameter '\(name)'") }
    return list
  }

  /// Two whole numbers, or a standard pair.
  package func pair(_ name: String, _ standard: Int) -> (Int, Int) {
    guard let list = integers(name), list.count == 2 else { return (standard, standard) }
    return (list[0], list[1])
  }

  /// A text, or nil where it is not given.
  package func text(_ name: String) -> String? {
    if case .text(let value) = values[name] { return value }
    return nil
  }

  /// A flag, false where it is not given.
  package func flag(_ name: String, _ standard: Bool = false) -> Bool {
    if case .flag(let value) = values[name] { return value }
    return standard
  }
}
