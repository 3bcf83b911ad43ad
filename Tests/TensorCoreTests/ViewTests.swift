import Surface
import TensorCore
import TestSupport
import Testing

/// What shares memory, what is copied, and what writes show through.
@Suite(.serialized) @MainActor
struct ViewTests {
  private func counted(_ shape: Int...) throws -> Tensor {
    try Tensor.arange(0, Double(shape.reduce(1, *))).reshape(shape)
  }

  @Test("Views share their tensor's storage")
  func shared() throws {
    let x = try counted(2, 3, 4)
    let views = [
      try x.reshape([6, 4]), try x.reshape([2, -1]), try x.permute([2, 0, 1]), try x.transpose(0, 1),
      try x.narrow(1, 1, 2), try x.select(0, 1), try x.unsqueeze(1), try x.squeeze(), try x.flip([0, 2]),
      try x.flatten(1), try x.unsqueeze(0).expand([5, 2, 3, 4]), try x.split([1, 2], 1)[1], try x.chunk(2, 2)[1],
      x.detached(),
    ]
    for view in views { #expect(view.storage === x.storage, "\(view.shape)") }
  }

  @Test("reshape makes a view wherever strides allow it, and a right copy elsewhere")
  func reshape() throws {
    let x = try counted(4, 6)
    let rows = try x.narrow(0, 1, 2)
    #expect(try rows.reshape([12]).storage === x.storage)
    let columns = try x.narrow(1, 0, 4)
    #expect(try columns.reshape([4, 2, 2]).storage === x.storage, "an axis can be divided")
    #expect(try columns.reshape([2, 2, 4]).storage === x.storage)
    #expect(try columns.reshape([16]).storage !== x.storage, "rows with gaps cannot be joined")
    #expect(try columns.reshape([16]).floats() == [0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 20, 21])
    let turned = try x.transpose(0, 1)
    #expect(try turned.reshape([24]).storage !== x.storage)
    #expect(try turned.reshape([2, 3, 4]).storage === x.storage)
    #expect(try turned.reshape([8, 3]).floats() == turned.copy().reshape([8, 3]).floats())
  }

  @Test("reshape of stretched, flipped and single axes reads the right elements")
  func reshapeOddStrides() throws {
    let x = try counted(1, 4)
    let stretched = try x.expand([3, 4])
    #expect(try stretched.reshape([12]).floats() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    #expect(try stretched.reshape([3, 2, 2]).storage === x.storage)
    #expect(try stretched.unsqueeze(1).reshape([3, 1, 4]).floats() == stretched.floats())
    // A single axis between a stretched one and a dense one must not join them.
    let middle = try counted(4).expand([2, 1, 4])
    #expect(try middle.reshape([2, 1, 4]).floats() == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(try middle.reshape([8]).floats() == [0, 1, 2, 3, 0, 1, 2, 3])
    let flipped = try counted(2, 3).flip([0, 1])
    #expect(try flipped.reshape([6]).floats() == [5, 4, 3, 2, 1, 0])
    #expect(try flipped.reshape([3, 2]).floats() == [5, 4, 3, 2, 1, 0])
    #expect(try Tensor.zeros([0, 3]).reshape([3, 0, 7]).shape == [3, 0, 7])
  }

  /// Every way to write a number of elements as up to three sizes.
  private func factorings(_ count: Int) -> [[Int]] {
    var all = [[count]]
    for a in 1...count where count % a == 0 {
      all.append([a, count / a])
      for b in 1...(count / a) where count / a % b == 0 { all.append([a, b, count / a / b]) }
    }
    return all
  }

  @Test("reshape of many strided tensors to every shape equals the copy's")
  func reshapeSweep() throws {
    let base = try counted(4, 6, 4)
    let sources = [
      base, try base.permute([2, 0, 1]), try base.transpose(1, 2), try base.flip([1]), try base.narrow(1, 1, 2),
      try base.narrow(2, 1, 2), try base.slice(1, 0, 3, step: 2), try base.select(1, 2), try base.narrow(0, 1, 1),
      try base.narrow(1, 2, 1).expand([4, 3, 4]), try base.narrow(0, 1, 1).expand([2, 6, 4]),
      try base.narrow(2, 3, 1).expand([4, 6, 2]), try base.narrow(1, 2, 1).flip([0, 2]),
    ]
    for source in sources {
      let copy = try source.copy()
      for shape in factorings(source.count) {
        let (a, b) = (try source.reshape(shape), try copy.reshape(shape))
        #expect(try a.floats() == b.floats(), "\(source.shape) with strides \(source.strides.array) as \(shape)")
      }
    }
  }

  @Test("Writes through a view show in the tensor and the other way round")
  func writes() throws {
    let x = try counted(3, 4)
    try x.select(0, 1).fill_(-1)
    try x.transpose(0, 1).narrow(0, 3, 1).copy_(Tensor([10, 20, 30], [3]))
    #expect(try x.floats() == [0, 1, 2, 10, -1, -1, -1, 20, 8, 9, 10, 30])
    let flipped = try x.flip([0])
    try x.fill_(2)
    #expect(try flipped.floats() == [Float](repeating: 2, count: 12))
  }

  @Test("A copy onto overlapping memory reads before it writes")
  func overlap() throws {
    let x = try counted(6)
    try x.narrow(0, 1, 5).copy_(x.narrow(0, 0, 5))
    #expect(try x.floats() == [0, 0, 1, 2, 3, 4])
    let y = try counted(4)
    try y.copy_(y.flip([0]))
    #expect(try y.floats() == [3, 2, 1, 0])
    let z = try counted(2, 2)
    try z.add_(z.transpose(0, 1))
    #expect(try z.floats() == [0, 3, 3, 6])
  }

  @Test("Row-major reading, whatever the strides")
  func reading() throws {
    let x = try counted(2, 3)
    #expect(try x.transpose(0, 1).floats() == [0, 3, 1, 4, 2, 5])
    #expect(try x.transpose(0, 1).integers() == [0, 3, 1, 4, 2, 5])
    #expect(try x.select(1, 2).doubles() == [2, 5])
    #expect(message { _ = try x.item() }.hasPrefix("item: expected a tensor of one element, got one of 2×3"))
    #expect(try x.select(0, 1).select(0, 2).item() == 5)
  }
}
