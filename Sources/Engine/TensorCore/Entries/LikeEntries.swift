internal import Surface

/// Tensors in the shape and type of another.
enum LikeEntries {
  private static func like(
    _ name: String, _ summary: String, _ more: [Option] = [], example: String,
    _ make: @escaping ([Int], ElementType, borrowing Arguments) throws -> Tensor
  ) -> Function {
    let dtype = Option.optional(
      "dtype", .choice(ElementType.allCases.map(\.rawValue)), "element type (default: the other tensor's)")
    return Entry.tensor(
      name, summary, [Option("other", .object("tensor"), "whose shape and element type it gets")] + more,
      options: [dtype], source: "PyTorch, torch.\(name)", example: example
    ) {
      let other = try $0.tensor(0)
      return .object(try make(other.shape, $0.options.elementType() ?? other.dtype, $0))
    }
  }

  static func functions() -> [Function] {
    [
      like(
        "zeros_like", "Zeros in the shape of another tensor.",
        example: "assert(tensor.zeros_like(tensor{1, 2}):sum():item() == 0)"
      ) { shape, type, _ in try Tensor.filled(shape, 0, type, for: "tensor.zeros_like") },
      like(
        "ones_like", "Ones in the shape of another tensor.",
        example: "assert(tensor.ones_like(tensor{5, 5}):sum():item() == 2)"
      ) { shape, type, _ in try Tensor.filled(shape, 1, type, for: "tensor.ones_like") },
      like(
        "full_like", "One value in the shape of another tensor.", [Option("value", .number, "the value")],
        example: "assert(tensor.full_like(tensor{5, 5}, 3):sum():item() == 6)"
      ) { shape, type, arguments in try Tensor.filled(shape, arguments.number(1), type, for: "tensor.full_like") },
      like(
        "rand_like", "Uniform random numbers from [0, 1) in the shape of another tensor.",
        example: "assert(tensor.rand_like(tensor.zeros(2, 3)):size(2) == 3)"
      ) { shape, type, _ in try RandomGenerator.shared.uniform(shape, type) },
      like(
        "randn_like", "Normal random numbers in the shape of another tensor.",
        example: "local x = tensor.zeros(1, 3, 8, 8)\nassert((x + tensor.randn_like(x)):std():item() > 0.5)"
      ) { shape, type, _ in try RandomGenerator.shared.normal(shape, type) },
      randint(),
    ]
  }

  private static func randint() -> Function {
    Entry.tensor(
      "randint", "Whole random numbers from low up to, but without, high.",
      [
        Option("low", .integer, "the smallest; left out (with two arguments): 0"),
        Option("high", .either([.integer, .list(.integer)]), "the end, which is not reached"),
        .optional("sizes", .list(.integer), "one size per axis"),
      ], options: [.optional("dtype", .choice(ElementType.allCases.map(\.rawValue)), "element type", .string("i64"))],
      source: "PyTorch, torch.randint, and its values after atelier.seed(n) = torch.manual_seed(n)",
      example:
        "local ids = tensor.randint(1, 7, {100})  -- a hundred throws of a die\nassert(ids:min():item() >= 1 and ids:max():item() <= 6)"
    ) { arguments in
      // randint(high, sizes) or randint(low, high, sizes)
      let place = arguments.has(2) ? 2 : 1
      guard case .table = arguments[place] else { throw arguments.mismatch(place, "a list of sizes, such as {2, 3}") }
      let sizes = try arguments.table(place).list.map { value in
        guard let size = value.exactInteger else { throw arguments.mismatch(place, "a list of integers") }
        return size
      }
      let low = place == 2 ? try arguments.integer(0) : 0
      let drawn = try RandomGenerator.shared.integers(sizes, from: low, below: arguments.integer(place - 1))
      return .object(try drawn.to(arguments.options.elementType() ?? .i64))
    }
  }
}
