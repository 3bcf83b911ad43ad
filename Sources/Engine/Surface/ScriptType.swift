/// What a script may do with objects of one class: its methods, operators and element access, as data.
public final class ScriptType {
  /// The name as `type`-like messages print it: `tensor`, `layer`, `optimizer`.
  public let name: String
  /// One line for help.
  public let summary: String
  /// Methods called as `object:name(…)`. The object is argument 0 of the function's body.
  public let methods: [Function]
  /// Operators by Lua event name without underscores (`add sub mul div mod pow unm len eq lt le call concat`). For binary
  /// operators the body gets both operands in script order; either may be a number.
  public let operators: [String: Function]
  /// Element access `object[key]` for keys that are not method names: arguments (object, key).
  public let index: Function?
  /// Element assignment `object[key] = value`: arguments (object, key, value).
  public let assign: Function?
  /// What to answer when a name is not a method, by that name (words of other languages: `backwards`, `T`, …).
  public let answers: [String: String]
  /// What to answer when a script reads a global, or a name of a global table, that is not there (`torch`, `nn.Module`).
  public let globals: [String: String]
  /// Where the host finds its own record of this type; 0 until the host first meets the type.
  public var hostSlot: Int32 = 0

  /// A type from its parts.
  public init(
    name: String, summary: String, methods: [Function], operators: [String: Function] = [:],
    index: Function? = nil, assign: Function? = nil, answers: [String: String] = [:], globals: [String: String] = [:]
  ) {
    self.name = name
    self.summary = summary
    self.methods = methods
    self.operators = operators
    self.index = index
    self.assign = assign
    self.answers = answers
    self.globals = globals
  }

  /// The name with its article: `a tensor`, `an optimizer`.
  public var article: String { ("aeiou".contains(name.first ?? "x") ? "an " : "a ") + name }
}
