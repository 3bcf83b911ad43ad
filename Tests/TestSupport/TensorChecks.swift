internal import Foundation
public import TensorCore
public import Testing

/// The elements' bytes in row-major order: what "the same to the last bit" compares.
public func elementBytes(_ tensor: Tensor) throws -> [UInt8] { try tensor.withBytes { Array($0) } }

/// The largest difference of two tensors' elements, relative to the largest magnitude among the expected ones (to 1
/// where that is smaller). Infinity where shapes differ, and where a NaN or an infinity stands in one of them only.
public func relativeError(_ actual: Tensor, _ expected: Tensor) throws -> Double {
  guard actual.shape == expected.shape else { return .infinity }
  let (a, b) = (try actual.doubles(), try expected.doubles())
  let scale = b.lazy.filter(\.isFinite).map(abs).max() ?? 0
  var worst = 0.0
  for (x, y) in zip(a, b) {
    if x == y || (x.isNaN && y.isNaN) { continue }
    let error = abs(x - y)
    if !error.isFinite { return .infinity }
    worst = max(worst, error)
  }
  return worst / max(scale, 1)
}

/// Records a failure when two tensors differ by more than a relative error, or in shape.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, within tolerance: Double, _ what: String,
  at place: SourceLocation = #_sourceLocation
) throws {
  let error = try relativeError(actual, expected)
  if error <= tolerance { return }
  let found =
    actual.shape == expected.shape ? "differs by \(error)" : "has the shape \(actual.shape), not \(expected.shape)"
  Issue.record("\(what): \(found) (allowed: \(tolerance))", sourceLocation: place)
}

/// Records a failure when two tensors differ in type, shape or any bit.
public func expectSameBytes(
  _ actual: Tensor, _ expected: Tensor, _ what: String, at place: SourceLocation = #_sourceLocation
) throws {
  if actual.dtype != expected.dtype || actual.shape != expected.shape {
    Issue.record(
      "\(what): \(actual.dtype) \(actual.shape) beside \(expected.dtype) \(expected.shape)", sourceLocation: place)
  } else if try elementBytes(actual) != elementBytes(expected) {
    let error = try relativeError(actual, expected)
    Issue.record("\(what): the bytes differ (relative error \(error))", sourceLocation: place)
  }
}

/// Ways in which the elements of an operand can lie in memory.
public enum Layout: String, CaseIterable, Sendable {
  /// Every second element of memory.
  case spaced
  /// The axes in reverse order of memory.
  case transposed
  /// Every axis backwards.
  case flipped
  /// A part of a larger tensor, at an odd offset.
  case inside

  /// The same elements, laid out this way. Tensors without axes stay as they are.
  public func of(_ x: Tensor) throws -> Tensor {
    try Autograd.noGradient {
      guard x.rank > 0 else { return x }
      switch self {
      case .spaced:
        var wide = x.shape
        wide[x.rank - 1] *= 2
        let memory = try Tensor.zeros(wide, x.dtype)
        let view = try memory.slice(x.rank - 1, 0, x.shape[x.rank - 1], step: 2)
        return try view.copy_(x)
      case .transposed:
        let order = Array((0..<x.rank).reversed())
        return try x.permute(order).copy().permute(order)
      case .flipped:
        let axes = Array(0..<x.rank)
        return try x.flip(axes).copy().flip(axes)
      case .inside:
        let memory = try Tensor.zeros(x.shape.map { $0 + 2 }, x.dtype)
        var view = memory
        for axis in 0..<x.rank { view = try view.narrow(axis, 1, x.shape[axis]) }
        return try view.copy_(x)
      }
    }
  }
}
