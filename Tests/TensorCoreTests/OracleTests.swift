import Surface
import TensorCore
import TestSupport
import Testing

/// A convolution's sizes and options.
struct Geometry: Sendable, CustomTestStringConvertible {
  var batch = 1, groups = 1
  let input: (channels: Int, height: Int, width: Int)
  let output: Int
  let kernel: (Int, Int)
  var stride = (1, 1), padding = (0, 0), dilation = (1, 1)

  var options: ConvolutionOptions {
    ConvolutionOptions(stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
  var testDescription: String {
    "\(batch)×\(input.channels)×\(input.height)×\(input.width) → \(output), \(kernel.0)×\(kernel.1), stride \(stride), "
      + "padding \(padding), dilation \(dilation), groups \(groups)"
  }

  /// What networks use, and the odd ends: one channel, odd sizes, depthwise, strided, dilated, large kernels.
  static let all: [Geometry] = [
    .init(input: (3, 17, 19), output: 64, kernel: (3, 3), padding: (1, 1)),
    .init(batch: 2, input: (64, 16, 16), output: 64, kernel: (3, 3), padding: (1, 1)),
    .init(input: (32, 13, 11), output: 48, kernel: (1, 1)),
    .init(input: (64, 14, 14), output: 32, kernel: (1, 1), stride: (2, 2)),
    .init(input: (16, 23, 21), output: 32, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
    .init(input: (3, 40, 44), output: 32, kernel: (9, 9), padding: (4, 4)),
    .init(input: (32, 40, 44), output: 3, kernel: (9, 9), padding: (4, 4)),
    .init(input: (3, 45, 37), output: 16, kernel: (7, 7), stride: (2, 2), padding: (3, 3)),
    .init(input: (1, 12, 12), output: 8, kernel: (3, 3), padding: (1, 1)),
    .init(input: (8, 12, 12), output: 1, kernel: (3, 3), padding: (1, 1)),
    .init(input: (1, 9, 33), output: 1, kernel: (5, 3), padding: (2, 1)),
    .init(batch: 2, groups: 16, input: (16, 15, 15), output: 16, kernel: (3, 3), padding: (1, 1)),
    .init(groups: 16, input: (16, 15, 15), output: 32, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
    .init(groups: 3, input: (12, 10, 9), output: 15, kernel: (3, 3), padding: (1, 1)),
    .init(batch: 3, groups: 4, input: (32, 11, 13), output: 64, kernel: (3, 3)),
    .init(input: (16, 20, 20), output: 16, kernel: (3, 3), padding: (2, 2), dilation: (2, 2)),
    .init(input: (8, 25, 19), output: 20, kernel: (3, 3), padding: (4, 3), dilation: (4, 3)),
    .init(input: (5, 21, 22), output: 7, kernel: (3, 2), stride: (2, 3), padding: (1, 0), dilation: (2, 1)),
    .init(input: (7, 8, 8), output: 5, kernel: (8, 8)),
    .init(input: (4, 5, 5), output: 6, kernel: (3, 3), padding: (6, 6)),
    .init(input: (4, 10, 10), output: 6, kernel: (2, 2), stride: (5, 5)),
    .init(input: (129, 7, 7), output: 65, kernel: (3, 3), padding: (1, 1)),
  ]
}

/// oneDNN in f32 beside the plain loops in f64.
@Suite(.serialized) @MainActor
struct OracleTests {
  private func noise(_ shape: [Int], _ seed: UInt64, trained: Bool = true) throws -> (Tensor, Tensor) {
    let x = try Tensor.normalNoise(shape, seed: seed)
    let exact = try x.to(.f64)
    if trained { for tensor in [x, exact] { try tensor.setRequiresGradient() } }
    return (x, exact)
  }

  private func compare(_ pairs: [((Tensor, Tensor), String)], _ what: String) throws {
    for ((actual, expected), name) in pairs { try expectClose(actual, expected, within: 2e-6, "\(name) of \(what)") }
  }

  @Test("Convolution and its gradients", arguments: Geometry.all)
  func convolution(_ geometry: Geometry) throws {
    let input = geometry.input
    let x = try noise([geometry.batch, input.channels, input.height, input.width], 1)
    let w = try noise([geometry.output, input.channels / geometry.groups, geometry.kernel.0, geometry.kernel.1], 2)
    let b = try noise([geometry.output], 3)
    let y = (try x.0.conv2d(w.0, bias: b.0, geometry.options), try x.1.conv2d(w.1, bias: b.1, geometry.options))
    let g = try noise(y.0.shape, 4, trained: false)
    try y.0.backward(g.0)
    try y.1.backward(g.1)
    let gradients = try [(x, "input gradient"), (w, "weight gradient"), (b, "bias gradient")].map { pair, name in
      ((try #require(pair.0.gradient), try #require(pair.1.gradient)), name)
    }
    try compare([(y, "result")] + gradients, geometry.testDescription)
  }

  @Test("Transposed convolution and its gradients", arguments: Geometry.all)
  func transposed(_ geometry: Geometry) throws {
    let input = geometry.input
    guard input.height > 2 * geometry.padding.0, input.channels * input.height < 2000 else { return }
    let x = try noise([geometry.batch, geometry.output, input.height / 2, input.width / 2], 1)
    let w = try noise([geometry.output, input.channels / geometry.groups, geometry.kernel.0, geometry.kernel.1], 2)
    let extra = (max(geometry.stride.0, geometry.dilation.0) - 1, 0)
    func run(_ x: Tensor, _ w: Tensor) throws -> Tensor {
      try x.convTranspose2d(w, geometry.options, outputPadding: extra)
    }
    let y = (try run(x.0, w.0), try run(x.1, w.1))
    let g = try noise(y.0.shape, 4, trained: false)
    try y.0.backward(g.0)
    try y.1.backward(g.1)
    let gradients = try [(x, "input gradient"), (w, "weight gradient")].map { pair, name in
      ((try #require(pair.0.gradient), try #require(pair.1.gradient)), name)
    }
    try compare([(y, "result")] + gradients, "transposed " + geometry.testDescription)
  }

  @Test("Pooling, every window that overhangs, overlaps or skips")
  func pooling() throws {
    for (height, width) in [(12, 13), (7, 5), (1, 9), (32, 32)] {
      for kernel in [(2, 2), (3, 3), (3, 2), (1, 1)] where kernel.0 <= height && kernel.1 <= width {
        for stride in [(1, 1), (2, 2), (3, 2)] {
          for padding in [(0, 0), (kernel.0 / 2, kernel.1 / 2)] {
            for ceil in [false, true] {
              for counted in [false, true] {
                let options = PoolingOptions(
                  kernel: kernel, stride: stride, padding: padding, ceilMode: ceil, countPadding: counted)
                try comparePooling(options, [2, 5, height, width])
              }
            }
          }
        }
      }
    }
  }

  private func comparePooling(_ options: PoolingOptions, _ shape: [Int]) throws {
    let x = try noise(shape, 1)
    for (name, pool) in [
      ("max", { (x: Tensor) in try x.maxPool2d(options) }), ("avg", { (x: Tensor) in try x.avgPool2d(options) }),
    ] {
      let what = "\(name) \(options) of \(shape)"
      let y = (try pool(x.0), try pool(x.1))
      let plain = try Autograd.noGradient { (try pool(x.0), try pool(x.1)) }
      let g = try noise(y.0.shape, 2, trained: false)
      for tensor in [x.0, x.1] { tensor.gradient = nil }
      try y.0.backward(g.0)
      try y.1.backward(g.1)
      let gradients = (try #require(x.0.gradient), try #require(x.1.gradient))
      try compare([(y, "result"), (plain, "result without gradients"), (gradients, "gradient")], what)
    }
  }

  @Test("Matrix products of every small size, and of transposed operands")
  func products() throws {
    for (m, k, n) in [
      (1, 1, 1), (1, 300, 1), (5, 7, 3), (33, 65, 17), (64, 64, 64), (100, 3, 200), (1, 512, 300), (300, 512, 1),
    ] {
      for (turnLeft, turnRight) in [(false, false), (true, false), (false, true), (true, true)] {
        let a = try noise(turnLeft ? [k, m] : [m, k], 1, trained: false)
        let b = try noise(turnRight ? [n, k] : [k, n], 2, trained: false)
        func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
          try (turnLeft ? a.transpose(0, 1) : a).matmul(turnRight ? b.transpose(0, 1) : b)
        }
        let what = "\(m)×\(k)×\(n), transposed: \(turnLeft), \(turnRight)"
        try expectClose(product(a.0, b.0), product(a.1, b.1), within: 2e-6, what)
      }
    }
  }

  @Test("Compiled primitives are kept up to a bound, and dropped ones are compiled again")
  func boundedCaches() throws {
    let w = try Tensor.ones([1, 1, 1, 1]), row = try Tensor.ones([1, 1, 1, 400])
    for width in 1...300 {
      let x = try row.narrow(3, 0, width)
      // Gradients of inputs of strided convolutions are the library's.
      #expect(try x.convTranspose2d(w, .init(stride: (1, 2))).sum().item() == Double(width))
      #expect(try x.maxPool2d(PoolingOptions(kernel: (1, 1))).sum().item() == Double(width))
    }
    #expect((1...256).contains(PrimitiveCount.convolutions))
    #expect((1...128).contains(PrimitiveCount.poolings))
    let a = try Tensor.ones([150, 150])
    for width in 1...300 { #expect(try a.matmul(Tensor.ones([150, width])).shape == [150, width]) }
    #expect(PrimitiveCount.products <= 256)
    #expect(try row.narrow(3, 0, 7).convTranspose2d(w, .init(stride: (1, 2))).count == 13)
  }
}
