public import Layers
internal import Surface
public import TensorCore

/// The reversible residual network of CAP-VSTNet: Wen, Gao & Zou, CVPR 2023 (section 3.2). It loses nothing: `inverse`
/// gives the picture back to rounding, so whatever is changed between the two is the only change. 4,089,936 numbers in
/// either mode.
///
/// Pictures [N, 3, H, W], RGB 0 to 1, H and W multiples of 4 → photo: [N, 32, H, W]; art: [N, 128, H/2, W/2].
/// The state is two halves of as many channels; a block adds a function of one to the other and swaps them:
/// (x₁, x₂) → (S(x₂), F(x₂) + S(x₁)), where S moves 2×2 places into channels in the blocks with stride 2. Results on the
/// way, `stack.0` … `stack.29`, `channel_reduction.block_list.0` and `.1`, are both halves, one after the other.
public struct RevResNet: FeatureLayer, InvertibleLayer {
  /// What the features are for.
  public enum Mode: String, CaseIterable, Sendable {
    /// Photographs: few channels at full size.
    case photo
    /// Paintings: many channels at half the size.
    case art
    /// Times that places are made of channels at the end.
    fileprivate var spreads: Int { self == .photo ? 2 : 1 }
    /// Channels of each half at the end.
    fileprivate var channels: Int { self == .photo ? 16 : 64 }
  }

  /// Blocks of each stage, and the channels of each half there.
  private static let stages: [(blocks: Int, channels: Int)] = [(10, 16), (10, 64), (10, 256)]

  /// Which of the two networks.
  public let mode: Mode
  private let blocks: [LayerObject]
  public let children: [(name: String, layer: LayerObject)]
  public let features: [Feature]
  public var kind: String { "RevResNet" }

  /// Takes `stack.N.conv.{1,4,7}.…` and `channel_reduction.block_list.N.conv.{1,4,7}.…` from `weights`.
  public init(_ weights: Weights, _ mode: Mode = .photo) throws {
    self.mode = mode
    var stack = Parts(weights["stack"])
    for (stage, size) in RevResNet.stages.enumerated() {
      for number in 0..<size.blocks {
        try stack.add("\(stack.children.count)") {
          try ReversibleBlock($0, size.channels, halves: stage > 0 && number == 0)
        }
      }
    }
    // The refinement works on channels · 4^spreads, which are 256 in both modes, as many as the stack's.
    let refined = mode.channels << (2 * mode.spreads)
    var list = Parts(weights["channel_reduction"]["block_list"])
    for number in 0..<2 { try list.add("\(number)") { try ReversibleBlock($0, refined, halves: false) } }
    var parts = Parts(weights)
    parts.add("stack") { _ in Group(stack.children) }
    parts.add("channel_reduction") { _ in Group([("block_list", LayerObject(Group(list.children)))]) }
    children = parts.children
    blocks = (stack.children + list.children).map(\.layer)
    features =
      stack.children.map { Feature("stack.\($0.name)") }
      + list.children.map { Feature("channel_reduction.block_list.\($0.name)") }
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    let (batch, isOne) = try pictures(x, kind)
    var state = try begin(batch)
    for (place, block) in blocks.enumerated() {
      state = try Work.part(place, of: blocks.count) { try step(block, state) }
    }
    var z = try state.joined
    for _ in 0..<mode.spreads { z = try z.spread() }
    return isOne ? try z.squeeze(0) : z
  }

  public func results(_ x: Tensor, at places: Set<Int>) throws -> [Int: Tensor] {
    let (batch, isOne) = try pictures(x, kind)
    var (state, kept) = (try begin(batch), [Int: Tensor]())
    for place in 0..<((places.max() ?? -1) + 1) {
      state = try step(blocks[place], state)
      if places.contains(place) { kept[place] = isOne ? try state.joined.squeeze(0) : try state.joined }
    }
    return kept
  }

  public func inverse(_ z: Tensor, training: Bool) throws -> Tensor {
    let unit = 1 << mode.spreads
    guard z.rank == 3 || z.rank == 4, z.shape[z.rank - 3] == 2 * mode.channels,
      z.shape.suffix(2).allSatisfy({ $0 % unit == 0 })
    else {
      throw EngineError(
        kind, expected: "what the network returns in the mode \(mode): [N, \(2 * mode.channels), height, width]",
        came: z.shape.shapeText, advice: "height and width must be multiples of \(unit)")
    }
    var joined = z.rank == 3 ? try z.unsqueeze(0) : z
    for _ in 0..<mode.spreads { joined = try joined.gathered() }
    var state = try Halves(joined)
    for (place, block) in blocks.reversed().enumerated() {
      state = try Work.part(place, of: blocks.count) { try reversible(block).inverse(state) }
    }
    let x = try state.first.narrow(1, 0, 3)
    return z.rank == 3 ? try x.squeeze(0) : x
  }

  /// The state before the first block: the picture and zeros, which make room for features.
  private func begin(_ x: Tensor) throws -> Halves {
    guard x.shape[2] % 4 == 0, x.shape[3] % 4 == 0 else {
      throw EngineError(
        kind, expected: "a height and a width that are multiples of 4", came: "\(x.shape[2])×\(x.shape[3])",
        advice: "crop or resize the picture; what is not a multiple could not be given back")
    }
    let channels = RevResNet.stages[0].channels
    let second = try Tensor.zeros([x.shape[0], channels, x.shape[2], x.shape[3]], x.dtype)
    return Halves(try x.pad([0, 0, 0, 0, 0, channels - 3]), second)
  }

  /// One block; through its object only where a hook waits there, because that joins and splits the halves.
  private func step(_ block: LayerObject, _ state: Halves) throws -> Halves {
    block.hasHooks ? try Halves(block(state.joined)) : try reversible(block)(state)
  }

  private func reversible(_ block: LayerObject) -> ReversibleBlock { block.layer as! ReversibleBlock }
}

/// The state of a reversible network: two halves of one shape.
private struct Halves {
  let first, second: Tensor

  init(_ first: Tensor, _ second: Tensor) { (self.first, self.second) = (first, second) }

  init(_ joined: Tensor) throws {
    let parts = try joined.chunk(2, 1)
    (first, second) = (parts[0], parts[1])
  }

  var joined: Tensor { get throws { try Tensor.cat([first, second], 1) } }
}

/// (x₁, x₂) → (S(x₂), F(x₂) + S(x₁)): Gomez et al. 2017, arXiv 1707.04585, with the halves swapped. F are three 3×3
/// convolutions over mirrored borders with a quarter of the channels between them; S moves places into channels in
/// blocks that halve the picture, whose F sees what is not moved yet.
private struct ReversibleBlock: Layer {
  private let residual: LayerObject
  private let halves: Bool
  let children: [(name: String, layer: LayerObject)]
  var kind: String { "residual_block" }

  /// A block of `channels` channels in each half of its result.
  init(_ weights: Weights, _ channels: Int, halves: Bool) throws {
    self.halves = halves
    var parts = Parts(weights)
    let inner = channels / 4
    let sizes = [(halves ? inner : channels, inner), (inner, inner), (inner, channels)]
    residual = try parts.add("conv") { weights in
      var parts = Parts(weights)
      for (place, (inputs, outputs)) in sizes.enumerated() {
        if place > 0 { parts.add("\(3 * place - 1)") { _ in Activation.relu } }
        parts.add("\(3 * place)") { _ in Pad2d.reflection([1, 1, 1, 1]) }
        let stride = halves && place == 0 ? 2 : 1
        try parts.add("\(3 * place + 1)") {
          try Conv2d($0, inputs, outputs, kernel: (3, 3), .init(stride: (stride, stride)))
        }
      }
      return try Sequential(parts.children.map { .layer($0.layer) })
    }
    children = parts.children
  }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try self(Halves(x)).joined }

  func callAsFunction(_ state: Halves) throws -> Halves {
    let second = try residual(state.second) + moved(state.first)
    return Halves(try moved(state.second), second)
  }

  func inverse(_ state: Halves) throws -> Halves {
    let second = try back(state.first)
    return Halves(try back(state.second - residual(second)), second)
  }

  private func moved(_ x: Tensor) throws -> Tensor { halves ? try x.gathered() : x }
  private func back(_ x: Tensor) throws -> Tensor { halves ? try x.spread() : x }
}

extension Tensor {
  /// Each 2×2 places moved into channels, all channels of a place together: [N, C, H, W] → [N, 4·C, H/2, W/2]. Not the
  /// order of `pixelUnshuffle`, which keeps the places of a channel together.
  fileprivate func gathered() throws -> Tensor {
    let (n, c, h, w) = (shape[0], shape[1], shape[2] / 2, shape[3] / 2)
    return try reshape([n, c, h, 2, w, 2]).permute([0, 3, 5, 1, 2, 4]).reshape([n, 4 * c, h, w])
  }

  /// The way back: [N, 4·C, H, W] → [N, C, 2·H, 2·W].
  fileprivate func spread() throws -> Tensor {
    let (n, c, h, w) = (shape[0], shape[1] / 4, shape[2], shape[3])
    return try reshape([n, 2, 2, c, h, w]).permute([0, 3, 4, 1, 5, 2]).reshape([n, c, 2 * h, 2 * w])
  }
}

extension RevResNet {
  /// The network as the authors' code makes it after `torch.manual_seed`: PyTorch's default values, then biases of 0.
  static func seeded(_ generator: RandomGenerator, _ mode: Mode) throws -> RevResNet {
    try RevResNet(Weights(First(random: RandomWeights(generator))), mode)
  }

  /// Their first values: the biases are drawn, so that the stream goes on in step, and forgotten.
  private struct First: TensorSource {
    let random: RandomWeights

    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor { try random.tensor(name, shape) }

    func tensor(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Tensor {
      let drawn = try random.tensor(name, shape, initial)
      return shape.count == 1 ? try Tensor.zeros(shape) : drawn
    }
  }
}
