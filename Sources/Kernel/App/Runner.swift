internal import ArgumentParser
internal import Engine
internal import Glibc
internal import LuaHost

/// Runs code without a prompt: errors go to standard error and into the exit status.
struct Runner {
  let host: LuaHost

  /// The program's version.
  static var version: String { Catalogue.version }

  /// Starts Lua with everything in the catalogue; Ctrl-C stops what runs.
  init() throws {
    var limit: Int?
    if let text = getenv("ATELIER_LUA_MEMORY").map({ String(cString: $0) }) {
      guard let mebibytes = Int(text), mebibytes >= 1, mebibytes <= 1 << 40 else {
        throw ValidationError("ATELIER_LUA_MEMORY must be a number of MiB, got \"\(text)\"")
      }
      limit = mebibytes << 20
    }
    host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types(), memoryLimit: limit)
    try host.setScript("atelier", [])
    LuaHost.catchInterrupts()
  }

  /// Where the text of a chunk is found again, for advice on its syntax.
  enum Source {
    case text(String)
    case file(String)
    /// Read once and gone.
    case stream
  }

  /// Reports how a chunk ended; throws the exit status when that is not 0.
  func finish(_ result: RunResult, source: Source) throws {
    for warning in host.overwrittenTables() { StandardOutput.writeError("atelier: warning: \(warning)\n") }
    switch result {
    case .done: return
    case .syntaxError(let message):
      StandardOutput.writeError("atelier: \(explained(message, source))\n")
      throw ExitCode(1)
    case .failed(let message, let traceback):
      StandardOutput.writeError("atelier: \(message)\n\(traceback)\n")
      throw ExitCode(1)
    case .interrupted(let traceback):
      StandardOutput.writeError("atelier: interrupted\n\(traceback)\n")
      throw ExitCode(130)
    }
  }

  private func explained(_ message: String, _ source: Source) -> String {
    switch source {
    case .text(let text): host.explainedSyntax(message, in: text)
    case .file(let path): host.explainedSyntax(message, inFile: path)
    case .stream: message
    }
  }

  /// Ends the script's state and hands over what it wrote.
  func close() throws {
    host.close()
    if !StandardOutput.flush() {
      StandardOutput.writeError("atelier: cannot write to standard output\n")
      throw ExitCode(1)
    }
  }
}
