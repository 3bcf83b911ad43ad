public import Surface
internal import TensorCore

/// What a script may call in the table `filters`, a family a file.
public enum FilterEntries {
  /// All entries. Built once, for the engine thread: chains and methods look filters up in them.
  public static func all() -> [Function] { built }
  nonisolated(unsafe) private static let built = families().flatMap(\.functions)

  /// The entries by what they have in common.
  public static func families() -> [(title: String, functions: [Function])] {
    [
      ("Sums of neighbors", linear()), ("Order and halftone", order()),
      ("Smoothing that keeps edges", bilateral() + domain()), ("Looks", stylizing()), ("Tone, color and grain", tone()),
    ]
  }

  /// Options that every filter has.
  package static func shared() -> [Option] {
    [
      .optional(
        "strength", .number, "0 gives the picture back exactly, 1 the filtered one, between them a blend", .number(1),
        range: 0...1),
      .optional(
        "mask", .object("tensor"),
        "where the filter acts: height × width, 0 (untouched) to 1 (filtered); everywhere without it"),
      .optional(
        "feather", .number, "how far the mask's edges are softened", .number(0), range: 0...1000, unit: "pixels"),
    ]
  }

  static var border: Option {
    .optional(
      "border", .choice(Border.allCases.map(\.rawValue)),
      "what stands outside: dcb|abcd|cba, cba|abcd|dcb, aaa|abcd|ddd, 000|abcd|000, bcd|abcd|abc",
      .string(Border.reflect101.rawValue))
  }

  /// A filter of the table: its picture argument and the shared options are added. `plan` reads the rest and returns the
  /// work, so that wrong options are refused whatever the strength is.
  static func filter(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option], source: String, example: String,
    plan: @escaping (borrowing Arguments, Options) throws -> (Tensor, FilterScope) throws -> Tensor
  ) -> Function {
    let image = Option("img", .object("tensor"), "a picture [C, H, W] or a batch [N, C, H, W] of any channels")
    return Function(
      .module("filters"), name, summary, [image] + parameters, options: options + shared(),
      returns: "a tensor of the picture's shape", source: source, example: example
    ) { arguments in
      try arguments.checkCount()
      let picture = try arguments.tensor(0), options = try arguments.options
      return .object(try plan(arguments, options)(picture, FilterScope(options)))
    }
  }
}
