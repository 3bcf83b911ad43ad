internal import Surface

/// A line of source as a report shows it, with a mark under a part of it: tabs are blanks, and of a long line only the
/// part around the mark is shown.
struct SourceLine {
  /// The line with its number before it.
  let text: String
  /// The line under it: blanks and `^`; nil when nothing is marked.
  let mark: String?

  /// How many columns of a line are shown.
  private static let width = 72

  /// `mark`: a range of the line's bytes.
  init(_ whole: ArraySlice<UInt8>, number: Int, mark: Range<Int>?) {
    let line = SourceLine.part(of: whole, around: mark?.lowerBound ?? whole.startIndex)
    let margin = "  \(number) | "
    var cells: [(text: String, width: Int)] = []
    var first: Int?, last = 0
    var offset = line.startIndex
    let decoded = String(decoding: line, as: UTF8.self)
    // In a line that is no UTF-8 bytes and characters are not the same places.
    let mark = decoded.utf8.count == line.count ? mark : nil
    for scalar in decoded.unicodeScalars {
      if let mark, mark.contains(offset) {
        first = first ?? cells.count
        last = cells.count + 1
      }
      if scalar == "\t" {
        cells.append(("  ", 2))
      } else {
        let isControl = scalar.value < 32 || (127..<160).contains(scalar.value)
        cells.append((isControl ? "·" : String(scalar), isControl ? 1 : TextWidth.of(scalar)))
      }
      offset += UTF8.width(scalar)
    }
    let shown = SourceLine.window(cells.map(\.width), around: first)
    let head = shown.lowerBound > 0 || line.startIndex > whole.startIndex ? "…" : ""
    let tail = shown.upperBound < cells.count || line.endIndex < whole.endIndex ? "…" : ""
    text = margin + head + cells[shown].map(\.text).joined() + tail
    guard let first else {
      self.mark = nil
      return
    }
    func columns(_ range: Range<Int>) -> Int { cells[range].reduce(0) { $0 + $1.width } }
    let blank = String(repeating: " ", count: margin.count - 2) + "| "
    let end = min(max(last, first), shown.upperBound)
    let before = columns(shown.lowerBound..<first) + head.count
    let under = max(1, columns(first..<max(first, end)))
    self.mark = blank + String(repeating: " ", count: before) + String(repeating: "^", count: under)
  }

  /// What of a very long line is looked at: whole characters on both sides of a place.
  private static func part(of line: ArraySlice<UInt8>, around place: Int) -> ArraySlice<UInt8> {
    guard line.count > 4000 else { return line }
    var start = max(line.startIndex, place - 1000), end = min(line.endIndex, place + 2000)
    while start > line.startIndex, line[start] & 0xC0 == 0x80 { start -= 1 }
    while end < line.endIndex, line[end] & 0xC0 == 0x80 { end += 1 }
    return line[start..<end]
  }

  /// The cells to show: all of a short line, else a window with a third of it before the mark.
  private static func window(_ widths: [Int], around first: Int?) -> Range<Int> {
    if widths.reduce(0, +) <= width { return widths.indices }
    var start = first ?? 0, room = width / 3
    while start > 0, room >= widths[start - 1] {
      start -= 1
      room -= widths[start]
    }
    var end = start
    room = width
    while end < widths.count, room >= widths[end] {
      room -= widths[end]
      end += 1
    }
    return start..<end
  }
}
