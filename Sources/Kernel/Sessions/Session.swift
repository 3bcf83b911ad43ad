public import LuaHost
internal import Surface

/// One conversation with a Lua state: cells go in, outcomes come out. Every interactive front end (the prompt, a
/// notebook) drives one of these; it knows nothing of terminals.
public final class Session {
  public let host: LuaHost

  public init(_ host: LuaHost) { self.host = host }

  /// Evaluates a cell. A last statement that is an expression or a call gives the outcome's values. `name` stands
  /// before the line number in messages.
  public func evaluate(_ text: String, name: String = "prompt") -> Outcome {
    switch plan(text, name: name) {
    case .incomplete(let message): return Outcome(ending: .incomplete(message), warnings: [])
    case .invalid(let message):
      return Outcome(ending: .failed(message: host.explainedSyntax(message, in: text), traceback: ""), warnings: [])
    case .run(let source):
      let result = host.run(source, name: "=" + name, show: true)
      let warnings = host.overwrittenTables()
      switch result {
      case .done(let values): return Outcome(ending: .done(values), warnings: warnings)
      case .syntaxError(let message):
        return Outcome(ending: .failed(message: message, traceback: ""), warnings: warnings)
      case .failed(let message, let traceback):
        return Outcome(ending: .failed(message: message, traceback: traceback), warnings: warnings)
      case .interrupted(let traceback):
        return Outcome(ending: .interrupted(traceback: traceback), warnings: warnings)
      }
    }
  }

  /// What a line typed at a prompt means: a bare `help` asks for help, as long as it is the engine's.
  public func asTyped(_ line: String) -> String {
    guard line.filter({ !$0.isWhitespace }) == "help" else { return line }
    return "if type(help) == 'function' then return help() end return help"
  }

  /// Whether a text can be evaluated, waits for more lines, or is wrong whatever follows.
  public func classify(_ text: String) -> Completeness {
    switch plan(text, name: "cell") {
    case .run: .complete
    case .incomplete: .incomplete
    case .invalid(let message): .invalid(message)
    }
  }
}

/// What may be done with a text.
public enum Completeness: Equatable {
  case complete
  case incomplete
  /// The parser's message.
  case invalid(String)
}

/// What came of a cell.
public struct Outcome {
  /// How it ended.
  public enum Ending: Equatable {
    /// It ran; its values as the prompt shows them.
    case done([String])
    /// It is not finished; the parser's message.
    case incomplete(String)
    /// An error: message with advice, and Lua's traceback (empty for syntax errors).
    case failed(message: String, traceback: String)
    /// Ctrl-C stopped it.
    case interrupted(traceback: String)
  }

  public let ending: Ending
  /// What the user should know besides, one sentence each.
  public let warnings: [String]
}
