internal import Surface

/// Orders, middles, triangles and parts.
enum SelectionEntries {
  private static var axis: Option { Option("dim", .integer, "the axis, from 1") }
  private static var keepdim: Option {
    Option.optional("keepdim", .bool, "keeps the reduced axis with size 1", .bool(false))
  }

  static func methods() -> [Function] { orders() + middles() + [unique(), choice()] + triangles() + parts() }

  private static func orders() -> [Function] {
    [
      Entry.method(
        "argsort", "The positions that put the elements in order along an axis; stable.",
        [.optional("dim", .integer, "the axis, from 1", .integer(-1))],
        options: [.optional("descending", .bool, "largest first", .bool(false))], returns: "positions from 1, i64",
        example: "assert(tensor{3, 1, 2}:argsort():allclose(tensor{2, 3, 1}))"
      ) {
        .object(try $0.tensor(0).argsort($0.axisIfAny(1) ?? -1, descending: $0.options.bool("descending")) + 1)
      },
      Entry.method(
        "cumprod", "Running products along an axis.", [axis],
        example: "assert(tensor{2, 3, 4}:cumprod(1):allclose(tensor{2, 6, 24}))"
      ) { .object(try $0.tensor(0).cumprod($0.axis(1))) },
    ]
  }

  private static func middles() -> [Function] {
    [
      Entry.method(
        "median", "The middle element in order (of an even number, the lower of the middle two); NaN if there is one.",
        [.optional("dim", .integer, "the axis, from 1; none: over everything")], options: [keepdim],
        returns: "a tensor; along an axis also the positions, from 1", source: "PyTorch, torch.median",
        example: "assert(tensor{5, 1, 4, 2}:median():item() == 2)"
      ) { arguments in
        let x = try arguments.tensor(0)
        guard let axis = try arguments.axisIfAny(1) else { return .object(try x.median()) }
        let (values, places) = try x.median(axis, keepdim: arguments.options.bool("keepdim"))
        return .many([.object(values), .object(try places + 1)])
      },
      Entry.method(
        "quantile", "The value below which a share of the elements lies; between two neighbours by a straight line.",
        [
          Option(
            "q", .either([.number, .list(.number)]), "the share, 0 to 1, or a list: results then stand along axis 1"),
          .optional("dim", .integer, "the axis, from 1; none: over everything"),
        ], options: [keepdim], source: "PyTorch, torch.quantile",
        example: "assert(tensor{1, 2, 3, 4}:quantile(0.5):item() == 2.5)"
      ) { arguments in
        let (x, place) = (try arguments.tensor(0), try arguments.axisIfAny(2))
        let keep = try arguments.options.bool("keepdim")
        if let share = arguments[1].double { return .object(try x.quantile([share], place, keepdim: keep)[0]) }
        let shares: [Double]
        if case .object(let list as Tensor) = arguments[1] {
          shares = try list.doubles()
        } else {
          shares = try arguments.table(1).list.map { value in
            guard let share = value.double else { throw arguments.mismatch(1, "a number or a list of numbers") }
            return share
          }
        }
        guard !shares.isEmpty else { throw arguments.mismatch(1, "a number or a list of numbers") }
        return .object(try Tensor.stack(x.quantile(shares, place, keepdim: keep)))
      },
    ]
  }

  private static func unique() -> Function {
    Entry.method(
      "unique", "The different elements in ascending order, as one axis.",
      returns: "the elements; for every element of the tensor its position among them, from 1; how often each occurs",
      source: "PyTorch, torch.unique",
      example:
        "local values, places, counts = tensor{3, 1, 3}:unique()\nassert(values:allclose(tensor{1, 3}) and places[1]:item() == 2 and counts[2]:item() == 2)"
    ) {
      let (values, inverse, counts) = try $0.tensor(0).unique()
      return .many([.object(values), .object(try inverse + 1), .object(counts)])
    }
  }

  private static func choice() -> Function {
    let operand = Kind.either([.object("tensor"), .number])
    return Entry.method(
      "where",
      "This tensor's elements where a mask holds, another's elsewhere; with three arguments the elements of a "
        + "where it holds, of b elsewhere, as tensor.where.",
      [
        Option("mask", .object("tensor"), "0 or not 0"),
        Option("a", operand, "the other; with b: taken where it holds"),
        .optional("b", operand, "taken where the mask does not hold"),
      ], source: "PyTorch, Tensor.where",
      example: "local x = tensor{-1, 2}\nassert(x:where(x:gt(0), 0):allclose(tensor{0, 2}))"
    ) {
      let mask = try $0.tensor(1)
      return .object(
        try $0.has(3)
          ? Tensor.where(mask, $0.tensorOrNumber(2), $0.tensorOrNumber(3))
          : Tensor.where(mask, $0.tensor(0), $0.tensorOrNumber(2)))
    }
  }

  private static func triangles() -> [Function] {
    let diagonal = Option.optional("diagonal", .integer, "0: the main one; above 0: to its right", .integer(0))
    return [
      Entry.method(
        "tril", "The elements of a matrix on a diagonal and below, zeros above.", [diagonal],
        example: "assert(tensor.ones(3, 3):tril():sum():item() == 6)"
      ) { .object(try $0.tensor(0).tril($0.integer(1, or: 0))) },
      Entry.method(
        "triu", "The elements of a matrix on a diagonal and above, zeros below.", [diagonal],
        example: "assert(tensor.ones(3, 3):triu(1):sum():item() == 3)"
      ) { .object(try $0.tensor(0).triu($0.integer(1, or: 0))) },
      Entry.plain(
        "diag", "A vector as the diagonal of a matrix; the diagonal of a matrix as a vector.",
        example: "assert(tensor{1, 2}:diag():diag():allclose(tensor{1, 2}))"
      ) { try $0.diag() },
      Entry.method(
        "outer", "Every product of an element of this vector and one of another.",
        [Option("other", .object("tensor"), "a vector [M]")], returns: "a tensor [N, M]",
        example: "assert(tensor{1, 2}:outer(tensor{3, 4}):allclose(tensor{{3, 4}, {6, 8}}))"
      ) { .object(try $0.tensor(0).outer($0.tensor(1))) },
    ]
  }

  private static func parts() -> [Function] {
    [
      Entry.method(
        "unbind", "The positions of an axis one by one, as views.", [.optional("dim", .integer, "from 1", .integer(1))],
        returns: "a list of tensors",
        example: "local rows = tensor{{1, 2}, {3, 4}}:unbind()\nassert(rows[2]:sum():item() == 7)"
      ) { .table(Table(list: try $0.tensor(0).unbind($0.axisIfAny(1) ?? 0).map { .object($0) })) },
      Entry.method(
        "repeat_interleave", "Each position of an axis several times in a row.",
        [
          Option("n", .integer, "how many times"),
          .optional("dim", .integer, "the axis, from 1; none: of all elements"),
        ],
        example: "assert(tensor{1, 2}:repeat_interleave(2):allclose(tensor{1, 1, 2, 2}))"
      ) {
        let (x, n) = (try $0.tensor(0), try $0.integer(1))
        guard let axis = try $0.axisIfAny(2) else { return .object(try x.reshape([x.count]).repeatInterleave(n, 0)) }
        return .object(try x.repeatInterleave(n, axis))
      },
    ]
  }

  static func functions() -> [Function] {
    [
      Entry.tensor(
        "meshgrid", "Vectors stretched over a common grid: result i varies along axis i alone.",
        [Option("vectors", .list(.object("tensor")), "one for each axis")],
        options: [
          .optional(
            "indexing", .choice(["ij", "xy"]), "xy: the first two axes change places (rows y, columns x)", .string("ij")
          )
        ], returns: "as many tensors as vectors", source: "PyTorch, torch.meshgrid",
        example:
          "local y, x = tensor.meshgrid({tensor{0, 1}, tensor{0, 1, 2}})\nassert(y[2][1]:item() == 1 and x[2][3]:item() == 2)"
      ) {
        let swapped = try $0.options.string("indexing") == "xy"
        return .many(try Tensor.meshgrid($0.tensors(0), swapped: swapped).map { .object($0) })
      },
      Entry.tensor(
        "einsum", "Multiplies tensors whose axes a formula names by letters; letters that the result lacks are summed.",
        [
          Option("formula", .string, "such as \"bij,bjk->bik\": one letter per axis"),
          Option("operands", .either([.object("tensor"), .list(.object("tensor"))]), "the tensors, or a list of them"),
        ], variadic: true, source: "PyTorch, torch.einsum (without ... and without a letter twice in one operand)",
        example:
          "local a, b = tensor{{1, 2}, {3, 4}}, tensor{5, 6}\nassert(tensor.einsum(\"ij,j->i\", a, b):allclose(a:matmul(b)))"
      ) { arguments in
        let operands: [Tensor]
        if case .table = arguments[1] {
          operands = try arguments.tensors(1)
        } else {
          operands = try (1..<Swift.max(arguments.count, 1)).map { try arguments.tensor($0) }
        }
        return .object(try Tensor.einsum(arguments.string(0), operands))
      },
    ]
  }
}
