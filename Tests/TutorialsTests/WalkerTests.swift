import Foundation
import LuaHost
import Sessions
import Surface
import TestSupport
import Testing
import Tutorials

/// A walk through a small chapter, by the commands of the session.
@Suite(.serialized) @MainActor
struct WalkerTests {
  private static let text = """
    # Small

    > For tests.

    ## Look

    *see* · id: look · time: 1 s

    First words.

    ```lua see
    a = 6 * 7
    a
    ```

    Last words.

    ## Work

    *build* · id: work · time: 8 s

    ```lua setup
    base = 10
    ```

    ```lua stub
    function f(x) return x end
    ```

    ```lua see
    f(1)
    ```

    ```lua check
    local secret = 11
    check("f gives a number", function() return type(f(1)) == "number", {got = type(f(1)), expected = "number"} end)
    check("f adds the base", f(1) == secret, {got = f(1), expected = secret, tolerance = 0})
    check("f works for -1 too", close(f(-1), 9), {got = f(-1), expected = 9, note = "negative numbers count"})
    ```

    > Hint 1: gentle

    > Hint 2: plain

    ```lua solution
    function f(x) return x + base end
    ```
    """

  private func desk(progress: String? = nil) throws -> Desk {
    try Desk(try Chapter.of(WalkerTests.text), engine: false, progress: progress)
  }

  @Test func readsAndRunsAStep() throws {
    let desk = try desk()
    #expect(desk.output.contains("1/2  Look") && desk.output.contains("First words."))
    #expect(!desk.output.contains("Last words.") && desk.globals.isEmpty, "nothing runs before it is asked for")
    let run = desk.say(":run")
    #expect(run.contains("    a = 6 * 7\n    a\n42\n"))
    #expect(run.contains("Last words.") && run.contains("✓ Step 1 of 2 done."))
    #expect(desk.say("Out[1] + a") == "84", "what a step leaves can be used")
    #expect(desk.passed("look"))
    for command in ["check", "hint", "solution"] { #expect(desk.say(":" + command).contains("failed: "), "\(command)") }
    #expect(desk.say(":back").contains("this is the first step"))
    #expect(desk.say(":next now").contains("takes nothing after it"))
  }

  @Test func judgesWhatTheStudentWrote() throws {
    let desk = try desk()
    let arrival = desk.say(":next")
    #expect(arrival.contains("base = 10") && arrival.contains("function f(x) return x end"))
    #expect(arrival.contains("This takes about 8 seconds."), "told before the setup")
    let stub = desk.say(":check")
    #expect(
      stub.contains("✓ f gives a number\n✗ f adds the base\n    got       1\n    expected  11\n    tolerance: 0\n"))
    #expect(stub.contains("':hint' helps (2 left)."))
    #expect(!stub.contains("secret") && !stub.contains("check:"), "nothing of the source is told")
    desk.say("function f(x)\n  return math.abs(x) + 10\nend")
    let half = desk.say(":check")
    #expect(
      half.contains(
        "✓ f adds the base\n✗ f works for -1 too\n    got       11\n    expected  9\n    negative numbers count"))
    #expect(desk.walker.unsolved == ["work"])
    desk.say("local function f(x) return x + base end")
    #expect(desk.say(":check").contains("✓ Step 2 of 2 done."), "a local function counts as well")
    #expect(desk.passed("work") && desk.walker.unsolved.isEmpty)
    #expect(desk.walker.file.progress.records["work"]?.attempts == 3)
    #expect(desk.say(":next").contains("Not passed yet: 1; ':step 1' goes there."))
    #expect(desk.say("secret, check, close, report") == "nil\nnil\nnil\nnil")
  }

  @Test func mistakesOfTheStudentAreTold() throws {
    let desk = try desk()
    desk.say(":next")
    let cases = [
      ("f = nil", "✗ f gives a number\n    it stopped with an error: attempt to call a nil value"),
      (
        "function f(x) return {} + x end",
        "it stopped with an error: prompt[4]:1: attempt to perform arithmetic on a"
      ),
      ("function f(x) error({}) end", "it stopped with an error: table:"),
      ("function f(x) return 'a' end", "✗ f gives a number\n    got       string\n    expected  number"),
      ("function f(x) return f(x) + 1 end", "stack overflow"), ("function f() return 0/0 end", "got       -nan"),
      ("function f() return setmetatable({}, {__tostring = error}) end", "✗ f gives a number"),
    ]
    for (code, words) in cases {
      desk.say(code)
      let verdict = desk.say(":check")
      #expect(verdict.contains(words), "\(code) → \(verdict)")
      #expect(!verdict.contains("check:"), "\(verdict)")
    }
    desk.say("pcall, error, type, tostring = nil, nil, nil, nil")
    #expect(desk.say(":check").contains("✗ "), "not even then")
    #expect(desk.say(":reset").contains("2/2  Work"))
    #expect(desk.say("type(pcall), f(5), base") == "function\n5\n10", "reset brings everything back")
  }

  @Test func anEndlessFunctionCanBeStopped() throws {
    let desk = try desk()
    desk.say(":next")
    desk.say("function f() while true do end end")
    LuaHost.catchInterrupts()
    let thread = Thread {
      usleep(200_000)
      LuaHost.interrupt()
    }
    thread.start()
    #expect(desk.say(":check").hasSuffix("interrupted"))
    Interrupt.clear()
    #expect(desk.say("base") == "10")
  }

  @Test func hintsAndSolution() throws {
    let desk = try desk()
    desk.say(":next")
    let asked = desk.say(":solution")
    #expect(asked.contains("There are 2 hints left") && !asked.contains("x + base"))
    #expect(desk.say(":hint").contains("Hint 1 of 2: gentle"))
    #expect(desk.say(":solution").contains("There is 1 hint left"), "a hint in between takes the question back")
    #expect(desk.say(":solution").contains("function f(x) return x + base end"), "asked twice in a row")
    #expect(desk.say("f(1)") == "1", "shown is not run")
    #expect(desk.say(":solution run").contains("Done; ':check'"))
    #expect(desk.say("f(1)") == "11")
    #expect(desk.say(":check").contains("done."))
    #expect(desk.say(":solution please").contains("got 'please'"))
    let record = try #require(desk.walker.file.progress.records["work"])
    #expect(record.hints == 1 && record.solution && record.attempts == 1 && record.passed)
    #expect(desk.say(":hint").contains("Hint 2 of 2: plain"))
    #expect(desk.say(":hint").contains("Those were all hints"))
    let other = try self.desk()
    other.say(":step work")
    for _ in 1...2 { other.say(":hint") }
    #expect(other.say(":solution").contains("x + base"), "at once when no hint is left")
    let status = other.say(":status")
    #expect(
      status.contains("2  Work  (build, 2 hints, solution seen; you are here)") && status.contains("0 of 2 passed."))
  }

  @Test func stepsAreFoundAndForgotten() throws {
    let desk = try desk()
    desk.say(":run")
    desk.say("mine, print = 1, 2")
    desk.say("local also = 3")
    desk.say(":step work")
    #expect(
      desk.say("a, mine, also, Out[1], type(print)") == "nil\nnil\nnil\nnil\nfunction", "every step begins afresh")
    #expect(desk.say(":step wrok").contains("there is no step 'wrok'; did you mean 'work'? the steps are 1 to 2"))
    for bad in ["", "0", "3", "-1", "99999999999999999999"] {
      #expect(desk.say(":step " + bad).contains("failed: "), "\(bad)")
    }
    #expect(desk.say(":back").contains("1/2  Look"))
  }

  @Test func commandsAreGivenBack() throws {
    let session = Session(try LuaHost(functions: [], types: []))
    var output = ""
    session.host.output = { output += String(decoding: $0, as: UTF8.self) }
    session.add([
      Command(["run"], ":run FILE", "Runs a file.", argument: .path) { session, file in session.write("ran \(file)\n") }
    ])
    let names = Set(session.commands.map { $0.names[0] })
    let file = ProgressFile(chapter: "test", folder: nil) { _ in }
    let walker = Walker(try Chapter.of(WalkerTests.text), in: session, progress: file)
    _ = walker.begin()
    _ = session.submit(":run")
    #expect(output.contains("42"))
    _ = session.submit(":run x.lua")
    #expect(output.hasSuffix("ran x.lua\n"), "with an argument it is the session's own")
    _ = session.submit(":quit")
    #expect(walker.isOver)
    _ = session.submit(":run")
    #expect(output.hasSuffix("ran \n"))
    #expect(Set(session.commands.map { $0.names[0] }) == names)
  }

  @Test func aFailingCellEndsTheRun() throws {
    let text =
      "# A\n> b\n## C\n*see* · id: c · time: 1 s\n```lua setup\nerror('no')\n```\n```lua see\nprint('on')\n```\n"
    let desk = try Desk(try Chapter.of(text), engine: false)
    guard case .failed(let message, _) = desk.arrival.ending else {
      Issue.record("no failure")
      return
    }
    #expect(message == "c:1: no" && desk.output.contains("':reset' tries again"))
    #expect(desk.say(":reset").contains("failed: c:1: no"))
  }

  @Test func pictureChecksShowTheDifference() throws {
    let text = """
      # A
      > b
      ## C
      *change* · id: c · time: 1 s
      ```lua see
      p = tensor.zeros(3, 20, 30)
      ```
      ```lua check
      local expected = tensor.full({3, 20, 30}, 0.25)
      check("p is a dark grey", close(p, expected), {got = p, expected = expected})
      ```
      > Hint 1: a
      ```lua solution
      p = tensor.full({3, 20, 30}, 0.25)
      ```
      """
    let desk = try Desk(try Chapter.of(text))
    desk.say(":run")
    desk.say("images = nil")
    let verdict = desk.say(":check")
    #expect(verdict.contains("✗ p is a dark grey\n    got       tensor 3×20×30 f32"), "\(verdict)")
    let sheet = try #require(desk.shown.last)
    #expect(sheet.text == "(yours, the expected picture, and where they differ)")
    let size = try #require(sheet.size)
    #expect(size.width >= 3 * 30 && size.height >= 20, "three pictures side by side")
    #expect(desk.shown.count == 1)
    desk.say("p = tensor.zeros(3, 20, 31)")
    desk.say(":check")
    #expect(desk.shown.count == 1, "pictures of two sizes have no difference")
    desk.say("p = tensor.full({3, 20, 30}, 0.25 + 1e-7)")
    #expect(desk.say(":check").contains("done."), "close within tolerance")
    for (a, b, isClose) in [
      ("1", "1 + 1e-6", true), ("1", "1.01", false), ("tensor{1, 2}", "tensor{1, 2}", true), ("'a'", "'a'", false),
      ("tensor{1, 2}", "tensor{{1, 2}}", false), ("nil", "1", false), ("{1}", "{1}", false), ("0/0", "0/0", false),
      ("tensor{1}:to('i64')", "tensor{1}", true), ("tensor{1}", "tensor{1.001}", false),
    ] {
      let cell = Cell(role: .check, code: "check('same', close(\(a), \(b)))", line: 1)
      if case .passed = Checker(session: desk.session).verdict(of: cell) {
        #expect(isClose, "\(a), \(b)")
      } else {
        #expect(!isClose, "\(a), \(b)")
      }
    }
  }

  @Test func seedsComeFromNames() {
    // FNV-1a, 64 bit: the test vectors of its authors' page, without the upper eleven bits.
    func low(_ value: UInt64) -> Int { Int(value & 0x1f_ffff_ffff_ffff) }
    #expect(Seed.of("a", "b", "c") == low(WalkerTests.reference("a/b/c")))
    #expect(
      WalkerTests.reference("foobar") == 0x8594_4171_f739_67e8 && WalkerTests.reference("a") == 0xaf63_dc4c_8601_ec8c)
    #expect(Seed.of("x", "y", "run") != Seed.of("x", "y", "check"))
  }

  private static func reference(_ text: String) -> UInt64 {
    text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }
}
