internal import CReadline
internal import Glibc

/// Draws the text being edited, in readline's stead: readline knows no continuation prompts and forgets where it is when
/// the window changes. On a terminal without cursor movement readline draws for itself, one line at a time.
///
/// What stands on the screen is remembered as rows of cells; a change writes the cells from the first that differs, so
/// that a key typed at the end of a line sends that character alone.
final class Display {
  /// Whether the terminal can do without readline's own drawing.
  let isFull: Bool
  /// Rows on the screen, of which the last ones may lie below the window's edge of a long text.
  private var shown: [[Cell]] = []
  /// Where the cursor stands, counted from the first shown row.
  private var row = 0, column = 0
  /// The first row of the layout that is shown.
  private var first = 0
  private let isBold: Bool
  private var output: [UInt8] = []
  /// While true nothing is drawn: readline draws also when it drops a line.
  var isSilent = false

  /// Continuation lines begin with this.
  static let continuation = ">> "

  init(isFull: Bool) {
    self.isFull = isFull
    isBold = isFull && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
  }

  /// Columns and rows of the terminal; 80 × 24 where it does not tell, and never so few that nothing could be shown.
  static var size: (columns: Int, rows: Int) {
    var columns: Int32 = 0, rows: Int32 = 0
    atl_terminal_size(&columns, &rows)
    return (columns < 1 ? 80 : max(Int(columns), 4), rows < 1 ? 24 : max(Int(rows), 2))
  }

  /// Forgets what is on the screen: the cursor stands at the beginning of an empty row.
  func reset() {
    shown = []
    (row, column, first) = (0, 0, 0)
  }

  /// Brings the screen up to date with readline's line.
  func draw() {
    if isSilent { return }
    let size = Display.size
    let layout = layout(size.columns)
    // A text taller than the window is shown around the cursor.
    let height = min(layout.rows.count, size.rows)
    if first > layout.cursor.row { first = layout.cursor.row }
    if first < layout.cursor.row - height + 1 { first = layout.cursor.row - height + 1 }
    first = max(0, min(first, layout.rows.count - height))
    show((first..<first + height).map { layout.cells($0) }, width: size.columns)
    move(layout.cursor.row - first, layout.cursor.column)
    send()
  }

  private func layout(_ columns: Int) -> Layout {
    let text = UnsafeRawBufferPointer(start: atl_line(), count: Int(atl_line_end()))
    // Marks around what takes no place are readline's own; we write none of them.
    let prompt = String(cString: atl_line_prompt()).utf8.filter { $0 != 1 && $0 != 2 }
    return Layout(
      prompt: prompt, continuation: Array(Display.continuation.utf8), text: text.bindMemory(to: UInt8.self),
      point: Int(atl_line_point()), width: columns)
  }

  /// Writes what differs between the rows on the screen and `rows`.
  private func show(_ rows: [[Cell]], width: Int) {
    for (index, cells) in rows.enumerated() {
      let old = index < shown.count ? shown[index] : []
      guard index >= shown.count || old != cells else { continue }
      var same = 0
      while same < min(old.count, cells.count), old[same] == cells[same] { same += 1 }
      let start = cells[..<same].reduce(0) { $0 + $1.width }
      move(index, start)
      write(cells[same...])
      column = cells[same...].reduce(start) { $0 + $1.width }
      // In a full row the cursor still stands on the last column, which this would erase.
      if column < width, old.reduce(0, { $0 + $1.width }) > column { put("\u{1B}[K") }
      if index < shown.count { shown[index] = cells } else { shown.append(cells) }
    }
    if shown.count > rows.count {
      move(rows.count, 0)
      put("\u{1B}[J")
      shown.removeLast(shown.count - rows.count)
      // The rows below exist no more, though the cursor stands in the first of them.
    }
  }

  private func write(_ cells: ArraySlice<Cell>) {
    var bold = false
    for cell in cells {
      if isBold, cell.isBold != bold {
        bold = cell.isBold
        put(bold ? "\u{1B}[1m" : "\u{1B}[22m")
      }
      put(cell.text)
    }
    if bold { put("\u{1B}[22m") }
  }

  /// Moves the cursor; a row that does not exist yet comes into being below.
  private func move(_ newRow: Int, _ newColumn: Int) {
    if newRow < row { put("\u{1B}[\(row - newRow)A") }
    if newRow > row { put(String(repeating: "\n", count: newRow - row)) }
    if newRow > row { column = 0 }
    row = newRow
    if newColumn == column { return }
    if newColumn < column, column - newColumn <= 3, column < Display.size.columns {
      put(String(repeating: "\u{8}", count: column - newColumn))
    } else {
      put(newColumn == 0 ? "\r" : "\u{1B}[\(newColumn + 1)G")
    }
    column = newColumn
  }

  /// Leaves the text for good, with `mark` behind it: the cursor goes to the beginning of the row below. A text taller than
  /// the window is written out whole, up to some thousand rows.
  func leave(_ mark: String = "") {
    if isFull, !shown.isEmpty {
      let layout = layout(Display.size.columns)
      if layout.rows.count > shown.count, layout.rows.count <= 5000 {
        move(0, 0)
        put("\u{1B}[J")
        for row in layout.rows.indices {
          write(layout.cells(row)[...])
          if row < layout.rows.count - 1 { put("\n") }
        }
      } else {
        move(shown.count - 1, shown.last!.reduce(0) { $0 + $1.width })
      }
    }
    put(mark + "\n")
    send()
    reset()
  }

  /// Draws anew below whatever has been written meanwhile.
  func drawAgain() {
    reset()
    if isFull { draw() } else { atl_readline_draw_again() }
  }

  /// Draws after the window has got another size. Most terminals have broken rows that were too wide in two.
  func resize() {
    guard isFull else { return drawAgain() }
    let columns = Display.size.columns
    let above = shown.prefix(row).reduce(0) { $0 + max(1, ($1.reduce(0) { $0 + $1.width } + columns - 1) / columns) }
    let up = above + column / columns
    put(up > 0 ? "\r\u{1B}[\(up)A\u{1B}[J" : "\r\u{1B}[J")
    send()
    let first = first
    reset()
    self.first = first
    draw()
  }

  /// Clears the screen and draws at its top.
  func clear() {
    put("\u{1B}[H\u{1B}[2J")
    send()
    drawAgain()
  }

  /// Writes text at the cursor, which must stand where `leave` brings it.
  func print(_ text: String) {
    put(text)
    send()
  }

  private func put(_ text: String) { output += text.utf8 }

  private func send() {
    output.withUnsafeBytes { if let base = $0.baseAddress, !$0.isEmpty { atl_readline_write(base, $0.count) } }
    output.removeAll(keepingCapacity: true)
  }
}
