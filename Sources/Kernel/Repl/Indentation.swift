internal import LuaHost

/// How far lines are set in: two blanks more than the line in which the innermost open block began.
enum Indentation {
  private static let openers: Set<String> = ["do", "then", "else", "repeat", "function", "{", "(", "["]
  private static let closers: Set<String> = ["end", "until", "else", "elseif", "}", ")", "]"]

  /// For a text that is being typed: the blanks that a new line after it begins with, and, when its last line begins with a
  /// word that closes a block (such as `end`), the blanks that this line should begin with. Nil inside a string or comment
  /// that is still open, and for texts so long that they were not typed.
  static func of(_ text: [UInt8]) -> (next: Int, closer: Int?)? {
    guard text.count <= 50_000 else { return nil }
    // The indentation of the lines in which the blocks that are open began.
    var open: [Int] = []
    var indent = 0, closer: Int?, position = 0
    for token in LuaLexer.tokens(text) {
      if token.kind == .openString || token.kind == .openComment { return nil }
      let lineFeed = text[position..<token.range.lowerBound].lastIndex(of: UInt8(ascii: "\n"))
      let startsLine = position == 0 || lineFeed != nil
      if startsLine {
        indent = token.range.lowerBound - (lineFeed.map { $0 + 1 } ?? 0)
        closer = nil
      }
      let word = String(decoding: text[token.range], as: UTF8.self)
      if token.kind == .keyword || token.kind == .symbol {
        if closers.contains(word), let began = open.popLast(), startsLine { (indent, closer) = (began, began) }
        if openers.contains(word) { open.append(indent) }
      }
      position = token.range.upperBound
    }
    if text[position...].contains(UInt8(ascii: "\n")) { closer = nil }
    return (open.last.map { $0 + 2 } ?? 0, closer)
  }
}
