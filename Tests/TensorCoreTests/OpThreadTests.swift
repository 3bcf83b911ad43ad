import Surface
import TensorCore
import TestSupport
import Testing

/// The number of threads does not show in any byte.
@Suite(.serialized) @MainActor
struct OpThreadTests {
  @Test(
    "Results and gradients on 1, 2 and 5 threads, and from run to run", arguments: OpSample.all, [true, false])
  func threads(_ op: OpSample, deterministic: Bool) throws {
    let (threads, mode) = (Runtime.threads, Runtime.isDeterministic)
    defer {
      try? Runtime.setThreads(threads)
      Runtime.isDeterministic = mode
    }
    Runtime.isDeterministic = deterministic
    for (number, call) in op.large.enumerated() {
      let inputs = try call.draw(for: op.name)
      let what = "\(op), large call \(number), deterministic: \(deterministic)"
      var runs: [(threads: Int, results: [String: Tensor])] = []
      for threads in deterministic ? [1, 2, 5] : [1, 2, 5, 2] {
        try Runtime.setThreads(threads)
        runs.append((threads, try results(op, inputs, call.parameters)))
        try expectSame(runs[runs.count - 1].results, runs[0].results, "\(what), \(threads) threads")
      }
      if runs.count > 3 { try expectSame(runs[3].results, runs[1].results, "\(what), again on 2 threads") }
    }
  }

  private func expectSame(
    _ actual: [String: Tensor], _ expected: [String: Tensor], _ what: String
  ) throws {
    #expect(actual.keys.sorted() == expected.keys.sorted(), "\(what)")
    for (name, tensor) in expected {
      try expectSameBytes(#require(actual[name]), tensor, "\(what), \(name)")
    }
  }

  /// The results as `result 0`, … and the gradients of the first as `gradient 0`, … by input.
  private func results(
    _ op: OpSample, _ inputs: [Tensor], _ parameters: OpParameters
  ) throws -> [String: Tensor] {
    let leaves = try inputs.map { try $0.detached().copy() }
    for leaf in leaves where leaf.dtype.isFloating && op.smoothness != .none { try leaf.setRequiresGradient() }
    let outputs = try op.run(leaves, parameters)
    var named: [String: Tensor] = [:]
    for (position, output) in outputs.enumerated() { named["result \(position)"] = output }
    guard outputs[0].requiresGradient else { return named }
    try outputs[0].backward(Tensor.normalNoise(outputs[0].shape, seed: 3).converted(to: outputs[0].dtype))
    for (position, leaf) in leaves.enumerated() { named["gradient \(position)"] = leaf.gradient }
    return named
  }
}
