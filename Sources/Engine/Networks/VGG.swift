public import Layers
public import TensorCore

/// The networks of Simonyan & Zisserman 2015 (arXiv 1409.1556), configurations D (VGG-16) and E (VGG-19): 3×3
/// convolutions with ReLU, and a pooling by 2 after each block. Structure, order and names in `state_dict` are
/// torchvision's; results have the names of the style transfer literature: `conv1_1`, `relu1_1`, …, `pool5`.
///
/// [N, 3, H, W] → [N, 512, H/32, W/32] after the last pooling; with the classifier [N, 1000], the logits of ImageNet's
/// classes. How colours must be prepared depends on the weights (torchvision's: RGB 0 to 1, minus mean, by deviation).
public struct VGG: StagedNetwork {
  /// Which of the networks.
  public enum Depth: Int, Sendable {
    case d = 16
    case e = 19
    /// Convolutions in each block.
    var blocks: [Int] { self == .d ? [2, 2, 3, 3, 3] : [2, 2, 4, 4, 4] }
  }

  /// How a network is made.
  public struct Settings: Sendable {
    /// Convolutions and layers with weights in all.
    public var depth = Depth.e
    /// Whether blocks end in means, as Gatys et al. recommend for smoother pictures, and not in maxima.
    public var averages = false
    /// Whether sizes are rounded up at poolings, as Caffe does.
    public var ceilMode = false
    /// Whether the three layers that classify follow, 123.6 million numbers.
    public var classifier = false

    /// VGG-19 with maxima, without its classifier.
    public init() {}
  }

  public let stages: [Stage]
  public let children: [(name: String, layer: LayerObject)]
  public var kind: String { "VGG" }

  /// Takes `features.N.weight`, `features.N.bias` and, on request, `classifier.N.…` from `weights`.
  public init(_ weights: Weights, _ settings: Settings = .init()) throws {
    let features = try VGG.features(weights, settings)
    guard settings.classifier else {
      (stages, children) = (features.stages, [try features.child()])
      return
    }
    var middle = Parts(weights)
    let pool = Stage("avgpool", "avgpool", middle.add("avgpool") { _ in AdaptiveAvgPool2d((7, 7)) })
    let classifier = try VGG.classifier(weights)
    let flatten = Stage("flatten", "flatten", LayerObject(Activation.flatten()))
    stages = features.stages + [pool, flatten] + classifier.stages
    children = [try features.child()] + middle.children + [try classifier.child()]
  }

  private static func features(_ weights: Weights, _ settings: Settings) throws -> Line {
    var (line, inputs) = (Line("features", weights), 3)
    let pooling = PoolingOptions(kernel: (2, 2), ceilMode: settings.ceilMode)
    for (block, convolutions) in settings.depth.blocks.enumerated() {
      let outputs = [64, 128, 256, 512, 512][block]
      for place in 1...convolutions {
        try line.add("conv\(block + 1)_\(place)") {
          try Conv2d($0, inputs, outputs, kernel: (3, 3), .init(padding: (1, 1)))
        }
        line.add("relu\(block + 1)_\(place)") { _ in Activation.relu }
        inputs = outputs
      }
      let pool: any Layer = settings.averages ? AvgPool2d(pooling) : MaxPool2d(pooling)
      line.add("pool\(block + 1)") { _ in pool }
    }
    return line
  }

  private static func classifier(_ weights: Weights) throws -> Line {
    var line = Line("classifier", weights)
    for (number, inputs) in [(6, 25088), (7, 4096)] {
      try line.add("fc\(number)") { try Linear($0, inputs, 4096) }
      line.add("relu\(number)") { _ in Activation.relu }
      try line.add("drop\(number)") { _ in try Dropout() }
    }
    try line.add("fc8") { try Linear($0, 4096, 1000) }
    return line
  }
}
