internal import Surface

// Fourier transforms through FFTW. Complex numbers are pairs (real, imaginary) on a last axis of 2. Everything rests on
// one recorded transform along one axis, whose adjoint is the transform in the other direction, so that gradients of
// any order follow. f64 stays f64; everything else computes in f32. The largest piece of work that an interrupt waits for
// is a group of at most 64 lines.

/// Where the factor 1/n of a transform over n places stands, by PyTorch's names.
public enum FourierNorm: String, CaseIterable, Sendable {
  /// In the inverse.
  case backward
  /// Its root in both, which keeps lengths of vectors.
  case ortho
  /// In the forward transform.
  case forward

  /// The factor of a transform over n places.
  func factor(_ n: Int, inverse: Bool) -> Double {
    switch self {
    case .ortho: 1 / Double(n).squareRoot()
    case .backward: inverse ? 1 / Double(n) : 1
    case .forward: inverse ? 1 : 1 / Double(n)
    }
  }
}

extension Tensor {
  /// The transform along an axis. self: real [*], or complex [*, 2] where `complex`; the axis counts without the pair.
  /// → [*, 2]. As torch.fft.fft.
  public func fft(_ axis: Int = -1, complex: Bool = false, norm: FourierNorm = .backward) throws -> Tensor {
    let x = try pairs(complex, axes: 1, "fft"), place = try x.logicalAxis(axis, "fft")
    return try x.transformed([place], inverse: false, norm, "fft")
  }

  /// The inverse transform along an axis of complex numbers [*, 2] → [*, 2]. As torch.fft.ifft.
  public func ifft(_ axis: Int = -1, norm: FourierNorm = .backward) throws -> Tensor {
    let x = try pairs(true, axes: 1, "ifft"), place = try x.logicalAxis(axis, "ifft")
    return try x.transformed([place], inverse: true, norm, "ifft")
  }

  /// The transform over height and width. self: real [*, H, W], or complex [*, H, W, 2] where `complex` →
  /// [*, H, W, 2]. As torch.fft.fft2.
  public func fft2(complex: Bool = false, norm: FourierNorm = .backward) throws -> Tensor {
    let x = try pairs(complex, axes: 2, "fft2")
    return try x.transformed([x.rank - 2, x.rank - 3], inverse: false, norm, "fft2")
  }

  /// The inverse transform over height and width of complex numbers [*, H, W, 2] → [*, H, W, 2]. As torch.fft.ifft2.
  public func ifft2(norm: FourierNorm = .backward) throws -> Tensor {
    let x = try pairs(true, axes: 2, "ifft2")
    return try x.transformed([x.rank - 2, x.rank - 3], inverse: true, norm, "ifft2")
  }

  /// The left half of `fft2`, which holds everything that a real picture's transform has: [*, H, W] →
  /// [*, H, W/2 + 1, 2]. As torch.fft.rfft2.
  public func rfft2(norm: FourierNorm = .backward) throws -> Tensor {
    let x = try pairs(false, axes: 2, "rfft2"), width = x.dims[x.rank - 2]
    let rows = try x.transformed([x.rank - 2], inverse: false, norm, "rfft2").narrow(-2, 0, width / 2 + 1)
    return try rows.transformed([x.rank - 3], inverse: false, norm, "rfft2")
  }

  /// The real picture [*, H, W] of a left half [*, H, W/2 + 1, 2]. As torch.fft.irfft2: imaginary parts that cannot
  /// belong to a real picture do not count.
  /// - Parameter width: W where it is odd; nil: the even one, 2·(columns − 1).
  public func irfft2(width: Int? = nil, norm: FourierNorm = .backward) throws -> Tensor {
    let half = try pairs(true, axes: 2, "irfft2"), columns = half.dims[half.rank - 2]
    let width = width ?? 2 * (columns - 1)
    guard width >= 1, width / 2 + 1 == columns else {
      let fitting = ["no width", "the width 1"]
      let widths = columns < 2 ? fitting[columns] : "the widths \(2 * columns - 2) and \(2 * columns - 1)"
      throw EngineError("irfft2", "a half of width \(columns) belongs to \(widths), not to \(width)")
    }
    let rows = try half.transformed([half.rank - 3], inverse: true, norm, "irfft2")
    // Every column but the first, and the last of an even width, stands for its mirror image too.
    var counts = [Double](repeating: 2, count: columns)
    counts[0] = 1
    if width % 2 == 0 { counts[columns - 1] = 1 }
    let weights = try Tensor(doubles: counts, [columns, 1]).converted(to: rows.dtype)
    let whole = try (rows * weights).pad([0, 0, 0, width - columns])
    return try whole.transformed([half.rank - 2], inverse: true, norm, "irfft2").select(-1, 0)
  }

  /// The middle and the edges exchanged along axes: position 0 comes to position n/2. As torch.fft.fftshift, with the
  /// axes named.
  public func fftshift(_ axes: [Int]) throws -> Tensor {
    try axes.reduce(self) { x, place in
      let axis = try x.axis(place, "fftshift")
      return try x.roll(x.dims[axis] / 2, axis)
    }
  }

  /// `fftshift` undone. As torch.fft.ifftshift, with the axes named.
  public func ifftshift(_ axes: [Int]) throws -> Tensor {
    try axes.reduce(self) { x, place in
      let axis = try x.axis(place, "ifftshift")
      return try x.roll(-(x.dims[axis] / 2), axis)
    }
  }

  /// The operand as pairs [*, 2] of f32 or f64, with at least `axes` axes before the pair.
  private func pairs(_ complex: Bool, axes: Int, _ operation: String) throws -> Tensor {
    let wanted = axes == 1 ? "[*, n" : "[*, H, W"
    guard rank >= axes + (complex ? 1 : 0), !complex || dims[rank - 1] == 2 else {
      throw EngineError(
        operation, expected: complex ? "complex numbers \(wanted), 2]" : "real numbers \(wanted)]", came: dims.text,
        advice: complex ? "the last axis holds the real and the imaginary part" : nil)
    }
    let x = try converted(to: dtype == .f64 ? .f64 : .f32)
    if complex { return x }
    guard rank < Dims.most else {
      throw EngineError(
        operation, expected: "at most \(Dims.most - 1) axes, for the result has one more", came: dims.text)
    }
    return try x.unsqueeze(-1).pad([0, 1])
  }

  /// An axis of pairs, counted without the pair.
  private func logicalAxis(_ place: Int, _ operation: String) throws -> Int {
    try select(-1, 0).axis(place, operation)
  }

  /// These pairs transformed along axes, one after the other, and scaled.
  private func transformed(_ axes: [Int], inverse: Bool, _ norm: FourierNorm, _ operation: String) throws -> Tensor {
    var y = self
    var places = 1
    for axis in axes {
      guard (1...FourierKernels.longest).contains(dims[axis]) else {
        throw EngineError(
          operation, "cannot transform \(dims[axis]) places (axis \(axis + 1) of \(Array(shape.dropLast()).shapeText))",
          advice: "a line has 1 to \(FourierKernels.longest)")
      }
      places *= dims[axis]
      y = try y.transformedLines(axis, inverse: inverse, operation)
    }
    let factor = norm.factor(places, inverse: inverse)
    return factor == 1 ? y : try y * factor
  }

  /// The plain transform of pairs along one axis: what everything above records.
  private func transformedLines(_ axis: Int, inverse: Bool, _ operation: String) throws -> Tensor {
    let y = try Tensor.empty(dims, dtype, for: operation)
    if count > 0 {
      // FFTW asks for starts at 16 bytes, as fresh memory has them.
      let dense = try detached().contiguous(), x = UInt(bitPattern: dense.base) % 16 == 0 ? dense : try dense.copy()
      let shape = FourierKernels.Shape(
        outer: dims.array[..<axis].product, length: dims[axis], inner: dims.array[(axis + 1)..<(rank - 1)].product,
        type: dtype)
      try FourierKernels.transform(shape, .complex(inverse: inverse), x.base, into: y.base, operation)
      withExtendedLifetime(x) {}
    }
    guard Autograd.records(self) else { return y }
    return y.derived(operation, from: [self]) { pull in
      [try pull.grad.transformedLines(axis, inverse: !inverse, operation)]
    }
  }
}
