internal import ArgumentParser
internal import Engine
internal import LuaHost
internal import Reference

/// `atelier docs OUT`.
struct DocsCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "docs", abstract: "Write the reference pages into a folder.",
      discussion: """
        Every function, method and option as HTML, with examples that are run while the pages are written. Open \
        OUT/index.html in a browser; no server and no network are needed. OUT is made new, or replaced if this command \
        wrote it.
        """)
  }

  @Argument(help: "The folder.")
  var out: String

  func run() throws {
    LuaHost.catchInterrupts()
    do {
      let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
      defer { host.close() }
      let reference = Reference(
        functions: host.registry.functions, types: host.registry.types, summaries: Catalogue.tables,
        groups: Catalogue.groups, version: Catalogue.version)
      let runner = try ExampleRunner()
      defer { runner.close() }
      try reference.write(to: out, running: runner.example)
      StandardOutput.write("\(reference.count) entries: open \(out)/index.html\n")
      if !StandardOutput.flush() { throw ExitCode(1) }
    } catch is Interrupted {
      StandardOutput.writeError("atelier: interrupted\n")
      throw ExitCode(130)
    } catch let error as EngineError {
      StandardOutput.writeError("atelier: \(error)\n")
      throw ExitCode(1)
    }
  }
}
