internal import CLuaBridge
public import Surface

/// How a chunk ended.
public enum RunResult {
  /// It ran; the values it returned, as the prompt shows them (empty unless asked for).
  case done([String])
  /// It does not compile.
  case syntaxError(String)
  /// It raised an error: message with advice, and Lua's traceback.
  case failed(message: String, traceback: String)
  /// Ctrl-C stopped it.
  case interrupted(traceback: String)
}

extension LuaHost {
  /// Whether a text compiles as a chunk; nil when it does, the parser's message when it does not.
  public func syntaxProblem(_ text: String, name: String) -> String? {
    var text = text
    let compiles = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { atl_compiles(pointer, $0.baseAddress, $0.count, name) }
    }
    return compiles ? nil : message
  }

  /// Compiles and runs a text. `name` as Lua wants it: `=prompt` is shown as it is, `@file.lua` is a file.
  public func run(_ text: String, name: String, arguments: [String] = [], show: Bool = false) -> RunResult {
    if name.hasPrefix("=") { sources.keep(text, as: name) }
    newest = nil
    var text = text
    let status = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { atl_load_text(pointer, $0.baseAddress, $0.count, name) }
    }
    return status == ATL_RUN_OK ? runLoaded(arguments, show) : .syntaxError(message)
  }

  /// Compiles and runs a cell: its globals are the environment that cells share (see `atl_load_cell`), its values are shown.
  ///
  /// Lua knows the cell as `name[number]`, so that an error in one of its functions later finds its text; while it is the
  /// newest, messages call it `name`. `typed` is its text as errors show it, where the front end rewrote it.
  public func run(cell text: String, name: String, number: Int? = nil, typed: String? = nil) -> RunResult {
    let numbered = number.map { "\(name)[\($0)]" } ?? name
    newest = (numbered, name)
    sources.keep(typed ?? text, as: "=" + numbered)
    var text = text
    let status = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { atl_load_cell(pointer, $0.baseAddress, $0.count, "=" + numbered) }
    }
    return status == ATL_RUN_OK ? runLoaded([], true) : .syntaxError(shownNames(message))
  }

  /// The engine object among the values that the last run gave; nil for other values.
  public func resultObject(_ index: Int) -> (any Scriptable)? {
    withUnsafeTemporaryAllocation(of: (any Scriptable).self, capacity: 1) { slot in
      let words = UnsafeMutableRawPointer(slot.baseAddress!)
      let found = words.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: 2) {
        atl_result_object(pointer, Int32(index), $0)
      }
      return found ? slot[0] : nil
    }
  }

  /// Makes the first value of the last run `_` and `Out[number]`; returns the bytes that it keeps alive.
  public func rememberResult(_ number: Int) -> Int { Int(atl_remember_result(pointer, Int64(number))) }

  /// Clears `Out[number]`.
  public func forgetResult(_ number: Int) { atl_forget_result(pointer, Int64(number)) }

  /// Forgets what cells declared local, and their results.
  public func resetCells() { atl_reset_cells(pointer) }

  /// Sets a variable of cells to a text.
  public func setVariable(_ name: String, _ text: String) {
    var text = text
    _ = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { atl_set_variable(pointer, name, $0.baseAddress, $0.count) }
    }
  }

  /// Compiles and runs a file, or standard input when there is no path. A file may start with a `#!` line.
  public func run(file path: String?, arguments: [String] = []) -> RunResult {
    atl_load_file(pointer, path) == ATL_RUN_OK ? runLoaded(arguments, false) : .syntaxError(message)
  }

  /// Sets `arg` and makes `require` look beside the script first.
  public func setScript(_ path: String, _ arguments: [String]) throws {
    let done = arguments.withCStrings { atl_set_script(pointer, path, $0, Int32(arguments.count)) }
    if !done { throw EngineError("atelier", message) }
  }

  private func runLoaded(_ arguments: [String], _ show: Bool) -> RunResult {
    failure = nil
    let status = arguments.withCStrings { atl_run(pointer, $0, Int32(arguments.count), show) }
    pendingError = nil
    switch Int(status) {
    case ATL_RUN_OK:
      return .done(
        (0..<atl_shown_count(pointer)).map { index in
          var length = 0
          let text = atl_shown(pointer, index, &length)
          return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
        })
    case ATL_RUN_INTERRUPTED: return .interrupted(traceback: String(cString: atl_traceback(pointer)))
    default:
      let explanation = explain(message)
      failure = explanation.report
      return .failed(message: explanation.message, traceback: shownNames(String(cString: atl_traceback(pointer))))
    }
  }

  /// Warnings about global tables that the script has overwritten; each is given once.
  public func overwrittenTables() -> [String] {
    var warnings = [String]()
    while let name = atl_overwritten(pointer).map({ String(cString: $0) }) {
      warnings.append(
        "the global table '\(name)' was overwritten; atelier.\(name) still holds the engine's own")
    }
    return warnings
  }

  /// Names in a global table, or of the globals themselves when `table` is empty; no metamethod runs.
  public func keys(of table: String = "") -> [String] {
    final class Names { var list = [String]() }
    let names = Names()
    atl_each_key(pointer, table, Unmanaged.passUnretained(names).toOpaque()) { context, key, length in
      let names = Unmanaged<Names>.fromOpaque(context!).takeUnretainedValue()
      names.list.append(String(decoding: UnsafeRawBufferPointer(start: key, count: length), as: UTF8.self))
    }
    return names.list
  }

  /// Lets Ctrl-C stop the script that runs: from now on the calling thread is the one that runs Lua.
  public static func catchInterrupts() { atl_catch_interrupts(Interrupt.address) }

  /// Does what Ctrl-C does, from any thread.
  public static func interrupt() { atl_interrupt() }
}

extension [String] {
  /// Calls `body` with the strings as an array of C strings.
  func withCStrings<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    var bytes = [CChar]()
    var offsets = [Int]()
    for text in self {
      offsets.append(bytes.count)
      bytes.append(contentsOf: text.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { bytes in
      var pointers = offsets.map { offset in bytes.baseAddress.map { $0 + offset } }
      pointers.append(nil)
      return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }
}
