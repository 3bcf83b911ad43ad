public import Surface
public import TensorCore

#if canImport(Glibc)
  internal import Glibc
#endif

// The steps and their order are those of PyTorch's single-tensor implementations on the CPU.

/// Gradient descent with momentum. Sutskever et al. 2013; PyTorch's form, whose first momentum is the gradient itself.
public struct SGD: UpdateRule {
  /// How much of the last step goes on.
  public let momentum: Double
  /// How much less of the gradient enters the momentum.
  public let dampening: Double
  /// How strongly parameters are pulled towards 0.
  public let weightDecay: Double
  /// Whether it looks one step of momentum ahead.
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
    var step = DescentStep()
    (step.decay, step.momentum, step.gain) = (weightDecay, momentum, 1 - dampening)
    (step.nesterov, step.step) = (nesterov, -rate)
    let held = state.moments["momentum_buffer"]
    step.isFirst = held == nil
    let velocity = momentum == 0 ? nil : try held ?? Tensor.empty(parameter.dims, parameter.dtype, for: "optim.sgd")
    if try parameter.descend_(gradient, velocity: velocity, step) {
      state.moments["momentum_buffer"] = velocity
    } else {
      try compose(parameter, gradient, rate: rate, &state)
    }
  }

  /// The same of plain operations, for every type and layout.
  private func compose(
    _ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState
  ) throws {
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
  /// How slowly the first and second moment change.
  public let betas: (Double, Double)
  /// Added to the root of the second moment.
  public let eps: Double
  /// How strongly parameters are pulled towards 0.
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
    let first = try state.moment("exp_avg", like: parameter)
    let second = try state.moment("exp_avg_sq", like: parameter)
    let largest = amsgrad ? try state.moment("max_exp_avg_sq", like: parameter) : nil
    var step = AdamStep()
    (step.betas, step.eps) = (betas, eps)
    if decoupled { step.shrink = 1 - rate * weightDecay } else { step.decay = weightDecay }
    step.correction = (1 - pow(betas.1, Double(state.steps))).squareRoot()
    step.step = -(rate / (1 - pow(betas.0, Double(state.steps))))
    if try !parameter.adam_(gradient, first: first, second: second, largest: largest, step) {
      try compose(parameter, gradient, first, second, largest, step)
    }
  }

  /// The same of plain operations, for every type and layout.
  private func compose(
    _ parameter: Tensor, _ gradient: Tensor, _ first: Tensor, _ second: Tensor, _ largest: Tensor?, _ step: AdamStep
  ) throws {
    if step.shrink != 1 { try parameter.mul_(step.shrink) }
    let slope = step.decay == 0 ? gradient : try gradient + parameter * step.decay
    first.lerp_(slope, 1 - betas.0)
    try second.mul_(betas.1)
    second.addcmul_(slope, slope, 1 - betas.1)
    try largest?.copy_(Tensor.maximum(largest!, second))
    let denominator = try (largest ?? second).sqrt().div_(step.correction).add_(eps)
    parameter.addcdiv_(first, denominator, step.step)
  }
}

/// Steps divided by a running root mean square of the gradient. Hinton, Coursera lecture 6e, 2012; PyTorch's form.
public struct RMSprop: UpdateRule {
  /// How slowly the mean square changes.
  public let alpha: Double
  /// Added to the root.
  public let eps: Double
  /// Added to the gradient: weightDecay · parameter.
  public let weightDecay: Double
  /// How much of the last step goes on.
  public let momentum: Double
  /// Whether the gradient's mean is taken off its mean square first.
  public let centered: Bool

  /// Throws when `alpha` is not from 0 up to but not 1.
  public init(
    alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, centered: Bool = false
  ) throws {
    guard (0..<1).contains(alpha) else {
      throw EngineError("optim.rmsprop", expected: "an alpha from 0 up to but not 1", came: "\(alpha)")
    }
    (self.alpha, self.eps, self.weightDecay, self.momentum, self.centered) = (
      alpha, eps, weightDecay, momentum, centered
    )
  }

  public var name: String { "rmsprop" }
  public var moments: [String] {
    ["square_avg"] + (momentum > 0 ? ["momentum_buffer"] : []) + (centered ? ["grad_avg"] : [])
  }
  public var options: [(name: String, value: Value)] {
    [
      ("alpha", .number(alpha)), ("eps", .number(eps)), ("weight_decay", .number(weightDecay)),
      ("momentum", .number(momentum)), ("centered", .bool(centered)),
    ]
  }

  public func update(_ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState) throws {
    let slope = weightDecay == 0 ? gradient : try gradient + parameter * weightDecay
    let square = try state.moment("square_avg", like: parameter)
    try square.mul_(alpha)
    square.addcmul_(slope, slope, 1 - alpha)
    let spread = try square.copy()
    if centered {
      let mean = try state.moment("grad_avg", like: parameter)
      mean.lerp_(slope, 1 - alpha)
      spread.addcmul_(mean, mean, -1)
    }
    let denominator = try spread.sqrt().add_(eps)
    if momentum > 0 {
      let buffer = try state.moment("momentum_buffer", like: parameter)
      try buffer.mul_(momentum)
      buffer.addcdiv_(slope, denominator, 1)
      try parameter.add_(buffer, scale: -rate)
    } else {
      parameter.addcdiv_(slope, denominator, -rate)
    }
  }
}

/// Steps divided by the root of the sum of all squared gradients so far. Duchi, Hazan & Singer 2011; PyTorch's form.
public struct Adagrad: UpdateRule {
  /// How the rate falls: rate / (1 + steps · rateDecay).
  public let rateDecay: Double
  /// Added to the gradient: weightDecay · parameter.
  public let weightDecay: Double
  /// What the sum begins with.
  public let initial: Double
  /// Added to the root.
  public let eps: Double

  /// The rule with PyTorch's defaults.
  public init(rateDecay: Double = 0, weightDecay: Double = 0, initial: Double = 0, eps: Double = 1e-10) {
    (self.rateDecay, self.weightDecay, self.initial, self.eps) = (rateDecay, weightDecay, initial, eps)
  }

  public var name: String { "adagrad" }
  public var moments: [String] { ["sum"] }
  public var options: [(name: String, value: Value)] {
    [
      ("lr_decay", .number(rateDecay)), ("eps", .number(eps)), ("weight_decay", .number(weightDecay)),
      ("initial_accumulator_value", .number(initial)),
    ]
  }

  public func update(_ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState) throws {
    let slope = weightDecay == 0 ? gradient : try gradient + parameter * weightDecay
    let sum = try state.moment("sum", like: parameter, from: initial)
    sum.addcmul_(slope, slope, 1)
    let denominator = try sum.sqrt().add_(eps)
    parameter.addcdiv_(slope, denominator, -(rate / (1 + Double(state.steps - 1) * rateDecay)))
  }
}
