import LuaHost
import Surface
import Testing

/// Tables, methods, operators and element access as scripts see them.
@Suite(.serialized) @MainActor
struct SurfaceTests {
  @Test func callsFunctionsMethodsAndOperators() throws {
    let lab = try Lab()
    #expect(lab.run("print(blob.make(2):plus(3):value())") == "5.0")
    #expect(lab.run("print((blob.make(2) + blob.make(3)):value(), (1 + blob.make(2)):value())") == "5.0\t3.0")
    #expect(lab.run("print((-blob.make(2)):value(), #blob.make(7), blob.make(1) .. 'x')") == "-2.0\t7\tjoined")
    #expect(lab.run("print(blob.make(1) == blob.make(1), blob.make(1) ~= blob.make(2))") == "true\ttrue")
    #expect(lab.run("print(blob.make(1)(10, 20, 30))") == "3")
    #expect(lab.run("print(blob{1, 2, 3}, twice(4), blob.answer)") == "3\t8.0\t42")
    #expect(lab.run("local b = blob.make(1); b[2] = 9; print(b[4], b:value(), tostring(b))") == "40\t9.0\tblob(9.0)")
    #expect(lab.run("local b = blob.make(1); print(rawequal(b:add_(2), b), b:value())") == "true\t3.0")
    #expect(lab.run("local f = blob.make(1).value; print(f(blob.make(4)))") == "4.0")
  }

  @Test func passesValuesUnchanged() throws {
    let lab = try Lab()
    #expect(lab.run("print(blob.echo(1, 2.5, 'ä', true, nil, false))") == "1\t2.5\tä\ttrue\tnil\tfalse")
    #expect(lab.run("print(blob.echo(math.mininteger, -0.0, 1/0))") == "-9223372036854775808\t-0.0\tinf")
    #expect(lab.run("local f = function() end; print(blob.echo(f) == f)") == "true")
    #expect(
      lab.run("local t = blob.echo{1, 'two', {3}, x = {y = 4}}; print(#t, t[2], t[3][1], t.x.y)") == "3\ttwo\t3\t4")
    #expect(lab.run("print(#blob.echo('a\\255b\\0c'))") == "7", "bytes that are not UTF-8 become U+FFFD")
    #expect(lab.run("print(select('#', blob.echo()))") == "0")
    #expect(lab.run("print(blob.adder(5)(1), type(blob.adder(5)))") == "6.0\tfunction")
    #expect(lab.run("print(#blob.many(3), blob.many(2)[2]:value(), blob.stray())") == "3\t1.0\tstray")
    #expect(lab.run("print(select('#', blob.echo(table.unpack({}, 1, 5000))))") == "5000")
  }

  @Test func refusesTablesThatCannotBeRead() throws {
    let lab = try Lab()
    #expect(
      lab.failure(of: "local t = {}; t[1] = t; blob.echo(0, t)").contains("blob.echo: argument 2 is a table that"))
    #expect(lab.failure(of: "local t = {}; for i = 1, 80 do t = {t} end; blob.echo(t)").contains("more than 64 deep"))
    #expect(lab.failure(of: "blob.echo{[true] = 1}").contains("neither a name nor an integer"))
    #expect(lab.failure(of: "blob.echo{[{}] = 1}").contains("neither a name nor an integer"))
    #expect(
      lab.failure(of: "local t = {1}; for i = 1, 40 do t = {t, t} end; blob.echo(t)").contains("more than 16777216"))
    #expect(lab.failure(of: "blob.echo(coroutine.create(print))").contains("cannot take"))
    #expect(lab.failure(of: "blob.echo(io.stdout)").contains("cannot take"))
    #expect(lab.run("print(blob.echo{[0] = 1, [-5] = 2}['[0]'])") == "1")
  }

  @Test func answersUnknownNames() throws {
    let lab = try Lab()
    #expect(lab.failure(of: "blob.mak(1)") == "test:1: blob: there is no 'blob.mak'; did you mean 'make'?")
    #expect(lab.failure(of: "return blob.make(1):vaule()").contains("did you mean 'value'?"))
    #expect(lab.failure(of: "return blob.make(1).valeur").contains("it is called 'value' here"))
    #expect(lab.failure(of: "strng.format('')").hasSuffix("(global 'strng'); did you mean 'string'?"))
    #expect(lab.failure(of: "string.formt('')").hasSuffix("did you mean 'string.format'?"))
    #expect(lab.failure(of: "('x'):uper()").contains("did you mean 's:upper'?"))
    #expect(lab.failure(of: "x = None + 1").contains("'None'") == true)
    #expect(lab.failure(of: "return atelier.blb").contains("did you mean 'blob'?"))
    #expect(lab.failure(of: "return blob.stray()[1]").contains("a stray has no elements"))
    #expect(lab.run("print(tensr, blob[1])") == "nil\tnil")
    #expect(lab.failure(of: "return blob.value").hasSuffix("there is no 'blob.value'; it is a method: b:value()"))
    #expect(lab.failure(of: "return blob.make(1):adder()").hasSuffix("it is a function: blob.adder(amount)"))
    #expect(!lab.failure(of: "return blob.make(1):add(1)").contains("'add_'"), "not what changes the object")
    #expect(lab.failure(of: "return blob.make(1):ad_(1)").contains("'add_'"))
    #expect(lab.failure(of: "return blob.make(1).value[1]").hasSuffix("value is a method: t:value()"))
    #expect(lab.failure(of: "return blob.make(1).value + 1").hasSuffix("value is a method: t:value()"))
    #expect(lab.failure(of: "blob.make([[1, 2], [3, 4]])").hasSuffix("Lua writes lists with braces: {1, 2, 3}"))
    #expect(!lab.failure(of: "blob.make('a, b')").contains("braces"))
    #expect(Suggestion.nearest(to: "ab", in: ["abc", "b"]) == nil)
    #expect(Suggestion.nearest(to: "abc", in: ["a", "b", "ab"]) == "ab")
  }

  @Test func walksOverElements() throws {
    let lab = try Lab()
    #expect(lab.run("for i, v in ipairs(blob.make(3)) do io.write('') print(i, v) end") == "1\t10\n2\t20\n3\t30")
    #expect(lab.run("for i, v in pairs(blob.make(2)) do print(i, v) end") == "1\t10\n2\t20")
    #expect(lab.run("for i in ipairs(blob.make(0)) do print(i) end; for i in ipairs{7, 8} do print(i) end") == "1\n2")
    #expect(
      lab.run(
        "local m = setmetatable({}, {__index = function(_, i) return i < 3 and i or nil end}); "
          + "for i in ipairs(m) do print(i) end") == "1\n2")
    #expect(lab.failure(of: "for i in pairs(blob.stray()) do end").contains("table expected, got stray"))
    #expect(lab.failure(of: "for i in ipairs(blob.stray()) do end").contains("a stray has no elements"))
    #expect(lab.failure(of: "ipairs()").contains("bad argument #1 to 'ipairs'"))
  }

  @Test func checksArguments() throws {
    let lab = try Lab()
    #expect(lab.failure(of: "blob.make('x')").contains("argument 1 ('number') must be a number, got \"x\""))
    #expect(lab.failure(of: "blob.make(1, 2, 3)").contains("takes 2 argument(s), got 3"))
    #expect(lab.failure(of: "blob.shape(1, 4)").contains("options go into a table: {radius = 4}; it is called as"))
    #expect(lab.failure(of: "blob{1}; blob(1)").contains("blob: argument 1 ('table') must be a table"))
    #expect(lab.failure(of: "blob.shape(1, {raduis = 2})").contains("did you mean 'radius'?"))
    #expect(lab.failure(of: "blob.shape(1, {radius = 2, mode = 'sofd'})").contains("did you mean \"soft\"?"))
    #expect(lab.failure(of: "blob.shape(1, {radius = -1})").contains("must be between 0 and 50 pixels, got -1"))
    #expect(lab.failure(of: "blob.make(1).value()").contains("call a method with a colon"))
    #expect(lab.run("print(blob.shape(1), blob.shape(1, {mode = 'hard'}))") == "3 soft\t3 hard")
  }

  @Test func keepsItsTables() throws {
    let lab = try Lab()
    #expect(lab.run("print(require 'atelier' == atelier, atelier.blob == blob)") == "true\ttrue")
    lab.run("original = blob; blob = 3")
    #expect(
      lab.host.overwrittenTables() == [
        "the global table 'blob' was overwritten; atelier.blob still holds the engine's own"
      ])
    #expect(lab.host.overwrittenTables().isEmpty, "each is told once")
    #expect(lab.run("print(atelier.blob == original)") == "true")
  }

  @Test func helpsFromTheRegistry() throws {
    let lab = try Lab()
    let shape = lab.run("help(blob.shape)")
    for part in [
      "blob.shape(x, {radius=, mode=})", "from 0 to 50, in pixels; default 3", "equation 1", "assert(blob.shape(1))",
    ] {
      #expect(shape.contains(part), "\(part) in \(shape)")
    }
    #expect(lab.run("help('blob.shape')") == shape)
    #expect(lab.run("help('shape')") == shape)
    #expect(lab.run("help(blob)").contains("blob.make(number, [bytes])"))
    #expect(lab.run("help(blob.make(1))").contains("blob:value()"))
    #expect(lab.run("help(blob.make(1).value)").contains("blob:value()"))
    #expect(lab.run("help()").contains("blob"))
    #expect(lab.run("help('help') help(help)").contains("help([what])"))
    #expect(lab.run("help(blob)").contains("\n  blob(table)"))
    #expect(lab.run("help('operators')").contains("\n  ==        A test operator."))
    #expect(lab.run("help('indexing')").contains("\n  []=       A test operator."))
    #expect(lab.run("help(print)").contains("function of Lua"))
    #expect(lab.run("help({})").contains("table of the script"))
    #expect(lab.failure(of: "help('shap')").contains("did you mean"))
  }
}
