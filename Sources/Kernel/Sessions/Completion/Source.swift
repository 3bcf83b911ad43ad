internal import LuaHost

/// Lua source left of a cursor: tokens without comments, brackets with their partners.
struct Source {
  let bytes: [UInt8]
  let tokens: [LuaToken]
  /// For every bracket the place of its partner; nil where it has none.
  let partner: [Int?]
  /// Whether the cursor stands in a comment.
  let endsInComment: Bool

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let all = LuaLexer.tokens(bytes)
    endsInComment =
      all.last.map { ($0.kind == .comment || $0.kind == .openComment) && $0.range.upperBound == bytes.count }
      ?? false
    let tokens = all.filter { $0.kind != .comment && $0.kind != .openComment }
    self.tokens = tokens
    var partner = [Int?](repeating: nil, count: tokens.count), open: [Int] = []
    for (index, token) in tokens.enumerated() where token.kind == .symbol {
      switch bytes[token.range.lowerBound] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open.append(index)
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard let other = open.popLast() else { continue }
        (partner[index], partner[other]) = (other, index)
      default: break
      }
    }
    self.partner = partner
  }

  /// The text of a token; empty outside.
  func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? String(decoding: bytes[tokens[index].range], as: UTF8.self) : ""
  }

  func kind(_ index: Int) -> LuaToken.Kind? { tokens.indices.contains(index) ? tokens[index].kind : nil }

  /// Whether a token may end something that is called, indexed or computed with.
  func endsOperand(_ index: Int) -> Bool {
    switch kind(index) {
    case .name, .string, .number: true
    case .symbol: [")", "]", "}", "..."].contains(text(index))
    case .keyword: ["end", "nil", "true", "false"].contains(text(index))
    default: false
    }
  }

  /// Whether a bracket that follows the token calls it.
  func isCallable(_ index: Int) -> Bool {
    switch kind(index) {
    case .name, .string: true
    case .symbol: [")", "]", "}"].contains(text(index))
    default: false
    }
  }

  // MARK: Keywords

  private static let operand = ["false", "function", "nil", "not", "true"]
  private static let statement = [
    "break", "do", "for", "function", "goto", "if", "local", "repeat", "return", "while",
  ]
  private static let closing = ["else", "elseif", "end", "until"]

  /// Keywords that may stand after the tokens before `end`.
  func keywords(before end: Int) -> [String] {
    let previous = text(end - 1)
    switch previous {
    case "": return Source.statement + Source.operand
    case "local": return ["function"]
    case "function", "for": return []
    case ";", "then", "do", "else", "repeat": return Source.statement + Source.closing
    default: break
    }
    if endsOperand(end - 1) {
      return ["and", "do", "in", "or", "then"] + Source.statement.filter { $0 != "do" } + Source.closing
    }
    return previous == "return" ? Source.operand + Source.closing : Source.operand
  }

  // MARK: Local names

  /// Names that are local at the place: of `local` statements, parameters and loops whose block is open.
  func names(before end: Int) -> [String] {
    var blocks: [[String]] = [[]], waiting: [String] = []
    var index = 0
    while index < end {
      switch kind(index) == .keyword ? text(index) : "" {
      case "local":
        if text(index + 1) == "function" {
          if kind(index + 2) == .name, index + 2 < end { blocks[blocks.count - 1].append(text(index + 2)) }
        } else {
          blocks[blocks.count - 1] += list(from: index + 1, to: end)
        }
      case "for": waiting = list(from: index + 1, to: end)
      case "do":
        blocks.append(waiting)
        waiting = []
      case "function":
        var open = index + 1
        while open < end, kind(open) == .name || [".", ":"].contains(text(open)) { open += 1 }
        blocks.append(text(open) == "(" ? list(from: open + 1, to: end) : [])
      case "then", "repeat": blocks.append([])
      case "else":
        blocks.removeLast()
        blocks.append([])
      case "end", "until", "elseif": blocks.removeLast()
      default: break
      }
      if blocks.isEmpty { blocks.append([]) }
      index += 1
    }
    return blocks.flatMap { $0 }
  }

  /// Names with commas between them; attributes are passed.
  private func list(from start: Int, to end: Int) -> [String] {
    var names: [String] = [], index = start
    while index < end, kind(index) == .name {
      names.append(text(index))
      index += text(index + 1) == "<" ? 4 : 1
      guard text(index) == "," else { break }
      index += 1
    }
    return names
  }
}
