internal import Surface

// Cholesky, QR, eigenvalues and singular values, through LAPACK. Vectors of decompositions are free up to their signs:
// a loss must not depend on these.

extension Tensor {
  /// The lower triangular L with x = L·Lᵀ, or the upper U with x = Uᵀ·U, of symmetric positive definite matrices
  /// [*, n, n], as torch.linalg.cholesky. Only the lower (`upper`: the upper) triangle of x is read; the gradient is
  /// symmetric.
  public func cholesky(upper: Bool = false) throws -> Tensor {
    try checkedMatrices("cholesky", square: true)
    if upper { return try transposed().cholesky().transposed() }
    let x = self, y = try overwritable()
    if count > 0 {
      try refuse(
        LapackKernels.cholesky(y.matrices, y.base), "cholesky",
        advice: "where rounding did that, add a little to the diagonal, as in a + 1e-4 * tensor.eye(\(dims[rank - 1]))"
      ) { "is not positive definite (its leading \($0)×\($0) part is not)" }
    }
    guard Autograd.records(x) else { return y }
    return y.derived("cholesky", from: [x], keepsOutput: true) { pull in
      // Murray 2016, arXiv 1602.07527, equation 10: L⁻ᵀ·Φ(Lᵀ·grad)·L⁻¹, Φ the lower triangle with half the diagonal.
      let turned = try pull.output.transposed(), inner = try turned.matmul(pull.grad)
      let left = try turned.solve((inner.tril() + inner.tril(-1)) * 0.5)
      let whole = try turned.solve(left.transposed())
      return [try (whole + whole.transposed()) * 0.5]
    }
  }

  /// x = q·r with orthonormal columns q [*, m, k] and upper triangular r [*, k, n] of matrices [*, m, n], k = min(m,
  /// n); `complete`: q [*, m, m] and r [*, m, n]. As torch.linalg.qr; the signs are LAPACK's. The gradient needs the first
  /// k columns to be independent, and does not exist for a complete decomposition of tall matrices.
  public func qr(complete: Bool = false) throws -> (q: Tensor, r: Tensor) {
    try checkedMatrices("qr")
    let (m, n) = (dims[rank - 2], dims[rank - 1])
    if m < n, Autograd.records(self) {
      // The columns past the square part follow from q.
      let (q, square) = try narrow(-1, 0, m).qr()
      return (q, try Tensor.cat([square, q.transposed().matmul(narrow(-1, m, n - m))], -1))
    }
    let width = complete ? m : Swift.min(m, n)
    let q = try Tensor.empty(Dims(batchShape + [m, width]), dtype, for: "qr")
    let r = try Tensor.empty(Dims(batchShape + [width, n]), dtype, for: "qr")
    if count > 0 {
      let work = try overwritable()
      try refuse(
        LapackKernels.qr(work.matrices, complete: complete, work.base, q: q.base, r: r.base), "qr"
      ) { "was refused by LAPACK (number \($0))" }
    } else {
      try Tensor.eye(m, width, dtype).cast(into: q)
    }
    if Autograd.records(self) {
      Tensor.derive([q, r], "qr", from: [self], keepsOutputs: true) { pull in
        [try Tensor.qrGradient(pull, isSquare: width == n)]
      }
    }
    return (q, r)
  }

  /// (gq + q·S)·r⁻ᵀ with S the symmetric matrix whose upper triangle is that of gr·rᵀ − qᵀ·gq, for r square (Walter and
  /// Lehmann 2010, arXiv 1009.6112).
  private static func qrGradient(_ pull: Pull, isSquare: Bool) throws -> Tensor {
    guard isSquare else {
      throw EngineError(
        "qr", "the complete decomposition of a tall matrix has no gradient: its last columns are free",
        advice: "leave out mode = \"complete\"")
    }
    let (q, r) = (pull.outputs[0], pull.outputs[1])
    var inner = try pull.gradients[1].map { try $0.matmul(r.transposed()) }
    if let g = pull.gradients[0] {
      let other = try q.transposed().matmul(g)
      inner = try inner.map { try $0 - other } ?? -other
    }
    // A pullback runs only where some gradient arrived.
    let symmetric = try inner!.triu() + inner!.triu(1).transposed()
    var sum = try q.matmul(symmetric)
    if let g = pull.gradients[0] { sum = try sum + g }
    return try r.solve(sum.transposed()).transposed()
  }

  /// x = u · diag(s) · vh with s [*, k] descending, of matrices [*, m, n] with k = min(m, n): u [*, m, k] and vh
  /// [*, k, n], or square ones where `fullMatrices`. As torch.linalg.svd(full_matrices=False). The gradient through u
  /// and vh needs singular values that differ, and for matrices that are not square also none of 0; the gradient through
  /// s alone needs nothing. Vectors that only `fullMatrices` adds have no gradient.
  public func svd(fullMatrices: Bool = false) throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    try checkedMatrices("svd")
    let (m, n) = (dims[rank - 2], dims[rank - 1]), k = Swift.min(m, n), batch = batchShape
    let u = try Tensor.empty(Dims(batch + [m, fullMatrices ? m : k]), dtype, for: "svd")
    let s = try Tensor.empty(Dims(batch + [k]), dtype, for: "svd")
    let vh = try Tensor.empty(Dims(batch + [fullMatrices ? n : k, n]), dtype, for: "svd")
    if count > 0 {
      let work = try overwritable()
      try refuse(
        LapackKernels.svd(work.matrices, full: fullMatrices, work.base, u: u.base, s: s.base, vh: vh.base), "svd",
        advice: "try it in f64: t:to(\"f64\")"
      ) { _ in "has singular values that did not converge" }
    } else {
      try Tensor.eye(m, u.dims[rank - 1], dtype).cast(into: u)
      try Tensor.eye(vh.dims[rank - 2], n, dtype).cast(into: vh)
    }
    if Autograd.records(self) {
      Tensor.derive([u, s, vh], "svd", from: [self], keepsOutputs: true) { [try Tensor.svdGradient($0)] }
    }
    return (u, s, vh)
  }

  /// Townsend 2016, "Differentiating the singular value decomposition"; the first k vectors count.
  private static func svdGradient(_ pull: Pull) throws -> Tensor {
    let s = pull.outputs[1], k = s.dims[s.rank - 1]
    let (u, vh) = (try pull.outputs[0].narrow(-1, 0, k), try pull.outputs[2].narrow(-2, 0, k))
    let toU = try pull.gradients[0]?.narrow(-1, 0, k), toVh = try pull.gradients[2]?.narrow(-2, 0, k)
    let across = try s.unsqueeze(-2), down = try s.unsqueeze(-1), one = try eye(k, k, s.dtype)
    var inner = try pull.gradients[1].map { try $0.unsqueeze(-1) * one } ?? (one * 0)
    if toU == nil && toVh == nil { return try u.matmul(inner).matmul(vh) }
    // 1 / (s_j² − s_i²) off the diagonal, 0 on it.
    let gaps = try (1 - one) / ((across - down) * (across + down) + one)
    if let toU {
      let turn = try u.transposed().matmul(toU)
      inner = try inner + (turn - turn.transposed()) * gaps * across
    }
    if let toVh {
      let turn = try vh.matmul(toVh.transposed())
      inner = try inner + down * ((turn - turn.transposed()) * gaps)
    }
    var y = try u.matmul(inner).matmul(vh)
    // What leaves the spaces of u and v.
    if let toU, u.dims[u.rank - 2] > k {
      y = try y + ((toU - u.matmul(u.transposed().matmul(toU))) / across).matmul(vh)
    }
    if let toVh, vh.dims[vh.rank - 1] > k {
      y = try y + (u / across).matmul(toVh - toVh.matmul(vh.transposed()).matmul(vh))
    }
    return y
  }

  /// x = v · diag(values) · vᵀ of symmetric matrices [*, n, n]: eigenvalues [*, n] ascending, and eigenvectors as the
  /// columns of v [*, n, n], as torch.linalg.eigh. Only the lower triangle of x is read; the gradient is symmetric. The
  /// gradient through v needs eigenvalues that differ; that through the values alone needs nothing.
  public func eigh() throws -> (values: Tensor, vectors: Tensor) {
    try checkedMatrices("eigh", square: true)
    let x = self, values = try Tensor.empty(Dims(shape.dropLast()), dtype, for: "eigh"), rows = try overwritable()
    if count > 0 {
      try refuse(
        LapackKernels.eigh(rows.matrices, rows.base, w: values.base), "eigh", advice: "try it in f64: t:to(\"f64\")"
      ) { _ in "has eigenvalues that did not converge" }
    }
    let vectors = try Autograd.noGradient { try rows.transposed().copy() }
    if Autograd.records(x) {
      Tensor.derive([values, vectors], "eigh", from: [x], keepsOutputs: true) { [try Tensor.eighGradient($0)] }
    }
    return (values, vectors)
  }

  /// v · (diag(gvalues) + (vᵀ·gv) / (λ_j − λ_i)) · vᵀ, made symmetric (Giles 2008, "Collected matrix derivative results
  /// for forward and reverse mode algorithmic differentiation").
  private static func eighGradient(_ pull: Pull) throws -> Tensor {
    let (values, v) = (pull.outputs[0], pull.outputs[1]), one = try eye(v.dims[v.rank - 1], nil, v.dtype)
    var inner = try pull.gradients[0].map { try $0.unsqueeze(-1) * one } ?? (one * 0)
    if let g = pull.gradients[1] {
      let gaps = try (1 - one) / (values.unsqueeze(-2) - values.unsqueeze(-1) + one)
      inner = try inner + v.transposed().matmul(g) * gaps
    }
    let whole = try v.matmul(inner).matmul(v.transposed())
    return try (whole + whole.transposed()) * 0.5
  }
}
