internal import ArgumentParser
internal import Glibc
internal import LuaHost
internal import Repl
internal import Sessions

/// `atelier`: the prompt, a script on standard input, or pieces of code given with `-e`.
struct AtelierCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "atelier",
      abstract: "A laboratory for image style transfer, driven by Lua.",
      discussion: """
        Without arguments: the prompt. Standard input that is not a terminal is read as a script.
        ATELIER_LUA_MEMORY=MIB bounds what a script may use beside the engine's objects (by default half of the memory).
        """,
      version: Runner.version,
      subcommands: [RunCommand.self, DocsCommand.self])
  }

  @Option(name: .customShort("e"), help: ArgumentHelp("Run CODE; may be given several times.", valueName: "code"))
  var code: [String] = []

  func run() throws {
    let runner = try Runner()
    if !code.isEmpty {
      for text in code { try runner.finish(runner.host.run(text, name: "=(command line)"), source: .text(text)) }
    } else if isatty(0) != 0 {
      let banner = "Atelier \(Runner.version), Lua 5.4. help() lists what there is, Ctrl-D leaves."
      Repl(Session(runner.host), banner: banner).run()
    } else {
      try runner.finish(runner.host.run(file: nil), source: .stream)
    }
    try runner.close()
  }
}

/// `atelier run FILE.lua [ARGS…]`.
struct RunCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run", abstract: "Run a Lua script.",
      discussion: "The script finds its arguments in `arg` and in `...`, and its own modules beside itself.")
  }

  @Argument(help: "The script; `-` is standard input.")
  var file: String

  @Argument(parsing: .captureForPassthrough, help: "What the script gets as its arguments.")
  var arguments: [String] = []

  func run() throws {
    let runner = try Runner()
    try runner.host.setScript(file, arguments)
    let path = file == "-" ? nil : file
    let result = runner.host.run(file: path, arguments: arguments)
    try runner.finish(result, source: path.map { .file($0) } ?? .stream)
    try runner.close()
  }
}
