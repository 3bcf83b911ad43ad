// Samples of linear algebra. Signs of vectors are free, so what a sample returns does not depend on them; golden files
// hold the same combinations of PyTorch's results. Small calls have a batch axis, which may be stretched.

extension OpSample {
  /// The mean of square matrices and their transposes: what the ops of symmetric matrices are tried with. What an op
  /// refuses stays as it is.
  private static func symmetric(_ x: Tensor) throws -> Tensor {
    guard x.dtype.isFloating, x.rank >= 2, x.shape[x.rank - 1] == x.shape[x.rank - 2], x.count < 1 << 20 else {
      return x
    }
    return try (x + x.transposed()) * 0.5
  }

  private static func refusals(_ name: String, square: Bool, _ own: [Refusal] = []) -> [Refusal] {
    let expected = square ? "square matrices [*, n, n]" : "matrices [*, m, n]"
    let shapes =
      [Refusal([.uniform(3)], "\(name): expected \(expected), got 3")]
      + (square ? [Refusal([.uniform(2, 3)], "\(name): expected \(expected), got 2×3")] : [])
    return shapes + [
      Refusal([.stretched(3, 3, value: .nan)], "\(name): the matrix holds NaN or infinity"),
      Refusal([.stretched(2, 3, 3, value: .infinity)], "\(name): matrix 1 of the batch holds NaN or infinity"),
      Refusal(
        [.mask(2, 2)], "\(name): expected matrices of f32 or f64, got bool; convert them with t:to(\"f32\")"),
      Refusal(
        [.stretched(20_001, 20_001)],
        "\(name): expected matrices whose sides are at most 16777216, the shorter at most 20000, got 20001×20001"),
    ] + own
  }

  private static let factorings: [OpSample] = [
    OpSample(
      "cholesky", "linalg", tolerance: 2e-6, gradientTolerance: 1e-5,
      small: [
        Call([.graded(2, 3, 3)]), Call([.graded(1, 4, 4)], ["upper": true]), Call([.graded(2, 1, 2, 2)]),
      ],
      large: [Call([.graded(40, 20, 20)]), Call([.graded(1, 110, 110)])],
      refusals: refusals(
        "cholesky", square: true,
        [
          Refusal(
            [.stretched(2, 2, value: -1)],
            "cholesky: the matrix is not positive definite (its leading 1×1 part is not); where rounding did that, add "
              + "a little to the diagonal, as in a + 1e-4 * tensor.eye(2)")
        ])
    ) { x, parameters in [try symmetric(x[0]).cholesky(upper: parameters.flag("upper"))] },
    OpSample(
      "qr", "linalg", tolerance: 4e-6, gradientTolerance: 2e-5,
      small: [
        Call([.graded(2, 3, 3)]), Call([.graded(2, 4, 2)]), Call([.graded(2, 2, 4)]),
        Call([.graded(1, 3, 3)], ["mode": "complete"]),
      ],
      large: [Call([.graded(40, 30, 20)]), Call([.graded(1, 120, 100)])], refusals: refusals("qr", square: false)
    ) { x, parameters in
      let (q, r) = try x[0].qr(complete: parameters.text("mode") == "complete")
      // Every column of q and row of r by the sign of r's diagonal.
      let rows = r.shape[r.rank - 2]
      let diagonal =
        try r.detached().narrow(-1, 0, Swift.min(rows, r.shape[r.rank - 1])) * Tensor.eye(rows, nil, r.dtype)
      let signs = try diagonal.sum([-1]).sign()
      return [try Tensor.cat([q * signs.unsqueeze(-2), (r * signs.unsqueeze(-1)).transposed()], -2)]
    },
    OpSample(
      "svd", "linalg", tolerance: 4e-6, gradientTolerance: 4e-5,
      small: [
        Call([.graded(2, 3, 3)]), Call([.graded(2, 4, 2)]), Call([.graded(2, 2, 4)], ["full_matrices": true]),
      ],
      large: [Call([.graded(40, 30, 20)]), Call([.graded(1, 120, 100)])], refusals: refusals("svd", square: false)
    ) { x, parameters in
      let (u, s, vh) = try x[0].svd(fullMatrices: parameters.flag("full_matrices"))
      let k = s.shape[s.rank - 1], (left, right) = (try u.narrow(-1, 0, k), try vh.narrow(-2, 0, k))
      let squares = try (left.square() * s.unsqueeze(-2)).matmul(right.square())
      return [try left.matmul(right) + squares, s]
    },
    OpSample(
      "eigh", "linalg", tolerance: 4e-6, gradientTolerance: 4e-5,
      small: [Call([.graded(2, 3, 3)]), Call([.graded(1, 5, 5)]), Call([.graded(2, 1, 2, 2)])],
      large: [Call([.graded(40, 20, 20)]), Call([.graded(1, 110, 110)])], refusals: refusals("eigh", square: true)
    ) { x, _ in
      let (values, vectors) = try symmetric(x[0]).eigh()
      return [try vectors.square() * values.unsqueeze(-2), values]
    },
  ]

  private static let systems: [OpSample] = [
    OpSample(
      "inverse", "linalg", aliases: ["inv"], tolerance: 2e-6, gradientTolerance: 1e-5,
      small: [Call([.graded(2, 3, 3)]), Call([.graded(1, 5, 5)]), Call([.graded(2, 1, 2, 2)])],
      large: [Call([.graded(40, 20, 20)]), Call([.graded(1, 110, 110)])],
      refusals: refusals(
        "inverse", square: true,
        [Refusal([.stretched(2, 2)], "inverse: the matrix is singular: it has no inverse")])
    ) { x, _ in [try x[0].inverse()] },
    OpSample(
      "solve", "linalg", tolerance: 2e-6, gradientTolerance: 1e-5,
      small: [
        Call([.graded(2, 3, 3), .uniform(2, 3, 2)]), Call([.graded(2, 3, 3), .uniform(3)]),
        Call([.graded(2, 3, 3), .uniform(2, 3)]), Call([.graded(3, 1, 2, 2), .uniform(2, 2, 4)]),
      ],
      large: [Call([.graded(40, 20, 20), .uniform(40, 20, 3)]), Call([.graded(1, 110, 110), .uniform(110, 50)])],
      refusals: [
        Refusal([.uniform(2, 3), .uniform(2)], "solve: expected square matrices [*, n, n], got 2×3"),
        Refusal(
          [.stretched(2, 2), .uniform(2)], "solve: the matrix is singular: its equations have no single solution"),
        Refusal(
          [.stretched(4, 2, 2, value: .nan), .uniform(2)], "solve: matrix 1 of the batch holds NaN or infinity"),
        Refusal(
          [.graded(3, 3), .uniform(2, 3)],
          "solve: matrices of 3×3 and right sides of 2×3 do not fit together; for matrices [*, n, n] the right sides "
            + "are [*, n, k], or vectors [n]"),
        Refusal([.graded(3, 3), .mask(3)], "solve: expected two tensors of one type, f32, got bool"),
      ]
    ) { x, _ in [try x[0].solve(x[1])] },
    OpSample(
      "det", "linalg", tolerance: 2e-6, gradientTolerance: 1e-5,
      small: [Call([.graded(2, 3, 3)]), Call([.graded(1, 4, 4)]), Call([.graded(2, 1, 2, 2)])],
      large: [Call([.graded(40, 20, 20)]), Call([.graded(1, 110, 110)])], refusals: refusals("det", square: true)
    ) { x, _ in [try x[0].det()] },
    OpSample(
      "slogdet", "linalg", tolerance: 2e-6, gradientTolerance: 1e-5,
      small: [Call([.graded(2, 3, 3)]), Call([.graded(1, 4, 4)]), Call([.graded(2, 1, 2, 2)])],
      large: [Call([.graded(40, 20, 20)]), Call([.graded(1, 110, 110)])], refusals: refusals("slogdet", square: true)
    ) { x, _ in
      let (sign, logarithm) = try x[0].slogdet()
      return [logarithm, sign]
    },
  ]

  static let linearAlgebra: [OpSample] = factorings + systems
}
