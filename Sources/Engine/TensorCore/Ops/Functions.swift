internal import CKernels
internal import Surface

/// Inverse sine in radians; NaN outside [−1, 1].
struct Asin: Elementwise {
  var name: String { "asin" }
  var kernel: ck_unary_op { CK_ASIN }
  func slope(_ x: Tensor) throws -> Tensor? { try (1 - x * x).rsqrt() }
}

/// Inverse cosine in radians; NaN outside [−1, 1].
struct Acos: Elementwise {
  var name: String { "acos" }
  var kernel: ck_unary_op { CK_ACOS }
  func slope(_ x: Tensor) throws -> Tensor? { try -(1 - x * x).rsqrt() }
}

/// Inverse tangent in radians.
struct Atan: Elementwise {
  var name: String { "atan" }
  var kernel: ck_unary_op { CK_ATAN }
  func slope(_ x: Tensor) throws -> Tensor? { try 1 / (x * x + 1) }
}

/// Hyperbolic sine.
struct Sinh: Elementwise {
  var name: String { "sinh" }
  var kernel: ck_unary_op { CK_SINH }
  func slope(_ x: Tensor) throws -> Tensor? { try x.cosh() }
}

/// Hyperbolic cosine.
struct Cosh: Elementwise {
  var name: String { "cosh" }
  var kernel: ck_unary_op { CK_COSH }
  func slope(_ x: Tensor) throws -> Tensor? { try x.sinh() }
}

/// Logarithm to base 2.
struct Log2: Elementwise {
  var name: String { "log2" }
  var kernel: ck_unary_op { CK_LOG2 }
  func slope(_ x: Tensor) throws -> Tensor? { try 1.4426950408889634 / x }
}

extension Tensor {
  /// Inverse sine in radians, element-wise.
  public func asin() throws -> Tensor { try map(Asin()) }
  /// Inverse cosine in radians, element-wise.
  public func acos() throws -> Tensor { try map(Acos()) }
  /// Inverse tangent in radians, element-wise.
  public func atan() throws -> Tensor { try map(Atan()) }
  /// Hyperbolic sine, element-wise.
  public func sinh() throws -> Tensor { try map(Sinh()) }
  /// Hyperbolic cosine, element-wise.
  public func cosh() throws -> Tensor { try map(Cosh()) }
  /// Logarithm to base 2, element-wise.
  public func log2() throws -> Tensor { try map(Log2()) }

  /// The point between this tensor (weight 0) and another (weight 1): self + weight · (end − self). The ends are exact.
  public func lerp(_ end: Tensor, _ weight: Double) throws -> Tensor {
    _ = try broadcastShape(with: end, "lerp")
    return try weight < 0.5 ? self + (end - self) * weight : end - (end - self) * (1 - weight)
  }

  /// The same with a weight for each element; all three broadcast.
  public func lerp(_ end: Tensor, _ weight: Tensor) throws -> Tensor {
    guard let both = Dims.broadcast(dims, end.dims), Dims.broadcast(both, weight.dims) != nil else {
      throw EngineError(
        "lerp", "the shapes \(dims.text), \(end.dims.text) and \(weight.dims.text) (weight) do not fit together",
        advice: "sizes must be equal or 1, counted from the last axis")
    }
    return try self + (end - self) * weight
  }
}

// MARK: - Truth values

extension Tensor {
  /// Where an element is not a number; bool.
  public func isNaN() throws -> Tensor { try Tensor.compare(CK_NE, self, self, for: "isnan") }

  /// Where an element is infinite; bool.
  public func isInfinite() throws -> Tensor {
    let above = try compare(CK_EQ, .infinity, for: "isinf")
    return try Tensor.where(above, above, compare(CK_EQ, -.infinity, for: "isinf"))
  }

  /// Where an element is neither infinite nor NaN; bool.
  public func isFinite() throws -> Tensor {
    let below = try compare(CK_LT, .infinity, for: "isfinite")
    return try Tensor.where(below, compare(CK_GT, -.infinity, for: "isfinite"), below)
  }

  /// Where an element is 0; bool.
  public func logicalNot() throws -> Tensor { try compare(CK_EQ, 0, for: "logical_not") }

  /// Where both differ from 0; bool.
  public static func logicalAnd(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (p, q) = try truths(a, b, "logical_and")
    return try `where`(p, q, p)
  }

  /// Where at least one differs from 0; bool.
  public static func logicalOr(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (p, q) = try truths(a, b, "logical_or")
    return try `where`(p, p, q)
  }

  /// Where exactly one differs from 0; bool.
  public static func logicalXor(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (p, q) = try truths(a, b, "logical_xor")
    return try compare(CK_NE, p, q, for: "logical_xor")
  }

  private static func truths(_ a: Tensor, _ b: Tensor, _ name: String) throws -> (Tensor, Tensor) {
    _ = try a.broadcastShape(with: b, name)
    return (try a.compare(CK_NE, 0, for: name), try b.compare(CK_NE, 0, for: name))
  }
}
