internal import LuaHost

/// What to do with the text of a cell.
enum Plan {
  /// Run this source: the text itself, or the text with `return` before its last statement.
  case run(String)
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
    if expressionProblem == nil { return .run(expression) }
    let problem = host.syntaxProblem(text, name: "=" + name)
    if let plan = withReturn(text, compiles: problem == nil) { return plan }
    guard let problem else { return .run(text) }
    for message in [problem, expressionProblem!] where message.hasSuffix("near <eof>") { return .incomplete(message) }
    return .invalid(problem)
  }

  /// The text with `return` before its last statement, when that statement begins a line (or follows a semicolon) and
  /// its values can be returned; incomplete when it is the beginning of such an expression; nil when there is none.
  ///
  /// The place is right when everything before it is a whole chunk by itself and everything together compiles with the
  /// `return`. Where the text compiles as it stands, a line that begins with a bracket or a string may also continue
  /// the one before (`f` newline `(x)`), so only names are taken for the beginning of a statement there.
  private func withReturn(_ text: String, compiles: Bool) -> Plan? {
    let bytes = Array(text.utf8)
    guard bytes.count <= 100_000 else { return nil }
    var tried = 0
    for position in stride(from: bytes.count - 1, to: 0, by: -1) where tried < 50 {
      guard [UInt8(ascii: "\n"), UInt8(ascii: ";")].contains(bytes[position - 1]) else { continue }
      let tail = bytes[position...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let first = tail.first, first != UInt8(ascii: "\n") else { continue }
      let isName = first == UInt8(ascii: "_") || (first | 32 >= UInt8(ascii: "a") && first | 32 <= UInt8(ascii: "z"))
      guard isName || !compiles else { continue }
      tried += 1
      let head = String(decoding: bytes[..<position], as: UTF8.self)
      let whole = head + "return " + String(decoding: bytes[position...], as: UTF8.self)
      let problem = host.syntaxProblem(whole, name: "=cell")
      let isUnfinished = !compiles && problem?.hasSuffix("near <eof>") == true
      guard problem == nil || isUnfinished, host.syntaxProblem(head, name: "=cell") == nil else { continue }
      return isUnfinished ? .incomplete(problem!) : .run(whole)
    }
    return nil
  }
}
