internal import ArgumentParser
internal import Glibc
internal import LuaHost
internal import Repl
internal import Sessions
internal import Terminal

/// What every way to run shares.
struct ScreenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Colours and pictures on the screen: auto, always or never; auto heeds NO_COLOR.", valueName: "when"),
    transform: { text in
      guard let choice = ColorChoice(rawValue: text) else {
        throw ValidationError("expected auto, always or never, got '\(text)'")
      }
      return choice
    })
  var color = ColorChoice.auto
}

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
      subcommands: [RunCommand.self, TutorialCommand.self, BenchCommand.self, DocsCommand.self])
  }

  @Option(name: .customShort("e"), help: ArgumentHelp("Run CODE; may be given several times.", valueName: "code"))
  var code: [String] = []

  @OptionGroup var screen: ScreenOptions

  func run() throws {
    let runner = try Runner(color: screen.color)
    if !code.isEmpty {
      for (index, text) in code.enumerated() {
        let name = index == 0 ? "=(command line)" : "=(command line \(index + 1))"
        try runner.finish(runner.host.run(text, name: name), source: .text(text))
      }
    } else if isatty(0) != 0 {
      let banner = "Atelier \(Runner.version), Lua 5.4. help() lists what there is, Ctrl-D leaves."
      let session = runner.session()
      Repl(session, showing: runner.showing, banner: banner).run()
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

  @OptionGroup var screen: ScreenOptions

  @Argument(help: "The script; `-` is standard input.")
  var file: String

  @Argument(parsing: .captureForPassthrough, help: "What the script gets as its arguments.")
  var arguments: [String] = []

  func run() throws {
    let runner = try Runner(color: screen.color)
    try runner.host.setScript(file, arguments)
    let path = file == "-" ? nil : file
    let result = runner.host.run(file: path, arguments: arguments)
    try runner.finish(result, source: path.map { .file($0) } ?? .stream)
    try runner.close()
  }
}
