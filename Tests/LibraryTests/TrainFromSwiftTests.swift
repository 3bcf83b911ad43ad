import Engine
import Testing

/// The engine as a library, without Lua: what another package writes after `import Engine`.
@Suite(.serialized) @MainActor struct TrainFromSwiftTests {
  /// A network of two layers learns which points lie inside a circle.
  @Test func circle() throws {
    RandomGenerator.shared.seed(1)
    let points = try RandomGenerator.shared.uniform([400, 2]) * 2 - 1
    let inside = try points.square().sum([1], keepdim: true).lt(0.5).to(.f32)

    let weights = Weights.random()
    let network = LayerObject(
      try Sequential(try Linear(weights, 2, 16), Activation.tanh, try Linear(weights, 16, 1), Activation.sigmoid))
    let adam = try Optimizer(network.parameters(), Adam(), rate: .constant(0.05))
    for _ in 1...200 {
      try adam.step {
        adam.zeroGradients()
        let loss = try network(points).mseLoss(inside)
        try loss.backward()
        return try loss.item()
      }
    }

    let right = try Tensor.eq(Autograd.noGradient { try network(points).gt(0.5) }, inside.gt(0.5))
    #expect(try right.to(.f32).mean().item() > 0.95)
  }
}
