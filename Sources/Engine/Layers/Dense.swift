internal import Surface
public import TensorCore

/// x·Wᵀ + b. weight [out, in], bias [out]; input [*, in] → [*, out].
public struct Linear: Layer {
  /// The matrix or table that is trained.
  public let weight: Parameter
  /// Added to each output.
  public let bias: Parameter?

  /// Takes `weight` and, unless told otherwise, `bias` from `weights`.
  public init(_ weights: Weights, _ inputs: Int, _ outputs: Int, bias: Bool = true) throws {
    try checkSizes("nn.Linear", ("inputs", inputs), ("outputs", outputs))
    weight = try weights("weight", [outputs, inputs], .kaiming(fanIn: Double(inputs)))
    self.bias = bias ? try weights("bias", [outputs], .bias(fanIn: Double(inputs))) : nil
  }

  public var kind: String { "Linear" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }

  public var details: String {
    let shape = weight.tensor.shape
    return "in_features=\(shape[1]), out_features=\(shape[0]), bias=\(Python.text(bias != nil))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.linear(weight.tensor, bias?.tensor)
  }
}

/// A table of vectors looked up by published ids, which count from 0. weight [rows, size]; ids [*] → [*, size].
public struct Embedding: Layer {
  /// The matrix or table that is trained.
  public let weight: Parameter

  /// Takes `weight` from `weights`.
  public init(_ weights: Weights, _ rows: Int, _ size: Int) throws {
    try checkSizes("nn.Embedding", ("rows", rows), ("a vector size", size))
    weight = try weights("weight", [rows, size], .normal)
  }

  public var kind: String { "Embedding" }
  public var parameters: [NamedParameter] { named(("weight", weight)) }
  public var details: String { weight.tensor.shape.map(String.init).joined(separator: ", ") }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try weight.tensor.embedding(x.wholeNumbers("nn.Embedding", "ids"))
  }
}

extension Tensor {
  /// These numbers as i64; floating-point tensors (what a script's literals make) count when all are whole.
  package func wholeNumbers(_ operation: String, _ what: String) throws -> Tensor {
    if dtype == .i64 { return detached() }
    let whole = try detached().to(.i64)
    var isWhole = dtype != .bool
    if dtype.isFloating { isWhole = try whole.to(.f64).isClose(to: detached().to(.f64), rtol: 0, atol: 0) }
    guard isWhole else {
      throw EngineError(
        operation, expected: "whole numbers as \(what)",
        came: dtype == .bool ? "a tensor of bool" : "a tensor of \(dtype) with fractions")
    }
    return whole
  }
}
