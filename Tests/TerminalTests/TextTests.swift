import Surface
import Testing

import Terminal

/// Widths, colours and the line of what is under way.
@Suite(.serialized) @MainActor struct TextTests {
  @Test func R11_widths() {
    let widths: [(String, Int)] = [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국어", 6), ("\u{1112}\u{1161}\u{11AB}", 2),
      ("ﾊﾝ", 2),
      ("🎨", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("☺", 1), ("☺️", 2), ("a\u{200B}b", 2), ("\u{1B}[1;31mred\u{1B}[0m", 3), ("\t\n", 0),
      ("▀", 1), ("…", 1), ("ｆｕｌｌ", 8), ("\u{10EEEE}", 1),
    ]
    for (text, width) in widths { #expect(TextWidth.of(text) == width, "\(text.debugDescription)") }
  }

  @Test func R11_cutsAndWraps() {
    #expect(TextWidth.truncated("abcdef", to: 6) == "abcdef")
    #expect(TextWidth.truncated("abcdefg", to: 6) == "abcde…")
    #expect(TextWidth.truncated("日本語", to: 4) == "日…")
    #expect(TextWidth.truncated("\u{1B}[31mabcdef\u{1B}[0m", to: 3) == "\u{1B}[31mab…\u{1B}[0m")
    #expect(TextWidth.truncated("abc", to: 0) == "")
    #expect(TextWidth.padded("日", to: 4) == "日  ")
    #expect(TextWidth.wrapped("one two three\n  four five six", to: 9) == "one two\nthree\n  four\n  five\n  six")
    #expect(TextWidth.wrapped("one two three", to: 9, hanging: 2) == "one two\n  three")
    #expect(TextWidth.wrapped("日本語日本語", to: 6) == "日本語\n日本語")
    #expect(TextWidth.wrapped("a", to: 0) == "a")
  }

  @Test func R14_themesAreReadableOnLightAndDark() {
    // xterm's own values of the colours that are used.
    let colors: [Int: SIMD3<UInt8>] = [31: [205, 0, 0], 35: [205, 0, 205], 90: [127, 127, 127], 94: [92, 92, 255]]
    func luminance(_ color: SIMD3<UInt8>) -> Float {
      0.2126 * Light.linear[Int(color.x)] + 0.7152 * Light.linear[Int(color.y)] + 0.0722 * Light.linear[Int(color.z)]
    }
    for style in Style.allCases {
      for number in Theme.code(style).split(separator: ";").compactMap({ Int($0) }) where number != 1 {
        guard let color = colors[number] else {
          Issue.record("\(style) uses \(number)")
          continue
        }
        let light = luminance(color)
        // WCAG asks 3 of large text; on both grounds at once.
        #expect((1.05) / (light + 0.05) >= 3 && (light + 0.05) / 0.05 >= 3, "\(style)")
      }
    }
  }

  @Test func R14_coloursObeyTheUser() {
    func text(_ choice: ColorChoice, _ isTerminal: Bool, _ environment: [String: String]) -> String {
      Theme(choice, isTerminal: isTerminal, environment: { environment[$0] })("no", .error)
    }
    let red = "\u{1B}[1;31mno\u{1B}[0m"
    #expect(text(.auto, true, ["TERM": "xterm"]) == red)
    #expect(text(.auto, false, ["TERM": "xterm"]) == "no")
    #expect(text(.auto, true, ["TERM": "dumb"]) == "no")
    #expect(text(.auto, true, [:]) == "no")
    #expect(text(.auto, true, ["TERM": "xterm", "NO_COLOR": "1"]) == "no")
    #expect(text(.auto, true, ["TERM": "xterm", "NO_COLOR": ""]) == red)
    #expect(text(.never, true, ["TERM": "xterm"]) == "no")
    #expect(text(.always, false, ["NO_COLOR": "1"]) == red)
    #expect(Theme(isOn: true)("", .error) == "")
  }

  private typealias State = ProgressLine.State

  @Test func R12_lines() {
    func line(_ state: State, _ width: Int = 80) -> String { ProgressLine.text(state, width: width) }
    #expect(
      line(State(label: "filters.kuwahara", done: 50, total: 200, elapsed: 2))
        == "filters.kuwahara [█████               ] 25% 50/200 25.0/s 6.0 s left")
    #expect(
      line(State(label: "training", done: 3, total: 8, elapsed: 90))
        == "training [███████▌            ] 37% 3/8 30.0 s each 2:30 left")
    #expect(line(State(label: "read", done: 1234, total: nil, elapsed: 61)) == "read 1234 20.2/s 1:01")
    #expect(line(State(label: "read", done: 0, total: nil, elapsed: 0.6)) == "read 0 0.6 s")
    #expect(
      line(State(label: "training", done: 10, total: 10, elapsed: 3.04, isComplete: true))
        == "training [████████████████████] 100% 10/10 done in 3.0 s")
    #expect(
      line(State(label: "training", done: 4, total: 10, elapsed: 4000, isComplete: false))
        == "training [████████            ] 40% 4/10 stopped after 1:06:40")
    #expect(
      line(State(label: "fit", done: 5, total: 10, elapsed: 5, losses: [8, 4, 2, 1, 0.5]))
        == "fit [██████████          ] 50% 5/10 1.00/s 5.0 s left loss 0.5000 █▄▂▁▁")
  }

  @Test func R12_singleCallsShowTheirShareAndLeaveNothing() {
    let half = State(label: "filters.kuwahara", done: 50, total: 100, elapsed: 2, isShare: true)
    #expect(ProgressLine.text(half, width: 80) == "filters.kuwahara [██████████          ] 50% 2.0 s left")
    let unknown = State(label: "images.load", done: 50, total: nil, elapsed: 2, isShare: true)
    #expect(ProgressLine.text(unknown, width: 80) == "images.load 2.0 s")
    var written = ""
    let line = ProgressLine(isTerminal: true, width: { 60 }) { written += $0 }
    line.show(half)
    written = ""
    line.show(State(label: "filters.kuwahara", done: 100, total: 100, elapsed: 3, isComplete: true, isShare: true))
    #expect(written == "\r\u{1B}[K")
    let plain = ProgressLine(isTerminal: false, width: { 80 }) { written += $0 }
    written = ""
    plain.show(State(label: "short", done: 100, total: 100, elapsed: 3, isComplete: true, isShare: true))
    #expect(written.isEmpty)
  }

  @Test func R12_linesNeverExceedTheWindow() {
    for total in [nil, 0, 7, 1_000_000_000, .max] as [Int?] {
      for done in [0, 3, 999_999_999, .max] {
        for elapsed in [0, 0.5, 1e5, 1e300, .infinity] {
          let state = State(
            label: "日本語 label", done: done, total: total, elapsed: elapsed,
            losses: [1, .nan, .infinity, 5e-324, -1e308])
          for width in [1, 2, 5, 10, 20, 40, 79] {
            #expect(TextWidth.of(ProgressLine.text(state, width: width)) <= width)
          }
        }
      }
    }
  }

  @Test func R12_numbers() {
    let numbers: [(Double, String)] = [
      (0, "0"), (1, "1.00"), (12.34, "12.3"), (999.4, "999"), (0.0123, "0.0123"), (1.5e-7, "1.50e-7"), (-2, "-2.00"),
      (3e12, "3.00e12"), (.nan, "nan"), (-.infinity, "-inf"), (9_999_999, "1.00e7"),
    ]
    for (value, text) in numbers { #expect(ProgressLine.short(value) == text) }
    #expect(ProgressLine.sparkline([1, 2, 3, .nan, 8], width: 12) == "▁▂▃?█")
    #expect(ProgressLine.sparkline([5, 5], width: 12) == "▁▁")
  }

  @Test func R12_aLineHasOneOwner() {
    var written = ""
    var width = 60
    let line = ProgressLine(isTerminal: true, width: { width }) { written += $0 }
    line.clear()
    #expect(written == "", "nothing to clear")
    line.show(State(label: "work", done: 1, total: 4, elapsed: 1))
    #expect(written == "\rwork [█████               ] 25% 1/4 1.00/s 3.0 s left\u{1B}[K")
    written = ""
    line.clear()
    line.clear()
    #expect(written == "\r\u{1B}[K")
    written = ""
    width = 20
    line.show(State(label: "work", done: 2, total: 4, elapsed: 2))
    #expect(written == "\rwork 50% 2/4\u{1B}[K", "the window shrank: \(written.debugDescription)")
    written = ""
    line.close()
    line.close()
    line.redraw()
    #expect(written == "\n", "closed once, and for good")
    line.show(State(label: "work", done: 4, total: 4, elapsed: 2, isComplete: true))
    #expect(written.hasSuffix("\u{1B}[K\n"))
  }

  @Test func R12_plainLinesAreFew() {
    var lines: [String] = []
    let line = ProgressLine(isTerminal: false, width: { 80 }) { lines.append($0) }
    for step in 1...100 { line.show(State(label: "work", done: step, total: 100, elapsed: Double(step) / 8)) }
    line.show(State(label: "work", done: 100, total: 100, elapsed: 12.6, isComplete: true))
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { !$0.contains("\r") && !$0.contains("\u{1B}") && $0.hasSuffix("\n") })
    #expect(lines[2].contains("done in 13 s"))
  }

  @Test func R12_eventsReachTheLine() {
    var written = ""
    let line = ProgressLine(isTerminal: false, width: { 80 }) { written += $0 }
    let progress = Progress("outer", total: 10)
    line.handle(.moved(progress))
    line.handle(.ended(progress, complete: false))
    #expect(written.contains("outer") && written.contains("stopped after"))
  }
}
