import LuaHost
import Surface
import Testing

/// Errors on their way through Lua and the engine.
@Suite(.serialized) @MainActor
struct ErrorTests {
  @Test func errorsNameTheLine() throws {
    let lab = try Lab()
    #expect(
      lab.failure(of: "local b = blob.make(1)\n\nb:fail()")
        == "test:3: fail: expected success, got failure; do not call it")
    #expect(lab.failure(of: "local x\nlocal ok, e = pcall(blob.make, {})\nerror(e, 0)").hasPrefix("test:2: blob.make"))
    let traceback = lab.traceback(
      of: "local function inner() blob.make(1):fail() end\nlocal function outer()\n inner()\nend\nouter()")
    for place in ["test:1:", "test:3:", "test:5:"] { #expect(traceback.contains(place), "\(traceback)") }
  }

  @Test func errorValuesKeepTheirIdentity() throws {
    let lab = try Lab()
    #expect(
      lab.run(
        """
        local e = {code = 2}
        local ok, got = pcall(function() blob.make(1):each(function() error(e) end) end)
        print(ok, got == e, select(2, pcall(blob.make(1).each, blob.make(1), function() error() end)))
        """) == "false\ttrue\tnil")
    let traceback = lab.traceback(of: "blob.make(1):each(function()\n error('deep')\nend)")
    #expect(traceback.contains("test:2:"), "the traceback is of the place that raised: \(traceback)")
  }

  @Test func callbacksRunOnTheStateThatCalls() throws {
    let lab = try Lab()
    #expect(
      lab.run(
        """
        local co = coroutine.wrap(function()
          for i = 1, 3 do coroutine.yield(blob.make(0):each(function(k) return k * i end)) end
        end)
        print(co(), co(), co())
        """) == "6.0\t12.0\t18.0")
    let message = lab.failure(
      of: "coroutine.wrap(function() blob.make(0):each(function() coroutine.yield() end) end)()")
    #expect(message.contains("attempt to yield across a C-call boundary"))
    #expect(
      lab.run(
        """
        local function nest(n) if n == 0 then return 0 end
          return blob.make(0):each(function(i) if i > 1 then return 0 end return nest(n - 1) + 1 end) end
        print(nest(40))
        """) == "40.0")
    #expect(
      lab.failure(of: "local function f() blob.make(0):each(f) end f()").contains("stack overflow"), "nested too deeply"
    )
    #expect(lab.run("print(blob.make(1):value())") == "1.0")
  }

  @Test func recursionWithoutEndIsAnError() throws {
    let lab = try Lab()
    #expect(lab.failure(of: "local function f() return 1 + f() end f()").contains("stack overflow"))
    #expect(
      lab.failure(
        of: "local t = setmetatable({}, {}); getmetatable(t).__index = function(t, k) return t[k] end; return t.x"
      )
      .contains("stack overflow"))
    #expect(
      lab.failure(of: "local t = setmetatable({}, {__tostring = function(t) return tostring(t) end}); tostring(t)")
        .contains("stack overflow"))
    #expect(lab.run("print('alive')") == "alive")
  }

  @Test func tablesRaisedAreDescribed() throws {
    let lab = try Lab()
    #expect(lab.failure(of: "error({code = 2})") == "an error was raised with the table {code = 2}")
    #expect(
      lab.failure(of: "error({1, 'two', {}, true})") == "an error was raised with the table {1, \"two\", {}, true}")
    #expect(lab.failure(of: "error(setmetatable({}, {__tostring = function() return 'mine' end}))") == "mine")
    #expect(lab.failure(of: "error()") == "an error was raised with the value nil")
    #expect(lab.failure(of: "error(12)") == "an error was raised with the value 12")
    #expect(lab.failure(of: "error(setmetatable({}, {__tostring = function() error('no') end}))") != "")
  }

  @Test func onlyTextIsCompiled() throws {
    let lab = try Lab()
    lab.run(
      """
      local code = string.dump(function() return 1 end)
      for _, mode in ipairs{'b', 'bt', 't', false} do
        local f, why = load(code, 'x', mode or nil)
        assert(not f and why:find('binary'), why)
      end
      assert(load('return 7')() == 7)
      local env = {}
      assert(load('x = 5', 'x', nil, env)); load('x = 5', 'x', nil, env)()
      assert(env.x == 5 and x == nil)
      local parts = {'return ', '8'}
      assert(load(function() return table.remove(parts, 1) end)() == 8)
      assert(package.cpath == '' and package.loadlib == nil and #package.searchers == 2)
      """)
    #expect(lab.failure(of: "require 'no.such.module'").contains("module 'no.such.module' not found"))
  }

  @Test func debugCannotCrashTheProcess() throws {
    let lab = try Lab()
    lab.run(
      """
      local b = blob.make(1)
      assert(debug.getregistry == nil)
      assert(not pcall(debug.setupvalue, blob.make, 1, io.stdout))
      assert(not pcall(debug.setmetatable, b, debug.getmetatable(io.stdout)))
      assert(not pcall(debug.setmetatable, io.stdout, debug.getmetatable(b)))
      b:each(function()
        assert(not pcall(debug.setlocal, 1, 1, 'x') and not pcall(debug.setlocal, 3, 1, 'x'))
        return 0
      end)
      local x = 1
      local function up() return x end
      assert(debug.setlocal(1, 2, 5) == 'x' and x == 5)
      assert(debug.setupvalue(up, 1, 7) == 'x' and x == 7)
      assert(getmetatable(b) == false)
      local mt = debug.getmetatable(b)
      for _, event in ipairs{'__gc', '__close', '__eq', '__tostring', '__index', '__add', '__len'} do
        for _, odd in ipairs{1, 'x', {}, print, io.stdout} do pcall(mt[event], odd, odd) end
        pcall(mt[event])
      end
      mt.__gc(b)
      assert(not pcall(b.value, b) and not pcall(function() return b + b end))
      assert(tostring(b) == 'closed object')
      """)
  }

  @Test func syntaxErrorsAndLongLines() throws {
    let lab = try Lab()
    #expect(lab.failure(of: "x = = 1") == "test:1: unexpected symbol near '='")
    #expect(lab.run("x = " + String(repeating: "1 + ", count: 2_500_000) + "1; print(x)") == "2500001")
    let nested = lab.failure(
      of: "x = " + String(repeating: "(", count: 5_000_000) + "1" + String(repeating: ")", count: 5_000_000))
    #expect(nested.contains("overflow"))
    #expect(lab.host.explainedSyntax(lab.failure(of: "if x != 1 then end"), in: "if x != 1 then end").hasSuffix("~="))
    #expect(lab.host.explainedSyntax(lab.failure(of: "x += 1"), in: "x += 1").hasSuffix("write x = x + 1"))
  }

  /// A line as other languages write it, and a part of the answer.
  nonisolated static let habits = [
    ("x = [1, 2, 3]", "Lua writes lists with braces: {1, 2, 3}"), ("y = 2 ** 3", "Lua writes a power as ^"),
    ("local x = 1\n# a note", "a comment with --"), ("x = 1 # a note", "a comment with --"),
    ("// a note", "a comment with --"), ("import torch", "require"), ("from torch import nn", "require"),
    ("def f(x):", "Lua writes function"), ("if x > 3:", "if x then"), ("x += 1", "write x = x + 1"),
    ("x++", "write x = x + 1"), ("if a && b then end", "&& as and"), ("print('hi!') x != 1", "~="),
    ("for i in range(3):", "for i = 1, n do"), ("let x = 1", "local x = 1"), ("const x = 1", "local x = 1"),
    ("with torch.no_grad():", "a call takes a function instead"), ("class Net(nn.Module):", "Lua has no classes"),
    ("f = lambda x: x + 1", "function(x) return x end"), ("print(x:grad.data)", "called with parentheses: x:name()"),
    ("optim.adam(p, lr=0.1)", "options go into a table"), ("tensor.zeros((2, 3))", "Lua has no tuples"),
    ("return x[1, 2]", "several positions go into braces"), ("return x[1:2]", "a range of positions"),
    ("return x[:, 1]", "all positions of an axis"),
  ]

  @Test(arguments: habits) func answersHabitsOfOtherLanguages(_ text: String, _ answer: String) throws {
    let lab = try Lab()
    let message = lab.failure(of: text)
    #expect(!message.contains(answer))
    #expect(lab.host.explainedSyntax(message, in: text).contains(answer), "\(message)")
    let other = "test:1: unexpected symbol near '='"
    #expect(lab.host.explainedSyntax(other, in: "x = 'a += b! -- **' = 1 -- != &&") == other, "strings are no code")
  }

  @Test func raisedFlagStopsPureLua() throws {
    let lab = try Lab()
    Interrupt.raise()
    #expect(lab.failure(of: "while true do pcall(function() while true do end end) end") == "interrupted")
    #expect(!Interrupt.isPending)
    #expect(lab.run("print('alive')") == "alive")
  }
}
