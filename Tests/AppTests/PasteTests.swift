import Foundation
import TestSupport
import Testing

/// The same numbers in every run: a linear congruential generator with Knuth's constants.
private struct Steady: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

/// Pastes, as a terminal sends them to a program that asked for brackets around them.
@Suite(.serialized) @MainActor
struct PasteTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "xterm", "INPUTRC": "/dev/null", "NO_COLOR": "1"]
  }

  private func prompt() throws -> Terminal {
    let terminal = try Terminal(environment: environment, size: (80, 24))
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    #expect(terminal.wait(for: "> "))
    return terminal
  }

  private func bracketed(_ text: String) -> String { "\u{1B}[200~" + text + "\u{1B}[201~" }

  private var history: [String] {
    let text = (try? String(contentsOfFile: scratch("atelier/history"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { $0.first != "#" }.map(String.init)
  }

  @Test func R4_aPasteIsOneCellAndOneEntry() throws {
    let terminal = try prompt()
    terminal.type(bracketed("local n = 0\rfor i = 1, 4 do\r\n\tn = n + i\nend\nprint('sum', n)\n\n"))
    #expect(terminal.wait(for: "print('sum', n)"))
    terminal.type("\n")
    #expect(terminal.wait(for: "sum\t10\r\n"), "\(terminal.transcript)")
    #expect(history == ["local n = 0", "for i = 1, 4 do", "\tn = n + i", "end", "print('sum', n)"])
    let text = try String(contentsOfFile: scratch("atelier/history"), encoding: .utf8)
    #expect(text.split(separator: "\n").count { $0.first == "#" } == 1)
  }

  @Test func promptsInAPasteAreDropped() throws {
    let terminal = try prompt()
    terminal.type(
      bracketed("> for i = 1, 2 do\n>>   print('got', i)\n>> end\ngot\t1\ngot\t2\n> print('last')\n") + "\n")
    #expect(terminal.wait(for: "got\t1\r\ngot\t2\r\nlast\r\n"), "\(terminal.transcript)")
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    terminal.type(bracketed("> x = {\n  5,\n}") + "\n")
    #expect(terminal.wait(for: "}\r\n"), "\(terminal.transcript)")
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    // In the middle of a line, and where the first line has no prompt, nothing is touched.
    terminal.type("x[1] " + bracketed("> 4") + "\n")
    #expect(terminal.wait(for: "true\r\n"), "\(terminal.transcript)")
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    terminal.type(bracketed("print(x[1]\n> 5)") + "\n")
    #expect(terminal.wait(for: "false\r\n"), "\(terminal.transcript)")
  }

  @Test func controlCharactersInAPasteDoNoHarm() throws {
    let terminal = try prompt()
    // Ctrl-C and Ctrl-D are no keys here; neither are sequences of Escape.
    terminal.type(bracketed("print(\u{4}'a\u{7}\u{1B}[2J\u{8}b', 1)\u{0}\u{15}\u{7F}") + "\n")
    #expect(terminal.wait(for: "a[2Jb\t1\r\n"), "\(terminal.transcript)")
    terminal.type("\u{1B}[200~half a paste")
    terminal.interrupt()
    #expect(terminal.wait(for: "^C"))
    terminal.type("6 * 7\n")
    #expect(terminal.wait(for: "42\r\n"), "\(terminal.transcript)")
  }

  @Test func aMegabyteIsPastedAtOnce() throws {
    let terminal = try prompt()
    let lines = (1...40_000).map { "n = n + \($0) -- it is counted" }
    let text = (["n = 0"] + lines).joined(separator: "\n")
    #expect(text.utf8.count > 1_000_000)
    terminal.type(bracketed(text))
    #expect(terminal.wait(for: "n = n + 40000 -- it is counted"))
    terminal.type("\nprint('sum', n)\n")
    #expect(terminal.wait(for: "sum\t800020000\r\n"))
    terminal.type(bracketed(String(repeating: "word ", count: 200_000)) + "\n")
    #expect(terminal.wait(for: "syntax error"))
    terminal.type("1 + 2\n")
    #expect(terminal.wait(for: "3\r\n"))
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
    // The next prompt starts with all of it.
    let next = try prompt()
    next.type("3 + 4\n")
    #expect(next.wait(for: "7\r\n"))
  }

  @Test func oddPrefixesAreCompletedWithoutHarm() throws {
    let terminal = try prompt()
    var random = Steady(state: 4)
    let pieces = [
      "tensor", ".", ":", "(", "{", "\"", "'", "[[", "漢", "e\u{301}", "x.", "?", "!", "::", "..", "0x", "1e", "--",
      "\\",
      " ", "images.load('", "/", "~", "{filter = '", "nil", "_G.", "string.", "\u{FFFD}", "a.b.c.d:", ")", "]",
    ]
    for _ in 1...300 {
      let prefix = (1...Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }
      terminal.type(prefix.joined() + "\t\t\u{15}")
    }
    terminal.interrupt()
    terminal.type("\u{15}6 * 7\n")
    #expect(terminal.wait(for: "42\r\n"), "\(terminal.transcript.suffix(2000))")
  }
}
