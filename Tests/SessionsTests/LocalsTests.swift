import LuaHost
import Sessions
import Testing

/// Row R3 of the goals: locals of a cell's top level outlive the cell.
@Suite(.serialized) @MainActor
struct LocalsTests {
  /// Cells typed one after the other, and what the last one gives.
  nonisolated static let table: [([String], [String])] = [
    (["local x = 5", "x"], ["5"]), (["local x, y = 1, 2", "x + y"], ["3"]), (["local x", "x"], ["nil"]),
    (["local x <const> = 5", "x"], ["5"]), (["local a <const>, b = 1, 2", "a, b"], ["1", "2"]),
    (["local function f(n) return n <= 1 and 1 or n * f(n - 1) end", "f(5)"], ["120"]),
    (["local x = 1", "local x = x + 1", "x"], ["2"]), (["local x = 1; local y = x + 1", "x, y"], ["1", "2"]),
    (["local n = 0\nlocal function up() n = n + 1 end", "up() up()", "n"], ["2"]),
    (["local n = 1\nfunction get() return n end", "n = 2", "get()"], ["2"]),
    (["do local inner = 1 end", "inner"], ["nil"]), (["for i = 1, 2 do local inner = i end", "inner"], ["nil"]),
    (["repeat local inner = 1 until inner", "inner"], ["nil"]),
    (["local f = function() local inner = 2 return inner end", "f(), inner"], ["2", "nil"]),
    (["local t = {local_ = 1, f = function() local q = 3 return q end}", "t.f(), q"], ["3", "nil"]),
    (["local s = 'local z = 1' -- local w = 2", "s, z, w"], ["local z = 1", "nil", "nil"]),
    (["local s = [[\nlocal z = 1\n]]", "#s, z"], ["12", "nil"]),
    (["local x = 5\nx"], ["5"]), (["local x = 5 x = x * 2", "x"], ["10"]),
    (["local a = 1 -- one\nlocal b = 2", "a + b"], ["3"]), (["local\nx\n=\n1", "x"], ["1"]),
    (["local print = 7", "print, type(_G.print)"], ["7", "function"]),
    (["local math = 3", "math", "math = nil", "math.floor(1.5)"], ["1"]),
    (["local x = 1", "x = 2", "rawget(_G, 'x'), x"], ["nil", "2"]), (["y = 1", "rawget(_G, 'y')"], ["1"]),
    (["local x = 1\nlocal y = nothing.here", "x"], ["1"]),
    (["if true then local x = 1 end local z = 2", "x, z"], ["nil", "2"]),
    (["while false do local x = 1 end local z = 3", "z"], ["3"]),
  ]

  @Test(arguments: 0..<table.count) func R3_localsSurvive(row: Int) throws {
    let (cells, expected) = LocalsTests.table[row]
    let session = Session(try LuaHost(functions: [], types: []))
    for cell in cells.dropLast() { _ = session.evaluate(cell) }
    #expect(session.evaluate(cells.last!).ending == .done(expected), "\(cells)")
  }

  @Test func closedVariablesStayLocal() throws {
    let session = Session(try LuaHost(functions: [], types: []))
    _ = session.evaluate("closed = false")
    let cell = "local x <close> = setmetatable({}, {__close = function() closed = true end})\nclosed"
    #expect(session.evaluate(cell).ending == .done(["false"]))
    #expect(session.evaluate("closed, x").ending == .done(["true", "nil"]))
  }

  @Test func otherChunksDoNotSeeThem() throws {
    let session = Session(try LuaHost(functions: [], types: []))
    _ = session.evaluate("local hidden = 1")
    #expect(session.evaluate("load('return hidden')()").ending == .done(["nil"]))
    #expect(session.evaluate("(function() return hidden end)()").ending == .done(["1"]))
  }
}
