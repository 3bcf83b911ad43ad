/// A piece of Lua source.
public struct LuaToken: Equatable {
  /// What a piece is.
  public enum Kind: Equatable {
    case name, keyword, number, string, comment, symbol
    /// A string or comment in brackets, or a quoted string, that the text ends in.
    case openString, openComment
  }

  public let kind: Kind
  /// Where it stands, in bytes of the text's UTF-8.
  public let range: Range<Int>
}

/// Takes Lua 5.4 source apart. Any text has tokens: what is no Lua becomes symbols of one byte. White space is left out.
public struct LuaLexer {
  private let bytes: [UInt8]
  private var position = 0

  /// Lua's reserved words.
  public static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All tokens of a text, comments included.
  public static func tokens(_ bytes: [UInt8]) -> [LuaToken] {
    var lexer = LuaLexer(bytes), tokens: [LuaToken] = []
    while let token = lexer.next() { tokens.append(token) }
    return tokens
  }

  private func byte(_ offset: Int = 0) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }

  private mutating func next() -> LuaToken? {
    while position < bytes.count, byte() <= 32 { position += 1 }
    guard position < bytes.count else { return nil }
    let start = position
    let kind = scan()
    return LuaToken(kind: kind, range: start..<position)
  }

  private mutating func scan() -> LuaToken.Kind {
    let first = byte()
    if LuaLexer.isNameByte(first), !LuaLexer.isDigit(first) { return name() }
    if LuaLexer.isDigit(first) || (first == UInt8(ascii: ".") && LuaLexer.isDigit(byte(1))) { return number() }
    switch first {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted(first)
    case UInt8(ascii: "-") where byte(1) == first:
      position += 2
      if let level = longBracket() { return long(level) ? .comment : .openComment }
      while position < bytes.count, byte() != UInt8(ascii: "\n") { position += 1 }
      return .comment
    case UInt8(ascii: "["):
      if let level = longBracket() { return long(level) ? .string : .openString }
    default: break
    }
    let two = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
    let three = String(decoding: bytes[position..<min(position + 3, bytes.count)], as: UTF8.self)
    position += three == "..." ? 3 : ["==", "~=", "<=", ">=", "//", "::", "<<", ">>", ".."].contains(two) ? 2 : 1
    return .symbol
  }

  private mutating func name() -> LuaToken.Kind {
    let start = position
    while LuaLexer.isNameByte(byte()) { position += 1 }
    return LuaLexer.keywords.contains(String(decoding: bytes[start..<position], as: UTF8.self)) ? .keyword : .name
  }

  private mutating func number() -> LuaToken.Kind {
    let isHex = byte() == UInt8(ascii: "0") && byte(1) | 32 == UInt8(ascii: "x")
    let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
    while LuaLexer.isNameByte(byte()) || byte() == UInt8(ascii: ".") {
      if byte() == UInt8(ascii: "."), byte(1) == byte() { break }
      let isExponent = byte() | 32 == exponent
      position += 1
      if isExponent, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(byte()) { position += 1 }
    }
    return .number
  }

  private mutating func quoted(_ quote: UInt8) -> LuaToken.Kind {
    position += 1
    while position < bytes.count {
      let current = byte()
      if current == UInt8(ascii: "\n") { return .openString }
      position += current == UInt8(ascii: "\\") ? 2 : 1
      if current == quote { return .string }
    }
    position = bytes.count
    return .openString
  }

  /// The number of `=` between two opening brackets, which are then passed; nil when there are none.
  private mutating func longBracket() -> Int? {
    guard byte() == UInt8(ascii: "[") else { return nil }
    var level = 0
    while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
    guard byte(1 + level) == UInt8(ascii: "[") else { return nil }
    position += level + 2
    return level
  }

  /// Passes everything up to the closing bracket; false when there is none.
  private mutating func long(_ level: Int) -> Bool {
    while position < bytes.count {
      if byte() == UInt8(ascii: "]"), byte(1 + level) == UInt8(ascii: "]"),
        (1..<(level + 1)).allSatisfy({ byte($0) == UInt8(ascii: "=") })
      {
        position += level + 2
        return true
      }
      position += 1
    }
    return false
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (byte | 32 >= 97 && byte | 32 <= 122)
  }
}
