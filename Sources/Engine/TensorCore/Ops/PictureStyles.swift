internal import CKernels
internal import Surface

// Kernels over f32 pictures [N, C, H, W] that record no gradient: the plain versions of their filters have one.

extension Tensor {
  /// self·(1 − Σ over the channels of the length of Sobel's gradient), kept within 0 to 1. The picture is mirrored at
  /// its border.
  package func inkedBySlopes() throws -> Tensor {
    let x = try detached().contiguous(), y = try Tensor.empty(dims, .f32, for: "stylize")
    var plan = ck_stylize()
    (plan.images, plan.channels) = (Int64(dims[0]), Int64(dims[1]))
    (plan.height, plan.width) = (Int64(dims[2]), Int64(dims[3]))
    (plan.x, plan.out) = (UnsafePointer(x.pixels), y.pixels)
    try x.runRows("stylize", CK_PICTURE_stylize, plan, scratch: (3 * dims[3] + 4) * MemoryLayout<Float>.size)
    return y
  }

  /// CIE L* / 255 of RGB, [N, 3, H, W] → [N, 1, H, W].
  package func labLightness() throws -> Tensor {
    let x = try detached().contiguous()
    let y = try Tensor.empty(Dims([dims[0], 1, dims[2], dims[3]]), .f32, for: "lightness")
    try x.runLightness(gain: 0, smooth: nil, into: y)
    return y
  }

  /// RGB with `gain` times the difference between its lightness (L* / 255) and `smooth`, [N, 1, H, W], added to its
  /// lightness; a* and b* stay. Kept within 0 to 1.
  package func withLightness(gain: Double, over smooth: Tensor) throws -> Tensor {
    let x = try detached().contiguous(), base = try smooth.detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "lightness")
    try withExtendedLifetime(base) { try x.runLightness(gain: gain, smooth: base, into: y) }
    return y
  }

  private func runLightness(gain: Double, smooth: Tensor?, into y: Tensor) throws {
    precondition(dims[1] == 3, "the lightness of \(dims.text)")
    var plan = ck_lightness()
    (plan.images, plan.height, plan.width) = (Int64(dims[0]), Int64(dims[2]), Int64(dims[3]))
    plan.gain = Float(gain)
    plan.x = UnsafePointer(pixels)
    plan.smooth = smooth.map { UnsafePointer($0.pixels) }
    plan.out = y.pixels
    try runRows("lightness", CK_PICTURE_lightness, plan)
  }

  /// Steps of anisotropic diffusion: each adds step·Σ g(d)·d over the differences d to the four neighbours, with
  /// g = exp(−scale·Σ d²) or 1 / (1 + scale·Σ d²), the sum over the channels.
  package func diffused(iterations: Int, step: Double, scale: Double, rational: Bool) throws -> Tensor {
    var x = try detached().contiguous()
    var spare: Tensor?
    for iteration in 0..<iterations {
      let y = try spare ?? Tensor.empty(dims, .f32, for: "diffusion")
      var plan = ck_diffusion()
      (plan.images, plan.channels) = (Int64(dims[0]), Int64(dims[1]))
      (plan.height, plan.width) = (Int64(dims[2]), Int64(dims[3]))
      (plan.step, plan.scale, plan.rational) = (Float(step), Float(scale), rational)
      (plan.x, plan.out) = (UnsafePointer(x.pixels), y.pixels)
      try x.runRows("diffusion", CK_PICTURE_diffusion, plan, scratch: (3 * dims[3] + 1) * MemoryLayout<Float>.size)
      // The picture itself is read only; from then on two tensors take turns.
      spare = iteration == 0 ? nil : x
      x = y
    }
    return x
  }

  /// L0 smoothing's right hand side: source + beta·D'h, D' the transpose of the differences to the right and lower
  /// neighbours and h those differences of self whose squares, summed over both and all channels, reach the threshold.
  package func keptSlopes(source: Tensor, beta: Double, threshold: Double) throws -> Tensor {
    let y = try Tensor.empty(dims, .f32, for: "L0")
    var plan = ck_l0()
    (plan.images, plan.channels) = (Int64(dims[0]), Int64(dims[1]))
    (plan.height, plan.width) = (Int64(dims[2]), Int64(dims[3]))
    (plan.beta, plan.threshold) = (Float(beta), Float(threshold))
    (plan.x, plan.source, plan.out) = (UnsafePointer(pixels), UnsafePointer(source.pixels), y.pixels)
    try withExtendedLifetime(source) {
      try runRows("L0", CK_PICTURE_l0, plan, scratch: 2 * dims[3] * MemoryLayout<Float>.size)
    }
    return y
  }
}
