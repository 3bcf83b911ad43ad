internal import ArgumentParser
internal import Engine
internal import Glibc
internal import LuaHost
internal import Repl
internal import Sessions
internal import Terminal

/// Runs code without a prompt: errors go to standard error and into the exit status.
struct Runner {
  let host: LuaHost
  let showing: Showing

  /// The program's version.
  static var version: String { Catalogue.version }

  /// Starts Lua with everything in the catalogue; Ctrl-C stops what runs.
  init(color: ColorChoice = .auto) throws {
    var limit: Int?
    if let text = getenv("ATELIER_LUA_MEMORY").map({ String(cString: $0) }) {
      guard let mebibytes = Int(text), mebibytes >= 1, mebibytes <= 1 << 40 else {
        throw ValidationError("ATELIER_LUA_MEMORY must be a number of MiB, got \"\(text)\"")
      }
      limit = mebibytes << 20
    }
    host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types(), memoryLimit: limit)
    try host.setScript("atelier", [])
    showing = Showing(color: color)
    showing.attach(to: host)
    LuaHost.catchInterrupts()
  }

  /// A conversation with the host, which knows what engine objects look like.
  func session() -> Session { Session(host) { try Catalogue.view(of: $0, text: $1) } }

  /// Where the text of a chunk is found again, for advice on its syntax.
  enum Source {
    case text(String)
    case file(String)
    /// Read once and gone.
    case stream
  }

  /// Reports how a chunk ended; throws the exit status when that is not 0.
  func finish(_ result: RunResult, source: Source) throws {
    showing.progress.close()
    for warning in host.overwrittenTables() { StandardOutput.writeError("atelier: warning: \(warning)\n") }
    switch result {
    case .done: return
    case .syntaxError(let message):
      StandardOutput.writeError("atelier: \(report(message, source).text)\n")
      throw ExitCode(1)
    case .failed(let message, let traceback):
      // The calls are in the traceback, with Lua's own among them.
      let lines = host.failure?.lines.filter { $0.role != .call }.map(\.text) ?? [message]
      StandardOutput.writeError("atelier: \(lines.joined(separator: "\n"))\n\(traceback)\n")
      throw ExitCode(1)
    case .interrupted(let traceback):
      StandardOutput.writeError("atelier: interrupted\n\(traceback)\n")
      throw ExitCode(130)
    }
  }

  private func report(_ message: String, _ source: Source) -> Report {
    switch source {
    case .text(let text): host.syntaxReport(message, in: text)
    case .file(let path): host.syntaxReport(message, inFile: path)
    case .stream: Report(message)
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
