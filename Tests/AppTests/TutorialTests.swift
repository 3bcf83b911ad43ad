import Foundation
import TestSupport
import Testing

/// `atelier tutorial` as a user calls it: the list, a chapter in a pipe, a chapter in a terminal.
@Suite(.serialized) @MainActor
struct TutorialTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "dumb", "INPUTRC": "/dev/null", "ATELIER_TUTORIALS": ""]
  }

  @Test func listsTheChapters() throws {
    let result = try Program.run(["tutorial"], environment: environment, folder: "/")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("0  first-steps  First steps  (13 steps, about "))
    #expect(result.output.contains("; new)\n   A painted picture in the first minute"))
    #expect(result.errors.isEmpty)
  }

  @Test func walksAChapterInAPipe() throws {
    let script = """
      :step posterise
      :check
      function posterise(picture, levels)
        return (picture * (levels - 1)):round() / (levels - 1)
      end
      :check
      :status
      """
    let result = try Program.run(["tutorial", "first"], input: script, environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("✗ two levels leave 0 and 1 only"))
    #expect(result.output.contains("✓ every number goes to the nearest level\n✓ Step 5 of 13 done."))
    #expect(result.output.contains("1 of 13 passed."))
    #expect(!result.output.contains("\u{1b}"), "no control codes where there is no terminal")
    let list = try Program.run(["tutorial"], environment: environment)
    #expect(list.output.contains("1 of 13"))
    let wrong = try Program.run(["tutorial", "0"], input: ":step gram\n:check\n", environment: environment)
    #expect(wrong.status == 1, "the newest check failed")
    let mistake = try Program.run(["tutorial", "0"], input: ":chek\n", environment: environment)
    #expect(mistake.status == 1 && mistake.errors.contains("did you mean ':check'?"))
    let open = try Program.run(["tutorial", "0"], input: "function f()\n", environment: environment)
    #expect(open.status == 1 && open.errors.contains("'end' expected"))
  }

  @Test func tellsWhatIsMissing() throws {
    let unknown = try Program.run(["tutorial", "frist-steps"], environment: environment)
    #expect(unknown.status == 1)
    #expect(unknown.errors.contains("there is no chapter 'frist-steps'; did you mean 'first-steps'?"))
    #expect(unknown.errors.contains("the chapters are: 0 first-steps"))
    var elsewhere = environment
    elsewhere["ATELIER_TUTORIALS"] = scratch("none")
    let none = try Program.run(["tutorial"], environment: elsewhere)
    #expect(none.status == 1 && none.errors.contains("cannot read the folder \(scratch("none"))"))
    _ = try scratch.file("00-bad.md", Array("no title".utf8))
    _ = try scratch.file("01-good.md", Array("# G\n> g\n## S\n*see* · id: s · time: 1 s\n```lua see\n1\n```\n".utf8))
    elsewhere["ATELIER_TUTORIALS"] = scratch.path
    let list = try Program.run(["tutorial"], environment: elsewhere)
    #expect(list.status == 0 && list.output.contains("00-bad.md:1: a chapter begins with its title"))
    #expect(list.output.contains("1  good  G  (1 step,"))
    let bad = try Program.run(["tutorial", "bad"], environment: elsewhere)
    #expect(bad.status == 1 && bad.errors.contains("00-bad.md:1: "))
  }

  @Test func walksAChapterInATerminal() throws {
    let terminal = try Terminal(["tutorial", "first-steps"], environment: environment)
    #expect(terminal.wait(for: "1/13"))
    #expect(terminal.wait(for: "> "))
    terminal.type(":step gram\n")
    #expect(terminal.wait(for: "return tensor.zeros(channels, channels)"))
    #expect(terminal.wait(for: "> "))
    terminal.type(":run\n")
    #expect(terminal.wait(for: "tensor 3×3 f32"))
    #expect(terminal.wait(for: "> "))
    terminal.type(":check\n")
    #expect(terminal.wait(for: "✗ for ones everywhere each entry is 1 / C"))
    #expect(terminal.wait(for: "expected"))
    #expect(terminal.wait(for: "> "))
    terminal.type(":hint\n")
    #expect(terminal.wait(for: "Hint 1 of 2"))
    #expect(terminal.wait(for: "> "))
    for line in ["function gram(f)", "local r = f:reshape(f:size(1), -1)", "return r:matmul(r:t()) / f:numel()"] {
      terminal.type(line + "\n")
      #expect(terminal.wait(for: "\n"))
    }
    terminal.type("end\n")
    #expect(terminal.wait(for: "> "))
    terminal.type(":check\n")
    #expect(terminal.wait(for: "✓ Step 11 of 13 done."), "\(terminal.transcript)")
    #expect(terminal.wait(for: "> "))
    terminal.type(":quit\n")
    #expect(terminal.wait(for: "You have left the tutorial"))
    #expect(terminal.wait(for: "> "))
    terminal.type("gram(tensor.ones(1, 1, 1)):item()\n")
    #expect(terminal.wait(for: "1.0\r\n"))
    terminal.type(":status\n")
    #expect(terminal.wait(for: "there is no command"))
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
  }
}
