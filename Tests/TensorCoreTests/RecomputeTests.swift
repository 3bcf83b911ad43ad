import Surface
import TensorCore
import TestSupport
import Testing

/// Recomputation: the gradients of a plain run, with less memory.
@Suite(.serialized) @MainActor
struct RecomputeTests {
  private func leaf(_ shape: [Int], seed: UInt64) throws -> Tensor {
    let x = try Tensor.normalNoise(shape, seed: seed).to(.f64)
    try x.setRequiresGradient()
    return x
  }

  /// Gradients of a function of two tensors, which it captures in part, with and without recomputation.
  private func compare(
    _ inputs: [Tensor], _ leaves: [Tensor], _ body: @escaping ([Tensor]) throws -> [Tensor],
    at place: SourceLocation = #_sourceLocation
  ) throws {
    func gradients(_ run: ([Tensor]) throws -> [Tensor]) throws -> [Tensor?] {
      RandomGenerator.shared.seed(7)
      let results = try run(inputs)
      let loss = try results.enumerated().reduce(Tensor.zeros([], .f64)) {
        try $0 + ($1.1.sin() * Double($1.0 + 1)).sum()
      }
      // What lies outside the function is used by both runs.
      let found = try Autograd.gradients(of: [loss], with: leaves, retainGraph: true)
      return found + [try RandomGenerator.shared.uniform([3])]
    }
    let plain = try gradients(body)
    let again = try gradients { try Autograd.recompute($0, body) }
    for (position, (a, b)) in zip(again, plain).enumerated() {
      #expect((a == nil) == (b == nil), "gradient \(position)", sourceLocation: place)
      if let a, let b { try expectSameBytes(a, b, "gradient \(position)", at: place) }
    }
  }

  @Test("Inputs, captured leaves, and captured results of other operations")
  func captured() throws {
    let (x, w, c) = (try leaf([4, 3], seed: 1), try leaf([3, 3], seed: 2), try leaf([4, 3], seed: 3))
    let outside = try c.exp()
    try compare([try x * 2], [x, w, c]) { [try ($0[0].matmul(w).tanh() * outside).sigmoid()] }
    try compare([x, try x.square()], [x, w, c]) { [try $0[0] * $0[1] + w.sum()] }
    // Nothing in the function wants a gradient but what it captured.
    try compare([x.detached()], [w]) { [try $0[0].matmul(w).tanh()] }
  }

  @Test("Several results, some unused, some handed through, one inside another")
  func results() throws {
    let (x, w) = (try leaf([4, 3], seed: 1), try leaf([3, 3], seed: 2))
    try compare([x], [x, w]) { [try $0[0].matmul(w), $0[0], w, try $0[0].detached() * 2] }
    try compare([try x.exp()], [x, w]) { inputs in
      let inner = try Autograd.recompute([inputs[0]]) { [try $0[0].matmul(w).tanh()] }[0]
      return [try inner * inputs[0]]
    }
  }

  @Test("Random draws are repeated, and the stream goes on as if nothing had happened")
  func draws() throws {
    let x = try leaf([50, 20], seed: 1)
    try compare([x], [x]) { inputs in
      let kept = try RandomGenerator.shared.uniform(inputs[0].shape, .f64).lt(0.5).to(.f64)
      return [try inputs[0] * kept * inputs[0]]
    }
  }

  @Test("Gradients gathered by backward, and second derivatives")
  func orders() throws {
    let (x, w) = (try leaf([5], seed: 1), try leaf([5], seed: 2))
    try Autograd.recompute([x]) { [try ($0[0] * w).exp()] }[0].sum().backward()
    try expectClose(x.gradient!, w * (x * w).exp(), within: 1e-12, "x")
    try expectClose(w.gradient!, x * (x * w).exp(), within: 1e-12, "w")
    let y = try Autograd.recompute([x]) { [try ($0[0] * w).exp()] }[0].sum()
    let slope = try Autograd.gradients(of: [y], with: [x], createGraph: true)[0]!
    let second = try Autograd.gradients(of: [slope.sum()], with: [x, w])
    try expectClose(second[0]!, w * w * (x * w).exp(), within: 1e-12, "x, twice")
    try expectClose(second[1]!, (x * w + 1) * (x * w).exp(), within: 1e-12, "x and w")
  }

  @Test("A deep chain needs less memory")
  func memory() throws {
    func peak(_ segment: (Tensor) throws -> Tensor) throws -> Int {
      Allocator.releaseCache()
      let x = try Tensor.full([1 << 16], 0.5)
      try x.setRequiresGradient()
      let before = Allocator.memory.live
      var y = x, most = 0
      for _ in 0..<12 {
        y = try segment(y)
        most = max(most, Allocator.memory.live - before)
      }
      try y.sum().backward()
      #expect(x.gradient != nil)
      return most
    }
    func chain(_ x: Tensor) throws -> Tensor {
      var y = x
      for _ in 0..<10 { y = try (y * y).tanh() }
      return y
    }
    let plain = try peak(chain)
    let again = try peak { try Autograd.recompute([$0]) { [try chain($0[0])] }[0] }
    // 120 results are kept by the plain run (of tanh, not of the squares before it), the 12 borders by the other.
    #expect(again * 8 < plain, "\(again) bytes beside \(plain)")
  }

  @Test("What cannot be repeated is an error; without recording the function simply runs")
  func refusals() throws {
    let x = try leaf([3], seed: 1), w = try leaf([3], seed: 2)
    let y = try Autograd.recompute([x]) { [try $0[0] * w] }[0].sum()
    try Autograd.noGradient { _ = try w.add_(1) }
    #expect(message { try y.backward() }.contains("'recompute' needs for its gradient was changed in place"))
    var turn = 0
    let moody = try Autograd.recompute([x]) { inputs in
      turn += 1
      return [turn == 1 ? try inputs[0] * 2 : try inputs[0].sum()]
    }[0].sum()
    #expect(message { try moody.backward() }.contains("recompute: the function gave other results when it ran again"))
    let quiet = try Autograd.noGradient { try Autograd.recompute([x]) { [try $0[0] * 2] }[0] }
    #expect(!quiet.requiresGradient)
  }
}
