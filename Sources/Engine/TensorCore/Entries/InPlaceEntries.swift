internal import Surface

/// Writing in place.
enum InPlaceEntries {
  private static var operand: Option {
    Option("other", .either([.object("tensor"), .number]), "a tensor that broadcasts, or a number")
  }

  private static func entry(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option] = [], source: String? = nil,
    example: String, _ body: @escaping (Tensor, borrowing Arguments) throws -> Tensor
  ) -> Function {
    Entry.method(
      name, summary, parameters, options: options, returns: "the tensor itself", source: source, example: example
    ) { .object(try body($0.tensor(0), $0)) }
  }

  static func all() -> [Function] { sums() + products() + contents() }

  private static func sums() -> [Function] {
    let alpha = Option.optional("alpha", .number, "multiplies the other first", .number(1), range: Option.anyNumber)
    return [
      entry(
        "add_", "Adds in place.", [operand], options: [alpha],
        example: "local t = tensor{1}\nt:add_(tensor{2}, {alpha = 0.5})\nassert(t:item() == 2)"
      ) { x, arguments in
        let factor = try arguments.options.number("alpha")
        if let number = arguments[1].double { return try x.add_(number * factor) }
        return try x.add_(arguments.tensorOrNumber(1), scale: factor)
      },
      entry(
        "sub_", "Subtracts in place.", [operand], options: [alpha],
        example: "local t = tensor{3}\nt:sub_(2)\nassert(t:item() == 1)"
      ) { x, arguments in
        let factor = try arguments.options.number("alpha")
        if let number = arguments[1].double { return try x.add_(-number * factor) }
        return try x.sub_(arguments.tensorOrNumber(1), scale: factor)
      },
    ]
  }

  private static func products() -> [Function] {
    [
      entry(
        "mul_", "Multiplies in place.", [operand], example: "local t = tensor{3}\nt:mul_(2)\nassert(t:item() == 6)"
      ) { x, arguments in
        if let number = arguments[1].double { return try x.mul_(number) }
        return try x.mul_(arguments.tensorOrNumber(1))
      },
      entry(
        "div_", "Divides in place.", [operand], example: "local t = tensor{3}\nt:div_(2)\nassert(t:item() == 1.5)"
      ) { x, arguments in
        if let number = arguments[1].double { return try x.div_(number) }
        return try x.div_(arguments.tensorOrNumber(1))
      },
      entry(
        "clamp_", "Limits every element to [lo, hi] in place; NaN stays.",
        [
          .optional("lo", .number, "the smallest value (nil: none)"),
          .optional("hi", .number, "the largest value (nil: none)"),
        ], example: "assert(tensor{-1, 0.5, 2}:clamp_(0, 1):allclose(tensor{0, 0.5, 1}))"
      ) { x, arguments in try x.clamp_(arguments.number(1, or: -.infinity), arguments.number(2, or: .infinity)) },
      entry(
        "masked_fill_", "Writes a number where a mask holds.",
        [Option("mask", .object("tensor"), "0 or not 0; broadcasts"), Option("value", .number, "the number")],
        example: "assert(tensor{1, 2}:masked_fill_(tensor{1, 0}, 9):allclose(tensor{9, 2}))"
      ) { x, arguments in try x.maskedFill_(arguments.tensor(1), arguments.number(2)) },
    ]
  }

  private static func contents() -> [Function] {
    let stream = "PyTorch's CPU generator: atelier.seed(n) as torch.manual_seed(n)"
    return [
      entry(
        "copy_", "Takes over another tensor's elements, broadcast and converted.", [operand],
        example: "local t = tensor.zeros(2)\nt:copy_(tensor{4, 5})\nassert(t:sum():item() == 9)"
      ) { x, arguments in try x.copy_(arguments.tensorOrNumber(1)) },
      entry(
        "fill_", "Sets every element to a number.", [Option("value", .number, "the number")],
        example: "assert(tensor.zeros(2):fill_(3):sum():item() == 6)"
      ) { x, arguments in try x.fill_(arguments.number(1)) },
      entry(
        "zero_", "Sets every element to 0.", example: "assert(tensor.ones(2):zero_():sum():item() == 0)"
      ) { x, _ in try x.fill_(0) },
      entry(
        "normal_", "Fills with random numbers of a normal distribution.",
        [
          .optional("mean", .number, "the distribution's mean", .number(0)),
          .optional("std", .number, "its standard deviation", .number(1)),
        ], source: stream, example: "assert(tensor.zeros(1000):normal_(5, 0.1):mean():sub_(5):abs():item() < 0.1)"
      ) { x, arguments in
        let drawn = try RandomGenerator.shared.normal(x.shape, x.dtype)
        return try x.copy_(drawn.mul_(arguments.number(2, or: 1)).add_(arguments.number(1, or: 0)))
      },
      entry(
        "uniform_", "Fills with uniform random numbers from [lo, hi).",
        [
          .optional("lo", .number, "the lower end", .number(0)), .optional("hi", .number, "the upper end", .number(1)),
        ], source: stream, example: "assert(tensor.zeros(100):uniform_(2, 3):min():item() >= 2)"
      ) { x, arguments in
        let (low, high) = (try arguments.number(1, or: 0), try arguments.number(2, or: 1))
        return try x.copy_(RandomGenerator.shared.uniform(x.shape, x.dtype).mul_(high - low).add_(low))
      },
    ]
  }
}
