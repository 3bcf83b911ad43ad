internal import Glibc
internal import LuaHost
internal import Surface

/// A cell that was run.
struct Cell {
  let number: Int
  /// What was typed.
  let text: String
  /// Where its last expression begins, in bytes; nil when it has none.
  let expression: Int?
  /// Whether it ran without an error and is Lua.
  let isScript: Bool

  /// The cell with its last expression printed, whose values only a prompt shows.
  var printed: String {
    guard let expression else { return text }
    let bytes = Array(text.utf8)
    let tail = LuaLexer.tokens(Array(bytes[expression...])).filter { $0.kind != .comment }
    guard let last = tail.last else { return text }
    // `;` at the end, which hides the values, goes.
    let isHiding = last.kind == .symbol && bytes[expression + last.range.lowerBound] == UInt8(ascii: ";")
    let end = expression + (isHiding ? last.range.lowerBound : last.range.upperBound)
    func piece(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    return piece(0..<expression) + "print(" + piece(expression..<end) + ")"
      + piece((isHiding ? end + 1 : end)..<bytes.count)
  }
}

/// What commands ask of the session: sources, scripts, the engine's own reports.
extension Session {
  /// The text of a cell, or nothing.
  func source(of number: Int) -> String { cells.last { $0.number == number }?.text ?? "" }

  /// The code as the body of a function: with `return` before a last expression.
  func source(running code: String) -> String {
    if case .run(let source, _) = plan(code, name: "prompt") { source } else { code }
  }

  /// The cells that a text is when its lines are typed one after the other, as in the copy of a session; nil when it is one
  /// cell or any of them is wrong.
  func cellsOneByOne(_ text: String) -> [String]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard (2...2000).contains(lines.count) else { return nil }
    var pieces: [String] = [], piece = ""
    for line in lines {
      if piece.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
      piece += (piece.isEmpty ? "" : "\n") + line
      switch plan(piece, name: "cell") {
      case .run:
        pieces.append(piece)
        piece = ""
      case .incomplete: break
      case .invalid: return nil
      }
    }
    return piece.isEmpty && pieces.count > 1 ? pieces : nil
  }

  /// Hands on what was written, so that another program's output follows it.
  func flush() { StandardOutput.flush() }

  /// Runs a script in this session's globals.
  func run(file: String, _ arguments: [String]) throws -> Outcome {
    if access(file, R_OK) != 0 {
      throw EngineError(":run", "cannot read \(file): \(String(cString: strerror(errno)))")
    }
    lastScript = (file, arguments)
    try host.setScript(file, arguments)
    let result = host.run(file: file, arguments: arguments)
    if case .syntaxError(let message) = result {
      return Outcome(
        ending: .failed(message: host.explainedSyntax(message, inFile: file), traceback: ""), warnings: [])
    }
    return outcome(of: result, isHidden: true)
  }

  /// Runs the user's start-up file if there is one: `$ATELIER_INIT`, else `atelier/init.lua` under `$XDG_CONFIG_HOME`, by
  /// default `~/.config`. An empty `ATELIER_INIT` means none. Gives its outcome when that is more than silence.
  public func runStartUpFile() -> Outcome? {
    let path: String
    if let chosen = getenv("ATELIER_INIT").map({ String(cString: $0) }) {
      path = chosen
    } else if let folder = UserFolder.configuration {
      path = folder + "/init.lua"
      if access(path, F_OK) != 0 { return nil }
    } else {
      return nil
    }
    if path.isEmpty { return nil }
    do {
      let outcome = try run(file: path, [])
      lastScript = nil
      // What it defines belongs to the start: `:who` does not list it and `:reset` keeps it.
      try host.takeSnapshot()
      return outcome
    } catch {
      return Outcome(ending: .failed(message: "start-up file: \(error)", traceback: ""), warnings: [])
    }
  }

  /// Forgets what was made since the host's snapshot: variables, modules and results.
  package func startAfresh() throws {
    try host.restoreSnapshot()
    kept = []
  }

  /// Forgets everything since the start, the cells too.
  func reset(seed: Int) throws {
    try startAfresh()
    cells = []
    lastScript = nil
    try call("atelier.seed", [.integer(seed)])
  }

  /// Calls a function of the engine by its registered name; nil where it is not registered.
  @discardableResult
  func call(_ name: String, _ arguments: [Value] = []) throws -> Value? {
    guard let function = host.registry.functions.first(where: { $0.qualifiedName == name }) else { return nil }
    return try arguments.withUnsafeBufferPointer { buffer in
      let base = buffer.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Value>.alignment)!
      return try function.body(Arguments(function, base, count: buffer.count))
    }
  }

  /// Bytes of live tensors, where the engine reports them.
  func liveBytes() throws -> Int? {
    guard case .table(let use)? = try call("atelier.memory") else { return nil }
    return use["live"]?.exactInteger
  }
}
