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
  /// The elements of a dense f32 tensor, for the plans of kernels; valid while the tensor lives.
  var pixels: UnsafeMutablePointer<Float> {
    precondition(dtype == .f32, "the elements of a \(dtype) tensor are not floats")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// Runs a kernel over pictures: rows 0..<rows of a plan, `perChunk` of them at a time in parallel, `scratch` bytes for
  /// each chunk. Whatever the plan points to must outlive the call. Throws without memory and when interrupted.
  static func runPicture<Plan>(
    _ operation: String, _ kernel: Int, _ plan: Plan, rows: Int, perChunk: Int, scratch: Int = 0
  ) throws {
    Profile.path("own kernel")
    let status = withUnsafePointer(to: plan) {
      ck_picture_run(Int32(kernel), $0, Int64(rows), Int64(perChunk), Int64(scratch))
    }
    try finish(status, operation)
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
      dims[3] >= Swift.max(width, Tensor.pictureBlock) + 2 * margin
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
    plan.x = UnsafePointer(x.pixels)
    plan.energy = UnsafePointer(energy.pixels)
    plan.out = y.pixels
    try withExtendedLifetime((x, energy)) { try sectors.run(&plan) }
    return y.withoutGradient(
      "kuwahara", from: [self], "this mode has no gradient",
      advice: "use mode = \"classic\", or detach the picture first")
  }
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
    try withExtendedLifetime((x, taps)) {
      plan.in = UnsafePointer(x.pixels)
      plan.window = UnsafePointer(taps.pixels)
      plan.out = y.pixels
      let perRow = Swift.max(1, target[rank - 1] * rows * columns)
      let pieces = target[rank - 1] == 0 ? 0 : Int(plan.planes) * target[rank - 2]
      // Little work is one chunk on this thread.
      let perChunk = perRow * pieces <= 1 << 15 ? pieces : (1 << 18) / perRow
      try Tensor.runPicture("correlate", CK_PICTURE_correlation, plan, rows: pieces, perChunk: perChunk)
    }
    guard Autograd.records(self) else { return y }
    return y.derived("correlate", from: [self]) { pull in
      let spread = try pull.grad.pad([columns - 1, columns - 1, rows - 1, rows - 1])
      return [try spread.correlatedPlanes(taps.flip([0, 1]))]
    }
  }
}

extension KuwaharaSectors {
  /// Completes the plan with the sectors and runs it.
  fileprivate func run(_ plan: inout ck_kuwahara) throws {
    let pieces = Int(plan.images * plan.height), scratch = 8 * (Int(plan.channels) + 2) * 64
    func start(_ plan: ck_kuwahara) throws {
      try Tensor.runPicture("kuwahara", CK_PICTURE_kuwahara, plan, rows: pieces, perChunk: 4, scratch: scratch)
    }
    switch self {
    case .table(let sectors, _):
      let row = Int(plan.row)
      let counts = sectors.map { Int64($0.count) }
      let offsets = sectors.joined().map { Int64($0.dy * row + $0.dx) }
      let weights = sectors.joined().map(\.weight)
      try counts.withUnsafeBufferPointer { counts in
        try offsets.withUnsafeBufferPointer { offsets in
          try weights.withUnsafeBufferPointer { weights in
            plan.counts = counts.baseAddress
            plan.offsets = offsets.baseAddress
            plan.weights = weights.baseAddress
            try start(plan)
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
      try withExtendedLifetime(field) {
        plan.tensor = UnsafePointer(field.pixels)
        try start(plan)
      }
    }
  }
}
