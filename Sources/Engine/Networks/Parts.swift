public import Layers
internal import Surface
public import TensorCore

/// The layers that a network is made of, in the order of their weights. Each name is spelled here once: it is where the
/// weights come from and what `state_dict` calls them.
struct Parts {
  private let weights: Weights
  /// What was added so far.
  private(set) var children: [(name: String, layer: LayerObject)] = []

  /// Parts of a network whose weights are these.
  init(_ weights: Weights) { self.weights = weights }

  /// Makes a layer from its own weights and takes it in. Models come ready for use: not training.
  @discardableResult mutating func add(_ name: String, _ make: (Weights) throws -> any Layer) rethrows -> LayerObject {
    let layer = LayerObject(try make(weights[name]))
    layer.setTraining(false)
    children.append((name, layer))
    return layer
  }
}

/// One step of a network that is a line of steps.
public struct Stage {
  /// The name of its result.
  public let feature: Feature
  /// What computes it.
  public let layer: LayerObject

  /// A layer under a path of names (`features.20`), whose result has the name.
  init(_ name: String, _ path: String, _ layer: LayerObject) {
    feature = Feature(name, path: path)
    self.layer = layer
  }
}

/// A network over pictures, [N, 3, H, W] or [3, H, W], that is a line of stages.
public protocol StagedNetwork: FeatureLayer {
  /// All steps in order.
  var stages: [Stage] { get }
}

/// Stages inside a sequence of PyTorch's, where layers have numbers for names.
struct Line {
  private let name: String
  private var parts: Parts
  /// What was added so far.
  private(set) var stages: [Stage] = []

  /// An empty sequence, whose weights stand under its name.
  init(_ name: String, _ weights: Weights) {
    self.name = name
    parts = Parts(weights[name])
  }

  /// Makes the next layer; `feature` is what its result is called.
  mutating func add(_ feature: String, _ make: (Weights) throws -> any Layer) rethrows {
    let number = "\(stages.count)"
    stages.append(Stage(feature, name + "." + number, try parts.add(number, make)))
  }

  /// The sequence as a part of its network.
  func child() throws -> (name: String, layer: LayerObject) {
    let sequence = LayerObject(try Sequential(parts.children.map { .layer($0.layer) }))
    sequence.setTraining(false)
    return (name, sequence)
  }
}

extension StagedNetwork {
  public var features: [Feature] { stages.map(\.feature) }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try results(x, at: [stages.count - 1])[stages.count - 1]!
  }

  public func results(_ x: Tensor, at places: Set<Int>) throws -> [Int: Tensor] {
    let (batch, isOne) = try pictures(x, kind)
    let layers = stages.map(\.layer)
    let results = try staged(batch, at: places) { try Fusion.run(layers, from: $0, before: $1, $2) }
    return isOne ? try results.mapValues { try $0.squeeze(0) } : results
  }
}

/// A batch of pictures [N, 3, H, W] from one, and whether it was one picture [3, H, W].
func pictures(_ x: Tensor, _ network: String) throws -> (batch: Tensor, isOne: Bool) {
  guard x.rank == 3 || x.rank == 4, x.shape[x.rank - 3] == 3 else {
    throw EngineError(network, expected: "pictures [N, 3, H, W] or [3, H, W]", came: x.shape.shapeText)
  }
  return x.rank == 3 ? (try x.unsqueeze(0), true) : (x, false)
}

/// Layers under names, one after the other.
struct Group: Layer {
  let children: [(name: String, layer: LayerObject)]
  var kind: String { "ModuleList" }

  init(_ children: [(name: String, layer: LayerObject)]) { self.children = children }

  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try children.reduce(x) { try $1.layer($0) }
  }
}
