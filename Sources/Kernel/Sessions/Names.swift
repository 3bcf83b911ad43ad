internal import LuaHost

extension Session {
  /// Names that may stand at the end of a line being typed: globals, fields of a global table after a dot, methods
  /// after a colon. Nothing of the script runs. Each is the whole word that replaces `word`.
  public func names(completing word: String) -> [String] {
    let separator = word.lastIndex { $0 == "." || $0 == ":" }
    let found: [String]
    if let separator {
      let table = String(word[..<separator])
      let prefix = word[...separator]
      if word[separator] == ":" {
        found = host.registry.methodNames.map { prefix + $0 }
      } else {
        found = table.contains(where: { $0 == "." || $0 == ":" }) ? [] : host.keys(of: table).map { prefix + $0 }
      }
    } else {
      found = host.keys() + Session.keywords
    }
    return found.filter { $0.hasPrefix(word) }.sorted()
  }

  private static let keywords = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]
}
