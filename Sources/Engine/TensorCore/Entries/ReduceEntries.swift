internal import Surface

/// Sums, means, extremes and orders.
enum ReduceEntries {
  private static var dim: Option {
    Option.optional("dim", .either([.integer, .list(.integer)]), "axis or list of axes, from 1; none: all")
  }
  private static var keepdim: Option {
    Option.optional("keepdim", .bool, "keeps reduced axes with size 1", .bool(false))
  }

  private static func reduce(
    _ name: String, _ summary: String, example: String, _ op: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Function {
    Entry.method(name, summary, [dim], options: [keepdim], example: example) {
      .object(try op($0.tensor(0), $0.axesIfAny(from: 1), $0.options.bool("keepdim")))
    }
  }

  static func all() -> [Function] { sums() + extremes() + orders() }

  private static func sums() -> [Function] {
    [
      reduce(
        "sum", "The sum; of integers and masks as i64.",
        example: "assert(tensor{{1, 2}, {3, 4}}:sum(1):allclose(tensor{4, 6}))"
      ) { try $0.sum($1, keepdim: $2) },
      reduce("mean", "The mean.", example: "assert(tensor{1, 3}:mean():item() == 2)") { try $0.mean($1, keepdim: $2) },
      spread(
        "var", "The variance, unbiased (divided by n − 1) unless told otherwise.",
        "assert(tensor{1, 3}:var():item() == 2)"
      ) {
        try $0.variance($1, correction: $2, keepdim: $3)
      },
      spread(
        "std", "The standard deviation, unbiased (n − 1) unless told otherwise.",
        "assert(tensor{1, 3}:std({unbiased = false}):item() == 1)"
      ) {
        try $0.std($1, correction: $2, keepdim: $3)
      },
      reduce("prod", "The product.", example: "assert(tensor{2, 3}:prod():item() == 6)") {
        try $0.prod($1, keepdim: $2)
      },
      reduce("norm", "The Euclidean norm.", example: "assert(tensor{3, 4}:norm():item() == 5)") {
        try $0.norm($1, keepdim: $2)
      },
      reduce(
        "logsumexp", "log Σ e^x, without overflow.", example: "assert(tensor{1000, 1000}:logsumexp():item() > 1000)"
      ) { try $0.logSumExp($1, keepdim: $2) },
      reduce(
        "any", "Whether any element differs from 0, as 0 or 1 (Lua takes 0 for true: compare with == 1).",
        example: "assert(tensor{0, 2}:any():item() == 1)"
      ) { try $0.any($1, keepdim: $2) },
      reduce(
        "all", "Whether all elements differ from 0, as 0 or 1 (Lua takes 0 for true: compare with == 1).",
        example: "assert(tensor{0, 2}:all():item() == 0)"
      ) { try $0.all($1, keepdim: $2) },
      Entry.method(
        "cumsum", "Running sums along an axis.", [Option("dim", .integer, "the axis, from 1")],
        example: "assert(tensor{1, 2, 3}:cumsum(1):allclose(tensor{1, 3, 6}))"
      ) { .object(try $0.tensor(0).cumsum($0.axis(1))) },
    ]
  }

  private static func spread(
    _ name: String, _ summary: String, _ example: String, _ op: @escaping (Tensor, [Int]?, Int, Bool) throws -> Tensor
  ) -> Function {
    let unbiased = Option.optional("unbiased", .bool, "divides by n − 1 rather than n", .bool(true))
    return Entry.method(name, summary, [dim], options: [keepdim, unbiased], example: example) {
      let options = try $0.options
      return .object(
        try op($0.tensor(0), $0.axesIfAny(from: 1), options.bool("unbiased") ? 1 : 0, options.bool("keepdim")))
    }
  }

  /// `max` and `min`: one tensor over everything, values and positions along one axis.
  private static func extreme(
    _ name: String, _ summary: String, _ example: String, _ op: @escaping (Tensor, [Int]?, Bool) throws -> Tensor,
    _ place: @escaping (Tensor, Int, Bool) throws -> Tensor
  ) -> Function {
    Entry.method(
      name, summary, [dim], options: [keepdim], returns: "a tensor; along one axis also the positions, from 1",
      example: example
    ) {
      let (x, axes, keep) = (try $0.tensor(0), try $0.axesIfAny(from: 1), try $0.options.bool("keepdim"))
      let values = try op(x, axes, keep)
      guard let axes, axes.count == 1 else { return .object(values) }
      return .many([.object(values), .object(try place(x, axes[0], keep) + 1)])
    }
  }

  private static func extremes() -> [Function] {
    let axis = Option.optional("dim", .integer, "the axis, from 1; none: over everything, in row-major order")
    func arg(
      _ name: String, _ summary: String, _ example: String, _ op: @escaping (Tensor, Int?, Bool) throws -> Tensor
    ) -> Function {
      Entry.method(name, summary, [axis], options: [keepdim], returns: "positions from 1, i64", example: example) {
        .object(try op($0.tensor(0), $0.axisIfAny(1), $0.options.bool("keepdim")) + 1)
      }
    }
    return [
      extreme(
        "max", "The largest element; NaN wins.",
        "local v, i = tensor{1, 5, 2}:max(1)\nassert(v:item() == 5 and i:item() == 2)", { try $0.max($1, keepdim: $2) }
      ) { try $0.argmax($1, keepdim: $2) },
      extreme(
        "min", "The smallest element; NaN wins.", "assert(tensor{1, 5, 2}:min():item() == 1)",
        { try $0.min($1, keepdim: $2) }
      ) { try $0.argmin($1, keepdim: $2) },
      arg("argmax", "The position of the largest element.", "assert(tensor{1, 5, 2}:argmax():item() == 2)") {
        try $0.argmax($1, keepdim: $2)
      },
      arg("argmin", "The position of the smallest element.", "assert(tensor{1, 5, 2}:argmin():item() == 1)") {
        try $0.argmin($1, keepdim: $2)
      },
    ]
  }

  private static func orders() -> [Function] {
    [
      Entry.method(
        "sort", "The elements in order along an axis; stable.",
        [.optional("dim", .integer, "the axis, from 1", .integer(-1))],
        options: [.optional("descending", .bool, "largest first", .bool(false))],
        returns: "values and positions from 1",
        example: "local v, i = tensor{3, 1, 2}:sort()\nassert(v[1]:item() == 1 and i[1]:item() == 2)"
      ) { arguments in
        let axis = try arguments.axisIfAny(1) ?? -1
        let (values, places) = try arguments.tensor(0).sort(axis, descending: arguments.options.bool("descending"))
        return .many([.object(values), .object(try places + 1)])
      },
      Entry.method(
        "topk", "The k largest elements along an axis, in order.",
        [Option("k", .integer, "how many"), .optional("dim", .integer, "the axis, from 1", .integer(-1))],
        options: [.optional("largest", .bool, "largest rather than smallest", .bool(true))],
        returns: "values and positions from 1",
        example: "local v, i = tensor{3, 1, 2}:topk(2)\nassert(v[2]:item() == 2 and i[1]:item() == 1)"
      ) { arguments in
        let axis = try arguments.axisIfAny(2) ?? -1
        let (values, places) = try arguments.tensor(0).topk(
          arguments.integer(1), axis, largest: arguments.options.bool("largest"))
        return .many([.object(values), .object(try places + 1)])
      },
    ]
  }
}
