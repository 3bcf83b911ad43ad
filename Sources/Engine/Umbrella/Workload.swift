public import Surface
import TensorCore

/// A small piece of work that shows how fast one kind of operation is on this machine: what `atelier bench` runs.
public struct Workload {
  /// One word, as on the command line: `conv-3x3`.
  public let name: String
  /// What is computed, with its sizes.
  public let summary: String
  /// Makes the operands and gives the work.
  private let prepare: () throws -> () throws -> Void

  init(_ name: String, _ summary: String, _ prepare: @escaping () throws -> () throws -> Void) {
    self.name = name
    self.summary = summary
    self.prepare = prepare
  }

  /// What was found out about a workload.
  public struct Measurement {
    /// The median of the calls.
    public let seconds: Double
    /// How many calls were measured.
    public let calls: Int
    /// Multiplications and additions of one call where they are known, else 0.
    public let flops: Double
    /// Bytes of operands that one call reads and writes, where they are known, else 0.
    public let moved: Int
    /// The ways that the call went: `oneDNN direct`.
    public let paths: [String]

    /// What part of the machine's peak was reached; nil where neither arithmetic nor bytes are known.
    public func share(of peak: MachinePeak) -> Double? { peak.share(flops: flops, bytes: moved, seconds: seconds) }
  }

  /// Measures for about so many seconds (one call at least), after one call that counts arithmetic, bytes and paths.
  /// Throws what the work throws, `Interrupted` among it.
  public func measure(seconds budget: Double) throws -> Measurement {
    let work = try prepare()
    try Profile.start()
    let counted: ProfileNode
    do {
      try work()
      counted = Profile.stop().root
    } catch {
      _ = Profile.stop()
      throw error
    }
    let clock = ContinuousClock(), start = clock.now
    var times: [Double] = []
    repeat {
      try Interrupt.check()
      times.append(try clock.measure(work) / .seconds(1))
    } while (clock.now - start) / .seconds(1) < budget && times.count < 10_000
    return Measurement(
      seconds: times.sorted()[times.count / 2], calls: times.count, flops: counted.flops, moved: counted.moved,
      paths: counted.paths)
  }

  /// The workloads of the given names, or all of them where none is given; a name's beginning stands for all that begin
  /// so. Throws for a name that is none.
  public static func named(_ names: [String]) throws -> [Workload] {
    for name in names where !all.contains(where: { $0.name.hasPrefix(name) }) || name.isEmpty {
      throw EngineError(
        "bench", "there is no workload '\(name)'", advice: Suggestion.advice(for: name, in: all.map(\.name)))
    }
    return all.filter { work in names.isEmpty || names.contains { work.name.hasPrefix($0) } }
  }
}

extension Workload {
  /// All of them: products, convolutions and their gradients, attention, element-wise work, reductions, norms, pooling and
  /// resampling.
  public static var all: [Workload] { products + convolutions + rows + maps }

  private static func random(_ shape: Int...) throws -> Tensor { try Tensor.normalNoise(shape, seed: 1) }

  /// Work on operands that do not ask for gradients.
  private static func plain(
    _ name: String, _ summary: String, _ prepare: @escaping () throws -> () throws -> Tensor
  ) -> Workload {
    Workload(name, summary) {
      let work = try prepare()
      return { _ = try work() }
    }
  }

  private static var products: [Workload] {
    [
      plain("matmul", "1024 × 1024 by 1024 × 1024") {
        let a = try random(1024, 1024), b = try random(1024, 1024)
        return { try a.matmul(b) }
      },
      plain("matmul-batch", "16 of 256 × 64 by 64 × 256") {
        let a = try random(16, 256, 64), b = try random(16, 64, 256)
        return { try a.matmul(b) }
      },
      plain("linear", "1024 rows of 1280 to 1280, with bias") {
        let x = try random(1024, 1280), w = try random(1280, 1280), bias = try random(1280)
        return { try x.linear(w, bias) }
      },
      plain("attention", "8 heads of 1024 queries and keys of 40") {
        let q = try random(1, 8, 1024, 40), k = try random(1, 8, 1024, 40), v = try random(1, 8, 1024, 40)
        return { try q.attention(k, v) }
      },
    ]
  }

  private static func convolution(
    _ name: String, _ from: Int, _ to: Int, kernel: Int = 3, size: Int, stride: Int = 1, groups: Int = 1
  ) -> Workload {
    let step = stride == 1 ? "" : ", every \(stride)nd place", parts = groups == 1 ? "" : ", \(groups) groups"
    return plain(name, "\(kernel) × \(kernel), \(from) to \(to) channels at \(size)²\(step)\(parts)") {
      let x = try random(1, from, size, size), w = try random(to, from / groups, kernel, kernel)
      let options = ConvolutionOptions(
        stride: (stride, stride), padding: (kernel / 2, kernel / 2), groups: groups)
      return { try x.conv2d(w, options) }
    }
  }

  private static func convolutionGradient(_ name: String, _ summary: String, ofInput: Bool) -> Workload {
    Workload(name, summary) {
      let x = try random(1, 128, 64, 64), w = try random(128, 128, 3, 3), seed = try random(1, 128, 64, 64)
      try (ofInput ? x : w).setRequiresGradient()
      let y = try x.conv2d(w, ConvolutionOptions(padding: (1, 1)))
      return { try y.backward(seed, retainGraph: true) }
    }
  }

  private static var convolutions: [Workload] {
    [
      convolution("conv-3x3", 256, 256, size: 64),
      convolution("conv-3x3-large", 64, 64, size: 256),
      convolution("conv-3x3-stride", 64, 128, size: 128, stride: 2),
      convolution("conv-1x1", 320, 320, kernel: 1, size: 64),
      convolution("conv-9x9", 32, 3, kernel: 9, size: 256),
      convolution("conv-depthwise", 128, 128, size: 128, groups: 128),
      convolutionGradient("conv-input-gradient", "3 × 3, 128 to 128 channels at 64²", ofInput: true),
      convolutionGradient("conv-weight-gradient", "3 × 3, 128 to 128 channels at 64²", ofInput: false),
    ]
  }

  /// Four million numbers, 16 MB: more than the caches near a core hold.
  private static var rows: [Workload] {
    let numbers = "2048 × 2048 numbers"
    func one(_ name: String, _ body: @escaping (Tensor) throws -> Tensor) -> Workload {
      plain(name, numbers) {
        let x = try random(2048, 2048)
        return { try body(x) }
      }
    }
    return [
      plain("add", "two of " + numbers) {
        let a = try random(2048, 2048), b = try random(2048, 2048)
        return { try a + b }
      },
      one("relu") { try $0.relu() }, one("exp") { try $0.exp() }, one("gelu") { try $0.gelu() },
      one("transpose") { try $0.transpose(0, 1).contiguous() }, one("sum") { try $0.sum() },
      one("sum-rows") { try $0.sum([1]) }, one("sum-columns") { try $0.sum([0]) },
      one("softmax") { try $0.softmax(-1) },
      plain("layer-norm", "4096 rows of 320") {
        let x = try random(4096, 320), weight = try random(320), bias = try random(320)
        return { try x.layerNorm([320], weight: weight, bias: bias) }
      },
    ]
  }

  private static var maps: [Workload] {
    func one(_ name: String, _ channels: Int, _ size: Int, _ body: @escaping (Tensor) throws -> Tensor) -> Workload {
      plain(name, "\(channels) channels at \(size)²") {
        let x = try random(1, channels, size, size)
        return { try body(x) }
      }
    }
    return [
      plain("group-norm", "320 channels at 64² in 32 groups") {
        let x = try random(1, 320, 64, 64), weight = try random(320), bias = try random(320)
        return { try x.groupNorm(32, weight: weight, bias: bias) }
      },
      plain("instance-norm", "64 channels at 256²") {
        let x = try random(1, 64, 256, 256), weight = try random(64), bias = try random(64)
        return { try x.instanceNorm(weight: weight, bias: bias) }
      },
      one("max-pool", 64, 256) { try $0.maxPool2d(PoolingOptions(kernel: (2, 2))) },
      one("average-pool", 64, 256) { try $0.avgPool2d(PoolingOptions(kernel: (2, 2))) },
      one("upsample-nearest", 64, 128) { try $0.interpolate(height: 256, width: 256, .nearest) },
      one("upsample-bilinear", 64, 128) { try $0.interpolate(height: 256, width: 256, .bilinear) },
    ]
  }
}
