public import Layers
public import TensorCore

/// SqueezeNet of Iandola et al. 2016 (arXiv 1602.07360), versions 1.0 and 1.1: VGG's features with few weights.
/// Structure, order and names in `state_dict` are torchvision's; results have Caffe's names: `conv1`, `relu1`, `pool1`,
/// `fire2` … `fire9`, `conv10`.
///
/// [N, 3, H, W] → [N, 1000], the logits of ImageNet's classes; RGB 0 to 1, minus mean, by deviation.
public struct SqueezeNet: StagedNetwork {
  /// Which of the published networks.
  public enum Version: String, CaseIterable, Sendable {
    /// 1,248,424 numbers.
    case original = "1.0"
    /// 1,235,496 numbers and a third of the time.
    case smaller = "1.1"
    /// After which layers poolings stand.
    fileprivate var pools: [Int] { self == .original ? [1, 4, 8] : [1, 3, 5] }
  }

  public let stages: [Stage]
  public let children: [(name: String, layer: LayerObject)]
  public var kind: String { "SqueezeNet" }

  /// Takes `features.N.…` and `classifier.1.…` from `weights`.
  public init(_ weights: Weights, _ version: Version = .original) throws {
    let features = try SqueezeNet.features(weights, version)
    var classifier = Line("classifier", weights)
    try classifier.add("drop9") { _ in try Dropout() }
    try classifier.add("conv10") { try Conv2d($0, 512, 1000, kernel: (1, 1)) }
    classifier.add("relu10") { _ in Activation.relu }
    classifier.add("pool10") { _ in AdaptiveAvgPool2d((1, 1)) }
    let flatten = Stage("flatten", "flatten", LayerObject(Activation.flatten()))
    stages = features.stages + classifier.stages + [flatten]
    children = [try features.child(), try classifier.child()]
  }

  private static func features(_ weights: Weights, _ version: Version) throws -> Line {
    var line = Line("features", weights)
    func pool(after place: Int) {
      guard version.pools.contains(place) else { return }
      line.add("pool\(place)") { _ in MaxPool2d(.init(kernel: (3, 3), stride: (2, 2), ceilMode: true)) }
    }
    var inputs = version == .original ? 96 : 64
    let kernel = version == .original ? (7, 7) : (3, 3)
    try line.add("conv1") { try Conv2d($0, 3, inputs, kernel: kernel, .init(stride: (2, 2))) }
    line.add("relu1") { _ in Activation.relu }
    pool(after: 1)
    for place in 2...9 {
      let squeezed = 16 * (place / 2)
      try line.add("fire\(place)") { try Fire($0, inputs, squeezed) }
      inputs = 8 * squeezed
      pool(after: place)
    }
    return line
  }
}

/// The module that SqueezeNet repeats: a 1×1 convolution to few channels, then as many of 1×1 as of 3×3 side by side.
/// [N, in, H, W] → [N, 8·squeezed, H, W].
struct Fire: Layer {
  private let squeeze, squeezed, narrow, narrowed, wide, widened: LayerObject
  let children: [(name: String, layer: LayerObject)]
  var kind: String { "Fire" }

  init(_ weights: Weights, _ inputs: Int, _ channels: Int) throws {
    var parts = Parts(weights)
    squeeze = try parts.add("squeeze") { try Conv2d($0, inputs, channels, kernel: (1, 1)) }
    squeezed = parts.add("squeeze_activation") { _ in Activation.relu }
    narrow = try parts.add("expand1x1") { try Conv2d($0, channels, 4 * channels, kernel: (1, 1)) }
    narrowed = parts.add("expand1x1_activation") { _ in Activation.relu }
    wide = try parts.add("expand3x3") {
      try Conv2d($0, channels, 4 * channels, kernel: (3, 3), .init(padding: (1, 1)))
    }
    widened = parts.add("expand3x3_activation") { _ in Activation.relu }
    children = parts.children
  }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    func both(_ layers: LayerObject..., of x: Tensor) throws -> Tensor {
      let (y, count) = try Fusion.run(layers, from: 0, before: 2, x)
      return count == 2 ? y : try layers[1](y)
    }
    let few = try both(squeeze, squeezed, of: x)
    return try Tensor.cat([both(narrow, narrowed, of: few), both(wide, widened, of: few)], 1)
  }
}

extension SqueezeNet {
  /// The network that `torchvision.models.squeezenet1_0()` is after `torch.manual_seed`: each layer draws PyTorch's
  /// default values first, then all draw those of the network (He's uniform rule, the classifier's normal of 0.01).
  static func seeded(_ generator: RandomGenerator, _ version: Version) throws -> SqueezeNet {
    _ = try SqueezeNet(.random(generator), version)
    return try SqueezeNet(Weights(First(random: RandomWeights(generator))), version)
  }

  /// torchvision's first values.
  private struct First: TensorSource {
    let random: RandomWeights

    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor { try random.tensor(name, shape) }

    func tensor(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Tensor {
      if shape.count == 1 { return try Tensor.zeros(shape) }
      if name.hasPrefix("classifier.") { return try random.tensor(name, shape, .normal) * 0.01 }
      return try random.tensor(name, shape, .kaiming(fanIn: Double(shape.dropFirst().reduce(1, *)), slope: 0))
    }
  }
}
