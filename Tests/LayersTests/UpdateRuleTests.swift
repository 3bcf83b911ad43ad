import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// The kernels of optimisers beside the plain operations that they stand for.
@Suite(.serialized) @MainActor struct UpdateRuleTests {
  static func rules() throws -> [(name: String, rule: any UpdateRule)] {
    [
      ("sgd", try SGD()), ("sgd, decay", try SGD(weightDecay: 0.1)), ("sgd, momentum", try SGD(momentum: 0.9)),
      ("sgd, dampening", try SGD(momentum: 0.7, dampening: 0.4, weightDecay: 0.2)),
      ("sgd, nesterov", try SGD(momentum: 0.9, weightDecay: 0.1, nesterov: true)),
      ("adam", try Adam()), ("adam, decay", try Adam(weightDecay: 0.1)),
      // A weight of the gradient above one half is another formula of lerp.
      ("adam, betas", try Adam(betas: (0.3, 0.9), eps: 1e-3)),
      ("adam, amsgrad", try Adam(betas: (0.5, 0.6), amsgrad: true)),
      ("adamw", try Adam(weightDecay: 0.3, decoupled: true)),
      ("adamw, amsgrad", try Adam(betas: (0.8, 0.9), weightDecay: 0.1, decoupled: true, amsgrad: true)),
    ]
  }

  /// The parameter after four steps, and all moments by name.
  private func walk(
    _ rule: any UpdateRule, _ count: Int, _ type: ElementType, composed: Bool, layout: (Tensor) throws -> Tensor
  ) throws -> [Tensor] {
    Tensor.composesUpdates = composed
    defer { Tensor.composesUpdates = false }
    let x = try layout(Tensor.normalNoise([count], seed: 1).to(type).copy())
    var state = OptimizerState()
    for step in 1...4 {
      state.steps = step
      // Gradients shrink, so that the largest second moment is not always the last.
      let g = try (Tensor.normalNoise([count], seed: UInt64(step + 1)) / Double(step * step)).to(type)
      try rule.update(x, layout(g), rate: 0.05, &state)
    }
    return [x] + state.moments.sorted { $0.key < $1.key }.map(\.value)
  }

  private let sizes = [1, 3, 15, 16, 17, 131, 4095, 4096, 4097, 33_000]

  @Test func kernelsGiveTheBytesOfTheComposition() throws {
    for (name, rule) in try Self.rules() {
      for count in sizes {
        let came = try walk(rule, count, .f32, composed: false) { $0 }
        let expected = try walk(rule, count, .f32, composed: true) { $0 }
        #expect(came.count == expected.count && came.count == 1 + rule.moments.count)
        for (a, b) in zip(came, expected) { try expectSameBytes(a, b, "\(name), \(count)") }
      }
    }
  }

  /// Largest error of the kernels seen: 3e-7 of 1 + the value, the rounding of parameters of size 4 in a few steps.
  @Test func kernelsFollowTheRuleInDoublePrecision() throws {
    for (name, rule) in try Self.rules() {
      for count in sizes {
        let came = try walk(rule, count, .f32, composed: false) { $0 }
        let exact = try walk(rule, count, .f64, composed: true) { $0 }
        for (a, b) in zip(came, exact) {
          let gap = try (a.to(.f64) - b).abs() / (b.abs() + 1)
          #expect(try gap.max().item() < 1e-6, "\(name), \(count)")
        }
      }
    }
  }

  @Test func threadsDoNotShow() throws {
    let threads = Runtime.threads
    defer { try? Runtime.setThreads(threads) }
    for (name, rule) in try Self.rules() {
      try Runtime.setThreads(1)
      let alone = try walk(rule, 100_003, .f32, composed: false) { $0 }
      for number in [2, 5] {
        try Runtime.setThreads(number)
        let together = try walk(rule, 100_003, .f32, composed: false) { $0 }
        for (a, b) in zip(together, alone) { try expectSameBytes(a, b, "\(name), \(number) threads") }
      }
    }
  }

  @Test func memoryThatIsNotDenseIsChangedToo() throws {
    // Every second element of a longer tensor; the elements between keep their values.
    for (name, rule) in try Self.rules() {
      let dense = try walk(rule, 70, .f32, composed: false) { $0 }
      let spread = try walk(rule, 70, .f32, composed: false) { try Tensor.stack([$0, $0], 1).select(1, 1) }
      for (a, b) in zip(spread, dense) { #expect(try a.floats() == b.floats(), "\(name)") }
    }
  }

  @Test func gradientsMayHaveAnyLayout() throws {
    let (x, y) = (try Tensor.ones([3, 5]), try Tensor.ones([3, 5]))
    var (first, second) = (OptimizerState(), OptimizerState())
    (first.steps, second.steps) = (1, 1)
    let g = try Tensor.normalNoise([5, 3], seed: 2).transpose(-2, -1)
    try Adam().update(x, g, rate: 0.1, &first)
    try Adam().update(y, g.copy(), rate: 0.1, &second)
    #expect(try x.floats() == y.floats() && x.floats() != Tensor.ones([3, 5]).floats())
  }

  @Test func aChangedParameterIsNoticedByBackward() throws {
    for rule in [try SGD() as any UpdateRule, try Adam()] {
      let x = try Tensor([1, 2, 3], [3])
      try x.setRequiresGradient()
      let loss = try x.square().sum()
      var state = OptimizerState()
      state.steps = 1
      try Autograd.noGradient { try rule.update(x, Tensor.ones([3]), rate: 0.1, &state) }
      #expect(message { try loss.backward() }.contains("changed"), "\(rule.name)")
    }
  }
}
