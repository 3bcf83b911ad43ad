/// A JSON value as the headers of checkpoint files use it. Members keep the file's order.
enum JSON {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits `Int`.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A named value of an object.
  struct Member {
    let key: String
    let value: JSON
  }

  /// The members of an object by name, or nil.
  subscript(_ key: String) -> JSON? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }
}

/// Why a text is not acceptable JSON, and at which byte.
struct JSONProblem: Error {
  let offset: Int
  let text: String
}

/// A parser for text from strangers. Stricter than RFC 8259 asks: duplicate names are refused, and depth and number
/// of values are limited, so that a small file cannot cost much time or memory.
struct StrictJSON {
  /// Most levels of arrays and objects.
  static let depthLimit = 16
  /// Most values in one text: a header of 100,000 tensors has about a million.
  static let valueLimit = 4_000_000

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var values = 0

  /// The value of a whole UTF-8 text; white space may follow it, nothing else.
  static func parse(_ bytes: [UInt8]) throws -> JSON {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONProblem(offset: 0, text: "not valid UTF-8") }
    var parser = StrictJSON(bytes: bytes)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.problem("text after the end of the value") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func problem(_ text: String) -> JSONProblem { JSONProblem(offset: position, text: text) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value() throws -> JSON {
    values += 1
    guard values <= Self.valueLimit else { throw problem("more than \(Self.valueLimit) values") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw problem("the text ends where a value should be")
    default: return try number()
    }
  }

  private mutating func nested(_ body: (inout StrictJSON) throws -> JSON) throws -> JSON {
    depth += 1
    guard depth <= Self.depthLimit else { throw problem("more than \(Self.depthLimit) levels") }
    position += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func object() throws -> JSON {
    var members: [JSON.Member] = []
    var seen = Set<String>()
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw problem("expected a name in quotes") }
      let start = position
      let key = try string()
      guard seen.insert(key).inserted else {
        throw JSONProblem(offset: start, text: "the name \"\(key)\" stands twice")
      }
      skipSpace()
      guard take(":") else { throw problem("expected a colon after \"\(key)\"") }
      members.append(JSON.Member(key: key, value: try value()))
      skipSpace()
    } while take(",")
    guard take("}") else { throw problem("expected a comma or the closing brace") }
    return .object(members)
  }

  private mutating func array() throws -> JSON {
    var items: [JSON] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      items.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw problem("expected a comma or the closing bracket") }
    return .array(items)
  }

  private mutating func word(_ text: String, _ value: JSON) throws -> JSON {
    guard bytes[position...].starts(with: text.utf8) else { throw problem("expected a value") }
    position += text.utf8.count
    return value
  }

  private mutating func digits() throws {
    guard let byte = next, Self.isDigit(byte) else { throw problem("expected a value") }
    while let byte = next, Self.isDigit(byte) { position += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private mutating func number() throws -> JSON {
    let start = position
    _ = take("-")
    let leading = position
    try digits()
    guard bytes[leading] != UInt8(ascii: "0") || position == leading + 1 else {
      throw JSONProblem(offset: leading, text: "a number starts with a needless zero")
    }
    var whole = true
    if take(".") {
      whole = false
      try digits()
    }
    if take("e") || take("E") {
      whole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else { throw JSONProblem(offset: start, text: "not a number: \(text)") }
    return .number(number)
  }

  /// A string; `position` is at its opening quote.
  private mutating func string() throws -> String {
    position += 1
    var result: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): result.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        position -= 1
        throw problem("a control character inside a string")
      default: result.append(byte)
      }
    }
    throw problem("a string without its closing quote")
  }

  /// What follows a backslash.
  private mutating func escape() throws -> Character {
    let start = position - 1
    guard let byte = next else { throw problem("a string without its closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
        let low = UInt32(try hexadecimal())
        guard (0xDC00..<0xE000).contains(low) else { throw JSONProblem(offset: start, text: "half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw JSONProblem(offset: start, text: "half a surrogate pair") }
      return Character(scalar)
    default: throw JSONProblem(offset: start, text: "an unknown escape in a string")
    }
  }

  private mutating func hexadecimal() throws -> UInt16 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw problem("expected four hexadecimal digits") }
    position += 4
    return code
  }
}

extension String {
  /// The text as a JSON string with its quotes, escaped as the safetensors library does: only what must be.
  var quotedJSON: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
