internal import Surface

/// Finds the part of the source that an error is about, from the words of its message. What is not certain is nil: no mark
/// is better than a wrong one.
struct CauseFinder {
  let bytes: [UInt8]
  /// Without comments, up to some way behind the line.
  let tokens: [LuaToken]
  /// Of `tokens`, those that begin on the line.
  let line: Range<Int>

  /// Larger texts are read from the line on.
  private static let largestText = 1 << 20, window = 1 << 16

  /// `start` and `end`: the bytes of the line.
  init(_ bytes: [UInt8], start: Int, end: Int) {
    self.bytes = bytes
    let isLarge = bytes.count > CauseFinder.largestText
    let first = isLarge ? start : 0, last = min(bytes.count, end + CauseFinder.window)
    tokens = LuaLexer.tokens(Array(bytes[first..<last])).compactMap { token in
      let range = (token.range.lowerBound + first)..<(token.range.upperBound + first)
      return token.kind == .comment || token.kind == .openComment ? nil : LuaToken(kind: token.kind, range: range)
    }
    let lower = tokens.firstIndex { $0.range.lowerBound >= start } ?? tokens.count
    let upper = tokens.firstIndex { $0.range.lowerBound >= end } ?? tokens.count
    line = lower..<max(lower, upper)
  }

  /// The text of a token; empty where there is none.
  func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? String(decoding: bytes[tokens[index].range], as: UTF8.self) : ""
  }

  private func isName(_ index: Int) -> Bool { tokens.indices.contains(index) && tokens[index].kind == .name }

  private func isText(_ index: Int) -> Bool { tokens.indices.contains(index) && tokens[index].kind == .string }

  private func isCall(_ index: Int) -> Bool { ["(", "{"].contains(text(index)) || isText(index) }

  /// The only index, or the first of several where they are read one after another.
  private func first(_ found: [Int]) -> Int? {
    guard found.count > 1 else { return found.first }
    return line.contains { text($0) == "function" } ? nil : found.first
  }

  private func only(_ found: [Int]) -> Int? { found.count == 1 ? found[0] : nil }

  private func range(_ index: Int?) -> Range<Int>? { index.map { tokens[$0].range } }

  /// The part that the message is about. `calls`: names of the innermost call, when it is one of the engine's or of Lua's
  /// library.
  func cause(of message: String, calls: [String]) -> Range<Int>? {
    if let index = named(in: message) { return range(index) }
    if message.range(of: "for iterator") != nil { return iterated() }
    if message.hasPrefix("attempt to ") { return operation(in: message) }
    if message.hasPrefix("bad 'for' ") { return range(only(line.filter { text($0) == "for" })) }
    if message.hasPrefix("module '"), let name = quoted(after: "module '", in: message) {
      return range(only(line.filter { isText($0) && text($0).dropFirst().dropLast() == name }))
    }
    if message.range(of: "there is no '") != nil, let name = quoted(after: "there is no '", in: message) {
      let last = String(name.split(separator: ".").last ?? "")
      return range(first(line.filter { text($0) == last && text($0 - 1) == "." }))
    }
    if message.range(of: "has no method '") != nil, let name = quoted(after: "has no method '", in: message) {
      return range(first(line.filter { text($0) == name && [".", ":"].contains(text($0 - 1)) }))
    }
    for call in calls { if let found = self.call(call, message) { return found } }
    return nil
  }

  // MARK: Lua's own errors

  /// The name that the message gives in `(global 'x')`, where it is used as the message says.
  private func named(in message: String) -> Int? {
    for kind in ["global", "local", "upvalue", "field", "method"] {
      guard let name = quoted(after: "(\(kind) '", in: message) else { continue }
      if kind == "field", name == "?" || name == "integer index" { return indexed() }
      let isIndex = message.hasPrefix("attempt to index"), isCall = message.hasPrefix("attempt to call")
      return first(
        line.filter { index in
          guard isName(index), text(index) == name else { return false }
          let before = text(index - 1), after = text(index + 1)
          switch kind {
          case "method": if before != ":" { return false }
          case "field": if before != "." { return false }
          default: if before == "." || before == ":" { return false }
          }
          if isIndex { return [".", ":", "["].contains(after) }
          return isCall ? self.isCall(index + 1) : after != "="
        })
    }
    return nil
  }

  /// `x[i]` that is used further: from the bracket to the bracket.
  private func indexed() -> Int? {
    only(line.filter { text($0) == "]" && ([".", ":", "["].contains(text($0 + 1)) || isCall($0 + 1)) })
  }

  /// What stands between `in` and `do`.
  private func iterated() -> Range<Int>? {
    guard let start = only(line.filter { text($0) == "in" }) else { return nil }
    guard let end = (start..<tokens.count).first(where: { text($0) == "do" }), end > start + 1 else { return nil }
    return tokens[start + 1].range.lowerBound..<tokens[end - 1].range.upperBound
  }

  /// The operator, when there is one of its kind on the line.
  private func operation(in message: String) -> Range<Int>? {
    let signs: Set<String>
    if message.hasPrefix("attempt to compare") {
      signs = ["<", ">", "<=", ">="]
    } else if message.hasPrefix("attempt to concatenate") {
      signs = [".."]
    } else if message.hasPrefix("attempt to perform arithmetic") {
      signs = ["+", "-", "*", "/", "//", "%", "^"]
    } else if message.hasPrefix("attempt to get length") {
      signs = ["#"]
    } else {
      let words = ["add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "pow": "^", "idiv": "//", "unm": "-"]
      let word = message.split(separator: " ").dropFirst(2).first.map(String.init) ?? ""
      guard let sign = words[word] else { return nil }
      signs = [sign]
    }
    return range(only(line.filter { tokens[$0].kind == .symbol && signs.contains(text($0)) }))
  }

  // MARK: Calls

  /// The call of a function by its full name, or the part of it that the message names.
  private func call(_ name: String, _ message: String) -> Range<Int>? {
    let words = name.split(separator: " ")
    if words.count == 2, let sign = words.last.map(String.init) { return operatorCall(sign) }
    if name.hasPrefix("unary ") || words.count > 2 { return operatorCall(String(words.last!)) }
    let last = String(name.split { $0 == "." || $0 == ":" }.last ?? "")
    let found = line.filter { isName($0) && text($0) == last && isCall($0 + 1) }
    let parts = found.map { (index: $0, part: part(of: $0 + 1, message)) }
    let named = parts.compactMap(\.part)
    if named.count == 1 { return named[0] }
    guard let index = only(found), named.isEmpty else { return nil }
    var start = index
    while [".", ":"].contains(text(start - 1)), isName(start - 2), line.contains(start - 2) { start -= 2 }
    return tokens[start].range.lowerBound..<tokens[index].range.upperBound
  }

  private func operatorCall(_ sign: String) -> Range<Int>? {
    if sign.hasPrefix("[]") || sign == "index" {
      let isAssignment = sign.hasSuffix("=")
      let found = line.filter { text($0) == "[" && (isName($0 - 1) || ["]", ")"].contains(text($0 - 1))) }
      guard let open = only(found), let close = closing(open) else { return nil }
      if isAssignment, text(close + 1) != "=" { return nil }
      return tokens[open].range.lowerBound..<tokens[close].range.upperBound
    }
    return range(only(line.filter { tokens[$0].kind == .symbol && text($0) == sign }))
  }

  /// The option or argument of a call that the message names. `open`: what follows the function's name.
  private func part(of open: Int, _ message: String) -> Range<Int>? {
    guard let close = closing(open) else { return nil }
    if let option = quoted(after: "option '", in: message) {
      let keys = ((open + 1)..<max(open + 1, close)).filter {
        isName($0) && text($0) == option && text($0 + 1) == "=" && ["{", ",", ";"].contains(text($0 - 1))
      }
      guard let key = only(keys) else { return nil }
      if message.range(of: "has no option '") != nil { return tokens[key].range }
      return element(from: key + 2)
    }
    guard let number = argumentNumber(in: message) else { return nil }
    guard text(open) == "(" else {
      return number == 1 ? tokens[open].range.lowerBound..<tokens[close].range.upperBound : nil
    }
    var start = open + 1
    for _ in 1..<number {
      guard let end = elementEnd(from: start), text(end) == "," else { return nil }
      start = end + 1
    }
    return start < close ? element(from: start) : nil
  }

  /// The number in `argument 2 ('x')` or `bad argument #2 to`, from 1.
  private func argumentNumber(in message: String) -> Int? {
    for word in ["argument #", "argument "] {
      guard let start = message.range(of: word) else { continue }
      if let number = Int(message[start.upperBound...].prefix { $0.isNumber }), (1...100).contains(number) {
        return number
      }
    }
    return nil
  }

  /// From a token to the end of the expression: a comma or a closing bracket.
  private func element(from start: Int) -> Range<Int>? {
    guard let end = elementEnd(from: start), end > start else { return nil }
    return tokens[start].range.lowerBound..<tokens[end - 1].range.upperBound
  }

  private func elementEnd(from start: Int) -> Int? {
    var index = start
    while index < tokens.count {
      let text = text(index)
      if [",", ";", ")", "}", "]"].contains(text) { return index }
      index = (["(", "{", "["].contains(text) ? closing(index) : index).map { $0 + 1 } ?? tokens.count
    }
    return nil
  }

  /// The bracket that closes the one at an index; a text closes itself.
  private func closing(_ open: Int) -> Int? {
    if isText(open) { return open }
    var depth = 0
    for index in open..<tokens.count where tokens[index].kind == .symbol {
      switch text(index) {
      case "(", "{", "[": depth += 1
      case ")", "}", "]":
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }

  /// What follows a phrase, up to the next quote.
  private func quoted(after phrase: String, in message: String) -> String? {
    guard let start = message.range(of: phrase) else { return nil }
    let rest = message[start.upperBound...]
    return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
  }

  // MARK: What the line holds

  /// Whether a text follows an `f` at once: `f"{x}"`.
  var isFormatted: Bool { line.contains { text($0) == "f" && isText($0 + 1) } }

  /// Whether the line has the position 0.
  var indexesZero: Bool { line.contains { text($0) == "[" && text($0 + 1) == "0" && text($0 + 2) == "]" } }

  /// The names before the field or method `name` on the line (`a.b` in `a.b.name`), when they are names only.
  func owner(of name: String) -> String? {
    let found = line.filter { text($0) == name && [".", ":"].contains(text($0 - 1)) }
    guard let index = first(found) else { return nil }
    var names: [String] = [], position = index - 1
    while [".", ":"].contains(text(position)) {
      guard isName(position - 1) else { return nil }
      names.insert(text(position - 1), at: 0)
      position -= 2
    }
    return names.joined(separator: ".")
  }
}
