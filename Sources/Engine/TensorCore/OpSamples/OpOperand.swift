internal import Surface

/// An operand of a sample: a shape and how its elements are drawn. The same name and place always give the same
/// elements.
package struct OpOperand: Sendable {
  /// What is drawn.
  package enum Content: Sendable {
    /// Uniform from a range, kept `gap` away from the listed values (where the op has a kink or a pole).
    case uniform(low: Double, high: Double, avoid: [Double], gap: Double)
    /// Matrices with 2, 3, 4, … on the diagonal under noise of norm about 1: far from singular, their eigenvalues and
    /// singular values apart, and positive definite once made symmetric.
    case graded
    /// Different numbers in random order, 0.1 apart at least.
    case distinct
    /// i64 from 0 up to a bound, which is not reached.
    case integers(below: Int)
    /// bool.
    case mask
    /// One number everywhere; the operand is one element of memory, stretched.
    case stretched(Double)
  }

  package let shape: [Int]
  package let content: Content

  /// Whether a gradient with respect to this operand makes sense.
  package var isFloating: Bool {
    switch content {
    case .uniform, .graded, .distinct, .stretched: true
    case .integers, .mask: false
    }
  }

  package static func uniform(_ shape: Int..., low: Double = -2, high: Double = 2) -> OpOperand {
    OpOperand(shape: shape, content: .uniform(low: low, high: high, avoid: [], gap: 0))
  }
  /// From −2 to 2, at least `gap` from each listed value.
  package static func avoiding(_ values: [Double], by gap: Double = 0.05, _ shape: Int...) -> OpOperand {
    OpOperand(shape: shape, content: .uniform(low: -2, high: 2, avoid: values, gap: gap))
  }
  package static func positive(_ shape: Int...) -> OpOperand {
    OpOperand(shape: shape, content: .uniform(low: 0.2, high: 3, avoid: [], gap: 0))
  }
  package static func graded(_ shape: Int...) -> OpOperand { OpOperand(shape: shape, content: .graded) }
  package static func distinct(_ shape: Int...) -> OpOperand { OpOperand(shape: shape, content: .distinct) }
  package static func integers(_ shape: Int..., below bound: Int) -> OpOperand {
    OpOperand(shape: shape, content: .integers(below: bound))
  }
  package static func mask(_ shape: Int...) -> OpOperand { OpOperand(shape: shape, content: .mask) }
  /// One element stretched to a shape, which may be larger than memory.
  package static func stretched(_ shape: Int..., value: Double = 0.5) -> OpOperand {
    OpOperand(shape: shape, content: .stretched(value))
  }

  /// The operand's elements; floating operands in `type`.
  package func draw(seed: UInt64, _ type: ElementType = .f32) throws -> Tensor {
    switch content {
    case .uniform(let low, let high, let avoid, let gap):
      return try Tensor.noise(shape, seed: seed).converted(to: type).spread(low, high, avoiding: avoid, by: gap)
    case .graded:
      let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
      let noise = try (Tensor.noise(shape, seed: seed).converted(to: type) * 2 - 1) / Double(columns).squareRoot()
      return try noise + Tensor.eye(rows, columns, type) * Tensor.arange(2, Double(columns) + 2, 1, type)
    case .distinct:
      let count = try Tensor.checkedDims(shape, for: "sample").product
      let ranks = try RandomGenerator(seed: seed).permutation(count).converted(to: type)
      let jitter = try Tensor.noise([count], seed: seed).converted(to: type) * 0.1
      return try ((ranks - Double(count / 2)) * 0.2 + jitter).reshape(shape)
    case .integers(let bound):
      return try (Tensor.noise(shape, seed: seed) * Double(bound)).clamp(0, Double(bound - 1)).to(.i64)
    case .mask: return try Tensor.noise(shape, seed: seed).lt(0.5)
    case .stretched(let value):
      return try Tensor.full([Int](repeating: 1, count: shape.count), value, type).expand(shape)
    }
  }
}

extension OpSample.Call {
  /// All operands; those that hold fractions in `type`.
  package func draw(for name: String, _ type: ElementType = .f32) throws -> [Tensor] {
    var seed: UInt64 = 14_695_981_039_346_656_037  // FNV-1a of the op's name
    for byte in name.utf8 { seed = (seed ^ UInt64(byte)) &* 1_099_511_628_211 }
    return try operands.enumerated().map { try $1.draw(seed: seed &+ UInt64($0), type) }
  }
}

extension Tensor {
  /// Numbers of [0, 1) spread over a range, pushed away from some values.
  fileprivate func spread(_ low: Double, _ high: Double, avoiding values: [Double], by gap: Double) throws -> Tensor {
    var x = try self * (high - low) + low
    for value in values {
      let distance = try x - value
      let side = try distance.ge(0).converted(to: dtype) * 2 - 1
      x = try Tensor.where(distance.abs().lt(gap), side * (gap * 1.5) + value, x)
    }
    return x
  }
}
