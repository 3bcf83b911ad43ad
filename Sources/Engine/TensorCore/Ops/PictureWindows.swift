internal import CKernels
internal import Surface

/// What `bordered` lays over every pixel.
package enum BorderedWindow {
  /// Weights in reading order.
  case weights([Float], rows: Int, columns: Int)
  /// A column of weights times a row of weights.
  case separable(down: [Float], across: [Float])
  /// Equal weights that add up to 1; its time does not depend on its size.
  case mean(rows: Int, columns: Int)

  /// Its rows and columns.
  package var size: (rows: Int, columns: Int) {
    switch self {
    case .weights(_, let rows, let columns), .mean(let rows, let columns): (rows, columns)
    case .separable(let down, let across): (down.count, across.count)
    }
  }

  var floats: [Float] {
    switch self {
    case .weights(let weights, _, _): weights
    case .separable(let down, let across): down + across
    case .mean: []
    }
  }

  var kernel: Int {
    switch self {
    case .weights: CK_PICTURE_bordered
    case .separable: CK_PICTURE_separable
    case .mean: CK_PICTURE_box
    }
  }

  /// Rows of the output that are computed together, and products or sums per pixel.
  var effort: (band: Int, perPixel: Int) {
    switch self {
    case .weights(let weights, _, _): (16, weights.count)
    case .separable(let down, let across): (16, down.count + across.count)
    case .mean(let rows, _): (Swift.max(64, 2 * rows), 4)
    }
  }
}

extension Tensor {
  /// Whether kernels that know floats only and have no gradient may take this tensor: f32, nothing is recorded.
  package var takesPlainKernels: Bool { dtype == .f32 && !Autograd.records(self) }

  /// The same values, computed without recording: a gradient that is asked of them throws, with `why` and `advice`,
  /// where one of the tensors they came from would want it.
  package func withoutGradient(
    _ operation: String, from inputs: [Tensor], _ why: String, advice: String
  ) -> Tensor {
    guard Autograd.records(inputs) else { return self }
    return derived(operation, from: inputs) { _ in throw EngineError(operation, why, advice: advice) }
  }

  /// A window over every plane (the last two axes), with what stands outside: out[y, x] = Σ over i, j of
  /// window[i, j] · self[fromRows[y + i], column x + j − left]. self: f32 […, H, W]; the result is as large.
  ///
  /// fromRows: for each of the H + rows − 1 rows under windows the row of the picture that stands there, −1 for zeros;
  /// fromColumns: the same for the columns − 1 columns outside, the `left` ones first. It has no gradient.
  package func bordered(
    _ window: BorderedWindow, fromRows: [Int32], fromColumns: [Int32], left: Int
  ) throws -> Tensor {
    let (rows, columns) = window.size
    guard takesPlainKernels, rank >= 2, rows > 0, columns > 0, fromRows.count == dims[rank - 2] + rows - 1,
      fromColumns.count == columns - 1, (0..<columns).contains(left),
      fromRows.allSatisfy({ $0 < dims[rank - 2] }), fromColumns.allSatisfy({ $0 < dims[rank - 1] })
    else { preconditionFailure("bordered: a window of \(rows)×\(columns) over \(dims.text)") }
    let x = try contiguous(), y = try Tensor.empty(dims, .f32, for: "filter")
    if count == 0 { return y }
    let (band, perPixel) = window.effort
    var plan = ck_bordered()
    plan.height = Int64(dims[rank - 2])
    plan.width = Int64(dims[rank - 1])
    plan.planes = Int64(count) / (plan.height * plan.width)
    plan.rows = Int64(rows)
    plan.columns = Int64(columns)
    plan.left = Int64(left)
    plan.band = Int64(band)
    plan.in = UnsafePointer(x.pixels)
    plan.out = y.pixels
    let pieces = Int(plan.planes) * ((dims[rank - 2] + band - 1) / band)
    // Little work is one chunk on this thread.
    let perChunk = count * perPixel <= 1 << 15 ? pieces : 1
    try withExtendedLifetime(x) {
      try window.floats.withUnsafeBufferPointer { weights in
        try fromRows.withUnsafeBufferPointer { fromRows in
          try fromColumns.withUnsafeBufferPointer { fromColumns in
            plan.window = weights.baseAddress
            plan.from_rows = fromRows.baseAddress
            plan.from_columns = fromColumns.baseAddress
            let scratch = Int(ck_bordered_scratch(&plan, Int32(window.kernel)))
            try Tensor.runPicture("filter", window.kernel, plan, rows: pieces, perChunk: perChunk, scratch: scratch)
          }
        }
      }
    }
    return y
  }
}
