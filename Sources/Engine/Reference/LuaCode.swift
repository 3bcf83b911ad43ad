/// Lua as HTML: comments, strings and keywords marked, names of the registry linked.
struct LuaCode {
  let links: Links

  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not",
    "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// A program as the contents of `<pre>`.
  func html(_ code: String) -> HTML {
    var result = HTML("")
    var rest = code[...]
    while let first = rest.first {
      let piece: Substring
      if rest.hasPrefix("--") {
        piece = rest.prefix { $0 != "\n" }
        result = result + .element("span", ["class": "comment"], HTML(piece))
      } else if first == "\"" || first == "'" {
        piece = LuaCode.string(rest, first)
        result = result + .element("span", ["class": "string"], HTML(piece))
      } else if first.isLetter || first == "_" || first == ":" {
        piece = LuaCode.name(rest)
        result = result + name(piece)
      } else {
        piece = rest.prefix(1)
        result = result + HTML(piece)
      }
      rest = rest[piece.endIndex...]
    }
    return result
  }

  /// A quoted string with its quotes.
  private static func string(_ text: Substring, _ quote: Character) -> Substring {
    var end = text.index(after: text.startIndex)
    while end < text.endIndex, text[end] != quote, text[end] != "\n" {
      if text[end] == "\\" { end = text.index(after: end) }
      if end < text.endIndex { end = text.index(after: end) }
    }
    return end < text.endIndex ? text[...end] : text
  }

  /// A name with its table (`images.load`), or a method with its colon (`:sum`).
  private static func name(_ text: Substring) -> Substring {
    let start = text.first == ":" ? text.dropFirst() : text
    let word = start.prefix { $0.isLetter || $0.isNumber || $0 == "_" || ($0 == "." && text.first != ":") }
    return word.isEmpty ? text.prefix(1) : text[..<word.endIndex]
  }

  private func name(_ word: Substring) -> HTML {
    if LuaCode.keywords.contains(String(word)) { return .element("span", ["class": "keyword"], HTML(word)) }
    guard let meant = links.name(meantBy: String(word)), let address = links.address(of: meant) else {
      return HTML(word)
    }
    return .link(address, HTML(word))
  }
}
