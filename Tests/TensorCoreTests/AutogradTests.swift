import Surface
import TensorCore
import TestSupport
import Testing

/// Recording, backward and what they refuse.
@Suite(.serialized) @MainActor
struct AutogradTests {
  private func leaf(_ values: [Float]) throws -> Tensor {
    let tensor = try Tensor(values, [values.count])
    try tensor.setRequiresGradient()
    return tensor
  }

  @Test("A chain of 100,000 operations is differentiated and freed without recursion")
  func deepChain() throws {
    Allocator.releaseCache()
    let before = Runtime.memory.live
    do {
      let x = try leaf([1, 2, 3])
      var y = x
      for _ in 0..<100_000 { y = try y * 1.00001 + 0.5 }
      try y.sum().backward()
      let gradient = try #require(x.gradient).floats()
      for value in gradient { #expect(abs(value - 2.718_268_2) < 0.01) }
      // A chain that nobody differentiates is freed without recursion, too.
      var z = x
      for _ in 0..<100_000 { z = try z + 1 }
      #expect(z.requiresGradient)
    }
    #expect(Runtime.memory.live == before)
  }

  @Test("Half-used graphs free what they saved")
  func freesSavedValues() throws {
    let x = try Tensor.ones([1000, 1000])
    try x.setRequiresGradient()
    let before = Runtime.memory.live
    var loss: Tensor? = try (x * x).exp().sum()
    let kept = Runtime.memory.live - before
    #expect(
      kept >= 4_000_000 && kept < 8_000_000, "the result of exp, and neither the squares nor anything for the sum")
    try loss!.backward()
    x.gradient = nil
    #expect(Runtime.memory.live < before + 1_000_000, "backward frees what the graph saved")
    loss = nil
    #expect(Runtime.memory.live == before)
  }

  @Test("A deep network keeps one picture a layer, and its backward needs two more")
  func deepNetwork() throws {
    Allocator.releaseCache()
    let limit = Allocator.limit
    defer { Allocator.setLimit(limit) }
    let generator = RandomGenerator(seed: 1)
    let picture = 16 * 256 * 256 * 4, layers = 20
    let weights = try (0..<layers).map { _ in try generator.normal([16, 16, 3, 3], .f32) * 0.1 }
    for weight in weights { try weight.setRequiresGradient() }
    let before = Runtime.memory.live
    var y = try generator.uniform([1, 16, 256, 256], .f32)
    for weight in weights { y = try y.conv2d(weight, ConvolutionOptions(padding: (1, 1))).relu() }
    let loss = try y.sum()
    y = loss
    let kept = Double(Runtime.memory.live - before) / Double(picture)
    #expect(kept < Double(layers) + 1.5, "\(kept) pictures, with the input")
    // The gradients of a layer's output and input, and kernels' scratch: measured 4.1 pictures.
    Allocator.setLimit(Runtime.memory.live + 5 * picture)
    try loss.backward()
    #expect(weights.allSatisfy { $0.gradient != nil })
    #expect(Runtime.memory.live - before < picture)
  }

  @Test("Gradients accumulate over calls of backward")
  func accumulation() throws {
    let x = try leaf([1, 2])
    try (x * 3).sum().backward()
    try (x * x).sum().backward()
    #expect(try x.gradient?.floats() == [5, 7])
  }

  @Test("One input used in several places gets the sum")
  func fanOut() throws {
    let x = try leaf([2, 3])
    let y = try x * x
    try (y * y + y + x).sum().backward()
    #expect(try x.gradient?.floats() == [37, 115])
  }

  @Test("Gradients of two leaves share no memory, nor does one with its seed")
  func privateGradients() throws {
    let (a, b) = (try leaf([1, 2]), try leaf([3, 4]))
    let seed = try Tensor([1, 1], [2])
    try (a + b).backward(seed)
    try #require(a.gradient).add_(5)
    #expect(try a.gradient?.floats() == [6, 6])
    #expect(try b.gradient?.floats() == [1, 1])
    #expect(try seed.floats() == [1, 1])
  }

  @Test("Only what is asked for is computed: frozen inputs get no gradient")
  func frozen() throws {
    let x = try leaf([1, 2]), w = try Tensor([3, 4], [2])
    try (x * w).sum().backward()
    #expect(w.gradient == nil)
    #expect(try x.gradient?.floats() == [3, 4])
  }

  @Test("noGradient records nothing, not even inside a recorded computation")
  func noGradient() throws {
    let x = try leaf([1, 2])
    let y = try Autograd.noGradient { try x * 2 }
    #expect(!y.requiresGradient && y.node == nil)
    #expect(try !(x * 2).detached().requiresGradient)
    #expect(throws: EngineError.self) { try Autograd.noGradient { throw EngineError("test", "stop") } }
    #expect(try (x * 2).requiresGradient, "recording is on again after an error")
  }

  @Test("Integers, masks and comparisons carry no gradient")
  func discrete() throws {
    let x = try leaf([1, -2])
    #expect(try !x.gt(0).requiresGradient)
    #expect(try !x.argmax().requiresGradient)
    #expect(try !x.to(.i64).requiresGradient)
    #expect(
      message { try Tensor(integers: [1], [1]).setRequiresGradient() }
        == "requires_grad_: expected a floating-point tensor, got i64; convert it with t:to(\"f32\")")
  }

  @Test("What backward refuses")
  func refusals() throws {
    let x = try leaf([1, 2])
    #expect(
      message { try (x * 2).backward() }
        == "backward: expected a tensor of one element (a loss), got one of 2; reduce it first, as in y:sum():backward(), "
        + "or pass the gradient of y as an argument")
    #expect(
      message { try (x * 2).backward(Tensor.ones([3])) } == "backward: expected a gradient of 2, got 3")
    #expect(
      message { try Tensor.ones([1]).backward() }
        == "backward: nothing in this tensor's history asked for a gradient; call requires_grad_() on the inputs before "
        + "computing with them")
    let y = try (x * x).sum()
    try y.backward()
    #expect(
      message { try y.backward() }.hasSuffix(
        "was used already and its values are freed; ask for y:backward{retain_graph = true} the first time"))
    #expect(try x.gradient?.floats() == [2, 4], "a refused backward adds nothing")
    #expect(
      message { try (x * 2).setRequiresGradient(false) }
        == "requires_grad_: this tensor was computed from others; use t:detach()")
  }

  @Test("retain_graph lets backward run again")
  func retain() throws {
    let x = try leaf([3])
    let y = try (x * x).sum()
    try y.backward(retainGraph: true)
    try y.backward()
    #expect(try x.gradient?.floats() == [12])
  }

  @Test("A value that was saved and then changed in place is noticed")
  func versions() throws {
    let x = try leaf([1, 2])
    let kept = try x * 1
    let y = try (kept * kept).sum()
    try kept.add_(1)
    #expect(
      message { try y.backward() }
        == "backward: a value that 'mul' needs for its gradient was changed in place after it was used; change a copy "
        + "instead (t:clone()), or use the op without the underscore")
    // Through another view of the same memory as well, and for saved outputs.
    let plain = try Tensor([1, 2], [2])
    let z = try (x * plain).sum()
    try plain.narrow(0, 0, 1).fill_(7)
    #expect(message { try z.backward() }.contains("changed in place"))
    let e = try x.exp()
    let total = try e.sum()
    try e.mul_(2)
    #expect(message { try total.backward() }.contains("'exp'"))
    // What is not needed may change.
    let sum = try x + plain
    try plain.fill_(0)
    try sum.sum().backward()
    #expect(try x.gradient?.floats() == [1, 1])
  }

  @Test("Gradients of given tensors, inner ones included")
  func functional() throws {
    let x = try leaf([1, 2]), unused = try leaf([1])
    let middle = try x * 3
    let y = try (middle * middle).sum()
    let found = try Autograd.gradients(of: [y], with: [x, middle, unused])
    #expect(try found[0]?.floats() == [18, 36])
    #expect(try found[1]?.floats() == [6, 12])
    #expect(found[2] == nil)
    #expect(x.gradient == nil, "nothing is accumulated")
    let both = try Autograd.gradients(of: [x * 2, x * x], with: [x], seeds: [Tensor.ones([2]), Tensor.ones([2])])
    #expect(try both[0]?.floats() == [4, 6])
  }

  @Test("Gradients of gradients, to the third order")
  func higherOrders() throws {
    let x = try leaf([2])
    let y = try x * x * x * x
    let first = try #require(try Autograd.gradients(of: [y], with: [x], createGraph: true)[0])
    let second = try #require(try Autograd.gradients(of: [first], with: [x], createGraph: true)[0])
    let third = try #require(try Autograd.gradients(of: [second], with: [x])[0])
    #expect(try [first, second, third].map { try $0.item() } == [32, 48, 48])
  }

  @Test("A gradient penalty: the norm of a gradient is differentiated")
  func penalty() throws {
    let w = try Tensor(doubles: [0.5, -1, 2, 0.25], [2, 2]), x = try Tensor(doubles: [1, 2], [1, 2])
    try w.setRequiresGradient()
    try x.setRequiresGradient()
    let y = try x.matmul(w).tanh().sum()
    let gradient = try #require(try Autograd.gradients(of: [y], with: [x], createGraph: true)[0])
    try (gradient.norm() - 1).square().sum().backward()
    // PyTorch 2: the same lines in float64.
    let expected = try Tensor(doubles: Self.penaltyGradient, [2, 2])
    try expectClose(#require(w.gradient), expected, within: 1e-12, "gradient penalty")
  }

  private static let penaltyGradient: [Double] = [
    0.0001822223622752159, 0.005110410902843032, -4.362189378788735e-05, -0.6400562859575452,
  ]
}
