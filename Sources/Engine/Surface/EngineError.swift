/// The one error that bad input causes anywhere in the engine: a sentence that says what was asked, what was
/// expected, what came and what to do. `precondition` is kept for our own bugs.
public struct EngineError: Error, CustomStringConvertible {
  /// The operation that was asked for, by the name a script uses (`matmul`, `images.load`).
  public let operation: String
  /// What is wrong, as a clause that reads after the operation's name and a colon.
  public let problem: String
  /// What to do about it, as a sentence, or nil where the problem says it all.
  public let advice: String?

  /// An error that states a problem freely.
  public init(_ operation: String, _ problem: String, advice: String? = nil) {
    self.operation = operation
    self.problem = problem
    self.advice = advice
  }

  /// An error that states an expectation and what came instead.
  public init(_ operation: String, expected: String, came: String, advice: String? = nil) {
    self.init(operation, "expected \(expected), got \(came)", advice: advice)
  }

  /// `operation: problem; advice`.
  public var description: String {
    let head = operation.isEmpty ? problem : "\(operation): \(problem)"
    return advice.map { "\(head); \($0)" } ?? head
  }
}

/// What stops work when the user presses Ctrl-C; thrown by whatever polls `Interrupt`.
public struct Interrupted: Error, CustomStringConvertible {
  /// The only interrupt there is.
  public init() {}
  public var description: String { "interrupted" }
}

extension Collection<Int> {
  /// A shape as errors and listings print it: `2×3×4`; `scalar` for rank 0.
  package var shapeText: String { isEmpty ? "scalar" : map(String.init).joined(separator: "×") }
}
