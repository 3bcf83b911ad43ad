internal import Surface

/// Picking by positions.
enum IndexEntries {
  private static var axis: Option { Option("dim", .integer, "the axis, from 1") }
  private static var index: Option { Option("index", .object("tensor"), "positions, from 1") }

  /// Positions from 1 (or from −1) in a tensor as positions from 0.
  static func positions(_ index: Tensor) throws -> Tensor {
    guard try !index.dtype.isFloating || Tensor.eq(index, index.floor()).all().item() != 0 else {
      throw EngineError("index", expected: "whole positions", came: "fractions")
    }
    let whole = try index.detached().to(.i64)
    if try whole.eq(0).any().item() != 0 {
      throw EngineError("index", "there is no position 0", advice: "positions count from 1, or from -1 at the end")
    }
    return try whole - whole.gt(0).to(.i64)
  }

  static func all() -> [Function] {
    [
      Entry.method(
        "gather", "Elements picked along an axis by an index of the same rank.", [axis, index],
        example: "assert(tensor{{1, 2}, {3, 4}}:gather(2, tensor{{2}, {1}}):allclose(tensor{{2}, {3}}))"
      ) {
        .object(try $0.tensor(0).gather($0.axis(1), positions($0.tensor(2))))
      },
      Entry.method(
        "index_select", "Whole slices picked along an axis.", [axis, index],
        example: "assert(tensor{10, 20, 30}:index_select(1, tensor{3, 1}):allclose(tensor{30, 10}))"
      ) {
        .object(try $0.tensor(0).indexSelect($0.axis(1), positions($0.tensor(2))))
      },
      Entry.method(
        "scatter_add", "A copy with values added at picked places along an axis.",
        [axis, index, Option("source", .object("tensor"), "the values, of the index's shape")],
        example: "assert(tensor.zeros(3):scatter_add(1, tensor{2, 2}, tensor{1, 5}):allclose(tensor{0, 6, 0}))"
      ) {
        .object(try $0.tensor(0).scatterAdd($0.axis(1), positions($0.tensor(2)), $0.tensor(3)))
      },
      Entry.method(
        "masked_select", "The elements where a mask holds, as one axis.",
        [Option("mask", .object("tensor"), "0 or not 0, of this shape")],
        example: "local t = tensor{1, 5, 3}\nassert(t:masked_select(t:gt(2)):allclose(tensor{5, 3}))"
      ) {
        .object(try $0.tensor(0).maskedSelect($0.tensor(1)))
      },
      Entry.method(
        "nonzero", "Positions, from 1, of the elements that differ from 0, one row each.",
        returns: "a tensor of i64 [n, axes]", example: "assert(tensor{0, 7}:nonzero():item() == 2)"
      ) {
        .object(try $0.tensor(0).nonzero() + 1)
      },
    ]
  }
}

/// `t[…]` and `t[…] = v`.
enum SubscriptEntries {
  static var index: Function {
    Function(
      .operation("tensor"), "[]",
      "A position (t[2]), places per axis (t[{ {2, 4}, {}, 1 }]: rows 2 to 4, all, first), a mask, or positions.",
      [Option("place", .any, "an integer, a table with one entry per axis, or a tensor")],
      returns: "a view; a copy for masks and lists of positions",
      example:
        "local t = tensor{{1, 2, 3}, {4, 5, 6}}\nassert(t[2][3]:item() == 6 and t[{ {}, {2, 3} }]:sum():item() == 16)\nassert(t[t:gt(4)]:sum():item() == 11)"
    ) { arguments in
      let x = try arguments.tensor(0)
      switch arguments[1] {
      case .object(let object):
        guard let key = object as? Tensor else { break }
        return .object(key.dtype == .bool ? try x.maskedSelect(key) : try x.indexSelect(0, IndexEntries.positions(key)))
      case .table(let table): return .object(try x.viewed(places(table)))
      case let value:
        guard let position = value.exactInteger else { break }
        return .object(try x.viewed([.at(scriptPosition(position, "index"))]))
      }
      throw EngineError(
        "index", expected: "an integer, a table or a tensor between the brackets", came: arguments[1].brief)
    }
  }

  static var assign: Function {
    Function(
      .operation("tensor"), "[]=",
      "Writes a number, a tensor or nested tables of numbers to the places that t[…] names.",
      [
        Option("place", .any, "as in t[…]"),
        Option("value", .either([.number, .object("tensor"), .table]), "what to write"),
      ],
      example:
        "local t = tensor.zeros(2, 3)\nt[{ {}, 2 }] = 5\nassert(t:sum():item() == 10)\nt[t:gt(1)] = 1\nassert(t:sum():item() == 2)\nt[1] = {1, 2, 3}\nassert(t[1][3]:item() == 3)"
    ) { arguments in
      let x = try arguments.tensor(0)
      if case .string(let name) = arguments[1] {
        throw EngineError("tensor", "a tensor has no field '\(name)' to set", advice: ForeignNames.answers[name])
      }
      let value: Tensor
      if case .table(let table) = arguments[2] {
        value = try CreationEntries.tensor(of: table).converted(to: x.dtype)
      } else {
        value = try arguments.tensorOrNumber(2)
      }
      switch arguments[1] {
      case .object(let object):
        guard let key = object as? Tensor, key.dtype == .bool else {
          throw EngineError(
            "index", expected: "an integer, a table or a mask between the brackets", came: arguments[1].brief)
        }
        try x.copy_(Tensor.where(key, value.to(x.dtype), x))
      case .table(let table): try x.viewed(places(table)).copy_(value)
      case let key:
        guard let position = key.exactInteger else {
          throw EngineError("index", expected: "an integer, a table or a mask between the brackets", came: key.brief)
        }
        try x.viewed([.at(scriptPosition(position, "index"))]).copy_(value)
      }
      return .none
    }
  }

  /// `{ {2, 4}, {}, 1 }` as places.
  private static func places(_ table: Table) throws -> [Place] {
    if let field = table.fields.first {
      throw EngineError(
        "index", "does not know the name '\(field.key)'", advice: "places stand one per axis: t[{ {1, 2}, 3 }]")
    }
    return try table.list.map { value in
      if let position = value.exactInteger { return .at(try scriptPosition(position, "index")) }
      guard case .table(let range) = value, range.fields.isEmpty, range.list.count <= 3 else {
        throw EngineError("index", expected: "an integer, {} or {first, last} per axis", came: value.brief)
      }
      let numbers = try range.list.map { item in
        guard let number = item.exactInteger else {
          throw EngineError("index", expected: "integers in a range", came: item.brief)
        }
        return number
      }
      if numbers.isEmpty { return .all }
      let first = try scriptPosition(numbers[0], "index")
      return .span(
        first, numbers.count > 1 ? try scriptPosition(numbers[1], "index") : first,
        step: numbers.count > 2 ? numbers[2] : 1)
    }
  }
}
