public import Surface
public import TensorCore

/// Layers and functions of the script, one after the other. Its parts are named 0, 1, … as in PyTorch.
public struct Sequential: Layer {
  /// What a place of the sequence holds.
  public enum Part {
    case layer(LayerObject)
    case function(any Callable)
  }

  /// What runs, in order.
  public let parts: [Part]

  /// How many sequences lie inside each other, this one included. Calls go down one level per sequence, so there is a
  /// limit.
  private let depth: Int

  /// Throws when too many sequences lie inside each other.
  public init(_ parts: [Part]) throws {
    self.parts = parts
    let inside = parts.map { part in
      if case .layer(let object) = part { return (object.layer as? Sequential)?.depth ?? 0 }
      return 0
    }
    depth = 1 + (inside.max() ?? 0)
    guard depth <= 100 else {
      throw EngineError(
        "nn.Sequential", "more than 100 sequences lie inside each other", advice: "use one long sequence")
    }
  }

  /// A sequence of layers.
  public init(_ layers: any Layer...) throws { try self.init(layers.map { .layer(LayerObject($0)) }) }

  public var kind: String { "Sequential" }

  /// The layers among the parts.
  public var children: [(name: String, layer: LayerObject)] {
    parts.enumerated().compactMap { index, part in
      if case .layer(let object) = part { return ("\(index)", object) }
      return nil
    }
  }

  /// Every part by its own mode: `m:eval()` sets the parts', not an argument.
  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    var y = x
    for index in parts.indices { y = try run(index, y) }
    return y
  }

  /// The part at a place, counted from 0.
  private func run(_ index: Int, _ x: Tensor) throws -> Tensor {
    switch parts[index] {
    case .layer(let object): return try object(x)
    case .function(let function):
      let result = try function.call([.object(x)])
      guard case .object(let object as Tensor)? = result.first else {
        throw EngineError(
          "nn.Sequential", expected: "a tensor from the function at place \(index + 1)",
          came: result.first?.brief ?? "nothing")
      }
      return object
    }
  }
}

extension Sequential: FeatureLayer {
  /// The parts' names: `0`, `1`, …
  public var features: [Feature] { parts.indices.map { Feature("\($0)") } }

  public func results(_ x: Tensor, at places: Set<Int>) throws -> [Int: Tensor] {
    try staged(x, at: places) { try run($0, $1) }
  }
}
