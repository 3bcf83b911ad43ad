internal import Glibc
internal import LuaHost
internal import Surface

/// Commands that run something.
enum RunningCommands {
  static var all: [Command] { [time, bench, profile, run, reload, edit] }

  private static var time: Command {
    Command(giving: ["time"], ":time CODE", "Runs a cell and says how long it took.", argument: .lua) { session, code in
      try need(code, ":time", ":time tensor.rand(1000, 1000):sum()")
      let before = try session.liveBytes()
      let clock = ContinuousClock()
      var outcome: Outcome?
      let seconds = clock.measure { outcome = session.evaluate(code) } / .seconds(1)
      let grown = try session.liveBytes().map { after in after - (before ?? after) }
      let memory = grown.map { $0 == 0 ? "" : "; tensors \($0 < 0 ? "−" : "+")\(abs($0).byteText)" } ?? ""
      if case .done? = outcome?.ending { session.write("\(seconds.durationText)\(memory)\n") }
      return outcome!
    }
  }

  private static var bench: Command {
    Command(
      giving: ["bench"], ":bench CODE",
      "Runs a cell again and again for about a second; median, spread and number of runs.",
      argument: .lua
    ) { session, code in
      try need(code, ":bench", ":bench x:matmul(x)")
      return try Bench.run(code, session)
    }
  }

  private static var profile: Command {
    Command(
      giving: ["profile"], ":profile CODE",
      "Runs a cell and shows where time went: a tree of operations with GFLOP/s and bytes.",
      argument: .lua
    ) { session, code in
      try need(code, ":profile", ":profile filters.kuwahara(picture)")
      let body = session.source(running: code)
      return session.evaluate("return (atelier.profile(function() \(body) \nend))", typed: ":profile \(code)")
    }
  }

  private static var run: Command {
    Command(giving: ["run"], ":run FILE [ARGS]", "Runs a script; what it leaves in globals stays.", argument: .path) {
      session, text in
      let words = try Words.split(text)
      guard let file = words.first else {
        throw EngineError(":run", "needs the name of a script", advice: ":run first-filters.lua")
      }
      return try session.run(file: file, Array(words.dropFirst()))
    }
  }

  private static var reload: Command {
    Command(
      giving: ["reload"], ":reload",
      "Makes `require` read modules again, and repeats the last :run (or :edit) with its arguments."
    ) { session, _ in
      try session.host.forgetModules()
      guard let last = session.lastScript else {
        session.write("require will read modules again; no script was run yet, so nothing is repeated\n")
        return Outcome(ending: .done([]), warnings: [])
      }
      return try session.run(file: last.file, last.arguments)
    }
  }

  private static var edit: Command {
    Command(
      giving: ["edit"], ":edit [FILE | N]",
      "Opens $VISUAL or $EDITOR on a script, on cell N or on the last cell, and runs it after.",
      argument: .path
    ) { session, text in
      let isCell = text.isEmpty || Int(text) != nil
      let path = isCell ? "/tmp/atelier-cell-\(getpid()).lua" : try Words.split(text)[0]
      if isCell {
        let number = Int(text) ?? session.cells.last?.number ?? 0
        guard let cell = session.cells.last(where: { $0.number == number }) else {
          throw EngineError(":edit", number == 0 ? "there is no cell yet" : "there is no cell \(number)")
        }
        try Words.write(cell.text + "\n", to: path)
      }
      defer { if isCell { unlink(path) } }
      let editor = Words.variable("VISUAL") ?? Words.variable("EDITOR") ?? "editor"
      session.flush()
      let result = try Shell.run("\(editor) \(Words.quoted(path))")
      guard access(path, R_OK) == 0 else {
        throw EngineError(":edit", "there is no \(path), so nothing was run", advice: "save it in the editor")
      }
      guard result.status == 0 else {
        throw EngineError(
          ":edit", "the editor '\(editor)' ended with status \(result.status), so nothing was run",
          advice: "set VISUAL or EDITOR to the editor you want")
      }
      if !isCell { return try session.run(file: path, []) }
      let code = try Words.contents(of: path).trimmed
      session.write(code + "\n")
      return session.evaluate(code)
    }
  }

  private static func need(_ code: String, _ command: String, _ example: String) throws {
    if code.isEmpty { throw EngineError(command, "needs a cell to run", advice: "for example \(example)") }
  }
}

/// Small things about texts and files that commands need.
enum Words {
  /// Words as a shell splits them: blanks separate, quotes hold together.
  static func split(_ text: String) throws -> [String] {
    var words: [String] = [], word = "", quote: Character?, isOpen = false
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        (quote, isOpen) = (character, true)
      } else if character.isWhitespace {
        if isOpen { words.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(character)
        isOpen = true
      }
    }
    if quote != nil { throw EngineError("", "a quote is not closed in: \(text)") }
    return isOpen ? words + [word] : words
  }

  /// The text as one word of the shell.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// A variable of the environment that is set to something.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  static func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw EngineError("", "cannot write \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw EngineError("", "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  static func contents(of path: String) throws -> String {
    guard let file = fopen(path, "re") else {
      throw EngineError("", "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = [], block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += block[..<count]
    }
  }
}
