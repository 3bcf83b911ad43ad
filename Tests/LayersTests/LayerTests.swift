import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// What layers keep, load and refuse.
@Suite(.serialized) @MainActor struct LayerTests {
  private func network() throws -> LayerObject {
    let w = Weights.random()
    return LayerObject(
      try Sequential(
        try Conv2d(w, 3, 4, kernel: (3, 3)), try BatchNorm2d(w, 4),
        try Sequential(Activation.relu, try Conv2d(w, 4, 2, kernel: (1, 1)))))
  }

  @Test func namesAndOrder() throws {
    let names = try network().stateDict().map(\.name)
    #expect(
      names == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
        "2.1.weight", "2.1.bias",
      ])
    #expect(try network().parameters().count == 6)
  }

  @Test func stateRoundTrip() throws {
    let (a, b) = (try network(), try network())
    let x = try RandomGenerator.shared.uniform([2, 3, 6, 6])
    _ = try a(x)
    for layer in [a, b] { layer.setTraining(false) }
    #expect(try a(x).floats() != b(x).floats())
    let held = b.parameters()
    let report = try b.load(a.stateDict())
    #expect(report.matched == 9 && report.missing.isEmpty && report.unexpected.isEmpty)
    #expect(try a(x).floats() == b(x).floats())
    // The tensors an optimiser may hold are the same objects as before.
    #expect(zip(held, b.parameters()).allSatisfy { $0 === $1 })
    // Copied, not shared.
    try Autograd.noGradient { _ = try a.parameters()[0].fill_(0) }
    #expect(try b.parameters()[0].floats().contains { $0 != 0 })
  }

  @Test func loadReports() throws {
    let a = LayerObject(try Linear(.random(), 2, 3))
    let before = try a.parameters()[0].floats()
    let one = try Tensor.ones([3, 2]), two = try Tensor.ones([2, 2]), bias = try Tensor.ones([3])
    #expect(message { _ = try a.load([("weight", one)]) }.contains("missing: 'bias'"))
    let extra = message { _ = try a.load([("weight", one), ("bias", bias), ("scale", one)]) }
    #expect(extra.contains("unexpected: 'scale'"))
    let misfit = message { _ = try a.load([("weight", two), ("bias", bias)]) }
    #expect(misfit.contains("3×2") && misfit.contains("2×2") && misfit.contains("'weight'"))
    #expect(message { _ = try a.load([("0.weight", one)], strict: false) }.contains("no name matches"))
    #expect(try a.parameters()[0].floats() == before)
    let report = try a.load([("weight", one), ("scale", one)], strict: false)
    #expect(report.matched == 1 && report.missing == ["bias"] && report.unexpected == ["scale"])
    #expect(try a.parameters()[0].floats() == [1, 1, 1, 1, 1, 1])
  }

  @Test func frozenParametersGetNoGradient() throws {
    let net = try network()
    let first = try net.descendant("0")
    for (_, box) in first.named() { try box.setTrained(false) }
    let x = try RandomGenerator.shared.uniform([1, 3, 6, 6])
    try net(x).sum().backward()
    #expect(first.parameters().allSatisfy { $0.gradient == nil })
    #expect(net.parameters().dropFirst(2).allSatisfy { $0.gradient != nil })
  }

  @Test func sharedLayersCountOnce() throws {
    let shared = LayerObject(try Linear(.random(), 2, 2))
    let net = LayerObject(try Sequential([.layer(shared), .layer(shared)]))
    #expect(net.parameters().count == 2 && net.stateDict().count == 4)
    let optimizer = try Optimizer(net.parameters() + net.parameters(), try SGD(), rate: .constant(1))
    #expect(optimizer.parameters.count == 2)
  }

  @Test func functionsAndHooks() throws {
    let double = Closure { arguments in [.object(try tensor(arguments[0]) * 2)] }
    let net = try layer(
      call("nn.Sequential", .table(Table(list: [.object(LayerObject(Activation.relu)), .function(double)]))))
    let x = try Tensor([-1, 3], [2])
    #expect(try net(x).floats() == [0, 6])
    var seen: [Float] = []
    let hook = Closure { arguments in
      seen = try tensor(arguments[2]).floats()
      return [.object(try tensor(arguments[2]) + 1)]
    }
    _ = try call("layer:on_forward", .object(net), .string("0"), .function(hook))
    #expect(try net(x).floats() == [2, 8] && seen == [0, 3])
    _ = try call("layer:on_forward", .object(net), .string("0"))
    #expect(try net(x).floats() == [0, 6])
    #expect(message { _ = try net.descendant("1") }.contains("no layer '1'"))
    let silent = LayerObject(try Sequential([.function(Closure { _ in [] })]))
    #expect(message { _ = try silent(x) }.contains("place 1"))
  }

  @Test func printing() throws {
    #expect(LayerObject(try Sequential()).display() == "Sequential()")
    #expect(LayerObject(Activation.softmax(0)).display() == "Softmax(dim=1)")
    #expect(LayerObject(Activation.flatten()).display() == "Flatten(start_dim=2, end_dim=-1)")
    #expect(LayerObject(try Dropout()).display() == "Dropout(p=0.5, inplace=False)")
    let optimizer = try Optimizer([Tensor.ones([1])], try Adam(), rate: .constant(0.001))
    #expect(
      optimizer.display() == "Adam(1 tensors, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0, amsgrad=False)"
    )
  }

  @Test func wrongShapes() throws {
    let x = try Tensor.ones([2, 5, 4, 4])
    func refused(_ layer: any Layer, _ parts: String...) {
      let text = message { _ = try LayerObject(layer)(x) }
      for part in parts { #expect(text.contains(part), "\(layer.kind): \(text)") }
    }
    let w = Weights.random()
    refused(try Conv2d(w, 3, 4, kernel: (3, 3)), "conv2d", "2×5×4×4", "4×3×3×3")
    refused(try ConvTranspose2d(w, 3, 4, kernel: (3, 3)), "2×5×4×4", "3×4×3×3")
    refused(try Linear(w, 3, 4), "linear", "2×5×4×4", "4×3")
    refused(try GroupNorm(w, 3, 6), "nn.GroupNorm", "6", "2×5×4×4")
    refused(try InstanceNorm2d(w, 3), "[N, 3, H, W]", "2×5×4×4")
    refused(try BatchNorm2d(w, 3), "[N, 3, H, W]", "2×5×4×4")
    refused(try LayerNorm(w, [5]), "5", "2×5×4×4")
    refused(MaxPool2d(.init(kernel: (9, 9))), "window of 9")
    refused(Activation.softmax(4), "softmax")
    refused(try Embedding(w, 1, 2), "no id 1")
    let one = try BatchNorm2d(w, 3)
    #expect(message { _ = try LayerObject(one)(Tensor.ones([1, 3, 1, 1])) }.contains("more than one value"))
  }

  @Test func sequencesInSequences() throws {
    var layer = LayerObject(Activation.identity)
    let text = message { for _ in 0..<1000 { layer = LayerObject(try Sequential([.layer(layer)])) } }
    #expect(text.contains("inside each other"))
    #expect(try layer(Tensor.ones([1])).item() == 1)
  }

  @Test func wrongSizes() throws {
    let w = Weights.random()
    #expect(message { _ = try Linear(w, 0, 3) }.contains("1 or more"))
    #expect(message { _ = try Linear(w, 1 << 24, 1 << 24) }.contains("smaller size"))
    #expect(message { _ = try Linear(w, .max, 3) }.contains("inputs"))
    #expect(message { _ = try Conv2d(w, 3, 4, kernel: (3, -1)) }.contains("kernel width"))
    #expect(message { _ = try Conv2d(w, 3, 4, kernel: (3, 3), .init(groups: 2)) }.contains("do not divide"))
    #expect(message { _ = try GroupNorm(w, 4, 6) }.contains("do not divide"))
    #expect(message { _ = try Dropout(1.5) }.contains("0 to 1"))
    #expect(message { _ = try LayerNorm(w, []) }.contains("sizes"))
  }
}
