internal import CLuaBridge
internal import Surface

/// The bridge's tags, as the type that its tokens store them in.
enum Tag {
  static let none = Int32(ATL_NIL)
  static let bool = Int32(ATL_BOOL)
  static let integer = Int32(ATL_INTEGER)
  static let number = Int32(ATL_NUMBER)
  static let string = Int32(ATL_STRING)
  static let object = Int32(ATL_OBJECT)
  static let table = Int32(ATL_TABLE)
  static let function = Int32(ATL_FUNCTION)
  static let callable = Int32(ATL_CALLABLE)
  static let reference = Int32(ATL_REFERENCE)
  static let argument = Int32(ATL_ARGUMENT)
  static let problem = Int32(ATL_PROBLEM)
  static let taken = Int32(ATL_TAKEN)
}

/// Where a token keeps the two words of a class existential.
let payloadOffset = MemoryLayout<atl_token>.offset(of: \.as)!

/// Reads the values that the bridge has written, one after another.
struct TokenReader {
  private var next: UnsafeMutablePointer<atl_token>
  private let host: LuaHost

  init(_ tokens: UnsafeMutablePointer<atl_token>, _ host: LuaHost) {
    next = tokens
    self.host = host
  }

  /// The next value. Throws when the bridge could not read it.
  mutating func value() throws -> Value {
    let token = next
    next += 1
    switch token.pointee.tag {
    case Tag.none: return .none
    case Tag.bool: return .bool(token.pointee.as.integer != 0)
    case Tag.integer: return .integer(Int(token.pointee.as.integer))
    case Tag.number: return .number(token.pointee.as.number)
    case Tag.string: return .string(TokenReader.string(token))
    case Tag.object:
      let payload = UnsafeRawPointer(token) + payloadOffset
      return .object(payload.assumingMemoryBound(to: (any Scriptable).self).pointee)
    case Tag.function:
      token.pointee.tag = Tag.taken
      let reference = Int32(token.pointee.as.integer)
      return .function(
        ScriptFunction(reference, isTable: token.pointee.slot != 0, life: host.life, owner: host))
    case Tag.table: return .table(try table(token.pointee.as.table.list, token.pointee.as.table.fields))
    default: throw ReadProblem(code: Int(token.pointee.as.integer))
    }
  }

  /// Bytes that are not UTF-8 become U+FFFD.
  private static func string(_ token: UnsafeMutablePointer<atl_token>) -> String {
    let text = token.pointee.as.text
    return String(decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.length), as: UTF8.self)
  }

  /// Lua walks a table in an order that differs from run to run, so the fields are sorted by name.
  private mutating func table(_ list: Int64, _ fields: Int64) throws -> Table {
    let result = Table()
    result.list.reserveCapacity(Int(list))
    for _ in 0..<list { result.list.append(try value()) }
    guard fields > 0 else { return result }
    result.fields.reserveCapacity(Int(fields))
    for _ in 0..<fields {
      let key = next
      next += 1
      let name = key.pointee.tag == Tag.string ? TokenReader.string(key) : "[\(key.pointee.as.integer)]"
      result.fields.append((name, try value()))
    }
    if fields > 1 { result.fields.sort { $0.key < $1.key } }
    return result
  }
}

/// Why an argument could not be read.
struct ReadProblem: Error {
  let code: Int

  /// The clause that follows `argument 2 `.
  var text: String {
    switch code {
    case ATL_TOO_DEEP: "holds tables nested more than \(ATL_MAX_NESTING) deep"
    case ATL_CYCLE: "is a table that contains itself"
    case ATL_BAD_KEY: "is a table with a key that is neither a name nor an integer"
    case ATL_TOO_MANY: "holds more than \(ATL_MAX_VALUES) values"
    case ATL_NO_MEMORY: "is too large for the memory there is"
    case ATL_CLOSED: "is an object that was closed"
    default: "is a value that the engine cannot take (a coroutine, a file or another library's object)"
    }
  }
}

/// Writes values for the bridge to push.
struct TokenWriter {
  private let buffer: UnsafeMutablePointer<atl_buffer>
  private let host: LuaHost

  init(_ buffer: UnsafeMutablePointer<atl_buffer>, _ host: LuaHost) {
    self.buffer = buffer
    self.host = host
  }

  private func append() throws -> UnsafeMutablePointer<atl_token> {
    guard atl_reserve(buffer, 1) else { throw EngineError("", "not enough memory for a result") }
    let token = buffer.pointee.tokens! + buffer.pointee.count
    token.pointee.tag = Tag.none
    buffer.pointee.count += 1
    return token
  }

  /// Writes one value (several for `.many`).
  func write(_ value: Value) throws {
    if case .many(let values) = value {
      for value in values { try write(value) }
      return
    }
    if case .table(let table) = value { return try write(table) }
    let token = try append()
    switch value {
    case .none, .many, .table: break
    case .bool(let value):
      token.pointee.as.integer = value ? 1 : 0
      token.pointee.tag = Tag.bool
    case .integer(let value):
      token.pointee.as.integer = Int64(value)
      token.pointee.tag = Tag.integer
    case .number(let value):
      token.pointee.as.number = value
      token.pointee.tag = Tag.number
    case .string(let text): try write(text, at: token)
    case .object(let object):
      token.pointee.slot = try host.slot(of: object)
      token.pointee.extra = Int64(max(0, object.nativeBytes))
      (UnsafeMutableRawPointer(token) + payloadOffset).initializeMemory(as: (any Scriptable).self, to: object)
      token.pointee.tag = Tag.object
    case .function(let callable):
      if let function = callable as? ScriptFunction {
        writeReference(function.reference, at: token)
      } else {
        (UnsafeMutableRawPointer(token) + payloadOffset).initializeMemory(as: (any Callable).self, to: callable)
        token.pointee.extra = 0
        token.pointee.tag = Tag.callable
      }
    }
  }

  /// Writes the call's own first argument: what a method that returns its receiver gives.
  func writeReceiver() throws {
    let token = try append()
    token.pointee.as.integer = 1
    token.pointee.tag = Tag.argument
  }

  /// Writes what a registry reference refers to.
  func writeReference(_ reference: Int32) throws { writeReference(reference, at: try append()) }

  private func writeReference(_ reference: Int32, at token: UnsafeMutablePointer<atl_token>) {
    token.pointee.as.integer = Int64(reference)
    token.pointee.tag = Tag.reference
  }

  private func write(_ text: String, at token: UnsafeMutablePointer<atl_token>) throws {
    var text = text
    let (offset, length) = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { (atl_append_bytes(buffer, $0.baseAddress, $0.count), $0.count) }
    }
    guard offset >= 0 else { throw EngineError("", "not enough memory for a result") }
    token.pointee.extra = offset
    token.pointee.as.text.length = length
    token.pointee.tag = Tag.string
  }

  private func write(_ table: Table) throws {
    let token = try append()
    token.pointee.as.table.list = Int64(table.list.count)
    token.pointee.as.table.fields = Int64(table.fields.count)
    token.pointee.tag = Tag.table
    for (place, value) in table.list.enumerated() {
      if place & 0xfff == 0xfff { try Interrupt.check() }
      try write(value)
    }
    for field in table.fields {
      try write(field.key, at: try append())
      try write(field.value)
    }
  }
}
