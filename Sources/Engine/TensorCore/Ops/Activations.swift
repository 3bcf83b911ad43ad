internal import CKernels
internal import Surface

/// max(x, 0); slope 0 at 0.
struct ReLU: Elementwise {
  var name: String { "relu" }
  var kernel: ck_unary_op { CK_RELU }
  var keepsIntegers: Bool { true }
  var readsOutput: Bool { true }
  var fused: ck_binary_op? { CK_RELU_GRAD }
  func slope(_ y: Tensor) throws -> Tensor? { try y.detached().compare(CK_GT, 0).converted(to: y.dtype) }
}

/// x above 0, p0·x below. Maas et al. 2013.
struct LeakyReLU: Elementwise {
  let p0: Double
  var name: String { "leaky_relu" }
  var kernel: ck_unary_op { CK_LEAKY_RELU }
  var fused: ck_binary_op? { CK_LEAKY_RELU_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    try x.detached().compare(CK_GT, 0).converted(to: x.dtype) * (1 - p0) + p0
  }
}

/// x above 0, p0·(e^x − 1) below. Clevert et al. 2015, arXiv 1511.07289.
struct ELU: Elementwise {
  let p0: Double
  var name: String { "elu" }
  var kernel: ck_unary_op { CK_ELU }
  var fused: ck_binary_op? { CK_ELU_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    try Tensor.where(x.detached().compare(CK_GT, 0), Tensor.full([], 1, x.dtype), x.clamp(-.infinity, 0).exp() * p0)
  }
}

/// 1 / (1 + e^(−x)).
struct Sigmoid: Elementwise {
  var name: String { "sigmoid" }
  var kernel: ck_unary_op { CK_SIGMOID }
  var readsOutput: Bool { true }
  var fused: ck_binary_op? { CK_SIGMOID_GRAD }
  func slope(_ y: Tensor) throws -> Tensor? { try y * (1 - y) }
}

/// log σ(x).
struct LogSigmoid: Elementwise {
  var name: String { "logsigmoid" }
  var kernel: ck_unary_op { CK_LOGSIGMOID }
  func slope(_ x: Tensor) throws -> Tensor? { try (-x).sigmoid() }
}

/// Hyperbolic tangent.
struct Tanh: Elementwise {
  var name: String { "tanh" }
  var kernel: ck_unary_op { CK_TANH }
  var readsOutput: Bool { true }
  var fused: ck_binary_op? { CK_TANH_GRAD }
  func slope(_ y: Tensor) throws -> Tensor? { try 1 - y * y }
}

/// x·σ(x). Elfwing et al. 2017, arXiv 1702.03118.
struct SiLU: Elementwise {
  var name: String { "silu" }
  var kernel: ck_unary_op { CK_SILU }
  var fused: ck_binary_op? { CK_SILU_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    let s = try x.sigmoid()
    return try s * (x * (1 - s) + 1)
  }
}

/// x·Φ(x) with the normal distribution's Φ. Hendrycks & Gimpel 2016, arXiv 1606.08415.
struct GELU: Elementwise {
  var name: String { "gelu" }
  var kernel: ck_unary_op { CK_GELU }
  var fused: ck_binary_op? { CK_GELU_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    let cdf = try ((x * 0.7071067811865476).erf() + 1) * 0.5
    return try cdf + x * (x * x * -0.5).exp() * 0.3989422804014327
  }
}

/// GELU through tanh, the approximation of the same paper.
struct GELUTanh: Elementwise {
  var name: String { "gelu" }
  var kernel: ck_unary_op { CK_GELU_TANH }
  var fused: ck_binary_op? { CK_GELU_TANH_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    let k = 0.7978845608028654  // √(2/π)
    let t = try ((x + x * x * x * 0.044715) * k).tanh()
    return try (t + 1) * 0.5 + x * (1 - t * t) * (x * x * 0.134145 + 1) * (k / 2)
  }
}

/// log(1 + e^(p0·x)) / p0, and x itself where p0·x exceeds p1. Dugas et al. 2001.
struct Softplus: Elementwise {
  let p0: Double
  let p1: Double
  var name: String { "softplus" }
  var kernel: ck_unary_op { CK_SOFTPLUS }
  var fused: ck_binary_op? { CK_SOFTPLUS_GRAD }
  func slope(_ x: Tensor) throws -> Tensor? {
    let steep = try x.detached().compare(CK_GT, p1 / p0)
    return try Tensor.where(steep, Tensor.full([], 1, x.dtype), (x * p0).sigmoid())
  }
}

/// x·relu6(x + 3)/6. Howard et al. 2019, arXiv 1905.02244.
struct HardSwish: Elementwise {
  var name: String { "hardswish" }
  var kernel: ck_unary_op { CK_HARDSWISH }
  func slope(_ x: Tensor) throws -> Tensor? {
    let middle = try (x * 2 + 3) * (1.0 / 6)
    let low = try x.detached().compare(CK_LT, -3), high = try x.detached().compare(CK_GT, 3)
    let upper = try Tensor.where(high, Tensor.full([], 1, x.dtype), middle)
    return try Tensor.where(low, Tensor.full([], 0, x.dtype), upper)
  }
}

/// x·tanh(softplus(x)). Misra 2019, arXiv 1908.08681.
struct Mish: Elementwise {
  var name: String { "mish" }
  var kernel: ck_unary_op { CK_MISH }
  func slope(_ x: Tensor) throws -> Tensor? {
    let t = try x.softplus().tanh()
    return try t + x * (1 - t * t) * x.sigmoid()
  }
}

extension Tensor {
  /// max(x, 0), element-wise.
  public func relu() throws -> Tensor { try map(ReLU()) }

  /// The gradient before `relu`, from this one after it and the result there.
  func rectifiedGradient(_ y: Tensor) throws -> Tensor {
    Autograd.isEnabled ? try self * ReLU().slope(y)! : try combine(CK_RELU_GRAD, y)
  }
  /// x above 0, `slope`·x below, element-wise.
  public func leakyReLU(_ slope: Double = 0.01) throws -> Tensor { try map(LeakyReLU(p0: slope)) }
  /// x above 0, `alpha`·(e^x − 1) below, element-wise.
  public func elu(_ alpha: Double = 1) throws -> Tensor { try map(ELU(p0: alpha)) }
  /// 1 / (1 + e^(−x)), element-wise.
  public func sigmoid() throws -> Tensor { try map(Sigmoid()) }
  /// log of the sigmoid, element-wise, without overflow.
  public func logSigmoid() throws -> Tensor { try map(LogSigmoid()) }
  /// Hyperbolic tangent, element-wise.
  public func tanh() throws -> Tensor { try map(Tanh()) }
  /// x·σ(x), element-wise (also called swish).
  public func silu() throws -> Tensor { try map(SiLU()) }
  /// x·Φ(x), element-wise; by the tanh approximation on request.
  public func gelu(approximate: Bool = false) throws -> Tensor { approximate ? try map(GELUTanh()) : try map(GELU()) }
  /// log(1 + e^(βx)) / β, element-wise; linear where βx exceeds `threshold`.
  public func softplus(beta: Double = 1, threshold: Double = 20) throws -> Tensor {
    guard beta > 0, beta.isFinite else { throw EngineError("softplus", expected: "a beta above 0", came: "\(beta)") }
    return try map(Softplus(p0: beta, p1: threshold))
  }
  /// x·relu6(x + 3)/6, element-wise.
  public func hardSwish() throws -> Tensor { try map(HardSwish()) }
  /// x·tanh(softplus(x)), element-wise.
  public func mish() throws -> Tensor { try map(Mish()) }
}
