internal import CFFTW
internal import Surface
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Complex and cosine transforms of lines through FFTW (Frigo and Johnson 2005, Proc. IEEE 93), f32 and f64.
///
/// FFTW plans one contiguous line; lines are shared out over our threads in groups, and an interrupt is answered
/// between two groups. Lines that lie across memory are gathered into groups of neighbours first: FFTW's own strided
/// transforms cost up to 60 times the contiguous ones where the stride is a power of two.
enum FourierKernels {
  /// What is transformed: dense complex numbers [outer, length, inner], along the middle axis.
  struct Shape {
    let outer, length, inner: Int
    let type: ElementType
  }

  /// What becomes of a line.
  enum Kind {
    /// Complex numbers, pairs (real, imaginary): y[k] = Σ x[j]·e^(∓2πi·jk/n), minus in the exponent unless `inverse`.
    case complex(inverse: Bool)
    /// Real numbers: y[k] = 2·Σ x[j]·cos(πk(j + ½)/n), the second cosine transform; `inverse`: the third,
    /// y[j] = x[0] + 2·Σ x[k]·cos(πk(j + ½)/n). One after the other multiply by 2n.
    case cosine(inverse: Bool)

    /// Numbers of an element of a line.
    var parts: Int { if case .complex = self { 2 } else { 1 } }
  }

  /// The longest line that FFTW is asked for.
  static let longest = 1 << 28

  /// Transforms along the middle axis; not scaled. x and y start at a multiple of 16 bytes and do not overlap.
  static func transform(
    _ shape: Shape, _ kind: Kind, _ x: UnsafeRawPointer, into y: UnsafeMutableRawPointer, _ operation: String
  ) throws {
    guard let plan = LinePlan(shape.length, kind, shape.type, x, y) else {
      throw EngineError(operation, "FFTW has no plan for a length of \(shape.length)", advice: "use a smaller size")
    }
    defer { plan.destroy() }
    let depth = Profile.begin("FFTW")
    defer { Profile.end(depth) }
    if shape.inner == 1 {
      alongMemory(shape, kind.parts, plan, x, y)
    } else {
      switch (kind, shape.type) {
      case (.complex, .f64): try acrossMemory(shape, plan, x.assumingMemoryBound(to: SIMD2<Double>.self), y, operation)
      case (.complex, _): try acrossMemory(shape, plan, x.assumingMemoryBound(to: SIMD2<Float>.self), y, operation)
      case (.cosine, .f64): try acrossMemory(shape, plan, x.assumingMemoryBound(to: Double.self), y, operation)
      case (.cosine, _): try acrossMemory(shape, plan, x.assumingMemoryBound(to: Float.self), y, operation)
      }
    }
    try Interrupt.check()
  }

  /// Numbers in one piece of work: enough to be worth a thread's while.
  private static let pieceSize = 1 << 15

  private static func alongMemory(
    _ shape: Shape, _ parts: Int, _ plan: LinePlan, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer
  ) {
    let lines = shape.outer, bytes = shape.length * parts * shape.type.size
    let perPiece = Swift.max(1, pieceSize / shape.length)
    Team.run((lines + perPiece - 1) / perPiece) { piece in
      for line in (piece * perPiece)..<Swift.min((piece + 1) * perPiece, lines) {
        plan.run(x + line * bytes, into: y + line * bytes)
      }
    }
  }

  /// How many neighbouring lines are gathered at once: enough for whole cache lines, few enough for the cache.
  private static func groupSize(_ length: Int) -> Int { Swift.min(Swift.max((1 << 18) / length, 4), 64) }

  private static func acrossMemory<Pair>(
    _ shape: Shape, _ plan: LinePlan, _ x: UnsafePointer<Pair>, _ y: UnsafeMutableRawPointer, _ operation: String
  ) throws {
    let (length, inner) = (shape.length, shape.inner), y = y.assumingMemoryBound(to: Pair.self)
    let groupSize = groupSize(length), groups = (inner + groupSize - 1) / groupSize
    // Lines a power of two apart would all want the same few places of the cache.
    let step = length + 8
    let failed = Atomic(false)
    Team.run(shape.outer * groups) { piece in
      let first = piece % groups * groupSize, count = Swift.min(groupSize, inner - first)
      let start = piece / groups * length * inner + first
      var memory: UnsafeMutableRawPointer?
      guard posix_memalign(&memory, 64, 2 * count * step * MemoryLayout<Pair>.stride) == 0, let memory else {
        return failed.store(true, ordering: .relaxed)
      }
      defer { free(memory) }
      let lines = memory.assumingMemoryBound(to: Pair.self), results = lines + count * step
      eachBlock(length, count) { row, line in lines[line &* step &+ row] = x[start &+ row &* inner &+ line] }
      for line in 0..<count { plan.run(lines + line * step, into: results + line * step) }
      eachBlock(length, count) { row, line in y[start &+ row &* inner &+ line] = results[line &* step &+ row] }
    }
    if failed.load(ordering: .relaxed) {
      throw EngineError(
        operation, "there is no memory for the work in between",
        advice: "use a smaller size or release tensors (x = nil)")
    }
  }

  /// All rows and lines, eight rows at a time, so that both sides meet whole cache lines.
  @inline(__always)
  private static func eachBlock(_ rows: Int, _ lines: Int, _ body: (_ row: Int, _ line: Int) -> Void) {
    var first = 0
    while first < rows {
      let end = Swift.min(first &+ 8, rows)
      for line in 0..<lines {
        for row in first..<end { body(row, line) }
      }
      first = end
    }
  }
}

/// FFTW's plan for one line, chosen without trial runs, so that the same length always gives the same bytes. Making and
/// destroying plans is for the engine thread; running one is for all.
private struct LinePlan {
  private let type: ElementType
  private let kind: FourierKernels.Kind
  private let plan: OpaquePointer

  init?(
    _ length: Int, _ kind: FourierKernels.Kind, _ type: ElementType, _ x: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer
  ) {
    let x = UnsafeMutableRawPointer(mutating: x), n = Int32(length)
    // Vector loads that ask for 16 bytes are only good where every line starts at such an address.
    let isAligned = length * kind.parts * type.size % 16 == 0
    let flags = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT | (isAligned ? 0 : FFTW_UNALIGNED)
    let made: OpaquePointer?
    switch (kind, type) {
    case (.complex(let inverse), .f64):
      made = fftw_plan_dft_1d(
        n, x.assumingMemoryBound(to: fftw_complex.self), y.assumingMemoryBound(to: fftw_complex.self),
        inverse ? FFTW_BACKWARD : FFTW_FORWARD, flags)
    case (.complex(let inverse), _):
      made = fftwf_plan_dft_1d(
        n, x.assumingMemoryBound(to: fftwf_complex.self), y.assumingMemoryBound(to: fftwf_complex.self),
        inverse ? FFTW_BACKWARD : FFTW_FORWARD, flags)
    case (.cosine(let inverse), .f64):
      made = fftw_plan_r2r_1d(
        n, x.assumingMemoryBound(to: Double.self), y.assumingMemoryBound(to: Double.self),
        inverse ? FFTW_REDFT01 : FFTW_REDFT10, flags)
    case (.cosine(let inverse), _):
      made = fftwf_plan_r2r_1d(
        n, x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
        inverse ? FFTW_REDFT01 : FFTW_REDFT10, flags)
    }
    guard let made else { return nil }
    self.type = type
    self.kind = kind
    plan = made
  }

  func run(_ x: UnsafeRawPointer, into y: UnsafeMutableRawPointer) {
    let x = UnsafeMutableRawPointer(mutating: x)
    switch (kind, type) {
    case (.complex, .f64):
      fftw_execute_dft(plan, x.assumingMemoryBound(to: fftw_complex.self), y.assumingMemoryBound(to: fftw_complex.self))
    case (.complex, _):
      fftwf_execute_dft(
        plan, x.assumingMemoryBound(to: fftwf_complex.self), y.assumingMemoryBound(to: fftwf_complex.self))
    case (.cosine, .f64):
      fftw_execute_r2r(plan, x.assumingMemoryBound(to: Double.self), y.assumingMemoryBound(to: Double.self))
    case (.cosine, _):
      fftwf_execute_r2r(plan, x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self))
    }
  }

  func destroy() { type == .f64 ? fftw_destroy_plan(plan) : fftwf_destroy_plan(plan) }
}
