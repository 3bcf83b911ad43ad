internal import LuaHost
internal import Surface

extension Sight {
  /// What completion calls it.
  var kind: Completion.Item.Kind {
    switch self {
    case .module: .module
    case .entry, .builtin, .closure: .function
    default: .variable
    }
  }

  /// Whether it can be called without looking at metatables.
  var isCallable: Bool {
    switch self {
    case .entry, .builtin, .closure: true
    default: false
    }
  }

  /// One line: `table of 3`, `tensor 3×256×256 f32`, what an engine's function does.
  func summary(_ registry: Registry) -> String {
    switch self {
    case .none: "nil"
    case .bool(let value): "boolean \(value)"
    case .integer(let value): "integer \(value)"
    case .number(let value): "number \(value)"
    case .string(let text, let bytes):
      "string " + (bytes <= 40 ? "\"\(text.onOneLine)\"" : "of \(bytes) bytes, \"\(text.prefix(30).onOneLine)…\"")
    case .table(let length): length > 0 ? "table of \(length)" : "table"
    case .module(let name): "table of \(registry.entries(of: name).count) functions"
    case .object(let object): object.brief
    case .entry(let function): function.summary
    case .closure(let source, let lines): "function, \(source.dropFirst()):\(lines.lowerBound)"
    case .builtin: "function of Lua"
    case .other: "a value of Lua"
    }
  }
}

extension StringProtocol {
  /// Without line breaks and other control characters.
  var onOneLine: String {
    String(map { $0.isNewline || $0.asciiValue.map { $0 < 32 || $0 == 127 } == true ? " " : $0 })
  }
}
