public import LuaHost
public import Surface

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
  /// For each value of `done`, what else can be shown of it (a picture, a plot), or nil.
  public let views: [View?]
  /// What the user should know besides, one sentence each.
  public let warnings: [String]
  /// For `failed`: the error with its line of source and its calls, as every front end shows it.
  public let report: Report?

  /// An outcome.
  public init(ending: Ending, views: [View?] = [], warnings: [String]) {
    self.ending = ending
    self.views = views
    self.warnings = warnings
    if case .failed(let message, _) = ending { report = Report(message) } else { report = nil }
  }

  /// An outcome of a failure; without a report the message is all of it.
  public init(failure message: String, traceback: String = "", report: Report? = nil, warnings: [String] = []) {
    ending = .failed(message: message, traceback: traceback)
    views = []
    self.warnings = warnings
    self.report = report ?? Report(message)
  }
}

extension Outcome {
  /// The outcome as plain text: values, or what went wrong.
  var text: String {
    switch ending {
    case .done(let values): values.joined(separator: "\n")
    case .incomplete(let message): message
    case .failed(let message, _): message
    case .interrupted: "interrupted"
    }
  }
}
