/// What is typed as `:name …`: described once, for running, help and completion.
public struct Command {
  /// What may follow the name, for completion.
  public enum Argument {
    case nothing, lua, path, word
    /// A word out of a list made when it is asked for.
    case choice(() -> [String])
  }

  /// Without the colon; the first is the one that is shown.
  public let names: [String]
  /// How it is called, with the colon: `:time CODE`.
  public let usage: String
  /// One sentence.
  public let summary: String
  public let argument: Argument
  /// The work; gets what follows the name, without blanks at the ends. Throws what the user should read.
  public let body: (Session, String) throws -> Outcome

  /// A command that gives an outcome.
  public init(
    giving names: [String], _ usage: String, _ summary: String, argument: Argument = .nothing,
    body: @escaping (Session, String) throws -> Outcome
  ) {
    self.names = names
    self.usage = usage
    self.summary = summary
    self.argument = argument
    self.body = body
  }

  /// A command that gives no values.
  public init(
    _ names: [String], _ usage: String, _ summary: String, argument: Argument = .nothing,
    action: @escaping (Session, String) throws -> Void
  ) {
    self.init(giving: names, usage, summary, argument: argument) { session, text in
      try action(session, text)
      return Outcome(ending: .done([]), warnings: [])
    }
  }
}
