import Surface
import TensorCore
import TestSupport
import Testing

/// What decompositions promise whatever their signs: products give the matrix back, vectors are orthonormal.
@Suite(.serialized) @MainActor
struct LinearAlgebraTests {
  /// Plain, empty of information, and awkward matrices of every small shape, in f64.
  private func matrices() throws -> [Tensor] {
    var all: [Tensor] = []
    for (m, n) in [(1, 1), (1, 5), (5, 1), (3, 3), (4, 7), (7, 4), (33, 20), (20, 33), (64, 64)] {
      let noise = try Tensor.normalNoise([m, n], seed: UInt64(m * 100 + n)).to(.f64)
      let thin = try noise.narrow(1, 0, 1).matmul(noise.narrow(0, 0, 1))
      all += try [noise, Tensor.zeros([m, n], .f64), Tensor.eye(m, n, .f64), thin, noise * 1e-200, noise * 1e150]
    }
    return all
  }

  /// Largest |aᵀ·a − 1| of the columns.
  private func expectOrthonormal(_ a: Tensor, _ what: String) throws {
    let n = a.shape[a.rank - 1]
    try expectClose(
      a.transpose(-2, -1).matmul(a), Tensor.eye(n, n, .f64), within: 1e-13, "\(what): orthonormal columns")
  }

  @Test("svd: u · diag(s) · vh, both orthonormal, s descending, full or not")
  func svd() throws {
    for a in try matrices() {
      let size = try Swift.max(a.abs().max().item(), .leastNormalMagnitude)
      for full in [false, true] {
        let (u, s, vh) = try a.svd(fullMatrices: full)
        let k = s.shape[0], what = "svd of \(a.shape), full: \(full)"
        #expect(u.shape == [a.shape[0], full ? a.shape[0] : k] && vh.shape == [full ? a.shape[1] : k, a.shape[1]])
        let product = try (u.narrow(1, 0, k) * (s / size)).matmul(vh.narrow(0, 0, k))
        try expectClose(product, a / size, within: 1e-13, what)
        try expectOrthonormal(u, what)
        try expectOrthonormal(vh.transpose(0, 1), what)
        let values = try s.doubles()
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 } && values.allSatisfy { $0 >= 0 })
      }
    }
  }

  @Test("qr: q · r, q orthonormal, r upper triangular, reduced or complete")
  func qr() throws {
    for a in try matrices() {
      let size = try Swift.max(a.abs().max().item(), .leastNormalMagnitude)
      for complete in [false, true] {
        let (q, r) = try (a / size).qr(complete: complete)
        let what = "qr of \(a.shape), complete: \(complete)"
        try expectClose(q.matmul(r), a / size, within: 1e-13, what)
        try expectOrthonormal(q, what)
        #expect(q.shape[1] == (complete ? a.shape[0] : Swift.min(a.shape[0], a.shape[1])))
        let below = try (0..<r.shape[0]).map {
          try r.narrow(0, $0, 1).narrow(1, 0, Swift.min($0, r.shape[1])).abs().sum().item()
        }
        #expect(below.allSatisfy { $0 == 0 }, "\(what)")
      }
    }
  }

  @Test("eigh and cholesky give the matrix back, and read the lower triangle only")
  func symmetric() throws {
    for n in [1, 2, 5, 40] {
      let noise = try Tensor.normalNoise([3, n, n], seed: UInt64(n)).to(.f64)
      let a = try noise.matmul(noise.transpose(1, 2)) + Tensor.eye(n, n, .f64)
      let rows = try Tensor.arange(0, Double(n)).reshape([n, 1]), columns = try Tensor.arange(0, Double(n))
      let lower = try a.maskedFill(Tensor.lt(rows, columns), 7), upper = try a.maskedFill(Tensor.gt(rows, columns), 7)
      let (values, v) = try lower.eigh()
      try expectClose((v * values.unsqueeze(1)).matmul(v.transpose(1, 2)), a, within: 1e-13, "eigh of \(n)")
      #expect(try v.transpose(1, 2).matmul(v).isClose(to: Tensor.eye(n, n, .f64).expand([3, n, n]), atol: 1e-12))
      let ordered = try values.sort(-1).values
      try expectSameBytes(values, ordered, "ascending eigenvalues")
      let l = try lower.cholesky(), u = try upper.cholesky(upper: true)
      try expectClose(l.matmul(l.transpose(1, 2)), a, within: 1e-13, "cholesky of \(n)")
      try expectClose(u.transpose(1, 2).matmul(u), a, within: 1e-13, "upper cholesky of \(n)")
      #expect(try l.maskedFill(Tensor.ge(rows, columns), 0).abs().max().item() == 0)
      #expect(try u.maskedFill(Tensor.le(rows, columns), 0).abs().max().item() == 0)
    }
  }

  @Test("f32 of the largest and smallest magnitudes")
  func extremes() throws {
    for scale in [1e38, 1e-38] {
      let a = try Tensor.noise([6, 4], seed: 3) * scale
      let (_, s, _) = try a.svd()
      let exact = try a.to(.f64).svd().s
      try expectClose(s.to(.f64) / scale, exact / scale, within: 1e-5, "singular values at \(scale)")
    }
    #expect(try (Tensor.eye(40) * 1e-3).det().item() == 0)
    let (sign, logarithm) = try (Tensor.eye(40) * -1e-3).slogdet()
    #expect(try sign.item() == 1 && abs(logarithm.item() - 40 * -6.907755) < 1e-3)
    #expect(try Tensor.zeros([2, 2]).slogdet().logarithm.item() == -.infinity)
  }

  @Test("A refusal names the matrix of the batch")
  func positions() throws {
    let good = try Tensor.eye(3).expand([2, 2, 3, 3]).copy(), bad = try good.copy()
    try bad.select(0, 1).select(0, 0).copy_(Tensor.zeros([3, 3]))
    #expect(message { _ = try bad.inverse() }.hasPrefix("inverse: matrix 3 of the batch is singular"))
    #expect(message { _ = try bad.cholesky() }.hasPrefix("cholesky: matrix 3 of the batch is not positive definite"))
    #expect(message { _ = try bad.solve(Tensor.ones([3])) }.hasPrefix("solve: matrix 3 of the batch is singular"))
    try bad.select(0, 0).select(0, 1).copy_(Tensor.full([3, 3], .nan))
    for refused in [
      message { _ = try bad.svd() }, message { _ = try bad.eigh() }, message { _ = try bad.qr() },
      message { _ = try bad.det() },
    ] { #expect(refused.hasSuffix("matrix 2 of the batch holds NaN or infinity")) }
    #expect(try good.det().sum().item() == 4)
  }

  @Test("The determinant's gradient holds for singular matrices too: it is the cofactors")
  func cofactors() throws {
    let a = try Tensor(doubles: [1, 2, 3, 2, 4, 6, 1, 0, 5, 2, 0, 0, 0, 3, 0, 0, 0, 0], [2, 3, 3])
    try a.setRequiresGradient()
    try a.det().sum().backward()
    let expected = try Tensor(doubles: [20, -4, -4, -10, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6], [2, 3, 3])
    try expectClose(#require(a.gradient), expected, within: 1e-14, "cofactors")
    #expect(
      message { try a.det().sum().backward(createGraph: true) }
        == "det: the second derivative of a singular matrix's determinant is not computed")
  }

  @Test("Gradients through values alone do not mind equal values; those that do not exist are refused")
  func degenerate() throws {
    for full in [false, true] {
      let a = try Tensor.eye(4, 3, .f64)
      try a.setRequiresGradient()
      try a.svd(fullMatrices: full).s.sum().backward()
      try expectClose(#require(a.gradient), Tensor.eye(4, 3, .f64), within: 1e-14, "sum of singular values")
    }
    let a = try Tensor.eye(3, 3, .f64)
    try a.setRequiresGradient()
    try a.eigh().values.sum().backward()
    try expectClose(#require(a.gradient), Tensor.eye(3, 3, .f64), within: 1e-14, "the trace")
    let tall = try Tensor.eye(4, 3, .f64)
    try tall.setRequiresGradient()
    let (q, _) = try tall.qr(complete: true)
    #expect(
      message { try q.sum().backward() }.hasPrefix("qr: the complete decomposition of a tall matrix has no gradient"))
  }

  @Test("An interrupt stops a batch, leaves no memory behind, and the next call is right")
  func interrupts() throws {
    let a = try Tensor.normalNoise([100, 20, 20], seed: 5), expected = try a.svd().s
    let live = Runtime.memory.live
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try a.svd() }
    #expect(throws: Interrupted.self) { try a.qr() }
    #expect(throws: Interrupted.self) { try a.det() }
    #expect(throws: Interrupted.self) { try a.fft2() }
    Interrupt.clear()
    #expect(Runtime.memory.live == live)
    try expectSameBytes(a.svd().s, expected, "after an interrupt")
  }
}
