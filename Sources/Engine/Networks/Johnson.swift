public import Layers
public import TensorCore

/// The feed-forward network of one style: Johnson, Alahi & Fei-Fei 2016 (arXiv 1603.08155), as PyTorch's examples have
/// it (`fast_neural_style`): reflection padding, instance normalisation, nearest enlargement before a convolution in
/// place of a transposed one, no function at the end. 1,679,235 numbers.
///
/// Pictures [N, 3, H, W], RGB **0 to 255**, give the same, not limited to that range; sizes are rounded up to multiples
/// of 4. Results have the names of the layers: `conv1`, `in1`, `relu1`, …, `res1` … `res5`, `deconv1`, …, `deconv3`.
public struct Johnson: StagedNetwork {
  public let stages: [Stage]
  public let children: [(name: String, layer: LayerObject)]
  public var kind: String { "TransformerNet" }

  /// Takes `conv1.conv2d.weight`, …, `deconv3.conv2d.bias` from `weights`: the names of PyTorch's examples.
  public init(_ weights: Weights) throws {
    var (parts, stages) = (Parts(weights), [Stage]())
    func add(_ name: String, _ make: (Weights) throws -> any Layer) rethrows {
      stages.append(Stage(name, name, try parts.add(name, make)))
    }
    /// A normalisation and a ReLU; neither the ReLU nor its name is in the original's list of layers.
    func normalize(_ number: Int, _ channels: Int) throws {
      try add("in\(number)") { try InstanceNorm2d($0, channels, affine: true) }
      stages.append(Stage("relu\(number)", "relu\(number)", LayerObject(Activation.relu)))
    }
    for (number, inputs, outputs, kernel, stride) in [(1, 3, 32, 9, 1), (2, 32, 64, 3, 2), (3, 64, 128, 3, 2)] {
      try add("conv\(number)") { try PaddedConvolution($0, inputs, outputs, kernel: kernel, stride: stride) }
      try normalize(number, outputs)
    }
    for number in 1...5 { try add("res\(number)") { try ResidualBlock($0, 128) } }
    for (number, inputs, outputs) in [(1, 128, 64), (2, 64, 32)] {
      try add("deconv\(number)") { try PaddedConvolution($0, inputs, outputs, kernel: 3, enlarged: true) }
      try normalize(number + 3, outputs)
    }
    try add("deconv3") { try PaddedConvolution($0, 32, 3, kernel: 9) }
    (self.stages, children) = (stages, parts.children)
  }
}

/// A convolution over the picture mirrored at its border, which keeps the size (divided by the stride, rounded up),
/// after enlarging by 2 on request. [N, in, H, W] → [N, out, H′, W′].
private struct PaddedConvolution: Layer {
  private let convolution: LayerObject
  private let enlarged: Bool
  let children: [(name: String, layer: LayerObject)]
  var kind: String { enlarged ? "UpsampleConvLayer" : "ConvLayer" }

  init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, enlarged: Bool = false
  ) throws {
    var parts = Parts(weights)
    convolution = try parts.add("conv2d") {
      try Conv2d(
        $0, inputs, outputs, kernel: (kernel, kernel),
        .init(stride: (stride, stride), padding: (kernel / 2, kernel / 2)), padMode: .reflect)
    }
    (self.enlarged, children) = (enlarged, parts.children)
  }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try convolution(enlarged ? x.interpolate(.scale(2, 2)) : x)
  }
}

/// x + two convolutions with normalisation and a ReLU between them; none after the sum. He et al. 2015, with the
/// simplification of Gross & Wilber. [N, C, H, W] → [N, C, H, W].
private struct ResidualBlock: Layer {
  private let first, firstNorm, second, secondNorm: LayerObject
  let children: [(name: String, layer: LayerObject)]
  var kind: String { "ResidualBlock" }

  init(_ weights: Weights, _ channels: Int) throws {
    var parts = Parts(weights)
    first = try parts.add("conv1") { try PaddedConvolution($0, channels, channels, kernel: 3) }
    firstNorm = try parts.add("in1") { try InstanceNorm2d($0, channels, affine: true) }
    second = try parts.add("conv2") { try PaddedConvolution($0, channels, channels, kernel: 3) }
    secondNorm = try parts.add("in2") { try InstanceNorm2d($0, channels, affine: true) }
    children = parts.children
  }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x + secondNorm(second(firstNorm(first(x), then: .relu)))
  }
}
