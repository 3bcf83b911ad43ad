internal import LuaHost

/// What to do with the text of a cell.
enum Plan {
  /// Run this source: the text itself, or the text with `return` before its last statement, which then begins at
  /// `expression`, in bytes.
  case run(String, expression: Int?)
  /// More lines are needed; the parser's message.
  case incomplete(String)
  /// Wrong whatever follows; the parser's message.
  case invalid(String)
}

extension Session {
  /// Decides between expression, statements, unfinished and wrong input. Lua's parser is the only judge.
  func plan(_ text: String, name: String) -> Plan {
    // A short string cannot go on in the next line: with the newline an open one is an error, not a wish for more.
    let text = text.last == "\n" ? text : text + "\n"
    let expression = "return " + text
    let expressionProblem = host.syntaxProblem(expression, name: "=" + name)
    if expressionProblem == nil { return .run(expression, expression: 0) }
    let problem = host.syntaxProblem(text, name: "=" + name)
    if let plan = withReturn(text, compiles: problem == nil) { return plan }
    guard let problem else { return .run(text, expression: nil) }
    if LuaHost.opensPythonBlock(text) {
      var lines = text[...]
      while lines.last?.isWhitespace == true { lines.removeLast() }
      return .invalid(host.syntaxProblem(String(lines), name: "=" + name) ?? problem)
    }
    for message in [problem, expressionProblem!] where message.hasSuffix("near <eof>") { return .incomplete(message) }
    return .invalid(problem)
  }

  /// The text with `return` before its last statement, when that statement's values can be returned; incomplete when it is
  /// the beginning of such an expression; nil when there is none.
  ///
  /// The place is right when everything before it is a whole chunk by itself and everything together compiles with the
  /// `return`. Where the text compiles as it stands, a bracket or a string may also continue what stands before it (`f`
  /// newline `(x)`), so only names are taken for the beginning of a statement there.
  private func withReturn(_ text: String, compiles: Bool) -> Plan? {
    let bytes = Array(text.utf8)
    guard bytes.count <= 100_000 else { return nil }
    for position in Session.beginnings(bytes).reversed().prefix(50) {
      let first = bytes[position]
      let isName = first == UInt8(ascii: "_") || (first | 32 >= UInt8(ascii: "a") && first | 32 <= UInt8(ascii: "z"))
      guard isName || !compiles else { continue }
      let head = String(decoding: bytes[..<position], as: UTF8.self)
      let whole = head + "return " + String(decoding: bytes[position...], as: UTF8.self)
      let problem = host.syntaxProblem(whole, name: "=cell")
      let isUnfinished = !compiles && problem?.hasSuffix("near <eof>") == true
      guard problem == nil || isUnfinished, host.syntaxProblem(head, name: "=cell") == nil else { continue }
      return isUnfinished ? .incomplete(problem!) : .run(whole, expression: position)
    }
    return nil
  }

  /// Where a statement may begin after another one, in bytes: outside of brackets and blocks, behind what can end one.
  private static func beginnings(_ bytes: [UInt8]) -> [Int] {
    var depth = 0, found: [Int] = [], endsStatement = false
    for token in LuaLexer.tokens(bytes) where token.kind != .comment {
      let text = String(decoding: bytes[token.range], as: UTF8.self)
      if depth == 0, endsStatement { found.append(token.range.lowerBound) }
      switch text {
      case "(", "[", "{", "function", "if", "do", "repeat": depth += 1
      case ")", "]", "}", "end", "until": depth -= 1
      default: break
      }
      switch token.kind {
      case .name, .number, .string: endsStatement = true
      case .keyword: endsStatement = ["end", "nil", "true", "false", "break"].contains(text)
      default: endsStatement = [")", "]", "}", ";", "...", "::"].contains(text)
      }
    }
    return found
  }
}

extension Session {
  /// Whether a cell ends in a semicolon, so that its values are not shown.
  func isHiding(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let last = LuaLexer.tokens(bytes).last { $0.kind != .comment }
    return last.map { $0.kind == .symbol && bytes[$0.range.lowerBound] == UInt8(ascii: ";") } ?? false
  }
}
