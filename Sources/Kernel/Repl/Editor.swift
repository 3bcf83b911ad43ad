internal import CReadline
internal import Glibc
internal import LuaHost
internal import Sessions

/// The editing of one cell of one or several lines: what readline alone would do only for one.
final class Editor {
  let session: Session
  let keyboard = Keyboard()
  let display: Display
  /// The text that walking through the history has put there; while it stands unchanged, the walk goes on.
  private var recalled: [UInt8]?

  /// Readline's functions get no context, and a process has one terminal.
  nonisolated(unsafe) static var current: Editor?

  /// Starts readline and gives it our keys.
  init(_ session: Session) {
    self.session = session
    atl_readline_set_up(
      { _ in Editor.current?.keyboard.key() ?? EOF }, { Editor.current?.keyboard.hasMore == true ? 1 : 0 })
    display = Display(isFull: atl_terminal_has_cursor() != 0)
    Editor.current = self
    bind(["\\C-i"]) { _, _ in Editor.act { $0.complete() } }
    bind(["\\e[200~"]) { _, _ in Editor.act { $0.paste() } }
    rl_variable_bind("enable-bracketed-paste", display.isFull ? "on" : "off")
    guard display.isFull else { return }
    atl_readline_draw_with { Editor.current?.display.draw() }
    bind(["\\C-m", "\\C-j"]) { _, _ in Editor.act { $0.enter() } }
    bind(["\\e\\C-m", "\\e\\C-j"]) { _, _ in Editor.act { $0.newLine() } }
    bind(["\\e[A", "\\eOA", "\\C-p"]) { _, _ in Editor.act { $0.vertical(back: true) } }
    bind(["\\e[B", "\\eOB", "\\C-n"]) { _, _ in Editor.act { $0.vertical(back: false) } }
    bind(["\\e[H", "\\eOH", "\\e[1~", "\\C-a"]) { _, _ in Editor.act { $0.home() } }
    bind(["\\e[F", "\\eOF", "\\e[4~", "\\C-e"]) { _, _ in Editor.act { $0.end() } }
    bind(["\\C-k"]) { _, _ in Editor.act { $0.killToEnd() } }
    bind(["\\C-u"]) { _, _ in Editor.act { $0.killToStart() } }
    bind(["\\C-l"]) { _, _ in Editor.act { $0.display.clear() } }
    bind(["\\C-d"]) { _, _ in Editor.act { $0.controlD() } }
  }

  private func bind(_ keys: [String], _ action: @convention(c) (Int32, Int32) -> Int32) {
    for key in keys { atl_bind_key(key, action) }
  }

  private static func act(_ action: (Editor) -> Void) -> Int32 {
    if let current { action(current) }
    return 0
  }

  // MARK: the text

  /// The whole text, as bytes of UTF-8.
  var bytes: [UInt8] {
    UnsafeRawBufferPointer(start: atl_line(), count: Int(atl_line_end())).map { $0 }
  }

  /// The cursor: it stands before this byte.
  var point: Int {
    get { Int(atl_line_point()) }
    set { atl_set_line_point(Int32(newValue)) }
  }

  /// The range of the line that the cursor is in, without its line feed.
  private func line(_ bytes: [UInt8]) -> Range<Int> {
    let start = bytes[..<point].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return start..<(bytes[point...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count)
  }

  /// Puts text in the place of a range; the cursor goes behind it. One step of undo.
  func replace(_ range: Range<Int>, with text: String) {
    rl_begin_undo_group()
    if !range.isEmpty { rl_delete_text(Int32(range.lowerBound), Int32(range.upperBound)) }
    point = range.lowerBound
    if !text.isEmpty { rl_insert_text(text) }
    rl_end_undo_group()
  }

  // MARK: keys

  /// Enter: runs what is whole or wrong, goes on in a new line otherwise.
  private func enter() {
    let text = String(decoding: bytes, as: UTF8.self)
    if !keyboard.isAtEnd, session.classify(text) == .incomplete { return newLine() }
    alignCloser()
    display.draw()
    display.leave()
    atl_accept_line()
  }

  /// A new line at the cursor, set in as far as the open blocks ask for. What arrives faster than a hand can type brings
  /// its own indentation.
  private func newLine() {
    alignCloser()
    let indent = keyboard.hasMore ? 0 : Indentation.of(Array(bytes[..<point]))?.next ?? 0
    // Blanks that would stand at the end of a line go.
    let start = bytes[..<point].lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
    replace(start..<point, with: "\n" + String(repeating: " ", count: indent))
  }

  /// Sets a line that begins with `end` or the like in as far as the line that it closes.
  private func alignCloser() {
    let bytes = bytes, line = line(bytes)
    guard point == line.upperBound, let indent = Indentation.of(Array(bytes[..<point]))?.closer else { return }
    let blanks = bytes[line].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    if blanks <= indent { return }
    replace(line.lowerBound..<line.lowerBound + blanks, with: String(repeating: " ", count: indent))
    point = line.upperBound - blanks + indent
  }

  /// Up and down: to the line above or below; from the first and last line through the history, among the entries that
  /// begin with what stands before the cursor.
  private func vertical(back: Bool) {
    let before = bytes, line = line(before)
    let isWalking = recalled == before
    if back ? line.lowerBound > 0 : line.upperBound < before.count {
      let column = Editor.width(before, line.lowerBound..<point)
      point = back ? line.lowerBound - 1 : line.upperBound + 1
      let target = self.line(before)
      var place = target.lowerBound, width = 0
      while place < target.upperBound, width < column {
        let glyph = Glyph(before, at: place, column: width)
        width += glyph.width
        place += glyph.length
      }
      point = place
      return
    }
    atl_search_history(back ? 1 : 0, isWalking ? 1 : 0)
    recalled = bytes
  }

  private static func width(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var index = range.lowerBound, width = 0
    while index < range.upperBound {
      let glyph = Glyph(bytes, at: index, column: width)
      width += glyph.width
      index += glyph.length
    }
    return width
  }

  private func home() {
    let start = line(bytes).lowerBound
    point = point == start ? 0 : start
  }

  private func end() {
    let end = line(bytes).upperBound
    point = point == end ? bytes.count : end
  }

  /// Kills to the end of the line; at the end, the line feed.
  private func killToEnd() {
    let end = line(bytes).upperBound
    rl_kill_text(Int32(point), Int32(point == end ? min(end + 1, bytes.count) : end))
  }

  /// Kills from the beginning of the line; at the beginning, the line feed before it.
  private func killToStart() {
    let start = line(bytes).lowerBound, end = point
    let from = end == start ? max(start - 1, 0) : start
    rl_kill_text(Int32(end), Int32(from))
    point = from
  }

  /// Ctrl-D: deletes the character at the cursor; on the blank last line of a block, drops the block. (On an empty text
  /// readline takes it for the end of the input and does not ask us.)
  private func controlD() {
    let bytes = bytes, line = line(bytes)
    if point < bytes.count {
      rl_delete(1, 4)
    } else if line.lowerBound > 0, bytes[line].allSatisfy({ $0 <= 32 }) {
      display.leave()
      rl_replace_line("", 1)
      point = 0
    } else {
      rl_ding()
    }
  }

  /// A bracketed paste: inserted whole, however many lines it has. It runs when Enter is pressed.
  private func paste() {
    guard let pasted = keyboard.paste() else { return }
    let bytes = bytes, line = line(bytes)
    let startsLine = bytes[line.lowerBound..<point].allSatisfy { $0 <= 32 }
    var text = Paste.cleaned(pasted, startsLine: startsLine)
    // Where only one line can be shown there is no place for more; they arrive as they do when they are typed.
    if !display.isFull { text = text.split(separator: "\n").joined(separator: " ") }
    rl_insert_text(text)
  }
}
