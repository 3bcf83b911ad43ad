internal import CKernels
internal import Surface

/// A function of one element: its kernel and its derivative.
///
/// One shared loop (`Tensor.map`) owns the memory, the parallel split and the recording.
protocol Elementwise {
  /// The name that errors and profiles show.
  var name: String { get }
  /// The C kernel that computes it, and its two numbers.
  var kernel: ck_unary_op { get }
  var p0: Double { get }
  var p1: Double { get }
  /// Whether integers stay integers; otherwise they become f32 first.
  var keepsIntegers: Bool { get }
  /// Whether `slope` reads the output rather than the input.
  var readsOutput: Bool { get }
  /// Whether `slope` reads neither: nothing is kept for backward, and both may change in place. It then gets the
  /// gradient, for its element type.
  var readsNothing: Bool { get }
  /// The C kernel for gradient × slope where there is a fused one; its second operand is the output or input as
  /// `readsOutput` says. Second derivatives use `slope`.
  var fused: ck_binary_op? { get }
  /// The derivative, in tensor ops so that it can be differentiated again; nil where it is zero everywhere.
  /// Exactly one of x and y is meaningful, as `readsOutput` says.
  func slope(_ s: Tensor) throws -> Tensor?
}

extension Elementwise {
  var p0: Double { 0 }
  var p1: Double { 0 }
  var keepsIntegers: Bool { false }
  var readsOutput: Bool { false }
  var readsNothing: Bool { false }
  var fused: ck_binary_op? { nil }
}

extension Tensor {
  /// Applies a rule to every element.
  func map(_ rule: some Elementwise) throws -> Tensor {
    let x =
      dtype.isFloating || (rule.keepsIntegers && dtype != .bool)
      ? self : try converted(to: dtype == .bool && rule.keepsIntegers ? .i64 : .f32)
    let y = try Tensor.empty(x.dims, x.dtype, for: rule.name)
    try Profile.measure(rule.name) { try x.run(rule.kernel, into: y, rule.p0, rule.p1) }
    guard Autograd.records(x) else { return y }
    if rule.readsNothing {
      return y.derived(rule.name, from: [x]) { pull in [try rule.slope(pull.grad).map { try pull.grad * $0 }] }
    }
    // What the pullback does not read it must not hold: the input of a ReLU goes as soon as its output is there.
    let input = rule.readsOutput ? nil : x
    return y.derived(rule.name, from: [x], saving: input.map { [$0] } ?? [], keepsOutput: rule.readsOutput) { pull in
      let s = input ?? pull.output
      if let fused = rule.fused, !Autograd.isEnabled {
        return [try pull.grad.combine(fused, s, rule.p0, rule.p1)]
      }
      return [try rule.slope(s).map { try pull.grad * $0 }]
    }
  }

  /// Runs a unary kernel into a dense output of the same shape.
  @inline(__always)
  func run(_ op: ck_unary_op, into out: Tensor, _ p0: Double = 0, _ p1: Double = 0) throws {
    let total = count
    var nest =
      isContiguous && out.isContiguous ? Nest.dense(total, operands: 2) : Nest.make(dims, out.strides, strides)
    Profile.kernel(moved: 2 * total * dtype.size)
    let status = ck_unary(Int32(op.rawValue), dtype.code, &nest, out.base, base, p0, p1)
    try finish(status, "element-wise")
  }

  /// Runs a binary kernel on operands of one type that broadcast, without recording.
  func combine(_ op: ck_binary_op, _ other: Tensor, _ p0: Double = 0, _ p1: Double = 0) throws -> Tensor {
    let target = try broadcastShape(with: other, "gradient")
    let out = try Tensor.empty(target, dtype)
    try run(op, other, into: out, p0, p1)
    return out
  }

  @inline(__always)
  func run(_ op: ck_binary_op, _ other: Tensor, into out: Tensor, _ p0: Double = 0, _ p1: Double = 0) throws {
    let target = out.dims
    let total = target.product
    var nest: ck_nest
    if dims == target, other.dims == target, isContiguous, other.isContiguous, out.isContiguous {
      nest = Nest.dense(total, operands: 3)
    } else {
      nest = Nest.make(target, out.strides, strides(over: target), other.strides(over: target))
    }
    Profile.kernel(moved: (count + other.count + total) * dtype.size)
    let status = ck_binary(Int32(op.rawValue), dtype.code, &nest, out.base, base, other.base, p0, p1)
    try finish(status, "element-wise")
  }

  /// The common shape, or an error that names the op and both shapes.
  @inline(__always)
  func broadcastShape(with other: Tensor, _ operation: String) throws -> Dims {
    if dims == other.dims { return dims }
    guard let target = Dims.broadcast(dims, other.dims) else {
      throw EngineError(
        operation, "the shapes \(dims.text) and \(other.dims.text) do not fit together",
        advice: "sizes must be equal or 1, counted from the last axis")
    }
    return target
  }
}

// MARK: - Rules

/// e^x.
struct Exp: Elementwise {
  var name: String { "exp" }
  var kernel: ck_unary_op { CK_EXP }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { y }
}

/// e^x − 1, exact near 0.
struct Expm1: Elementwise {
  var name: String { "expm1" }
  var kernel: ck_unary_op { CK_EXPM1 }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try y + 1 }
}

/// Natural logarithm.
struct Log: Elementwise {
  var name: String { "log" }
  var kernel: ck_unary_op { CK_LOG }
  func slope(_ x: Tensor) throws -> Tensor? { try 1 / x }
}

/// Logarithm of 1 + x, exact near 0.
struct Log1p: Elementwise {
  var name: String { "log1p" }
  var kernel: ck_unary_op { CK_LOG1P }
  func slope(_ x: Tensor) throws -> Tensor? { try 1 / (x + 1) }
}

/// Square root.
struct Sqrt: Elementwise {
  var name: String { "sqrt" }
  var kernel: ck_unary_op { CK_SQRT }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try 0.5 / y }
}

/// 1 / √x.
struct Rsqrt: Elementwise {
  var name: String { "rsqrt" }
  var kernel: ck_unary_op { CK_RSQRT }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try y * y * y * -0.5 }
}

/// 1 / x.
struct Reciprocal: Elementwise {
  var name: String { "reciprocal" }
  var kernel: ck_unary_op { CK_RECIPROCAL }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try -(y * y) }
}

/// x².
struct Square: Elementwise {
  var name: String { "square" }
  var kernel: ck_unary_op { CK_SQUARE }
  var keepsIntegers: Bool { true }
  func slope(_ x: Tensor) throws -> Tensor? { try x * 2 }
}

/// |x|; the slope at 0 is 0, as in PyTorch.
struct Abs: Elementwise {
  var name: String { "abs" }
  var kernel: ck_unary_op { CK_ABS }
  var keepsIntegers: Bool { true }
  func slope(_ x: Tensor) throws -> Tensor? { try x.detached().sign() }
}

/// Functions that are constant between jumps: their slope is zero.
struct Step: Elementwise {
  let name: String
  let kernel: ck_unary_op
  var keepsIntegers: Bool { true }
  var readsNothing: Bool { true }
  func slope(_ x: Tensor) throws -> Tensor? { nil }
}

/// Sine (radians).
struct Sin: Elementwise {
  var name: String { "sin" }
  var kernel: ck_unary_op { CK_SIN }
  func slope(_ x: Tensor) throws -> Tensor? { try x.cos() }
}

/// Cosine (radians).
struct Cos: Elementwise {
  var name: String { "cos" }
  var kernel: ck_unary_op { CK_COS }
  func slope(_ x: Tensor) throws -> Tensor? { try -x.sin() }
}

/// Tangent (radians).
struct Tan: Elementwise {
  var name: String { "tan" }
  var kernel: ck_unary_op { CK_TAN }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try y * y + 1 }
}

/// Error function 2/√π ∫₀ˣ e^(−t²) dt.
struct Erf: Elementwise {
  var name: String { "erf" }
  var kernel: ck_unary_op { CK_ERF }
  func slope(_ x: Tensor) throws -> Tensor? { try (-(x * x)).exp() * 1.1283791670955126 }
}

/// a·x + b with numbers a and b.
struct Affine: Elementwise {
  let name: String
  var kernel: ck_unary_op
  let p0: Double
  var p1 = 0.0
  /// The derivative, a constant.
  let factor: Double
  var keepsIntegers: Bool { true }
  var readsNothing: Bool { true }
  func slope(_ x: Tensor) throws -> Tensor? { try Tensor.full([], factor, x.dtype) }
}

/// number / x.
struct ReverseDivide: Elementwise {
  let p0: Double
  var name: String { "div" }
  var kernel: ck_unary_op { CK_RDIV_SCALAR }
  func slope(_ x: Tensor) throws -> Tensor? { try -p0 / (x * x) }
}

/// x^number.
struct PowScalar: Elementwise {
  let p0: Double
  var name: String { "pow" }
  var kernel: ck_unary_op { CK_POW_SCALAR }
  func slope(_ x: Tensor) throws -> Tensor? { p0 == 0 ? nil : try x.pow(p0 - 1) * p0 }
}

/// number^x.
struct ScalarPow: Elementwise {
  let p0: Double
  var name: String { "pow" }
  var kernel: ck_unary_op { CK_SCALAR_POW }
  var readsOutput: Bool { true }
  func slope(_ y: Tensor) throws -> Tensor? { try y * Tensor.logarithm(p0) }
}

/// The value limited to [p0, p1]; the slope is 1 inside and on the limits, as in PyTorch.
struct Clamp: Elementwise {
  let p0: Double
  let p1: Double
  var name: String { "clamp" }
  var kernel: ck_unary_op { CK_CLAMP }
  var keepsIntegers: Bool { true }
  var fused: ck_binary_op? { CK_CLAMP_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    let inside = try x.detached().compare(CK_GE, p0) * x.detached().compare(CK_LE, p1)
    return try inside.converted(to: x.dtype)
  }
}

extension Tensor {
  /// e^x, element-wise. Integers become f32 here and in every function below that makes fractions.
  public func exp() throws -> Tensor { try map(Exp()) }
  /// e^x − 1, element-wise, exact near 0.
  public func expm1() throws -> Tensor { try map(Expm1()) }
  /// Natural logarithm, element-wise.
  public func log() throws -> Tensor { try map(Log()) }
  /// log(1 + x), element-wise, exact near 0.
  public func log1p() throws -> Tensor { try map(Log1p()) }
  /// Square root, element-wise.
  public func sqrt() throws -> Tensor { try map(Sqrt()) }
  /// 1 / √x, element-wise.
  public func rsqrt() throws -> Tensor { try map(Rsqrt()) }
  /// 1 / x, element-wise.
  public func reciprocal() throws -> Tensor { try map(Reciprocal()) }
  /// x², element-wise.
  public func square() throws -> Tensor { try map(Square()) }
  /// |x|, element-wise.
  public func abs() throws -> Tensor { try map(Abs()) }
  /// −1, 0 or 1, element-wise.
  public func sign() throws -> Tensor { try map(Step(name: "sign", kernel: CK_SIGN)) }
  /// The largest integer not above x, element-wise.
  public func floor() throws -> Tensor { try map(Step(name: "floor", kernel: CK_FLOOR)) }
  /// The smallest integer not below x, element-wise.
  public func ceil() throws -> Tensor { try map(Step(name: "ceil", kernel: CK_CEIL)) }
  /// The nearest integer, halves to the even one, element-wise.
  public func round() throws -> Tensor { try map(Step(name: "round", kernel: CK_ROUND)) }
  /// The integer part, element-wise.
  public func trunc() throws -> Tensor { try map(Step(name: "trunc", kernel: CK_TRUNC)) }
  /// Sine of radians, element-wise.
  public func sin() throws -> Tensor { try map(Sin()) }
  /// Cosine of radians, element-wise.
  public func cos() throws -> Tensor { try map(Cos()) }
  /// Tangent of radians, element-wise.
  public func tan() throws -> Tensor { try map(Tan()) }
  /// Error function, element-wise.
  public func erf() throws -> Tensor { try map(Erf()) }
  /// The value limited to [low, high], element-wise; NaN stays.
  public func clamp(_ low: Double = -.infinity, _ high: Double = .infinity) throws -> Tensor {
    guard low <= high else {
      throw EngineError("clamp", expected: "a lower limit that is not above the upper one", came: "\(low) and \(high)")
    }
    return try map(Clamp(p0: low, p1: high))
  }
}
