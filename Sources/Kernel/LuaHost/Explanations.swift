internal import Glibc
internal import Surface

/// Adds to Lua's own messages what a user wants to know next.
extension LuaHost {
  /// The message, without its place, with advice: did-you-mean where a name is nil, the limit where memory ran out, what
  /// Lua has for a habit of another language. `finder` knows the line that failed.
  func explained(_ message: String, _ finder: CauseFinder?) -> String {
    if message.hasSuffix("not enough memory") {
      return message + "; a script may use \(memoryLimit >> 20) MiB beside the engine's objects"
    }
    if message.range(of: "stack overflow") != nil { return message + "; a function calls itself without end" }
    if message.hasPrefix("module '") { return moduleAnswer(message) }
    if let answer = iteratorAnswer(message) { return answer }
    if let answer = valueAnswer(message) ?? functionAnswer(message) ?? objectAnswer(message) {
      return "\(message); \(answer)"
    }
    if let finder, let answer = colonAnswer(message, finder) { return "\(message); \(answer)" }
    guard message.hasPrefix("attempt to "), message.range(of: "a nil value (") != nil else { return message }
    return nilAnswer(message, finder).map { "\(message); \($0)" } ?? message
  }

  /// What to do about a nil that has a name.
  private func nilAnswer(_ message: String, _ finder: CauseFinder?) -> String? {
    for kind in ["global", "local", "upvalue"] where quoted(kind, in: message) == "self" {
      return "self is there in functions that are defined and called with a colon: function t:name() … end, t:name()"
    }
    if let name = quoted("global", in: message) {
      if message.hasPrefix("attempt to get length") {
        return "# is the length of a list or text; a comment begins with --"
      }
      if name == "f", finder?.isFormatted == true { return "Lua formats with string.format(\"%d of %s\", n, name)" }
      if let answer = registry.types.lazy.compactMap({ $0.globals[name] }).first { return answer }
      return LuaHost.foreignFunctions[name] ?? meant(globalSuggestion(name))
    }
    for kind in ["field", "method"] {
      guard let name = quoted(kind, in: message) else { continue }
      if name == "?" || name == "integer index" { return finder?.indexesZero == true ? "positions count from 1" : nil }
      let mark = kind == "field" ? "." : ":"
      if let owner = finder?.owner(of: name) {
        let fields = fields(of: owner)
        if let near = Suggestion.nearest(to: name, in: fields) { return meant("\(owner)\(mark)\(near)") }
        if let answer = LuaHost.foreignMethods[name] { return answer }
        if LuaHost.libraries.contains(owner) { return nil }
      }
      if let answer = LuaHost.foreignMethods[name] { return answer }
      if kind == "field" { return meant(nearestField(name)) }
      return meant(Suggestion.nearest(to: name, in: keys(of: "string")).map { "s:\($0)" })
    }
    return nil
  }

  private func meant(_ name: String?) -> String? { name.map { "did you mean '\($0)'?" } }

  /// Values that Lua does not compute with.
  private func valueAnswer(_ message: String) -> String? {
    if message.range(of: "attempt to add a 'string' with a ") != nil
      || message.range(of: "attempt to perform arithmetic on a string value") != nil
    {
      return "texts are joined by two dots: \"a\" .. \"b\""
    }
    if message.hasPrefix("attempt to perform arithmetic on a table value") {
      return "lists are no vectors: tensor{1, 2} + tensor{3, 4}"
    }
    if message.hasPrefix("attempt to concatenate a table value") {
      return "a list of texts is joined by table.concat(list, \", \")"
    }
    if message.hasPrefix("attempt to concatenate a boolean value") { return "tostring(x) makes a text" }
    return nil
  }

  /// `for x in t do`: Lua calls what stands after `in`.
  private func iteratorAnswer(_ message: String) -> String? {
    guard message.hasPrefix("attempt to call "), let end = message.range(of: " value (for iterator '") else {
      return nil
    }
    let value = String(message.dropFirst("attempt to call ".count)[..<end.lowerBound])
    let problem = "a loop needs an iterator after 'in', got \(value == "a nil" ? "nil" : value)"
    switch value {
    case "a number": return problem + "; Lua counts with for i = 1, n do … end"
    case "a nil": return problem
    default: return problem + "; for i, x in ipairs(t) do … end walks a list, pairs(t) all keys of a table"
    }
  }

  /// `s.upper()`: the text itself is missing.
  private func colonAnswer(_ message: String, _ finder: CauseFinder) -> String? {
    guard message.hasPrefix("bad argument #1 to '"), message.hasSuffix("got no value)") else { return nil }
    let name = String(message.dropFirst("bad argument #1 to '".count).prefix { $0 != "'" })
    guard let owner = finder.owner(of: name), !LuaHost.libraries.contains(owner) else { return nil }
    return "call a method with a colon: \(owner):\(name)()"
  }

  /// A module that is not there: where it was looked for, in one line, and what there is.
  private func moduleAnswer(_ message: String) -> String {
    let lines = message.split(separator: "\n")
    guard lines.count > 1, lines[0].hasSuffix(" not found:"),
      let name = lines[0].split(separator: "'").dropFirst().first
    else { return message }
    let head = String(lines[0].dropLast())
    let module = String(name)
    if registry.modules.contains(module) { return "\(head); '\(module)' is there already, without require" }
    if let answer = registry.types.lazy.compactMap({ $0.globals[module] }).first { return "\(head); \(answer)" }
    let paths = lines.dropFirst().compactMap { line -> String? in
      let parts = line.split(separator: "'")
      return line.hasPrefix("\tno file '") && parts.count > 1 ? String(parts[1]) : nil
    }
    let suffix = module.split(separator: ".").joined(separator: "/") + ".lua"
    let folders = paths.filter { $0.hasSuffix("/" + suffix) }.map { String($0.dropLast(suffix.count)) }
    let near = Suggestion.nearest(to: module, in: folders.flatMap(LuaHost.modules) + fields(of: "package.loaded"))
    let looked = "Lua looked for \(suffix) in \(folders.suffix(3).joined(separator: ", "))"
    return "\(head); " + (meant(near) ?? looked)
  }

  /// Names of Lua files in a folder, without their ending.
  private static func modules(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < 10_000 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".lua") { names.append(String(name.dropLast(4))) }
    }
    return names
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

  /// The name in `(kind 'name')`.
  private func quoted(_ kind: String, in message: String) -> String? {
    guard let start = message.range(of: "(\(kind) '") else { return nil }
    let rest = message[start.upperBound...]
    return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
  }

  /// Lua's own tables.
  static let libraries = ["string", "table", "math", "io", "os", "coroutine", "utf8", "debug"]

  /// The nearest field of a library table. The message does not name the table, so all are looked through.
  private func nearestField(_ name: String) -> String? {
    let fields = LuaHost.libraries.flatMap { table in keys(of: table).map { (table, $0) } }
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
