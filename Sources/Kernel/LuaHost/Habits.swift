internal import Glibc
internal import Surface

/// Syntax errors that come from the habits of other languages.
extension LuaHost {
  /// A syntax error with advice for the line it names.
  public func explainedSyntax(_ message: String, in text: String) -> String {
    guard let number = LuaHost.lineNumber(in: message), number >= 1 else { return message }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard number <= lines.count, lines[number - 1].count < 2000 else { return message }
    let line = LuaHost.withoutStrings(lines[number - 1])
    return LuaHost.habit(in: line, message).map { "\(message); \($0)" } ?? message
  }

  /// The same for a script in a file; a file that cannot be read again adds nothing.
  public func explainedSyntax(_ message: String, inFile path: String) -> String {
    guard let file = fopen(path, "r") else { return message }
    defer { fclose(file) }
    var bytes = [UInt8](), block = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < LuaHost.longestFile {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { break }
      bytes += block[..<count]
    }
    return explainedSyntax(message, in: String(decoding: bytes, as: UTF8.self))
  }

  /// What of a file is looked through, in bytes: enough for every script that a person writes.
  private static let longestFile = 4 << 20

  /// The number between the first two colons that enclose one: `a:b.lua:12: unexpected symbol`.
  private static func lineNumber(in message: String) -> Int? {
    let parts = message.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false)
    return parts.dropFirst().dropLast().lazy.compactMap { Int($0) }.first
  }

  /// The line without what stands in quotes and after `--`, so that words of a text are not taken for code.
  private static func withoutStrings(_ line: Substring.UTF8View) -> String {
    var kept = [UInt8](), quote: UInt8?, isEscaped = false
    for byte in line {
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == open {
          quote = nil
        }
        continue
      }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
      if byte == UInt8(ascii: "-"), kept.last == byte { break }
      kept.append(byte)
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// What answers a list in square brackets.
  static let listAdvice = "Lua writes lists with braces: {1, 2, 3}"

  private static func habit(in line: String, _ message: String) -> String? {
    let start = line.drop { $0 == " " || $0 == "\t" }
    for (word, advice) in beginnings where start.hasPrefix(word) { return advice }
    for (habit, advice) in habits where line.range(of: habit) != nil { return advice }
    return tokens.first { message.hasSuffix($0.0) }?.1
  }

  /// What other languages write anywhere in a line, and what Lua writes instead.
  private static let habits = [
    ("!=", "Lua writes 'not equal' as ~="), ("+=", "Lua has no +=: write x = x + 1"),
    ("-=", "Lua has no -=: write x = x - 1"), ("*=", "Lua has no *=: write x = x * 2"),
    ("/=", "Lua has no /=: write x = x / 2"), ("&&", "Lua writes && as and"), ("||", "Lua writes || as or"),
    ("++", "Lua has no ++: write x = x + 1"), ("**", "Lua writes a power as ^: x ^ 2"), ("elif ", "Lua writes elseif"),
    (" in range(", "Lua counts with for i = 1, n do … end"), ("lambda ", "Lua writes function(x) return x end"),
    ("!", "Lua writes ! as not"), ("[:", "all positions of an axis are {}: t[{ {}, 1 }]"),
  ]

  /// What other languages begin a line with.
  private static let beginnings = [
    ("#", "Lua begins a comment with --"), ("//", "Lua begins a comment with --"),
    ("import ", "Lua loads a module with require: local m = require \"m\""),
    ("from ", "Lua loads a module with require: local m = require \"m\""),
    ("let ", "Lua writes local x = 1"), ("const ", "Lua writes local x = 1"), ("var ", "Lua writes local x = 1"),
    ("with ", "Lua has no with: a call takes a function instead: f(function() … end)"),
    ("class ", "Lua has no classes: functions and tables take their place"),
    ("def ", "Lua writes function f(x) … end"), ("elif ", "Lua writes elseif … then"),
  ]

  /// The token at which the parser gave up.
  private static let tokens = [
    ("near '['", listAdvice), ("near '#'", "Lua begins a comment with --"),
    ("near '//'", "Lua begins a comment with --"), ("'then' expected near ':'", "Lua writes if x then … end"),
    ("function arguments expected near '.'", "a method is called with parentheses: x:name()"),
    ("')' expected near '='", "options go into a table: f(x, {name = value})"),
    ("')' expected near ','", "Lua has no tuples: write the values themselves, f(2, 3), or a list, f{2, 3}"),
    ("']' expected near ','", "several positions go into braces: t[{1, 2}]"),
    ("']' expected near ':'", "a range of positions goes into braces: t[{ {1, 2} }]"),
    ("'do' expected near ':'", "Lua writes while x do … end"), ("near '?'", "Lua writes a ? b : c as a and b or c"),
  ]
}

extension Value {
  /// Whether this is the text that `[[1, 2], [3, 4]]` gives in Lua: numbers and brackets, with a comma.
  var isListText: Bool {
    guard case .string(let text) = self, text.utf8.count < 10_000, text.utf8.contains(UInt8(ascii: ",")) else {
      return false
    }
    let signs = "[],.-+e \t\n"
    return text.contains(where: \.isNumber) && text.allSatisfy { $0.isNumber || signs.contains($0) }
  }
}
