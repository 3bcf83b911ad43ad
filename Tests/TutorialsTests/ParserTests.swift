import Foundation
import TestSupport
import Testing
import Tutorials

/// The format of chapters, and every way to get it wrong.
@Suite(.serialized) @MainActor
struct ParserTests {
  private static let head = "# Title\n\n> About.\n\n"
  private static let facts = "## One\n\n*see* · id: one · time: 2 s\n\n"
  private static let see = "```lua see\n1\n```\n"

  private func step(_ kind: String, _ body: String) -> String {
    ParserTests.head + "## One\n\n*\(kind)* · id: one · time: 2 s\n\n" + body
  }

  private static let whole = """
    # A chapter

    > What it is
    is said in one line.

    Hello
    there.

    ## First look

    *see* · id: look · time: 1.5 s

    Read `this` and
    that:

    - one
    - two
      and a half

    | a | b |
    |---|---|

    ```lua setup
    a = 1
    ```
    ```lua see
    a
    ```

    ```
    plain
    ```

    ## Work

    *build* · id: work · time: 2 s

    ```lua stub
    function f() end
    ```
    ```lua check
    check("f", f() == 1)
    ```
    > Hint 1: think
    > again
    > Hint 2: do
    <details><summary>Solution</summary>

    ```lua solution
    function f() return 1 end
    ```
    </details>
    """

  @Test func readsAChapter() throws {
    let chapter = try Chapter.of(ParserTests.whole.replacingOccurrences(of: "\n", with: "\r\n"))
    #expect(chapter.title == "A chapter" && chapter.description == "What it is is said in one line.")
    #expect(chapter.minutes == 7)
    let look = chapter.steps[0]
    #expect(look.id == "look" && look.title == "First look" && look.kind == .see && look.seconds == 1.5)
    var shape: [String] = []
    for block in look.blocks {
      switch block {
      case .prose(let text): shape.append(text)
      case .verbatim(let text): shape.append("[\(text)]")
      case .cell(let cell): shape.append("\(cell.role) \(cell.line): \(cell.code)")
      }
    }
    #expect(
      shape == [
        "Read `this` and that:", "- one\n- two and a half", "[| a | b |\n|---|---|]", "setup 24: a = 1", "see 27: a",
        "[plain]",
      ])
    let work = chapter.steps[1]
    #expect(work.hints == ["think again", "do"])
    #expect(work.check?.line == 42 && work.solution?.code == "function f() return 1 end")
  }

  @Test func everyMistakeHasItsLine() {
    let head = ParserTests.head, facts = ParserTests.facts, see = ParserTests.see
    let stub = "```lua stub\nx = 1\n```\n", check = "```lua check\ncheck('x', x == 2)\n```\n"
    let solution = "```lua solution\nx = 2\n```\n", hint = "> Hint 1: a\n", hints = "> Hint 1: a\n> Hint 2: b\n"
    let cases: [(String, Int, String)] = [
      ("", 1, "begins with its title"), ("hello", 1, "begins with its title"), ("# \n", 1, "title is empty"),
      ("# Title\n\nno quote", 3, "describes the chapter"), ("# Title", 1, "describes the chapter"),
      (head, 5, "no steps"), (head + see, 5, "before the first step"), (head + hint, 5, "before the first step"),
      (head + "# Another\n", 5, "one title"), (head + "## \n", 5, "title is empty"),
      (head + "## One\n\nprose", 7, "kind, id and time"), (head + "## One\n", 6, "kind, id and time"),
      (head + "## One\n\n*look* · id: a · time: 1 s\n", 7, "no kind 'look'"),
      (head + "## One\n\n*se* · id: a · time: 1 s\n", 7, "no kind 'se'"),
      (head + "## One\n\n*see* · time: 1 s\n", 7, "no id"), (head + "## One\n\n*see* · id: a\n", 7, "no time"),
      (head + "## One\n\n*see* · id: A b · time: 1 s\n", 7, "small letters"),
      (head + "## One\n\n*see* · id: a · time: soon\n", 7, "number of seconds"),
      (head + "## One\n\n*see* · id: a · time: -1 s\n", 7, "number of seconds"),
      (head + "## One\n\n*see* · id: a · time: nan s\n", 7, "number of seconds"),
      (head + "## One\n\n*see* · id: a · time: 1 s · level: 2\n", 7, "no 'level'"),
      (head + facts + see + "\n" + facts + see, 13, "two steps with the id 'one'"),
      (head + facts + "```lua see\n1\n", 9, "never closed"), (head + facts + "```lua\n1\n```\n", 9, "what it is for"),
      (head + facts + "```lua sea\n1\n```\n", 9, "did you mean 'see'?"),
      (head + facts + "```lua see twice\n1\n```\n", 9, "for no 'see twice'"),
      (head + facts + "```lua see\n \n```\n", 9, "cell is empty"),
      (head + facts + "> Hint 2: a\n", 9, "begins with '> Hint 1:'"),
      (head + facts + "> Hint 1:\n", 9, "hint is empty"),
      (head + facts, 5, "nothing to run"), (step("compare", "prose"), 5, "nothing to run"),
      (step("change", hint + check + solution), 5, "nothing to change"), (step("change", see), 5, "no ```lua check"),
      (step("build", check + solution + hints), 5, "no ```lua stub"), (step("build", stub), 5, "no ```lua check"),
      (step("build", stub + check + solution), 5, "0 hints"),
      (step("build", stub + check + solution + hint), 5, "1 hints"),
      (step("build", stub + check + hints), 5, "no ```lua solution"), (step("see", stub + see), 5, "only a build step"),
      (step("see", see + check + solution), 5, "no hint"), (step("see", see + solution), 5, "no ```lua check"),
      (step("see", see + hint), 5, "no ```lua check"),
      (step("see", see + "```lua setup\n1\n```\n"), 12, "setup comes before"),
      (step("build", see + stub), 12, "stub comes before"), (step("build", stub + stub), 12, "second stub"),
      (step("build", stub + check + check), 15, "second check"),
      (step("build", stub + solution + solution), 15, "second solution"),
    ]
    for (text, line, words) in cases {
      let got = message { _ = try Chapter.of(text) }
      #expect(got.hasPrefix("test.md:\(line): ") && got.contains(words), "\(text.debugDescription) → \(got)")
    }
  }

  @Test func anyTextIsReadOrRefused() {
    let text =
      ParserTests.head + ParserTests.facts + ParserTests.see + "> Hint 1: x\n<b>\n| t\n- l\n```lua check\nx\n```"
    let characters = Array(text)
    for end in 0...characters.count { _ = try? Chapter.of(String(characters[..<end])) }
    for index in characters.indices {
      var changed = characters
      for other in ["\n", "`", ">", "#", "·", "\0"] {
        changed[index] = Character(other)
        _ = try? Chapter.of(String(changed))
      }
    }
  }

  @Test func proseIsWrapped() {
    var style = Typography()
    style.width = { 24 }
    #expect(style.prose("Hello `f(a, b)` and *very good* words.") == "Hello `f(a, b)` and very\ngood words.")
    #expect(style.prose("- first item that is long\n- second") == "- first item that is\n  long\n- second")
    #expect(style.prose("3. third\n2 + 2 and 1.5 stay") == "3. third\n2 + 2 and 1.5 stay")
    #expect(style.prose("**strong**, 2 * 3 * 4, a `x * y` b") == "strong, 2 * 3 * 4, a\n`x * y` b")
    #expect(style.prose("") == "")
    style.stress = { "<\($0)>" }
    style.word = { "[\($0)]" }
    #expect(style.prose("*two words* `a b`.") == "<two> <words> [a b].")
  }
}
