internal import CKernels

/// How a convolution is computed.
package enum ConvolutionPath: Sendable {
  /// Winograd's filtering F(4×4, 3×3) of our own.
  case winograd
  /// The sum over the taps of a window as it is defined, of our own.
  case direct
  /// oneDNN's direct algorithm, for gradients of inputs.
  case library
}

/// Chooses how a convolution is computed. One place: callers and layouts do not know of it.
package enum ConvolutionPolicy {
  /// The path that tests ask for; it is taken wherever it exists.
  nonisolated(unsafe) package static var asked: ConvolutionPath?

  /// The path of a layer in a direction.
  ///
  /// Winograd's filtering wins wherever it exists and a vector of tiles finds work: it takes a quarter of the
  /// multiplications. Exact mode does without it.
  static func path(_ plan: ConvolutionPlan, _ direction: ConvolutionDirection) -> ConvolutionPath {
    // With steps of 1 it is a forward pass too, of turned windows.
    if direction == .inputGradient, plan.strideX != 1 || plan.strideY != 1 || asked == .library { return .library }
    switch asked {
    case .winograd where hasWinograd(plan): return .winograd
    case .winograd, .direct: return .direct
    default: return !Runtime.isExact && hasWinograd(plan) && isWorthTransforming(plan) ? .winograd : .direct
    }
  }

  private static func hasWinograd(_ plan: ConvolutionPlan) -> Bool {
    plan.kernelHeight == 3 && plan.kernelWidth == 3 && plan.strideX == 1 && plan.strideY == 1 && plan.dilationX == 1
      && plan.dilationY == 1 && plan.groups == 1
  }

  /// Both transforms cost as much as some eight channels; below four by four tiles, lanes lie idle.
  private static func isWorthTransforming(_ plan: ConvolutionPlan) -> Bool {
    Swift.min(plan.inChannels, plan.outChannels) >= 16 && plan.batch * plan.outHeight * plan.outWidth >= 144
  }
}
