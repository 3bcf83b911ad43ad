/// How a function works, told beside the code that does it: for `??name` and the reference pages.
public struct Recipe {
  /// Equations or steps in plain text, what the defaults mean, where it departs from its source.
  public let details: String
  /// Qualified names of entries that belong to it.
  public let related: [String]

  /// A recipe.
  public init(_ details: String, related: [String] = []) {
    self.details = details
    self.related = related
  }
}

extension [Function] {
  /// The same entries, with their recipes by name (without the table).
  public func explained(by recipes: [String: Recipe]) -> [Function] {
    map { entry in
      guard let recipe = recipes[entry.name] else { return entry }
      return Function(
        entry.form, entry.name, entry.summary, entry.parameters, variadic: entry.variadic, options: entry.options,
        returns: entry.returns, source: entry.source, details: recipe.details, related: recipe.related,
        example: entry.example, body: entry.body)
    }
  }
}
