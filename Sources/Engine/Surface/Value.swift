/// What passes between a script and the engine. Engine objects are opaque to this module.
public enum Value {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case object(any Scriptable)
  case table(Table)
  case function(any Callable)
  /// Several results at once; only meaningful as what a function returns.
  case many([Value])
}

/// A script's table, read into plain Swift: positions 1…n in `list`, everything else in `fields` (in the order read).
public final class Table {
  /// Values at positions 1, 2, …
  public var list: [Value]
  /// Values by name, in the order read.
  public var fields: [(key: String, value: Value)]

  /// A table of its own.
  public init(list: [Value] = [], fields: [(key: String, value: Value)] = []) {
    self.list = list
    self.fields = fields
  }

  /// The value under a name, or nil.
  public subscript(_ key: String) -> Value? { fields.first { $0.key == key }?.value }
}

/// A function of the script that the engine may call (closures of optimisers, `no_grad` bodies, hooks).
///
/// The host keeps an error object raised inside by identity: whatever `call` throws, thrown on unchanged, reaches
/// the script as the very value it raised.
public protocol Callable: AnyObject {
  /// Calls the script's function. Throws what it raised.
  func call(_ arguments: [Value]) throws -> [Value]
}

/// An engine object that a script can hold: a tensor, a layer, an optimiser.
public protocol Scriptable: AnyObject {
  /// The type's name, methods and operators, the same object for every instance of the class.
  static var scriptType: ScriptType { get }
  /// Native bytes that live as long as this object, reported to the script's garbage collector.
  var nativeBytes: Int { get }
  /// How the prompt and `print` show the object.
  func display() -> String
  /// The object in a few words, found without computing: `tensor 3×256×256 f32`.
  var brief: String { get }
}

extension Scriptable {
  /// The name of the type.
  public var brief: String { type(of: self).scriptType.name }
}

extension Double {
  /// The number without a needless `.0`.
  package var plainText: String { Int(exactly: self).map(String.init) ?? (isNaN ? "NaN" : "\(self)") }
}

extension Value {
  /// The kind of the value as messages name it.
  public var kind: String {
    switch self {
    case .none: "nil"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .object(let object): type(of: object).scriptType.article
    case .table: "a table"
    case .function: "a function"
    case .many: "several values"
    }
  }

  /// The value as a short text for messages: `"bicubik"`, `-3`, `a tensor`.
  public var brief: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "\"\(text.count > 40 ? text.prefix(37) + "…" : text[...])\""
    default: kind
    }
  }
}
