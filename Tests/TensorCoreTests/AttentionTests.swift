import Surface
import TensorCore
import TestSupport
import Testing

/// Attention in tiles beside its definition.
@Suite(.serialized) @MainActor
struct AttentionTests {
  private func draw(_ shape: Int..., seed: UInt64) throws -> Tensor { try Tensor.normalNoise(shape, seed: seed) }

  /// The same by the whole matrix of scores.
  private func whole(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, isCausal: Bool = false) throws
    -> Tensor
  {
    try q.plainAttention(
      k, v, mask: mask, isCausal: isCausal, scale: 1 / Double(q.shape[q.rank - 1]).squareRoot())
  }

  @Test("Tiles equal the definition", arguments: [false, true])
  func tiles(isCausal: Bool) throws {
    let shapes = [([2, 3], 700, 500), ([1, 1], 1500, 1100), ([40], 90, 330), ([], 1100, 1300), ([600], 30, 40)]
    for (batch, length, sources) in shapes {
      func operand(_ rows: Int, _ columns: Int, _ seed: UInt64) throws -> Tensor {
        try Tensor.normalNoise(batch + [rows, columns], seed: seed)
      }
      let (q, k, v) = (try operand(length, 8, 1), try operand(sources, 8, 2), try operand(sources, 5, 3))
      let tiled = try q.attention(k, v, isCausal: isCausal)
      try expectClose(tiled, whole(q, k, v, isCausal: isCausal), within: 2e-6, "\(batch) \(length)×\(sources)")
    }
  }

  @Test("Masks in tiles: shared, by row, by head, of numbers, hiding everything")
  func masks() throws {
    let (q, k, v) = (try draw(2, 3, 600, 8, seed: 1), try draw(2, 3, 400, 8, seed: 2), try draw(2, 3, 400, 4, seed: 3))
    let wide = try draw(2, 1, 600, 400, seed: 4)
    var masks = [
      try wide.gt(0), wide, try draw(600, 400, seed: 5).gt(0), try draw(400, seed: 6), try draw(600, 1, seed: 7),
    ]
    masks.append(try draw(3, 1, 400, seed: 8).gt(0))
    masks.append(try Tensor.where(draw(2, 3, 600, 1, seed: 9).gt(0), wide, Tensor.full([], -.infinity)))
    for (position, mask) in masks.enumerated() {
      let tiled = try q.attention(k, v, mask: mask)
      try expectClose(tiled, whole(q, k, v, mask: mask), within: 2e-6, "mask \(position)")
      #expect(try tiled.isClose(to: tiled), "mask \(position) gives no NaN")
    }
  }

  @Test("Leading axes broadcast, also in tiles")
  func broadcasting() throws {
    let (q, k, v) = (try draw(2, 3, 600, 8, seed: 1), try draw(3, 400, 8, seed: 2), try draw(2, 1, 400, 4, seed: 3))
    try expectClose(q.attention(k, v), whole(q, k, v), within: 2e-6, "broadcast")
  }

  @Test("Tiles never hold the whole matrix of scores")
  func memory() throws {
    let (q, k, v) = (
      try draw(1, 4, 3000, 16, seed: 1), try draw(1, 4, 2500, 16, seed: 2), try draw(1, 4, 2500, 16, seed: 3)
    )
    Allocator.releaseCache()
    let before = Allocator.memory
    _ = try q.attention(k, v)
    let scores = 4 * 3000 * 2500 * 4
    // Freed blocks stay in the cache: what was used at once lies there.
    #expect(Allocator.memory.cached + Allocator.memory.live - before.live < scores / 4)
  }
}
