import Surface
import TensorCore
import TestSupport
import Testing

/// What torch.unique does, which chooses its result's size by the values.
@Suite(.serialized) @MainActor
struct UniqueTests {
  @Test("Values in order, where they came from, how often")
  func values() throws {
    let x = try Tensor([3, 1, 3, -2, 1, 3], [2, 3])
    let (values, inverse, counts) = try x.unique()
    #expect(try values.floats() == [-2, 1, 3] && counts.integers() == [1, 2, 3])
    #expect(try inverse.shape == [2, 3] && inverse.integers() == [2, 1, 2, 0, 1, 2])
    let back = try values.indexSelect(0, inverse.reshape([6])).reshape([2, 3])
    try expectSameBytes(back, x, "put together again")
  }

  @Test("Nothing, one thing, NaN and masks")
  func special() throws {
    let none = try Tensor([], [0]).unique()
    #expect(none.values.count == 0 && none.inverse.count == 0 && none.counts.count == 0)
    let one = try Tensor([4], []).unique()
    #expect(try one.values.floats() == [4] && one.inverse.shape == [] && one.counts.integers() == [1])
    let broken = try Tensor([.nan, 1, .nan], [3]).unique()
    #expect(try broken.values.floats().count == 3 && broken.counts.integers() == [1, 1, 1])
    let mask = try Tensor([1, 0, 1], [3]).gt(0).unique()
    #expect(try mask.values.dtype == .bool && mask.counts.integers() == [1, 2])
  }
}
