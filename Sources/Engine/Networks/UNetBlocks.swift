public import Layers
internal import Surface
public import TensorCore

// The two blocks that the U-Net of Stable Diffusion 1.5 is made of (Rombach et al. 2022, arXiv 2112.10752). Names in
// `state_dict` and the order of the weights are those of diffusers (`ResnetBlock2D`, `Transformer2DModel`).

/// Channels that group normalisation in 32 groups can divide.
private func checkGroups(_ layer: String, _ sizes: Int...) throws {
  if let wrong = sizes.first(where: { $0 < 1 || $0 % 32 != 0 }) {
    throw EngineError(layer, expected: "channels that are a multiple of 32, the number of groups", came: "\(wrong)")
  }
}

/// Normalisation, SiLU and convolution twice, with the time embedding added between them, and x added at the end.
/// x [N, in, H, W] and time [N, size] → [N, out, H, W].
public struct UNetResidualBlock: ConditionedLayer {
  private let norm1, convolution1, time, norm2, convolution2: LayerObject
  private let shortcut: LayerObject?
  public let children: [(name: String, layer: LayerObject)]
  public var conditions: [String] { ["a time embedding"] }
  public var kind: String { "ResnetBlock2D" }

  /// Takes `norm1`, `conv1`, `time_emb_proj`, `norm2`, `conv2` and, where channels change, `conv_shortcut` from `weights`.
  /// - Parameter time: the size of the time embedding.
  public init(_ weights: Weights, _ inputs: Int, _ outputs: Int, time size: Int = 1280) throws {
    try checkGroups("ResnetBlock2D", inputs, outputs)
    var parts = Parts(weights)
    norm1 = try parts.add("norm1") { try GroupNorm($0, 32, inputs) }
    convolution1 = try parts.add("conv1") { try Conv2d($0, inputs, outputs, kernel: (3, 3), .init(padding: (1, 1))) }
    time = try parts.add("time_emb_proj") { try Linear($0, size, outputs) }
    norm2 = try parts.add("norm2") { try GroupNorm($0, 32, outputs) }
    convolution2 = try parts.add("conv2") { try Conv2d($0, outputs, outputs, kernel: (3, 3), .init(padding: (1, 1))) }
    shortcut =
      inputs == outputs ? nil : try parts.add("conv_shortcut") { try Conv2d($0, inputs, outputs, kernel: (1, 1)) }
    children = parts.children
  }

  public func callAsFunction(_ x: Tensor, _ conditions: [Tensor], training: Bool) throws -> Tensor {
    let embedding = try time(conditions[0].silu())
    guard x.rank == 4, embedding.rank == 2 else {
      throw EngineError(
        kind, expected: "an input [N, C, H, W] and a time embedding [N, size]",
        came: "\(x.shape.shapeText) and \(conditions[0].shape.shapeText)")
    }
    var y = try convolution1(norm1(x, then: .silu))
    y = try y + embedding.unsqueeze(2).unsqueeze(3)
    y = try convolution2(norm2(y, then: .silu))
    return try (shortcut.map { try $0(x) } ?? x) + y
  }
}

/// Attention of every place to all places and to the words of a prompt, then two layers for each place by itself.
/// x [N, C, H, W] and context [N, L, size] → [N, C, H, W].
public struct UNetTransformer: ConditionedLayer {
  private let norm, projectIn, block, projectOut: LayerObject
  public let children: [(name: String, layer: LayerObject)]
  public var conditions: [String] { ["a context"] }
  public var kind: String { "Transformer2DModel" }

  /// Takes `norm`, `proj_in`, `transformer_blocks.0.…` and `proj_out` from `weights`.
  /// - Parameter context: the size of a word's vector.
  public init(_ weights: Weights, _ channels: Int, heads: Int = 8, context: Int = 768) throws {
    try checkGroups("Transformer2DModel", channels)
    var parts = Parts(weights)
    norm = try parts.add("norm") { try GroupNorm($0, 32, channels, eps: 1e-6) }
    projectIn = try parts.add("proj_in") { try Conv2d($0, channels, channels, kernel: (1, 1)) }
    let inner = try TransformerBlock(weights["transformer_blocks"]["0"], channels, heads: heads, context: context)
    block = LayerObject(inner)
    block.setTraining(false)
    let list = Group([("0", block)])
    parts.add("transformer_blocks") { _ in list }
    projectOut = try parts.add("proj_out") { try Conv2d($0, channels, channels, kernel: (1, 1)) }
    children = parts.children
  }

  public func callAsFunction(_ x: Tensor, _ conditions: [Tensor], training: Bool) throws -> Tensor {
    guard x.rank == 4 else { throw EngineError(kind, expected: "an input [N, C, H, W]", came: x.shape.shapeText) }
    let map = try projectIn(norm(x))
    let tokens = try block(map.flatten(2).transpose(1, 2), conditions)
    return try x + projectOut(tokens.transpose(1, 2).reshape(map.shape))
  }
}

/// Self-attention, attention to the context, and a gated layer, each after a normalisation and added to its input.
/// Tokens [N, T, C] and context [N, L, size] → [N, T, C].
private struct TransformerBlock: ConditionedLayer {
  private let norm1, itself, norm2, context, norm3, forward: LayerObject
  let children: [(name: String, layer: LayerObject)]
  var conditions: [String] { ["a context"] }
  var kind: String { "BasicTransformerBlock" }

  init(_ weights: Weights, _ channels: Int, heads: Int, context size: Int) throws {
    var parts = Parts(weights)
    norm1 = try parts.add("norm1") { try LayerNorm($0, [channels]) }
    itself = try parts.add("attn1") { try Attention($0, channels, heads: heads, context: channels) }
    norm2 = try parts.add("norm2") { try LayerNorm($0, [channels]) }
    context = try parts.add("attn2") { try Attention($0, channels, heads: heads, context: size) }
    norm3 = try parts.add("norm3") { try LayerNorm($0, [channels]) }
    forward = try parts.add("ff") { try FeedForward($0, channels) }
    children = parts.children
  }

  func callAsFunction(_ x: Tensor, _ conditions: [Tensor], training: Bool) throws -> Tensor {
    let own = try norm1(x)
    var y = try x + itself(own, own)
    y = try y + context(norm2(y), conditions)
    return try y + forward(norm3(y))
  }
}

/// Attention of several heads: tokens [N, T, C] ask, the context [N, L, size] answers → [N, T, C].
private struct Attention: ConditionedLayer {
  private let queries, keys, values, output: LayerObject
  private let heads: Int
  let children: [(name: String, layer: LayerObject)]
  var conditions: [String] { ["a context"] }
  var kind: String { "Attention" }

  init(_ weights: Weights, _ channels: Int, heads: Int, context: Int) throws {
    guard heads > 0, channels % heads == 0 else {
      throw EngineError("Attention", expected: "a number of heads that divides \(channels) channels", came: "\(heads)")
    }
    var parts = Parts(weights)
    queries = try parts.add("to_q") { try Linear($0, channels, channels, bias: false) }
    keys = try parts.add("to_k") { try Linear($0, context, channels, bias: false) }
    values = try parts.add("to_v") { try Linear($0, context, channels, bias: false) }
    var list = Parts(weights["to_out"])
    output = try list.add("0") { try Linear($0, channels, channels) }
    parts.add("to_out") { _ in Group(list.children) }
    (self.heads, children) = (heads, parts.children)
  }

  func callAsFunction(_ x: Tensor, _ conditions: [Tensor], training: Bool) throws -> Tensor {
    let context = conditions[0]
    guard x.rank == 3, context.rank == 3 else {
      throw EngineError(
        kind, expected: "tokens and a context [N, length, size]",
        came: "\(x.shape.shapeText) and \(context.shape.shapeText)")
    }
    func split(_ y: Tensor) throws -> Tensor {
      try y.reshape([y.shape[0], y.shape[1], heads, -1]).transpose(1, 2)
    }
    let y = try split(queries(x)).attention(split(keys(context)), split(values(context)))
    return try output(y.transpose(1, 2).reshape(x.shape))
  }
}

/// Twice 4·C numbers of each token, one times GELU of the other, and back to C: Shazeer 2020, arXiv 2002.05202.
private struct FeedForward: Layer {
  private let gate, output: LayerObject
  let children: [(name: String, layer: LayerObject)]
  var kind: String { "FeedForward" }

  init(_ weights: Weights, _ channels: Int) throws {
    var first = Parts(weights["net"]["0"]), list = Parts(weights["net"])
    gate = try first.add("proj") { try Linear($0, channels, 8 * channels) }
    list.add("0") { _ in Group(first.children) }
    output = try list.add("2") { try Linear($0, 4 * channels, channels) }
    var parts = Parts(weights)
    parts.add("net") { _ in Group(list.children) }
    children = parts.children
  }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    let halves = try gate(x).chunk(2, -1)
    return try output(halves[0] * halves[1].gelu())
  }
}
