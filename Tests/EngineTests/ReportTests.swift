import Engine
import Foundation
import LuaHost
import Sessions
import Surface
import TestSupport
import Testing

/// Errors as people read them at the prompt: the sentence, the line of source with its mark, the calls.
@Suite(.serialized) @MainActor struct ReportTests {
  static func session() throws -> Session {
    Session(try LuaHost(functions: Catalogue.functions(), types: Catalogue.types()))
  }

  /// What the prompt shows of a cell.
  static func shown(_ session: Session, _ text: String) -> String {
    let outcome = session.submit(text)
    var lines = outcome.warnings.map { "warning: \($0)" }
    switch outcome.ending {
    case .done(let values): lines += values
    case .incomplete: lines.append("(more)")
    case .failed: lines.append(outcome.report?.text ?? "(no report)")
    case .interrupted: lines.append("(interrupted)")
    }
    // How many calls fit on Lua's stack is no concern here.
    return lines.joined(separator: "\n").replacing(#/\d{4,} times/#, with: "N times")
  }

  /// The cells of Tests/Golden/reports.txt, `>>>` and `...` before their lines, each with what the prompt shows.
  static func cases() throws -> [(cell: String, shown: String)] {
    let text = try String(contentsOfFile: Fixtures.golden("reports.txt"), encoding: .utf8)
    return text.split(separator: "\n\n").map { block in
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let cell = lines.prefix { $0.hasPrefix(">>> ") || $0.hasPrefix("... ") }
      let rest = lines.dropFirst(cell.count).filter { !$0.isEmpty }
      return (
        cell.map { String($0.dropFirst(4)) }.joined(separator: "\n"),
        rest.joined(separator: "\n").replacing(#/\d{4,} times/#, with: "N times")
      )
    }
  }

  @Test func R8_everyMistakeHasItsReport() throws {
    let session = try ReportTests.session()
    let cases = try ReportTests.cases()
    #expect(cases.count { $0.shown.contains("prompt") } >= 50)
    for (cell, shown) in cases { #expect(ReportTests.shown(session, cell) == shown, "\(cell)") }
  }

  @Test func R8_theMarkStandsUnderItsColumn() throws {
    let session = try ReportTests.session()
    #expect(
      ReportTests.shown(session, "\tlocal a = missing.x") == """
        prompt:1: attempt to index a nil value (global 'missing')
          1 |   local a = missing.x
            |             ^^^^^^^
        """)
    #expect(
      ReportTests.shown(session, "s = '图é' .. missing.x") == """
        prompt:1: attempt to index a nil value (global 'missing')
          1 | s = '图é' .. missing.x
            |              ^^^^^^^
        """, "a wide character takes two columns")
    let long = ReportTests.shown(
      session,
      "x = {" + String(repeating: "1, ", count: 5000) + "missing.x, " + String(repeating: "2, ", count: 5000) + "}")
    let lines = long.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.count < 90 }, "\(long)")
    #expect(lines[1].contains("…1, 1, ") || lines[1].contains("| …"))
    let mark = lines[2].firstIndex(of: "^")!, column = lines[2].distance(from: lines[2].startIndex, to: mark)
    #expect(lines[1].dropFirst(column).hasPrefix("missing.x"))
    // Where it is not certain, nothing is marked.
    #expect(!ReportTests.shown(session, "local f = function() return no.x end f(no.x)").contains("^"))
  }

  @Test func R8_reportsSayNothingOfTheRewrittenText() throws {
    let session = try ReportTests.session()
    for cell in [
      "local t\nt.x = 1", "local function g() return t.x.y end", "g()", "local a <const> = t.x", "local = 3",
    ] {
      #expect(!ReportTests.shown(session, cell).contains("__cell"))
      #expect(!ReportTests.shown(session, cell).contains("return local"))
    }
    #expect(ReportTests.shown(session, "local value = nothing.here").contains("  1 | local value = nothing.here\n"))
  }

  @Test func R8_chainsGoThroughCoroutinesAndTheEngine() throws {
    let session = try ReportTests.session()
    _ = session.evaluate("function inner(x) return x.y.z end\nfunction outer() inner({}) end")
    _ = session.evaluate("function start()\n  local co = coroutine.wrap(function() outer() end)\n  co()\nend")
    let report = ReportTests.shown(session, "local r = 1\nlocal s = tensor.no_grad(function() start() end)")
    #expect(
      report == """
        prompt[1]:1: attempt to index a nil value (field 'y')
          1 | function inner(x) return x.y.z end
            |                            ^
          in your function inner (prompt[1], line 1)
          called from your function outer (prompt[1], line 2)
          called from a function (prompt[2], line 2)
          resumed from your function start (prompt[2], line 3)
          called from a function (prompt, line 2)
          called from tensor.no_grad
          called from prompt, line 2
        """, "\(report)")
  }

  @Test func R8_filesShowTheirLine() throws {
    let session = try ReportTests.session(), scratch = try Scratch()
    let file = try scratch.file("tool.lua", Array("local t = {}\nfunction use() return t.x.y end\nuse()".utf8))
    let report = ReportTests.shown(session, "dofile('\(file)')")
    #expect(report.contains("  2 | function use() return t.x.y end\n    |                         ^"), "\(report)")
    #expect(
      report.contains("called from \(file), line 3") || report.contains("line 3"), "no newline at the end: \(report)")
    _ = try scratch.file("tool.lua", Array("-- changed\n\nlocal other = 1\n".utf8))
    #expect(ReportTests.shown(session, "use()").contains("has changed since it was loaded)"))
    try FileManager.default.removeItem(atPath: file)
    let gone = ReportTests.shown(session, "use()")
    #expect(gone.contains("attempt to index a nil value") && gone.contains("has changed since it was loaded)"))
    let broken = try scratch.file("broken.lua", Array("#!/usr/bin/env atelier\nlocal x = 1\nx += 1\n".utf8))
    guard case .syntaxError(let message) = session.host.run(file: broken) else {
      Issue.record("compiles")
      return
    }
    #expect(session.host.syntaxReport(message, inFile: broken).text.hasSuffix("  3 | x += 1\n    |   ^^"))
  }

  @Test func R8_modulesAreLookedFor() throws {
    let session = try ReportTests.session(), scratch = try Scratch()
    _ = try scratch.file("helper.lua", Array("return {}".utf8))
    _ = try scratch.file("wrong.lua", Array("local x = = 1".utf8))
    _ = session.evaluate("package.path = '\(scratch.path)/?.lua'")
    #expect(ReportTests.shown(session, "require 'helpr'").contains("module 'helpr' not found; did you mean 'helper'?"))
    #expect(ReportTests.shown(session, "require 'nowhere'").contains("Lua looked for nowhere.lua in \(scratch.path)/"))
    #expect(ReportTests.shown(session, "require 'tensor'").contains("'tensor' is there already, without require"))
    let wrong = ReportTests.shown(session, "require 'wrong'")
    #expect(wrong.contains("  1 | local x = = 1\n    |           ^"), "\(wrong)")
    let picture = "\(scratch.path)/tubingen.ppm"
    _ = session.evaluate("images.save(tensor.zeros(3, 2, 2), '\(picture)')")
    #expect(
      ReportTests.shown(session, "images.load('\(scratch.path)/tubingn.ppm')").contains("did you mean tubingen.ppm?"))
  }

  @Test func R8_allEndsOfMemoryAndStackAreShort() throws {
    let host = try LuaHost(functions: [], types: [], memoryLimit: 256 << 20)
    let session = Session(host)
    let memory = ReportTests.shown(session, "local s = 'x' while true do s = s .. s end")
    #expect(memory.hasPrefix("not enough memory; a script may use 256 MiB"))
    for cell in [
      "function f() return 1 + f() end f()", "t = setmetatable({}, {__index = function(t, k) return t[k] end}) t.x()",
    ] {
      let report = ReportTests.shown(session, cell)
      #expect(report.contains("stack overflow") && report.split(separator: "\n").count < 16, "\(report)")
    }
    #expect(ReportTests.shown(session, "1 + 1") == "2")
  }

  @Test func R8_theCardFitsAndRuns() throws {
    let session = try ReportTests.session()
    session.host.output = { _ in }
    #expect(PythonCard.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    for row in PythonCard.parts.flatMap(\.rows) {
      switch session.evaluate(row.lua).ending {
      case .done: break
      case let other: Issue.record("\(row.lua): \(other)")
      }
    }
    guard case .done = session.submit(":python").ending else {
      Issue.record(":python fails")
      return
    }
  }
}
