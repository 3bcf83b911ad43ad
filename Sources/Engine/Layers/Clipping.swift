internal import Surface
public import TensorCore

/// Keeping gradients small, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_ do.
public enum Clipping {
  /// Shrinks all gradients together so that their common norm is at most `most`.
  /// - Parameter norm: which norm: 2 is Euclid's, infinity the largest magnitude.
  /// - Returns: the norm before, a tensor of one element.
  public static func norm_(_ parameters: [Tensor], most: Double, norm: Double = 2) throws -> Tensor {
    let operation = "optim.clip_grad_norm_"
    guard most >= 0 else { throw EngineError(operation, expected: "a norm of 0 or more", came: "\(most)") }
    guard norm > 0 else { throw EngineError(operation, expected: "a norm_type above 0", came: "\(norm)") }
    return try Autograd.noGradient {
      let gradients = parameters.eachOnce.compactMap(\.gradient)
      if gradients.isEmpty { return try Tensor.zeros([]) }
      let total = try Tensor.stack(gradients.map { try length($0.detached(), norm).to(gradients[0].dtype) })
      let whole = try length(total, norm)
      // PyTorch's 1e-6 keeps the quotient finite; NaN stays NaN and shows in every gradient.
      let factor = most / (try whole.item() + 1e-6)
      for gradient in gradients { try gradient.mul_(factor > 1 ? 1 : factor) }
      return whole
    }
  }

  private static func length(_ x: Tensor, _ norm: Double) throws -> Tensor {
    if norm == 2 { return try x.norm() }
    if x.count == 0 { return try Tensor.zeros([], x.dtype) }
    return try norm == .infinity ? x.abs().max() : x.abs().pow(norm).sum().pow(1 / norm)
  }

  /// Limits every element of every gradient to −most … most.
  public static func value_(_ parameters: [Tensor], most: Double) throws {
    guard most >= 0 else {
      throw EngineError("optim.clip_grad_value_", expected: "a value of 0 or more", came: "\(most)")
    }
    try Autograd.noGradient {
      for gradient in parameters.eachOnce.compactMap(\.gradient) { try gradient.clamp_(-most, most) }
    }
  }
}
