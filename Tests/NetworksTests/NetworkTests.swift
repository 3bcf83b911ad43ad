import Surface
import TensorCore
import TestSupport
import Testing

import Layers
import Networks

/// What networks do beyond computing: names of features, inverses, hooks, modes, refusals.
@Suite(.serialized) @MainActor struct NetworkTests {
  /// Uniform numbers.
  private func random(_ shape: Int..., seed: UInt64 = 5) throws -> Tensor {
    try RandomGenerator(seed: seed).uniform(shape)
  }

  @Test(.proves("layer:feature_names")) func namesOfFeatures() throws {
    let names = try model("vgg19").featureNames()
    #expect(names.count == 37 && names.prefix(5) == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"])
    #expect(names.suffix(3) == ["conv5_4", "relu5_4", "pool5"])
    #expect(
      try model("squeezenet", [("version", .string("1.1"))]).featureNames() == [
        "conv1", "relu1", "pool1", "fire2", "fire3", "pool3", "fire4", "fire5", "pool5", "fire6", "fire7", "fire8",
        "fire9", "drop9", "conv10", "relu10", "pool10", "flatten",
      ])
    let johnson = try model("johnson").featureNames()
    #expect(johnson.prefix(4) == ["conv1", "in1", "relu1", "conv2"] && johnson.last == "deconv3")
  }

  /// A feature can be asked for by its layer's name; the last one is the result; one picture is a batch of one.
  @Test func featuresAreOnTheWay() throws {
    for name in ["squeezenet", "johnson", "revresnet"] {
      let network = try model(name), x = try random(1, 3, 32, 24)
      let names = try network.featureNames()
      let results = try Autograd.noGradient { try network.features(x, [names[1], names.last!]) }
      #expect(results.map(\.name) == [names[1], names.last!])
      let single = try Autograd.noGradient { try network.features(x.squeeze(0), [names[1]]) }
      try expectSameBytes(single[0].tensor, results[0].tensor.squeeze(0), "\(name) of one picture")
      let y = try Autograd.noGradient { try network(x) }
      // RevResNet spreads its channels to places after the last block.
      if name != "revresnet" { try expectSameBytes(results[1].tensor, y, name) }
      try expectSameBytes(Autograd.noGradient { try network(x.squeeze(0)) }, y.squeeze(0), "\(name) of one picture")
    }
    let vgg = try model("vgg16"), x = try random(1, 3, 8, 8)
    let both = try vgg.features(x, ["relu2_1", "features.6"])
    try expectSameBytes(both[0].tensor, both[1].tensor, "by the layer's name")
  }

  @Test func featuresRunNoFurther() throws {
    let vgg = try model("vgg19")
    var calls: [String] = []
    for layer in ["features.3", "features.4"] {
      try vgg.descendant(layer).addHook(
        Closure { _ in
          calls.append(layer)
          return []
        })
    }
    // 8×8 pixels are too few for the poolings that follow.
    let results = try vgg.features(random(1, 3, 8, 8), ["relu1_2", "conv1_1"])
    #expect(results.map(\.name) == ["relu1_2", "conv1_1"] && calls == ["features.3"])
    #expect(try vgg.features(random(1, 3, 8, 8), []).isEmpty)
  }

  @Test func wrongNamesAreAnswered() throws {
    let vgg = try model("vgg19")
    func answer(_ name: String) -> String { message { _ = try vgg.features(random(1, 3, 8, 8), [name]) } }
    #expect(answer("relu1_11") == "features: VGG has no feature 'relu1_11'; did you mean 'relu1_1'?")
    #expect(answer("x").contains("there are: conv1_1, conv1_2"))
    #expect(
      message { _ = try LayerObject(Activation.relu).features(random(2, 2), ["x"]) }.contains(
        "ReLU has no named features"))
    #expect(message { _ = try vgg.inverse(random(1, 512, 1, 1)) }.contains("VGG cannot be inverted"))
  }

  @Test("Features of a sequence", .proves("layer:features")) func sequence() throws {
    let network = LayerObject(try Sequential(Activation.relu, Activation.tanh, Activation.sigmoid))
    #expect(try network.featureNames() == ["0", "1", "2"])
    let x = try random(3) - 0.5
    let results = try network.features(x, ["1", "0"])
    try expectSameBytes(results[0].tensor, x.relu().tanh(), "1")
    try expectSameBytes(results[1].tensor, x.relu(), "0")
  }

  // MARK: The reversible network

  @Test(
    .proves("models.revresnet", "layer:inverse"), arguments: ["photo", "art"], [[1, 3, 64, 96], [2, 3, 8, 12]])
  func inverseGivesBack(_ mode: String, _ shape: [Int]) throws {
    let network = try model("revresnet", [("mode", .string(mode)), ("seed", .integer(7))])
    let x = try RandomGenerator(seed: 3).uniform(shape)
    let z = try Autograd.noGradient { try network(x) }
    #expect(
      z.shape == (mode == "photo" ? [shape[0], 32, shape[2], shape[3]] : [shape[0], 128, shape[2] / 2, shape[3] / 2]))
    let back = try Autograd.noGradient { try network.inverse(z) }
    try expectClose(back, x, within: 1e-6, "seen: 2.4e-7")
    let one = try Autograd.noGradient { try network.inverse(z.narrow(0, 0, 1).squeeze(0)) }
    try expectClose(one, x.narrow(0, 0, 1).squeeze(0), within: 2e-6, "one picture")
  }

  /// First values make residuals that are small beside the picture. Of twice as large weights features grow to 77; in f64
  /// what comes back is right to 3e-12 (in f32 to 2e-3, which is rounding: 77 · 2⁻²⁴ through 32 blocks).
  @Test func inverseOfLargeWeights() throws {
    let network = try model("revresnet")
    try Autograd.noGradient { for parameter in network.parameters() { try parameter.mul_(2) } }
    let x = try random(1, 3, 32, 48).to(.f64)
    let back = try Autograd.noGradient { try network.inverse(network(x)) }
    try expectClose(back, x, within: 1e-10, "photo")
  }

  @Test("The inverse's gradient is that of the inverse matrix", .checksGradient(of: "layer:inverse"))
  func inverseGradient() throws {
    let network = try model("revresnet")
    let x = try random(1, 3, 8, 8).to(.f64), direction = try random(1, 3, 8, 8, seed: 6).to(.f64) - 0.5
    let z = try Autograd.noGradient { try network(x) }.detached()
    let weights = try random(1, 3, 8, 8, seed: 8).to(.f64) - 0.5
    try z.setRequiresGradient()
    try (network.inverse(z) * weights).sum().backward()
    let gradient = try #require(z.gradient)
    // Along the way that z goes when x moves, the inverse moves as x does.
    let moved = try Autograd.noGradient {
      try (network(x + direction * 1e-6) - network(x - direction * 1e-6)) / 2e-6
    }
    let (found, wanted) = (try (gradient * moved).sum().item(), try (direction * weights).sum().item())
    #expect(abs(found - wanted) < 1e-6 * max(1, abs(wanted)))
  }

  @Test func reversibleRefusals() throws {
    let network = try model("revresnet")
    #expect(message { _ = try network(random(1, 3, 6, 8)) }.contains("multiples of 4, got 6×8"))
    #expect(message { _ = try network(random(1, 4, 8, 8)) }.contains("expected pictures [N, 3, H, W]"))
    #expect(message { _ = try network.inverse(random(1, 128, 4, 4)) }.contains("in the mode photo: [N, 32"))
    #expect(message { _ = try network.inverse(random(1, 32, 6, 8)) }.contains("multiples of 4"))
    #expect(message { _ = try network.inverse(random(8, 8)) }.contains("got 8×8"))
  }

  // MARK: Models as layers

  @Test func hooksReachEveryLayer() throws {
    func hooked(_ name: String, _ path: String, _ x: Tensor) throws -> [Int] {
      let network = try model(name)
      var seen: [Int] = []
      try network.descendant(path).addHook(
        Closure { values in
          guard case .object(let y as Tensor) = values[2] else { return [] }
          seen = y.shape
          return [.object(try y * 0)]
        })
      let y = try Autograd.noGradient { try network(x) }
      let plain = try Autograd.noGradient { try model(name)(x) }
      #expect(try elementBytes(y) != elementBytes(plain), "\(name) \(path): what a hook returns counts")
      return seen
    }
    #expect(try hooked("squeezenet", "features.3.squeeze", random(1, 3, 32, 32)) == [1, 16, 6, 6])
    #expect(try hooked("johnson", "res2.conv1.conv2d", random(1, 3, 16, 16)) == [1, 128, 4, 4])
    #expect(try hooked("revresnet", "stack.11", random(1, 3, 16, 16)) == [1, 128, 8, 8])
    #expect(try hooked("revresnet", "stack.11.conv", random(1, 3, 16, 16)) == [1, 64, 8, 8])
  }

  @Test func dropoutWaitsForTraining() throws {
    let network = try model("squeezenet"), x = try random(1, 3, 32, 32)
    func run() throws -> Tensor { try Autograd.noGradient { try network(x) } }
    let first = try run()
    try expectSameBytes(run(), first, "evaluation")
    network.setTraining(true)
    #expect(try elementBytes(run()) != elementBytes(first))
    network.setTraining(false)
    try expectSameBytes(run(), first, "evaluation again")
  }

  @Test func seedsChooseTheWeights() throws {
    func weights(_ seed: Int) throws -> [UInt8] {
      try elementBytes(model("johnson", [("seed", .integer(seed))]).parameters()[0])
    }
    #expect(try weights(1) == weights(1) && weights(1) != weights(2))
    let shared = RandomGenerator.shared.place
    let next = try RandomGenerator.shared.uniform([4]).floats()
    RandomGenerator.shared.place = shared
    _ = try model("johnson")
    #expect(try RandomGenerator.shared.uniform([4]).floats() == next, "the shared stream stays where it is")
  }

  @Test func statesGoFromOneToAnother() throws {
    let (a, b) = (try model("johnson"), try model("johnson", [("seed", .integer(2))]))
    #expect(try b.load(a.stateDict()).matched == a.stateDict().count)
    let x = try random(1, 3, 16, 16)
    try expectSameBytes(Autograd.noGradient { try b(x) }, Autograd.noGradient { try a(x) }, "loaded")
  }

  @Test func johnsonRoundsSizesUp() throws {
    let network = try model("johnson")
    for (height, width) in [(29, 33), (32, 30)] {
      let y = try Autograd.noGradient { try network(random(1, 3, height, width)) }
      #expect(y.shape == [1, 3, 32, (width + 3) / 4 * 4])
    }
    #expect(
      message { _ = try network(random(1, 1, 16, 16)) }.contains("TransformerNet: expected pictures [N, 3, H, W]"))
  }

  @Test func printsItsParts() throws {
    let text = try model("johnson").display()
    #expect(text.hasPrefix("TransformerNet(\n  (conv1): ConvLayer(\n    (conv2d): Conv2d(3, 32, kernel_size=(9, 9)"))
    #expect(text.contains("\n  (in5): InstanceNorm2d(32, eps=1e-05"))
  }

  @Test func conditionsAreAskedFor() throws {
    let block = try model("unet_resblock", [("channels", .integer(32)), ("time_channels", .integer(8))])
    let x = try random(1, 32, 4, 4)
    #expect(message { _ = try block(x) }.contains("expected the input and a time embedding"))
    #expect(message { _ = try block(x, random(1, 9)) }.contains("linear"))
    #expect(message { _ = try block(x, random(1, 1, 8)) }.contains("time embedding [N, size]"))
    #expect(message { _ = try model("vgg16")(random(1, 3, 8, 8), x) }.contains("expected one tensor, got several"))
    #expect(message { _ = try model("unet_resblock", [("channels", .integer(48))]) }.contains("multiple of 32"))
    #expect(
      message { _ = try model("unet_transformer", [("channels", .integer(64)), ("heads", .integer(7))]) }.contains(
        "divides 64 channels"))
    let transformer = try model("unet_transformer", [("channels", .integer(32)), ("context_channels", .integer(8))])
    #expect(message { _ = try transformer(x, random(1, 8)) }.contains("[N, length, size]"))
  }
}

/// A Swift closure in a script's place.
private final class Closure: Callable {
  private let body: ([Value]) throws -> [Value]
  init(_ body: @escaping ([Value]) throws -> [Value]) { self.body = body }
  func call(_ arguments: [Value]) throws -> [Value] { try body(arguments) }
}
