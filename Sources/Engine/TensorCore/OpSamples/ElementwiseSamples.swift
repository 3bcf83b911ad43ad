extension OpSample {
  private typealias Map = @Sendable (Tensor) throws -> Tensor

  /// The small calls of an op of one tensor: a matrix, a vector beyond one vector register, a stack, a scalar.
  static func unarySmall(_ x: OpOperand) -> [Call] {
    [Call([x]), Call([x.shaped(37)]), Call([x.shaped(2, 3, 2, 4)]), Call([x.shaped()])]
  }

  /// An op of every element.
  private static func unary(
    _ name: String, _ operand: OpOperand, covers: String? = nil, smoothness: Smoothness = .twice,
    tolerance: Double = 1e-6, parameters: [OpParameters] = [], refusals: [Refusal] = [],
    _ run: @escaping @Sendable (Tensor, OpParameters) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "elementwise", covers: [covers ?? name], smoothness: smoothness, tolerance: tolerance,
      small: unarySmall(operand) + parameters.map { Call([operand], $0) }, large: [Call([operand.shaped(300, 500)])],
      refusals: [Refusal([.stretched(huge)], tooLarge(name))] + refusals
    ) { x, parameters in [try run(x[0], parameters)] }
  }

  private static let functions: [OpSample] = [
    unary("exp", .uniform(3, 5)) { x, _ in try x.exp() },
    unary("expm1", .uniform(3, 5)) { x, _ in try x.expm1() },
    unary("log", .positive(3, 5)) { x, _ in try x.log() },
    unary("log1p", .positive(3, 5)) { x, _ in try x.log1p() },
    unary("sqrt", .positive(3, 5)) { x, _ in try x.sqrt() },
    unary("rsqrt", .positive(3, 5)) { x, _ in try x.rsqrt() },
    unary("reciprocal", .avoiding([0], by: 0.3, 3, 5)) { x, _ in try x.reciprocal() },
    unary("square", .uniform(3, 5)) { x, _ in try x.square() },
    unary("abs", .avoiding([0], 3, 5)) { x, _ in try x.abs() },
    unary("sign", .avoiding([0], 3, 5)) { x, _ in try x.sign() },
    unary("floor", .avoiding([-1, 0, 1], 3, 5)) { x, _ in try x.floor() },
    unary("ceil", .avoiding([-1, 0, 1], 3, 5)) { x, _ in try x.ceil() },
    unary("round", .avoiding([-1.5, -0.5, 0.5, 1.5], 3, 5)) { x, _ in try x.round() },
    unary("trunc", .avoiding([-1, 0, 1], 3, 5)) { x, _ in try x.trunc() },
    unary("sin", .uniform(3, 5)) { x, _ in try x.sin() },
    unary("cos", .uniform(3, 5)) { x, _ in try x.cos() },
    unary("tan", .uniform(3, 5, low: -1.2, high: 1.2), tolerance: 2e-6) { x, _ in try x.tan() },
    unary("erf", .uniform(3, 5)) { x, _ in try x.erf() },
  ]

  private static let activations: [OpSample] = [
    unary("tanh", .uniform(3, 5)) { x, _ in try x.tanh() },
    unary("sigmoid", .uniform(3, 5)) { x, _ in try x.sigmoid() },
    unary("logsigmoid", .uniform(3, 5), covers: "logSigmoid") { x, _ in try x.logSigmoid() },
    unary("relu", .avoiding([0], 3, 5)) { x, _ in try x.relu() },
    unary("leaky_relu", .avoiding([0], 3, 5), covers: "leakyReLU", parameters: [["negative_slope": 0.2]]) {
      try $0.leakyReLU($1.number("negative_slope") ?? 0.01)
    },
    unary("elu", .avoiding([0], 3, 5), parameters: [["alpha": 0.5]]) { try $0.elu($1.number("alpha") ?? 1) },
    unary("silu", .uniform(3, 5)) { x, _ in try x.silu() },
    unary("gelu", .uniform(3, 5), parameters: [["approximate": "tanh"]]) {
      try $0.gelu(approximate: $1.text("approximate") == "tanh")
    },
    unary(
      "softplus", .avoiding([1.2], 3, 5), parameters: [["beta": 2.5, "threshold": 3]],
      refusals: [Refusal([.uniform(2)], ["beta": 0], "softplus: expected a beta above 0, got 0.0")]
    ) {
      try $0.softplus(beta: $1.number("beta") ?? 1, threshold: $1.number("threshold") ?? 20)
    },
    unary("hardswish", .uniform(3, 5, low: -5, high: 5), covers: "hardSwish") { x, _ in try x.hardSwish() },
    unary("mish", .uniform(3, 5)) { x, _ in try x.mish() },
    unary(
      "clamp", .avoiding([-0.5, 0.75], 3, 5), parameters: [["lo": -0.5, "hi": 0.75], ["lo": -0.5], ["hi": 0.75]],
      refusals: [
        Refusal(
          [.uniform(2)], ["lo": 2, "hi": 1],
          "clamp: expected a lower limit that is not above the upper one, got 2.0 and 1.0")
      ]
    ) {
      try $0.clamp($1.number("lo") ?? -.infinity, $1.number("hi") ?? .infinity)
    },
  ]

  /// An op of two tensors without a form for numbers.
  private static func pair(
    _ name: String, _ a: OpOperand, _ b: OpOperand, _ run: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "elementwise",
      small: [Call([a, b]), Call([a.shaped(2, 1, 5), b.shaped(3, 1)]), Call([a.shaped(67), b.shaped(67)])],
      large: [Call([a.shaped(300, 500), b.shaped(300, 500)])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(2, 4)],
          "\(name): the shapes 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the last axis"),
        Refusal([.stretched(huge), .uniform(1)], tooLarge(name)),
      ]
    ) { x, _ in [try run(x[0], x[1])] }
  }

  private static let pairs: [OpSample] = [
    pair("atan2", .avoiding([0], by: 0.3, 3, 5), .avoiding([0], by: 0.3, 3, 5)) { try $0.atan2($1) },
    // Positive beside negative operands in one half, so that no two are nearly equal.
    pair("maximum", .avoiding([-1, 0, 1], by: 0.4, 3, 5), .uniform(3, 5, low: -0.3, high: 0.3)) {
      try Tensor.maximum($0, $1)
    },
    pair("minimum", .avoiding([-1, 0, 1], by: 0.4, 3, 5), .uniform(3, 5, low: -0.3, high: 0.3)) {
      try Tensor.minimum($0, $1)
    },
  ]

  private static let choices: [OpSample] = [
    OpSample(
      "where", "elementwise",
      small: [
        Call([.mask(3, 5), .uniform(3, 5), .uniform(3, 5)]), Call([.mask(2, 1, 5), .uniform(3, 1), .uniform(1)]),
      ],
      large: [Call([.mask(300, 500), .uniform(300, 500), .uniform(300, 500)])],
      refusals: [
        Refusal(
          [.mask(3, 4), .uniform(3, 4), .uniform(2, 4)],
          "where: the shapes 3×4 (mask), 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the "
            + "last axis"),
        Refusal([.mask(1), .stretched(huge), .uniform(1)], tooLarge("where")),
      ]
    ) { x, _ in [try Tensor.where(x[0], x[1], x[2])] },
    OpSample(
      "masked_fill", "elementwise", covers: ["maskedFill"],
      small: [
        Call([.uniform(3, 5), .mask(3, 5)], ["value": -1.5]), Call([.uniform(2, 3, 4), .mask(3, 1)], ["value": 7]),
      ],
      large: [Call([.uniform(300, 500), .mask(300, 500)], ["value": 2])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .mask(2, 4)], ["value": 0],
          "masked_fill: a mask of 2×4 does not fit a tensor of 3×4; sizes must be equal or 1, counted from the last axis"
        )
      ]
    ) { x, parameters in [try x[0].maskedFill(x[1], parameters.number("value") ?? 0)] },
  ]

  static let elementwise: [OpSample] = functions + activations + pairs + choices

  /// A comparison, with a tensor or with a number.
  private static func comparison(
    _ name: String, _ both: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    _ number: @escaping @Sendable (Tensor, Double) throws -> Tensor
  ) -> OpSample {
    OpSample(
      name, "comparisons", smoothness: .none,
      small: [
        Call([.uniform(3, 5), .uniform(3, 5)]), Call([.integers(2, 1, 5, below: 3), .integers(3, 1, below: 3)]),
        Call([.uniform(37)], ["value": 0.5]),
      ],
      large: [Call([.uniform(300, 500), .uniform(300, 500)])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(2, 4)],
          "\(name): the shapes 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the last axis"),
        Refusal([.stretched(huge), .uniform(1)], tooLarge(name, .bool)),
        Refusal([.stretched(huge)], ["value": 1], tooLarge(name, .bool)),
      ]
    ) { x, parameters in
      [try parameters.number("value").map { try number(x[0], $0) } ?? both(x[0], x[1])]
    }
  }

  static let comparisons: [OpSample] = [
    comparison("eq", { try Tensor.eq($0, $1) }, { try $0.eq($1) }),
    comparison("ne", { try Tensor.ne($0, $1) }, { try $0.ne($1) }),
    comparison("lt", { try Tensor.lt($0, $1) }, { try $0.lt($1) }),
    comparison("le", { try Tensor.le($0, $1) }, { try $0.le($1) }),
    comparison("gt", { try Tensor.gt($0, $1) }, { try $0.gt($1) }),
    comparison("ge", { try Tensor.ge($0, $1) }, { try $0.ge($1) }),
  ]
}
