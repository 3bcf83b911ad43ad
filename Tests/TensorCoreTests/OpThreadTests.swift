import Surface
import TensorCore
import TestSupport
import Testing

/// The number of threads does not show in any byte.
@Suite(.serialized) @MainActor
struct OpThreadTests {
  @Test("Results and gradients on 1, 2 and 5 threads, and from run to run", arguments: OpSample.all)
  func threads(_ op: OpSample) throws {
    let before = Runtime.threads
    Runtime.isDeterministic = true
    defer {
      try? Runtime.setThreads(before)
      Runtime.isDeterministic = false
    }
    for (number, call) in op.large.enumerated() {
      let inputs = try call.draw(for: op.name)
      var expected: [Tensor]?
      for threads in [1, 2, 5, 2] {
        try Runtime.setThreads(threads)
        let actual = try results(op, inputs, call.parameters)
        if let expected {
          for (position, (a, b)) in zip(actual, expected).enumerated() {
            try expectSameBytes(a, b, "\(op), large call \(number), \(threads) threads, tensor \(position)")
          }
        } else {
          expected = actual
        }
      }
    }
  }

  @Test("Weight gradients without the deterministic mode are the same from run to run")
  func fromRunToRun() throws {
    let op = try #require(OpSample.named("conv2d"))
    for call in op.large {
      let inputs = try call.draw(for: op.name)
      let (a, b) = (try results(op, inputs, call.parameters), try results(op, inputs, call.parameters))
      for (x, y) in zip(a, b) { try expectSameBytes(x, y, "conv2d twice") }
    }
  }

  /// The results, and after them the gradients of the first.
  private func results(_ op: OpSample, _ inputs: [Tensor], _ parameters: OpParameters) throws -> [Tensor] {
    let leaves = try inputs.map { try $0.detached().copy() }
    for leaf in leaves where leaf.dtype.isFloating && op.smoothness != .none { try leaf.setRequiresGradient() }
    let outputs = try op.run(leaves, parameters)
    guard outputs[0].requiresGradient else { return outputs }
    try outputs[0].backward(Tensor.normalNoise(outputs[0].shape, seed: 3).converted(to: outputs[0].dtype))
    return outputs + leaves.compactMap(\.gradient)
  }
}
