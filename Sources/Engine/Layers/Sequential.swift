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
    var (y, place) = (x, 0)
    while place < parts.count {
      let (result, count) = try run(place, before: parts.count, y)
      (y, place) = (result, place + count)
    }
    return y
  }

  /// Runs the part at a place, with those after it that one kernel computes together.
  private func run(_ place: Int, before end: Int, _ x: Tensor) throws -> (result: Tensor, count: Int) {
    let layers = parts[place..<Swift.min(place + 3, end)].prefix { if case .layer = $0 { true } else { false } }
    guard !layers.isEmpty else { return (try run(place, x), 1) }
    let objects = layers.compactMap { if case .layer(let object) = $0 { object } else { nil } }
    return try Fusion.run(objects, from: 0, before: objects.count, x)
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
    try staged(x, at: places) { try run($0, before: $1, $2) }
  }
}
