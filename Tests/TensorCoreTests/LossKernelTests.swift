import Surface
import TensorCore
import TestSupport
import Testing

/// The kernels of losses beside the plain operations that they stand for.
@Suite(.serialized) @MainActor
struct LossKernelTests {
  private typealias Loss = @MainActor (Tensor, Tensor) throws -> Tensor

  private let losses: [(name: String, loss: Loss)] = [
    ("mse", { try $0.mseLoss($1) }), ("mse, sum", { try $0.mseLoss($1, .sum) }),
    ("l1", { try $0.l1Loss($1) }), ("l1, sum", { try $0.l1Loss($1, .sum) }),
    ("tv", { x, _ in try x.tvLoss() }), ("tv, mean", { x, _ in try x.tvLoss(.mean) }),
    ("tv, 1", { x, _ in try x.tvLoss(power: 1) }), ("tv, 1, mean", { x, _ in try x.tvLoss(power: 1, .mean) }),
  ]

  private let shapes = [
    [1, 1], [1, 2], [2, 1], [3, 1, 17], [3, 17, 1], [1, 15, 16], [2, 3, 7, 18], [1, 3, 33, 131], [5, 4097],
    [1, 2, 40, 1200],
  ]

  /// The loss times 3 and its gradients.
  private func everything(
    _ shape: [Int], _ type: ElementType, composed: Bool, _ loss: Loss,
    layout: (Tensor) throws -> Tensor = { try $0.copy() }
  ) throws -> [Tensor] {
    Tensor.composesLosses = composed
    defer { Tensor.composesLosses = false }
    let x = try layout(Tensor.normalNoise(shape, seed: 1).to(type)).detached()
    let y = try layout(Tensor.normalNoise(shape, seed: 2).to(type)).detached()
    for leaf in [x, y] { try leaf.setRequiresGradient() }
    let value = try loss(x, y) * 3
    try value.backward()
    return [value.detached()] + [x, y].compactMap(\.gradient)
  }

  /// A gradient of tv is the difference of up to four differences of size 4, times 6, in f32: the largest error of the
  /// kernels seen is 1.2e-6 of 1 + the value.
  @Test func kernelsAreTheirLosses() throws {
    for (name, loss) in losses {
      for shape in shapes {
        let exact = try everything(shape, .f64, composed: true, loss)
        let came = try everything(shape, .f32, composed: false, loss)
        #expect(came.count == exact.count)
        for (a, b) in zip(came, exact) {
          #expect(a.shape == b.shape)
          #expect(try ((a.to(.f64) - b).abs() / (b.abs() + 1)).max().item() < 5e-6, "\(name) of \(shape)")
        }
      }
    }
  }

  @Test func threadsDoNotShow() throws {
    let threads = Runtime.threads
    defer { try? Runtime.setThreads(threads) }
    for (name, loss) in losses {
      try Runtime.setThreads(1)
      let alone = try everything([1, 3, 150, 331], .f32, composed: false, loss)
      for number in [2, 5] {
        try Runtime.setThreads(number)
        let together = try everything([1, 3, 150, 331], .f32, composed: false, loss)
        for (a, b) in zip(together, alone) { try expectSameBytes(a, b, "\(name), \(number) threads") }
      }
    }
  }

  @Test func memoryThatIsNotDenseIsReadToo() throws {
    for (name, loss) in losses {
      let dense = try everything([4, 9, 21], .f32, composed: false, loss)
      let turned = try everything([4, 9, 21], .f32, composed: false, loss) {
        try $0.transpose(-2, -1).copy().transpose(-2, -1)
      }
      for (a, b) in zip(turned, dense) { #expect(try a.floats() == b.floats(), "\(name)") }
    }
  }

  /// Gradients of gradients are those of plain operations; only squares and products have any.
  @Test func secondDerivativesAreThoseOfTheComposition() throws {
    func penalty(composed: Bool, _ loss: Loss) throws -> [Double] {
      Tensor.composesLosses = composed
      defer { Tensor.composesLosses = false }
      let x = try Tensor.normalNoise([2, 5, 7], seed: 1).copy(), y = try Tensor.normalNoise([2, 5, 7], seed: 2)
      try x.setRequiresGradient()
      let g = try Autograd.gradients(of: [loss(x, y) * x.sum()], with: [x], createGraph: true)[0]!
      try g.square().sum().backward()
      return try x.gradient!.doubles()
    }
    for (name, loss) in losses {
      let expected = try penalty(composed: true, loss)
      for (a, b) in zip(try penalty(composed: false, loss), expected) {
        #expect(abs(a - b) < 1e-4 * (1 + abs(b)), "\(name)")
      }
      #expect(expected.contains { $0 != 0 })
    }
  }

  @Test func whatIsNotANumberShows() throws {
    let x = try Tensor([1, .nan, 2, .infinity], [2, 2]), y = try Tensor.ones([2, 2])
    #expect(try x.mseLoss(y).item().isNaN && x.l1Loss(y).item().isNaN && x.tvLoss().item().isNaN)
    #expect(try Tensor([1, .infinity], [2]).mseLoss(Tensor.ones([2])).item() == .infinity)
    try x.setRequiresGradient()
    try x.l1Loss(y, .sum).backward()
    let g = try x.gradient!.floats()
    #expect(g[0] == 0 && g[1].isNaN && g[2] == 1 && g[3] == 1)
  }

  @Test func aChangedInputIsNoticed() throws {
    let x = try Tensor.ones([3]), y = try Tensor.zeros([3])
    try x.setRequiresGradient()
    let loss = try x.mseLoss(y)
    try y.fill_(2)
    #expect(message { try loss.backward() }.contains("changed"))
  }

  /// One product of the gradient and its transpose, beside the two products of the plain composition.
  @Test func gramGradientsAreThoseOfTheProduct() throws {
    func gradient(_ body: (Tensor) throws -> Tensor) throws -> Tensor {
      let x = try Tensor.normalNoise([2, 5, 3, 7], seed: 1).to(.f64).copy()
      try x.setRequiresGradient()
      // Weights that are not symmetric: both halves count.
      try (body(x) * Tensor.normalNoise([2, 5, 5], seed: 2).to(.f64)).sum().backward()
      return x.gradient!
    }
    let came = try gradient { try $0.gram(normalize: "none") }
    let expected = try gradient { x in
      let flat = try x.reshape([2, 5, 21])
      return try flat.matmul(flat.transpose(-2, -1))
    }
    #expect(try (came - expected).abs().max().item() < 1e-13)
  }
}
