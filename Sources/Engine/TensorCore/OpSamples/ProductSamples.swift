extension OpSample {
  static let products: [OpSample] = [
    OpSample(
      "matmul", "matmul", tolerance: 2e-6,
      small: [
        Call([.uniform(3, 4), .uniform(4, 5)]), Call([.uniform(2, 1, 3, 4), .uniform(5, 4, 2)]),
        Call([.uniform(3, 2, 4), .uniform(4, 5)]), Call([.uniform(7), .uniform(7)]),
        Call([.uniform(2, 3, 4), .uniform(4)]),
        Call([.uniform(4), .uniform(2, 4, 3)]),
      ],
      large: [Call([.uniform(300, 500), .uniform(500, 700)]), Call([.uniform(16, 60, 50), .uniform(16, 50, 70)])],
      refusals: [
        Refusal(
          [.uniform(2, 3), .uniform(4, 5)],
          "matmul: the shapes 2×3 and 4×5 do not fit together; the last size of the first must be the last but one of "
            + "the second"),
        Refusal(
          [.uniform(), .uniform(4, 5)],
          "matmul: the shapes scalar and 4×5 do not fit together; a scalar has no rows or columns: use * instead"),
        Refusal(
          [.uniform(2, 3, 4), .uniform(3, 4, 5)],
          "matmul: the batch axes of 2×3×4 and 3×4×5 do not fit together; sizes before the last two must be equal or 1"),
        Refusal([.stretched(huge, 1), .uniform(1, 1)], tooLarge2("matmul")),
      ]
    ) { x, _ in [try x[0].matmul(x[1])] },
    OpSample(
      "linear", "matmul", tolerance: 2e-6,
      small: [
        Call([.uniform(3, 4), .uniform(5, 4), .uniform(5)]), Call([.uniform(2, 3, 4), .uniform(5, 4)]),
        Call([.uniform(4), .uniform(5, 4), .uniform(5)]),
      ],
      large: [Call([.uniform(300, 500), .uniform(200, 500), .uniform(200)])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(4, 5)],
          "linear: an input of 3×4 and weights of 4×5 do not fit together; the input's last size must be the weights' "
            + "second: they are [outputs, inputs]"),
        Refusal([.uniform(3, 4), .uniform(5, 4), .uniform(4)], "linear: expected a bias of 5, got 4"),
      ]
    ) { x, _ in [try x[0].linear(x[1], x.count > 2 ? x[2] : nil)] },
    OpSample(
      "gram", "matmul", tolerance: 2e-6,
      small: [
        Call([.uniform(2, 3, 4, 5)]), Call([.uniform(3, 4, 4)], ["normalize": "hw"]),
        Call([.uniform(1, 2, 3, 3)], ["normalize": "none"]),
      ],
      large: [Call([.uniform(2, 64, 40, 50)])],
      refusals: [
        Refusal([.uniform(3, 4)], "gram: expected features [N, C, H, W] or [C, H, W], got 3×4"),
        Refusal(
          [.uniform(3, 4, 4)], ["normalize": "wh"],
          "gram: knows no normalization \"wh\"; there are \"none\", \"hw\" and \"chw\""),
      ]
    ) { x, parameters in [try x[0].gram(normalize: parameters.text("normalize") ?? "chw")] },
  ]

  /// `tooLarge` for a result of huge × 1 elements.
  private static func tooLarge2(_ name: String) -> String {
    "\(name): a tensor of \(huge)×1 elements of f32 does not fit into memory; use a smaller size"
  }

  static let normalizations: [OpSample] = [
    OpSample(
      "batch_norm", "normalisation", covers: ["batchNorm"], tolerance: 4e-6, gradientTolerance: 1e-5,
      small: [
        Call([.uniform(4, 3, 2, 5), .uniform(3), .positive(3), .uniform(3), .uniform(3)], ["training": false]),
        Call([.uniform(4, 3, 2, 5), .uniform(3), .positive(3), .uniform(3), .uniform(3)], ["training": true]),
        Call([.uniform(5, 3), .uniform(3), .positive(3), .uniform(3), .uniform(3)], ["training": true]),
      ],
      large: [
        Call([.uniform(2, 64, 40, 50), .uniform(64), .positive(64), .uniform(64), .uniform(64)], ["training": true])
      ],
      refusals: [
        Refusal([.uniform(3), .uniform(3), .positive(3)], "batch_norm: expected an input [N, C, …], got 3"),
        Refusal(
          [.uniform(2, 3, 4), .uniform(3), .positive(3), .uniform(4)],
          "batch_norm: expected a weight of 3 channels, got 4"),
      ], run: batchNorm),
    OpSample(
      "instance_norm", "normalisation", covers: ["instanceNorm"], tolerance: 4e-6, gradientTolerance: 1e-5,
      dependsOnLayout: true,
      small: [Call([.uniform(2, 3, 4, 5), .uniform(3), .uniform(3)]), Call([.uniform(1, 2, 3, 3)], ["eps": 0.1])],
      large: [Call([.uniform(2, 64, 40, 50), .uniform(64), .uniform(64)])],
      refusals: [
        Refusal([.uniform(3, 4)], "instance_norm: expected an input [N, C, H, W], got 3×4"),
        Refusal(
          [.uniform(2, 3, 4, 4), .uniform(3), .uniform(2)], "instance_norm: expected a bias of 3 channels, got 2"),
      ]
    ) { x, parameters in
      let eps = parameters.number("eps") ?? 1e-5
      return [try x[0].instanceNorm(weight: x.count > 1 ? x[1] : nil, bias: x.count > 2 ? x[2] : nil, eps: eps)]
    },
    OpSample(
      "group_norm", "normalisation", covers: ["groupNorm"], tolerance: 4e-6, gradientTolerance: 1e-5,
      small: [
        Call([.uniform(2, 6, 3, 4), .uniform(6), .uniform(6)], ["groups": 2]),
        Call([.uniform(3, 8)], ["groups": 4, "eps": 0.01]),
      ],
      large: [Call([.uniform(2, 64, 40, 50), .uniform(64), .uniform(64)], ["groups": 8])],
      refusals: [
        Refusal(
          [.uniform(2, 6, 3)], ["groups": 4], "group_norm: expected a number of groups that divides 6 channels, got 4"),
        Refusal(
          [.uniform(2, 6, 3), .uniform(2, 3), .uniform(6)], ["groups": 2],
          "group_norm: expected a weight of 6 channels, got 2×3"),
      ]
    ) { x, parameters in
      let eps = parameters.number("eps") ?? 1e-5
      let (weight, bias) = (x.count > 1 ? x[1] : nil, x.count > 2 ? x[2] : nil)
      return [try x[0].groupNorm(parameters.integer("groups") ?? 1, weight: weight, bias: bias, eps: eps)]
    },
    OpSample(
      "layer_norm", "normalisation", covers: ["layerNorm"], tolerance: 4e-6, gradientTolerance: 1e-5,
      small: [
        Call([.uniform(3, 8), .uniform(8), .uniform(8)], ["normalized_shape": [8]]),
        Call([.uniform(2, 3, 4), .uniform(3, 4), .uniform(3, 4)], ["normalized_shape": [3, 4]]),
        Call([.uniform(2, 3, 5)], ["normalized_shape": [5]]),
      ],
      large: [Call([.uniform(300, 500), .uniform(500), .uniform(500)], ["normalized_shape": [500]])],
      refusals: [
        Refusal(
          [.uniform(2, 3, 4)], ["normalized_shape": [3, 5]],
          "layer_norm: expected an input that ends in 3×5, got 2×3×4"),
        Refusal(
          [.uniform(2, 3), .uniform(2)], ["normalized_shape": [3]], "layer_norm: expected a weight of 3, got 2"),
      ]
    ) { x, parameters in
      let shape = try parameters.neededIntegers("normalized_shape"), eps = parameters.number("eps") ?? 1e-5
      return [try x[0].layerNorm(shape, weight: x.count > 1 ? x[1] : nil, bias: x.count > 2 ? x[2] : nil, eps: eps)]
    },
  ]

  /// Operands x, mean, variance, weight, bias. While training the statistics are the batch's, and the running ones
  /// come out as they are after the step.
  private static let batchNorm: @Sendable ([Tensor], OpParameters) throws -> [Tensor] = { x, parameters in
    let eps = parameters.number("eps") ?? 1e-5, momentum = parameters.number("momentum") ?? 0.1
    let (weight, bias) = (x.count > 3 ? x[3] : nil, x.count > 4 ? x[4] : nil)
    guard parameters.flag("training") else {
      return [try x[0].batchNorm(mean: x[1], variance: x[2], weight: weight, bias: bias, eps: eps)]
    }
    let y = try x[0].batchNorm(mean: nil, variance: nil, weight: weight, bias: bias, eps: eps)
    let axes = [0] + Array(2..<x[0].rank)
    return try Autograd.noGradient {
      let (mean, variance) = (try x[0].mean(axes), try x[0].variance(axes))
      return [
        y, try x[1] * (1 - momentum) + mean * momentum, try x[2] * (1 - momentum) + variance * momentum,
      ]
    }
  }
}
