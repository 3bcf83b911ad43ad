import Surface
import TensorCore
import TestSupport
import Testing

/// Functions that make tensors. Numbers beside them: PyTorch 2.
@Suite(.serialized) @MainActor
struct CreationTests {
  @Test("zeros, ones, full, eye")
  func constants() throws {
    #expect(try Tensor.zeros([2, 2]).floats() == [0, 0, 0, 0])
    #expect(try Tensor.ones([3], .i8).integers() == [1, 1, 1])
    #expect(try Tensor.full([2], -1.5, .f64).doubles() == [-1.5, -1.5])
    #expect(try Tensor.full([], 7).item() == 7)
    #expect(try Tensor.eye(2, 3).floats() == [1, 0, 0, 0, 1, 0])
    #expect(try Tensor.eye(3, 1, .i64).integers() == [1, 0, 0])
    #expect(try Tensor.full([1], .nan, .i32).integers() == [0])
    #expect(try Tensor.full([1], 3, .bool).integers() == [1])
  }

  @Test("arange, range, linspace")
  func sequences() throws {
    #expect(try Tensor.arange(0, 1, 0.3).floats() == [0, 0.3, 0.6, 0.9])
    #expect(try Tensor.arange(5, 0, -2).floats() == [5, 3, 1])
    #expect(try Tensor.arange(3, 3).count == 0 && Tensor.arange(3, 0).count == 0)
    #expect(try Tensor.arange(0, 4, 1, .i64).integers() == [0, 1, 2, 3])
    #expect(try Tensor.range(1, 3).floats() == [1, 2, 3])
    #expect(try Tensor.range(1, 3.5).floats() == [1, 2, 3])
    #expect(
      try Tensor.linspace(0, 1, 7).floats()
        == [0, 0.166_666_67, 0.333_333_34, 0.5, 0.666_666_6, 0.833_333_3, 1].map { $0 as Float }
        || expectNear(Tensor.linspace(0, 1, 7), [0, 1 / 6, 1 / 3, 0.5, 2 / 3, 5 / 6, 1]))
    #expect(try Tensor.linspace(-3, 5, 4).floats().last == 5)
    #expect(try Tensor.linspace(2, 9, 1).floats() == [2])
    #expect(try Tensor.linspace(2, 9, 0).count == 0)
    #expect(
      message { _ = try Tensor.arange(0, 1, 0) }
        == "arange: expected finite bounds and a step that is not 0, got 0.0, 1.0, 0.0")
    #expect(message { _ = try Tensor.arange(0, .infinity) }.hasPrefix("arange: expected finite bounds"))
    #expect(message { _ = try Tensor.linspace(0, 1, -1) } == "linspace: expected a number of 0 or more, got -1")
  }

  private func expectNear(_ tensor: Tensor, _ values: [Double]) throws -> Bool {
    try zip(tensor.doubles(), values).allSatisfy { abs($0 - $1) < 1e-7 }
  }

  @Test("Tensors from values")
  func values() throws {
    #expect(try Tensor([1, 2, 3, 4], [2, 2]).transpose(0, 1).floats() == [1, 3, 2, 4])
    #expect(message { _ = try Tensor([1, 2, 3], [2, 2]) } == "tensor: expected 4 values for 2×2, got 3")
    #expect(message { _ = try Tensor([1], [-1]) } == "tensor: expected sizes of 0 or more, got -1")
    #expect(try Tensor([], [0, 3]).shape == [0, 3])
    #expect(
      try Tensor.build([2]) {
        $0[0] = 1; $0[1] = 2
      }.floats() == [1, 2])
  }
}
