internal import Surface

/// How a parameter begins when no file gives its value; each layer knows its own.
public enum Initial: Sendable {
  case zeros, ones
  /// Uniform in −bound … bound.
  case uniform(Double)
  /// The standard normal distribution.
  case normal
}

/// Named tensors: a file, initialisers, or another source seen through a change.
public protocol TensorSource {
  /// The tensor under a name. Throws when there is none or its shape differs.
  func tensor(_ name: String, _ shape: [Int]) throws -> Tensor

  /// The same; a source that has no stored values begins as `initial` says.
  func tensor(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Tensor
}

extension TensorSource {
  public func tensor(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Tensor { try tensor(name, shape) }
}

/// A source narrowed to a prefix; what every layer's initialiser takes. `weights["conv1"]("weight", 8, 3, 3, 3)` asks
/// for `conv1.weight`.
public struct Weights {
  private let source: any TensorSource
  /// The prefix, without a trailing dot.
  public let path: String

  /// All tensors of a source, or those below a prefix.
  public init(_ source: any TensorSource, path: String = "") {
    self.source = source
    self.path = path
  }

  /// The same source, one name further in.
  public subscript(_ part: String) -> Weights { Weights(source, path: path.isEmpty ? part : path + "." + part) }

  /// The parameter under a name, of a shape.
  public func callAsFunction(_ name: String, _ shape: Int...) throws -> Parameter {
    let full = self[name].path
    return try Parameter(full, source.tensor(full, shape))
  }

  /// The parameter (or, not trained, the buffer) under a name, which begins as `initial` says when nothing is stored.
  public func callAsFunction(
    _ name: String, _ shape: [Int], _ initial: Initial, isTrained: Bool = true
  ) throws -> Parameter {
    let full = self[name].path
    return try Parameter(full, source.tensor(full, shape, initial), isTrained: isTrained)
  }
}

/// A named tensor that a layer reads at each call. Optimisers, `load_state_dict` and moving averages change what is in
/// the box; networks stay simple values over shared boxes.
public final class Parameter {
  public let name: String
  /// The value now. A leaf; asks for a gradient when `isTrained`.
  public private(set) var tensor: Tensor

  /// A box around a value, which is to be trained if it holds fractions.
  public init(_ name: String, _ tensor: Tensor, isTrained: Bool = true) throws {
    self.name = name
    self.tensor = tensor
    try setTrained(isTrained)
  }

  /// Whether gradients are wanted.
  public var isTrained: Bool { tensor.wantsGradient }

  /// Asks for gradients or not; a frozen parameter neither computes nor stores one.
  public func setTrained(_ trained: Bool) throws {
    if tensor.node != nil { tensor = tensor.alias() }
    try tensor.setRequiresGradient(trained)
  }

  /// Puts new values of the same shape into the box; they are copied into the tensor that layers and optimisers hold.
  public func load(_ value: Tensor) throws {
    guard value.dims == tensor.dims else {
      throw EngineError(
        "load_state_dict", "'\(name)' has the shape \(tensor.dims.text), the value for it \(value.dims.text)")
    }
    try Autograd.noGradient { _ = try tensor.copy_(value) }
  }
}
