import Foundation
import Glibc
import TestSupport
import Testing

/// What happens to the prompt from outside: signals, sizes, the end of the terminal.
@Suite(.serialized) @MainActor
struct SignalTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "xterm", "INPUTRC": "/dev/null", "NO_COLOR": "1"]
  }

  private func prompt(size: (UInt16, UInt16) = (80, 24)) throws -> Terminal {
    let terminal = try Terminal(environment: environment, size: size)
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    #expect(terminal.wait(for: "> "))
    return terminal
  }

  @Test func I2_signalsThatEndTheProgramLeaveTheTerminalInOrder() throws {
    for signal in [SIGTERM, SIGHUP, SIGQUIT, SIGABRT] {
      let terminal = try prompt()
      #expect(terminal.wait(ordinary: false))
      terminal.type("kept = 1\n")
      #expect(terminal.wait(for: "\r\n"))
      #expect(terminal.wait(for: "> "))
      terminal.type("half a li")
      #expect(terminal.wait(for: "half a li"))
      terminal.send(signal)
      #expect(terminal.waitForSignal() == signal)
      #expect(terminal.isOrdinary)
      #expect(terminal.wait(for: "\u{1B}[?2004l"))
      let history = try String(contentsOfFile: scratch("atelier/history"), encoding: .utf8)
      #expect(history.hasSuffix("\nkept = 1\n"))
    }
  }

  @Test func I2_theTerminalIsInOrderWhileACellRunsAndAfterTheEnd() throws {
    let terminal = try prompt()
    terminal.type("print('go') while true do end\n")
    #expect(terminal.wait(for: "go\r\n"))
    #expect(terminal.isOrdinary)
    terminal.interrupt()
    #expect(terminal.wait(for: "interrupted"))
    #expect(terminal.wait(ordinary: false))
    terminal.type("os.exit(3)\n")
    #expect(terminal.waitForExit() == 3)
    #expect(terminal.isOrdinary)
    let other = try prompt()
    #expect(other.wait(ordinary: false))
    other.type("\u{4}")
    #expect(other.waitForExit() == 0)
    #expect(other.isOrdinary)
  }

  @Test func theEndOfTheTerminalEndsTheProgram() throws {
    let terminal = try prompt()
    terminal.type("print('here')\n")
    #expect(terminal.wait(for: "here\r\n"))
    #expect(terminal.wait(for: "> "))
    terminal.type("for i = 1, 2 do\n")
    #expect(terminal.wait(for: ">> "))
    terminal.hangUp()
    #expect(terminal.waitForExit() != nil)
    let history = try String(contentsOfFile: scratch("atelier/history"), encoding: .utf8)
    #expect(history.hasSuffix("\nprint('here')\n"))
  }

  @Test func aStoppedProgramComesBackWithItsText() throws {
    // A shell that is not interactive, such as tmux's own, hands no PS1 on.
    let tmux = try Tmux(
      in: scratch, command: "env PS1='shell$ ' bash --norc --noprofile -i", environment: ["PROGRAM": Program.path])
    #expect(tmux.waits(for: "shell$"))
    try tmux.enter("$PROGRAM")
    #expect(tmux.waits(for: ">"))
    try tmux.enter("for i = 1, 2 do")
    try tmux.type("print('i is', i)")
    try tmux.press("C-z")
    #expect(tmux.wait { $0.contains { $0.contains("Stopped") } && $0.last == "shell$" }, "\(tmux.screen)")
    try tmux.enter("stty -a | grep -ow -e '-icanon' -e 'icanon' -e 'echo'")
    #expect(tmux.waits(for: "icanon", "echo", "shell$"), "\(tmux.screen)")
    try tmux.enter("fg")
    #expect(tmux.waits(for: "> for i = 1, 2 do", ">>   print('i is', i)"), "\(tmux.screen)")
    try tmux.press("Enter")
    try tmux.enter("end")
    #expect(tmux.waits(for: ">> end", "i is\t1".expanded, "i is\t2".expanded, ">"), "\(tmux.screen)")
    // While a cell runs, too.
    try tmux.enter("print('go') while true do end")
    #expect(tmux.waits(for: "go"))
    try tmux.press("C-z")
    #expect(tmux.wait { $0.last == "shell$" }, "\(tmux.screen)")
    try tmux.enter("fg")
    _ = tmux.waits(for: "$PROGRAM")
    try tmux.press("C-c")
    // The terminal's own ^C may stand before it.
    #expect(tmux.wait { $0.suffix(2).first?.hasSuffix("interrupted") == true && $0.last == ">" }, "\(tmux.screen)")
    try tmux.enter("40 + 2")
    #expect(tmux.waits(for: "42", ">"), "\(tmux.screen)")
  }

  @Test func aProgramStoppedFromOutsideTakesTheTerminalBack() throws {
    let terminal = try prompt()
    terminal.type("40 + ")
    #expect(terminal.wait(for: "40 + "))
    terminal.send(SIGSTOP)
    usleep(50_000)
    terminal.send(SIGCONT)
    #expect(terminal.wait(for: "> 40 + "), "\(terminal.transcript)")
    terminal.type("2\n")
    #expect(terminal.wait(for: "42\r\n"))
  }

  @Test func sizesThatCannotBeAreSurvived() throws {
    for size: (UInt16, UInt16) in [(0, 0), (1, 1), (2, 65535), (65535, 65535), (7, 3)] {
      let terminal = try prompt(size: size)
      terminal.type("t = 'a text that is longer than a row, 漢字'\n")
      #expect(terminal.wait(for: "\r\n"))
      terminal.resize(1, 0)
      terminal.send(SIGWINCH)
      terminal.type("tensor.\t\t\u{15}for i = 1, 2 do")
      terminal.resize(65535, 1)
      terminal.send(SIGWINCH)
      terminal.type("\nend print('sum', 40 + 2)\n")
      #expect(terminal.wait(for: "sum\t42\r\n"), "\(size): \(terminal.transcript.suffix(500))")
    }
  }

  @Test func R15_aScriptOnStandardInputGetsNoControlCodes() throws {
    let good = try Program.run([], input: "print('out') io.stderr:write('err')\n", environment: environment)
    #expect(good.status == 0 && good.output == "out\n" && good.errors == "err")
    let wrong = try Program.run([], input: "1 + 1\n", environment: environment)
    #expect(wrong.status == 1 && wrong.output.isEmpty && !wrong.errors.contains("\u{1B}"))
    let failed = try Program.run([], input: "print('before') error('no')", environment: environment)
    #expect(failed.status == 1 && failed.output == "before\n" && failed.errors.contains("no"))
    #expect(!(failed.output + failed.errors).contains("\u{1B}"))
    #expect(try Program.run(["--nonsense"], environment: environment).status == 2)
    let stopped = try Program.run(
      [], input: "os.execute('(sleep 0.3; kill -INT $PPID) &') while true do end", environment: environment)
    #expect(stopped.status == 130 && stopped.errors.contains("interrupted"))
    #expect(!FileManager.default.fileExists(atPath: scratch("atelier/history")))
  }
}

extension String {
  /// With blanks for tabs, as a screen shows them.
  fileprivate var expanded: String {
    reduce("") { $1 == "\t" ? $0 + String(repeating: " ", count: 8 - $0.count % 8) : $0 + String($1) }
  }
}
