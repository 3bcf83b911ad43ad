internal import Surface
public import TensorCore

// What some layers can beyond mapping a tensor to a tensor.

/// A result inside a layer that can be asked for.
public struct Feature: Sendable {
  /// The name in the literature: `relu4_1`.
  public let name: String
  /// The name of the layer that computes it, as in `state_dict` (`features.20`).
  public let path: String

  /// A result; its layer has the same name unless told otherwise.
  public init(_ name: String, path: String? = nil) {
    (self.name, self.path) = (name, path ?? name)
  }
}

/// A layer of stages, whose results on the way can be asked for by name.
public protocol FeatureLayer: Layer {
  /// Every result there is, in the order in which they are computed.
  var features: [Feature] { get }
  /// The results at some places of `features`; computes no further than the last of them.
  func results(_ x: Tensor, at places: Set<Int>) throws -> [Int: Tensor]
}

extension FeatureLayer {
  /// Runs stages one after the other, up to the last place asked for; keeps what was asked for. `stage` runs the stage at a
  /// place and as many more before an end as it likes, and tells how many they were.
  public func staged(
    _ x: Tensor, at places: Set<Int>, _ stage: (_ place: Int, _ end: Int, Tensor) throws -> (result: Tensor, count: Int)
  ) throws -> [Int: Tensor] {
    var kept: [Int: Tensor] = [:]
    var (y, place) = (x, 0)
    for end in places.sorted().map({ $0 + 1 }) {
      while place < end {
        let (result, count) = try Work.part(place, of: places.max()! + 1) { try stage(place, end, y) }
        (y, place) = (result, place + count)
      }
      kept[end - 1] = y
    }
    return kept
  }
}

/// A layer that takes further tensors beside its input, such as a time embedding or the words of a prompt.
public protocol ConditionedLayer: Layer {
  /// What they are, in order, as messages name them.
  var conditions: [String] { get }
  /// The result for an input and as many further tensors as there are conditions.
  func callAsFunction(_ x: Tensor, _ conditions: [Tensor], training: Bool) throws -> Tensor
}

extension ConditionedLayer {
  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    throw EngineError(kind, expected: "the input and \(conditions.joined(separator: ", "))", came: "the input alone")
  }
}

/// A layer that loses nothing: its input can be computed from its output.
public protocol InvertibleLayer: Layer {
  /// The input that gives `z`, to rounding.
  func inverse(_ z: Tensor, training: Bool) throws -> Tensor
}

extension LayerObject {
  /// Results inside the layer by name. Throws for a name that is not among `FeatureLayer.features`, and for a layer that
  /// has none.
  public func features(_ x: Tensor, _ names: [String]) throws -> [NamedTensor] {
    let layer = try featured()
    let places = try names.map { name in
      guard let place = layer.features.firstIndex(where: { $0.name == name || $0.path == name }) else {
        throw EngineError(
          "features", "\(layer.kind) has no feature '\(name)'",
          advice: Suggestion.advice(for: name, in: layer.features.map(\.name)))
      }
      return place
    }
    let results = try Profile.measure(layer.kind) { try layer.results(x, at: Set(places)) }
    return zip(names, places).map { ($0, results[$1]!) }
  }

  /// The names that `features` knows, in the order in which they are computed.
  public func featureNames() throws -> [String] { try featured().features.map(\.name) }

  private func featured() throws -> any FeatureLayer {
    guard let layer = layer as? any FeatureLayer else {
      throw EngineError(
        "features", "\(layer.kind) has no named features", advice: "networks of models and nn.Sequential have them")
    }
    return layer
  }

  /// The input whose result is `z`. Throws for a layer that is not invertible.
  public func inverse(_ z: Tensor) throws -> Tensor {
    guard let invertible = layer as? any InvertibleLayer else {
      throw EngineError("inverse", "\(layer.kind) cannot be inverted", advice: "models.revresnet can")
    }
    return try Profile.measure(layer.kind) { try invertible.inverse(z, training: isTraining) }
  }

  /// The layer as one that takes conditions.
  func conditioned() throws -> any ConditionedLayer {
    guard let layer = layer as? any ConditionedLayer else {
      throw EngineError(layer.kind, expected: "one tensor", came: "several")
    }
    return layer
  }
}
