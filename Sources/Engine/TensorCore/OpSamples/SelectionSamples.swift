extension OpSample {
  private static func misfit(_ name: String) -> Refusal {
    Refusal(
      [.uniform(3, 4), .uniform(2, 4)],
      "\(name): the shapes 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the last axis")
  }

  private static func noAxis(_ name: String, _ parameters: OpParameters = ["dim": 2]) -> Refusal {
    Refusal(
      [.uniform(3, 4)], parameters,
      "\(name): there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end")
  }

  // MARK: Functions

  private static func function(
    _ name: String, _ operand: OpOperand, _ run: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "functions", small: unarySmall(operand), large: [Call([operand.shaped(300, 500)])],
      refusals: [Refusal([.stretched(huge)], tooLarge(name))]
    ) { x, _ in [try run(x[0])] }
  }

  static let moreFunctions: [OpSample] = [
    OpSample(
      "floor_divide", "functions", covers: ["floorDivide"], aliases: ["//"], smoothness: .none,
      small: [
        Call([.uniform(3, 5), .positive(3, 5)]), Call([.uniform(2, 1, 5), .positive(3, 1)]),
        Call([.integers(4, 6, below: 50)], ["value": 7]), Call([.positive(37)], ["value": 5, "reversed": true]),
      ],
      large: [Call([.uniform(300, 500), .positive(300, 500)])], refusals: [misfit("floor_divide")]
    ) { x, parameters in
      guard let value = parameters.number("value") else { return [try Tensor.floorDivide(x[0], x[1])] }
      return [
        try parameters.flag("reversed") ? Tensor.floorDivide(value, x[0]) : Tensor.floorDivide(x[0], value)
      ]
    },
    function("asin", .uniform(3, 5, low: -0.8, high: 0.8)) { try $0.asin() },
    function("acos", .uniform(3, 5, low: -0.8, high: 0.8)) { try $0.acos() },
    function("atan", .uniform(3, 5)) { try $0.atan() },
    function("sinh", .uniform(3, 5)) { try $0.sinh() },
    function("cosh", .uniform(3, 5)) { try $0.cosh() },
    function("log2", .positive(3, 5)) { try $0.log2() },
    OpSample(
      "lerp", "functions",
      small: [
        Call([.uniform(3, 5), .uniform(3, 5)], ["weight": 0.3]), Call([.uniform(3, 5), .uniform(5)], ["weight": 0.8]),
        Call([.uniform(2, 1, 5), .uniform(3, 1), .uniform(3, 5)]),
      ],
      large: [Call([.uniform(300, 500), .uniform(300, 500)], ["weight": 0.3])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(2, 4)], ["weight": 0.5],
          "lerp: the shapes 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the last axis"),
        Refusal(
          [.uniform(3, 4), .uniform(4), .uniform(3)],
          "lerp: the shapes 3×4, 4 and 3 (weight) do not fit together; sizes must be equal or 1, counted from the last axis"
        ),
      ]
    ) { x, parameters in
      [try parameters.number("weight").map { try x[0].lerp(x[1], $0) } ?? x[0].lerp(x[1], x[2])]
    },
  ]

  // MARK: Truth values

  private static func test(
    _ name: String, _ covers: String, aliases: [String] = [],
    _ run: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "logic", covers: [covers], aliases: aliases, smoothness: .none, small: unarySmall(.uniform(3, 5)),
      large: [Call([.uniform(300, 500)])], refusals: [Refusal([.stretched(huge)], tooLarge(name, .bool))]
    ) { x, _ in [try run(x[0])] }
  }

  private static func both(
    _ name: String, _ covers: String, _ symbol: String,
    _ run: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "logic", covers: [covers], aliases: [symbol], smoothness: .none,
      small: [
        Call([.mask(3, 5), .mask(3, 5)]), Call([.integers(2, 1, 5, below: 2), .integers(3, 1, below: 2)]),
        Call([.mask(37), .integers(37, below: 2)]),
      ],
      large: [Call([.mask(300, 500), .mask(300, 500)])], refusals: [misfit(name)]
    ) { x, _ in [try run(x[0], x[1])] }
  }

  static let logic: [OpSample] = [
    test("isnan", "isNaN") { try $0.isNaN() }, test("isinf", "isInfinite") { try $0.isInfinite() },
    test("isfinite", "isFinite") { try $0.isFinite() },
    test("logical_not", "logicalNot", aliases: ["unary ~"]) { try $0.logicalNot() },
    both("logical_and", "logicalAnd", "&") { try Tensor.logicalAnd($0, $1) },
    both("logical_or", "logicalOr", "|") { try Tensor.logicalOr($0, $1) },
    both("logical_xor", "logicalXor", "~") { try Tensor.logicalXor($0, $1) },
  ]

  // MARK: Orders and middles

  private static let middles: [OpSample] = [
    OpSample(
      "argsort", "selection", smoothness: .none,
      small: [Call([.distinct(3, 7)], ["dim": 1]), Call([.distinct(6, 2, 2)], ["dim": 0, "descending": true])],
      large: [Call([.distinct(30, 3000)], ["dim": 1])], refusals: [noAxis("argsort")]
    ) { x, parameters in [try x[0].argsort(parameters.needed("dim"), descending: parameters.flag("descending"))] },
    OpSample(
      "cumprod", "selection", tolerance: 2e-6,
      small: [
        Call([.uniform(3, 5)], ["dim": 1]), Call([.uniform(4, 3, 2)], ["dim": 0]), Call([.uniform(2, 1)], ["dim": 1]),
      ],
      large: [Call([.uniform(300, 500, low: 0.9, high: 1.1)], ["dim": 1])],
      refusals: [noAxis("cumprod"), Refusal([.stretched(huge)], ["dim": 0], tooLarge("cumprod"))]
    ) { x, parameters in [try x[0].cumprod(parameters.needed("dim"))] },
    OpSample(
      "median", "selection",
      small: [
        Call([.distinct(3, 5)]), Call([.distinct(3, 6)], ["dim": 1]),
        Call([.distinct(5, 2, 2)], ["dim": 0, "keepdim": true]),
      ],
      large: [Call([.distinct(300, 500)], ["dim": 1])],
      refusals: [
        noAxis("median"), Refusal([.uniform(0)], "median: a tensor of 0 has no elements, so it has no median"),
        Refusal([.uniform(2, 0)], ["dim": 1], "median: axis 2 of 2×0 is empty, so it has no median"),
      ]
    ) { x, parameters in
      guard let axis = parameters.integer("dim") else { return [try x[0].median()] }
      let (values, positions) = try x[0].median(axis, keepdim: parameters.flag("keepdim"))
      return [values, positions]
    },
    OpSample(
      "quantile", "selection",
      small: [
        Call([.distinct(3, 5)], ["q": [0.3, 1]]), Call([.distinct(3, 6)], ["q": [0.9], "dim": 1]),
        Call([.distinct(5, 2, 2)], ["q": [0.25], "dim": 0, "keepdim": true]),
      ],
      large: [Call([.distinct(300, 500)], ["q": [0.3], "dim": 1])],
      refusals: [
        noAxis("quantile", ["dim": 2, "q": [0.5]]),
        Refusal([.uniform(3)], ["q": [1.5]], "quantile: expected shares from 0 to 1, got 1.5"),
        Refusal([.uniform(0)], ["q": [0.5]], "quantile: a tensor of 0 has no elements, so it has no quantiles"),
      ]
    ) { x, parameters in
      try x[0].quantile(
        parameters.numbers("q") ?? [], parameters.integer("dim"), keepdim: parameters.flag("keepdim"))
    },
  ]

  // MARK: Matrices

  private static func triangle(
    _ name: String, _ run: @escaping @Sendable (Tensor, Int) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "selection",
      small: [
        Call([.uniform(4, 4)], ["diagonal": 0]), Call([.uniform(3, 5)], ["diagonal": 1]),
        Call([.uniform(2, 4, 3)], ["diagonal": -1]),
      ],
      large: [Call([.uniform(300, 500)], ["diagonal": 3])],
      refusals: [Refusal([.uniform(4)], ["diagonal": 0], "\(name): expected a matrix or a batch of matrices, got 4")]
    ) { x, parameters in [try run(x[0], parameters.needed("diagonal"))] }
  }

  private static let matrices: [OpSample] = [
    triangle("tril") { try $0.tril($1) }, triangle("triu") { try $0.triu($1) },
    OpSample(
      "diag", "selection", small: [Call([.uniform(4)]), Call([.uniform(3, 5)]), Call([.uniform(4, 2)])],
      large: [Call([.uniform(300, 500)])],
      refusals: [Refusal([.uniform(2, 3, 4)], "diag: expected a vector or a matrix, got 2×3×4")]
    ) { x, _ in [try x[0].diag()] },
    OpSample(
      "outer", "selection", small: [Call([.uniform(3), .uniform(4)]), Call([.uniform(5), .uniform(1)])],
      large: [Call([.uniform(10_000), .uniform(30)])],
      refusals: [Refusal([.uniform(3), .uniform(3, 4)], "outer: expected two vectors, got 3 and 3×4")]
    ) { x, _ in [try x[0].outer(x[1])] },
  ]

  // MARK: Parts and formulas

  private static let pieces: [OpSample] = [
    OpSample(
      "repeat_interleave", "selection", covers: ["repeatInterleave"],
      small: [Call([.uniform(3, 4)], ["n": 2, "dim": 0]), Call([.uniform(2, 3, 2)], ["n": 3, "dim": -1])],
      large: [Call([.uniform(300, 100)], ["n": 3, "dim": 1])],
      refusals: [
        noAxis("repeat_interleave", ["n": 2, "dim": 2]),
        Refusal(
          [.uniform(3)], ["n": -1, "dim": 0],
          "repeat_interleave: expected a number of times that fits into memory, got -1"),
      ]
    ) { x, parameters in [try x[0].repeatInterleave(parameters.needed("n"), parameters.needed("dim"))] },
    OpSample(
      "unbind", "selection", small: [Call([.uniform(3, 4)], ["dim": 0]), Call([.uniform(2, 3, 2)], ["dim": -1])],
      large: [Call([.uniform(30, 3000)], ["dim": 0])],
      refusals: [
        noAxis("unbind"),
        Refusal(
          [.stretched(huge)], ["dim": 0], "unbind: axis 1 of \(huge) has too many positions to take apart"),
      ]
    ) { x, parameters in try x[0].unbind(parameters.needed("dim")) },
    OpSample(
      "meshgrid", "selection",
      small: [
        Call([.uniform(3), .uniform(4)]), Call([.uniform(2), .uniform(3), .uniform(4)], ["indexing": "xy"]),
      ],
      large: [Call([.uniform(300), .uniform(10_000)])],
      refusals: [Refusal([.uniform(3), .uniform(2, 3)], "meshgrid: expected vectors, got a tensor of 2×3")]
    ) { x, parameters in try Tensor.meshgrid(x, swapped: parameters.text("indexing") == "xy") },
    OpSample(
      "einsum", "selection", tolerance: 2e-6, dependsOnLayout: true,
      small: [
        Call([.uniform(3, 4), .uniform(4, 5)], ["formula": "ij,jk->ik"]),
        Call([.uniform(2, 3, 4), .uniform(2, 5, 4)], ["formula": "bij,bkj->kbi"]),
        Call([.uniform(3, 4), .uniform(5, 6)], ["formula": "ij,kl->ik"]),
        Call([.uniform(2, 3, 4)], ["formula": "abc->ca"]),
      ],
      large: [Call([.uniform(100, 200), .uniform(200, 100)], ["formula": "ij,jk->ik"])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["formula": "ij,jk->ik"],
          "einsum: in \"ij,jk->ik\" there are 2 operands, but 1 tensors were given"),
        Refusal(
          [.uniform(3, 4), .uniform(5, 4)], ["formula": "ij,jk->ik"],
          "einsum: in \"ij,jk->ik\" 'j' stands for axes of 4 and 5"),
        Refusal([.uniform(3, 3)], ["formula": "ii->i"], "einsum: in \"ii->i\" operand 1 names an axis twice"),
        Refusal([.uniform(3, 3)], ["formula": "ij->k"], "einsum: in \"ij->k\" no operand has 'k'"),
        Refusal(
          [.uniform(3, 3)], ["formula": "...i"],
          "einsum: in \"...i\" '.' is no letter; a formula looks like \"bij,bjk->bik\""),
      ]
    ) { x, parameters in [try Tensor.einsum(parameters.text("formula") ?? "", x)] },
  ]

  static let selection: [OpSample] = middles + matrices + pieces
}
