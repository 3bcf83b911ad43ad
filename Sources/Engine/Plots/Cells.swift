internal import Surface

/// Texts in the columns of a terminal.
enum Cells {
  /// The text in the middle of so many columns.
  static func centred(_ text: String, in columns: Int) -> String {
    let short = TextWidth.truncated(text, to: columns)
    return String(repeating: " ", count: max(0, columns - TextWidth.of(short)) / 2) + short
  }

  /// The line without spaces at its end.
  static func trimmed(_ line: String) -> String {
    guard let last = line.lastIndex(where: { $0 != " " }) else { return "" }
    return String(line[...last])
  }

  /// One line of plain text: what would control a terminal or break an XML document becomes a space.
  static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      result.append(isControl || scalar.value & 0xFFFE == 0xFFFE ? " " : scalar)
    }
    return String(result)
  }
}
