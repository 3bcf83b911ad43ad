import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// Memory of tensors: alignment, reuse, numbers, refusals.
@Suite(.serialized) @MainActor
struct AllocatorTests {
  @Test("Blocks start on 64 bytes, whatever their size")
  func alignment() throws {
    for count in [0, 1, 3, 15, 16, 17, 100, 1000, 4097, 100_003] {
      let tensor = try Tensor.zeros([count], .u8)
      #expect(UInt(bitPattern: tensor.storage.base) % 64 == 0, "\(count) bytes")
    }
  }

  @Test("A freed block is used again for a request of its size")
  func reuse() throws {
    Allocator.releaseCache()
    var first: Tensor? = try Tensor.zeros([10_000])
    let address = first!.storage.base
    first = nil
    let second = try Tensor.zeros([10_001])
    #expect(second.storage.base == address, "40,000 and 40,004 bytes are of one size class")
  }

  @Test("Live, cached and peak bytes")
  func numbers() throws {
    Allocator.releaseCache()
    #expect(Runtime.memory.cached == 0)
    let before = Runtime.memory
    var tensor: Tensor? = try Tensor.zeros([1 << 20])
    let held = Runtime.memory
    #expect(held.live == before.live + (4 << 20))
    #expect(held.peak >= held.live)
    let view = try tensor!.reshape([1 << 10, 1 << 10])
    #expect(Runtime.memory.live == held.live, "a view holds no bytes of its own")
    tensor = nil
    #expect(Runtime.memory.live == held.live, "the view keeps its storage")
    withExtendedLifetime(view) {}
  }

  @Test("Cached bytes can be given back")
  func release() throws {
    Allocator.releaseCache()
    let live = Runtime.memory.live
    _ = try Tensor.zeros([1 << 20])
    #expect(Runtime.memory.live == live)
    #expect(Runtime.memory.cached == (4 << 20))
    Allocator.releaseCache()
    #expect(Runtime.memory.cached == 0)
  }

  @Test("Size classes waste at most an eighth, and blocks hold what was asked for")
  func classes() throws {
    for bytes in [64, 65, 511, 512, 513, 1000, 4096, 4097, 5000, 99_999, 1 << 20, (1 << 20) + 1, 123_456_789] {
      let before = Runtime.memory.live
      let tensor = try Tensor.empty(Dims([bytes]), .u8)
      let held = Runtime.memory.live - before
      #expect(held >= bytes, "\(bytes)")
      #expect(bytes < 512 || Double(held) <= Double(bytes) * 1.125 + 1, "\(bytes) take \(held)")
      withExtendedLifetime(tensor) {}
    }
  }

  @Test("2^50 elements are refused in one clear sentence, and so is what overflows")
  func refusals() throws {
    let size = 1 << 50
    for type in [ElementType.f32, .f64] {
      #expect(
        message { _ = try Tensor.zeros([size], type) }
          == "zeros: a tensor of \(size) elements of \(type) does not fit into memory; use a smaller size")
    }
    let bytes = message { _ = try Tensor.zeros([size], .u8) }
    #expect(
      bytes.hasPrefix("zeros: needs 1.1 PB more, but ")
        && bytes.hasSuffix(
          "use a smaller size, release tensors (x = nil) or allow more (atelier.memory{limit = …})")
    )
    #expect(
      message { _ = try Tensor.zeros([1 << 40, 1 << 40]) }
        == "zeros: a tensor of 1099511627776×1099511627776 has too many elements to count; use a smaller size")
    #expect(message { _ = try Tensor.zeros([.max, .max, 0]) }.contains("too many elements"))
    #expect(message { _ = try Tensor.zeros([2, -1]) } == "zeros: expected sizes of 0 or more, got -1")
    #expect(
      message { _ = try Tensor.zeros([Int](repeating: 1, count: 9)) } == "zeros: expected at most 8 axes, got 9")
  }

  @Test("Ops on tensors stretched beyond memory refuse, and never crash")
  func stretched() throws {
    let x = try Tensor.ones([1]).expand([1 << 45, 1 << 8])
    let n = x.shape[0]
    let attempts: [(String, () throws -> Tensor)] = [
      ("clone", { try x.copy() }), ("reshape", { try x.reshape([-1]).exp() }), ("cat", { try Tensor.cat([x, x]) }),
      ("repeat", { try x.repeat([1 << 30, 1 << 30]) }), ("sort", { try x.sort(0).values }),
      ("pad", { try x.pad([1 << 39, 1 << 39]) }), ("pad", { try x.pad([.min, .min]) }),
      ("matmul", { try x.matmul(x.transpose(0, 1)) }), ("roll", { try x.roll(.min, 0) }),
      ("split", { try x.split([.max, .max, 2 + n], 0)[0] }), ("narrow", { try x.narrow(0, .max, .max) }),
      ("stack", { try Tensor.stack([x, x]) }), ("expand", { try Tensor.ones([1]).expand([1 << 60]) }),
      ("adaptive", { try Tensor.ones([1, 2, 2]).adaptiveAvgPool2d(1 << 50, 1) }),
      ("conv", { try x.reshape([1, 1, n, 1 << 8]).conv2d(Tensor.ones([1, 1, 3, 3])) }),
      (
        "transposed",
        {
          try x.reshape([1, 1, n, 1 << 8]).convTranspose2d(
            Tensor.ones([1, 1, 1, 1]), ConvolutionOptions(stride: (1 << 24, 1 << 24)))
        }
      ),
      ("pool", { try x.reshape([1, 1, n, 1 << 8]).maxPool2d(PoolingOptions(kernel: (1, 1))) }),
      ("arange", { try Tensor.arange(0, 1e300) }), ("linspace", { try Tensor.linspace(0, 1, 1 << 47) }),
      ("eye", { try Tensor.eye(1 << 31) }), ("rand", { try RandomGenerator(seed: 0).uniform([1 << 51]) }),
    ]
    for (name, attempt) in attempts { #expect(throws: EngineError.self, "\(name)") { try attempt() } }
  }

  @Test("Large blocks also serve requests up to a quarter smaller, and no smaller ones")
  func bestFit() throws {
    Allocator.releaseCache()
    var (first, larger): (Tensor?, Tensor?) = (
      try Tensor.empty(Dims([10 << 20]), .u8), try Tensor.empty(Dims([12 << 20]), .u8)
    )
    let (address, other) = (first!.storage.base, larger!.storage.base)
    (first, larger) = (nil, nil)
    let second = try Tensor.empty(Dims([8 << 20]), .u8)
    #expect(second.storage.base == address, "10 MB serve 8, and better than 12")
    let third = try Tensor.empty(Dims([7 << 20]), .u8)
    #expect(third.storage.base != other, "12 MB do not serve 7")
    #expect(Runtime.memory.cached == 12 << 20)
    withExtendedLifetime((second, third)) {}
  }

  @Test("What lies idle goes back when tensors need less, and stays within a quarter of what they needed")
  func idle() throws {
    Allocator.releaseCache()
    // Two stretches of requests, after which nothing is left of what other tests needed.
    for _ in 0..<4001 { _ = try Tensor.empty(Dims([1 << 20]), .u8) }
    let live = Runtime.memory.live
    #expect(Runtime.memory.cached <= live / 4 + (66 << 20))
    var held: [Tensor] = []
    for size in 1...30 { held.append(try Tensor.empty(Dims([size << 20]), .u8)) }
    let needed = Runtime.memory.live
    held = []
    #expect(Runtime.memory.cached >= needed - live, "all of it is kept for the next round")
    for size in 1...30 { held.append(try Tensor.empty(Dims([(size << 20) * 4 / 3]), .u8)) }
    let more = Runtime.memory.live
    #expect(Runtime.memory.cached + more <= more + Swift.max(more / 4, 64 << 20))
    held = []
    for _ in 0..<4001 { _ = try Tensor.empty(Dims([1 << 20]), .u8) }
    #expect(Runtime.memory.cached + Runtime.memory.live <= live + live / 4 + (66 << 20), "forgotten")
  }

  @Test("Pictures of 200 sizes through a small network, forward and backward, leave resident memory flat")
  func pictures() throws {
    func resident() throws -> Int {
      let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
      return try #require(Int(line.filter(\.isNumber))) * 1024
    }
    let generator = RandomGenerator(seed: 1)
    let weights = try [3, 16, 16].map { try generator.normal([16, $0, 3, 3], .f32) }
    for weight in weights { try weight.setRequiresGradient() }
    func step(_ height: Int, _ width: Int) throws {
      var x = try generator.uniform([1, 3, height, width], .f32)
      for weight in weights {
        x = try x.conv2d(weight, ConvolutionOptions(padding: (1, 1))).relu().maxPool2d(PoolingOptions(kernel: (2, 2)))
      }
      try x.mean().backward()
    }
    try step(100, 100)
    Allocator.releaseCache()
    var (most, half) = (0, 0)
    let start = try resident()
    for turn in 0..<200 {
      try step(100 + turn * 37 % 201, 100 + turn * 53 % 203)
      most = max(most, try resident() - start)
      if turn == 99 { half = most }
    }
    // Measured: 107 MB after 100 sizes, 120 after 200 (compiled primitives, at most 256 of a family); tensors need 30. With a
    // block kept for every size it was 340.
    #expect(most < half + (24 << 20), "\(most) bytes more after 200 sizes, \(half) after 100")
    #expect(most < 160 << 20, "\(most) bytes")
    #expect(PrimitiveCount.convolutions <= 256 && PrimitiveCount.products <= 256 && PrimitiveCount.poolings <= 128)
  }

  @Test("The limit: sizes as people write them, and what a request beyond it is told")
  func limit() throws {
    let before = Runtime.memoryLimit
    defer { Allocator.setLimit(before) }
    let texts = [("2GB", 2_000_000_000), ("1.5 gb", 1_500_000_000), ("800MB", 800_000_000), ("5000 KB", 5_000_000)]
    for (text, bytes) in texts + [("3000000", 3_000_000)] {
      try Runtime.setMemoryLimit(text)
      #expect(Runtime.memoryLimit == bytes, "\(text)")
    }
    for text in ["", "much", "4 elephants", "GB", "-4GB", "4GB!", "1e9", "1.2.3GB", "nan", "9999999999999999999GB"] {
      #expect(message { try Runtime.setMemoryLimit(text) }.hasPrefix("atelier.memory: expected a limit"), "\(text)")
    }
    for bytes in [0, -1, 999_999, Int.max, Allocator.physicalMemory + 1] {
      #expect(message { try Runtime.setMemoryLimit(bytes) }.contains("1 MB to "), "\(bytes)")
    }
    #expect(Runtime.memoryLimit == 3_000_000, "a refusal changes nothing")
    Allocator.releaseCache()
    let live = Runtime.memory.live
    Allocator.setLimit(live + (12 << 20))
    let refusal = message { _ = try Tensor.empty(Dims([1 << 22]), .f32) }
    let numbers = 3 << 20
    #expect(
      refusal == "tensor: needs 16.7 MB more, but \(live.bytesText) are in use of the \(Runtime.memoryLimit.bytesText) "
        + "allowed; at most \(numbers) f32 numbers would fit, such as a picture of 1024 × 1024 pixels; use a smaller "
        + "size, release tensors (x = nil) or allow more (atelier.memory{limit = …})")
    _ = try Tensor.empty(Dims([numbers]), .f32)
    #expect(throws: EngineError.self, "one more does not fit") { try Tensor.empty(Dims([numbers + 1]), .f32) }
  }

  @Test("10,000 requests of 200 different sizes leave memory flat")
  func flat() throws {
    Allocator.releaseCache()
    let live = Runtime.memory.live
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let sizes = (0..<200).map { _ in 1 + random(200_000) }
    var held = [Tensor?](repeating: nil, count: 32)
    var most = 0
    for round in 0..<10_000 {
      held[random(32)] = try Tensor.empty(Dims([sizes[random(200)]]), .f32)
      if round == 3000 { most = Runtime.memory.live - live + Runtime.memory.cached }
    }
    let now = Runtime.memory.live - live + Runtime.memory.cached
    #expect(Double(now) < Double(most) * 1.3, "\(now) bytes after 10,000 requests, \(most) after 3,000")
    held.removeAll()
    #expect(Runtime.memory.live == live)
  }
}
