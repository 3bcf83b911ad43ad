import Surface
import TensorCore
import TestSupport
import Testing

/// Gradients of inputs that the library computes are computed in parts (images, bands of rows, channels), so that Ctrl-C is
/// answered in between.
@Suite(.serialized) @MainActor
struct ConvolutionPartsTests {
  nonisolated static let ops = OpSample.all.filter { $0.name.contains("conv") }

  /// Results and gradients of an op on its inputs, by the library.
  private func everything(_ op: OpSample, _ inputs: [Tensor], _ parameters: OpParameters) throws -> [Tensor] {
    ConvolutionPolicy.asked = .library
    defer { ConvolutionPolicy.asked = nil }
    let leaves = try inputs.map { try $0.copy() }
    for leaf in leaves where leaf.dtype.isFloating { try leaf.setRequiresGradient() }
    let results = try op.run(leaves, parameters)
    for result in results where result.requiresGradient {
      try (result * Tensor.noise(result.shape, seed: 5)).sum().backward()
    }
    return results.map { $0.detached() } + leaves.compactMap(\.gradient)
  }

  @Test("In parts as in one piece, with both gradients", arguments: ops) func parts(_ op: OpSample) throws {
    for call in op.small {
      let inputs = try call.draw(for: op.name)
      let whole = try everything(op, inputs, call.parameters)
      for caution in [2e3, 1e9] {
        LibraryCalls.caution = caution
        defer { LibraryCalls.caution = 1 }
        for (part, expected) in zip(try everything(op, inputs, call.parameters), whole) {
          #expect(part.shape == expected.shape)
          let gap = try (part.to(.f64) - expected.to(.f64)).abs().max().item()
          let size = try expected.to(.f64).abs().max().item()
          #expect(gap <= 1e-5 * Swift.max(size, 1), "\(op) differs by \(gap) of \(size)")
        }
      }
    }
  }

  @Test("Strides, dilation, padding and groups: bands of rows fit together")
  func bands() throws {
    for (stride, dilation, padding, groups) in [(1, 1, 1, 1), (2, 1, 3, 1), (3, 2, 0, 2), (2, 3, 4, 4), (1, 1, 0, 8)] {
      var options = ConvolutionOptions()
      (options.stride, options.dilation, options.padding) = ((stride, stride), (dilation, dilation), (padding, padding))
      options.groups = groups
      let x = try Tensor.normalNoise([2, 8, 23, 19], seed: 1),
        w = try Tensor.normalNoise([8, 8 / groups, 3, 3], seed: 2)
      func run() throws -> [Tensor] {
        ConvolutionPolicy.asked = .library
        defer { ConvolutionPolicy.asked = nil }
        let (a, b) = (try x.copy(), try w.copy())
        try a.setRequiresGradient()
        try b.setRequiresGradient()
        let y = try a.conv2d(b, options)
        try (y * Tensor.noise(y.shape, seed: 3)).sum().backward()
        return [y.detached(), a.gradient!, b.gradient!]
      }
      let whole = try run()
      defer { LibraryCalls.caution = 1 }
      // From pieces that are nearly the whole to single rows: a piece must always be smaller than what it is cut from.
      for power in 0..<28 {
        LibraryCalls.caution = 1e2 * Double(1 << power)
        for (part, expected) in zip(try run(), whole) {
          let gap = try (part - expected).abs().max().item()
          #expect(gap < 1e-4, "stride \(stride), dilation \(dilation), padding \(padding), groups \(groups): \(gap)")
        }
      }
    }
  }
}
