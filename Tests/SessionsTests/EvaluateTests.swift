import LuaHost
import Sessions
import Surface
import Testing

/// Cells: values, output, errors, and state that survives them.
@Suite(.serialized) @MainActor
struct EvaluateTests {
  static func session() throws -> Session { Session(try LuaHost(functions: [], types: [])) }

  /// The values of a cell that must succeed.
  static func values(_ session: Session, _ text: String, source: SourceLocation = #_sourceLocation) -> [String] {
    if case .done(let values) = session.evaluate(text).ending { return values }
    Issue.record("\(text) → \(session.evaluate(text).ending)", sourceLocation: source)
    return []
  }

  @Test func showsAllValues() throws {
    let session = try EvaluateTests.session()
    let cases: [(String, [String])] = [
      ("1 + 1", ["2"]), ("1, 'two', nil, true", ["1", "two", "nil", "true"]), ("x = 5", []), ("x", ["5"]),
      ("x = 6\nx, x * 2", ["6", "12"]), ("y = 1; y", ["1"]), ("local z = 3\nz", ["3"]), ("return 4", ["4"]),
      ("-- nothing", []), ("", []), ("for i = 1, 2 do end", []), ("nil", ["nil"]),
      ("2^53, 1e100, 1/0", ["9.007199254741e+15", "1e+100", "inf"]),
      ("{1, 2, name = 'n'}", ["{1, 2, name = \"n\"}"]), ("{}", ["{}"]), ("{{}, 1.0}", ["{{}, 1.0}"]),
      ("{1, {2, {3}, {}}, a = {b = {c = 1}}}", ["{1, {2, {…}, {}}, a = {b = {…}}}"]),
      (
        "{['10.w'] = 1, ['2.w'] = 2, b = 3, a = 4, [true] = 5, [0] = 6, [-1.5] = 7}",
        ["{[-1.5] = 7, [0] = 6, 2.w = 2, 10.w = 1, a = 4, b = 3, [true] = 5}"]
      ),
      ("{9, 8, 7, 6, 5, 4, c = 3, b = 2, a = 1}", ["{9, 8, 7, 6, 5, 4, a = 1, b = 2, …}"]),
      ("setmetatable({}, {__tostring = function() return 'mine' end})", ["mine"]),
      ("function f(a)\n  return a\nend\nf(1,\n  2)", ["1"]), ("f\n(7)", ["7"]), ("t = {f(1)}\nt[1]", ["1"]),
      ("s = 'a\\nb'\ns", ["a\nb"]), ("select('#')", ["0"]), ("x = 1 -- why\nx -- shown", ["1"]),
      ("x = 1 x + 1", ["2"]), ("f(1) f(2)", ["2"]), ("local q = 3 q", ["3"]), ("if true then x = 4 end x", ["4"]),
      ("function g() return 5 end g()", ["5"]), ("x = {\n f(1),\n} x[1],\nx", ["1", "{1}"]), ("x = 1 not x", ["false"]),
      ("repeat local z = 9 until true\nx", ["1"]), ("x = f (7)", []), ("x = 2 return x", ["2"]),
      ("goto l ::l:: x", ["2"]),
    ]
    for (text, expected) in cases { #expect(EvaluateTests.values(session, text) == expected, "\(text)") }
  }

  @Test func neverReadsOneStatementAsTwo() throws {
    let session = try EvaluateTests.session()
    // A line that begins with a bracket continues the one before, as Lua says.
    #expect(EvaluateTests.values(session, "f = function(x) return function(y) return x + y end end\ng = f\n(1)") == [])
    #expect(EvaluateTests.values(session, "g(2)") == ["3"])
    // The body of an unfinished or wrong statement is never run alone.
    #expect(session.classify("if false then\nx = 99") == .incomplete)
    #expect(EvaluateTests.values(session, "x") == ["nil"])
  }

  @Test func whatWasNotCalledIsTold() throws {
    let talk = try Conversation()
    talk.say("p = tensor{1}")
    #expect(talk.session.submit("p.shape").warnings == ["shape is a method: p:shape() calls it"])
    #expect(
      talk.session.submit("plot.line").warnings == [
        "plot.line is a function: plot.line(…) calls it, ?plot.line explains it"
      ])
    #expect(talk.session.submit("print").warnings.isEmpty && talk.session.submit("p:shape()").warnings.isEmpty)
    #expect(talk.say("p:show()").contains("it is a function: show(t)"))
    #expect(talk.say("# comment").contains("a comment begins with --"))
  }

  @Test func cellsOneAfterTheOtherRunAsSuch() throws {
    let session = try EvaluateTests.session()
    // The copy of a session: no Lua as a whole, every line or block of lines a cell.
    #expect(EvaluateTests.values(session, "x = 2\nx * 3\nfor i = 1, 2 do\n  x = x + i\nend\nx\ny = x") == ["6", "5"])
    #expect(EvaluateTests.values(session, "y") == ["5"])
    // With one that is wrong, none runs.
    guard case .failed = session.evaluate("x = 7\nx * 2\na b").ending else {
      Issue.record("no error")
      return
    }
    #expect(EvaluateTests.values(session, "x") == ["5"])
    var printed = [UInt8]()
    session.host.output = { printed += $0 }
    guard case .failed = session.evaluate("x = 8\nx * 2\nnothing.here\nx = 9\nx * 3").ending else {
      Issue.record("no error")
      return
    }
    #expect(EvaluateTests.values(session, "x") == ["8"])
    #expect(String(decoding: printed, as: UTF8.self) == "16\n")
    #expect(EvaluateTests.values(session, "print({1, 2})") == [])
    #expect(String(decoding: printed, as: UTF8.self) == "16\n{1, 2}\n")
  }

  @Test func reportsErrorsAndGoesOn() throws {
    let session = try EvaluateTests.session()
    _ = session.evaluate("kept = {1, 2, 3}")
    guard case .failed(let message, let traceback) = session.evaluate("local x\nx.y = 1").ending else {
      Issue.record("no error")
      return
    }
    #expect(message == "prompt:2: attempt to index a nil value (global 'x')")
    #expect(traceback.contains("prompt:2: in main chunk"))
    guard case .failed(let problem, "") = session.evaluate("x != 1").ending else {
      Issue.record("no syntax error")
      return
    }
    #expect(problem.contains("Lua writes 'not equal' as ~="))
    guard case .incomplete = session.evaluate("for i = 1, 2 do").ending else {
      Issue.record("not incomplete")
      return
    }
    #expect(EvaluateTests.values(session, "#kept") == ["3"])
  }

  @Test func errorsWhileShowingAreErrors() throws {
    let session = try EvaluateTests.session()
    let text = "setmetatable({}, {__tostring = function() error('cannot be shown') end})"
    guard case .failed(let message, _) = session.evaluate(text).ending else {
      Issue.record("no error")
      return
    }
    #expect(message.contains("cannot be shown"))
  }

  @Test func sendsPrintToTheSink() throws {
    let session = try EvaluateTests.session()
    var bytes = [UInt8]()
    session.host.output = { bytes += $0 }
    #expect(EvaluateTests.values(session, "print('a', 1, nil, 2.0)\nprint()\nprint('ä\\0b')") == [])
    #expect(String(decoding: bytes, as: UTF8.self) == "a\t1\tnil\t2.0\n\nä\0b\n")
  }

  @Test func ioWriteGoesTheSameWay() throws {
    let session = try EvaluateTests.session()
    var bytes = [UInt8]()
    session.host.output = { bytes += $0 }
    #expect(
      EvaluateTests.values(session, "io.write('a', 1, 2.5); print('b')  io.write():write() == io.stdout") == ["true"])
    #expect(String(decoding: bytes, as: UTF8.self) == "a12.5b\n")
    guard case .failed(let message, _) = session.evaluate("io.write('c', {})").ending else {
      Issue.record("no error")
      return
    }
    #expect(message.contains("bad argument #2 to 'write' (string expected, got table)"))
    let file = "local name = os.tmpname() io.output(name) io.write('in the file') io.close() io.output(io.stdout)"
    let read = "local text = io.open(name):read('a') os.remove(name) text"
    #expect(EvaluateTests.values(session, file + "\n" + read) == ["in the file"])
    #expect(String(decoding: bytes, as: UTF8.self) == "a12.5b\nc")
  }

  @Test func aBareHelpAsksForHelp() throws {
    let session = try EvaluateTests.session()
    #expect(session.asTyped("help ") != "help " && session.asTyped("helps") == "helps")
    var shown = 0
    session.host.output = { shown += $0.count }
    #expect(EvaluateTests.values(session, session.asTyped("help")) == [])
    #expect(shown > 20)
    _ = session.evaluate("help = 3")
    #expect(EvaluateTests.values(session, session.asTyped("help")) == ["3"])
  }

  @Test func warnsOnceAboutOverwrittenTables() throws {
    let session = try EvaluateTests.session()
    #expect(session.evaluate("atelier = 1").warnings.count == 1)
    #expect(session.evaluate("atelier = 2").warnings.isEmpty)
  }

  @Test func stopsOnInterruptWithItsState() throws {
    let session = try EvaluateTests.session()
    _ = session.evaluate("n = 1; co = coroutine.wrap(function() while true do coroutine.yield(1) end end); co()")
    let loops = [
      "while true do end", "while true do pcall(function() while true do end end) end",
      "coroutine.wrap(function() while true do end end)()",
      "local c = coroutine.wrap(function() while true do pcall(coroutine.yield) end end) while true do c() end",
      "while true do co() end", "xpcall(function() while true do end end, function(e) while true do end end)",
      "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
      "repeat until false", "local function f() return f() end f()", "for i in function() return 1 end do end",
    ]
    for loop in loops {
      Interrupt.raise()
      let ending = session.evaluate(loop).ending
      guard case .interrupted = ending else {
        Issue.record("\(loop): \(ending)")
        continue
      }
      #expect(!Interrupt.isPending)
      #expect(EvaluateTests.values(session, "n") == ["1"], "\(loop)")
    }
    // A coroutine that met the interrupt while suspended goes on afterwards.
    _ = session.evaluate("co2 = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i) end end); co2()")
    #expect(EvaluateTests.values(session, "co2()") == ["2"])
  }

  @Test func completesNamesWithoutRunningCode() throws {
    let session = try EvaluateTests.session()
    _ = session.evaluate("alpha = {beta = 1, bravo = 2}; setmetatable(alpha, {__index = function() error('ran') end})")
    #expect(session.names(completing: "alp") == ["alpha"])
    #expect(session.names(completing: "alpha.b") == ["alpha.beta", "alpha.bravo"])
    #expect(session.names(completing: "string.fo") == ["string.format"])
    #expect(session.names(completing: "whi") == ["while"])
    for odd in ["", ".", ":", "..", "a.b.c", "é", "alpha:", "1.", "x["] { _ = session.names(completing: odd) }
  }
}
