internal import CKernels
internal import Surface

/// How pictures are compared window by window.
package struct SimilarityWindow {
  /// Weights of one direction; the window is their product with themselves.
  package let taps: [Double]
  /// The constants that keep quotients of small numbers calm.
  package let c1: Double, c2: Double
  /// What variances and covariances are multiplied by.
  package let covariance: Double

  package init(taps: [Double], c1: Double, c2: Double, covariance: Double) {
    self.taps = taps
    self.c1 = c1
    self.c2 = c2
    self.covariance = covariance
  }
}

extension Tensor {
  /// Structural similarity to another tensor of this shape, plane by plane (the last two axes), for every window that
  /// lies wholly inside; sums run in f64. Wang, Bovik, Sheikh, Simoncelli 2004, eq. 13.
  ///
  /// Gives for every plane the mean similarity and the mean of its contrast and structure factor, in the order of the
  /// planes, and on request the similarity of every window, f32 […, H − taps + 1, W − taps + 1]. No gradient flows.
  package func similarity(
    to other: Tensor, _ window: SimilarityWindow, map wantsMap: Bool = false
  ) throws -> (means: [(similarity: Double, contrast: Double)], map: Tensor?) {
    let taps = window.taps.count
    guard rank >= 2, dims == other.dims, taps > 0, dims[rank - 2] >= taps, dims[rank - 1] >= taps else {
      preconditionFailure("similarity: \(taps) taps over \(dims.text) and \(other.dims.text)")
    }
    let x = try detached().converted(to: .f32).contiguous(), y = try other.detached().converted(to: .f32).contiguous()
    var inside = dims
    inside[rank - 2] -= taps - 1
    inside[rank - 1] -= taps - 1
    let map = try wantsMap ? Tensor.empty(inside, .f32, for: "similarity") : nil
    var plan = ck_similarity()
    plan.height = Int64(dims[rank - 2])
    plan.width = Int64(dims[rank - 1])
    plan.planes = Int64(count) / (plan.height * plan.width)
    plan.taps = Int64(taps)
    plan.c1 = window.c1
    plan.c2 = window.c2
    plan.covariance = window.covariance
    let (rows, places) = (inside[rank - 2], inside[rank - 2] * inside[rank - 1])
    let pieces = Int(plan.planes) * rows, perChunk = (1 << 18) / (dims[rank - 1] * taps) + 1
    let scratch = 4 * Int(ck_similarity_stride(plan.width)) * MemoryLayout<Double>.size
    var sums = [Double](repeating: 0, count: pieces * 2)
    try withExtendedLifetime((x, y, map)) {
      try sums.withUnsafeMutableBufferPointer { sums in
        try window.taps.withUnsafeBufferPointer { taps in
          plan.window = taps.baseAddress
          plan.sums = sums.baseAddress
          plan.x = UnsafePointer(x.pixels)
          plan.y = UnsafePointer(y.pixels)
          plan.map = map?.pixels
          try Tensor.runPicture(
            "similarity", CK_PICTURE_similarity, plan, rows: pieces, perChunk: perChunk, scratch: scratch)
        }
      }
    }
    let means = (0..<Int(plan.planes)).map { plane in
      let own = plane * rows..<(plane + 1) * rows
      return (
        own.reduce(0) { $0 + sums[2 * $1] } / Double(places), own.reduce(0) { $0 + sums[2 * $1 + 1] } / Double(places)
      )
    }
    return (means, map)
  }
}
