/// Texts in the columns of a terminal.
enum Cells {
  /// Columns that a text takes: East Asian wide characters and pictographs two, marks that combine none. SGR sequences do
  /// not count.
  static func width(_ text: String) -> Int {
    var columns = 0, isControl = false
    for scalar in text.unicodeScalars {
      if isControl {
        isControl = scalar != "m"
      } else if scalar == "\u{1B}" {
        isControl = true
      } else {
        columns += width(scalar)
      }
    }
    return columns
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: return 0
      default: return 1
      }
    }
  }

  /// The text, cut with `…` where it is longer than so many columns.
  static func cut(_ text: String, to columns: Int) -> String {
    guard width(text) > columns else { return text }
    var result = "", used = 0
    for character in text {
      let wide = width(String(character))
      guard used + wide < columns else { break }
      result.append(character)
      used += wide
    }
    return result + "…"
  }

  /// The text in the middle of so many columns.
  static func centred(_ text: String, in columns: Int) -> String {
    let short = cut(text, to: columns)
    return String(repeating: " ", count: (columns - width(short)) / 2) + short
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
