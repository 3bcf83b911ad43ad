internal import CKernels
internal import Surface

// Steps of optimisers as single passes over memory. In place, unrecorded; every array written bumps its storage's version.

/// One step of Adam: its numbers, computed in f64 outside.
package struct AdamStep: Sendable {
  /// What the parameter is multiplied by first (AdamW's decay); 1 for nothing.
  package var shrink = 1.0
  /// How much of the parameter is added to the gradient.
  package var decay = 0.0
  /// How slowly the first and second moment change.
  package var betas = (0.9, 0.999)
  /// What the root of the second moment is divided by: √(1 − β₂ᵗ).
  package var correction = 1.0
  /// Added to the root.
  package var eps = 1e-8
  /// The factor of the quotient: −rate / (1 − β₁ᵗ).
  package var step = 0.0

  package init() {}
}

/// One step of gradient descent: its numbers.
package struct DescentStep: Sendable {
  /// How much of the parameter is added to the gradient.
  package var decay = 0.0
  /// How much of the velocity goes on.
  package var momentum = 0.0
  /// How much of the gradient enters it: 1 − dampening.
  package var gain = 1.0
  /// Whether the velocity begins as the gradient, whatever it holds.
  package var isFirst = false
  /// Whether it looks one step of momentum ahead.
  package var nesterov = false
  /// The factor of the direction: −rate.
  package var step = 0.0

  package init() {}
}

extension Tensor {
  /// Composes all steps of optimisers of plain ops; for tests, which hold the kernels against them.
  nonisolated(unsafe) package static var composesUpdates = false

  /// Whether one kernel may change this tensor by a gradient, together with moments: dense f32 of one shape, each in
  /// memory of its own. (A gradient that is not dense is copied.)
  private func isUpdatedAtOnce(by gradient: Tensor, with moments: [Tensor]) -> Bool {
    guard !Tensor.composesUpdates, gradient.dtype == .f32, gradient.dims == dims else { return false }
    let written = [self] + moments
    guard written.allSatisfy({ $0.dtype == .f32 && $0.dims == dims && $0.isContiguous }) else { return false }
    return Set((written + [gradient]).map { ObjectIdentifier($0.storage) }).count == written.count + 1
  }

  /// Runs an update: wholly or, when an interrupt is pending, not at all.
  private static func runUpdate<Plan>(_ kernel: Int, _ plan: Plan, moving arrays: Int, to written: [Tensor]) throws {
    try Interrupt.check()
    let count = written[0].count, rows = (count + CK_UPDATE_BLOCK - 1) / CK_UPDATE_BLOCK
    Profile.kernel(moved: arrays * count * 4)
    uninterrupted { withUnsafePointer(to: plan) { _ = ck_picture_run(Int32(kernel), $0, Int64(rows), 8, 0) } }
    for tensor in written { tensor.storage.version += 1 }
  }

  /// A step of Adam on this parameter and its moments, all f32 of one shape; `largest` is AMSGrad's.
  /// - Returns: false, with nothing changed, where the step must be composed: other types, and memory that is not dense.
  package func adam_(
    _ gradient: Tensor, first: Tensor, second: Tensor, largest: Tensor? = nil, _ step: AdamStep
  ) throws -> Bool {
    let written = [self, first, second] + (largest.map { [$0] } ?? [])
    guard isUpdatedAtOnce(by: gradient, with: Array(written.dropFirst())) else { return false }
    let dense = try gradient.contiguous()
    var plan = ck_adam()
    plan.count = Int64(count)
    (plan.shrink, plan.decay) = (Float(step.shrink), Float(step.decay))
    plan.rise = Float(1 - step.betas.0)
    (plan.keep, plan.gain) = (Float(step.betas.1), Float(1 - step.betas.1))
    (plan.correction, plan.eps, plan.step) = (Float(step.correction), Float(step.eps), Float(step.step))
    (plan.gradient, plan.parameter) = (UnsafePointer(dense.pixels), pixels)
    (plan.first, plan.second, plan.largest) = (first.pixels, second.pixels, largest?.pixels)
    try withExtendedLifetime(dense) {
      try Tensor.runUpdate(CK_PICTURE_adam, plan, moving: 1 + 2 * written.count, to: written)
    }
    return true
  }

  /// A step of gradient descent on this parameter and its velocity, all f32 of one shape.
  /// - Returns: false, with nothing changed, where the step must be composed: other types, and memory that is not dense.
  package func descend_(_ gradient: Tensor, velocity: Tensor? = nil, _ step: DescentStep) throws -> Bool {
    let written = [self] + (velocity.map { [$0] } ?? [])
    guard isUpdatedAtOnce(by: gradient, with: Array(written.dropFirst())) else { return false }
    let dense = try gradient.contiguous()
    var plan = ck_sgd()
    plan.count = Int64(count)
    (plan.fresh, plan.nesterov) = (step.isFirst, step.nesterov)
    (plan.decay, plan.momentum) = (Float(step.decay), Float(step.momentum))
    (plan.gain, plan.step) = (Float(step.gain), Float(step.step))
    (plan.gradient, plan.parameter, plan.velocity) = (UnsafePointer(dense.pixels), pixels, velocity?.pixels)
    try withExtendedLifetime(dense) {
      try Tensor.runUpdate(CK_PICTURE_sgd, plan, moving: 1 + 2 * written.count, to: written)
    }
    return true
  }
}
