internal import Surface

/// How the elements of a loss become its value.
public enum Reduction: String, CaseIterable, Sendable {
  case mean, sum, none
}

// Losses as in PyTorch: elements first, then the mean (or sum, or nothing).

extension Tensor {
  private func gathered(_ reduction: Reduction) throws -> Tensor {
    switch reduction {
    case .mean: try mean()
    case .sum: try sum()
    case .none: self
    }
  }

  private func checkSameShape(_ other: Tensor, _ operation: String) throws {
    guard dims == other.dims else {
      throw EngineError(operation, expected: "two tensors of one shape", came: "\(dims.text) and \(other.dims.text)")
    }
  }

  /// (self − target)².
  public func mseLoss(_ target: Tensor, _ reduction: Reduction = .mean) throws -> Tensor {
    try checkSameShape(target, "mse_loss")
    if let loss = try distance(target, square: true, reduction) { return loss }
    return try (self - target).square().gathered(reduction)
  }

  /// |self − target|.
  public func l1Loss(_ target: Tensor, _ reduction: Reduction = .mean) throws -> Tensor {
    try checkSameShape(target, "l1_loss")
    if let loss = try distance(target, square: false, reduction) { return loss }
    return try (self - target).abs().gathered(reduction)
  }

  /// d²/(2β) for |d| < β, |d| − β/2 beyond, with d = self − target. Girshick 2015, eq. 3 (β = 1).
  public func smoothL1Loss(_ target: Tensor, beta: Double = 1, _ reduction: Reduction = .mean) throws -> Tensor {
    try checkSameShape(target, "smooth_l1_loss")
    guard beta > 0 else { throw EngineError("smooth_l1_loss", expected: "a beta above 0", came: "\(beta)") }
    let distance = try (self - target).abs()
    let near = try distance.detached().lt(beta)
    return try Tensor.where(near, distance.square() * (0.5 / beta), distance - beta / 2).gathered(reduction)
  }

  /// −[w·t·log σ(x) + (1 − t)·log(1 − σ(x))] with logits x = self, without overflow; `positiveWeight` w broadcasts
  /// (1 when nil). `weight` multiplies each element's loss and broadcasts too.
  public func bceWithLogits(
    _ target: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil, _ reduction: Reduction = .mean
  ) throws -> Tensor {
    try checkSameShape(target, "bce_with_logits")
    for (name, factor) in [("weight", weight), ("pos_weight", positiveWeight)] {
      guard let factor, Dims.broadcast(factor.dims, dims) != dims else { continue }
      throw EngineError("bce_with_logits", expected: "a \(name) that stretches to \(dims.text)", came: factor.dims.text)
    }
    // (1 − t)·x − (1 + (w − 1)·t)·log σ(x)
    var certainty = try logSigmoid()
    if let positiveWeight { certainty = try certainty * ((positiveWeight - 1) * target + 1) }
    let loss = try (1 - target) * self - certainty
    return try (weight.map { try loss * $0 } ?? loss).gathered(reduction)
  }

  /// Total variation of pictures [N, C, H, W] or [C, H, W]: the sum of absolute (power 1) or squared (power 2)
  /// differences of vertical and horizontal neighbours. Rudin, Osher, Fatemi 1992; squared as in Johnson et al. 2016.
  public func tvLoss(power: Int = 2, _ reduction: Reduction = .sum) throws -> Tensor {
    guard rank >= 2 else {
      throw EngineError("tv_loss", expected: "a picture [N, C, H, W] or [C, H, W]", came: dims.text)
    }
    guard power == 1 || power == 2 else {
      throw EngineError("tv_loss", expected: "a power of 1 or 2", came: "\(power)")
    }
    if let loss = try variation(square: power == 2, reduction) { return loss }
    func part(_ axis: Int) throws -> Tensor {
      let size = dims[axis]
      // Nothing is next to anything: zero, whose gradient is zero too.
      if size < 2 { return try (dtype.isFloating ? self : converted(to: .f32)).slice(axis, 0, 0, step: 1).sum() }
      let step = try slice(axis, 1, size - 1, step: 1) - slice(axis, 0, size - 1, step: 1)
      let cost = power == 1 ? try step.abs() : try step.square()
      return reduction == .mean ? try cost.mean() : try cost.sum()
    }
    return try part(rank - 2) + part(rank - 1)
  }

  /// Gram matrices of features [N, C, H, W] (or [C, H, W]) → [N, C, C]: inner products of channels over places,
  /// divided by C·H·W, H·W or nothing. Gatys et al. 2016, eq. 3.
  public func gram(normalize: String = "chw") throws -> Tensor {
    if rank == 3 { return try unsqueeze(0).gram(normalize: normalize).squeeze(0) }
    guard rank == 4 else { throw EngineError("gram", expected: "features [N, C, H, W] or [C, H, W]", came: dims.text) }
    let (places, channels) = (dims[2] * dims[3], dims[1])
    let flat = try reshape([dims[0], channels, places])
    let product = try Autograd.noGradient { try flat.matmul(flat.transposed()) }
    if Autograd.records(flat) {
      // d(F·Fᵀ): both operands at once.
      _ = product.derived("gram", from: [flat], saving: [flat]) { pull in
        [try (pull.grad + pull.grad.transposed()).matmul(flat)]
      }
    }
    switch normalize {
    case "chw": return try product / Double(Swift.max(channels * places, 1))
    case "hw": return try product / Double(Swift.max(places, 1))
    case "none": return product
    default:
      throw EngineError(
        "gram", "knows no normalization \"\(normalize)\"", advice: "there are \"none\", \"hw\" and \"chw\"")
    }
  }
}
