import Surface
import TensorCore
import TestSupport
import Testing

/// How operands lie in memory does not matter: the same elements give the same results.
@Suite(.serialized) @MainActor
struct OpLayoutTests {
  @Test("Operands that are not contiguous", arguments: OpSample.all)
  func layouts(_ op: OpSample) throws {
    for (number, call) in op.small.enumerated() {
      let plain = try call.draw(for: op.name)
      let expected = try results(op, plain, call.parameters)
      for layout in Layout.allCases {
        let actual = try results(op, plain.map { try layout.of($0) }, call.parameters)
        try compare(op, actual, expected, "\(op), call \(number), \(layout)")
      }
    }
  }

  @Test("Operands stretched along their first axis", arguments: OpSample.all)
  func stretched(_ op: OpSample) throws {
    for (number, call) in op.small.enumerated() {
      let views = try call.draw(for: op.name).map { x in
        x.rank > 0 && x.count > 0 ? try x.narrow(0, 0, 1).expand(x.shape) : x
      }
      let expected = try results(op, views.map { try $0.copy() }, call.parameters)
      let actual = try results(op, views, call.parameters)
      try compare(op, actual, expected, "\(op), call \(number), stretched")
    }
  }

  /// The results, and after them the gradients of the first for a cotangent that is not contiguous either.
  private func results(_ op: OpSample, _ inputs: [Tensor], _ parameters: OpParameters) throws -> [Tensor] {
    let leaves = inputs.map { $0.detached() }
    for leaf in leaves where leaf.dtype.isFloating && op.smoothness != .none { try leaf.setRequiresGradient() }
    let outputs = try op.run(leaves, parameters)
    guard outputs[0].requiresGradient else { return outputs }
    let cotangent = try Layout.transposed.of(Tensor.normalNoise(outputs[0].shape, seed: 3))
    try outputs[0].backward(cotangent.converted(to: outputs[0].dtype))
    return outputs + leaves.compactMap(\.gradient)
  }

  private func compare(_ op: OpSample, _ actual: [Tensor], _ expected: [Tensor], _ what: String) throws {
    try #require(actual.count == expected.count, "\(what)")
    for (position, (a, b)) in zip(actual, expected).enumerated() {
      if op.dependsOnLayout {
        try expectClose(a, b, within: op.tolerance, "\(what), tensor \(position)")
      } else {
        try expectSameBytes(a, b, "\(what), tensor \(position)")
      }
    }
  }
}
