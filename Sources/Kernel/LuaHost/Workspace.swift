internal import CLuaBridge
internal import Surface

/// A variable of the script.
public struct Variable {
  public let name: String
  public let sight: Sight
  /// What it keeps alive, in bytes.
  public let bytes: Int
}

extension LuaHost {
  /// Remembers globals and loaded modules as they are now, for what follows here.
  public func takeSnapshot() throws {
    if !atl_snapshot(pointer) { throw notEnoughMemory }
  }

  /// Everything that was made since the snapshot, by name. No code of the script runs.
  public func variables() -> [Variable] {
    final class List { var list: [Variable] = [] }
    let found = List()
    atl_each_variable(pointer, Unmanaged.passUnretained(found).toOpaque()) { context, name, sight, bytes in
      let found = Unmanaged<List>.fromOpaque(context!).takeUnretainedValue()
      found.list.append(Variable(name: String(cString: name!), sight: Sight(sight!.pointee), bytes: Int(bytes)))
    }
    return found.list.sorted { $0.name < $1.name }
  }

  /// Forgets everything that was made since the snapshot, and collects it.
  public func restoreSnapshot() throws {
    if !atl_restore(pointer) { throw notEnoughMemory }
  }

  /// Makes `require` read the session's own modules again.
  public func forgetModules() throws {
    if !atl_forget_modules(pointer) { throw notEnoughMemory }
  }

  private var notEnoughMemory: EngineError { EngineError("", "there is not enough memory for that: \(message)") }
}
