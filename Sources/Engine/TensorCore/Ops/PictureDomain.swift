internal import CKernels
internal import Surface

/// The domain transform's settings as its kernels take them. Gastal and Oliveira 2011.
package struct DomainPasses: Sendable {
  /// How lines are smoothed in the transformed domain.
  package enum Kind: Sendable { case recursive, normalized, interpolated }

  package let kind: Kind
  /// σ_s / σ_r: how far apart two neighbours come for each unit that their channels differ.
  package let ratio: Double
  /// The standard deviation of each iteration, every one half of the one before.
  package let sigmas: [Double]

  package init(_ kind: Kind, ratio: Double, sigmas: [Double]) {
    self.kind = kind
    self.ratio = ratio
    self.sigmas = sigmas
  }

  /// What a step's negative multiple is the exponent of: the feedback of the first iteration.
  package var rate: Double { 2.0.squareRoot() / sigmas[0] }
  /// Half the box of an iteration.
  package static func radius(_ sigma: Double) -> Double { 3.0.squareRoot() * sigma }
}

extension Tensor {
  /// Smooths the rows and the columns in turns. self: f32 [N, C, H, W] → the same. Records no gradient.
  package func domainTransformed(_ passes: DomainPasses) throws -> Tensor {
    let recursive = passes.kind == .recursive, operation = "domain transform"
    let x = try detached().contiguous(), steps = try x.domainSteps(passes.ratio, rate: recursive ? passes.rate : 0)
    let y = try Autograd.noGradient { try x.copy() }
    for (index, sigma) in passes.sigmas.enumerated() {
      var plan = ck_domain()
      switch passes.kind {
      case .recursive: plan.kind = Int32(CK_DOMAIN_RECURSIVE)
      case .normalized: plan.kind = Int32(CK_DOMAIN_NORMALIZED)
      case .interpolated: plan.kind = Int32(CK_DOMAIN_INTERPOLATED)
      }
      plan.squarings = Int64(index)
      plan.radius = DomainPasses.radius(sigma)
      try y.runDomain(&plan, steps, operation)
    }
    return y
  }

  /// How many pixels of its row and of its column lie in each pixel's box, added up. self: f32 [N, C, H, W] →
  /// [N, 1, H, W]. Steps: it has no gradient.
  package func domainCounts(ratio: Double, radius: Double) throws -> Tensor {
    let x = try detached().contiguous(), counts = try Tensor.zeros([dims[0], 1, dims[2], dims[3]])
    var plan = ck_domain()
    plan.kind = Int32(CK_DOMAIN_COUNT)
    plan.radius = radius
    try counts.runDomain(&plan, x.domainSteps(ratio, rate: 0), "pencil")
    return counts
  }

  /// Each pixel's step from its left and from its upper neighbour, [N, H, W]; with a rate exp(−rate·step).
  private func domainSteps(_ ratio: Double, rate: Double) throws -> (right: Tensor, down: Tensor) {
    let planes = Dims([dims[0], dims[2], dims[3]])
    let right = try Tensor.empty(planes, .f32, for: "domain transform")
    let down = try Tensor.empty(planes, .f32, for: "domain transform")
    var plan = ck_domain_steps()
    (plan.images, plan.channels) = (Int64(dims[0]), Int64(dims[1]))
    (plan.height, plan.width) = (Int64(dims[2]), Int64(dims[3]))
    (plan.ratio, plan.rate) = (Float(ratio), Float(rate))
    plan.x = UnsafePointer(pixels)
    (plan.right, plan.down) = (right.pixels, down.pixels)
    try runRows("domain transform", CK_PICTURE_domain_steps, plan)
    return (right, down)
  }

  /// One pass over the rows of this tensor and one over its columns, in place.
  private func runDomain(_ plan: inout ck_domain, _ steps: (right: Tensor, down: Tensor), _ operation: String) throws {
    (plan.images, plan.channels) = (Int64(dims[0]), Int64(dims[1]))
    (plan.height, plan.width) = (Int64(dims[2]), Int64(dims[3]))
    plan.x = pixels
    try withExtendedLifetime(steps) {
      for columns in [false, true] {
        plan.columns = columns
        plan.steps = UnsafePointer(columns ? steps.down.pixels : steps.right.pixels)
        let bundles = ((columns ? dims[3] : dims[2]) + 15) / 16
        try Tensor.runPicture(
          operation, CK_PICTURE_domain, plan, rows: dims[0] * bundles, perChunk: Swift.max(1, bundles / 32),
          scratch: Int(ck_domain_scratch(&plan)))
      }
    }
  }

  /// Runs a kernel whose rows are those of the images [N, C, H, W], about 2^16 elements at a time.
  func runRows<Plan>(_ operation: String, _ kernel: Int, _ plan: Plan, scratch: Int = 0) throws {
    let perChunk = (1 << 16) / Swift.max(1, dims[1] * dims[3]) + 1
    try withExtendedLifetime(self) {
      try Tensor.runPicture(
        operation, kernel, plan, rows: dims[0] * dims[2], perChunk: perChunk, scratch: scratch)
    }
  }
}

extension Tensor {
  /// h[j] = b[j] + self[j]·h[j−1] along an axis, or from the end, h[j] = b[j] + self[j]·h[j+1]; what stands beyond the
  /// start is 0. Both operands of one shape and type, f32 or f64. Differentiable, to any order.
  package func recurrence(_ b: Tensor, axis: Int, backward: Bool = false) throws -> Tensor {
    precondition(dims == b.dims && dtype == b.dtype && (dtype == .f32 || dtype == .f64), "recurrence: \(dims.text)")
    let a = try detached().contiguous(), dense = try b.detached().contiguous()
    let h = try Tensor.empty(dims, dtype, for: "recurrence")
    var plan = ck_recurrence()
    plan.outer = Int64(shape[..<axis].reduce(1, *))
    plan.length = Int64(dims[axis])
    plan.inner = Int64(shape[(axis + 1)...].reduce(1, *))
    (plan.is_double, plan.backward) = (dtype == .f64, backward)
    (plan.a, plan.b, plan.h) = (UnsafeRawPointer(a.base), UnsafeRawPointer(dense.base), h.base)
    try withExtendedLifetime((a, dense)) {
      let size = Int(plan.length * plan.inner)
      try Tensor.runPicture(
        "recurrence", CK_PICTURE_recurrence, plan, rows: count == 0 ? 0 : Int(plan.outer),
        perChunk: (1 << 16) / Swift.max(1, size) + 1)
    }
    guard Autograd.records(self, b) else { return h }
    return h.derived("recurrence", from: [self, b], saving: [self], keepsOutput: true) { pull in
      // The adjoint runs the other way, with each factor one place earlier.
      let step = backward ? 1 : -1
      let g = try self.shifted(axis, step).recurrence(pull.grad, axis: axis, backward: !backward)
      return [pull.wants(0) ? try g * pull.output.shifted(axis, -step) : nil, g]
    }
  }

  /// Every element moved `step` (1 or −1) places along an axis; 0 comes in.
  package func shifted(_ axis: Int, _ step: Int) throws -> Tensor {
    let size = dims[axis]
    if size == 1 { return try Tensor.zeros(shape, dtype) }
    var amounts = [Int](repeating: 0, count: 2 * (rank - axis))
    amounts[amounts.count - (step > 0 ? 2 : 1)] = 1
    return try narrow(axis, step > 0 ? 0 : 1, size - 1).pad(amounts)
  }
}
