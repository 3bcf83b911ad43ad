internal import Classic
internal import Surface

/// A look by name: a chain of filters that suits photographs of half a megapixel to a few.
struct Preset {
  let name: String
  let summary: String
  private let steps: [Step]

  init(_ name: String, _ summary: String, _ steps: [Step]) {
    (self.name, self.summary, self.steps) = (name, summary, steps)
  }

  /// The look as a chain; `scale` times as coarse: every option that is measured in pixels is multiplied.
  func chain(scale: Double = 1) throws -> FilterChain {
    let filters = Dictionary(uniqueKeysWithValues: FilterEntries.all().map { ($0.name, $0) })
    let scaled = steps.map { step -> Value in
      guard scale != 1, case .table(let table) = step.value, let name = table.list.first?.word,
        let filter = filters[name]
      else { return step.value }
      let fields = table.fields.map { key, value -> (key: String, value: Value) in
        let option = filter.options.first { $0.name == key }
        guard option?.unit == "pixels", let number = value.double else { return (key, value) }
        guard case .integer = value else { return (key, .number(number * scale)) }
        return (key, .integer(max(1, Int((number * scale).rounded()))))
      }
      return .table(Table(list: table.list, fields: fields))
    }
    return try ChainReader().chain(Table(list: scaled, fields: [("name", .string(name))]))
  }

  /// A step as it is written in the list of looks.
  struct Step {
    let value: Value

    init(_ filter: String, _ options: KeyValuePairs<String, Literal> = [:]) {
      value = .table(Table(list: [.string(filter)], fields: options.map { ($0.key, $0.value.value) }))
    }
  }

  /// A value of an option, as it is written in the list of looks.
  enum Literal: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
  {
    case plain(Value)

    init(integerLiteral value: Int) { self = .plain(.integer(value)) }
    init(floatLiteral value: Double) { self = .plain(.number(value)) }
    init(stringLiteral value: String) { self = .plain(.string(value)) }
    init(booleanLiteral value: Bool) { self = .plain(.bool(value)) }
    init(arrayLiteral elements: Literal...) { self = .plain(.table(Table(list: elements.map(\.value)))) }

    var value: Value { if case .plain(let value) = self { value } else { .none } }
  }
}
