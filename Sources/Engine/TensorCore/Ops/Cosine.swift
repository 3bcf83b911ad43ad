internal import Surface

extension Tensor {
  /// The cosine transform over the last two axes, as of a picture mirrored without end: y = 4·Σ x·cos·cos (scipy's
  /// dctn of type 2), or, `inverse`, its inverse, scaled. f32 or f64. Records no gradient.
  package func cosine2(inverse: Bool = false) throws -> Tensor {
    precondition(rank >= 2 && (dtype == .f32 || dtype == .f64), "a cosine transform of \(dims.text) \(dtype)")
    var x = try detached().contiguous()
    if count == 0 { return x }
    for axis in [rank - 1, rank - 2] {
      // FFTW asks for starts at 16 bytes, as fresh memory has them.
      let dense = UInt(bitPattern: x.base) % 16 == 0 ? x : try x.copy()
      let y = try Tensor.empty(dims, dtype, for: "cosine transform")
      let shape = FourierKernels.Shape(
        outer: shape[..<axis].reduce(1, *), length: dims[axis], inner: shape[(axis + 1)...].reduce(1, *), type: dtype)
      try FourierKernels.transform(shape, .cosine(inverse: inverse), dense.base, into: y.base, "cosine transform")
      withExtendedLifetime(dense) {}
      x = y
    }
    return inverse ? try x * (0.25 / Double(dims[rank - 1] * dims[rank - 2])) : x
  }
}
