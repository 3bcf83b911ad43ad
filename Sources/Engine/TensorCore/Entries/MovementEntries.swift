internal import Surface

/// Shapes and views.
enum MovementEntries {
  private static var sizes: Option {
    Option("sizes", .either([.integer, .list(.integer)]), "one size per axis; one may be -1 (what is left)")
  }
  private static var axis: Option { Option("dim", .integer, "the axis, from 1") }

  static func all() -> [Function] { shapes() + orders() + parts() }

  private static func shapes() -> [Function] {
    [
      Entry.method(
        "reshape", "The elements in row-major order under another shape.", [sizes], variadic: true,
        example: "assert(tensor.arange(6):reshape(2, -1):size(2) == 3)"
      ) {
        .object(try $0.tensor(0).reshape($0.integers(from: 1)))
      },
      Entry.method(
        "view", "The same as reshape.", [sizes], variadic: true,
        example: "assert(tensor.arange(6):view(2, 3):size(1) == 2)"
      ) {
        .object(try $0.tensor(0).reshape($0.integers(from: 1)))
      },
      Entry.method(
        "flatten", "Axes first to last joined into one.",
        [.optional("first", .integer, "from 1", .integer(1)), .optional("last", .integer, "from 1", .integer(-1))],
        example: "assert(tensor.zeros(2, 3, 4):flatten(2):size(2) == 12)"
      ) { .object(try $0.tensor(0).flatten($0.axisIfAny(1) ?? 0, $0.axisIfAny(2) ?? -1)) },
      Entry.method(
        "squeeze", "Without an axis of size 1, or without all of them.",
        [.optional("dim", .integer, "the axis, from 1")], example: "assert(tensor.zeros(1, 3, 1):squeeze():dim() == 1)"
      ) {
        .object(try $0.tensor(0).squeeze($0.axisIfAny(1)))
      },
      Entry.method(
        "unsqueeze", "With a new axis of size 1.", [Option("dim", .integer, "where it stands afterwards, from 1")],
        example: "assert(tensor.zeros(3):unsqueeze(1):size(2) == 3)"
      ) {
        .object(try $0.tensor(0).unsqueeze($0.axis(1)))
      },
      Entry.method(
        "expand", "Stretched to a larger shape without copying; -1 keeps a size.", [sizes], variadic: true,
        example: "assert(tensor{{1}, {2}}:expand(2, 3):sum():item() == 9)"
      ) {
        .object(try $0.tensor(0).expand($0.integers(from: 1)))
      },
      Entry.method(
        "repeat_", "The tensor repeated along each axis (a new tensor: `repeat` is a word of Lua).",
        [Option("counts", .either([.integer, .list(.integer)]), "times per axis")], variadic: true,
        example: "assert(#tensor{1, 2}:repeat_(3) == 6)"
      ) {
        .object(try $0.tensor(0).repeat($0.integers(from: 1)))
      },
    ]
  }

  private static func orders() -> [Function] {
    [
      Entry.method(
        "transpose", "Two axes exchanged.",
        [Option("dim1", .integer, "an axis, from 1"), Option("dim2", .integer, "another")],
        example: "assert(tensor.zeros(2, 3):transpose(1, 2):size(1) == 3)"
      ) {
        .object(try $0.tensor(0).transpose($0.axis(1), $0.axis(2)))
      },
      Entry.method(
        "t", "A matrix with rows and columns exchanged.", example: "assert(tensor.zeros(2, 3):t():size(1) == 3)"
      ) { arguments in
        let x = try arguments.tensor(0)
        guard x.rank == 2 else {
          throw EngineError("tensor:t", expected: "a matrix", came: x.dims.text, advice: "use t:transpose(dim1, dim2)")
        }
        return .object(try x.transpose(0, 1))
      },
      Entry.method(
        "permute", "The axes in another order.",
        [Option("order", .either([.integer, .list(.integer)]), "each axis once, from 1")], variadic: true,
        example: "assert(tensor.zeros(2, 3, 4):permute(3, 1, 2):size(1) == 4)"
      ) { arguments in
        let order = try arguments.integers(from: 1).map { try scriptPosition($0, "tensor:permute") }
        return .object(try arguments.tensor(0).permute(order))
      },
      Entry.method(
        "flip", "Positions reversed along axes.",
        [Option("dim", .either([.integer, .list(.integer)]), "axis or axes, from 1")], variadic: true,
        example: "assert(tensor{1, 2}:flip(1):allclose(tensor{2, 1}))"
      ) { arguments in
        let axes = try arguments.integers(from: 1).map { try scriptPosition($0, "tensor:flip") }
        return .object(try arguments.tensor(0).flip(axes))
      },
      Entry.method(
        "roll", "Positions shifted along an axis; what leaves at one end enters at the other.",
        [Option("n", .integer, "by how many"), axis],
        example: "assert(tensor{1, 2, 3}:roll(1, 1):allclose(tensor{3, 1, 2}))"
      ) {
        .object(try $0.tensor(0).roll($0.integer(1), $0.axis(2)))
      },
    ]
  }

  private static func parts() -> [Function] {
    [
      Entry.method(
        "narrow", "A stretch of positions of an axis, as a view.",
        [axis, Option("start", .integer, "the first position, from 1"), Option("length", .integer, "how many")],
        example: "assert(tensor{1, 2, 3}:narrow(1, 2, 2):allclose(tensor{2, 3}))"
      ) { arguments in
        let start = try scriptPosition(arguments.integer(2), "tensor:narrow")
        return .object(try arguments.tensor(0).narrow(arguments.axis(1), start, arguments.integer(3)))
      },
      Entry.method(
        "select", "One position of an axis, as a view without that axis.",
        [axis, Option("index", .integer, "the position, from 1")],
        example: "assert(tensor{{1, 2}, {3, 4}}:select(2, 1):allclose(tensor{1, 3}))"
      ) { arguments in
        .object(
          try arguments.tensor(0).select(arguments.axis(1), scriptPosition(arguments.integer(2), "tensor:select")))
      },
      Entry.method(
        "split", "Consecutive parts along an axis, as views.",
        [
          Option("size", .either([.integer, .list(.integer)]), "the parts' size, or a list of sizes"),
          .optional("dim", .integer, "the axis, from 1", .integer(1)),
        ], returns: "a list of tensors", example: "assert(#tensor.zeros(5):split(2) == 3)"
      ) { arguments in
        let (x, axis) = (try arguments.tensor(0), try arguments.axisIfAny(2) ?? 0)
        let parts: [Tensor]
        if case .table = arguments[1] {
          let sizes = try arguments.table(1).list.map { value in
            guard let size = value.exactInteger else { throw arguments.mismatch(1, "an integer or a list of integers") }
            return size
          }
          parts = try x.split(sizes, axis)
        } else {
          parts = try x.split(every: arguments.integer(1), axis)
        }
        return .table(Table(list: parts.map { .object($0) }))
      },
      Entry.method(
        "chunk", "At most n nearly equal consecutive parts along an axis, as views.",
        [Option("n", .integer, "how many"), .optional("dim", .integer, "the axis, from 1", .integer(1))],
        returns: "a list of tensors", example: "assert(#tensor.zeros(6):chunk(3) == 3)"
      ) { arguments in
        let (x, n, place) = (try arguments.tensor(0), try arguments.integer(1), try arguments.axisIfAny(2) ?? 0)
        guard n > 0 else { throw EngineError("tensor:chunk", expected: "1 part or more", came: "\(n)") }
        let size = x.shape[try x.axis(place, "tensor:chunk")]
        let parts = try x.split(every: Swift.max(1, (size + n - 1) / n), place)
        return .table(Table(list: parts.map { .object($0) }))
      },
    ]
  }
}

/// `cat`, `stack`, padding.
enum JoinEntries {
  static func functions() -> [Function] {
    let parts = Option("tensors", .list(.object("tensor")), "what to join")
    let dim = Option.optional("dim", .integer, "the axis, from 1", .integer(1))
    return [
      Entry.tensor(
        "cat", "Tensors one behind the other along an axis.", [parts, dim],
        example: "assert(#tensor.cat({tensor{1, 2}, tensor{3}}) == 3)"
      ) {
        .object(try Tensor.cat($0.tensors(0), $0.axisIfAny(1) ?? 0))
      },
      Entry.tensor(
        "stack", "Tensors of one shape side by side along a new axis.", [parts, dim],
        example: "assert(tensor.stack({tensor{1, 2}, tensor{3, 4}}):size(1) == 2)"
      ) {
        .object(try Tensor.stack($0.tensors(0), $0.axisIfAny(1) ?? 0))
      },
    ]
  }

  static func methods() -> [Function] {
    [
      Entry.method(
        "pad", "Elements added around the last axes; negative amounts crop.",
        [
          Option(
            "amounts", .list(.integer),
            "before and after for the last axis, then the one before it: {left, right, top, bottom}")
        ],
        options: [
          .optional("mode", .choice(PadMode.allCases.map(\.rawValue)), "what stands outside", .string("zeros")),
          .optional("value", .number, "the constant of mode zeros", .number(0), range: Option.anyNumber),
        ], example: "assert(tensor{1, 2, 3}:pad({1, 1}, {mode = \"reflect\"}):allclose(tensor{2, 1, 2, 3, 2}))"
      ) { arguments in
        let options = try arguments.options
        return .object(
          try arguments.tensor(0).pad(
            arguments.integers(from: 1), mode: PadMode(rawValue: options.string("mode"))!,
            value: options.number("value")))
      }
    ]
  }
}
