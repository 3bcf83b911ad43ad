internal import LuaHost

/// Input that is no Lua: `:command`, `?name`, `name?`, `!shell`, `x = !shell`.
enum Special: Equatable {
  case command(String, String)
  /// A question about a word; `detail` is the number of question marks.
  case question(String, detail: Int)
  case shell(String)
  case capture(variable: String, String)

  /// Reads a text; nil when it is Lua.
  init?(_ text: String) {
    let trimmed = text.trimmed
    guard let first = trimmed.first else { return nil }
    switch first {
    case ":":
      guard !trimmed.hasPrefix("::"), trimmed.dropFirst().first?.isLetter == true else { return nil }
      let name = trimmed.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      self = .command(String(name), String(trimmed.dropFirst(1 + name.count)).trimmed)
    case "?":
      let marks = trimmed.prefix { $0 == "?" }.count
      self = .question(String(trimmed.dropFirst(marks)).trimmed, detail: marks)
    case "!": self = .shell(String(trimmed.dropFirst()).trimmed)
    default:
      if trimmed.hasSuffix("?"), let question = Special.trailing(trimmed) {
        self = question
      } else if let capture = Special.capture(trimmed) {
        self = capture
      } else {
        return nil
      }
    }
  }

  /// `name?` and `name??`: only names, so that a conditional of another language is still a mistake.
  private static func trailing(_ text: String) -> Special? {
    let marks = text.reversed().prefix { $0 == "?" }.count
    let word = String(text.dropLast(marks)).trimmed
    let isName = word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == ":" }
    return word.isEmpty || !isName ? nil : .question(word, detail: marks)
  }

  /// `name = !command`.
  private static func capture(_ text: String) -> Special? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let name = String(text[..<equals]).trimmed
    let rest = String(text[text.index(after: equals)...]).trimmed
    guard rest.hasPrefix("!"), let start = name.first, start.isLetter || start == "_",
      name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }), !LuaLexer.keywords.contains(name)
    else { return nil }
    return .capture(variable: name, String(rest.dropFirst()).trimmed)
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop(while: \.isWhitespace))
  }
}
