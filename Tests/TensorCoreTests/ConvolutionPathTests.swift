import Surface
import TensorCore
import TestSupport
import Testing

/// Every path of a convolution beside the plain loops in f64, whatever the policy would choose.
@Suite(.serialized) @MainActor
struct ConvolutionPathTests {
  /// A convolution's sizes.
  struct Layer: CustomStringConvertible, Sendable {
    var batch = 1, inputs = 1, outputs = 1, height = 1, width = 1, kernel = (3, 3), stride = (1, 1), padding = (1, 1)
    var dilation = (1, 1), groups = 1

    var description: String {
      "\(batch)×\(inputs)→\(outputs) at \(height)×\(width), kernel \(kernel), stride \(stride), padding \(padding), "
        + "dilation \(dilation), groups \(groups)"
    }
  }

  /// Windows of 3 × 3: tiles beside and below the picture, groups of tiles of every form, channels beside the register
  /// tiles, paddings of 0 to 2, pictures smaller than a tile.
  nonisolated static let small: [Layer] = [
    Layer(), Layer(inputs: 3, outputs: 5, height: 200, width: 3), Layer(inputs: 2, outputs: 9, height: 3, width: 200),
    Layer(batch: 2, inputs: 5, outputs: 7, height: 17, width: 23, padding: (0, 0)),
    Layer(batch: 3, inputs: 16, outputs: 9, height: 13, width: 100, padding: (2, 2)),
    Layer(batch: 2, inputs: 24, outputs: 32, height: 16, width: 64),
    Layer(inputs: 8, outputs: 8, height: 32, width: 32),
    Layer(batch: 2, inputs: 4, outputs: 6, height: 9, width: 31, padding: (2, 0)),
    // Enough tiles for two threads to take them through the whole way, also where the last group is not full.
    Layer(inputs: 3, outputs: 4, height: 515, width: 301),
    // Output channels in several parts over tiles that are transformed once.
    Layer(inputs: 520, outputs: 70, height: 9, width: 14),
  ]

  /// Windows, steps and groups that only the sum over the taps knows.
  nonisolated static let others: [Layer] = [
    Layer(inputs: 5, outputs: 3, height: 40, width: 133, kernel: (9, 9), padding: (4, 4)),
    Layer(inputs: 3, outputs: 32, height: 20, width: 37, kernel: (9, 9), padding: (4, 4)),
    Layer(batch: 2, inputs: 6, outputs: 8, height: 33, width: 29, stride: (2, 2)),
    Layer(
      inputs: 6, outputs: 8, height: 33, width: 29, kernel: (3, 5), stride: (3, 2), padding: (1, 4), dilation: (2, 3)),
    Layer(inputs: 3, outputs: 5, height: 90, width: 70, padding: (40, 30), dilation: (40, 30)),
    Layer(batch: 2, inputs: 6, outputs: 12, height: 21, width: 50, groups: 3),
    Layer(inputs: 7, outputs: 7, height: 9, width: 9, padding: (2, 2), groups: 7),
    Layer(inputs: 4, outputs: 6, height: 8, width: 8, kernel: (1, 1), stride: (2, 2), padding: (0, 0)),
    Layer(inputs: 2, outputs: 3, height: 5, width: 5, kernel: (2, 2), stride: (3, 3), padding: (0, 0)),
    Layer(inputs: 2, outputs: 2, height: 6, width: 7, kernel: (1, 1), padding: (3, 2)),
    Layer(inputs: 70, outputs: 20, height: 5, width: 300), Layer(inputs: 1, outputs: 2, height: 3, width: 2000),
  ]

  /// The result and the gradients of input and weights, the last (sums over all places) by the root of the number of
  /// places, so that values are near 1.
  private func everything(_ layer: Layer, _ type: ElementType, _ path: ConvolutionPath?) throws -> [Tensor] {
    ConvolutionPolicy.asked = path
    defer { ConvolutionPolicy.asked = nil }
    let window = [layer.outputs, layer.inputs / layer.groups, layer.kernel.0, layer.kernel.1]
    let scale = 1 / Double(window[1] * window[2] * window[3]).squareRoot()
    let x = try Tensor.normalNoise([layer.batch, layer.inputs, layer.height, layer.width], seed: 1).to(type).copy()
    let w = try (Tensor.normalNoise(window, seed: 2) * scale).to(type).copy()
    let b = try Tensor.normalNoise([layer.outputs], seed: 3).to(type).copy()
    for leaf in [x, w] { try leaf.setRequiresGradient() }
    let options = ConvolutionOptions(
      stride: layer.stride, padding: layer.padding, dilation: layer.dilation, groups: layer.groups)
    let y = try x.conv2d(w, bias: b, options)
    try (y * Tensor.normalNoise(y.shape, seed: 4).to(type)).sum().backward()
    let places = Double(y.shape[0] * y.shape[2] * y.shape[3]).squareRoot()
    return [y.detached(), x.gradient!, try w.gradient! * (1 / places)]
  }

  /// Values are near 1 and at most some 6. Winograd's transforms multiply by up to 81/16 and cancel again, so its error is
  /// some ten times that of plain sums: 1.2e-5 was the largest here, that of the others 4e-6.
  private func compare(_ layer: Layer, _ path: ConvolutionPath, within tolerance: Double) throws {
    for (came, expected) in zip(try everything(layer, .f32, path), try everything(layer, .f64, nil)) {
      #expect(came.shape == expected.shape)
      let gap = try (came.to(.f64) - expected).abs(), bound = try expected.abs() + 1
      #expect(try (gap / bound).max().item() < tolerance, "\(path), \(layer)")
    }
  }

  @Test(arguments: small) func winogradIsAConvolution(_ layer: Layer) throws {
    try compare(layer, .winograd, within: 2e-5)
  }

  @Test(arguments: small + others) func directIsAConvolution(_ layer: Layer) throws {
    try compare(layer, .direct, within: 1e-5)
  }

  @Test(arguments: [ConvolutionPath.winograd, .direct]) func sameBytesOnAnyNumberOfThreads(_ path: ConvolutionPath)
    throws
  {
    let threads = Runtime.threads
    defer { try? Runtime.setThreads(threads) }
    // The second takes several rounds of tiles, the last several parts of output channels.
    for layer in [
      Layer(batch: 2, inputs: 20, outputs: 33, height: 40, width: 72), ConvolutionPathTests.small.last!,
      Layer(inputs: 200, outputs: 300, height: 21, width: 30),
    ] {
      try Runtime.setThreads(1)
      let one = try everything(layer, .f32, path).map { try $0.floats() }
      for count in [2, 3, 5] {
        try Runtime.setThreads(count)
        #expect(try everything(layer, .f32, path).map { try $0.floats() } == one, "\(count) threads, \(path)")
      }
    }
  }

  /// What is fused into a convolution beside its parts in f64, results and all gradients. Gradients of weights and bias are
  /// sums over places, so that their error grows with the root of how many there are.
  @Test(arguments: [PadMode.zeros, .reflect, .replicate, .circular])
  func framesAndRectifiersAreFused(_ outside: PadMode) throws {
    for (layer, path) in [
      (Layer(batch: 2, inputs: 7, outputs: 9, height: 17, width: 33), ConvolutionPath.winograd),
      (Layer(inputs: 16, outputs: 16, height: 5, width: 6), .winograd),
      (Layer(inputs: 3, outputs: 5, height: 12, width: 19, kernel: (9, 9), padding: (4, 4)), .direct),
      (Layer(inputs: 3, outputs: 8, height: 13, width: 20, stride: (2, 2)), .direct),
      (Layer(inputs: 3, outputs: 2, height: 2, width: 2), .direct),
    ] {
      func parts(_ type: ElementType) throws -> [Tensor] {
        ConvolutionPolicy.asked = path
        defer { ConvolutionPolicy.asked = nil }
        let window = [layer.outputs, layer.inputs, layer.kernel.0, layer.kernel.1]
        let x = try Tensor.normalNoise([layer.batch, layer.inputs, layer.height, layer.width], seed: 1).to(type).copy()
        let w = try (Tensor.normalNoise(window, seed: 2) * 0.05).to(type).copy()
        let b = try Tensor.normalNoise([layer.outputs], seed: 3).to(type).copy()
        for leaf in [x, w, b] { try leaf.setRequiresGradient() }
        let options = ConvolutionOptions(stride: layer.stride, padding: layer.padding)
        let y = try x.conv2d(w, bias: b, options, outside: outside, rectified: true)
        try (y * Tensor.normalNoise(y.shape, seed: 4).to(type)).sum().backward()
        return [y.detached(), x.gradient!, w.gradient!, b.gradient!]
      }
      let exact = try parts(.f64), places = Double(exact[0].count / layer.outputs)
      for ((came, expected), size) in zip(
        zip(try parts(.f32), exact), [1, 1, places.squareRoot(), places.squareRoot()])
      {
        let gap = try (came.to(.f64) - expected).abs(), bound = try expected.abs() + size
        let error = try (gap / bound).max().item()
        #expect(error < 2e-5, "\(layer), \(outside): \(error)")
      }
    }
  }

  @Test func whatIsNotANumberStaysSo() throws {
    let x = try Tensor.full([1, 1, 8, 8], .nan), w = try Tensor.ones([1, 1, 3, 3])
    for path in [ConvolutionPath.winograd, .direct] {
      ConvolutionPolicy.asked = path
      defer { ConvolutionPolicy.asked = nil }
      let y = try x.conv2d(w, bias: nil, .init(padding: (1, 1)), outside: .reflect, rectified: true)
      #expect(try y.floats().allSatisfy(\.isNaN))
    }
  }

  @Test func exactModeSumsAsDefined() throws {
    let layer = Layer(inputs: 64, outputs: 64, height: 24, width: 24)
    let direct = try everything(layer, .f32, .direct).map { try $0.floats() }
    for (usual, direct) in zip(try everything(layer, .f32, nil), direct) {
      #expect(try usual.floats() != direct, "Winograd's filtering is the usual way")
    }
    Runtime.isExact = true
    defer { Runtime.isExact = false }
    #expect(try everything(layer, .f32, nil).map { try $0.floats() } == direct)
  }

  @Test func weightsAreMadeReadyAgainWhenTheyChange() throws {
    let x = try Tensor.normalNoise([1, 16, 16, 16], seed: 1), w = try Tensor.normalNoise([32, 16, 3, 3], seed: 2)
    let options = ConvolutionOptions(padding: (1, 1))
    let before = try x.conv2d(w, options)
    #expect(try x.conv2d(w, options).floats() == before.floats())
    _ = try w.mul_(2)
    let after = try x.conv2d(w, options), twice = try before * 2
    #expect(try (after - twice).abs().max().item() < 1e-4)
    // A view of the same memory is another window.
    let half = try x.conv2d(w.narrow(0, 16, 16), options)
    #expect(try half.floats() == after.narrow(1, 16, 16).floats())
  }
}
