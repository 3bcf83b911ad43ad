/// What an argument or option may be, for checks, help and completion.
public indirect enum Kind {
  case any, bool, integer, number, string, path, table, function
  /// A string out of a fixed list.
  case choice([String])
  /// An engine object of the named script type.
  case object(String)
  /// A list of values of one kind: `{1, 2, 3}`.
  case list(Kind)
  /// Any of several kinds.
  case either([Kind])

  /// The kind as help and messages name it.
  public var text: String {
    switch self {
    case .any: "any value"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .path: "a path"
    case .table: "a table"
    case .function: "a function"
    case .choice(let names): "one of " + names.map { "\"\($0)\"" }.joined(separator: ", ")
    case .object(let name): ("aeiou".contains(name.first ?? "x") ? "an " : "a ") + name
    case .list(let kind): "a list: each " + kind.text
    case .either(let kinds): kinds.map(\.text).joined(separator: " or ")
    }
  }
}

/// One argument or named option of a function. Everything that help, completion, the reference pages and the checks
/// know about it stands here and nowhere else.
public struct Option {
  public let name: String
  public let kind: Kind
  /// What it does, one clause.
  public let summary: String
  /// The value when it is not given; nil with `optional` false means that it must be given.
  public let standard: Value?
  /// Whether it may be left out.
  public let optional: Bool
  /// Smallest and largest value accepted, for numbers.
  public let range: ClosedRange<Double>?
  /// Unit of a number: `pixels`, `radians`, `bytes`; nil for pure numbers.
  public let unit: String?

  /// The range of numbers that need only be finite.
  public static var anyNumber: ClosedRange<Double> { -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude }

  /// An argument that must be given.
  public init(_ name: String, _ kind: Kind, _ summary: String, range: ClosedRange<Double>? = nil, unit: String? = nil) {
    self.init(name, kind, summary, standard: nil, optional: false, range: range, unit: unit)
  }

  /// An argument or option that may be left out; `standard` is then used (nil: the body decides, as the summary says).
  public static func optional(
    _ name: String, _ kind: Kind, _ summary: String, _ standard: Value? = nil, range: ClosedRange<Double>? = nil,
    unit: String? = nil
  ) -> Option {
    Option(name, kind, summary, standard: standard, optional: true, range: range, unit: unit)
  }

  private init(
    _ name: String, _ kind: Kind, _ summary: String, standard: Value?, optional: Bool, range: ClosedRange<Double>?,
    unit: String?
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.standard = standard
    self.optional = optional
    self.range = range
    self.unit = unit
  }
}

/// Something a script may call, described as data: the one source of its Lua name, help, completion, checks and
/// reference page.
public final class Function {
  /// How the function is written in a script.
  public enum Form: Equatable {
    /// `table.name(…)`, such as `tensor.zeros`; the table is one of the fixed globals.
    case module(String)
    /// `object:name(…)`; the associated value is the script type's name.
    case method(String)
    /// A global: `show`, `help`.
    case global
    /// An operator of a script type.
    case operation(String)
    /// `table.name` read without a call, such as `atelier.version`; the body gives the value once, at start.
    case value(String)
  }

  /// How a script writes the call.
  public let form: Form
  public let name: String
  /// One line: what it does.
  public let summary: String
  /// Positional arguments, in order, without the receiver of a method.
  public let parameters: [Option]
  /// Whether more positional arguments may follow the last one (`t:permute(1, 3, 2)`).
  public let variadic: Bool
  /// Named options of the trailing table.
  public let options: [Option]
  /// What it returns, one clause.
  public let returns: String
  /// The definition followed: paper and equation, or the reference library.
  public let source: String?
  /// The recipe in plain text: equations or steps, what the defaults mean, where it departs from its source.
  public let details: String?
  /// Qualified names of entries that belong to it: variants, its inverse, what it is built of.
  public let related: [String]
  /// Runnable Lua; a test runs it, and it must not fail. Ends in an assertion where that makes sense.
  public let example: String
  /// The work. Arguments of a method start with the receiver.
  public let body: (borrowing Arguments) throws -> Value

  /// An entry; `name` is without its table or type.
  public init(
    _ form: Form, _ name: String, _ summary: String, _ parameters: [Option] = [], variadic: Bool = false,
    options: [Option] = [], returns: String = "nothing", source: String? = nil, details: String? = nil,
    related: [String] = [], example: String, body: @escaping (borrowing Arguments) throws -> Value
  ) {
    self.form = form
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.variadic = variadic
    self.options = options
    self.returns = returns
    self.source = source
    self.details = details
    self.related = related
    self.example = example
    self.body = body
    var least = parameters.count { !$0.optional }
    if case .method = form { least += 1 }
    self.least = least
  }

  /// The name as a script writes it: `tensor.zeros`, `tensor:sum`, `show`, and `tensor` for the call of the table itself.
  public var qualifiedName: String {
    switch form {
    case .module(let table) where name == "__call": table
    case .module(let table), .value(let table): "\(table).\(name)"
    case .method(let type): "\(type):\(name)"
    case .global: name
    case .operation(let type): "\(type) \(name)"
    }
  }

  /// The call as help prints it: `filters.gaussian(img, {sigma=})`.
  public var signature: String {
    if case .value = form { return qualifiedName }
    var parts = parameters.map { $0.optional ? "[\($0.name)]" : $0.name }
    if variadic { parts.append("…") }
    if !options.isEmpty { parts.append("{" + options.map { $0.name + "=" }.joined(separator: ", ") + "}") }
    return qualifiedName + "(" + parts.joined(separator: ", ") + ")"
  }

  /// How many arguments before the first written one: 1 for methods (the receiver).
  var receivers: Int { if case .method = form { 1 } else { 0 } }

  /// How many arguments a call must have at least, the receiver included.
  let least: Int
}
