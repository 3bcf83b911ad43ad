internal import CKernels
internal import Surface

/// Random numbers: PyTorch's CPU stream, so that a Python script's draws can be repeated, and a counter-based generator
/// for noise whose values depend on their position alone.
public final class RandomGenerator {
  private var state = ck_mt()

  /// The stream of `torch.manual_seed(seed)`.
  public init(seed: UInt64) {
    Runtime.start()
    ck_mt_seed(&state, seed)
  }

  /// The generator that `tensor.rand` and seeded initialisation draw from; `atelier.seed` restarts it.
  nonisolated(unsafe) public static let shared = RandomGenerator(seed: 5489)

  /// Restarts the stream.
  public func seed(_ seed: UInt64) { ck_mt_seed(&state, seed) }

  /// A place in a stream.
  package struct Place {
    fileprivate let state: ck_mt
  }

  /// Where the stream stands; put back, the draws that followed come again.
  package var place: Place {
    get { Place(state: state) }
    set { state = newValue.state }
  }

  /// One draw of 32 bits.
  public func next() -> UInt32 { ck_mt_u32(&state) }

  /// Numbers from [0, 1), the values of `torch.rand` bit for bit; f32 or f64 (halves are rounded from f32).
  public func uniform(_ shape: [Int], _ dtype: ElementType = .f32) throws -> Tensor {
    try drawn(shape, dtype, "rand") { ck_mt_uniform(&state, $0, $1, $2) }
  }

  /// Numbers of the standard normal distribution, the values of `torch.randn` within 2 ulp of its AVX2 path.
  public func normal(_ shape: [Int], _ dtype: ElementType = .f32) throws -> Tensor {
    try drawn(shape, dtype, "randn") { ck_mt_normal(&state, $0, $1, $2) }
  }

  /// Whole numbers from `low` up to, but without, `high`, i64: the values of `torch.randint`.
  public func integers(_ shape: [Int], from low: Int = 0, below high: Int) throws -> Tensor {
    guard low < high, !high.subtractingReportingOverflow(low).overflow else {
      throw EngineError("randint", expected: "a lower end below the upper one", came: "\(low) and \(high)")
    }
    let tensor = try Tensor.empty(Tensor.checkedDims(shape, for: "randint"), .i64, for: "randint")
    let values = tensor.base.assumingMemoryBound(to: Int64.self)
    try unlessInterrupted(tensor.count) {
      ck_mt_integers(&state, Int64(tensor.count), Int64(low), Int64(high), values)
    }
    return tensor
  }

  private func drawn(
    _ shape: [Int], _ dtype: ElementType, _ operation: String, _ draw: (Int32, Int64, UnsafeMutableRawPointer) -> Void
  ) throws -> Tensor {
    guard dtype.isFloating else {
      throw EngineError(operation, expected: "a floating-point type", came: "\(dtype)")
    }
    let type: ElementType = dtype == .f64 ? .f64 : .f32
    let tensor = try Tensor.empty(Tensor.checkedDims(shape, for: operation), type, for: operation)
    try unlessInterrupted(tensor.count) { draw(type.code, Int64(tensor.count), tensor.base) }
    return try tensor.converted(to: dtype)
  }

  /// Draws; where many are interrupted the stream stands where it stood before.
  private func unlessInterrupted(_ count: Int, _ draw: () throws -> Void) throws {
    let before = count > 1 << 16 ? place : nil
    do {
      try draw()
      try Interrupt.check()
    } catch {
      if let before { place = before }
      throw error
    }
  }

  /// The numbers 0 … n−1 in random order, i64, drawn as `torch.randperm`.
  public func permutation(_ n: Int) throws -> Tensor {
    guard n >= 0 else { throw EngineError("randperm", expected: "a number of 0 or more", came: "\(n)") }
    let tensor = try Tensor.empty(Dims([n]), .i64, for: "randperm")
    let values = tensor.base.assumingMemoryBound(to: Int64.self)
    try eachPiece(of: n) { for i in $0 { values[i] = Int64(i) } }
    // Swaps forward; below 2³² torch draws one 32-bit word per swap and takes the rest of the division.
    try unlessInterrupted(n) {
      try eachPiece(of: Swift.max(n - 1, 0)) { piece in
        for i in piece {
          let z = n < 0xFFFF_FFFF / 20 ? Int(next()) % (n - i) : Int(ck_mt_u64(&state) % UInt64(n - i))
          (values[i], values[i + z]) = (values[i + z], values[i])
        }
      }
    }
    return tensor
  }
}

// MARK: - Saving and going on

extension RandomGenerator {
  /// Words of the generator; its place among them, whether a normal number waits, and that number's bits follow.
  private static let words = 624

  /// Where the stream stands: i64 [627], to be handed to `restore`.
  public func snapshot() throws -> Tensor {
    var values = withUnsafeBytes(of: state.words) { $0.bindMemory(to: UInt32.self).map { Int($0) } }
    values += [Int(state.next), state.has_spare ? 1 : 0, Int(bitPattern: UInt(state.spare.bitPattern))]
    return try Tensor(integers: values, [values.count])
  }

  /// Goes on where the stream stood when the snapshot was taken. Throws, changing nothing, where it is none.
  public func restore(_ snapshot: Tensor) throws {
    let count = RandomGenerator.words
    func wrong(_ text: String) -> EngineError {
      EngineError("random_state", text, advice: "give what atelier.random_state() returned")
    }
    guard snapshot.dtype == .i64, snapshot.shape == [count + 3] else {
      throw wrong("expected i64 [\(count + 3)], got \(snapshot.dtype) [\(snapshot.dims.text)]")
    }
    let values = try snapshot.integers()
    guard values[..<count].allSatisfy({ UInt32(exactly: $0) != nil }), (0...count).contains(values[count]),
      (0...1).contains(values[count + 1])
    else { throw wrong("the numbers are not those of a random stream") }
    withUnsafeMutableBytes(of: &state.words) { bytes in
      let words = bytes.bindMemory(to: UInt32.self)
      for place in 0..<count { words[place] = UInt32(values[place]) }
    }
    state.next = Int32(values[count])
    state.has_spare = values[count + 1] == 1
    state.spare = Double(bitPattern: UInt64(bitPattern: Int64(values[count + 2])))
  }
}

extension Tensor {
  /// Uniform noise from [0, 1) of Philox4x32-10: each value depends on seed, stream and position only, so parallel
  /// parts of a picture agree. Salmon et al., SC 2011.
  public static func noise(_ shape: [Int], seed: UInt64, stream: UInt64 = 0) throws -> Tensor {
    let tensor = try empty(checkedDims(shape, for: "noise"), .f32, for: "noise")
    ck_philox_uniform(seed, stream, Int64(tensor.count), tensor.base.assumingMemoryBound(to: Float.self))
    try Interrupt.check()
    return tensor
  }

  /// Normal noise of Philox4x32-10.
  public static func normalNoise(_ shape: [Int], seed: UInt64, stream: UInt64 = 0) throws -> Tensor {
    let tensor = try empty(checkedDims(shape, for: "noise"), .f32, for: "noise")
    ck_philox_normal(seed, stream, Int64(tensor.count), tensor.base.assumingMemoryBound(to: Float.self))
    try Interrupt.check()
    return tensor
  }

  /// a, a + step, … below b (above it for negative steps): f32, or i64 when asked for.
  public static func arange(_ a: Double, _ b: Double, _ step: Double = 1, _ dtype: ElementType = .f32) throws -> Tensor
  {
    try sequence(a, step, count: ((b - a) / step).rounded(.up), dtype, "arange", b)
  }

  /// a, a + step, … up to and including b.
  public static func range(_ a: Double, _ b: Double, _ step: Double = 1, _ dtype: ElementType = .f32) throws -> Tensor {
    try sequence(a, step, count: ((b - a) / step).rounded(.down) + 1, dtype, "range", b)
  }

  private static func sequence(
    _ a: Double, _ step: Double, count: Double, _ dtype: ElementType, _ operation: String, _ b: Double
  ) throws -> Tensor {
    guard a.isFinite, b.isFinite, step.isFinite, step != 0 else {
      throw EngineError(operation, expected: "finite bounds and a step that is not 0", came: "\(a), \(b), \(step)")
    }
    guard count < 0x1p48 else {
      throw EngineError(operation, "from \(a) to \(b) in steps of \(step) there are too many numbers")
    }
    let number = Int(Swift.max(count, 0))
    let tensor = try empty(Dims([number]), .f64, for: operation)
    let values = tensor.base.assumingMemoryBound(to: Double.self)
    try eachPiece(of: number) { for i in $0 { values[i] = a + Double(i) * step } }
    return try tensor.converted(to: dtype)
  }

  /// n numbers evenly spread from a to b, both included.
  public static func linspace(_ a: Double, _ b: Double, _ n: Int) throws -> Tensor {
    guard n >= 0 else { throw EngineError("linspace", expected: "a number of 0 or more", came: "\(n)") }
    let tensor = try empty(Dims([n]), .f32, for: "linspace")
    let values = tensor.base.assumingMemoryBound(to: Float.self)
    let step = n > 1 ? (b - a) / Double(n - 1) : 0
    // From both ends, as PyTorch does, so that the last value is b itself.
    try eachPiece(of: n) {
      for i in $0 { values[i] = Float(i < n / 2 ? a + Double(i) * step : b - Double(n - 1 - i) * step) }
    }
    if n == 1 { values[0] = Float(a) }
    return tensor
  }

  /// Ones on the diagonal, zeros elsewhere.
  public static func eye(_ rows: Int, _ columns: Int? = nil, _ dtype: ElementType = .f32) throws -> Tensor {
    let tensor = try filled([rows, columns ?? rows], 0, dtype, for: "eye")
    let length = Swift.min(tensor.dims[0], tensor.dims[1])
    tensor.view(Dims([length]), Dims([tensor.dims[1] + 1])).fill(1)
    return tensor
  }
}
