internal import CKernels
internal import Surface

/// The weights of a bilateral filter: exp(−r²/2σ_s²)·exp(−d²/2σ_c²) within a circle, r the distance in pixels, d the sum
/// over the guide's channels of the absolute differences.
package struct BilateralWeights {
  /// Every offset within the circle and its distance squared.
  package let taps: [(dy: Int, dx: Int, square: Int)]
  /// The circle's radius in pixels, σ_c and σ_s.
  package let radius: Int
  package let sigmaColor, sigmaSpace: Double

  /// All offsets within `radius` pixels, in reading order.
  package init(radius: Int, sigmaColor: Double, sigmaSpace: Double) {
    self.radius = radius
    self.sigmaColor = sigmaColor
    self.sigmaSpace = sigmaSpace
    taps = (-radius...radius).flatMap { dy in
      (-radius...radius).map { (dy, $0, dy * dy + $0 * $0) }
    }.filter { $0.square <= radius * radius }
  }
}

extension Tensor {
  /// Pixels that kernels over pictures compute side by side: the least width that they can read.
  package static let pictureBlock = 16

  /// A joint bilateral filter. self: f32 [N, C, H + 2r, W + 2r or more columns], the pictures with what stands around
  /// them, at least 16 + 2r wide; guide: the same with any channels, for N pictures or one for all. The result has
  /// `height` × `width` pixels and no gradient.
  package func bilateral(_ weights: BilateralWeights, guide: Tensor, height: Int, width: Int) throws -> Tensor {
    let margin = weights.radius
    guard dtype == .f32, guide.dtype == .f32, rank == 4, guide.rank == 4, height > 0, width > 0,
      dims[2] == height + 2 * margin, dims[3] >= Swift.max(width, Tensor.pictureBlock) + 2 * margin,
      guide.dims[2] == dims[2], guide.dims[3] == dims[3], guide.dims[0] == dims[0] || guide.dims[0] == 1
    else { preconditionFailure("bilateral: \(dims.text) by \(guide.dims.text), \(height)×\(width), margin \(margin)") }
    let x = try detached().contiguous()
    let beside = guide === self ? x : try guide.detached().contiguous()
    let y = try Tensor.empty(Dims([dims[0], dims[1], height, width]), .f32, for: "bilateral")
    var plan = ck_bilateral()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.guides = Int64(guide.dims[1])
    plan.height = Int64(height)
    plan.width = Int64(width)
    plan.margin = Int64(margin)
    plan.row = Int64(dims[3])
    plan.plane = Int64(dims[2] * dims[3])
    plan.shared = guide.dims[0] < dims[0] ? 1 : 0
    plan.taps = Int64(weights.taps.count)
    let log2e = 1.4426950408889634
    plan.say = Float(-0.5 * log2e / (weights.sigmaColor * weights.sigmaColor))
    let offsets = weights.taps.map { Int64($0.dy * dims[3] + $0.dx) }
    let near = weights.taps.map {
      Float(-0.5 * log2e * Double($0.square) / (weights.sigmaSpace * weights.sigmaSpace))
    }
    let rows = dims[0] * height, scratch = 2 * dims[1] * 64
    try withExtendedLifetime((x, beside)) {
      try offsets.withUnsafeBufferPointer { offsets in
        try near.withUnsafeBufferPointer { near in
          plan.offsets = offsets.baseAddress
          plan.near = near.baseAddress
          plan.x = UnsafePointer(x.pixels)
          plan.guide = UnsafePointer(beside.pixels)
          plan.out = y.pixels
          try Tensor.runPicture("bilateral", CK_PICTURE_bilateral, plan, rows: rows, perChunk: 2, scratch: scratch)
        }
      }
    }
    return y
  }

  /// Gathers pictures f32 [N, C, H, W] in a bilateral grid [N, rows, columns, layers, C + 1] of weighted sums, the
  /// weights themselves last. Pixel (y, x) lies at (y·step, x·step, level); level: f32 [N, 1, H, W], 0 to layers − 1.
  package func bilateralGrid(level: Tensor, step: Double, layers: Int) throws -> Tensor {
    let sides = [dims[2], dims[3]].map { Int((Double($0 - 1) * step).rounded(.up)) + 1 }
    let cells = try Tensor.empty(
      Dims([dims[0], sides[0], sides[1], layers, dims[1] + 1]), .f32, for: "bilateral")
    let x = try detached().contiguous(), depth = try level.detached().contiguous()
    var plan = try x.gridPlan(cells, depth, step)
    try withExtendedLifetime((x, depth, cells)) {
      plan.x = UnsafePointer(x.pixels)
      try Tensor.runPicture(
        "bilateral", CK_PICTURE_grid_splat, plan, rows: dims[0] * sides[0], perChunk: 1)
    }
    return cells
  }

  /// The means [N, C, H, W] that a (blurred) bilateral grid holds at the pixels; `level` and `step` as it was made with.
  package func bilateralSlice(_ grid: Tensor, level: Tensor, step: Double) throws -> Tensor {
    let cells = try grid.detached().contiguous(), depth = try level.detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "bilateral")
    var plan = try gridPlan(cells, depth, step)
    try withExtendedLifetime((depth, cells)) {
      plan.out = y.pixels
      let scratch = (dims[1] + 1) * 4
      try Tensor.runPicture(
        "bilateral", CK_PICTURE_grid_slice, plan, rows: dims[0] * dims[2], perChunk: 4, scratch: scratch)
    }
    return y
  }

  private func gridPlan(_ cells: Tensor, _ level: Tensor, _ step: Double) throws -> ck_bilateral_grid {
    guard dtype == .f32, rank == 4, level.dtype == .f32, level.shape == [dims[0], 1, dims[2], dims[3]], cells.rank == 5,
      (0...1).contains(step)
    else { preconditionFailure("bilateral grid: \(dims.text), levels \(level.dims.text), cells \(cells.dims.text)") }
    var plan = ck_bilateral_grid()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.rows = Int64(cells.dims[1])
    plan.columns = Int64(cells.dims[2])
    plan.layers = Int64(cells.dims[3])
    plan.step = Float(step)
    plan.level = UnsafePointer(level.pixels)
    plan.cells = cells.pixels
    return plan
  }
}
