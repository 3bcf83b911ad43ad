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
      let memory = grown.map { $0 == 0 ? "" : "; tensors \($0 < 0 ? "−" : "+")\(abs($0).bytesText)" } ?? ""
      if case .done? = outcome?.ending { session.write("\(seconds.secondsText)\(memory)\n") }
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
      let path = isCell ? try Words.temporaryFile(cell(text, of: session) + "\n") : try Words.split(text)[0]
      defer { if isCell { unlink(path) } }
      let editor = UserFolder.variable("VISUAL") ?? UserFolder.variable("EDITOR") ?? "editor"
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
      let code = String(decoding: LuaHost.contents(ofFile: path) ?? [], as: UTF8.self).trimmed
      session.write(code + "\n")
      return session.evaluate(code)
    }
  }

  /// The text of the cell of a number, or of the last one.
  private static func cell(_ number: String, of session: Session) throws -> String {
    guard let last = session.cells.last else { throw EngineError(":edit", "there is no cell yet") }
    guard let wanted = Int(number) else { return last.text }
    guard let cell = session.cells.last(where: { $0.number == wanted }) else {
      throw EngineError(":edit", "there is no cell \(wanted)")
    }
    return cell.text
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

  /// Writes a text into a new file of its own that nobody else can open, and gives the path.
  static func temporaryFile(_ text: String) throws -> String {
    var path = Array(
      (UserFolder.variable("TMPDIR") ?? "/tmp").utf8CString.dropLast() + "/atelier-XXXXXX.lua".utf8CString)
    let descriptor = mkstemps(&path, 4)
    guard descriptor >= 0 else { throw EngineError("", "cannot make a file: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8), name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      unlink(name)
      throw EngineError("", "cannot write \(name): \(String(cString: strerror(errno)))")
    }
    return name
  }
}
