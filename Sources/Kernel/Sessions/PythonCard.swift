/// Lua for people who come from Python, on one page.
public enum PythonCard {
  /// A line of the card: what Python writes, what Lua writes. The Lua side runs, line after line in one session.
  public struct Row: Sendable {
    public let python: String
    public let lua: String

    init(_ python: String, _ lua: String) {
      self.python = python
      self.lua = lua
    }
  }

  /// The card's parts in order, each with a heading.
  public static let parts: [(heading: String, rows: [Row])] = [
    (
      "Names and values",
      [
        Row("x = 3; name = \"a\"", "local x, name = 3, \"a\""),
        Row("None True False", "nil, true, false"),
        Row("a != b; not a; a and b", "x ~= 4, not x, x and name"),
        Row("x += 1", "x = x + 1"),
        Row("7 / 2; 7 // 2; 2 ** 8", "7 / 2, 7 // 2, 2 ^ 8"),
        Row("\"a\" + \"b\"; len(s)", "\"a\" .. \"b\", #name"),
        Row("f\"{x:.2f} {name}\"", "string.format(\"%.2f %s\", x, name)"),
        Row("# a comment", "-- a comment"),
      ]
    ),
    (
      "Blocks end with end",
      [
        Row("if x > 3: y = 1 else: y = 2", "if x > 3 then y = 1 else y = 2 end"),
        Row("for i in range(1, 4):", "for i = 1, 3 do print(i) end"),
        Row("for k, v in d.items():", "for k, v in pairs{a = 1} do print(k, v) end"),
        Row("for i, v in enumerate(l):", "for i, v in ipairs{5} do print(i, v) end"),
        Row("while x > 9: …", "while x > 9 do x = x - 1 end"),
        Row("def f(a, b=2): return a + b", "function f(a, b) return a + (b or 2) end"),
        Row("lambda a: a * 2", "g = function(a) return a * 2 end"),
        Row("try: f() except E as e:", "local ok, e = pcall(f, 1)"),
        Row("import math; from m import f", "local m = require \"math\""),
      ]
    ),
    (
      "Tables are lists and dicts; positions count from 1",
      [
        Row("l = [1, 2, 3]; l[0]; l[-1]", "l = {1, 2, 3}; return l[1], l[#l]"),
        Row("l.append(4); len(l)", "table.insert(l, 4); return #l"),
        Row("d = {\"a\": 1}; d[\"a\"]; d.get(\"b\")", "d = {a = 1}; return d.a, d[\"a\"], d.b"),
        Row("\"a\" in d", "d.a ~= nil"),
        Row("s.upper(); s.replace(\"a\", \"b\")", "name:upper(), name:gsub(\"a\", \"b\")"),
      ]
    ),
    (
      "Tensors: methods take a colon, options a table",
      [
        Row("torch.tensor([[1, 2], [3, 4]])", "t = tensor{ {1, 2}, {3, 4} }"),
        Row("torch.zeros(2, 3); torch.randn(2)", "tensor.zeros(2, 3), tensor.randn(2)"),
        Row("t.shape; t.shape[0]; len(t)", "t:shape(), t:size(1), #t"),
        Row("t[0]; t[0, 1]; t[-1]", "t[1], t[{1, 2}], t[-1]"),
        Row("t[0:1]; t[:, 0]", "t[{ {1, 1} }], t[{ {}, 1 }]"),
        Row("t.sum(dim=0, keepdim=True)", "t:sum(1, {keepdim = true})"),
        Row("t @ t; t.T; t > 1; t.item()", "t:matmul(t), t:t(), t:gt(1), t:sum():item()"),
        Row("w.requires_grad_()", "w = tensor{2}:requires_grad_()"),
        Row("(w ** 2).sum().backward()", "(w ^ 2):sum():backward()"),
        Row("with torch.no_grad(): …", "tensor.no_grad(function() return w * 2 end)"),
      ]
    ),
  ]

  /// Columns that the left side takes.
  private static let width = 35

  /// The card as text, at most 80 columns wide.
  public static var text: String {
    func row(_ python: String, _ lua: String) -> String {
      "  " + python + String(repeating: " ", count: max(1, width - python.count)) + lua
    }
    let blocks = parts.map { part in
      part.heading + "\n" + part.rows.map { row($0.python, $0.lua) }.joined(separator: "\n")
    }
    return row("Python", "Lua") + "\n\n" + blocks.joined(separator: "\n\n")
      + "\n\nhelp(x) explains a name of the engine; a mistake gets Lua's way as its answer."
  }
}

/// Commands that show a card.
public enum CardCommands {
  /// `:python`.
  public static var all: [Command] {
    [
      Command(["python"], ":python", "Shows what Python writes, and what Lua writes instead.") { session, _ in
        session.write(PythonCard.text + "\n")
      }
    ]
  }
}
