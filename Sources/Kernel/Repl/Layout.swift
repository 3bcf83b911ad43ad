internal import Surface

/// One place of a row on the screen: a character with the marks that sit on it.
struct Cell: Equatable {
  var text: String
  /// Columns it takes: 0 (a mark at the beginning of a row), 1 or 2; more for a control character or a tab.
  var width: Int
  var isBold = false
}

/// Where the characters of a text being edited stand on a screen of some width.
///
/// The text follows the prompt; every further line follows a continuation prompt; what is too wide goes on in the next
/// row. Each row is a range of `bytes`, which are prompt and text together.
struct Layout {
  /// The prompt, the text, and a continuation prompt after each line feed.
  private let bytes: [UInt8]
  /// Rows from the top; the line feed that ends a row is not part of it.
  private(set) var rows: [Range<Int>] = []
  /// Where the cursor stands.
  private(set) var cursor = (row: 0, column: 0)
  private let width: Int
  private let promptEnd: Int
  private let continuation: Int

  /// Lays `text` out behind `prompt` in rows of `width` columns (at least 1), the cursor before the byte `point`.
  init(prompt: [UInt8], continuation: [UInt8], text: UnsafeBufferPointer<UInt8>, point: Int, width: Int) {
    var bytes = prompt
    bytes.reserveCapacity(prompt.count + text.count + text.count / 4)
    var place = bytes.count
    for (index, byte) in text.enumerated() {
      if index == point { place = bytes.count }
      bytes.append(byte)
      if byte == UInt8(ascii: "\n") { bytes += continuation }
    }
    if point >= text.count { place = bytes.count }
    self.bytes = bytes
    self.width = max(width, 1)
    promptEnd = prompt.count
    self.continuation = continuation.count
    split(cursorAt: place)
  }

  private mutating func split(cursorAt place: Int) {
    var start = 0, column = 0, index = 0
    while index < bytes.count {
      if index == place { cursor = (rows.count, column) }
      if bytes[index] == UInt8(ascii: "\n") {
        rows.append(start..<index)
        index += 1
        start = index
        column = 0
        continue
      }
      let glyph = Glyph(bytes, at: index, column: column)
      if column + glyph.width > width, column > 0 {
        rows.append(start..<index)
        start = index
        column = 0
        continue
      }
      column += glyph.width
      index += glyph.length
    }
    rows.append(start..<bytes.count)
    if place == bytes.count { cursor = (rows.count - 1, column) }
    // The cursor has no place behind a full row: it waits at the beginning of the next.
    if cursor.column >= width {
      cursor = (cursor.row + 1, 0)
      if cursor.row == rows.count { rows.append(bytes.count..<bytes.count) }
    }
  }

  /// What stands in a row. Prompts are bold where that can be.
  func cells(_ row: Int) -> [Cell] {
    var cells: [Cell] = [], column = 0, index = rows[row].lowerBound
    let startsLine = row > 0 && index > 0 && bytes[index - 1] == UInt8(ascii: "\n")
    let boldEnd = startsLine ? index + continuation : promptEnd
    while index < rows[row].upperBound {
      let glyph = Glyph(bytes, at: index, column: column)
      if glyph.width == 0, !cells.isEmpty {
        cells[cells.count - 1].text += glyph.text
      } else {
        cells.append(Cell(text: glyph.text, width: glyph.width, isBold: index < boldEnd))
      }
      column += glyph.width
      index += glyph.length
    }
    return cells
  }
}

/// One character as the screen shows it: a control character as `^A`, a tab as blanks, a byte that is no UTF-8 as `�`.
struct Glyph {
  /// Bytes it takes in the text, at least 1.
  let length: Int
  /// Columns it takes on the screen.
  let width: Int
  private let scalar: UInt32

  /// Reads the character at a byte of a text, which stands in some column of its row.
  init(_ bytes: [UInt8], at index: Int, column: Int) {
    let first = bytes[index]
    if first >= 0x20, first < 0x7F {
      (length, width, scalar) = (1, 1, UInt32(first))
      return
    }
    if first < 0x80 {
      (length, width, scalar) = (1, first == 9 ? 8 - column % 8 : 2, UInt32(first))
      return
    }
    var decoder = UTF8(), rest = bytes[index..<min(index + 4, bytes.count)].makeIterator()
    guard case .scalarValue(let value) = decoder.decode(&rest) else {
      (length, width, scalar) = (1, 1, 0xFFFD)
      return
    }
    length = UTF8.width(value)
    scalar = value.value
    width = value.value < 0xA0 ? 2 : TextWidth.of(value)
  }

  /// What is written for it.
  var text: String {
    if scalar == 9 { return String(repeating: " ", count: width) }
    if scalar < 0x20 || scalar == 0x7F { return "^" + String(UnicodeScalar(UInt8(scalar) ^ 0x40)) }
    if scalar >= 0x80, scalar < 0xA0 { return "^?" }
    return String(UnicodeScalar(scalar) ?? "\u{FFFD}")
  }
}
