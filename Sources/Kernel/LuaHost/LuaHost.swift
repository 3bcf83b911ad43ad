internal import CLuaBridge
public import Surface

/// A Lua state in which scripts use the engine. It knows no single method: everything it offers is made from the
/// `Function`s and `ScriptType`s it is given.
///
/// Used from one thread.
public final class LuaHost {
  /// The bridge's host. Calls after `close` are our own bug.
  let pointer: OpaquePointer
  private var isOpen = true
  let life: HostLife
  /// Keeps an error value referenced while the bridge raises it.
  var pendingError: ScriptError?
  /// Everything that scripts may call, for help and completion.
  public let registry: Registry
  /// Functions made by the host itself; the Lua state refers to them as long as it lives.
  var own: [Function] = []
  /// Types that were defined here, kept because the Lua state refers to their functions.
  var definedTypes: [ScriptType] = []
  /// The report of the last run when it failed, else nil.
  public internal(set) var failure: Report?
  /// The texts of cells, for reports.
  var sources = Sources()
  /// The name of the newest cell to Lua, and in messages.
  var newest: (numbered: String, plain: String)?
  /// Takes what `print` writes: standard output unless changed.
  public var output: (UnsafeRawBufferPointer) -> Void = StandardOutput.write

  /// Makes a state that offers the given functions and types.
  ///
  /// `memoryLimit` bounds Lua's own heap, in bytes; nil is half of the machine's memory. Objects of the engine are not
  /// part of it.
  public init(functions: [Function], types: [ScriptType], memoryLimit: Int? = nil) throws {
    registry = Registry(functions: functions, types: types)
    guard let pointer = atl_create(memoryLimit ?? 0, Interrupt.address, LuaHost.callbacks()) else {
      throw EngineError("atelier", "not enough memory to start Lua")
    }
    self.pointer = pointer
    life = HostLife(pointer)
    atl_set_context(pointer, Unmanaged.passUnretained(self).toOpaque())
    try define()
  }

  /// Ends the state: finalizers run, files are closed. Nothing of Lua may be used afterwards.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    pendingError = nil
    atl_destroy(pointer)
    life.host = nil
  }

  deinit {
    guard isOpen else { return }
    // A finalizer of the script must not reach a host that is going away.
    atl_set_context(pointer, nil)
    life.host = nil
    atl_destroy(pointer)
  }

  /// What Lua's own heap may grow to, in bytes.
  public var memoryLimit: Int { atl_memory_limit(pointer) }

  /// Bytes of Lua's own heap.
  public var luaBytes: Int { atl_lua_bytes(pointer) }

  /// Native bytes of the engine's objects that the script holds.
  public var nativeBytes: Int { atl_native_bytes(pointer) }

  /// Collects all garbage of the script now.
  public func collectGarbage() { atl_collect(pointer) }

  /// The text of the last failure.
  var message: String {
    var length = 0
    let text = atl_message(pointer, &length)
    return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  }
}
