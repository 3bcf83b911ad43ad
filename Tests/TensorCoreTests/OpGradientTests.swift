import Surface
import TensorCore
import TestSupport
import Testing

/// Gradients beside differences of the op itself, in f64: ⟨v, Jᵀu⟩ = d/dε ⟨u, f(x + εv)⟩ for random directions.
@Suite(.serialized) @MainActor
struct OpGradientTests {
  /// Central differences in f64 over values near 1 are right to about ε² + 1e-16/ε.
  private static let step = 1e-5
  private static let tolerance = 2e-7

  @Test("First derivatives", arguments: OpSample.all.filter { $0.smoothness != .none })
  func first(_ op: OpSample) throws {
    for (number, call) in op.small.enumerated() {
      let inputs = try call.draw(for: op.name, .f64)
      let weight = try direction(of: op.run(inputs, call.parameters)[0], seed: 1000)
      let function: ([Tensor]) throws -> Tensor = { x in
        try (op.run(x, call.parameters)[0].converted(to: .f64) * weight).sum()
      }
      try compare(function, inputs, "\(op), call \(number)")
    }
  }

  @Test("Second derivatives", arguments: OpSample.all.filter { $0.smoothness == .twice })
  func second(_ op: OpSample) throws {
    for (number, call) in op.small.enumerated() {
      let inputs = try call.draw(for: op.name, .f64)
      let weight = try direction(of: op.run(inputs, call.parameters)[0], seed: 1000)
      let floating = inputs.indices.filter { inputs[$0].dtype == .f64 }
      let weights = try floating.map { try direction(of: inputs[$0], seed: 2000 + UInt64($0)) }
      // The gradient along a direction, a function of the inputs and of the cotangent.
      let function: ([Tensor]) throws -> Tensor = { x in
        let leaves = try x.map { $0.requiresGradient ? $0 : try self.leaf($0) }
        let y = try op.run(Array(leaves.dropLast()), call.parameters)[0].converted(to: .f64)
        var sum = try Tensor.zeros([], .f64)
        guard y.requiresGradient else { return sum }
        let gradients = try Autograd.gradients(
          of: [y], with: floating.map { leaves[$0] }, seeds: [leaves[leaves.count - 1]], createGraph: true)
        for (gradient, weight) in zip(gradients, weights) {
          if let gradient { sum = try sum + (gradient * weight).sum() }
        }
        return sum
      }
      try compare(function, inputs + [weight], "\(op), call \(number), second derivative")
    }
  }

  /// Compares the gradient of a scalar function along a random direction with central differences.
  private func compare(_ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], _ what: String) throws {
    let leaves = try inputs.map { try leaf($0) }
    let value = try function(leaves)
    #expect(value.dtype == .f64, "\(what)")
    let gradients =
      value.requiresGradient
      ? try Autograd.gradients(of: [value], with: leaves) : [Tensor?](repeating: nil, count: leaves.count)
    var exact = 0.0, magnitude = 0.0
    var directions: [Tensor?] = []
    for (position, input) in inputs.enumerated() {
      guard input.dtype == .f64 else {
        directions.append(nil)
        continue
      }
      let along = try direction(of: input, seed: UInt64(position))
      directions.append(along)
      guard let gradient = gradients[position] else { continue }
      #expect(gradient.shape == input.shape && gradient.dtype == input.dtype, "\(what), gradient \(position)")
      exact += try (gradient * along).sum().item()
      magnitude += try (gradient * along).abs().sum().item()
    }
    func moved(_ amount: Double) throws -> Double {
      try function(zip(inputs, directions).map { x, v in try v.map { try x + $0 * amount } ?? x }).item()
    }
    let numeric = try (moved(Self.step) - moved(-Self.step)) / (2 * Self.step)
    let error = abs(numeric - exact) / max(magnitude, abs(try value.item()), 1)
    #expect(error <= Self.tolerance, "\(what): gradient \(exact), differences \(numeric)")
  }

  private func leaf(_ x: Tensor) throws -> Tensor {
    guard x.dtype.isFloating else { return x }
    let copy = try x.detached().copy()
    try copy.setRequiresGradient()
    return copy
  }

  private func direction(of x: Tensor, seed: UInt64) throws -> Tensor {
    try Tensor.normalNoise(x.shape, seed: seed).converted(to: .f64)
  }
}
