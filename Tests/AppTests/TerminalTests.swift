import Foundation
import TestSupport
import Testing

/// The prompt, and Ctrl-C in the places where it matters.
@Suite(.serialized) @MainActor
struct TerminalTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "dumb", "INPUTRC": "/dev/null"]
  }

  private func prompt() throws -> Terminal {
    let terminal = try Terminal(environment: environment)
    #expect(terminal.wait(for: "Atelier"))
    #expect(terminal.wait(for: "> "))
    return terminal
  }

  /// Types a line and expects a text in what follows, then the next prompt.
  private func say(_ terminal: Terminal, _ line: String, _ answer: String, source: SourceLocation = #_sourceLocation) {
    terminal.type(line + "\n")
    #expect(terminal.wait(for: "\r\n"), sourceLocation: source)
    #expect(answer.isEmpty || terminal.wait(for: answer), "\(line): \(terminal.transcript)", sourceLocation: source)
    #expect(terminal.wait(for: "> "), sourceLocation: source)
  }

  @Test func evaluatesAndGoesOnAfterErrors() throws {
    let terminal = try prompt()
    say(terminal, "1 + 1", "2\r\n")
    say(terminal, "x = 5", "")
    say(terminal, "x, 'two'", "5\ttwo\r\n")
    say(terminal, "strng.format(x)", "did you mean 'string'?")
    say(terminal, "x != 2", "Lua writes 'not equal' as ~=")
    say(terminal, "for i = 1, 3 do", ">")
    say(terminal, "  x = x + i", ">")
    say(terminal, "end", "")
    say(terminal, "x", "11\r\n")
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func interruptStopsTheLoopAndKeepsTheVariables() throws {
    let terminal = try prompt()
    say(terminal, "kept = 42", "")
    say(terminal, "co = coroutine.wrap(function() while true do coroutine.yield() end end)", "")
    let loops = [
      "print('go') while true do end", "print('go') while true do pcall(function() while true do end end) end",
      "print('go') coroutine.wrap(function() while true do end end)()", "print('go') while true do co() end",
      "print('go') io.read('n')",
      "print('go') local a = tensor.rand(1000, 1000) while true do pcall(a.matmul, a, a) end",
    ]
    for loop in loops {
      terminal.type(loop + "\n")
      #expect(terminal.wait(for: "\r\ngo\r\n"))
      terminal.interrupt()
      #expect(terminal.wait(for: "interrupted"), "\(loop): \(terminal.transcript)")
      #expect(terminal.wait(for: "> "))
      say(terminal, "kept", "42\r\n")
    }
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func interruptAtThePromptDropsTheBlock() throws {
    let terminal = try prompt()
    say(terminal, "kept = 1", "")
    say(terminal, "for i = 1, 3 do", ">")
    say(terminal, "  kept = 100", ">")
    terminal.type("half a li")
    #expect(terminal.wait(for: "half a li"))
    terminal.interrupt()
    #expect(terminal.wait(for: "^C"))
    #expect(terminal.wait(for: "> "))
    say(terminal, "kept", "1\r\n")
    terminal.interrupt()
    terminal.interrupt()
    #expect(terminal.wait(for: "^C"))
    #expect(terminal.wait(for: "> "))
    say(terminal, "kept + 1", "2\r\n")
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func controlDGivesABlockUp() throws {
    let terminal = try prompt()
    say(terminal, "kept = 1", "")
    say(terminal, "for i = 1, 3 do", ">")
    say(terminal, "  kept = 100", ">")
    terminal.type("\u{4}")
    #expect(terminal.wait(for: "\r\n> "))
    say(terminal, "kept + 1", "2\r\n")
    for word in ["exit", "quit", "exit()", "quit();"] { say(terminal, word, "Ctrl-D leaves\r\n") }
    say(terminal, "help", "The tables:")
    say(terminal, "{a = tensor.zeros(8, 2), b = tensor{1}}", "{a = tensor 8×2 f32, b = tensor 1 f32}\r\n")
    say(terminal, "exit = 5", "")
    say(terminal, "exit", "5\r\n")
    say(terminal, "o = optim.adam(nn.Linear(1, 1):parameters())", "")
    terminal.type("o:step()\n")
    #expect(terminal.wait(for: "o:step()\r\n> "), "nothing is echoed: \(terminal.transcript)")
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }

  @Test func historyOutlivesTheSession() throws {
    let first = try prompt()
    say(first, "function f()", ">")
    say(first, "  return 7", ">")
    say(first, "end", "")
    say(first, "f() + 1", "8\r\n")
    first.type("\u{4}")
    #expect(first.waitForExit() == 0)
    let file = try String(contentsOfFile: scratch("atelier/history"), encoding: .utf8)
    #expect(file.contains("function f()\n  return 7\nend\n"))
    let second = try prompt()
    second.type("\u{10}\u{10}\n")  // twice up: the whole function, one entry
    #expect(second.wait(for: "end"))
    #expect(second.wait(for: "> "))
    say(second, "f()", "7\r\n")
  }

  @Test func anUnwritableHistoryDoesNotMatter() throws {
    let terminal = try Terminal(environment: ["XDG_STATE_HOME": "/proc/nowhere", "TERM": "dumb"])
    #expect(terminal.wait(for: "> "))
    say(terminal, "1 + 2", "3\r\n")
  }

  @Test func interruptEndsAScriptWith130() throws {
    let terminal = try Terminal(
      ["-e", "print('go') while true do pcall(function() while true do end end) end"], environment: environment)
    #expect(terminal.wait(for: "go"))
    terminal.interrupt()
    #expect(terminal.wait(for: "interrupted"))
    #expect(terminal.waitForExit() == 130)
  }
}
