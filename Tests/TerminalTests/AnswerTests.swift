import Surface
import Testing

import Terminal

/// What terminals answered when they were asked, as they sent it, and what follows from it.
@Suite(.serialized) @MainActor struct AnswerTests {
  /// A terminal: its environment, its answers and what is to be chosen.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let environment: [String: String]
    let answer: String
    let pictures: PictureMeans
    let colors: ColorDepth
    var isLight: Bool?
    var cell: Extent?
    var typed = ""
  }

  private static let esc = "\u{1B}"
  private static func dark(_ end: String = "\u{1B}\\") -> String { "\(esc)]11;rgb:0000/0000/0000\(end)" }
  private static let light = "\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\"
  private static let xterm256 = ["TERM": "xterm-256color"]

  nonisolated private static let cases: [Case] = [
    Case(
      testDescription: "xterm", environment: ["TERM": "xterm"],
      answer:
        "\u{1B}P>|XTerm(379)\u{1B}\\\u{1B}[6;13;6t\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\\u{1B}[?1;3;0S\u{1B}[?64;1;2;6;9;15;16;17;18;21;22;28c",
      pictures: .symbols, colors: .many, isLight: true, cell: Extent(6, 13)),
    Case(
      testDescription: "xterm -ti vt340", environment: ["TERM": "xterm"],
      answer:
        "\u{1B}P>|XTerm(379)\u{1B}\\\u{1B}[6;13;6t\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\\u{1B}[?1;0;256S\u{1B}[?63;1;2;4;6;9;15;16;22;28c",
      pictures: .sixel, colors: .many, isLight: true, cell: Extent(6, 13)),
    Case(
      testDescription: "kitty", environment: ["TERM": "xterm-kitty", "COLORTERM": "truecolor"],
      answer:
        "\u{1B}P>|kitty(0.26.5)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;18;9t\u{1B}]11;rgb:0000/0000/0000\u{1B}\\\u{1B}[?62;c",
      pictures: .kitty, colors: .full, isLight: false, cell: Extent(9, 18)),
    Case(
      testDescription: "Ghostty", environment: ["TERM": "xterm-ghostty"],
      answer:
        "\u{1B}P>|ghostty 1.1.3\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;34;16t\u{1B}]11;rgb:28/2c/34\u{1B}\\\u{1B}[?62;22c",
      pictures: .kitty, colors: .full, isLight: false, cell: Extent(16, 34)),
    Case(
      testDescription: "foot", environment: ["TERM": "foot", "COLORTERM": "truecolor"],
      answer:
        "\u{1B}P>|foot(1.13.1)\u{1B}\\\u{1B}[6;20;10t\u{1B}]11;rgb:2424/2424/2424\u{1B}\\\u{1B}[?1;0;1024S\u{1B}[?62;4;22c",
      pictures: .sixel, colors: .full, isLight: false, cell: Extent(10, 20)),
    Case(
      testDescription: "mlterm", environment: ["TERM": "mlterm"],
      answer:
        "\u{1B}P>|mlterm(3.9.2)\u{1B}\\\u{1B}[6;16;8t\u{1B}]11;rgb:ffff/ffff/ffff\u{7}\u{1B}[?63;1;2;3;4;6;7;15;18;22;29c",
      pictures: .sixel, colors: .sixteen, isLight: true, cell: Extent(8, 16)),
    Case(
      testDescription: "WezTerm",
      environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm", "COLORTERM": "truecolor"],
      answer:
        "\u{1B}P>|WezTerm 20240203-110809-5046fc22\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;22;10t\u{1B}]11;rgb:0000/0000/0000\u{1B}\\\u{1B}[?1;0;1024S\u{1B}[?65;4;6;18;22c",
      pictures: .iterm2, colors: .full, isLight: false, cell: Extent(10, 22)),
    Case(
      testDescription: "iTerm2",
      environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "COLORTERM": "truecolor"],
      answer:
        "\u{1B}P>|iTerm2 3.5.4\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}]11;rgb:1515/1919/1e1e\u{7}\u{1B}[?64;1;2;4;6;17;18;21;22c",
      pictures: .iterm2, colors: .full, isLight: false),
    Case(
      testDescription: "iTerm2 through ssh that passes no answers",
      environment: ["TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"],
      answer: "", pictures: .iterm2, colors: .many),
    Case(
      testDescription: "VS Code with pictures",
      environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "COLORTERM": "truecolor"],
      answer: "\u{1B}[6;18;9t\u{1B}]11;rgb:1f1f/1f1f/1f1f\u{1B}\\\u{1B}[?62;4;9;22c",
      pictures: .iterm2, colors: .full, isLight: false, cell: Extent(9, 18)),
    Case(
      testDescription: "VS Code without",
      environment: ["TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "COLORTERM": "truecolor"],
      answer: "\u{1B}]11;rgb:1f1f/1f1f/1f1f\u{1B}\\\u{1B}[?1;2c", pictures: .symbols, colors: .full, isLight: false),
    Case(
      testDescription: "Konsole",
      environment: ["TERM": "xterm-256color", "COLORTERM": "truecolor", "COLORFGBG": "15;0"],
      answer:
        "\u{1B}P>|Konsole 22.12.3\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;17;8t\u{1B}]11;rgb:2323/2626/2727\u{1B}\\\u{1B}[?62;1;4c",
      pictures: .kitty, colors: .full, isLight: false, cell: Extent(8, 17)),
    Case(
      testDescription: "tmux",
      environment: [
        "TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0", "KITTY_WINDOW_ID": "1", "COLORTERM": "truecolor",
      ],
      answer: "\u{1B}P>|tmux 3.3a\u{1B}\\\u{1B}[?1;2c", pictures: .symbols, colors: .full),
    Case(
      testDescription: "tmux with sixel", environment: ["TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"],
      answer: "\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[?1;2;4c", pictures: .sixel, colors: .many),
    Case(
      testDescription: "screen", environment: ["TERM": "screen", "STY": "123.pts", "COLORTERM": "truecolor"],
      answer: "\u{1B}[?1;2c", pictures: .symbols, colors: .sixteen),
    Case(
      testDescription: "VTE", environment: ["TERM": "xterm-256color", "COLORTERM": "truecolor"],
      answer: "\u{1B}P>|VTE(7006)\u{1B}\\\u{1B}[6;18;9t\u{1B}]11;rgb:1717/1414/2121\u{1B}\\\u{1B}[?65;1;9c",
      pictures: .symbols, colors: .full, isLight: false, cell: Extent(9, 18)),
    Case(
      testDescription: "a liar", environment: ["TERM": "xterm-256color"],
      answer:
        "\u{1B}P>|\u{1}\u{2}\u{1B}\\\u{1B}_Gi=99;OK\u{1B}\\\u{1B}_Gi=31;EINVAL:no\u{1B}\\\u{1B}[6;99999999999999999999;-3t"
        + "\u{1B}]11;rgb:zz//\u{1B}\\\u{1B}]11;blue\u{7}\u{1B}[?1;0;-5S\u{1B}[?c",
      pictures: .symbols, colors: .many),
    Case(
      testDescription: "half an answer", environment: ["TERM": "xterm-256color"],
      answer: "\u{1B}P>|XTerm(379)\u{1B}\\\u{1B}[6;13;6t\u{1B}]11;rgb:ffff/ff", pictures: .symbols, colors: .many,
      cell: Extent(6, 13)),
    Case(testDescription: "silence", environment: ["TERM": "xterm"], answer: "", pictures: .symbols, colors: .sixteen),
    Case(
      testDescription: "answers among keys", environment: ["TERM": "xterm-kitty"],
      answer:
        "pr\u{1B}P>|kitty(0.35)\u{1B}\\int\u{1B}_Gi=31;OK\u{1B}\\(\u{1B}[A\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\é\u{1B}b\u{1B}[?62c)\r",
      pictures: .kitty, colors: .full, isLight: true, typed: "print(\u{1B}[Aé\u{1B}b)\r"),
    Case(
      testDescription: "the console of Linux", environment: ["TERM": "linux"], answer: "\u{1B}[?6c", pictures: .symbols,
      colors: .sixteen),
    Case(
      testDescription: "another encoding", environment: ["TERM": "xterm", "LANG": "de_DE.ISO-8859-1"],
      answer: "\u{1B}[?1;2c", pictures: .ascii, colors: .sixteen),
    Case(
      testDescription: "no colour wanted", environment: ["TERM": "xterm-kitty", "NO_COLOR": "1"],
      answer: "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62c", pictures: .none, colors: .none),
    Case(
      testDescription: "dumb", environment: ["TERM": "dumb"], answer: "\u{1B}[?62;4c", pictures: .none, colors: .none),
  ]

  @Test(arguments: cases) func I1_choosesWhatTheTerminalCan(_ it: Case) {
    let answers = Answers(Array(it.answer.utf8))
    let found = Capabilities.decide(
      environment: { it.environment[$0] }, answers: answers, wanted: nil, isTerminal: true)
    #expect(found.pictures == it.pictures)
    #expect(found.colors == it.colors)
    #expect(found.isLight == it.isLight)
    #expect(found.cell == it.cell)
    #expect(String(decoding: answers.typed, as: UTF8.self) == it.typed)
  }

  @Test func I1_obeysTheUserAndKnowsAPipe() {
    func found(
      _ environment: [String: String], _ wanted: PictureMeans?, _ isTerminal: Bool, _ color: ColorChoice = .auto
    ) -> Capabilities {
      .decide(
        environment: { environment[$0] }, answers: Answers(Array("\u{1B}[?62;4c".utf8)), wanted: wanted,
        isTerminal: isTerminal, color: color)
    }
    for means in PictureMeans.allCases { #expect(found(["TERM": "dumb"], means, false).pictures == means) }
    #expect(found(["TERM": "xterm", "COLORTERM": "truecolor"], nil, false) == found(["TERM": "dumb"], nil, true))
    #expect(found(["TERM": "xterm"], nil, true).pictures == .sixel)
    #expect(found(["TERM": "xterm"], nil, true, .never).colors == .none)
    #expect(found(["TERM": "xterm"], nil, true, .never).pictures == .none)
    #expect(found(["TERM": "xterm", "NO_COLOR": "1"], nil, false, .always).colors == .sixteen)
  }

  @Test func I1_multiplexersAreNotAskedForGraphics() {
    func asks(_ environment: [String: String]) -> Bool { Surroundings { environment[$0] }.allowsGraphicsQuery }
    #expect(asks(["TERM": "xterm-kitty"]))
    #expect(!asks(["TERM": "screen-256color", "TMUX": "/tmp/x"]))
    #expect(!asks(["TERM": "screen", "STY": "1.x"]))
    #expect(!asks(["TERM": "linux"]))
    let text = String(decoding: Query.bytes(graphics: true), as: UTF8.self)
    #expect(text.hasSuffix("\u{1B}[c"), "the attributes come last")
    #expect(text.contains("_Gi=31"))
    #expect(!String(decoding: Query.bytes(graphics: false), as: UTF8.self).contains("_G"))
  }

  /// Every cut and every damaged byte of real answers: nothing crashes, nothing is invented, and keys stay.
  @Test func I1_brokenAnswersDoNoHarm() {
    for it in Self.cases {
      let bytes = Array(it.answer.utf8)
      for end in 0..<bytes.count {
        let answers = Answers(Array(bytes[..<end]))
        if answers.hasKitty { #expect(it.answer.contains("i=31;OK")) }
        for value: UInt8 in [0, 7, 0x1B, 0x3B, 0x41, 0x9C, 0xFF] {
          var damaged = bytes
          damaged[end] = value
          let typed = Answers(damaged).typed.count
          #expect(typed <= damaged.count)
        }
      }
    }
    var keys = Answers(Array("\u{1B}".utf8))
    #expect(keys.typed == [0x1B])
    keys = Answers(Array("\u{1B}[A\u{1B}OP\u{1B}[1;5C\u{1B}[3~".utf8))
    #expect(String(decoding: keys.typed, as: UTF8.self) == "\u{1B}[A\u{1B}OP\u{1B}[1;5C\u{1B}[3~")
    #expect(!keys.isAny)
  }

  @Test func I1_windowsThatLie() {
    #expect(Window(columns: 80, rows: 24, width: 640, height: 384).cell == Extent(8, 16))
    for (columns, rows, width, height) in [(0, 0, 0, 0), (80, 24, 0, 0), (65535, 65535, 1, 1), (1, 1, 9999, 9999)] {
      let window = Window(columns: columns, rows: rows, width: width, height: height)
      #expect(window.cell == nil)
      #expect(window.cells == Extent(80, 24))
    }
  }
}
