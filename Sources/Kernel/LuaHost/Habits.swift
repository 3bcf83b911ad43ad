internal import Surface

/// Syntax errors that come from the habits of other languages.
extension LuaHost {
  /// A syntax error with advice for the line it names.
  public func explainedSyntax(_ message: String, in text: String) -> String {
    let bytes = Array(text.utf8)
    if message.hasSuffix("near <eof>"), message.range(of: "'end' expected") != nil, LuaHost.hasElseIf(bytes) {
      return message + "; Lua writes elseif in one word: else if needs an end of its own"
    }
    guard let line = LuaHost.line(in: bytes, of: message) else { return message }
    return LuaHost.habit(in: line.text, message).map { "\(message); \($0.advice)" } ?? message
  }

  /// The same for a script in a file; a file that cannot be read again adds nothing.
  public func explainedSyntax(_ message: String, inFile path: String) -> String {
    guard let bytes = LuaHost.contents(ofFile: path) else { return message }
    return explainedSyntax(message, in: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether a line opens a block as Python does: `for x in list:`. To Lua's parser it may look unfinished, because a
  /// colon stands before the name of a method.
  public static func opensPythonBlock(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(1 << 16))
    // A text of several lines may hold anything.
    let isPlain = !LuaLexer.tokens(bytes).contains { token in
      token.kind == .openString || token.kind == .openComment
        || (token.kind == .string || token.kind == .comment) && bytes[token.range].contains(UInt8(ascii: "\n"))
    }
    return isPlain
      && bytes.split(separator: UInt8(ascii: "\n")).contains { line in
        let line = Array(line), tokens = LuaLexer.tokens(line).filter { $0.kind != .comment }
        let words = tokens.map { String(decoding: line[$0.range], as: UTF8.self) }
        guard let first = words.first, pythonBlocks.contains(first), !words.contains("do"), !words.contains("then")
        else {
          return false
        }
        return zip(tokens, words).contains { token, word in
          word == ":" && (token.range.upperBound == line.count || line[token.range.upperBound] <= 32)
        }
      }
  }

  private static let pythonBlocks: Set<String> = [
    "for", "while", "if", "elif", "else", "try", "except", "finally", "with", "def", "class",
  ]

  private static func hasElseIf(_ bytes: [UInt8]) -> Bool {
    guard bytes.count < 1 << 20 else { return false }
    let tokens = LuaLexer.tokens(bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    return zip(tokens, tokens.dropFirst()).contains { $0 == "else" && $1 == "if" }
  }

  /// The line that a message names, with blanks in place of what stands in quotes or behind `--`, and where it begins.
  static func line(in bytes: [UInt8], of message: String) -> (text: String, start: Int)? {
    guard let number = lineNumber(in: message), number >= 1 else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard number <= lines.count, lines[number - 1].count < 2000 else { return nil }
    return (withoutStrings(lines[number - 1]), lines[number - 1].startIndex)
  }

  /// The number between the first two colons that enclose one: `a:b.lua:12: unexpected symbol`.
  static func lineNumber(in message: String) -> Int? {
    let parts = message.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false)
    return parts.dropFirst().dropLast().lazy.compactMap { Int($0) }.first
  }

  /// The line with blanks for what stands in quotes, and without what follows `--`, so that words of a text are not taken
  /// for code.
  private static func withoutStrings(_ line: ArraySlice<UInt8>) -> String {
    var kept = [UInt8](), quote: UInt8?, isEscaped = false
    for byte in line {
      if let open = quote {
        kept.append(byte == open && !isEscaped ? byte : UInt8(ascii: " "))
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

  /// What a line was meant to be, and the bytes of it that say so (nil: where the parser gave up).
  static func habit(in line: String, _ message: String) -> (advice: String, mark: Range<Int>?)? {
    let start = line.drop { $0 == " " || $0 == "\t" }
    let indent = line.utf8.count - start.utf8.count
    for (word, advice) in beginnings where start.hasPrefix(word) {
      let length = word.utf8.count { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ":") }
      return (advice, indent..<(indent + max(1, length)))
    }
    for (habit, advice) in habits {
      guard let found = line.range(of: habit) else { continue }
      let blanks = habit.utf8.prefix { $0 == UInt8(ascii: " ") }.count
      let first = line.utf8.distance(from: line.startIndex, to: found.lowerBound) + blanks
      let word = habit.utf8.dropFirst(blanks).prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "(") }
      return (advice, first..<(first + word.count))
    }
    if message.hasSuffix("'do' expected near ':'"), start.hasPrefix("for ") {
      return ("Lua walks a list with for i, x in ipairs(t) do … end", nil)
    }
    if !start.hasPrefix("if "), let found = line.range(of: " if "), line.range(of: " else ") != nil {
      let first = line.utf8.distance(from: line.startIndex, to: found.lowerBound) + 1
      return ("Lua writes x if c else y as c and x or y", first..<(first + 2))
    }
    if message.hasSuffix("<name> expected near <eof>") {
      for (word, advice) in openings where start.hasPrefix(word) { return (advice, nil) }
    }
    return tokens.first { message.range(of: $0.0) != nil }.map { ($0.1, nil) }
  }

  /// What other languages write anywhere in a line, and what Lua writes instead. Longer signs come before their parts.
  private static let habits = [
    ("'''", "Lua writes long texts between [[ and ]]"), ("\"\"\"", "Lua writes long texts between [[ and ]]"),
    ("!=", "Lua writes 'not equal' as ~="), ("===", "Lua compares with =="),
    ("=>", "Lua writes function(x) return x end"),
    ("+=", "Lua has no +=: write x = x + 1"), ("-=", "Lua has no -=: write x = x - 1"),
    ("**=", "Lua has no **=: write x = x ^ 2"), ("*=", "Lua has no *=: write x = x * 2"),
    ("//=", "Lua has no //=: write x = x // 2"), ("/=", "Lua has no /=: write x = x / 2"),
    ("%=", "Lua has no %=: write x = x % 2"), ("..=", "Lua has no ..=: write s = s .. \"more\""),
    (":=", "Lua has no :=: write x = 1 on a line of its own"),
    ("&&", "Lua writes && as and"), ("||", "Lua writes || as or"),
    ("++", "Lua has no ++: write x = x + 1"), ("**", "Lua writes a power as ^: x ^ 2"), ("elif ", "Lua writes elseif"),
    (" in range(", "Lua counts with for i = 1, n do … end"), ("lambda ", "Lua writes function(x) return x end"),
    ("for (", "Lua counts with for i = 1, n do … end"),
    (" is not ", "Lua compares with == and ~=: x ~= nil"), (" is ", "Lua compares with == and ~=: x == nil"),
    (" not in ", "Lua looks a key up: t[key] == nil; a list is walked in a loop"),
    ("!", "Lua writes ! as not"), ("[:", "all positions of an axis are {}: t[{ {}, 1 }]"),
  ]

  /// How Lua opens the blocks that Python opens with a colon.
  private static let openings = [
    ("for ", "Lua walks a list with for i, x in ipairs(t) do … end"), ("while ", "Lua writes while x do … end"),
    ("if ", "Lua writes if x then … end"),
  ]

  private static let requireAdvice = "Lua loads a module with require: local m = require \"m\""
  private static let pcallAdvice = "Lua catches errors with pcall: local ok, result = pcall(f, x)"

  /// What other languages begin a line with.
  private static let beginnings = [
    ("#", "Lua begins a comment with --"), ("//", "Lua begins a comment with --"),
    ("/*", "Lua writes long comments between --[[ and ]]"),
    ("import ", requireAdvice), ("from ", requireAdvice),
    ("let ", "Lua writes local x = 1"), ("const ", "Lua writes local x = 1"), ("var ", "Lua writes local x = 1"),
    ("with ", "Lua has no with: a call takes a function instead: f(function() … end)"),
    ("class ", "Lua has no classes: functions and tables take their place"),
    ("def ", "Lua writes function f(x) … end"), ("elif ", "Lua writes elseif … then"),
    ("else:", "Lua writes else without a colon"), ("try:", pcallAdvice), ("except", pcallAdvice),
    ("finally:", pcallAdvice), ("raise ", "Lua raises an error with error(\"what is wrong\")"),
    ("throw ", "Lua raises an error with error(\"what is wrong\")"),
    ("del ", "Lua forgets a value with x = nil"), ("global ", "Lua's variables are global unless declared local"),
    ("pass", "Lua's blocks may be empty: leave pass out"), ("print ", "Lua calls with parentheses: print(x)"),
    ("assert ", "Lua calls with parentheses: assert(x)"), ("switch ", "Lua writes if … elseif … else … end"),
    ("match ", "Lua writes if … elseif … else … end"), ("func ", "Lua writes function f(x) … end"),
    ("fn ", "Lua writes function f(x) … end"), ("yield ", "Lua writes coroutine.yield(x)"),
    ("%", "commands begin with a colon: :help lists them"),
  ]

  /// The token at which the parser gave up.
  private static let tokens = [
    ("'do' expected near <eof>", "Lua writes for i, x in ipairs(t) do … end, while x do … end"),
    ("near '['", listAdvice), ("near '#'", "Lua begins a comment with --"),
    ("near '//'", "Lua begins a comment with --"), ("'then' expected", "Lua writes if x then … end"),
    ("function arguments expected near '.'", "a method is called with parentheses: x:name()"),
    ("')' expected near '='", "options go into a table: f(x, {name = value})"),
    ("')' expected near ','", "Lua has no tuples: write the values themselves, f(2, 3), or a list, f{2, 3}"),
    ("']' expected near ','", "several positions go into braces: t[{1, 2}]"),
    ("']' expected near ':'", "a range of positions goes into braces: t[{ {1, 2} }]"),
    ("'}' expected near ':'", "Lua writes a table as {name = 1} or {[\"name\"] = 1}"),
    ("'do' expected", "Lua writes while x do … end"), ("near '?'", "Lua writes a ? b : c as a and b or c"),
    ("near '@'", "Lua has no @: a:matmul(b) multiplies matrices"),
    ("near 'in'", "Lua looks a key up: t[key] ~= nil; a list is walked in a loop"),
    ("near 'if'", "Lua writes x if c else y as c and x or y"), ("near '\\'", "Lua needs no \\ at the end of a line"),
    ("<eof> expected near 'end'", "there is an end more than there are blocks"),
    ("'<eof>' expected near 'end'", "there is an end more than there are blocks"),
    ("near '<\\", "Lua's names are made of the letters a to z, digits and _; other letters may stand in texts"),
    ("malformed number near ", "Lua writes numbers as 1000, 0.5, 1e-3, 0xFF"),
  ]

  // MARK: The mark

  /// The part of the source that a syntax error is about: the habit, or the token at which the parser gave up.
  func syntaxCause(_ message: String, _ source: Found) -> Range<Int>? {
    let finder = source.finder, bytes = source.bytes
    if message.hasSuffix("near <eof>"), message.range(of: "(to close '") != nil {
      guard let start = message.range(of: "(to close '") else { return nil }
      let word = String(message[start.upperBound...].prefix { $0 != "'" })
      let found = finder.line.filter { finder.text($0) == word }
      return found.count == 1 ? finder.tokens[found[0]].range : nil
    }
    if let line = LuaHost.line(in: bytes, of: message), let mark = LuaHost.habit(in: line.text, message)?.mark {
      return (line.start + mark.lowerBound)..<(line.start + mark.upperBound)
    }
    guard let start = message.range(of: " near '") else { return nil }
    let rest = message[start.upperBound...]
    let word = String(rest.dropLast())
    if word.hasPrefix("<\\") {
      return finder.line.lazy.map { finder.tokens[$0].range }.first { bytes[$0.lowerBound] > 127 }
    }
    let found = finder.line.first { index in
      let text = finder.text(index)
      if finder.tokens[index].kind == .openString { return text.hasPrefix(word) }
      return text == word && stops(bytes, finder.tokens[index].range.upperBound)
    }
    return found.map { finder.tokens[$0].range }
  }

  /// Whether the text up to `end` is wrong whatever follows.
  private func stops(_ bytes: [UInt8], _ end: Int) -> Bool {
    var head = Array(bytes[..<end])
    if head.first == UInt8(ascii: "#") {
      for index in head.indices.prefix(while: { head[$0] != UInt8(ascii: "\n") }) { head[index] = UInt8(ascii: " ") }
    }
    let problem = syntaxProblem(String(decoding: head, as: UTF8.self), name: "=head")
    return problem.map { !$0.hasSuffix("near <eof>") } ?? false
  }

  /// The line that a syntax error is about: what was opened and not closed, where it says so.
  func source(_ bytes: [UInt8], syntax message: String) -> Found? {
    if message.hasSuffix("near <eof>"), let start = message.range(of: " at line ") {
      return Int(message[start.upperBound...].prefix { $0.isNumber }).flatMap { found(in: bytes, line: $0) }
    }
    return LuaHost.lineNumber(in: message).flatMap { found(in: bytes, line: $0) }
  }
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
