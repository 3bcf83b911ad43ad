import Surface
import TensorCore
import TestSupport
import Testing

/// Writes in place: results, gradients, refusals.
@Suite(.serialized) @MainActor
struct InPlaceTests {
  @Test("add_, mul_, copy_ and fill_ write into this tensor's memory")
  func values() throws {
    let x = try Tensor([1, 2, 3], [3])
    let address = x.storage.base
    try x.add_(1).mul_(2).add_(Tensor([1, 0, -1], [3]), scale: 0.5).mul_(Tensor([2], [1]))
    #expect(try x.floats() == [9, 12, 15])
    try x.copy_(Tensor(integers: [7], [1]))
    #expect(try x.floats() == [7, 7, 7])
    #expect(x.storage.base == address && x.dtype == .f32)
    #expect(x.storage.version == 5)
  }

  @Test("sub_, div_, clamp_ and masked_fill_ write into this tensor's memory, whether it is recorded or not")
  func more() throws {
    for isRecorded in [false, true] {
      let leaf = try Tensor([1, 2, 8], [3])
      if isRecorded { try leaf.setRequiresGradient() }
      let x = try leaf * 1
      let address = x.storage.base
      try x.sub_(Tensor([1, 0, 2], [3])).sub_(Tensor([2, 2, 2], [3]), scale: 0.5).div_(2).div_(Tensor([1, 2, 1], [3]))
      #expect(try x.floats() == [-0.5, 0.25, 2.5])
      try x.clamp_(0, 2).maskedFill_(Tensor([0, 1, 0], [3]), 7)
      #expect(try x.floats() == [0, 7, 2] && x.storage.base == address)
    }
    let x = try Tensor([1, 2, 3], [3])
    try x.add_(x, scale: 2)
    #expect(try x.floats() == [3, 6, 9], "the operand may be the tensor itself")
    try x.narrow(0, 0, 2).add_(x.narrow(0, 1, 2), scale: 1)
    #expect(try x.floats() == [9, 15, 9], "or overlap it")
    #expect(message { try x.sub_(Tensor.ones([2])) } == "sub_: the shape 2 does not fit into 3")
    let integers = try Tensor(integers: [4], [1])
    #expect(message { try integers.div_(2) }.hasPrefix("div_: the result is f32"))
  }

  @Test("An op in place has the gradient of the op")
  func gradients() throws {
    let x = try Tensor([1, 2], [2])
    try x.setRequiresGradient()
    let y = try x * 3
    try y.add_(x)
    try y.mul_(2)
    try y.sum().backward()
    #expect(try x.gradient?.floats() == [8, 8])
    let z = try x * 1
    try z.copy_(x * 5)
    try z.sum().backward()
    #expect(try x.gradient?.floats() == [13, 13])
    let filled = try x * 1
    try filled.fill_(4)
    #expect(!filled.requiresGradient)
  }

  @Test("What cannot be written in place is refused, and stays as it was")
  func refusals() throws {
    let leaf = try Tensor([1, 2], [2])
    try leaf.setRequiresGradient()
    #expect(
      message { try leaf.add_(1) }
        == "add_: this tensor asks for a gradient, so it must not change while operations are recorded; do it inside "
        + "tensor.no_grad(function() … end)")
    try Autograd.noGradient { _ = try leaf.add_(1) }
    #expect(try leaf.floats() == [2, 3])
    #expect(leaf.requiresGradient)
    let x = try Tensor([1, 2], [2])
    #expect(message { try x.add_(Tensor.ones([3])) } == "add_: the shape 3 does not fit into 2")
    #expect(message { try x.copy_(Tensor.ones([2, 2])) } == "copy_: the shape 2×2 does not fit into 2")
    let integers = try Tensor(integers: [1, 2], [2])
    #expect(
      message { try integers.mul_(0.5) }
        == "mul_: the result is f32, which this tensor of i64 cannot hold; convert it first: t:to(\"f32\")")
    #expect(try integers.integers() == [1, 2])
    let stretched = try Tensor.ones([1]).expand([3])
    #expect(
      message { try stretched.fill_(2) }
        == "fill_: several elements of this tensor are the same memory (it was stretched by expand); change a copy: "
        + "t:clone()")
    let computed = try leaf * 2
    #expect(
      message { try computed.narrow(0, 0, 1).fill_(1) }.hasPrefix(
        "fill_: this tensor is a view of another, and gradients flow through one of them"))
  }
}
