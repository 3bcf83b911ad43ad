extension OpSample {
  private static func reduction(_ parameters: OpParameters) -> Reduction {
    Reduction(rawValue: parameters.text("reduction") ?? "mean") ?? .mean
  }

  /// A loss of two tensors of one shape.
  private static func loss(
    _ name: String, _ covers: String, _ input: OpOperand, _ target: OpOperand, parameters: [OpParameters] = [],
    refusals: [Refusal] = [], _ run: @escaping @Sendable (Tensor, Tensor, OpParameters) throws -> Tensor
  ) -> OpSample {
    let calls: [OpParameters] = [[:], ["reduction": "sum"], ["reduction": "none"]] + parameters
    return OpSample(
      name, "losses", covers: [covers], tolerance: 2e-6,
      small: calls.map { Call([input.shaped(3, 4), target.shaped(3, 4)], $0) },
      large: [Call([input.shaped(300, 500), target.shaped(300, 500)])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(3, 1)], "\(name): expected two tensors of one shape, got 3×4 and 3×1")
      ] + refusals
    ) { x, parameters in [try run(x[0], x[1], parameters)] }
  }

  private static let apart = OpOperand.uniform(3, 4, low: 0.4, high: 0.9)
  private static let near = OpOperand.uniform(3, 4, low: -0.05, high: 0.05)

  private static let pairs: [OpSample] = [
    loss("mse_loss", "mseLoss", .uniform(3, 4), .uniform(3, 4)) { try $0.mseLoss($1, reduction($2)) },
    loss("l1_loss", "l1Loss", apart, near) { try $0.l1Loss($1, reduction($2)) },
    loss(
      "smooth_l1_loss", "smoothL1Loss", apart, near, parameters: [["beta": 0.2]],
      refusals: [
        Refusal([.uniform(2), .uniform(2)], ["beta": -1], "smooth_l1_loss: expected a beta above 0, got -1.0")
      ]
    ) { try $0.smoothL1Loss($1, beta: $2.number("beta") ?? 1, reduction($2)) },
    loss("bce_with_logits", "bceWithLogits", .uniform(3, 4), .uniform(3, 4, low: 0, high: 1)) {
      try $0.bceWithLogits($1, reduction($2))
    },
  ]

  static let losses: [OpSample] =
    pairs + [
      OpSample(
        "cross_entropy", "losses", covers: ["crossEntropy"], tolerance: 2e-6,
        small: [
          Call([.uniform(4, 5), .integers(4, below: 5)]),
          Call([.uniform(2, 3, 4, 5), .integers(2, 4, 5, below: 3)], ["reduction": "sum"]),
          Call([.uniform(4, 5), .integers(4, below: 5)], ["reduction": "none"]),
        ],
        large: [Call([.uniform(300, 500), .integers(300, below: 500)])],
        refusals: [
          Refusal(
            [.uniform(4, 5), .integers(3, below: 5)],
            "cross_entropy: expected logits [N, C, …] and classes [N, …], got 4×5 and 3"),
          Refusal(
            [.uniform(4, 3), .integers(4, below: 9)],
            "cross_entropy: there is no class 7 among 3; classes count from 1 to 3"),
        ]
      ) { x, parameters in [try x[0].crossEntropy(x[1], reduction(parameters))] },
      OpSample(
        "tv_loss", "losses", covers: ["tvLoss"], tolerance: 2e-6,
        small: [
          Call([.distinct(2, 3, 4, 5)]), Call([.distinct(3, 4, 5)], ["power": 1]),
          Call([.distinct(1, 3, 4, 5)], ["reduction": "mean"]),
        ],
        large: [Call([.uniform(1, 3, 200, 300)])],
        refusals: [
          Refusal([.uniform(4)], "tv_loss: expected a picture [N, C, H, W] or [C, H, W], got 4"),
          Refusal([.uniform(3, 4, 4)], ["power": 3], "tv_loss: expected a power of 1 or 2, got 3"),
        ]
      ) { x, parameters in
        let how = Reduction(rawValue: parameters.text("reduction") ?? "sum") ?? .sum
        return [try x[0].tvLoss(power: parameters.integer("power") ?? 2, how)]
      },
    ]
}
