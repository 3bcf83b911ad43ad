internal import Surface
public import TensorCore

/// A layer without parameters: a function with a name.
public struct Activation: Layer {
  public let kind: String
  public let details: String
  /// What kernels of other layers call it that can end in it.
  let fused: FusedActivation?
  private let map: (Tensor) throws -> Tensor

  init(
    _ kind: String, _ details: String = "", fused: FusedActivation? = nil, _ map: @escaping (Tensor) throws -> Tensor
  ) {
    self.kind = kind
    self.details = details
    self.fused = fused
    self.map = map
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try map(x) }
}

extension Activation {
  /// max(x, 0).
  public static var relu: Activation { Activation("ReLU", fused: .relu) { try $0.relu() } }
  /// x above 0, `slope`·x below.
  public static func leakyReLU(_ slope: Double = 0.01) -> Activation {
    Activation("LeakyReLU", "negative_slope=\(Python.text(slope))") { try $0.leakyReLU(slope) }
  }
  /// x above 0, `alpha`·(e^x − 1) below.
  public static func elu(_ alpha: Double = 1) -> Activation {
    Activation("ELU", "alpha=\(Python.text(alpha))") { try $0.elu(alpha) }
  }
  /// x·σ(x).
  public static var silu: Activation { Activation("SiLU", fused: .silu) { try $0.silu() } }
  /// x·Φ(x), by the tanh approximation on request.
  public static func gelu(approximate: Bool = false) -> Activation {
    Activation("GELU", "approximate='\(approximate ? "tanh" : "none")'") { try $0.gelu(approximate: approximate) }
  }
  /// 1 / (1 + e^(−x)).
  public static var sigmoid: Activation { Activation("Sigmoid") { try $0.sigmoid() } }
  /// Hyperbolic tangent.
  public static var tanh: Activation { Activation("Tanh") { try $0.tanh() } }
  /// log(1 + e^(βx)) / β, linear where βx exceeds `threshold`.
  public static func softplus(beta: Double = 1, threshold: Double = 20) -> Activation {
    Activation("Softplus", "beta=\(Python.text(beta)), threshold=\(Python.text(threshold))") {
      try $0.softplus(beta: beta, threshold: threshold)
    }
  }
  /// max(x, 0), at most 6.
  public static var relu6: Activation { Activation("ReLU6") { try $0.clamp(0, 6) } }
  /// x limited to `low` … `high`.
  public static func hardtanh(_ low: Double = -1, _ high: Double = 1) -> Activation {
    Activation("Hardtanh", "min_val=\(Python.text(low)), max_val=\(Python.text(high))") { try $0.clamp(low, high) }
  }
  /// relu6(x + 3)/6.
  public static var hardsigmoid: Activation { Activation("Hardsigmoid") { try ($0 + 3).clamp(0, 6) / 6 } }
  /// log σ(x).
  public static var logSigmoid: Activation { Activation("LogSigmoid") { try $0.logSigmoid() } }
  /// x / (1 + |x|).
  public static var softsign: Activation { Activation("Softsign") { try $0 / ($0.abs() + 1) } }
  /// x·relu6(x + 3)/6.
  public static var hardswish: Activation { Activation("Hardswish") { try $0.hardSwish() } }
  /// x·tanh(softplus(x)).
  public static var mish: Activation { Activation("Mish") { try $0.mish() } }
  /// The input itself.
  public static var identity: Activation { Activation("Identity") { $0 } }

  /// Softmax along an axis counted from 0 (printed as scripts count it, from 1).
  public static func softmax(_ axis: Int) -> Activation {
    Activation("Softmax", "dim=\(scripted(axis))") { try $0.softmax(axis) }
  }
  /// Its logarithm.
  public static func logSoftmax(_ axis: Int) -> Activation {
    Activation("LogSoftmax", "dim=\(scripted(axis))") { try $0.logSoftmax(axis) }
  }
  /// All axes from one through another made one.
  public static func flatten(_ from: Int = 1, _ through: Int = -1) -> Activation {
    Activation("Flatten", "start_dim=\(scripted(from)), end_dim=\(scripted(through))") { try $0.flatten(from, through) }
  }

  /// An axis as scripts count it: from 1, negative from the end.
  private static func scripted(_ axis: Int) -> Int { axis < 0 ? axis : axis + 1 }
}
