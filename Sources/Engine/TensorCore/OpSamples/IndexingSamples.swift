extension OpSample {
  private static let gathers: [OpSample] = [
    OpSample(
      "gather", "movement",
      small: [
        Call([.uniform(4, 5), .integers(4, 3, below: 5)], ["dim": 1]),
        Call([.uniform(4, 3, 2), .integers(6, 2, 2, below: 4)], ["dim": 0]),
      ],
      large: [Call([.uniform(300, 500), .integers(300, 400, below: 500)], ["dim": 1])],
      refusals: [
        Refusal(
          [.uniform(4, 3), .integers(4, 2, below: 9)], ["dim": 1],
          "gather: there is no position 4 on axis 2 of a tensor of 4×3; positions count from 1 to 3"),
        Refusal(
          [.uniform(4, 3), .integers(4, below: 3)], ["dim": 1],
          "gather: expected an index of 2 axes, no larger than 4×3 outside axis 2, got 4"),
        Refusal(
          [.uniform(4, 3), .uniform(4, 3)], ["dim": 1],
          "gather: expected integer positions, got a tensor of f32; convert it with t:to(\"i64\")"),
      ]
    ) { x, parameters in [try x[0].gather(parameters.needed("dim"), x[1])] },
    OpSample(
      "scatter_add", "movement", covers: ["scatterAdd"],
      small: [
        Call([.uniform(4, 5), .integers(4, 3, below: 5), .uniform(4, 3)], ["dim": 1]),
        Call([.uniform(4, 3, 2), .integers(6, 2, 2, below: 4), .uniform(6, 2, 2)], ["dim": 0]),
      ],
      large: [Call([.uniform(300, 500), .integers(300, 400, below: 500), .uniform(300, 400)], ["dim": 1])],
      refusals: [
        Refusal(
          [.uniform(4, 3), .integers(4, 2, below: 3), .uniform(4, 3)], ["dim": 1],
          "scatter_add: expected values of 4×2 f32, got 4×3 f32"),
        Refusal(
          [.uniform(4, 3), .integers(4, 2, below: 9), .uniform(4, 2)], ["dim": 1],
          "scatter_add: there is no position 5 on axis 2 of a tensor of 4×3; positions count from 1 to 3"),
      ]
    ) { x, parameters in [try x[0].scatterAdd(parameters.needed("dim"), x[1], x[2])] },
    OpSample(
      "index_select", "movement", covers: ["indexSelect"],
      small: [
        Call([.uniform(4, 5), .integers(6, below: 4)], ["dim": 0]),
        Call([.uniform(2, 3, 5), .integers(3, below: 5)], ["dim": -1]),
      ],
      large: [Call([.uniform(300, 500), .integers(400, below: 300)], ["dim": 0])],
      refusals: [
        Refusal(
          [.uniform(4, 3), .integers(2, below: 9)], ["dim": 1],
          "index_select: there is no position 4 on axis 2 of a tensor of 4×3; positions count from 1 to 3"),
        Refusal(
          [.uniform(4, 3), .integers(2, 2, below: 3)], ["dim": 1],
          "index_select: expected positions in one axis, got a tensor of 2×2"),
      ]
    ) { x, parameters in [try x[0].indexSelect(parameters.needed("dim"), x[1])] },
    OpSample(
      "embedding", "matmul",
      small: [Call([.uniform(6, 4), .integers(5, below: 6)]), Call([.uniform(7, 3), .integers(2, 4, below: 7)])],
      large: [Call([.uniform(300, 256), .integers(20, 30, below: 300)])],
      refusals: [
        Refusal([.uniform(4), .integers(2, below: 4)], "embedding: expected weights [ids, features], got 4"),
        Refusal(
          [.uniform(4, 3), .integers(2, below: 9)], "embedding: there is no id 6 among 4 rows; ids count from 0 to 3"),
      ]
    ) { x, _ in [try x[0].embedding(x[1])] },
  ]

  /// sort and topk: values and positions.
  private static let orders: [OpSample] = [
    OpSample(
      "sort", "movement",
      small: [Call([.distinct(3, 7)], ["dim": 1]), Call([.distinct(6, 2, 2)], ["dim": 0, "descending": true])],
      large: [Call([.distinct(30, 3000)], ["dim": 1]), Call([.distinct(300, 200)], ["dim": 0])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["dim": 2],
          "sort: there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end")
      ]
    ) { x, parameters in
      let result = try x[0].sort(parameters.needed("dim"), descending: parameters.flag("descending"))
      return [result.values, result.positions]
    },
    OpSample(
      "topk", "movement",
      small: [Call([.distinct(3, 7)], ["dim": 1, "k": 3]), Call([.distinct(6, 2, 2)], ["dim": 0, "k": 2])],
      large: [Call([.distinct(30, 3000)], ["dim": 1, "k": 20])],
      refusals: [
        Refusal([.uniform(3, 4)], ["dim": 1, "k": 5], "topk: expected k from 0 to 4, the size of axis 2, got 5")
      ]
    ) { x, parameters in
      let result = try x[0].topk(parameters.needed("k"), parameters.needed("dim"))
      return [result.values, result.positions]
    },
  ]

  static let indexing: [OpSample] = gathers + orders
}
