extension OpSample {
  private typealias Reduce = @Sendable (Tensor, [Int]?, Bool) throws -> [Tensor]

  /// Calls over everything, over one axis of each place, over several.
  private static func reductionCalls(_ x: OpOperand, several: Bool) -> [Call] {
    let one = [
      Call([x.shaped(3, 5)]), Call([x.shaped(4, 6)], ["dims": [0]]),
      Call([x.shaped(4, 6)], ["dims": [-1], "keepdim": true]), Call([x.shaped(2, 4, 3)], ["dims": [1]]),
    ]
    return one + (several ? [Call([x.shaped(2, 3, 4, 5)], ["dims": [3, 1], "keepdim": true])] : [])
  }

  /// An op over some axes, or all (`dims`, `keepdim`).
  private static func reduction(
    _ name: String, _ operand: OpOperand, covers: [String]? = nil, smoothness: Smoothness = .twice,
    several: Bool = true, tolerance: Double = 1e-6, refusals: [Refusal] = [], _ run: @escaping Reduce
  ) -> OpSample {
    OpSample(
      name, "reductions", covers: covers, smoothness: smoothness, tolerance: tolerance,
      small: reductionCalls(operand, several: several),
      large: [
        Call([operand.shaped(1_000_000)]), Call([operand.shaped(400, 700)], ["dims": [0]]),
        Call([operand.shaped(400, 700)], ["dims": [1]]),
      ],
      refusals: [
        Refusal(
          [operand.shaped(3, 4)], ["dims": [2]],
          "\(name): there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end")
      ] + refusals
    ) { x, parameters in try run(x[0], parameters.integers("dims"), parameters.flag("keepdim")) }
  }

  private static func twice(_ name: String) -> Refusal {
    Refusal([.uniform(3, 4)], ["dims": [1, -1]], "\(name): expected each axis once, got 2, 2")
  }

  private static let sums: [OpSample] = [
    reduction("sum", .uniform(3, 5), refusals: [twice("sum")]) { [try $0.sum($1, keepdim: $2)] },
    reduction("mean", .uniform(3, 5), refusals: [twice("mean")]) { [try $0.mean($1, keepdim: $2)] },
    reduction("var", .uniform(3, 5), covers: ["variance"], refusals: [twice("var")]) {
      [try $0.variance($1, keepdim: $2)]
    },
    reduction("std", .uniform(3, 5), refusals: [twice("std")]) { [try $0.std($1, keepdim: $2)] },
    reduction("norm", .avoiding([0], by: 0.3, 3, 5), refusals: [twice("norm")]) { [try $0.norm($1, keepdim: $2)] },
    reduction("logsumexp", .uniform(3, 5), covers: ["logSumExp"], refusals: [twice("logsumexp")]) {
      [try $0.logSumExp($1, keepdim: $2)]
    },
    // The range keeps the product of a million factors finite.
    reduction("prod", .uniform(3, 5, low: 0.99995, high: 1.00005), several: false, tolerance: 2e-6) {
      [try $0.prod($1, keepdim: $2)]
    },
  ]

  /// max and min: with one axis also the positions, as PyTorch returns them.
  private static func extremum(
    _ name: String, _ values: @escaping Reduce, _ positions: @escaping @Sendable (Tensor, Int, Bool) throws -> Tensor
  ) -> OpSample {
    reduction(
      name, .distinct(3, 5), several: false,
      refusals: [Refusal([.uniform(0, 3)], ["dims": [0]], "\(name): axis 1 of 0×3 is empty, so it has no \(name)imum")]
    ) { x, axes, keepdim in
      try values(x, axes, keepdim) + (axes.map { [try positions(x, $0[0], keepdim)] } ?? [])
    }
  }

  private static let picks: [OpSample] = [
    extremum("max", { [try $0.max($1, keepdim: $2)] }, { try $0.argmax($1, keepdim: $2) }),
    extremum("min", { [try $0.min($1, keepdim: $2)] }, { try $0.argmin($1, keepdim: $2) }),
    reduction(
      "argmax", .distinct(3, 5), smoothness: .none, several: false,
      refusals: [Refusal([.uniform(2, 0)], ["dims": [1]], "argmax: axis 2 of 2×0 is empty, so it has no maximum")]
    ) { [try $0.argmax($1?.first, keepdim: $2)] },
    reduction(
      "argmin", .distinct(3, 5), smoothness: .none, several: false,
      refusals: [Refusal([.uniform(0)], "argmin: a tensor of 0 has no elements, so it has no minimum")]
    ) { [try $0.argmin($1?.first, keepdim: $2)] },
    reduction("any", .mask(3, 5), smoothness: .none) { [try $0.any($1, keepdim: $2)] },
    reduction("all", .mask(3, 5), smoothness: .none) { [try $0.all($1, keepdim: $2)] },
  ]

  /// An op along one axis that keeps the shape (`dim`).
  private static func along(
    _ name: String, _ family: String, _ covers: String, tolerance: Double = 1e-6,
    _ run: @escaping @Sendable (Tensor, Int) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, family, covers: [covers], tolerance: tolerance,
      small: [
        Call([.uniform(3, 5)], ["dim": 1]), Call([.uniform(4, 3, 2)], ["dim": 0]),
        Call([.uniform(2, 5, 2, 3)], ["dim": -3]),
      ],
      large: [Call([.uniform(300, 500)], ["dim": 1]), Call([.uniform(300, 500)], ["dim": 0])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["dim": -3],
          "\(name): there is no axis -3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end"),
        Refusal([.uniform()], ["dim": 0], "\(name): there is no axis 1 in a scalar; a scalar has no axes"),
        Refusal([.stretched(huge)], ["dim": 0], tooLarge(name)),
      ]
    ) { x, parameters in [try run(x[0], parameters.needed("dim"))] }
  }

  static let reductions: [OpSample] =
    sums + picks + [
      along("cumsum", "reductions", "cumsum", tolerance: 2e-6) { try $0.cumsum($1) },
      along("softmax", "softmax", "softmax") { try $0.softmax($1) },
      along("log_softmax", "softmax", "logSoftmax") { try $0.logSoftmax($1) },
    ]
}
