import Surface
import TensorCore
import TestSupport
import Testing

/// Ctrl-C in the middle of work.
@Suite(.serialized) @MainActor
struct InterruptTests {
  @Test(
    "With an interrupt pending an op throws or is right; it never returns what it did not compute",
    arguments: OpSample.all)
  func ops(_ op: OpSample) throws {
    for call in op.small + op.large {
      let inputs = try call.draw(for: op.name)
      let expected = try op.run(inputs, call.parameters)
      Interrupt.raise()
      defer { Interrupt.clear() }
      do {
        let actual = try op.run(inputs, call.parameters)
        Interrupt.clear()
        for (a, b) in zip(actual, expected) { try expectSameBytes(a, b, "\(op) under an interrupt") }
      } catch is Interrupted {
        Interrupt.clear()
      }
      // The next call works as if nothing had been.
      for (a, b) in zip(try op.run(inputs, call.parameters), expected) {
        try expectSameBytes(a, b, "\(op) after an interrupt")
      }
    }
  }

  @Test("A large op, backward and a random draw are stopped; tensors keep their values and memory")
  func state() throws {
    let x = try Tensor.normalNoise([1, 16, 64, 64], seed: 1), w = try Tensor.normalNoise([16, 16, 3, 3], seed: 2)
    try w.setRequiresGradient()
    let loss = try x.conv2d(w).square().sum()
    let before = try w.detached().copy()
    let live = Runtime.memory.live
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try x.conv2d(w) }
    #expect(throws: Interrupted.self) { try x.exp() }
    #expect(throws: Interrupted.self) { try x.matmul(x.transpose(2, 3)) }
    #expect(throws: Interrupted.self) { try loss.backward(retainGraph: true) }
    #expect(throws: Interrupted.self) { try RandomGenerator(seed: 1).normal([100_000]) }
    #expect(throws: Interrupted.self) { try Tensor.zeros([10]) }
    Interrupt.clear()
    #expect(w.gradient == nil)
    #expect(Runtime.memory.live == live)
    try expectSameBytes(w.detached(), before, "weights after an interrupt")
    try loss.backward()
    #expect(w.gradient != nil)
  }

  @Test("An interrupted change in place leaves the tensor as it was")
  func inPlace() throws {
    for count in [3, 100_000] {
      let x = try Tensor.ones([count]), y = try Tensor.ones([count])
      Interrupt.raise()
      defer { Interrupt.clear() }
      #expect(throws: Interrupted.self) { try x.add_(y) }
      #expect(throws: Interrupted.self) { try x.mul_(3) }
      #expect(throws: Interrupted.self) { try x.fill_(3) }
      #expect(throws: Interrupted.self) { try x.copy_(y * 2) }
      Interrupt.clear()
      #expect(try x.min().item() == 1 && x.max().item() == 1)
    }
  }
}
