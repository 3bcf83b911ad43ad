internal import Classic
internal import Surface
internal import TensorCore

/// Reads the tables that describe chains, and checks everything that can be checked without a picture.
struct ChainReader {
  /// What a step says of itself and not to its filter.
  static var own: [Option] {
    [
      .optional(
        "input", .integer,
        "what the step reads: 0 the picture itself, n the result of step n; default: the result before",
        range: 0...10_000),
      .optional(
        "blend", .choice(Blend.allCases.map(\.rawValue)), "how its result is laid over the one before",
        .string(Blend.normal.rawValue)),
    ]
  }

  /// The options of a step apart from its filter's, for their checks.
  private let step = Function(
    .module("filters"), "chain", "", options: own + FilterEntries.shared(), example: ""
  ) { _ in .none }

  private let functions: [String: Function]
  private let names: [String]

  init() {
    let all = FilterEntries.all()
    functions = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    names = all.map(\.name)
  }

  /// A chain from a list of steps with, perhaps, a name.
  func chain(_ table: Table) throws -> FilterChain {
    var name = ""
    for (key, value) in table.fields {
      guard key == "name" else {
        throw EngineError(
          "filters.chain", "has no option '\(key)'",
          advice: "options of a filter stand in its own step: {\"gaussian\", sigma = 2}")
      }
      guard case .string(let text) = value else {
        throw EngineError("filters.chain", "option 'name' must be a string, got \(value.brief)")
      }
      name = text
    }
    return try FilterChain(name: name, table.list.enumerated().map { try step($1, at: $0 + 1) })
  }

  /// A step: a filter's name, a chain, or a table that begins with one of them.
  private func step(_ value: Value, at place: Int) throws -> FilterChain.Step {
    switch value {
    case .table(let table) where !table.list.isEmpty: try step(table, at: place)
    case .string, .object: try step(Table(list: [value]), at: place)
    default:
      throw EngineError(
        "filters.chain", expected: "a step such as {\"gaussian\", sigma = 2} at place \(place)",
        came: value.brief)
    }
  }

  private func step(_ table: Table, at place: Int) throws -> FilterChain.Step {
    do {
      let reserved = self.step.options.map(\.name)
      let common = try Options(self.step, Table(fields: table.fields.filter { reserved.contains($0.key) }))
      let rest = table.fields.filter { !reserved.contains($0.key) }
      var step = FilterChain.Step(try work(table, rest))
      step.input = try common.integerIfAny("input")
      step.blend = Blend(rawValue: try common.string("blend"))!
      step.scope = try FilterScope(common)
      return step
    } catch let error as EngineError {
      let place = "step \(place)" + (table.list.first.flatMap(\.word).map { " (\($0))" } ?? "")
      throw EngineError("filters.chain", "\(place): \(error.problem)", advice: error.advice)
    }
  }

  private func work(
    _ table: Table, _ options: [(key: String, value: Value)]
  ) throws -> FilterChain.Step.Work {
    let given = Array(table.list.dropFirst())
    if case .object(let object) = table.list[0] {
      guard let chain = object as? FilterChain else {
        throw EngineError("filters.chain", expected: "a filter's name or a chain", came: object.brief)
      }
      try refuse(given, options, chain.title)
      return .chain(chain)
    }
    guard case .string(let name) = table.list[0] else {
      throw EngineError("filters.chain", expected: "a filter's name or a chain", came: table.list[0].brief)
    }
    if let function = functions[name] {
      let call = try FilterCall(function, given, options)
      try call.check()
      return .filter(function, arguments: call.arguments, options: call.options)
    }
    guard let preset = Preset.all.first(where: { $0.name == name }) else {
      throw EngineError(
        "filters.chain", "there is no filter '\(name)'", advice: Suggestion.advice(for: name, in: names))
    }
    try refuse(given, options, "a preset")
    return .chain(try preset.chain())
  }

  private func refuse(_ given: [Value], _ options: [(key: String, value: Value)], _ what: String) throws {
    if let first = options.first {
      throw EngineError("filters.chain", "\(what) has no option '\(first.key)'")
    }
    if !given.isEmpty { throw EngineError("filters.chain", "\(what) takes no arguments") }
  }
}

/// A filter with everything but its picture. What a filter takes after the picture, as a kernel or a guide, is given by
/// position or by name.
struct FilterCall {
  let function: Function
  private(set) var arguments: [Value]
  private(set) var options: [(key: String, value: Value)] = []

  init(_ function: Function, _ given: [Value], _ fields: [(key: String, value: Value)]) throws {
    self.function = function
    arguments = given
    let extra = function.parameters.dropFirst().map(\.name)
    for (key, value) in fields {
      guard let place = extra.firstIndex(of: key) else {
        options.append((key, value))
        continue
      }
      while arguments.count <= place { arguments.append(.none) }
      if case .none = arguments[place] {
      } else {
        throw EngineError(function.qualifiedName, "'\(key)' is given twice")
      }
      arguments[place] = value
    }
    // What is missing must not be taken for the table of options.
    let needed = function.parameters.dropFirst().count { !$0.optional }
    while arguments.count < needed { arguments.append(.none) }
  }

  /// Throws what the filter has to say about its options: it is called on a small picture with a strength of 0.
  func check() throws {
    var size = [3, 8, 8]
    for case .object(let object as Tensor) in arguments where object.rank >= 3 {
      size = [3] + object.shape.suffix(2)
    }
    _ = try function.call([.object(Tensor.zeros(size))] + arguments, options: options + [("strength", .number(0))])
  }

  /// The filter's result.
  func callAsFunction(_ picture: Tensor) throws -> Value {
    try function.call([.object(picture)] + arguments, options: options)
  }
}

extension Value {
  /// The string, where it is one.
  var word: String? { if case .string(let text) = self { text } else { nil } }
}
