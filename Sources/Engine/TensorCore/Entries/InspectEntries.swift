internal import Surface

/// Asking a tensor what it is.
enum InspectEntries {
  static func all() -> [Function] {
    [
      Entry.method(
        "shape", "The sizes of all axes.", returns: "a list of integers",
        example: "assert(tensor.zeros(2, 3):shape()[2] == 3)"
      ) {
        .table(Table(list: try $0.tensor(0).shape.map { .integer($0) }))
      },
      Entry.method(
        "size", "The size of an axis; all sizes without an argument.", [.optional("dim", .integer, "the axis, from 1")],
        returns: "an integer, or a list", example: "assert(tensor.zeros(2, 3):size(2) == 3)"
      ) { arguments in
        let x = try arguments.tensor(0)
        guard let axis = try arguments.axisIfAny(1) else { return .table(Table(list: x.shape.map { .integer($0) })) }
        return .integer(x.shape[try x.axis(axis, "tensor:size")])
      },
      Entry.method(
        "dim", "The number of axes.", returns: "an integer", example: "assert(tensor.zeros(2, 3):dim() == 2)"
      ) { .integer(try $0.tensor(0).rank) },
      Entry.method(
        "numel", "The number of elements.", returns: "an integer", example: "assert(tensor.zeros(2, 3):numel() == 6)"
      ) { .integer(try $0.tensor(0).count) },
      Entry.method("dtype", "The element type.", returns: "a string", example: "assert(tensor{1}:dtype() == \"f32\")") {
        .string(try $0.tensor(0).dtype.rawValue)
      },
      Entry.method(
        "is_contiguous", "Whether the elements lie densely in row-major order.", returns: "a boolean",
        example: "assert(not tensor.zeros(2, 3):t():is_contiguous())"
      ) { .bool(try $0.tensor(0).isContiguous) },
      Entry.method(
        "to", "The elements in another type.",
        [Option("dtype", .choice(ElementType.allCases.map(\.rawValue)), "the type; PyTorch's names work too")],
        example: "assert(tensor{1.7}:to(\"i64\"):item() == 1)"
      ) {
        .object(try $0.tensor(0).to(ElementType(named: $0.string(1), for: "tensor:to")))
      },
      Entry.method(
        "item", "The only element, as a number.", returns: "a number", example: "assert(tensor{3}:item() == 3)"
      ) { arguments in
        let x = try arguments.tensor(0)
        if x.dtype.isFloating { return .number(try x.item()) }
        return .integer(try x.wholeItem())
      },
      Entry.method(
        "tolist", "The elements as nested tables.", returns: "a table; a number for a scalar",
        example: "assert(tensor{{1, 2}}:tolist()[1][2] == 2)"
      ) { try list($0.tensor(0)) },
      Entry.method(
        "clone", "A copy in memory of its own.",
        example: "local a = tensor{1}\nlocal b = a:clone()\nb[1] = 2\nassert(a:item() == 1)"
      ) { .object(try $0.tensor(0).copy()) },
      Entry.method(
        "contiguous", "The tensor itself, or a dense copy when it is not dense.",
        example: "assert(tensor.zeros(2, 3):t():contiguous():is_contiguous())"
      ) { .object(try $0.tensor(0).contiguous()) },
    ]
  }

  /// Nested tables of a tensor's elements.
  private static func list(_ x: Tensor) throws -> Value {
    let values: [Value] =
      x.dtype.isFloating ? try x.doubles().map { .number($0) } : try x.integers().map { .integer($0) }
    func block(_ axis: Int, _ start: Int, _ count: Int) -> Value {
      if axis == x.rank { return values[start] }
      let part = x.dims[axis] == 0 ? 0 : count / x.dims[axis]
      return .table(Table(list: (0..<x.dims[axis]).map { block(axis + 1, start + $0 * part, part) }))
    }
    return block(0, 0, x.count)
  }
}
