internal import CLuaBridge
internal import Surface

/// Whether the Lua state behind references still exists. References outlive their host harmlessly.
final class HostLife {
  var host: OpaquePointer?

  init(_ host: OpaquePointer) { self.host = host }

  /// Queues the release of a reference; nothing of Lua runs now.
  func release(_ reference: Int32) { if let host { atl_release_reference(host, reference) } }
}

/// A function of the script, held by the engine. In the arguments of an opaque function (`help`) it may be a table.
final class ScriptFunction: Callable {
  let reference: Int32
  let isTable: Bool
  let life: HostLife
  unowned let owner: LuaHost

  init(_ reference: Int32, isTable: Bool, life: HostLife, owner: LuaHost) {
    self.reference = reference
    self.isTable = isTable
    self.life = life
    self.owner = owner
  }

  deinit { life.release(reference) }

  func call(_ arguments: [Value]) throws -> [Value] {
    guard life.host != nil else { throw EngineError("call", "the script that this function belongs to has ended") }
    return try owner.call(reference, arguments)
  }
}

/// An error value raised by a script, on its way through the engine. Thrown on unchanged, it reaches the script as the
/// very value that was raised. (Errors must be Sendable; like the whole host, this one stays on its thread.)
public final class ScriptError: Error, CustomStringConvertible, @unchecked Sendable {
  let reference: Int32
  let life: HostLife
  /// The error's text when it is a string.
  public let description: String

  init(_ reference: Int32, _ description: String, life: HostLife) {
    self.reference = reference
    self.description = description
    self.life = life
  }

  deinit { life.release(reference) }
}
