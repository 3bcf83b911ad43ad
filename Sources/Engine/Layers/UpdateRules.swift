public import Surface
public import TensorCore

#if canImport(Glibc)
  internal import Glibc
#endif

// The steps and their order are those of PyTorch's single-tensor implementations on the CPU.

/// Gradient descent with momentum. Sutskever et al. 2013; PyTorch's form, whose first momentum is the gradient itself.
public struct SGD: UpdateRule {
  public let momentum: Double
  public let dampening: Double
  public let weightDecay: Double
  public let nesterov: Bool

  /// Throws when Nesterov's momentum is asked for without momentum or with dampening.
  public init(momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, nesterov: Bool = false) throws {
    guard !nesterov || (momentum > 0 && dampening == 0) else {
      throw EngineError(
        "optim.sgd", "nesterov needs a momentum above 0 and a dampening of 0, got \(momentum) and \(dampening)")
    }
    (self.momentum, self.dampening, self.weightDecay, self.nesterov) = (momentum, dampening, weightDecay, nesterov)
  }

  public var name: String { "sgd" }
  public var moments: [String] { momentum == 0 ? [] : ["momentum_buffer"] }
  public var options: [(name: String, value: Value)] {
    [
      ("momentum", .number(momentum)), ("dampening", .number(dampening)), ("weight_decay", .number(weightDecay)),
      ("nesterov", .bool(nesterov)),
    ]
  }

  public func update(_ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState) throws {
    var direction = weightDecay == 0 ? gradient : try gradient + parameter * weightDecay
    if momentum != 0 {
      let velocity: Tensor
      if let held = state.moments["momentum_buffer"] {
        velocity = held
        try velocity.mul_(momentum).add_(direction, scale: 1 - dampening)
      } else {
        velocity = try direction.copy()
        state.moments["momentum_buffer"] = velocity
      }
      direction = nesterov ? try direction + velocity * momentum : velocity
    }
    try parameter.add_(direction, scale: -rate)
  }
}

/// Adam (Kingma & Ba 2015, arXiv 1412.6980) and AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101), with AMSGrad
/// (Reddi et al. 2018) on request.
public struct Adam: UpdateRule {
  public let betas: (Double, Double)
  public let eps: Double
  public let weightDecay: Double
  /// Whether weights decay apart from the gradient (AdamW).
  public let decoupled: Bool
  /// Whether the largest second moment so far counts.
  public let amsgrad: Bool

  /// `decoupled` makes it AdamW.
  public init(
    betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0, decoupled: Bool = false,
    amsgrad: Bool = false
  ) throws {
    guard (0..<1).contains(betas.0), (0..<1).contains(betas.1) else {
      throw EngineError(
        decoupled ? "optim.adamw" : "optim.adam", expected: "betas from 0 up to but not 1",
        came: "\(betas.0) and \(betas.1)")
    }
    (self.betas, self.eps, self.weightDecay, self.decoupled, self.amsgrad) = (
      betas, eps, weightDecay, decoupled, amsgrad
    )
  }

  public var name: String { decoupled ? "adamw" : "adam" }
  public var moments: [String] { ["exp_avg", "exp_avg_sq"] + (amsgrad ? ["max_exp_avg_sq"] : []) }
  public var options: [(name: String, value: Value)] {
    [
      ("betas", .table(Table(list: [.number(betas.0), .number(betas.1)]))), ("eps", .number(eps)),
      ("weight_decay", .number(weightDecay)), ("amsgrad", .bool(amsgrad)),
    ]
  }

  public func update(_ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState) throws {
    var slope = gradient
    if weightDecay != 0 {
      if decoupled {
        try parameter.mul_(1 - rate * weightDecay)
      } else {
        slope = try gradient + parameter * weightDecay
      }
    }
    let first = try state.moment("exp_avg", like: parameter)
    let second = try state.moment("exp_avg_sq", like: parameter)
    first.lerp_(slope, 1 - betas.0)
    try second.mul_(betas.1)
    second.addcmul_(slope, slope, 1 - betas.1)
    var spread = second
    if amsgrad {
      spread = try state.moment("max_exp_avg_sq", like: parameter)
      try spread.copy_(Tensor.maximum(spread, second))
    }
    let correction1 = 1 - pow(betas.0, Double(state.steps))
    let correction2 = 1 - pow(betas.1, Double(state.steps))
    let denominator = try spread.sqrt() / correction2.squareRoot() + eps
    parameter.addcdiv_(first, denominator, -(rate / correction1))
  }
}
