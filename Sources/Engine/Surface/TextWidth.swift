/// How many columns text takes in a terminal, by Unicode 14's widths; the locale does not matter.
public enum TextWidth {
  /// Columns of a text: sequences of colour take none, a cluster (an emoji joined out of several, a letter with its marks)
  /// two at most. Control characters count as none.
  public static func of(_ text: String) -> Int {
    pieces(text).reduce(0) { $0 + $1.width }
  }

  /// Columns of one character.
  public static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // The variation selector that asks for a picture makes it a wide one.
      width = scalar.value == 0xFE0F && width > 0 ? 2 : width + of(scalar)
    }
    return min(2, width)
  }

  /// Columns of one scalar; control characters and marks take none.
  public static func of(_ scalar: Unicode.Scalar) -> Int {
    let code = scalar.value
    if code < 0xA0 { return code >= 0x20 && code < 0x7F ? 1 : 0 }
    if contains(WidthTables.nothing, code) { return 0 }
    return contains(WidthTables.wide, code) ? 2 : 1
  }

  private static func contains(_ table: [UInt32], _ code: UInt32) -> Bool {
    var low = 0, high = table.count / 2
    while low < high {
      let middle = (low + high) / 2
      if code > table[2 * middle + 1] { low = middle + 1 } else { high = middle }
    }
    return low < table.count / 2 && code >= table[2 * low]
  }

  /// Characters and colour sequences, in order.
  private static func pieces(_ text: String) -> [(text: Substring, width: Int)] {
    var result: [(Substring, Int)] = []
    var position = text.startIndex
    while position < text.endIndex {
      let next = text.index(after: position)
      if text[position] == "\u{1B}", next < text.endIndex, text[next] == "[" {
        var end = text.index(after: next)
        while end < text.endIndex, !("@"..."~").contains(text[end]) { end = text.index(after: end) }
        if end < text.endIndex { end = text.index(after: end) }
        result.append((text[position..<end], 0))
        position = end
      } else {
        result.append((text[position..<next], of(text[position])))
        position = next
      }
    }
    return result
  }

  /// The text cut to a width, its end then replaced by `…`; colours that were begun are ended.
  public static func truncated(_ text: String, to width: Int) -> String {
    if of(text) <= width { return text }
    guard width > 0 else { return "" }
    var result = "", used = 0, isColored = false
    for (piece, columns) in pieces(text) {
      if columns > 0, used + columns > width - 1 { break }
      if piece.first == "\u{1B}" { isColored = true }
      result += piece
      used += columns
    }
    return result + "…" + (isColored ? "\u{1B}[0m" : "")
  }

  /// The text with blanks at its end up to a width.
  public static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - of(text)))
  }

  /// Text in lines of at most so many columns: broken at blanks, within a word only where it is longer than a line. Lines
  /// that it has stay lines; those that follow from a break begin with the blanks of the line they continue, and `hanging`
  /// more.
  public static func wrapped(_ text: String, to width: Int, hanging: Int = 0) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      wrapped(line: String(line), max(4, width), hanging).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private static func wrapped(line: String, _ width: Int, _ hanging: Int) -> [String] {
    if of(line) <= width { return [line] }
    let own = line.prefix { $0 == " " }.count
    let indent = String(repeating: " ", count: min(own + hanging, width / 2))
    var lines: [String] = []
    var current = String(repeating: " ", count: min(own, width / 2)), isEmpty = true
    func finish() {
      lines.append(current)
      current = indent
      isEmpty = true
    }
    for word in line.split(separator: " ") {
      if !isEmpty, of(current) + 1 + of(String(word)) > width { finish() }
      if !isEmpty { current += " " }
      isEmpty = false
      for (piece, columns) in pieces(String(word)) {
        if columns > 0, of(current) + columns > width { finish() }
        current += piece
        isEmpty = false
      }
    }
    return lines + [current]
  }
}
