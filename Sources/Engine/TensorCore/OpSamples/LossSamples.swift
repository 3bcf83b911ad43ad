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
  ]

  private static let logistic = OpSample(
    "bce_with_logits", "losses", covers: ["bceWithLogits"], tolerance: 2e-6,
    small: [[:], ["reduction": "sum"], ["reduction": "none"]].map {
      Call([.uniform(3, 4), .uniform(3, 4, low: 0, high: 1)], $0)
    } + [Call([.uniform(3, 4), .uniform(3, 4, low: 0, high: 1), .positive(4), .positive(3, 1)])],
    large: [Call([.uniform(300, 500), .uniform(300, 500, low: 0, high: 1)])],
    refusals: [
      Refusal(
        [.uniform(3, 4), .uniform(3, 1)], "bce_with_logits: expected two tensors of one shape, got 3×4 and 3×1"),
      Refusal(
        [.uniform(3, 4), .uniform(3, 4), .positive(3)],
        "bce_with_logits: expected a pos_weight that stretches to 3×4, got 3"),
    ]
  ) { x, parameters in
    let (positive, weight) = (x.count > 2 ? x[2] : nil, x.count > 3 ? x[3] : nil)
    return [try x[0].bceWithLogits(x[1], weight: weight, positiveWeight: positive, reduction(parameters))]
  }

  static let losses: [OpSample] =
    pairs + [
      logistic,
      OpSample(
        "cross_entropy", "losses", covers: ["crossEntropy"], tolerance: 2e-6,
        small: [
          Call([.uniform(4, 5), .integers(4, below: 5)]),
          Call([.uniform(2, 3, 4, 5), .integers(2, 4, 5, below: 3)], ["reduction": "sum"]),
          Call([.uniform(4, 5), .integers(4, below: 5)], ["reduction": "none"]),
          Call([.uniform(4, 5), .integers(4, below: 5), .positive(5)], ["label_smoothing": 0.1, "ignore_index": 2]),
          Call([.uniform(4, 5, 2), .uniform(4, 5, 2, low: 0, high: 1), .positive(5)], ["label_smoothing": 0.3]),
        ],
        large: [Call([.uniform(300, 500), .integers(300, below: 500)])],
        refusals: [
          Refusal(
            [.uniform(4, 5), .integers(3, below: 5)],
            "cross_entropy: expected logits [N, C, …] and classes [N, …], got 4×5 and 3"),
          Refusal(
            [.uniform(4, 3), .integers(4, below: 9)],
            "cross_entropy: there is no class 7 among 3; classes count from 1 to 3"),
          Refusal(
            [.uniform(4, 3), .integers(4, below: 3), .uniform(4)],
            "cross_entropy: expected a weight of 3 classes, got 4"),
          Refusal(
            [.uniform(4, 3), .integers(4, below: 3)], ["label_smoothing": 2],
            "cross_entropy: expected a label smoothing from 0 to 1, got 2.0"),
          Refusal(
            [.uniform(4, 3), .uniform(4, 3)], ["ignore_index": 1],
            "cross_entropy: a class can be ignored among classes, not among probabilities"),
        ]
      ) { x, parameters in
        let options = CrossEntropyOptions(
          reduction(parameters), smoothing: parameters.number("label_smoothing") ?? 0,
          ignored: parameters.integer("ignore_index"))
        return [try x[0].crossEntropy(x[1], weight: x.count > 2 ? x[2] : nil, options)]
      },
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
