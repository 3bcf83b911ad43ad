import Surface
import TensorCore
import TestSupport
import Testing

/// The kernels of normalizations and of maxima beside what they stand for.
@Suite(.serialized) @MainActor
struct NormalRowsTests {
  private typealias Kind = @MainActor (Tensor, Tensor?, Tensor?) throws -> Tensor

  /// The result and the gradients, of values far from 0.
  private func everything(
    _ shape: [Int], _ parameters: [Int]?, _ type: ElementType, composed: Bool, _ body: Kind
  ) throws -> [Tensor] {
    Tensor.composesNormalizations = composed
    defer { Tensor.composesNormalizations = false }
    let x = try (Tensor.normalNoise(shape, seed: 1) * 3 + 20).to(type).copy()
    let w = try parameters.map { try Tensor.normalNoise($0, seed: 2).to(type).copy() }
    let b = try parameters.map { try Tensor.normalNoise($0, seed: 3).to(type).copy() }
    for leaf in [x, w, b] { try leaf?.setRequiresGradient() }
    let y = try body(x, w, b)
    try (y * Tensor.normalNoise(shape, seed: 4).to(type)).sum().backward()
    return [y.detached(), x.gradient!] + [w, b].compactMap { $0?.gradient }
  }

  /// f32 carries 20 ± 3 with an error of 1e-6, which division by 3 leaves at some 1e-6; sums over 2000 places make 1e-5 of
  /// their size. Largest error seen: 6e-6. No value lies so near the bend of `relu` that its side depends on rounding.
  private func compare(_ shape: [Int], _ parameters: [Int]?, _ body: Kind) throws {
    let exact = try everything(shape, parameters, .f64, composed: true, body)
    for (came, expected) in zip(try everything(shape, parameters, .f32, composed: false, body), exact) {
      #expect(came.shape == expected.shape)
      let gap = try (came.to(.f64) - expected).abs(), bound = try expected.abs() + 1
      #expect(try (gap / bound).max().item() < 2e-5, "\(shape)")
    }
  }

  @Test(arguments: [FusedActivation.none, .relu, .silu]) func kernelsAreNormalizations(
    _ activation: FusedActivation
  ) throws {
    for shape in [[1, 1, 1, 2], [2, 6, 5, 7], [3, 4, 16], [1, 2, 70, 131], [2, 32, 5, 6]] {
      let channels = shape[1]
      for parameters in [nil, [channels]] {
        try compare(shape, parameters) { try $0.instanceNorm(weight: $1, bias: $2, then: activation) }
        for groups in [1, 2] where channels % groups == 0 {
          try compare(shape, parameters) { try $0.groupNorm(groups, weight: $1, bias: $2, then: activation) }
        }
      }
    }
  }

  @Test func layersAreNormalized() throws {
    for (shape, axes) in [([3, 5, 40], 1), ([2, 7, 3, 11], 2), ([4, 2], 1), ([1, 9, 320], 1)] {
      for parameters in [nil, Array(shape.suffix(axes))] {
        try compare(shape, parameters) { try $0.layerNorm(Array(shape.suffix(axes)), weight: $1, bias: $2) }
      }
    }
  }

  @Test func secondDerivativesAreThoseOfTheComposition() throws {
    func penalty(composed: Bool) throws -> [Float] {
      Tensor.composesNormalizations = composed
      defer { Tensor.composesNormalizations = false }
      let x = try Tensor.normalNoise([2, 4, 5, 3], seed: 1).copy(), w = try Tensor.normalNoise([4], seed: 2).copy()
      try x.setRequiresGradient()
      try w.setRequiresGradient()
      let y = try x.groupNorm(2, weight: w, bias: nil, then: .silu)
      let g = try Autograd.gradients(of: [(y * y).sum()], with: [x], createGraph: true)[0]!
      try g.square().sum().backward()
      return try x.gradient!.floats() + w.gradient!.floats()
    }
    for (came, expected) in zip(try penalty(composed: false), try penalty(composed: true)) {
      #expect(abs(came - expected) < 1e-3 * (1 + abs(expected)))
    }
  }

  @Test func halvingTakesTheFirstMaximum() throws {
    for shape in [[1, 1, 2, 2], [2, 3, 7, 9], [1, 2, 64, 70], [1, 1, 3, 201]] {
      // Few levels: many windows have equal maxima.
      let levels = try (Tensor.normalNoise(shape, seed: 1) * 2).round()
      func pooled(_ type: ElementType) throws -> [[Double]] {
        let x = try levels.to(type).copy()
        try x.setRequiresGradient()
        let y = try x.maxPool2d(PoolingOptions(kernel: (2, 2)))
        try (y * Tensor.normalNoise(y.shape, seed: 2).to(type)).sum().backward()
        return [try y.doubles(), try x.gradient!.doubles()]
      }
      #expect(try pooled(.f32) == pooled(.f64), "\(shape)")
    }
  }

  @Test func halvingKeepsWhatIsNotANumber() throws {
    let x = try Tensor([.nan, 1, 2, 3, 1, .nan, 2, .infinity], [1, 1, 2, 4])
    let y = try x.maxPool2d(PoolingOptions(kernel: (2, 2))).floats()
    #expect(y[0].isNaN && y[1] == .infinity)
  }
}
