internal import Surface
package import TensorCore

/// A layer that can end in an activation while its results are at hand.
protocol FusingLayer: Layer {
  /// activation(self(x)), in one pass over memory where a kernel can.
  func callAsFunction(_ x: Tensor, training: Bool, then activation: FusedActivation) throws -> Tensor
}

/// Layers that follow each other, computed together where one kernel can: a frame around a picture, the convolution over
/// it and its ReLU; a normalization and its ReLU or SiLU. Their results are the same, one by one or together.
package enum Fusion {
  /// Runs the layer at `place` and, before `end`, those after it that the same kernel computes; tells how many ran. Hooks
  /// see every layer's result, so layers that have some run alone.
  package static func run(
    _ layers: [LayerObject], from place: Int, before end: Int, _ x: Tensor
  ) throws -> (result: Tensor, count: Int) {
    let here = Array(layers[place..<Swift.min(place + 3, end)].prefix { !$0.hasHooks })
    if here.count >= 2, let pad = here[0].layer as? Pad2d, let convolution = here[1].layer as? Conv2d,
      let framed = convolution.over(pad)
    {
      let then = here.count == 3 ? here[2].fusedActivation : nil
      return (try together(here, framed, then, x), then == nil ? 2 : 3)
    }
    if here.count >= 2, let layer = here[0].layer as? any FusingLayer, let then = here[1].fusedActivation {
      return (try together(Array(here.prefix(2)), layer, then, x), 2)
    }
    return (try layers[place](x), 1)
  }

  private static func together(
    _ parts: [LayerObject], _ layer: any FusingLayer, _ then: FusedActivation?, _ x: Tensor
  ) throws -> Tensor {
    try Profile.measure(parts.prefix(then == nil ? 2 : 3).map(\.layer.kind).joined(separator: " + ")) {
      try layer(x, training: parts[0].isTraining, then: then ?? .none)
    }
  }
}

extension FusedActivation {
  /// The name of its layer.
  fileprivate var kind: String {
    switch self {
    case .none: "Identity"
    case .relu: "ReLU"
    case .silu: "SiLU"
    }
  }
}

extension LayerObject {
  /// What this layer is to the kernel of the layer before it.
  fileprivate var fusedActivation: FusedActivation? { (layer as? Activation)?.fused }

  /// activation(self(x)), together where a kernel can.
  package func callAsFunction(_ x: Tensor, then activation: FusedActivation) throws -> Tensor {
    guard !hasHooks, let fusing = layer as? any FusingLayer else { return try activation.applied(self(x)) }
    return try Profile.measure("\(layer.kind) + \(activation.kind)") {
      try fusing(x, training: isTraining, then: activation)
    }
  }
}

extension Conv2d: FusingLayer {
  func callAsFunction(_ x: Tensor, training: Bool, then activation: FusedActivation) throws -> Tensor {
    // What the kernels of convolutions can is to rectify, over sizes of padding that are the same on both sides.
    guard activation == .relu, rule == nil else { return try activation.applied(self(x, training: training)) }
    return try x.conv2d(weight.tensor, bias: bias?.tensor, options, outside: padMode, rectified: true)
  }

  /// The convolution over a picture within a frame, if that is one too.
  fileprivate func over(_ pad: Pad2d) -> Conv2d? {
    guard options.padding == (0, 0), rule == nil, pad.mode == .reflect || pad.mode == .replicate,
      pad.amounts.count == 4, pad.amounts[0] == pad.amounts[1], pad.amounts[2] == pad.amounts[3],
      pad.amounts.allSatisfy({ $0 >= 0 })
    else { return nil }
    var framed = options
    framed.padding = (pad.amounts[2], pad.amounts[0])
    return Conv2d(weight, bias, framed, padMode: pad.mode)
  }
}

extension InstanceNorm2d: FusingLayer {
  func callAsFunction(_ x: Tensor, training: Bool, then activation: FusedActivation) throws -> Tensor {
    guard x.rank == 4 else { return try activation.applied(self(x, training: training)) }
    try checkChannels(x, channels, "nn.InstanceNorm2d", rank: 4)
    return try x.instanceNorm(weight: weight?.tensor, bias: bias?.tensor, eps: eps, then: activation)
  }
}

extension GroupNorm: FusingLayer {
  func callAsFunction(_ x: Tensor, training: Bool, then activation: FusedActivation) throws -> Tensor {
    try checkChannels(x, channels, "nn.GroupNorm")
    return try x.groupNorm(groups, weight: weight?.tensor, bias: bias?.tensor, eps: eps, then: activation)
  }
}
