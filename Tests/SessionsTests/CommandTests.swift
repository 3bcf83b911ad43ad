import Engine
import Foundation
import LuaHost
import Sessions
import TestSupport
import Testing

/// Rows R9 and R10: commands of the session.
@Suite(.serialized) @MainActor
struct CommandTests {
  @Test func R9_timeSaysSecondsAndMemory() throws {
    let talk = try Conversation()
    #expect(
      talk.say(":time x = tensor.zeros(1000, 1000)").wholeMatch(of: #/[\d.]+ (s|ms|µs); tensors \+4\.[\d] MB\n/#) != nil
    )
    #expect(talk.say(":time 1 + 1").wholeMatch(of: #/[\d.]+ (ms|µs)\n2/#) != nil)
    #expect(talk.say(":time nothing.here").contains("attempt to index a nil value"))
    #expect(talk.say(":time") == ":time: needs a cell to run; for example :time tensor.rand(1000, 1000):sum()")
    #expect(talk.session.classify(":time for i = 1, 2 do") == .incomplete)
    #expect(talk.session.classify(":time for i = 1, 2 do\nend") == .complete)
  }

  @Test func R9_benchSaysMedianAndSpread() throws {
    let talk = try Conversation()
    talk.say("x = tensor.rand(64, 64); n = 0")
    let form =
      #/median [\d.]+ \w+, least [\d.]+ \w+, most [\d.]+ \w+, middle half within \d+ %; (\d+) runs(?: of (\d+) calls each)?\n/#
    let text = talk.say(":bench x:matmul(x)")
    #expect(text.wholeMatch(of: form) != nil, "\(text)")
    let match = try #require(talk.say(":bench n = n + 1").wholeMatch(of: form))
    let measured = Int(match.1)! * Int(match.2 ?? "1")!
    #expect(Int(talk.say("n"))! > measured, "every call counted, and the ones that found their number")
    #expect(talk.say(":bench x:matmul(3)").contains("matmul"))
    #expect(talk.say("Out[3]") == "nil", "measured calls are no cells")
  }

  @Test func R9_memListsWhatThereIs() throws {
    let talk = try Conversation()
    talk.say("x = tensor.zeros(1000, 1000)")
    let lines = talk.say(":mem").split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ")[0] } == ["live", "cached", "peak", "limit", "Lua", "Out", "process"])
    #expect(lines.allSatisfy { $0.contains(#/ \d[\d.]* (bytes|kB|MB|GB) /#) })
  }

  @Test func R9_profileShowsATreeOfOperations() throws {
    let talk = try Conversation()
    talk.say("a, b = tensor.ones(200, 300), tensor.ones(300, 400)")
    let text = talk.say(":profile a:matmul(b):relu()")
    for column in ["time", "calls", "GFLOP/s"] { #expect(text.contains(column), "\(text)") }
    let lines = text.split(separator: "\n").map(String.init)
    let row = try #require(lines.first { $0.contains("tensor:matmul") }, "\(text)")
    #expect(row.contains(#/\d/#) && lines.contains { $0.contains("tensor:relu") })
    #expect(talk.say(":profile") == ":profile: needs a cell to run; for example :profile filters.kuwahara(picture)")
    #expect(talk.say(":profile a:matmul(a)").contains("do not fit together"))
    #expect(talk.say("_:rows()[1].name") == "total")
  }

  @Test func R10_whoListsVariables() throws {
    let talk = try Conversation()
    #expect(talk.say(":who") == "there are no variables yet\n")
    talk.say("local a = tensor.zeros(250000)\nb = 'text'\nfunction f() end\n_, __cell_like = 1, 2")
    talk.say("tensor = tensor\nc = setmetatable({}, {__tostring = error, __len = error, __index = error})")
    #expect(
      talk.say(":who") == """
        a  1.0 MB    tensor 250000 f32
        b  28 bytes  string "text"
        c  56 bytes  table
        functions: f

        """)
    #expect(talk.say(":who a") == "a  1.0 MB  tensor 250000 f32\n")
    #expect(talk.say(":who f") == "f  16 bytes  function, prompt[1]:3\n")
    talk.say("_G[1], _G[2.5] = 1, 2")
    #expect(talk.say(":who a") == "a  1.0 MB  tensor 250000 f32\n", "keys that are no names are passed over")
  }

  @Test func R10_runAndReload() throws {
    let talk = try Conversation(), scratch = try Scratch()
    let script = try scratch.file("a script.lua", Array("count = (count or 0) + 1\nprint(#arg, arg[1], ...)\n".utf8))
    #expect(talk.say(":run '\(script)' one \"two words\"") == "2\tone\tone\ttwo words\n")
    #expect(talk.say("count") == "1")
    #expect(talk.say(":reload") == "2\tone\tone\ttwo words\n")
    #expect(talk.say("count") == "2")
    let module = try scratch.file("part.lua", Array("return {value = 1}".utf8))
    let user = try scratch.file("user.lua", Array("print(require('part').value)".utf8))
    #expect(talk.say(":run \(user)") == "1\n")
    try Data("return {value = 2}".utf8).write(to: URL(fileURLWithPath: module))
    #expect(talk.say(":run \(user)") == "1\n" && talk.say(":reload") == "2\n")
    #expect(talk.say(":run nowhere.lua") == ":run: cannot read nowhere.lua: No such file or directory")
    #expect(talk.say(":run 'half") == "a quote is not closed in: 'half")
    let wrong = try scratch.file("wrong.lua", Array("x != 1".utf8))
    #expect(talk.say(":run \(wrong)").contains("Lua writes 'not equal' as ~="))
    #expect(talk.say("count") == "2")
  }

  @Test func R10_saveWritesWhatRan() throws {
    let talk = try Conversation(), scratch = try Scratch()
    #expect(talk.say(":save \(scratch("none.lua"))") == ":save: no cell has run without an error yet")
    for cell in ["local x = 5", "nothing.here = 1", "function f()\n  return x\nend", ":mem", "print(f())"] {
      talk.say(cell)
    }
    #expect(talk.say(":save \(scratch("all.lua"))") == "3 cells in \(scratch("all.lua"))\n")
    let text = try String(contentsOfFile: scratch("all.lua"), encoding: .utf8)
    #expect(text == "local x = 5\nfunction f()\n  return x\nend\nprint(f())\n")
    for cell in ["x, 'a' -- both", "y = 1; y * 2;", "help", ":profile 1 + 1", "f()", "{1, 2}", "return 4"] {
      talk.say(cell)
    }
    talk.say(":save \(scratch("all.lua"))")
    let more = try String(contentsOfFile: scratch("all.lua"), encoding: .utf8).dropFirst(text.count)
    #expect(more == "print(x, 'a') -- both\ny = 1; print(y * 2)\nf()\nprint({1, 2})\n-- return 4\n")
    #expect(talk.say(":run \(scratch("all.lua"))") == "5\n5\ta\n2\n{1, 2}\n")
    #expect(talk.say(":save /proc/nowhere/x.lua").hasPrefix(":save: cannot write"))
    #expect(scratch.contents == ["all.lua"])
  }

  @Test func R10_logCanBeRunAgain() throws {
    let talk = try Conversation(), scratch = try Scratch()
    #expect(talk.say(":log") == "not logging\n")
    #expect(talk.say(":log \(scratch("log.lua"))") == "logging to \(scratch("log.lua"))\n")
    for cell in ["x = 5", "x, 'two\\nlines'", "print(x)", "nothing.here", "?nothing_like_it"] { talk.say(cell) }
    #expect(talk.say(":log off") == "logging ended\n")
    talk.say("x = 6")
    let text = try String(contentsOfFile: scratch("log.lua"), encoding: .utf8)
    #expect(
      text.hasPrefix("x = 5\nx, 'two\\nlines'\n--  5\n--  two\n--  lines\nprint(x)\n--  5\nnothing.here\n--  prompt"))
    #expect(text.contains("--> ?nothing_like_it\n") && !text.contains("x = 6"))
    #expect(talk.say(":log /proc/nowhere/log").hasPrefix(":log: cannot write /proc/nowhere/log"))
  }

  @Test func R10_resetForgets() throws {
    let talk = try Conversation()
    talk.say("local a = 1\nb = 2\nfilters = 3\nprint = nil")
    talk.say("a + b")
    let wanted = talk.say("atelier.seed(7) return tensor.rand(2)")
    #expect(talk.say(":reset 7") == "as at the start; the seed is 7\n")
    #expect(talk.say("tensor.rand(2)") == wanted)
    #expect(talk.say("a, b, type(filters), type(print), Out[2]") == "nil\nnil\ntable\nfunction\nnil")
    #expect(talk.say(":reset soon") == ":reset: expected a whole number as the seed, got \"soon\"")
    talk.say("filters = 3")
    #expect(talk.session.submit("filters = 4").warnings.count <= 1)
  }

  @Test func R10_theShell() throws {
    let talk = try Conversation()
    #expect(talk.say("files = !printf 'a\\nb\\n'") == "" && talk.say("files") == "a\nb")
    #expect(talk.say("x = !exit 3") == "exit status 3\n" && talk.say("x") == "")
    #expect(talk.say("!exit 4") == "exit status 4\n")
    #expect(talk.say("!kill -9 $$") == "exit status 137\n")
    #expect(talk.say("!") == "!: needs a command of the shell; for example !ls")
    #expect(talk.say("x = !yes | head -c 300000") == "" && talk.say("#x") == "299999")
    #expect(talk.say("if = !true").contains("prompt:1"), "a keyword is no variable")
    let here = FileManager.default.currentDirectoryPath
    #expect(talk.say("!cd /") == "/\n" && talk.say("x = !pwd") == "" && talk.say("x") == "/")
    #expect(talk.say("!cd /nowhere").hasPrefix("!cd: cannot go to /nowhere"))
    talk.say("!cd '\(here)'")
  }

  @Test func R10_editRunsWhatTheEditorLeft() throws {
    let talk = try Conversation(), scratch = try Scratch()
    setenv("VISUAL", "sed -i s/1/41/", 1)
    defer { unsetenv("VISUAL") }
    #expect(talk.say(":edit") == ":edit: there is no cell yet")
    talk.say("x = 1")
    #expect(talk.say(":edit") == "x = 41\n" && talk.say("x + 1") == "42")
    #expect(talk.say(":edit 1") == "x = 41\n")
    let file = try scratch.file("script.lua", Array("y = 1".utf8))
    #expect(talk.say(":edit \(file)") == "" && talk.say("y") == "41")
    setenv("VISUAL", "false", 1)
    #expect(talk.say(":edit").hasPrefix(":edit: the editor 'false' ended with status 1, so nothing was run"))
  }

  @Test func unknownCommandsGetAnAnswer() throws {
    let talk = try Conversation()
    #expect(talk.say(":tiem 1") == "there is no command ':tiem'; did you mean ':time'?")
    #expect(talk.say(":xyzzy") == "there is no command ':xyzzy'; :help lists the commands")
    #expect(talk.say("::label::") == "" && talk.say(": time").contains("prompt:1"))
  }

  @Test func theStartUpFileRunsFirst() throws {
    let scratch = try Scratch()
    let file = try scratch.file("init.lua", Array("mine = 1\nprint('ready')".utf8))
    setenv("ATELIER_INIT", file, 1)
    defer { unsetenv("ATELIER_INIT") }
    let talk = try Conversation()
    guard case .done? = talk.session.runStartUpFile()?.ending else {
      Issue.record("it did not run")
      return
    }
    #expect(talk.say("mine") == "1" && talk.say(":who") == "there are no variables yet\n")
    talk.say("mine = 2")
    talk.say(":reset")
    #expect(talk.say("mine") == "1")
    setenv("ATELIER_INIT", scratch("gone.lua"), 1)
    guard case .failed(let message, _)? = talk.session.runStartUpFile()?.ending else {
      Issue.record("a missing file was not told")
      return
    }
    #expect(message.hasPrefix("start-up file: ") && message.contains("gone.lua"))
    setenv("ATELIER_INIT", "", 1)
    #expect(talk.session.runStartUpFile() == nil)
  }
}
