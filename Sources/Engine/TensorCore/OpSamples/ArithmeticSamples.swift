extension OpSample {
  private typealias Operation = @Sendable (Tensor, Tensor) throws -> Tensor
  private typealias NumberOperation = @Sendable (Tensor, Double) throws -> Tensor
  private typealias ReversedOperation = @Sendable (Double, Tensor) throws -> Tensor

  /// An op of two tensors, or of a tensor and a number on either side (`value`, `reversed`).
  private static func binary(
    _ name: String, _ covers: String, _ second: OpOperand, first: OpOperand = .uniform(3, 5), aliases: [String] = [],
    smoothness: Smoothness = .twice, tolerance: Double = 1e-6, numbers: [OpParameters], _ both: @escaping Operation,
    _ number: @escaping NumberOperation, _ reversed: @escaping ReversedOperation
  ) -> OpSample {
    OpSample(
      name, "arithmetic", covers: [covers], aliases: aliases, smoothness: smoothness, tolerance: tolerance,
      small: [
        Call([first, second]), Call([first.shaped(2, 1, 5), second.shaped(3, 1)]),
        Call([first.shaped(4, 1), second.shaped(4, 6)]),
      ] + numbers.map { Call([first], $0) },
      large: [Call([first.shaped(300, 500), second.shaped(300, 500)])],
      refusals: [
        Refusal(
          [.uniform(3, 4), .uniform(2, 4)],
          "\(name): the shapes 3×4 and 2×4 do not fit together; sizes must be equal or 1, counted from the last axis"),
        Refusal([.stretched(huge), .uniform(1)], tooLarge(name)),
      ]
    ) { x, parameters in
      if let value = parameters.number("value") {
        return [try parameters.flag("reversed") ? reversed(value, x[0]) : number(x[0], value)]
      }
      return [try both(x[0], x[1])]
    }
  }

  static let arithmetic: [OpSample] = [
    binary(
      "add", "+", .uniform(3, 5), aliases: ["+"], numbers: [["value": 1.5], ["value": 1.5, "reversed": true]],
      { try $0 + $1 }, { try $0 + $1 }, { try $0 + $1 }),
    binary(
      "sub", "-", .uniform(3, 5), aliases: ["-"], numbers: [["value": 1.5], ["value": 1.5, "reversed": true]],
      { try $0 - $1 }, { try $0 - $1 }, { try $0 - $1 }),
    binary(
      "mul", "*", .uniform(3, 5), aliases: ["*"], numbers: [["value": 1.5], ["value": 1.5, "reversed": true]],
      { try $0 * $1 }, { try $0 * $1 }, { try $0 * $1 }),
    binary(
      "div", "/", .avoiding([0], by: 0.3, 3, 5), first: .avoiding([0], by: 0.3, 3, 5), aliases: ["/"],
      numbers: [["value": 1.5], ["value": 1.5, "reversed": true]],
      { try $0 / $1 }, { try $0 / $1 }, { try $0 / $1 }),
    binary(
      "pow", "pow", .uniform(3, 5), first: .positive(3, 5), aliases: ["^"], tolerance: 2e-6,
      numbers: [
        ["value": 1.5], ["value": 2], ["value": 0.5], ["value": 0], ["value": -1], ["value": 1.5, "reversed": true],
      ],
      { try Tensor.pow($0, $1) }, { try $0.pow($1) }, { try Tensor.pow($0, $1) }),
    binary(
      "remainder", "%", .positive(3, 5), first: .uniform(3, 5), aliases: ["%", "mod"], numbers: [["value": 0.75]],
      { try $0 % $1 }, { try $0 % $1 }, { try Tensor.full([], $0, $1.dtype) % $1 }),
    OpSample(
      "neg", "arithmetic", covers: ["-"], aliases: ["unary -"], small: unarySmall(.uniform(3, 5)),
      large: [Call([.uniform(300, 500)])], refusals: [Refusal([.stretched(huge)], tooLarge("neg"))]
    ) { x, _ in [try -x[0]] },
  ]
}

extension OpOperand {
  /// The same content in another shape.
  func shaped(_ shape: Int...) -> OpOperand { OpOperand(shape: shape, content: content) }
}
