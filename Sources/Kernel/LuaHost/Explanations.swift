internal import Surface

/// Adds to Lua's own messages what a user wants to know next.
extension LuaHost {
  /// The message with advice: did-you-mean where a name is nil, the limit where memory ran out.
  func explained(_ message: String) -> String {
    if message.hasSuffix("not enough memory") {
      return message + "; a script may use \(memoryLimit >> 20) MiB beside the engine's objects"
    }
    if message.range(of: "attempt to add a 'string' with a ") != nil
      || message.range(of: "attempt to perform arithmetic on a string value") != nil
    {
      return message + "; texts are joined by two dots: \"a\" .. \"b\""
    }
    if let answer = functionAnswer(message) ?? objectAnswer(message) { return "\(message); \(answer)" }
    guard message.contains("attempt to "), message.contains("a nil value (") else { return message }
    if let name = quoted("global", in: message) {
      let answers = registry.types.lazy.compactMap { $0.globals[name] }
      if let answer = answers.first ?? LuaHost.foreignFunctions[name] { return "\(message); \(answer)" }
      return add(globalSuggestion(name), to: message)
    }
    if let name = quoted("field", in: message) { return add(nearestField(name), to: message) }
    if let name = quoted("method", in: message) {
      return add(Suggestion.nearest(to: name, in: keys(of: "string")).map { "s:\($0)" }, to: message)
    }
    return message
  }

  /// A method read without a call: `t.shape[1]`, `t.mean + 1`.
  private func functionAnswer(_ message: String) -> String? {
    guard message.range(of: "a function value (field '") != nil, let name = quoted("field", in: message),
      registry.methodNames.contains(name)
    else { return nil }
    // An element is picked out of a list, such as the shape's.
    let isIndexed = message.range(of: "attempt to index ") != nil
    let givesList = registry.entries(named: name).contains { $0.returns.range(of: "list") != nil }
    return "\(name) is a method: t:\(name)()" + (isIndexed && givesList ? "[1]" : "")
  }

  /// An object where Lua wants a number or a text: `"mean " .. t:mean()`, `string.format("%f", t)`.
  private func objectAnswer(_ message: String) -> String? {
    for type in registry.types where registry.methods(of: type).contains(where: { $0.name == "item" }) {
      for problem in ["attempt to concatenate \(type.article) value", "number expected, got \(type.name))"]
      where message.range(of: problem) != nil {
        return "take the number with :item()"
      }
    }
    return nil
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
  /// Words of other languages that a script reads as globals.
  private static let foreignWords = [
    "None": "nil", "null": "nil", "NULL": "nil", "nullptr": "nil", "undefined": "nil", "True": "true",
    "False": "false", "TRUE": "true", "FALSE": "false",
  ]

  /// Functions of other languages that a script calls, and what Lua has instead.
  private static let foreignFunctions = [
    "range": "Lua counts with for i = 1, n do … end",
    "enumerate": "Lua counts along with for i, x in ipairs(list) do … end",
    "zip": "Lua walks two lists by position: for i = 1, #a do … a[i] … b[i] … end",
    "int": "math.floor(x) gives the whole part of a number", "float": "tonumber(s) reads a number",
    "str": "tostring(x) makes a text", "isinstance": "type(x) names the kind of a value",
    "len": "Lua writes the length of a list or text as #x",
  ]

  func globalSuggestion(_ name: String) -> String? {
    LuaHost.foreignWords[name] ?? Suggestion.nearest(to: name, in: keys())
  }
}
