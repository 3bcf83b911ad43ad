internal import CKernels
internal import Surface

// Losses of f32 that become one number, in one pass over memory each way. Other types, losses for each element, and what
// second derivatives are taken of, are composed of recorded ops.

extension Tensor {
  /// Composes all losses of plain ops; for tests, which hold the kernels against them.
  nonisolated(unsafe) package static var composesLosses = false

  private var isSummedAtOnce: Bool { dtype == .f32 && count > 0 && !Tensor.composesLosses }

  /// The sum or mean of (self − target)² or |self − target|, both f32 of one shape; nil where it must be composed.
  func distance(_ target: Tensor, square: Bool, _ reduction: Reduction) throws -> Tensor? {
    guard isSummedAtOnce, target.dtype == .f32, reduction != .none else { return nil }
    let (x, y) = (try detached().contiguous(), try target.detached().contiguous())
    let rows = (count + CK_LOSS_BLOCK - 1) / CK_LOSS_BLOCK
    let sums = try Tensor.empty(Dims([rows]), .f64, for: "loss")
    let plan = ck_distance(
      count: Int64(count), square: square, x: UnsafePointer(x.pixels), y: UnsafePointer(y.pixels), sums: sums.wide)
    Profile.kernel(moved: 8 * count)
    try withExtendedLifetime((x, y)) {
      try Tensor.runPicture("loss", CK_PICTURE_distance, plan, rows: rows, perChunk: 8)
    }
    let share = reduction == .mean ? 1 / Double(count) : 1
    let loss = try Tensor.full([], (0..<rows).reduce(0) { $0 + sums.wide[$1] } * share, .f32)
    guard Autograd.records(self, target) else { return loss }
    return loss.derived(square ? "mse_loss" : "l1_loss", from: [self, target], saving: [self, target]) { pull in
      let scale = square ? 2 * share : share, slope: Tensor
      if Autograd.isEnabled {
        let gap = try self - target
        slope = try (square ? gap : gap.detached().sign()) * (pull.grad * scale)
      } else {
        slope = try Tensor.distanceBack(x, y, square: square, pull.grad.item() * scale)
      }
      return [slope, pull.wants(1) ? try -slope : nil]
    }
  }

  /// scale · (x − y), or scale · sign(x − y); dense f32.
  private static func distanceBack(_ x: Tensor, _ y: Tensor, square: Bool, _ scale: Double) throws -> Tensor {
    let dx = try Tensor.empty(x.dims, .f32, for: "loss")
    let plan = ck_distance_back(
      count: Int64(x.count), square: square, scale: Float(scale), x: UnsafePointer(x.pixels),
      y: UnsafePointer(y.pixels), dx: dx.pixels)
    Profile.kernel(moved: 12 * x.count)
    try withExtendedLifetime((x, y)) {
      try runPicture(
        "loss", CK_PICTURE_distance_back, plan, rows: (x.count + CK_LOSS_BLOCK - 1) / CK_LOSS_BLOCK, perChunk: 8)
    }
    return dx
  }

  /// The elements of a dense f64 tensor.
  private var wide: UnsafeMutablePointer<Double> {
    precondition(dtype == .f64, "the elements of a \(dtype) tensor are not doubles")
    return base.assumingMemoryBound(to: Double.self)
  }

  /// The total variation of f32 planes (the last two axes) with squares or magnitudes; nil where it must be composed.
  func variation(square: Bool, _ reduction: Reduction) throws -> Tensor? {
    let (height, width) = (dims[rank - 2], dims[rank - 1])
    guard isSummedAtOnce else { return nil }
    let x = try detached().contiguous(), rows = count / width
    let sums = try Tensor.empty(Dims([rows, 2]), .f64, for: "tv_loss")
    let plan = ck_variation(
      height: Int64(height), width: Int64(width), square: square, x: UnsafePointer(x.pixels), sums: sums.wide)
    Profile.kernel(moved: 4 * count)
    try withExtendedLifetime(x) {
      try Tensor.runPicture(
        "tv_loss", CK_PICTURE_variation, plan, rows: rows, perChunk: Tensor.rowsPerChunk(width))
    }
    let pairs = (rows / height * (height - 1) * width, rows * (width - 1)), means = reduction == .mean
    // Without pairs the sum is 0.
    let share = (means ? 1 / Double(Swift.max(pairs.0, 1)) : 1, means ? 1 / Double(Swift.max(pairs.1, 1)) : 1)
    let total = (0..<rows).reduce(0) { $0 + sums.wide[2 * $1] * share.0 + sums.wide[2 * $1 + 1] * share.1 }
    let loss = try Tensor.full([], total, .f32)
    guard Autograd.records(self) else { return loss }
    return loss.derived("tv_loss", from: [self], saving: [self]) { pull in
      let scale = square ? (2 * share.0, 2 * share.1) : share
      if Autograd.isEnabled {
        let down = try self.variationSlope(self.rank - 2, square: square) * (pull.grad * scale.0)
        return [try down + self.variationSlope(self.rank - 1, square: square) * (pull.grad * scale.1)]
      }
      let g = try pull.grad.item()
      return [try Tensor.variationBack(x, square: square, down: g * scale.0, across: g * scale.1)]
    }
  }

  private static func rowsPerChunk(_ width: Int) -> Int { (1 << 15) / width + 1 }

  private static func variationBack(_ x: Tensor, square: Bool, down: Double, across: Double) throws -> Tensor {
    let dx = try Tensor.empty(x.dims, .f32, for: "tv_loss"), width = x.dims[x.rank - 1]
    let plan = ck_variation_back(
      height: Int64(x.dims[x.rank - 2]), width: Int64(width), square: square, down: Float(down),
      across: Float(across), x: UnsafePointer(x.pixels), dx: dx.pixels)
    Profile.kernel(moved: 8 * x.count)
    try withExtendedLifetime(x) {
      try runPicture(
        "tv_loss", CK_PICTURE_variation_back, plan, rows: x.count / width, perChunk: rowsPerChunk(width))
    }
    return dx
  }

  /// The sum of each element's distances (or their signs) from its neighbours along one of the last two axes; recorded.
  private func variationSlope(_ axis: Int, square: Bool) throws -> Tensor {
    let size = dims[axis]
    if size < 2 { return try Tensor.zeros(shape, dtype) }
    let step = try slice(axis, 1, size - 1, step: 1) - slice(axis, 0, size - 1, step: 1)
    let slope = square ? step : try step.detached().sign()
    return try axis == rank - 1
      ? slope.pad([1, 0, 0, 0]) - slope.pad([0, 1, 0, 0]) : slope.pad([0, 0, 1, 0]) - slope.pad([0, 0, 0, 1])
  }
}
