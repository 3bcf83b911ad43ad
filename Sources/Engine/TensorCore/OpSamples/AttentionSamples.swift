extension OpSample {
  static let attentions: [OpSample] = [
    OpSample(
      "attention", "attention", tolerance: 4e-6, gradientTolerance: 8e-6,
      small: [
        Call([.uniform(2, 2, 3, 4), .uniform(2, 2, 5, 4), .uniform(2, 2, 5, 3)]),
        Call([.uniform(1, 2, 3, 4), .uniform(1, 2, 5, 4), .uniform(1, 2, 5, 4)], ["is_causal": true]),
        Call([.uniform(2, 5, 4), .uniform(2, 3, 4), .uniform(2, 3, 2)], ["is_causal": true, "scale": 0.7]),
        Call([.uniform(2, 2, 3, 4), .uniform(2, 2, 2, 4), .uniform(2, 2, 2, 3), .mask(2, 1, 3, 2)]),
        Call([.uniform(2, 2, 3, 4), .uniform(2, 2, 5, 4), .uniform(2, 2, 5, 3), .uniform(3, 5)]),
      ],
      large: [
        Call([.uniform(1, 4, 100, 40), .uniform(1, 4, 80, 40), .uniform(1, 4, 80, 40)]),
        Call([.uniform(4, 100, 32), .uniform(4, 100, 32), .uniform(4, 100, 32)], ["is_causal": true]),
        Call([.uniform(2, 400, 64), .uniform(2, 500, 64), .uniform(2, 500, 40), .mask(400, 500)]),
      ],
      refusals: [
        Refusal(
          [.uniform(2, 3, 4), .uniform(2, 5, 3), .uniform(2, 5, 3)],
          "attention: expected queries [N, heads, L, D], keys [N, heads, S, D] and values [N, heads, S, E], got 2×3×4, "
            + "2×5×3 and 2×5×3"),
        Refusal(
          [.uniform(2, 3, 4), .uniform(2, 5, 4), .uniform(2, 5, 4), .mask(4, 5)],
          "attention: expected a mask that stretches to 2×3×5, got 4×5"),
        Refusal(
          [.uniform(2, 3, 4), .uniform(2, 5, 4), .uniform(2, 5, 4), .integers(3, 5, below: 2)],
          "attention: expected a mask of bool (what may be seen) or of numbers to add, got i64; compare, as in m:gt(0), "
            + "for a mask of bool"),
        Refusal(
          [.uniform(2, 3, 4), .uniform(2, 3, 4), .uniform(2, 3, 4), .mask(3, 3)], ["is_causal": true],
          "attention: takes either a mask or is_causal, not both; put both into the mask"),
      ]
    ) { x, parameters in
      let (mask, scale) = (x.count > 3 ? x[3] : nil, parameters.number("scale"))
      return [try x[0].attention(x[1], x[2], mask: mask, isCausal: parameters.flag("is_causal"), scale: scale)]
    }
  ]
}
