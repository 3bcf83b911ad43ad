internal import Surface

/// `+ - * / % ^` and comparisons.
enum ArithmeticEntries {
  /// An operator over tensors and numbers in either order.
  private static func binary(
    _ symbol: String, _ summary: String, example: String, _ both: @escaping (Tensor, Tensor) throws -> Tensor,
    _ right: @escaping (Tensor, Double) throws -> Tensor, _ left: @escaping (Double, Tensor) throws -> Tensor
  ) -> Function {
    Function(.operation("tensor"), symbol, summary, returns: "a tensor", example: example) { arguments in
      switch (arguments[0], arguments[1]) {
      case (.object(let a), .object(let b)):
        if let a = a as? Tensor, let b = b as? Tensor { return .object(try both(a, b)) }
      case (.object(let a), let b):
        if let a = a as? Tensor, let b = b.double { return .object(try right(a, b)) }
      case (let a, .object(let b)):
        if let a = a.double, let b = b as? Tensor { return .object(try left(a, b)) }
      default: break
      }
      throw EngineError(
        "tensor \(symbol)", expected: "tensors or numbers on both sides",
        came: "\(arguments[0].brief) and \(arguments[1].brief)")
    }
  }

  static func operators() -> [String: Function] {
    [
      "add": binary(
        "+", "Sum, element by element.", example: "assert((tensor{1, 2} + 1):sum():item() == 5)", { try $0 + $1 },
        { try $0 + $1 }, { try $0 + $1 }),
      "sub": binary(
        "-", "Difference, element by element.", example: "assert((3 - tensor{1, 2}):sum():item() == 3)",
        { try $0 - $1 },
        { try $0 - $1 }, { try $0 - $1 }),
      "mul": binary(
        "*", "Product, element by element; t:matmul(u) multiplies matrices.",
        example: "assert((tensor{1, 2} * tensor{3, 4}):sum():item() == 11)", { try $0 * $1 }, { try $0 * $1 },
        { try $0 * $1 }),
      "div": binary(
        "/", "Quotient, element by element; integers divide as f32.",
        example: "assert((tensor{1, 2} / 2):sum():item() == 1.5)", { try $0 / $1 }, { try $0 / $1 }, { try $0 / $1 }),
      "mod": binary(
        "%", "Remainder with the sign of the divisor, as Lua's.", example: "assert((tensor{-1} % 3):item() == 2)",
        { try $0 % $1 }, { try $0 % $1 }, { try Tensor.full([], $0, $1.dtype) % $1 }),
      "idiv": binary(
        "//", "Quotient rounded down, element by element, as Lua's.",
        example: "assert((tensor{7, -7} // 2):allclose(tensor{3, -4}))", Tensor.floorDivide, Tensor.floorDivide,
        Tensor.floorDivide),
      "pow": binary(
        "^", "Power, element by element.", example: "assert((tensor{3} ^ 2):item() == 9)", { try Tensor.pow($0, $1) },
        { try $0.pow($1) }, { try Tensor.pow($0, $1) }),
      "unm": Function(
        .operation("tensor"), "unary -", "The negative, element by element.", returns: "a tensor",
        example: "assert((-tensor{2}):item() == -2)"
      ) { .object(try -$0.tensor(0)) },
    ].merging(orders()) { first, _ in first }.merging(LogicEntries.operators()) { first, _ in first }
  }

  /// `<` and `<=`: Lua turns their results into true or false, so a tensor cannot come back; the error says what can.
  private static func orders() -> [String: Function] {
    func refuse(_ symbol: String, _ names: String) -> Function {
      Function(
        .operation("tensor"), symbol,
        "Always an error that names the method to use: Lua makes one boolean of a comparison.",
        returns: "nothing", example: "assert(not pcall(function() return tensor{1} \(symbol) tensor{2} end))"
      ) { _ in
        throw EngineError(
          "tensor \(symbol)", "Lua's comparisons give one true or false, not a tensor",
          advice: "use the methods t:lt(u) t:le(u) t:gt(u) t:ge(u), which also take numbers")
      }
    }
    return ["lt": refuse("<", "lt"), "le": refuse("<=", "le"), "eq": equality()]
  }

  /// `==` between two handles: true for one and the same tensor, false beside objects of other types. Two tensors are an
  /// error, because neither answer would say anything about their elements.
  private static func equality() -> Function {
    Function(
      .operation("tensor"), "==",
      "True for one and the same tensor; for two tensors an error that names the method to use.",
      returns: "a boolean",
      example: "local t = tensor{1}\nassert(t == t and t ~= nil)\n"
        + "assert(not pcall(function() return t == tensor{1} end))"
    ) { arguments in
      guard case .object(let a) = arguments[0], case .object(let b) = arguments[1] else { return .bool(false) }
      if a === b { return .bool(true) }
      guard a is Tensor, b is Tensor else { return .bool(false) }
      throw EngineError(
        "tensor ==", "Lua's comparisons give one true or false, not a tensor",
        advice: "use t:eq(u) for each element, t:allclose(u) for one answer, rawequal(t, u) for the very same tensor")
    }
  }

  private static func compare(
    _ name: String, _ words: String, _ both: @escaping (Tensor, Tensor) throws -> Tensor,
    _ number: @escaping (Tensor, Double) throws -> Tensor, example: String
  ) -> Function {
    Entry.method(
      name, "1 where an element \(words), else 0.",
      [Option("other", .either([.object("tensor"), .number]), "what to compare with")], returns: "a tensor of bool",
      example: example
    ) { arguments in
      let x = try arguments.tensor(0)
      if let value = arguments[1].double { return .object(try number(x, value)) }
      return .object(try both(x, arguments.tensorOrNumber(1)))
    }
  }

  static func methods() -> [Function] {
    [
      compare(
        "eq", "equals the other", Tensor.eq, { try $0.eq($1) }, example: "assert(tensor{1, 2}:eq(2):sum():item() == 1)"),
      compare(
        "ne", "differs from the other", Tensor.ne, { try $0.ne($1) },
        example: "assert(tensor{1, 2}:ne(2):sum():item() == 1)"),
      compare(
        "lt", "is below the other", Tensor.lt, { try $0.lt($1) },
        example: "assert(tensor{1, 2}:lt(2):sum():item() == 1)"),
      compare(
        "le", "is at most the other", Tensor.le, { try $0.le($1) },
        example: "assert(tensor{1, 2}:le(2):sum():item() == 2)"),
      compare(
        "gt", "is above the other", Tensor.gt, { try $0.gt($1) },
        example: "assert(tensor{1, 2}:gt(1):sum():item() == 1)"),
      compare(
        "ge", "is at least the other", Tensor.ge, { try $0.ge($1) },
        example: "assert(tensor{1, 2}:ge(1):sum():item() == 2)"),
      Entry.method(
        "pow", "Power, element by element.",
        [Option("exponent", .either([.number, .object("tensor")]), "the exponent")],
        example: "assert(tensor{3}:pow(2):item() == 9)"
      ) { arguments in
        let x = try arguments.tensor(0)
        if let exponent = arguments[1].double { return .object(try x.pow(exponent)) }
        return .object(try Tensor.pow(x, arguments.tensorOrNumber(1)))
      },
      Entry.method(
        "atan2", "The angle in radians of the points (x, y); this tensor is y.",
        [Option("x", .either([.number, .object("tensor")]), "the x coordinates")],
        example: "assert(math.abs(tensor{1}:atan2(tensor{1}):item() - math.pi / 4) < 1e-6)"
      ) { .object(try $0.tensor(0).atan2($0.tensorOrNumber(1))) },
      Entry.method(
        "matmul", "Matrix product of the last two axes; axes before them broadcast.",
        [Option("other", .object("tensor"), "the right operand [*, K, N]")],
        example: "assert(tensor{{1, 2}, {3, 4}}:matmul(tensor{1, 1}):allclose(tensor{3, 7}))"
      ) { .object(try $0.tensor(0).matmul($0.tensor(1))) },
      Entry.method(
        "allclose", "Whether all elements agree: |a − b| ≤ atol + rtol·|b|.",
        [Option("other", .object("tensor"), "what to compare with")],
        options: [
          .optional("rtol", .number, "relative tolerance", .number(1e-5), range: 0...Double.greatestFiniteMagnitude),
          .optional("atol", .number, "absolute tolerance", .number(1e-8), range: 0...Double.greatestFiniteMagnitude),
        ], returns: "a boolean", example: "assert(tensor{1}:allclose(tensor{1.000001}))"
      ) { arguments in
        let options = try arguments.options
        return .bool(
          try arguments.tensor(0).isClose(
            to: arguments.tensor(1), rtol: options.number("rtol"), atol: options.number("atol")))
      },
    ]
  }

  /// Functions over two operands that are not operators.
  static func functions() -> [Function] {
    let operand = Kind.either([.object("tensor"), .number])
    func pair(_ name: String, _ summary: String, _ example: String, _ op: @escaping (Tensor, Tensor) throws -> Tensor)
      -> Function
    {
      Entry.tensor(
        name, summary, [Option("a", operand, "one operand"), Option("b", operand, "the other")], example: example
      ) {
        .object(try op($0.tensorOrNumber(0), $0.tensorOrNumber(1)))
      }
    }
    return [
      pair(
        "maximum", "The larger of two, element by element.",
        "assert(tensor.maximum(tensor{1, 5}, 3):sum():item() == 8)", Tensor.maximum),
      pair(
        "minimum", "The smaller of two, element by element.",
        "assert(tensor.minimum(tensor{1, 5}, 3):sum():item() == 4)", Tensor.minimum),
      Entry.tensor(
        "where", "Elements of a where the mask holds, of b elsewhere.",
        [
          Option("mask", .object("tensor"), "0 or not 0"), Option("a", operand, "taken where the mask holds"),
          Option("b", operand, "taken elsewhere"),
        ],
        example: "local x = tensor{-1, 2}\nassert(tensor.where(x:gt(0), x, 0):sum():item() == 2)"
      ) { .object(try Tensor.where($0.tensor(0), $0.tensorOrNumber(1), $0.tensorOrNumber(2))) },
    ]
  }
}
