import Surface
import Testing

import Terminal

/// Row I3: what is shown again and again stays in its place, at most five times a second.
@Suite(.serialized) @MainActor struct UpdateTests {
  /// A painter with a clock of its own; what it writes.
  private final class Easel {
    var written = ""
    var time = 10.0
    var painter: Painter!

    init(answer: String = "\u{1B}[?62c", wanted: PictureMeans? = nil) {
      let environment = ["TERM": "xterm", "COLORTERM": "truecolor"]
      painter = Painter(
        isTerminal: true, wanted: wanted, environment: { environment[$0] }, ask: { _ in Answers(Array(answer.utf8)) },
        window: { Window(cells: Extent(40, 24), cell: Extent(8, 16)) }, now: { [unowned self] in time },
        write: { [unowned self] in written += String(decoding: $0, as: UTF8.self) })
    }

    /// Shows a drawing of three lines and gives what that wrote.
    func show(_ word: String, update: Bool = true) throws -> String {
      written = ""
      var view = View(word, drawing: { _, _, _ in "\(word)\n\(word)\n\(word)" })
      view.isUpdate = update
      try painter.draw(view)
      return written
    }
  }

  @Test func I3_anUpdateTakesThePlaceOfTheLast() throws {
    let easel = Easel()
    #expect(try easel.show("a") == "a\na\na\n")
    easel.time += 1
    #expect(try easel.show("b") == "\u{1B}[3A\r\u{1B}[Jb\nb\nb\n")
    easel.time += 1
    #expect(try easel.show("c", update: false) == "c\nc\nc\n", "what is no update stands below")
    easel.painter.forgetPlace()
    easel.time += 1
    #expect(try easel.show("d") == "d\nd\nd\n", "something was printed in between")
  }

  @Test func I3_atMostFiveASecondAndNeverWithoutTheLast() throws {
    let easel = Easel()
    var shown = ""
    for step in 0..<20 {
      shown += try easel.show("\(step)").contains("\n") ? "\(step) " : ""
      easel.time += 0.0625
    }
    #expect(shown == "0 4 8 12 16 ")
    easel.written = ""
    try easel.painter.finishUpdates()
    #expect(easel.written.hasSuffix("19\n19\n19\n"))
    easel.written = ""
    try easel.painter.finishUpdates()
    #expect(easel.written.isEmpty)
  }

  @Test func I3_picturesCountTheirRows() throws {
    var view = View(
      "x", size: (80, 64),
      pixels: { _, _ in Pixels(width: 80, height: 64, bytes: [UInt8](repeating: 9, count: 3 * 80 * 64)) },
      png: { _, _ in [1, 2, 3] })
    view.isUpdate = true
    // 64 pixels are 4 rows of 16, twice as many where small pictures are enlarged; then the line of text.
    for (means, answer) in [(PictureMeans.sixel, "\u{1B}[?62;4c"), (.kitty, "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62c")] {
      let easel = Easel(answer: answer, wanted: means)
      try easel.painter.draw(view)
      easel.time += 1
      easel.written = ""
      try easel.painter.draw(view)
      #expect(easel.written.hasPrefix("\u{1B}[5A\r\u{1B}[J"), "\(means): \(easel.written.prefix(20).debugDescription)")
    }
  }
}
