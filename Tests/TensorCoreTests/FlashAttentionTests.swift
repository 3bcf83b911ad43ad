import CKernels
import Surface
import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The attention kernel beside the definition in f64, forward and backward, element by element.
@Suite(.serialized) @MainActor
struct FlashAttentionTests {
  /// Operands of one call.
  private struct Operands {
    let q: Tensor, k: Tensor, v: Tensor

    /// Noise of standard deviation 1.
    init(_ batch: [Int], _ length: Int, _ sources: Int, _ size: Int, width: Int? = nil) throws {
      q = try Tensor.normalNoise(batch + [length, size], seed: 1)
      k = try Tensor.normalNoise(batch + [sources, size], seed: 2)
      v = try Tensor.normalNoise(batch + [sources, width ?? size], seed: 3)
    }
  }

  private typealias Attention = ([Tensor]) throws -> Tensor

  /// The result, and the gradients of all inputs for a random gradient of the result.
  private func run(_ inputs: [Tensor], _ type: ElementType, _ attention: Attention) throws -> [Tensor] {
    let leaves = try inputs.map { try $0.detached().converted(to: type).copy() }
    for leaf in leaves { try leaf.setRequiresGradient() }
    let y = try attention(leaves)
    try y.backward(Tensor.normalNoise(y.shape, seed: 4).converted(to: type))
    return [y] + leaves.compactMap(\.gradient)
  }

  /// Errors are relative to the largest element (to 1 where that is smaller). Measured over all cases here: values
  /// 2.0e-6, from the rounding of scores, which the exponential makes relative errors; gradients 3.7e-6, because the
  /// slope of a score is the small difference of two sums of `width` products.
  private func compare(
    _ x: Operands, mask: Tensor? = nil, isCausal: Bool = false, scale: Double? = nil, within tolerance: Double = 6e-6,
    _ what: String
  ) throws {
    let actual = try run([x.q, x.k, x.v], .f32) {
      try $0[0].attention($0[1], $0[2], mask: mask, isCausal: isCausal, scale: scale)
    }
    let bias = try mask.map { $0.dtype == .bool ? $0 : try $0.converted(to: .f64) }
    let expected = try run([x.q, x.k, x.v], .f64) {
      try $0[0].plainAttention(
        $0[1], $0[2], mask: bias, isCausal: isCausal, scale: scale ?? 1 / Double(x.q.shape.last!).squareRoot())
    }
    for (position, (a, b)) in zip(actual, expected).enumerated() {
      try expectClose(a.converted(to: .f64), b, within: tolerance, "\(what), \(["y", "dq", "dk", "dv"][position])")
    }
    let silent = try Autograd.noGradient { try x.q.attention(x.k, x.v, mask: mask, isCausal: isCausal, scale: scale) }
    try expectSameBytes(silent, actual[0].detached(), "\(what), without gradients")
  }

  @Test(
    "Values and gradients equal the definition in f64 for every head size, whatever the rest of the tiles",
    arguments: [32, 40, 64, 80, 160, 512], [false, true])
  func sizes(_ size: Int, isCausal: Bool) throws {
    let lengths = size == 512 ? [(70, 101)] : [(1, 1), (5, 131), (150, 97), (101, 260)]
    for (length, sources) in lengths {
      let x = try Operands([2], length, sources, size)
      try compare(x, isCausal: isCausal, "\(length)×\(sources), size \(size), causal: \(isCausal)")
    }
    try compare(Operands([1, 2], 33, 50, size, width: 24), isCausal: isCausal, "values of 24")
  }

  @Test("Sizes from 1 to the largest, and beyond it by the composition")
  func oddSizes() throws {
    for (size, width) in [(1, 1), (3, 7), (17, 2), (8, 49), (511, 512), (513, 8), (8, 513)] {
      try compare(Operands([2], 20, 30, size, width: width), "\(size) and \(width)")
    }
  }

  @Test("Masks of bool and of numbers, stretched along every axis, by head, transposed, in few heads and in many")
  func masks() throws {
    let x = try Operands([2, 3], 70, 150, 40)
    func draw(_ shape: Int...) throws -> Tensor { try Tensor.normalNoise(shape, seed: 7) }
    let masks: [(String, Tensor)] = [
      ("queries × keys", try draw(70, 150)), ("keys", try draw(150)), ("queries", try draw(70, 1)),
      ("one", try draw(1)), ("heads", try draw(3, 1, 150)), ("batches", try draw(2, 1, 70, 150)),
      ("all", try draw(2, 3, 70, 150)), ("transposed", try draw(150, 70).transpose(0, 1)),
    ]
    for (name, mask) in masks {
      try compare(x, mask: mask, "numbers by \(name)")
      try compare(x, mask: mask.gt(-0.5), "bool by \(name)")
      try compare(x, mask: Tensor.where(mask.gt(-1), mask, Tensor.full([], -.infinity)), "numbers and -∞ by \(name)")
    }
  }

  @Test("Queries that see nothing get zeros, and pass back and receive nothing")
  func blind() throws {
    let x = try Operands([2], 60, 140, 40)
    let rows = try Tensor.arange(0, 60, 1, .f32).unsqueeze(1)
    let seen = try rows.gt(9).expand([60, 140])
    try compare(x, mask: seen, "ten blind queries")
    let results = try run([x.q, x.k, x.v], .f32) { try $0[0].attention($0[1], $0[2], mask: seen) }
    for (name, tensor) in [("y", results[0]), ("dq", results[1])] {
      let first = try tensor.detached().narrow(1, 0, 10)
      try expectSameBytes(first.copy(), Tensor.zeros([2, 10, 40]), name)
    }
  }

  @Test("Scores far beyond what an exponential can hold, and far below")
  func far() throws {
    let x = try Operands([2], 60, 140, 40)
    // Scores of ±3000 carry errors of 3000·2⁻²⁴ and more, and so do the chances: measured 1.5e-4 to 2.7e-4 over several
    // draws, where the plain way in f32 had 3e-5 to 4e-4.
    try compare(x, scale: 100, within: 2e-3, "scores of thousands")
    let low = try Tensor.full([60, 140], -1e5)
    let y = try x.q.attention(x.k, x.v, mask: low)
    #expect(try y.isClose(to: y), "no NaN")
    let huge = try (x.q * 1e18).attention(x.k * 1e18, x.v)
    #expect(try huge.isClose(to: huge), "no NaN")
  }

  @Test("A NaN reaches its query's results, and those of no other query")
  func notANumber() throws {
    let x = try Operands([1], 40, 50, 40)
    let rows = try Tensor.arange(0, 40, 1, .f32).unsqueeze(1)
    let q = try Tensor.where(rows.eq(3), Tensor.full([], .nan), x.q)
    let y = try q.attention(x.k, x.v).floats(), clean = try x.q.attention(x.k, x.v).floats()
    for (place, (a, b)) in zip(y, clean).enumerated() {
      #expect(place / 40 == 3 ? a.isNaN : a == b, "element \(place)")
    }
  }

  @Test("Heads as views of [N, L, heads·D] give the bytes of dense heads, results and gradients")
  func views() throws {
    for size in [32, 40] {
      let flat = try (1...3).map { try Tensor.normalNoise([2, 75, 4 * size], seed: UInt64($0)) }
      func heads(_ x: Tensor, dense: Bool) throws -> Tensor {
        let view = try x.reshape([2, 75, 4, size]).transpose(1, 2)
        return dense ? try view.contiguous() : view
      }
      func results(dense: Bool) throws -> [Tensor] {
        try run(flat, .f32) { x in
          let y = try heads(x[0], dense: dense).attention(heads(x[1], dense: dense), heads(x[2], dense: dense))
          return try y.transpose(1, 2).reshape([2, 75, 4 * size])
        }
      }
      for (a, b) in zip(try results(dense: false), try results(dense: true)) { try expectSameBytes(a, b, "\(size)") }
    }
  }

  @Test("Stretched leading axes: gradients are summed over them")
  func broadcasting() throws {
    let (q, k, v) = (
      try Tensor.normalNoise([2, 3, 50, 40], seed: 1), try Tensor.normalNoise([3, 60, 40], seed: 2),
      try Tensor.normalNoise([2, 1, 60, 8], seed: 3)
    )
    let actual = try run([q, k, v], .f32) { try $0[0].attention($0[1], $0[2]) }
    let expected = try run([q, k, v], .f64) {
      try $0[0].plainAttention($0[1], $0[2], mask: nil, isCausal: false, scale: 1 / 40.0.squareRoot())
    }
    for (a, b) in zip(actual, expected) { try expectClose(a.converted(to: .f64), b, within: 6e-6, "\(b.shape)") }
  }

  @Test("Only the gradients that are wanted", arguments: 0..<3)
  func wanted(_ only: Int) throws {
    let x = try Operands([2], 60, 100, 40), all = try run([x.q, x.k, x.v], .f32) { try $0[0].attention($0[1], $0[2]) }
    let inputs = [x.q, x.k, x.v]
    let leaf = try inputs[only].copy()
    try leaf.setRequiresGradient()
    let mixed = inputs.indices.map { $0 == only ? leaf : inputs[$0] }
    let y = try mixed[0].attention(mixed[1], mixed[2])
    try y.backward(Tensor.normalNoise(y.shape, seed: 4))
    try expectSameBytes(#require(leaf.gradient), all[1 + only], "gradient \(only)")
    for (place, input) in inputs.enumerated() where place != only { #expect(input.gradient == nil) }
  }

  @Test("Second derivatives go through the definition")
  func twice() throws {
    let x = try Operands([2], 20, 30, 8)
    func second(_ type: ElementType, _ attention: Attention) throws -> [Tensor] {
      try run([x.q, x.k, x.v], type) { leaves in
        let y = try attention(leaves)
        let seed = try Tensor.normalNoise(y.shape, seed: 5).converted(to: type)
        let first = try Autograd.gradients(of: [y], with: leaves, seeds: [seed], createGraph: true)
        return try first.map { try $0!.square().sum() }.reduce(Tensor.zeros([], type)) { try $0 + $1 }
      }
    }
    let actual = try second(.f32) { try $0[0].attention($0[1], $0[2]) }
    let expected = try second(.f64) {
      try $0[0].plainAttention($0[1], $0[2], mask: nil, isCausal: false, scale: 1 / 8.0.squareRoot())
    }
    for (a, b) in zip(actual, expected) { try expectClose(a.converted(to: .f64), b, within: 6e-6, "\(b.shape)") }
  }

  @Test("A mask's own gradient equals the definition's")
  func maskGradient() throws {
    let x = try Operands([2], 20, 30, 40), mask = try Tensor.normalNoise([20, 30], seed: 6)
    let actual = try run([x.q, x.k, x.v, mask], .f32) { try $0[0].attention($0[1], $0[2], mask: $0[3]) }
    let expected = try run([x.q, x.k, x.v, mask], .f64) {
      try $0[0].plainAttention($0[1], $0[2], mask: $0[3], isCausal: false, scale: 1 / 40.0.squareRoot())
    }
    for (a, b) in zip(actual, expected) { try expectClose(a.converted(to: .f64), b, within: 6e-6, "\(b.shape)") }
  }

  @Test("Half floats are computed in f32 and rounded once", arguments: [ElementType.bf16, .f16])
  func halves(_ type: ElementType) throws {
    let x = try Operands([2], 50, 60, 40)
    let half = try [x.q, x.k, x.v].map { try $0.to(type) }
    let actual = try run(half, type) { try $0[0].attention($0[1], $0[2]) }
    let expected = try run(half, .f32) { try $0[0].attention($0[1], $0[2]) }
    try expectSameBytes(actual[0].detached(), expected[0].detached().to(type), "\(type)")
    #expect(actual.allSatisfy { $0.dtype == type })
    // The gradient of the result is rounded to the type as well.
    let rounding = type == .bf16 ? 8e-3 : 1e-3
    for (a, b) in zip(actual, expected) { try expectClose(a.to(.f32), b, within: rounding, "\(type)") }
  }

  @Test("The same bytes on 1, 2 and 5 threads, over several rounds of keys and queries", arguments: [40, 64])
  func threads(_ size: Int) throws {
    let before = Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let x = try Operands([1, 2], 530, 710, size)
    var first: [Tensor] = []
    for threads in [1, 2, 5, 5] {
      try Runtime.setThreads(threads)
      let results = try run([x.q, x.k, x.v], .f32) { try $0[0].attention($0[1], $0[2]) }
      if first.isEmpty { first = results }
      for (a, b) in zip(results, first) { try expectSameBytes(a, b, "\(threads) threads") }
    }
  }

  @Test("Every instruction set below this processor's", arguments: ["v2", "v3"])
  func instructionSets(_ cap: String) throws {
    defer { _ = ck_start(getenv("ATELIER_ISA")) }
    _ = ck_start(cap)
    for size in [3, 40, 64] {
      try compare(Operands([2], 101, 130, size), isCausal: true, "\(cap), size \(size)")
      try compare(Operands([2], 50, 260, size), mask: Tensor.normalNoise([50, 260], seed: 1).gt(0), "\(cap), mask")
    }
  }

  @Test("Forward and backward over 4096 queries and keys never hold a matrix of scores")
  func memory() throws {
    let x = try Operands([1], 4096, 4096, 40)
    Allocator.releaseCache()
    let before = Allocator.memory
    _ = try run([x.q, x.k, x.v], .f32) { try $0[0].attention($0[1], $0[2]) }
    // Freed blocks stay in the cache: what was used at once lies there.
    let used = Allocator.memory.cached + Allocator.memory.live - before.live
    #expect(used < 4096 * 4096 * 4 / 3, "\(used) bytes")
  }

  @Test("Many heads are packed some at a time")
  func manyHeads() throws {
    let x = try Operands([300], 30, 700, 40)
    try compare(x, "300 heads")
    let (q, k, v) = (try x.q.narrow(0, 299, 1), try x.k.narrow(0, 299, 1), try x.v.narrow(0, 299, 1))
    try expectSameBytes(
      q.attention(k, v), x.q.attention(x.k, x.v).narrow(0, 299, 1).copy(), "the last head, and it alone")
  }
}
