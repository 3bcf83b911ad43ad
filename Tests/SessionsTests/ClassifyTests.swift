import LuaHost
import Sessions
import Testing

/// The decision between complete, unfinished and wrong input.
@Suite(.serialized) @MainActor
struct ClassifyTests {
  /// A text and what it is: `c` complete, `i` incomplete, `x` invalid.
  nonisolated static let table: [(String, Character)] = [
    ("", "c"), ("   ", "c"), ("-- note", "c"), ("--[[ c", "i"), ("--[[ c ]]", "c"), ("--[==[ c ]]", "i"),
    ("x", "c"), ("1 + 1", "c"), ("1 +", "i"), ("x =", "i"), ("x = 1", "c"), ("x = 1;", "c"), ("x, y =", "i"),
    ("x.", "i"), ("x:", "i"), ("x:f", "i"), ("x:f()", "c"), ("x.y", "c"), ("x[", "i"), ("x[1", "i"), ("x[1]", "c"),
    ("f(", "i"), ("f(1,", "i"), ("f(1)", "c"), ("f 'a'", "c"), ("f{1, 2}", "c"), ("f{1,", "i"), ("x = {1,", "i"),
    ("x = {\n1,\n2\n}", "c"), ("for i=1,2 do", "i"), ("for i=1,2 do\n x", "i"), ("for i=1,2 do print(i) end", "c"),
    ("for", "i"), ("for i", "i"), ("for i in", "i"), ("while true do", "i"), ("repeat", "i"), ("repeat x()", "i"),
    ("repeat x() until", "i"), ("repeat x() until y", "c"), ("if x then", "i"), ("if x then y() else", "i"),
    ("if x then y() elseif", "i"), ("if x then y() end", "c"), ("function f()", "i"), ("function f() end", "c"),
    ("local function", "i"), ("local function f(", "i"), ("local", "i"), ("local x", "c"), ("local x = 5", "c"),
    ("return", "c"), ("return 1", "c"), ("return 1 +", "i"), ("do", "i"), ("do end", "c"), ("goto", "i"),
    ("[[abc", "i"), ("x = [[abc", "i"), ("x = [[abc]]", "c"), ("s = \"abc", "x"), ("s = 'abc", "x"),
    ("s = 'abc\\", "i"), ("s = 'a\\zb'", "c"), ("\"abc\" ..", "i"), ("'a' .. 'b'", "c"), ("not", "i"), ("#", "i"),
    ("-", "i"), ("(", "i"), ("(1", "i"), ("(1)", "c"), ("function(x) return x end", "c"), ("function(x)", "i"),
    ("x = 1 end", "x"), ("end", "x"), ("a b", "x"), ("x = = 1", "x"), ("x = )", "x"), ("1 + * 2", "x"), ("]]", "x"),
    ("break", "x"), ("x != 1", "x"), ("x += 1", "x"), ("local 5", "x"), ("for 1", "x"), ("@", "x"), ("x = 0x", "x"),
    ("goto nowhere", "x"), ("local x <const> = 1; x = 2", "x"), ("x = 1\nx", "c"), ("x = 1; x", "c"),
    ("x = 1\nx +", "i"), ("x = function()\n f\n end", "x"), ("f = 1\nf\n+ 2", "c"), ("a.b.c = 1\na.b.c, 2", "c"),
    ("x = 1 x + 1", "c"), ("x = 1 x +", "i"), ("f() g(", "i"), ("f() g() 1", "c"), ("x = 1 y", "c"), ("x y = 1", "x"),
  ]

  @Test(arguments: 0..<table.count) func R1_classifies(row: Int) throws {
    let (text, expected) = ClassifyTests.table[row]
    let session = Session(try LuaHost(functions: [], types: []))
    let got: Character =
      switch session.classify(text) {
      case .complete: "c"
      case .incomplete: "i"
      case .invalid: "x"
      }
    #expect(got == expected, "\(text)")
  }

  @Test func R1_invalidInputCarriesTheParsersMessage() throws {
    let session = Session(try LuaHost(functions: [], types: []))
    #expect(session.classify("a b") == .invalid("cell:1: syntax error near 'b'"))
  }
}
