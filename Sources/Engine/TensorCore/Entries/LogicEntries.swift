internal import Surface

/// More functions of one element, and truth values.
enum LogicEntries {
  private static var operand: Option {
    Option("other", .either([.object("tensor"), .number]), "a tensor that broadcasts, or a number")
  }

  static func methods() -> [Function] { functions() + truths() + pairs() }

  /// `& | ~` between masks, as in PyTorch; numbers are refused, because there they would mean bits.
  static func operators() -> [String: Function] {
    func masks(_ symbol: String, _ words: String, example: String, _ op: @escaping (Tensor, Tensor) throws -> Tensor)
      -> Function
    {
      Function(
        .operation("tensor"), symbol, "Of two masks: \(words).", returns: "a tensor of bool", example: example
      ) { .object(try op(mask($0, 0, symbol), mask($0, 1, symbol))) }
    }
    return [
      "band": masks(
        "&", "1 where both hold", example: "local x = tensor{1, 2, 3}\nassert((x:gt(1) & x:lt(3)):sum():item() == 1)",
        Tensor.logicalAnd),
      "bor": masks(
        "|", "1 where at least one holds",
        example: "local x = tensor{1, 2, 3}\nassert((x:lt(2) | x:gt(2)):sum():item() == 2)", Tensor.logicalOr),
      "bxor": masks(
        "~", "1 where exactly one holds",
        example: "local x = tensor{1, 2, 3}\nassert((x:gt(1) ~ x:lt(3)):sum():item() == 2)", Tensor.logicalXor),
      "bnot": Function(
        .operation("tensor"), "unary ~", "Of a mask: 1 where it does not hold.", returns: "a tensor of bool",
        example: "assert((~tensor{1, 2}:gt(1)):sum():item() == 1)"
      ) { .object(try mask($0, 0, "~").logicalNot()) },
    ]
  }

  private static func mask(_ arguments: borrowing Arguments, _ position: Int, _ symbol: String) throws -> Tensor {
    if case .object(let object) = arguments[position], let x = object as? Tensor, x.dtype == .bool { return x }
    throw EngineError(
      "tensor \(symbol)", expected: "masks (tensors of bool) on both sides", came: arguments[position].brief,
      advice: "comparisons make masks: t:gt(0) & t:lt(1)")
  }

  private static func functions() -> [Function] {
    [
      Entry.plain("asin", "Inverse sine, in radians.", example: "assert(tensor{0}:asin():item() == 0)") {
        try $0.asin()
      },
      Entry.plain("acos", "Inverse cosine, in radians.", example: "assert(tensor{1}:acos():item() == 0)") {
        try $0.acos()
      },
      Entry.plain("atan", "Inverse tangent, in radians.", example: "assert(tensor{0}:atan():item() == 0)") {
        try $0.atan()
      },
      Entry.plain("sinh", "Hyperbolic sine.", example: "assert(tensor{0}:sinh():item() == 0)") { try $0.sinh() },
      Entry.plain("cosh", "Hyperbolic cosine.", example: "assert(tensor{0}:cosh():item() == 1)") { try $0.cosh() },
      Entry.plain("log2", "Logarithm to base 2.", example: "assert(tensor{8}:log2():item() == 3)") { try $0.log2() },
      Entry.method(
        "lerp", "The point between this tensor (weight 0) and another (weight 1).",
        [
          Option("end", .object("tensor"), "the other"),
          Option("weight", .either([.number, .object("tensor")]), "how far, usually 0 to 1"),
        ], source: "PyTorch, torch.lerp",
        example: "assert(tensor{0, 2}:lerp(tensor{4, 4}, 0.25):allclose(tensor{1, 2.5}))"
      ) {
        let (x, end) = (try $0.tensor(0), try $0.tensor(1))
        if let weight = $0[2].double { return .object(try x.lerp(end, weight)) }
        return .object(try x.lerp(end, $0.tensorOrNumber(2)))
      },
    ]
  }

  /// A test of every element.
  private static func test(
    _ name: String, _ words: String, example: String, _ op: @escaping (Tensor) throws -> Tensor
  ) -> Function {
    Entry.method(name, "1 where an element \(words), else 0.", returns: "a tensor of bool", example: example) {
      .object(try op($0.tensor(0)))
    }
  }

  private static func truths() -> [Function] {
    [
      test("isnan", "is not a number", example: "assert(tensor{0, 0 / 0}:isnan():sum():item() == 1)") {
        try $0.isNaN()
      },
      test("isinf", "is infinite", example: "assert(tensor{0, -math.huge}:isinf():sum():item() == 1)") {
        try $0.isInfinite()
      },
      test(
        "isfinite", "is neither infinite nor NaN",
        example: "assert(tensor{0, 0 / 0, math.huge}:isfinite():sum():item() == 1)"
      ) { try $0.isFinite() },
      test("logical_not", "is 0", example: "assert(tensor{0, 2}:logical_not():sum():item() == 1)") {
        try $0.logicalNot()
      },
    ]
  }

  private static func pair(
    _ name: String, _ summary: String, returns: String = "a tensor", example: String,
    _ op: @escaping (Tensor, Tensor) throws -> Tensor
  ) -> Function {
    Entry.method(name, summary, [operand], returns: returns, example: example) {
      .object(try op($0.tensor(0), $0.tensorOrNumber(1)))
    }
  }

  private static func pairs() -> [Function] {
    let flags = "a tensor of bool"
    return [
      pair(
        "logical_and", "1 where both differ from 0, else 0.", returns: flags,
        example: "local x = tensor{1, 2, 3}\nassert(x:gt(1):logical_and(x:lt(3)):sum():item() == 1)", Tensor.logicalAnd),
      pair(
        "logical_or", "1 where at least one differs from 0, else 0.", returns: flags,
        example: "local x = tensor{1, 2, 3}\nassert(x:lt(2):logical_or(x:gt(2)):sum():item() == 2)", Tensor.logicalOr),
      pair(
        "logical_xor", "1 where exactly one differs from 0, else 0.", returns: flags,
        example: "assert(tensor{0, 1, 1}:logical_xor(tensor{1, 1, 0}):sum():item() == 2)", Tensor.logicalXor),
      pair(
        "maximum", "The larger of two, element by element.",
        example: "assert(tensor{1, 5}:maximum(3):sum():item() == 8)",
        Tensor.maximum),
      pair(
        "minimum", "The smaller of two, element by element.",
        example: "assert(tensor{1, 5}:minimum(3):sum():item() == 4)", Tensor.minimum),
    ]
  }
}
