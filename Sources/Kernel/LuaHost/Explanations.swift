internal import Surface

/// Adds to Lua's own messages what a user wants to know next.
extension LuaHost {
  /// The message with advice: did-you-mean where a name is nil, the limit where memory ran out.
  func explained(_ message: String) -> String {
    if message.hasSuffix("not enough memory") {
      return message + "; a script may use \(memoryLimit >> 20) MiB beside the engine's objects"
    }
    guard message.contains("attempt to "), message.contains("a nil value (") else { return message }
    if let name = quoted("global", in: message) {
      return add(globalSuggestion(name), to: message)
    }
    if let name = quoted("field", in: message) { return add(nearestField(name), to: message) }
    if let name = quoted("method", in: message) {
      return add(Suggestion.nearest(to: name, in: keys(of: "string")).map { "s:\($0)" }, to: message)
    }
    return message
  }

  private func add(_ suggestion: String?, to message: String) -> String {
    suggestion.map { "\(message); did you mean '\($0)'?" } ?? message
  }

  /// The name in `(kind 'name')`.
  private func quoted(_ kind: String, in message: String) -> String? {
    guard let start = message.range(of: "(\(kind) '") else { return nil }
    let rest = message[start.upperBound...]
    return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
  }

  /// The nearest field of a library table. The message does not name the table, so all are looked through.
  private func nearestField(_ name: String) -> String? {
    let tables = ["string", "table", "math", "io", "os", "coroutine", "utf8", "debug"]
    let fields = tables.flatMap { table in keys(of: table).map { (table, $0) } }
    guard let near = Suggestion.nearest(to: name, in: fields.map(\.1)) else { return nil }
    return fields.first { $0.1 == near }.map { "\($0.0).\($0.1)" }
  }
}

extension String {
  /// Where `other` first stands in this string. (Foundation would bring its loading time along.)
  func range(of other: String) -> Range<String.Index>? {
    let haystack = Array(utf8), needle = Array(other.utf8)
    guard !needle.isEmpty, haystack.count >= needle.count else { return nil }
    for start in 0...(haystack.count - needle.count) where haystack[start] == needle[0] {
      if haystack[start..<(start + needle.count)].elementsEqual(needle) {
        let first = utf8.index(utf8.startIndex, offsetBy: start)
        return first..<utf8.index(first, offsetBy: needle.count)
      }
    }
    return nil
  }
}

extension LuaHost {
  /// A syntax error with advice for habits of other languages in the line it names.
  public func explainedSyntax(_ message: String, in text: String) -> String {
    let parts = message.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int(parts[1]) else { return message }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard number >= 1, number <= lines.count, lines[number - 1].utf8.count < 2000 else { return message }
    let line = String(lines[number - 1])
    for (habit, advice) in LuaHost.habits where line.range(of: habit) != nil { return "\(message); \(advice)" }
    return message
  }

  /// What other languages write, and what Lua writes instead.
  private static let habits = [
    ("!=", "Lua writes 'not equal' as ~="), ("+=", "Lua has no +=: write x = x + 1"),
    ("-=", "Lua has no -=: write x = x - 1"), ("*=", "Lua has no *=: write x = x * 2"),
    ("/=", "Lua has no /=: write x = x / 2"), ("&&", "Lua writes && as and"), ("||", "Lua writes || as or"),
    ("++", "Lua has no ++: write x = x + 1"), ("elif", "Lua writes elseif"), ("def ", "Lua writes function"),
    ("!", "Lua writes ! as not"),
  ]

  /// Words of other languages that a script reads as globals.
  private static let foreignWords = [
    "None": "nil", "null": "nil", "NULL": "nil", "nullptr": "nil", "undefined": "nil", "True": "true",
    "False": "false", "TRUE": "true", "FALSE": "false", "len": "#", "range": "for i = 1, n do",
  ]

  func globalSuggestion(_ name: String) -> String? {
    LuaHost.foreignWords[name] ?? Suggestion.nearest(to: name, in: keys())
  }
}
