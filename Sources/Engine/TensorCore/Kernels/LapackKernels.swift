internal import COpenBLAS
internal import Surface

/// Why a matrix of a batch has no result.
struct MatrixFailure {
  /// Which matrix, counted from 0 in row-major order of the batch.
  let position: Int
  /// LAPACK's own number, or nil where the matrix holds NaN or infinity (LAPACK is then not called).
  let code: Int?
}

/// Batches of dense row-major matrices through LAPACK, f32 and f64. LAPACK is column-major: it sees the transpose of
/// each matrix, and every routine is chosen so that nothing needs to be turned over.
///
/// Matrices of a batch are shared out over the threads; each is computed by one, so results do not depend on their
/// number. An interrupt is answered between two matrices: one matrix is never left half done.
enum LapackKernels {
  /// Most matrices in work at once; OpenBLAS has some 500 buffers and ends the process when they run out.
  private static let mostAtOnce = 32

  /// Batches of less work than this (about 0.1 ms) stay on one thread.
  private static let smallWork = 262_144.0

  /// The largest sides LAPACK can be asked for: its sizes of scratch memory are 32-bit, and grow with the square of the
  /// shorter side.
  static let longestSide = 1 << 24, longestShortSide = 20_000

  /// What all matrices of a call share.
  struct Shape {
    let batch, rows, columns: Int
    let type: ElementType
    var shorter: Int { Swift.min(rows, columns) }
    var m: Int32 { Int32(rows) }
    var n: Int32 { Int32(columns) }
    var bytes: Int { rows * columns * type.size }
    /// Multiplications, to the order of magnitude.
    var work: Double { Double(batch) * Double(rows) * Double(columns) * Double(shorter) }
  }

  /// a := L with a = L·Lᵀ, from the lower triangle; zeros above. Code k: the leading k×k part is not positive definite.
  static func cholesky(_ shape: Shape, _ a: UnsafeMutableRawPointer) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), n = shape.rows, size = shape.type.size
    return try eachMatrix(shape, a, scratch: 0, "cholesky") { matrix, _, _ in
      let code = lapack_call_potrf(lapack.potrf, upper, shape.n, matrix, shape.n)
      for row in 0..<n { clear(matrix + (row * n + row + 1) * size, (n - row - 1) * size) }
      return code
    }
  }

  /// r := the upper triangle and q := the orthonormal columns of a = q·r; a is overwritten. q: [rows, k] and
  /// r: [k, columns] with k the shorter side, or k = rows where the decomposition is `complete`.
  static func qr(
    _ shape: Shape, complete: Bool, _ a: UnsafeMutableRawPointer, q: UnsafeMutableRawPointer, r: UnsafeMutableRawPointer
  ) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), size = shape.type.size
    let (m, n, k) = (shape.m, shape.n, Int32(shape.shorter))
    let width = complete ? shape.rows : shape.shorter, w = Int32(width)
    let most = Swift.max(
      workSize(shape.type) { lapack_call_gelqf(lapack.gelqf, n, m, a, n, a, $0, -1) },
      workSize(shape.type) { lapack_call_orglq(lapack.orglq, w, m, k, q, w, a, $0, -1) })
    return try eachMatrix(shape, a, scratch: (most + shape.shorter) * size, "qr") { matrix, scratch, position in
      let (tau, work) = (scratch, scratch + shape.shorter * size)
      let q = q + position * shape.rows * width * size
      let code = lapack_call_gelqf(lapack.gelqf, n, m, matrix, n, tau, work, Int32(most))
      split(shape, width, matrix, q: q, r: r + position * width * shape.columns * size)
      return code == 0 ? lapack_call_orglq(lapack.orglq, w, m, k, q, w, tau, work, Int32(most)) : code
    }
  }

  /// What gelqf left: the upper triangle goes to r, the reflectors (in the first columns) to q.
  private static func split(
    _ shape: Shape, _ width: Int, _ a: UnsafeRawPointer, q: UnsafeMutableRawPointer, r: UnsafeMutableRawPointer
  ) {
    let size = shape.type.size, line = shape.columns * size
    for row in 0..<shape.rows {
      (q + row * width * size).copyMemory(from: a + row * line, byteCount: shape.shorter * size)
      guard row < width else { continue }
      let below = Swift.min(row, shape.columns) * size
      clear(r + row * line, below)
      (r + row * line + below).copyMemory(from: a + row * line + below, byteCount: line - below)
    }
  }

  /// a = u · diag(s) · vh, s descending; a is overwritten. u: [rows, k], s: [k], vh: [k, columns] with k the shorter
  /// side; u and vh are square where `full`. Code above 0: it did not converge.
  static func svd(
    _ shape: Shape, full: Bool, _ a: UnsafeMutableRawPointer, u: UnsafeMutableRawPointer, s: UnsafeMutableRawPointer,
    vh: UnsafeMutableRawPointer
  ) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), size = shape.type.size, values = shape.shorter
    let (m, n, job) = (shape.m, shape.n, CChar(UInt8(ascii: full ? "A" : "S")))
    let (wide, tall) = full ? (shape.rows, shape.columns) : (values, values)
    let w = Int32(wide), wholeBytes = (8 * values * 4 + 63) / 64 * 64
    var asked = Int32(0)
    let most = workSize(shape.type) {
      lapack_call_gesdd(lapack.gesdd, job, n, m, a, n, s, vh, n, u, w, $0, -1, &asked)
    }
    return try eachMatrix(shape, a, scratch: wholeBytes + most * size, "svd") { matrix, scratch, position in
      lapack_call_gesdd(
        lapack.gesdd, job, n, m, matrix, n, s + position * values * size, vh + position * tall * shape.columns * size,
        n,
        u + position * shape.rows * wide * size, w, scratch + wholeBytes, Int32(most),
        scratch.assumingMemoryBound(to: Int32.self))
    }
  }

  /// a := the eigenvectors, one per row, and w := the eigenvalues, ascending, from the lower triangle. Code above 0: it
  /// did not converge.
  static func eigh(_ shape: Shape, _ a: UnsafeMutableRawPointer, w: UnsafeMutableRawPointer) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), n = shape.n, size = shape.type.size
    let vectors = CChar(UInt8(ascii: "V")), integers = 3 + 5 * n
    let wholeBytes = (Int(integers) * 4 + 63) / 64 * 64
    var asked = Int32(0)
    let most = workSize(shape.type) {
      lapack_call_syevd(lapack.syevd, vectors, upper, n, a, n, w, $0, -1, &asked, -1)
    }
    return try eachMatrix(shape, a, scratch: wholeBytes + most * size, "eigh") { matrix, scratch, position in
      lapack_call_syevd(
        lapack.syevd, vectors, upper, n, matrix, n, w + position * shape.rows * size, scratch + wholeBytes, Int32(most),
        scratch.assumingMemoryBound(to: Int32.self), integers)
    }
  }

  /// b := a⁻¹·b with every b of `right` columns stored as its transpose [right, n]; a is overwritten. Code above 0: a
  /// is singular.
  static func solve(
    _ shape: Shape, _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, right: Int, _ operation: String
  ) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), n = shape.n, turned = CChar(UInt8(ascii: "T"))
    return try eachMatrix(shape, a, scratch: shape.rows * 4, operation) { matrix, scratch, position in
      let pivots = scratch.assumingMemoryBound(to: Int32.self)
      let code = lapack_call_getrf(lapack.getrf, n, n, matrix, n, pivots)
      let b = b + position * shape.rows * right * shape.type.size
      return code == 0 ? lapack_call_getrs(lapack.getrs, turned, n, Int32(right), matrix, n, pivots, b, n) : code
    }
  }

  /// a := its factors L (below the diagonal) and U of its transpose; signs := −1 where an odd number of rows changed
  /// places, else 1. A singular matrix is no failure: it has a 0 on U's diagonal.
  static func factor(
    _ shape: Shape, _ a: UnsafeMutableRawPointer, signs: UnsafeMutablePointer<Double>, _ operation: String
  ) throws -> MatrixFailure? {
    let lapack = try Lapack.routines(shape.type), n = shape.n
    return try eachMatrix(shape, a, scratch: shape.rows * 4, operation) { matrix, scratch, position in
      let pivots = scratch.assumingMemoryBound(to: Int32.self)
      let code = lapack_call_getrf(lapack.getrf, n, n, matrix, n, pivots)
      let exchanges = (0..<n).count { pivots[Int($0)] != $0 + 1 }
      signs[position] = exchanges % 2 == 0 ? 1 : -1
      return Swift.min(code, 0)
    }
  }

  /// LAPACK's name of the triangle that is the lower one of a row-major matrix.
  private static let upper = CChar(UInt8(ascii: "U"))

  private static func clear(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  /// The elements of scratch memory that a routine asks for when its size is given as −1. f32 answers are rounded to 24
  /// bits, possibly down, so a little is added.
  private static func workSize(_ type: ElementType, _ query: (UnsafeMutableRawPointer) -> Int32) -> Int {
    var answer = 0.0
    let code = withUnsafeMutableBytes(of: &answer) { query($0.baseAddress!) }
    precondition(code == 0, "LAPACK refused argument \(-code)")
    let size = withUnsafeBytes(of: answer) { type == .f64 ? answer : Double($0.load(as: Float.self)) }
    return Int(type == .f64 ? size : size * (1 + 0x1p-22)) + 1
  }

  /// Runs `body` for every matrix that is finite, with scratch memory of its own; gives the first that failed.
  private static func eachMatrix(
    _ shape: Shape, _ a: UnsafeMutableRawPointer, scratch bytes: Int, _ operation: String,
    _ body: (_ matrix: UnsafeMutableRawPointer, _ scratch: UnsafeMutableRawPointer, _ position: Int) -> Int32
  ) throws -> MatrixFailure? {
    let parts = shape.work < smallWork ? 1 : Swift.min(shape.batch, mostAtOnce), step = (bytes + 63) / 64 * 64
    let scratch = try Storage(bytes: parts * step, for: operation)
    var codes = [Int32](repeating: 0, count: shape.batch)
    let depth = Profile.begin("LAPACK")
    defer { Profile.end(depth) }
    codes.withUnsafeMutableBufferPointer { codes in
      let codes = codes.baseAddress!
      Team.run(parts) { part in
        for position in (shape.batch * part / parts)..<(shape.batch * (part + 1) / parts) {
          if Interrupt.isPending { return }
          let matrix = a + position * shape.bytes
          let finite = isFinite(matrix, shape.rows * shape.columns, shape.type)
          codes[position] = finite ? body(matrix, scratch.base + part * step, position) : notFinite
        }
      }
    }
    try Interrupt.check()
    guard let position = codes.firstIndex(where: { $0 != 0 }) else { return nil }
    precondition(codes[position] > 0 || codes[position] == notFinite, "LAPACK refused argument \(-codes[position])")
    return MatrixFailure(position: position, code: codes[position] == notFinite ? nil : Int(codes[position]))
  }

  private static let notFinite = Int32.min

  /// Whether no element is NaN or infinite: none has an exponent of ones only.
  static func isFinite(_ elements: UnsafeRawPointer, _ count: Int, _ type: ElementType) -> Bool {
    if type == .f64 {
      let words = UnsafeBufferPointer(start: elements.assumingMemoryBound(to: UInt64.self), count: count)
      return words.reduce(0) { Swift.max($0, $1 & 0x7fff_ffff_ffff_ffff) } < 0x7ff0_0000_0000_0000
    }
    let words = UnsafeBufferPointer(start: elements.assumingMemoryBound(to: UInt32.self), count: count)
    return words.reduce(0) { Swift.max($0, $1 & 0x7fff_ffff) } < 0x7f80_0000
  }
}
