internal import Surface

// Linear algebra of f32 and f64 matrices through LAPACK, over the last two axes; axes before them count matrices. What
// is differentiable is so twice. The decompositions stand in Decompositions.swift.

extension Tensor {
  /// This tensor checked for linear algebra: f32 or f64, two axes or more, sides that LAPACK can count, and square ones
  /// where asked for.
  func checkedMatrices(_ operation: String, square: Bool = false) throws {
    guard dtype == .f32 || dtype == .f64 else {
      throw EngineError(
        operation, expected: "matrices of f32 or f64", came: "\(dtype)", advice: "convert them with t:to(\"f32\")")
    }
    guard rank >= 2, !square || dims[rank - 1] == dims[rank - 2] else {
      throw EngineError(
        operation, expected: square ? "square matrices [*, n, n]" : "matrices [*, m, n]", came: dims.text)
    }
    let (m, n) = (dims[rank - 2], dims[rank - 1])
    guard Swift.max(m, n) <= LapackKernels.longestSide, Swift.min(m, n) <= LapackKernels.longestShortSide else {
      throw EngineError(
        operation,
        expected: "matrices whose sides are at most \(LapackKernels.longestSide), the shorter at most "
          + "\(LapackKernels.longestShortSide)", came: dims.text)
    }
  }

  /// Sizes of the axes before the last two.
  var batchShape: [Int] { Array(shape.dropLast(2)) }

  /// The matrices as the kernels count them.
  var matrices: LapackKernels.Shape {
    LapackKernels.Shape(
      batch: batchShape.product, rows: dims[rank - 2], columns: dims[rank - 1], type: dtype)
  }

  /// A dense copy without history that LAPACK may overwrite.
  func overwritable() throws -> Tensor { try Autograd.noGradient { try copy() } }

  /// Throws where a matrix failed: `problem` tells what LAPACK's number means, and `advice` what to do about it.
  func refuse(
    _ failure: MatrixFailure?, _ operation: String, advice: String? = nil, _ problem: (Int) -> String
  ) throws {
    guard let failure else { return }
    let matrix = rank > 2 ? "matrix \(failure.position + 1) of the batch" : "the matrix"
    guard let code = failure.code else { throw EngineError(operation, "\(matrix) holds NaN or infinity") }
    throw EngineError(operation, "\(matrix) \(problem(code))", advice: advice)
  }

  /// The inverses x⁻¹ of square matrices [*, n, n], as torch.linalg.inv. NaN and infinity are refused (PyTorch passes
  /// NaN on). To solve equations, `solve` is faster and more exact.
  public func inverse() throws -> Tensor {
    try checkedMatrices("inverse", square: true)
    let x = self, n = dims[rank - 1]
    let y = try Autograd.noGradient {
      try Tensor.eye(n, n, dtype).expand(shape).solved(by: self, "inverse") { _ in "is singular: it has no inverse" }
    }
    guard Autograd.records(x) else { return y }
    return y.derived("inverse", from: [x], keepsOutput: true) { pull in
      let turned = try pull.output.transposed()
      return [try -turned.matmul(pull.grad).matmul(turned)]
    }
  }

  /// The x with a·x = b (a is this tensor), as torch.linalg.solve. a: [*, n, n]; b: [*, n, k], or vectors [*, n] where
  /// b has one axis or exactly the shape of a without its last axis. Axes before these broadcast. NaN and infinity in a
  /// are refused (PyTorch passes NaN on).
  public func solve(_ b: Tensor) throws -> Tensor {
    try checkedMatrices("solve", square: true)
    guard b.dtype == dtype else {
      throw EngineError("solve", expected: "two tensors of one type, \(dtype)", came: "\(b.dtype)")
    }
    if b.rank == 1 || b.shape == Array(shape.dropLast()) {
      guard b.dims[b.rank - 1] == dims[rank - 1] else { throw mismatch(b) }
      return try solveMatrices(b.unsqueeze(-1), given: b).squeeze(-1)
    }
    return try solveMatrices(b, given: b)
  }

  /// `solve` for right sides [*, n, k]; `given` is what errors show.
  private func solveMatrices(_ b: Tensor, given: Tensor) throws -> Tensor {
    let n = dims[rank - 1]
    guard b.rank >= 2, b.dims[b.rank - 2] == n,
      let batch = Dims.broadcast(Dims(batchShape), Dims(b.batchShape))
    else { throw mismatch(given) }
    let a = try expand(batch.array + [n, n]), b = try b.expand(batch.array + [n, b.dims[b.rank - 1]])
    let x = try Autograd.noGradient {
      try b.solved(by: a, "solve") { _ in "is singular: its equations have no single solution" }
    }
    guard Autograd.records(a, b) else { return x }
    return x.derived("solve", from: [a, b], saving: [a], keepsOutput: true) { pull in
      let toRight = try a.transposed().solveMatrices(pull.grad, given: pull.grad)
      return [pull.wants(0) ? try -toRight.matmul(pull.output.transposed()) : nil, toRight]
    }
  }

  private func mismatch(_ b: Tensor) -> EngineError {
    EngineError(
      "solve", "matrices of \(dims.text) and right sides of \(b.dims.text) do not fit together",
      advice: "for matrices [*, n, n] the right sides are [*, n, k], or vectors [n]")
  }

  /// a⁻¹ times these right sides [*, n, k]; a: [*, n, n] with the same axes before.
  private func solved(by a: Tensor, _ operation: String, _ problem: (Int) -> String) throws -> Tensor {
    if count == 0 { return try Tensor.zeros(shape, dtype) }
    let factors = try a.overwritable(), columns = try transposed().overwritable()
    try a.refuse(
      LapackKernels.solve(factors.matrices, factors.base, columns.base, right: dims[rank - 1], operation), operation,
      problem)
    return try columns.transposed().contiguous()
  }

  /// The determinants [*] of square matrices [*, n, n], as torch.linalg.det; 1 for n = 0. The gradient is that of the
  /// cofactors, also for singular matrices (where PyTorch's is 0 or rounding noise); the second derivative needs
  /// invertible ones. NaN and infinity are refused (PyTorch passes NaN on).
  public func det() throws -> Tensor {
    try checkedMatrices("det", square: true)
    let x = self
    let (signs, magnitudes) = try determinants("det", logarithm: false)
    let y = try signs * magnitudes
    guard Autograd.records(x) else { return y }
    return y.derived("det", from: [x], saving: [x], keepsOutput: true) { pull in
      let grad = try pull.grad.unsqueeze(-1).unsqueeze(-1)
      let isSingular = try pull.output.detached().eq(0).any().item() != 0
      if !isSingular {
        return [try grad * pull.output.unsqueeze(-1).unsqueeze(-1) * x.inverse().transposed()]
      }
      if Autograd.isEnabled {
        throw EngineError("det", "the second derivative of a singular matrix's determinant is not computed")
      }
      return [try grad * x.detached().cofactors()]
    }
  }

  /// The signs (−1, 0 or 1) of the determinants of square matrices [*, n, n] and the logarithms of their magnitudes,
  /// both [*], as torch.linalg.slogdet: what does not overflow where `det` does. Singular matrices give 0 and −∞; their
  /// logarithm has no gradient.
  public func slogdet() throws -> (sign: Tensor, logarithm: Tensor) {
    try checkedMatrices("slogdet", square: true)
    let x = self
    let (sign, logarithm) = try determinants("slogdet", logarithm: true)
    if Autograd.records(x) {
      Tensor.derive([sign, logarithm], "slogdet", from: [x], saving: [x]) { pull in
        [try pull.gradients[1].map { try $0.unsqueeze(-1).unsqueeze(-1) * x.inverse().transposed() }]
      }
    }
    return (sign, logarithm)
  }

  /// Signs of determinants, and their magnitudes or the logarithms of these; unrecorded.
  private func determinants(_ operation: String, logarithm: Bool) throws -> (signs: Tensor, magnitudes: Tensor) {
    try Autograd.noGradient {
      let n = dims[rank - 1], batch = batchShape
      if n == 0 || count == 0 {
        return (try Tensor.ones(batch, dtype), try Tensor.full(batch, logarithm ? 0 : 1, dtype))
      }
      let factors = try overwritable(), exchanges = try Tensor.ones(batch, .f64)
      let signs = exchanges.base.assumingMemoryBound(to: Double.self)
      try refuse(LapackKernels.factor(factors.matrices, factors.base, signs: signs, operation), operation) { _ in "" }
      // The diagonal of U, as a view over the dense factors.
      let flat = try factors.reshape(batch + [n * n])
      var (sizes, steps) = (flat.dims, flat.strides)
      sizes[flat.rank - 1] = n
      steps[flat.rank - 1] = n + 1
      let diagonal = try flat.view(sizes, steps).converted(to: .f64)
      let sign = try diagonal.sign().prod([-1]) * exchanges
      let size = try logarithm ? diagonal.abs().log().sum([-1]) : diagonal.abs().prod([-1])
      return (try sign.converted(to: dtype), try size.converted(to: dtype))
    }
  }

  /// The cofactors of square matrices, the gradients of their determinants: det(U)·det(Vh) · U · diag(products of the
  /// other singular values) · Vh, which needs no inverse. Unrecorded.
  private func cofactors() throws -> Tensor {
    let (u, s, vh) = try svd()
    let n = dims[rank - 1]
    let others = try s.unsqueeze(-2).expand(batchShape + [n, n]).maskedFill(Tensor.eye(n, n, .bool), 1).prod([-1])
    let turn = try (u.det() * vh.det()).unsqueeze(-1).unsqueeze(-1)
    return try (u * others.unsqueeze(-2)).matmul(vh) * turn
  }
}
