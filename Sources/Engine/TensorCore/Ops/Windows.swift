internal import CKernels
internal import Surface

/// The sectors of a Kuwahara filter: how a pixel's neighbourhood is divided into eight overlapping parts.
package enum KuwaharaSectors {
  /// The same for every pixel: taps (rows down, columns right, weight) of each of the eight sectors, no step longer
  /// than `reach`; each sector's weights add up to 1.
  case table([[(dy: Int, dx: Int, weight: Float)]], reach: Int)
  /// Ellipses of a mean radius in pixels along the minor eigenvector of a structure tensor [N, 3, H, W] (planes E, F,
  /// G of (E F; F G)), drawn out by (eccentricity + A) / eccentricity, at most twice; A is the anisotropy.
  case ellipses(tensor: Tensor, radius: Int, eccentricity: Double)

  /// How many pixels around a pixel its neighbourhood may need.
  package var margin: Int {
    switch self {
    case .table(_, let reach): reach
    case .ellipses(_, let radius, _): 2 * radius
    }
  }
}

extension Tensor {
  /// A Kuwahara filter of eight sectors: each pixel becomes the blend of its sectors' means m, weighted by
  /// 1 / (1 + (255·s)^(sharpness/2)), s the sector's variance summed over the channels.
  ///
  /// self: f32 [N, C, H + 2·margin, H + 2·margin or more columns], the pictures with what stands around them. The
  /// result has `height` × `width` pixels. It has no gradient: asking for one throws.
  /// Source: Papari et al. 2007; Kyprianidis, Kang, Döllner 2009; polynomial sectors: Kyprianidis et al. 2010.
  package func kuwahara(_ sectors: KuwaharaSectors, height: Int, width: Int, sharpness: Double) throws -> Tensor {
    let margin = sectors.margin
    guard dtype == .f32, rank == 4, height > 0, width > 0, dims[2] == height + 2 * margin,
      dims[3] >= Swift.max(width, Tensor.kuwaharaBlock) + 2 * margin
    else { preconditionFailure("kuwahara: a picture of \(dims.text) for \(height)×\(width) and a margin of \(margin)") }
    let x = try detached().contiguous()
    let energy = try Autograd.noGradient { try (x * x).sum([1]) }
    let y = try Tensor.empty(Dims([dims[0], dims[1], height, width]), .f32, for: "kuwahara")
    var plan = ck_kuwahara()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.height = Int64(height)
    plan.width = Int64(width)
    plan.margin = Int64(margin)
    plan.row = Int64(dims[3])
    plan.plane = Int64(dims[2] * dims[3])
    plan.sharpness = Float(sharpness)
    plan.x = UnsafePointer(x.base.assumingMemoryBound(to: Float.self))
    plan.energy = UnsafePointer(energy.base.assumingMemoryBound(to: Float.self))
    plan.out = y.base.assumingMemoryBound(to: Float.self)
    let status = try withExtendedLifetime((x, energy)) { try sectors.run(&plan) }
    try Interrupt.check()
    if status != 0 { throw EngineError("kuwahara", "there is not enough memory") }
    guard Autograd.records(self) else { return y }
    return y.derived("kuwahara", from: [self]) { _ in
      throw EngineError(
        "kuwahara", "this mode has no gradient", advice: "use mode = \"classic\", or detach the picture first")
    }
  }

  /// Pixels that the kernel computes side by side: the least width it can read.
  package static let kuwaharaBlock = 16
}

extension Tensor {
  /// The same window over every plane (the last two axes), only where it lies wholly inside:
  /// out[y, x] = Σ window[i, j]·self[y + i, x + j]. self: f32 […, H, W], window: [h, w] → […, H−h+1, W−w+1].
  /// Differentiable in self; a window that wants a gradient takes `conv2d`.
  package func correlatedPlanes(_ window: Tensor) throws -> Tensor {
    guard dtype == .f32, rank >= 2, window.rank == 2, window.count > 0, dims[rank - 2] >= window.dims[0],
      dims[rank - 1] >= window.dims[1]
    else { preconditionFailure("correlatedPlanes: a window of \(window.dims.text) over \(dims.text)") }
    let x = try detached().contiguous(), taps = try window.detached().converted(to: .f32).contiguous()
    let (rows, columns) = (window.dims[0], window.dims[1])
    var target = dims
    target[rank - 2] -= rows - 1
    target[rank - 1] -= columns - 1
    let y = try Tensor.empty(target, .f32, for: "correlate")
    var plan = ck_correlation()
    plan.height = Int64(dims[rank - 2])
    plan.width = Int64(dims[rank - 1])
    plan.planes = Int64(count) / Swift.max(plan.height * plan.width, 1)
    plan.rows = Int64(rows)
    plan.columns = Int64(columns)
    withExtendedLifetime((x, taps)) {
      plan.in = UnsafePointer(x.base.assumingMemoryBound(to: Float.self))
      plan.window = UnsafePointer(taps.base.assumingMemoryBound(to: Float.self))
      plan.out = y.base.assumingMemoryBound(to: Float.self)
      ck_correlate(&plan)
    }
    try Interrupt.check()
    guard Autograd.records(self) else { return y }
    return y.derived("correlate", from: [self]) { pull in
      let spread = try pull.grad.pad([columns - 1, columns - 1, rows - 1, rows - 1])
      return [try spread.correlatedPlanes(taps.flip([0, 1]))]
    }
  }
}

extension KuwaharaSectors {
  /// Completes the plan with the sectors and runs it.
  fileprivate func run(_ plan: inout ck_kuwahara) throws -> Int32 {
    switch self {
    case .table(let sectors, _):
      let row = Int(plan.row)
      let counts = sectors.map { Int64($0.count) }
      let offsets = sectors.joined().map { Int64($0.dy * row + $0.dx) }
      let weights = sectors.joined().map(\.weight)
      return counts.withUnsafeBufferPointer { counts in
        offsets.withUnsafeBufferPointer { offsets in
          weights.withUnsafeBufferPointer { weights in
            plan.counts = counts.baseAddress
            plan.offsets = offsets.baseAddress
            plan.weights = weights.baseAddress
            return ck_kuwahara_run(&plan)
          }
        }
      }
    case .ellipses(let tensor, let radius, let eccentricity):
      let field = try tensor.detached().contiguous()
      // ζ lets sectors overlap near the centre; a sector's polynomial is zero along the border of its neighbours' halves:
      // η = (ζ + cos γ) / sin² γ with γ = 3π/16.
      let zeta = 2 / Double(radius)
      plan.zeta = Float(zeta)
      plan.eta = Float((zeta + 0.8314696123025452) / 0.3086582838174551)
      plan.radius = Float(radius)
      plan.eccentricity = Float(eccentricity)
      return withExtendedLifetime(field) {
        plan.tensor = UnsafePointer(field.base.assumingMemoryBound(to: Float.self))
        return ck_kuwahara_run(&plan)
      }
    }
  }
}
