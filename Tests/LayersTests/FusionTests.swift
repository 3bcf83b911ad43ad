import Layers
import Surface
import TensorCore
import TestSupport
import Testing

/// Layers that one kernel computes together, beside themselves one by one.
@Suite(.serialized) @MainActor
struct FusionTests {
  /// Sees a layer's result and lets it pass.
  private final class Watch: Callable {
    var seen = 0
    func call(_ arguments: [Value]) throws -> [Value] {
      seen += 1
      return []
    }
  }

  private func lines() throws -> [[any Layer]] {
    let weights = Weights.random(RandomGenerator(seed: 5))
    return [
      [
        Pad2d.reflection([1, 1, 2, 2]), try Conv2d(weights, 4, 6, kernel: (5, 3)), Activation.relu,
        try InstanceNorm2d(weights, 6, affine: true), Activation.relu,
      ],
      [
        try Conv2d(weights, 4, 8, kernel: (3, 3), .init(padding: (1, 1))), Activation.relu,
        try GroupNorm(weights, 2, 8), Activation.silu, Pad2d.replication([1, 1, 0, 0]),
        try Conv2d(weights, 8, 3, kernel: (1, 3)), Pad2d.reflection([1, 0, 0, 0]),
      ],
      [Pad2d.circular([1, 1, 1, 1]), try Conv2d(weights, 4, 2, kernel: (3, 3)), Activation.silu],
    ]
  }

  @Test func togetherAsOneByOne() throws {
    for layers in try lines() {
      func gradient(_ body: (Tensor) throws -> Tensor) throws -> [Float] {
        let x = try Tensor.normalNoise([2, 4, 9, 8], seed: 1).copy()
        try x.setRequiresGradient()
        let y = try body(x)
        try (y * Tensor.normalNoise(y.shape, seed: 2)).sum().backward()
        return try y.floats() + x.gradient!.floats()
      }
      let objects = layers.map { LayerObject($0) }
      let together = try gradient { try Sequential(objects.map { .layer($0) })($0, training: false) }
      let apart = try gradient { x in try objects.reduce(x) { try $1($0) } }
      #expect(together.count == apart.count)
      for (came, expected) in zip(together, apart) { #expect(abs(came - expected) < 2e-5 * (1 + abs(expected))) }
    }
  }

  @Test func hooksSeeEveryResult() throws {
    for layers in try lines() {
      let objects = layers.map { LayerObject($0) }, x = try Tensor.normalNoise([1, 4, 9, 8], seed: 1)
      let watches = objects.map { object in
        let watch = Watch()
        object.addHook(watch)
        return watch
      }
      _ = try Sequential(objects.map { .layer($0) })(x, training: false)
      #expect(watches.map(\.seen) == objects.map { _ in 1 })
    }
  }

  @Test func resultsOnTheWayAreThoseOfTheirLayers() throws {
    for layers in try lines() {
      let objects = layers.map { LayerObject($0) }, x = try Tensor.normalNoise([1, 4, 9, 8], seed: 1)
      let results = try Sequential(objects.map { .layer($0) }).results(x, at: Set(objects.indices))
      var y = x
      for (place, object) in objects.enumerated() {
        y = try object(y)
        #expect(try results[place]!.floats() == y.floats())
      }
    }
  }
}
