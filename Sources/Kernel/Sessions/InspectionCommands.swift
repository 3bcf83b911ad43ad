internal import LuaHost
internal import Surface

/// Commands that explain: `:help`, `:apropos`.
public enum InspectionCommands {
  /// All of them.
  public static var all: [Command] { [help(), apropos()] }

  private static func help() -> Command {
    Command(
      ["help", "h"], ":help [NAME]",
      "Lists the commands and what questions look like; with a name, help on that command.",
      argument: .word
    ) { session, name in
      session.write(try session.commandHelp(name) + "\n")
    }
  }

  private static func apropos() -> Command {
    Command(["apropos"], ":apropos WORD", "Searches names, summaries, options and sources of everything.") {
      session, words in
      session.write(try session.apropos(words) + "\n")
    }
  }
}

extension Session {
  static let questionSyntax = """
    ?name or name?    what a function, a table or a variable is
    ??name            the recipe too: equations, source, what is related; of your functions the source
    :apropos WORD     searches everything
    !command          runs a line in the shell; x = !command keeps what it prints
    """

  /// The list of commands, or help on one; other names are looked up as questions are.
  func commandHelp(_ name: String) throws -> String {
    let name = name.hasPrefix(":") ? String(name.dropFirst()) : name
    if name.isEmpty {
      let width = (commands.map(\.usage.count).max() ?? 0) + 2
      let lines = commands.map { command in
        let summary = command.summary.wrapped(to: String.helpWidth - width, hanging: 0).split(separator: "\n")
        let margin = "\n" + String(repeating: " ", count: width)
        return command.usage + margin.dropFirst(1 + command.usage.count) + summary.joined(separator: margin)
      }
      return lines.joined(separator: "\n") + "\n\n" + Session.questionSyntax
    }
    guard let command = commands.first(where: { $0.names.contains(name) }) else {
      if let text = try? answer(name, detail: 1) { return text }
      let near = Suggestion.nearest(to: name, in: commands.flatMap(\.names)).map { "did you mean ':\($0)'?" }
      throw EngineError("", "there is no command ':\(name)'", advice: near ?? ":help lists the commands")
    }
    let others = command.names.dropFirst().map { ":" + $0 }
    let also = others.isEmpty ? "" : "\n  also " + others.joined(separator: ", ")
    return "\(command.usage)\n  \(command.summary)\(also)".wrapped()
  }

  /// Entries that have to do with all words, the best first, one line each.
  func apropos(_ text: String) throws -> String {
    let words = text.lowercased().split { $0.isWhitespace }.map(String.init)
    if words.isEmpty { throw EngineError("", "needs a word to search for", advice: ":apropos blur") }
    let registry = host.registry
    let all = registry.functions + registry.types.flatMap { $0.methods + Array($0.operators.values) }
    var found: [(score: Int, function: Function)] = []
    for function in all {
      let scores = words.map { Session.score($0, function) }
      if !scores.contains(0) { found.append((scores.reduce(0, +), function)) }
    }
    let lines = found.sorted {
      ($1.score, $0.function.qualifiedName) < ($0.score, $1.function.qualifiedName)
    }.map { Session.line($0.function) }
    let commands = commands.filter { command in
      words.allSatisfy { command.summary.lowercased().contains($0) || command.names.contains($0) }
    }.map { Session.cut("\($0.usage): \($0.summary)") }
    let count = lines.count + commands.count
    if count == 0 {
      let near = Suggestion.nearest(to: words[0], in: registry.names).map { "did you mean '\($0)'?" }
      throw EngineError("", "nothing has to do with '\(text.onOneLine)'", advice: near ?? "help() lists the tables")
    }
    let shown = (lines + commands).prefix(40)
    let rest = count > shown.count ? ", the best \(shown.count) of them:" : ":"
    return (["\(count) " + (count == 1 ? "entry" : "entries") + rest] + shown).joined(separator: "\n")
  }

  /// How much an entry has to do with a word; 0 for nothing.
  private static func score(_ word: String, _ function: Function) -> Int {
    let name = function.name.lowercased(), whole = function.qualifiedName.lowercased()
    if name == word || whole == word { return 100 }
    if name.hasPrefix(word) { return 60 }
    if whole.contains(word) { return 40 }
    if function.summary.lowercased().contains(word) { return 20 }
    let options = function.parameters + function.options
    if options.contains(where: { $0.name.lowercased() == word || $0.kind.choices.contains(word) }) { return 12 }
    if options.contains(where: { $0.summary.lowercased().contains(word) }) { return 8 }
    let prose = [function.source, function.details, function.returns].compactMap { $0 }
    return prose.contains { $0.lowercased().contains(word) } ? 4 : 0
  }

  private static func line(_ function: Function) -> String {
    let name = function.qualifiedName
    return cut("  " + name + String(repeating: " ", count: max(2, 26 - name.count)) + function.summary)
  }

  private static func cut(_ line: String) -> String {
    line.count <= String.helpWidth ? line : line.prefix(String.helpWidth - 1) + "…"
  }
}
