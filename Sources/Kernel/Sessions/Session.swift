public import LuaHost
public import Surface

/// One conversation with a Lua state: cells and commands go in, outcomes come out. Every interactive front end (the prompt,
/// a notebook) drives one of these; it knows nothing of terminals.
public final class Session {
  public let host: LuaHost
  /// What can be shown of an engine object whose text is known; nil where there is nothing but that.
  private let viewer: (_ object: any Scriptable, _ text: String) throws -> View?
  /// Commands, in the order in which help lists them. A front end adds its own.
  public private(set) var commands: [Command] = []
  /// The number of the newest cell, counted from 1.
  public private(set) var number = 0
  /// Results that `Out` holds, oldest first.
  var kept: [(number: Int, bytes: Int)] = []
  /// How many bytes `Out` may keep alive before its oldest values go.
  public var resultLimit = 1 << 30

  /// The cells that were run, oldest first.
  var cells: [Cell] = []
  /// Where `:log` writes.
  var journal: Journal?
  /// What `:run` ran last.
  var lastScript: (file: String, arguments: [String])?

  /// A session with the standard commands. `viewer` gives the views of engine objects.
  public init(_ host: LuaHost, viewer: @escaping (any Scriptable, String) throws -> View? = { _, _ in nil }) {
    self.host = host
    self.viewer = viewer
    try? host.takeSnapshot()
    add(Session.standardCommands)
  }

  /// Commands that every session has.
  nonisolated(unsafe) private static let standardCommands =
    InspectionCommands.all + RunningCommands.all + WorkspaceCommands.all + CardCommands.all

  /// Adds commands; a name that exists already is replaced.
  public func add(_ more: [Command]) {
    commands.removeAll { old in more.contains { $0.names[0] == old.names[0] } }
    commands += more
  }

  /// Takes commands away, by their first names.
  public func remove(_ names: [String]) { commands.removeAll { names.contains($0.names[0]) } }

  /// Writes text where `print` writes.
  public func write(_ text: String) {
    var text = text
    text.withUTF8 { host.output(UnsafeRawBufferPointer($0)) }
  }

  /// Takes what was typed: a command, a question, a line for the shell, or a cell of Lua.
  public func submit(_ text: String) -> Outcome {
    guard let journal else { return take(text) }
    var printed: [UInt8] = []
    let output = host.output
    host.output = {
      printed += $0
      output($0)
    }
    defer { host.output = output }
    let outcome = take(text)
    // `:log` itself may just have ended or changed the journal.
    if journal === self.journal {
      let shown = String(decoding: printed, as: UTF8.self) + outcome.text
      journal.add(text, isLua: Special(text) == nil, shown)
    }
    return outcome
  }

  private func take(_ text: String) -> Outcome {
    guard let special = Special(text) else {
      let meant = asTyped(text)
      return evaluate(meant, typed: meant == text ? nil : text)
    }
    do { return try run(special) } catch is Interrupted {
      Interrupt.clear()
      return Outcome(ending: .interrupted(traceback: ""), warnings: [])
    } catch {
      return Outcome(failure: "\(error)")
    }
  }

  private func run(_ special: Special) throws -> Outcome {
    switch special {
    case .command(let name, let rest):
      guard let command = command(named: name) else {
        let near = Suggestion.nearest(to: name, in: commands.flatMap(\.names)).map { "did you mean ':\($0)'?" }
        throw EngineError("", "there is no command ':\(name)'", advice: near ?? ":help lists the commands")
      }
      return try command.body(self, rest)
    case .question(let word, let detail): write(try answer(word, detail: detail) + "\n")
    case .shell(let command): try shell(command)
    case .capture(let variable, let command): try capture(command, in: variable)
    }
    return Outcome(ending: .done([]), warnings: [])
  }

  /// The command of a name, without its colon.
  func command(named name: String) -> Command? { commands.first { $0.names.contains(name) } }

  /// Evaluates a cell. A last statement that is an expression or a call gives the outcome's values; a semicolon at the end
  /// hides them. The first value becomes `_` and `Out[number]`. `name` stands before the line number in messages.
  ///
  /// `typed` is what a person typed to have the text run, where that is something else; nothing of it is saved as a script.
  public func evaluate(_ text: String, name: String = "prompt", typed: String? = nil) -> Outcome {
    switch plan(text, name: name) {
    case .incomplete(let message): return Outcome(ending: .incomplete(message), warnings: [])
    case .invalid(let message):
      if let pieces = cellsOneByOne(text) { return evaluate(pieces) }
      return Outcome(
        failure: host.explainedSyntax(message, in: text), report: host.syntaxReport(message, in: text))
    case .run(let source, let expression):
      number += 1
      let promoted = Locals.promoted(source)
      let isSafe = promoted == source || host.syntaxProblem(promoted, name: "=" + name) == nil
      let result = host.run(cell: isSafe ? promoted : source, name: name, number: number, typed: text)
      let outcome = outcome(of: result, isHidden: isHiding(text), typed: text)
      let isScript = if case .done = result { typed == nil } else { false }
      cells.append(Cell(number: number, text: typed ?? text, expression: expression, isScript: isScript))
      return outcome
    }
  }

  /// Cells one after the other, up to the first that fails; their values are shown as those of one.
  private func evaluate(_ pieces: [String]) -> Outcome {
    var values: [String] = [], views: [View?] = [], warnings: [String] = []
    for piece in pieces {
      let outcome = evaluate(piece)
      warnings += outcome.warnings
      guard case .done(let more) = outcome.ending else {
        for value in values { write(value + "\n") }
        return outcome
      }
      values += more
      views += outcome.views
    }
    return Outcome(ending: .done(values), views: views, warnings: warnings)
  }

  /// What came of a run, its values remembered. `typed` is the cell, where a person typed one.
  func outcome(of result: RunResult, isHidden: Bool, typed: String? = nil) -> Outcome {
    var warnings = host.overwrittenTables()
    switch result {
    case .done(let values):
      let views = isHidden ? [] : values.enumerated().map { view($0, text: $1) }
      if !values.isEmpty, values[0] != "nil" { remember() }
      if let typed { warnings += notes(on: typed, values) }
      return isHidden
        ? Outcome(ending: .done([]), warnings: warnings)
        : Outcome(ending: .done(values), views: views, warnings: warnings)
    case .syntaxError(let message): return Outcome(failure: message, warnings: warnings)
    case .failed(let message, let traceback):
      return Outcome(failure: message, traceback: traceback, report: host.failure, warnings: warnings)
    case .interrupted(let traceback):
      return Outcome(ending: .interrupted(traceback: traceback), warnings: warnings)
    }
  }

  /// What else can be shown of a value of the last run.
  package func view(_ index: Int, text: String) -> View? { host.resultObject(index).flatMap { try? viewer($0, text) } }

  /// Keeps the result, and lets the oldest ones go when `Out` holds too much.
  private func remember() {
    kept.append((number, host.rememberResult(number)))
    var total = kept.reduce(0) { $0 + $1.bytes }
    while total > resultLimit, kept.count > 1 {
      let oldest = kept.removeFirst()
      host.forgetResult(oldest.number)
      total -= oldest.bytes
    }
  }

  /// What a line typed at a prompt means: a bare `help` asks for help, as long as it is the engine's.
  public func asTyped(_ line: String) -> String {
    guard line.filter({ !$0.isWhitespace }) == "help" else { return line }
    return "if type(help) == 'function' then return help() end return help"
  }

  /// Whether a text can be evaluated, waits for more lines, or is wrong whatever follows.
  public func classify(_ text: String) -> Completeness {
    if let special = Special(text) {
      // The code after `:time` may go on in the next line.
      guard case .command(let name, let rest) = special, !rest.isEmpty, let command = command(named: name),
        case .lua = command.argument
      else { return .complete }
      return classify(rest) == .incomplete ? .incomplete : .complete
    }
    return switch plan(text, name: "cell") {
    case .run: .complete
    case .incomplete: .incomplete
    case .invalid(let message): .invalid(message)
    }
  }
}
