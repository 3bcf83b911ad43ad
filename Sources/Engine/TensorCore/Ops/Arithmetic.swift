internal import CKernels
internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

// Arithmetic of two tensors that broadcast, and of a tensor with a number. A number takes the tensor's element type;
// a fraction turns an integer tensor into f32, as does division.

extension Tensor {
  /// Both operands in one type, and the output they need.
  @inline(__always)
  private static func operands(
    _ a: Tensor, _ b: Tensor, _ name: String, floating: Bool = false
  ) throws -> (Tensor, Tensor, Tensor) {
    let target = try a.broadcastShape(with: b, name)
    var type = a.dtype
    if a.dtype != b.dtype { type = try ElementType.promoted(a.dtype, b.dtype, name) }
    if type == .bool { type = .i64 }
    if floating, !type.isFloating { type = .f32 }
    return (try a.converted(to: type), try b.converted(to: type), try empty(target, type, for: name))
  }

  /// a + b.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "add")
    try a.run(CK_ADD, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived("add", from: [a, b]) { [$0.grad, $0.grad] }
  }

  /// a − b.
  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "sub")
    try a.run(CK_SUB, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived("sub", from: [a, b]) { [$0.grad, $0.wants(1) ? try -$0.grad : nil] }
  }

  /// a · b, element-wise.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "mul")
    try a.run(CK_MUL, b, into: y)
    guard Autograd.records(a, b) else { return y }
    // Each operand is kept only for the other one's gradient.
    let (left, right) = (b.requiresGradient ? a : nil, a.requiresGradient ? b : nil)
    return y.derived("mul", from: [a, b], saving: [left, right].compactMap(\.self)) {
      [$0.wants(0) ? try $0.grad * right! : nil, $0.wants(1) ? try $0.grad * left! : nil]
    }
  }

  /// a / b, element-wise; integers divide as f32.
  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "div", floating: true)
    try a.run(CK_DIV, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived("div", from: [a, b], saving: [a, b]) {
      [$0.wants(0) ? try $0.grad / b : nil, $0.wants(1) ? try -($0.grad * (a / b) / b) : nil]
    }
  }

  /// a raised to the power b, element-wise.
  public static func pow(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "pow", floating: true)
    try a.run(CK_POW, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived("pow", from: [a, b], saving: [a, b], keepsOutput: true) { pull in
      var toBase: Tensor?
      var toExponent: Tensor?
      if pull.wants(0) {
        // d/da = b·a^(b−1), 0 where b is 0 even if a is 0.
        let slope = try pow(a, b - 1) * b
        toBase = try pull.grad * Tensor.where(b.detached().compare(CK_EQ, 0), full([], 0, b.dtype), slope)
      }
      if pull.wants(1) {
        // d/db = y·log a, 0 where a is 0 (and b ≥ 0), the limit from the right.
        let zero = try a.detached().compare(CK_EQ, 0)
        toExponent = try pull.grad * Tensor.where(zero, full([], 0, a.dtype), pull.output * a.log())
      }
      return [toBase, toExponent]
    }
  }

  /// The larger of two, element-wise; NaN wins. Where both are equal each gets half the gradient, as in PyTorch.
  public static func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor { try extremum(a, b, "maximum", CK_MAX, CK_GT) }

  /// The smaller of two, element-wise; NaN wins. Where both are equal each gets half the gradient, as in PyTorch.
  public static func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor { try extremum(a, b, "minimum", CK_MIN, CK_LT) }

  private static func extremum(
    _ a: Tensor, _ b: Tensor, _ name: String, _ kernel: ck_binary_op, _ wins: ck_compare_op
  ) throws -> Tensor {
    let (a, b, y) = try operands(a, b, name)
    try a.run(kernel, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived(name, from: [a, b], saving: [a, b]) { pull in
      let type = a.dtype
      let half = try compare(CK_EQ, a.detached(), b.detached()).converted(to: type) * 0.5
      let first = try compare(wins, a.detached(), b.detached()).converted(to: type) + half
      return [try pull.grad * first, pull.wants(1) ? try pull.grad * (1 - first) : nil]
    }
  }

  /// The angle of the point (x, y) in radians, −π to π; `self` is y.
  public func atan2(_ x: Tensor) throws -> Tensor {
    let (y, x, angle) = try Tensor.operands(self, x, "atan2", floating: true)
    try y.run(CK_ATAN2, x, into: angle)
    guard Autograd.records(y, x) else { return angle }
    return angle.derived("atan2", from: [y, x], saving: [y, x]) {
      let square = try x * x + y * y
      return [try $0.grad * (x / square), $0.wants(1) ? try -($0.grad * (y / square)) : nil]
    }
  }

  /// The remainder of a / b with the sign of b, as Lua's and Python's %.
  public static func % (a: Tensor, b: Tensor) throws -> Tensor {
    let (a, b, y) = try operands(a, b, "remainder")
    try checkDivisor(b, "%")
    try a.run(CK_REMAINDER, b, into: y)
    guard Autograd.records(a, b) else { return y }
    return y.derived("remainder", from: [a, b], saving: [a, b]) {
      [$0.grad, $0.wants(1) ? try -($0.grad * (a.detached() / b.detached()).floor()) : nil]
    }
  }

  /// The quotient rounded down, as Lua's and Python's //: (a − a % b) / b, so that it agrees with the remainder; a / b
  /// where b is 0. Integers refuse a divisor of 0, as Lua and PyTorch do. Constant between jumps: no gradient flows.
  public static func floorDivide(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try Autograd.noGradient {
      let (a, b, y) = try operands(a.detached(), b.detached(), "floor_divide")
      try checkDivisor(b, "//")
      // Integers divide exactly in f64 up to 2⁵³.
      let wide: ElementType = y.dtype.isFloating ? y.dtype : .f64
      let quotient = try ((a - a % b).converted(to: wide) / b.converted(to: wide)).round()
      guard y.dtype.isFloating else { return try quotient.converted(to: y.dtype) }
      return try Tensor.where(b.compare(CK_EQ, 0), a / b, quotient)
    }
  }

  /// Integers have no infinity to answer a division by 0 with.
  private static func checkDivisor(_ b: Tensor, _ operation: String) throws {
    guard !b.dtype.isFloating, b.count > 0 else { return }
    let zeros = try Autograd.noGradient { try b.detached().compare(CK_EQ, 0).sum().item() }
    guard zeros == 0 else {
      throw EngineError(
        operation, expected: "integers other than 0 to divide by", came: "0",
        advice: "convert to a floating type with t:to(\"f32\") where infinity is wanted")
    }
  }

  /// a // number.
  public static func floorDivide(_ a: Tensor, _ b: Double) throws -> Tensor {
    try floorDivide(a, full([], b, a.beside(b).dtype))
  }

  /// number // b.
  public static func floorDivide(_ a: Double, _ b: Tensor) throws -> Tensor {
    try floorDivide(full([], a, b.beside(a).dtype), b)
  }

  // MARK: with numbers

  /// This tensor in the type that a number turns it into.
  @inline(__always)
  private func beside(_ number: Double) throws -> Tensor {
    if dtype.isFloating { return self }
    if dtype == .bool { return try converted(to: .f32) }
    return Double(Int(exactly: number) ?? 0) == number ? self : try converted(to: .f32)
  }

  /// a + number.
  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try a.beside(b).map(Affine(name: "add", kernel: CK_ADD_SCALAR, p0: b, factor: 1))
  }
  /// number + b.
  public static func + (a: Double, b: Tensor) throws -> Tensor { try b + a }
  /// a − number.
  public static func - (a: Tensor, b: Double) throws -> Tensor { try a + -b }
  /// number − b.
  public static func - (a: Double, b: Tensor) throws -> Tensor {
    try b.beside(a).map(Affine(name: "sub", kernel: CK_RSUB_SCALAR, p0: a, factor: -1))
  }
  /// a · number.
  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try a.beside(b).map(Affine(name: "mul", kernel: CK_MUL_SCALAR, p0: b, factor: b))
  }
  /// number · b.
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
  /// a / number; integers divide as f32.
  public static func / (a: Tensor, b: Double) throws -> Tensor {
    try a.map(Divide(p0: b))
  }
  /// number / b.
  public static func / (a: Double, b: Tensor) throws -> Tensor { try b.map(ReverseDivide(p0: a)) }
  /// The negative.
  public static prefix func - (a: Tensor) throws -> Tensor {
    try a.beside(1).map(Affine(name: "neg", kernel: CK_NEG, p0: 0, factor: -1))
  }
  /// The remainder of a / number with the sign of the number.
  public static func % (a: Tensor, b: Double) throws -> Tensor { try a % full([], b, a.beside(b).dtype) }

  /// x^number, element-wise.
  public func pow(_ exponent: Double) throws -> Tensor {
    exponent == 2 ? try square() : try map(PowScalar(p0: exponent))
  }

  /// number^x, element-wise.
  public static func pow(_ base: Double, _ exponent: Tensor) throws -> Tensor {
    guard base >= 0 else { return try pow(full([], base, .f32).converted(to: exponent.beside(0.5).dtype), exponent) }
    return try exponent.map(ScalarPow(p0: base))
  }

  /// log for rules whose parameter is a Swift number (`log` there is the tensor's own).
  static func logarithm(_ x: Double) -> Double { Glibc.log(x) }
}

/// x / number.
struct Divide: Elementwise {
  let p0: Double
  var name: String { "div" }
  var kernel: ck_unary_op { CK_DIV_SCALAR }
  var readsNothing: Bool { true }
  func slope(_ x: Tensor) throws -> Tensor? { try Tensor.full([], 1 / p0, x.dtype) }
}
