internal import CKernels
internal import Surface

/// Builds the loop descriptions that the C kernels take.
enum Nest {
  /// One operand over its own shape.
  static func of(_ tensor: Tensor) -> ck_nest { make(tensor.dims, tensor.strides) }

  /// Up to four operands over one shape; operand 0 is the output.
  @inline(__always)
  static func make(
    _ dims: Dims, _ s0: Dims, _ s1: Dims? = nil, _ s2: Dims? = nil, _ s3: Dims? = nil
  ) -> ck_nest {
    var nest = ck_nest()
    nest.rank = Int32(dims.count)
    nest.operands = s3 != nil ? 4 : s2 != nil ? 3 : s1 != nil ? 2 : 1
    copy(dims, into: &nest.size)
    copy(s0, into: &nest.stride.0)
    if let s1 { copy(s1, into: &nest.stride.1) }
    if let s2 { copy(s2, into: &nest.stride.2) }
    if let s3 { copy(s3, into: &nest.stride.3) }
    return nest
  }

  /// All operands dense over one shape: a loop of one axis.
  @inline(__always)
  static func dense(_ count: Int, operands: Int32) -> ck_nest {
    var nest = ck_nest()
    nest.rank = 1
    nest.operands = operands
    nest.size.0 = Int64(count)
    nest.stride.0.0 = 1
    nest.stride.1.0 = 1
    nest.stride.2.0 = 1
    nest.stride.3.0 = 1
    return nest
  }

  private typealias Row = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

  @inline(__always)
  private static func copy(_ dims: Dims, into row: inout Row) {
    withUnsafeMutableBytes(of: &row) { bytes in
      let words = bytes.assumingMemoryBound(to: Int64.self)
      for axis in 0..<dims.count { words[axis] = Int64(dims[axis]) }
    }
  }
}

/// What a kernel's answer means: 0 is fine, −1 a type it lacks (our own bug), −2 memory that it could not get. A pending
/// interrupt leaves results of any size unfinished, so it throws.
@inline(__always)
func finish(_ status: Int32, _ operation: String) throws {
  precondition(status != -1, "a kernel was asked for a type it lacks")
  if status == -2 {
    throw EngineError(
      operation, "there is no memory for the work in between",
      advice: "use a smaller size or release tensors (x = nil)")
  }
  try Interrupt.check()
}

/// Walks a long loop of simple steps in pieces, so that it can be stopped and watched.
func eachPiece(of count: Int, size: Int = 1 << 20, _ body: (Range<Int>) throws -> Void) throws {
  var first = 0
  while first < count {
    let end = Swift.min(first + size, count)
    try body(first..<end)
    first = end
    if first < count || count > size {
      try Interrupt.check()
      Work.reached(first, of: count)
    }
  }
}

/// Runs short writes to their end: an interrupt must not leave half of one behind.
@inline(__always)
func uninterrupted(_ write: () -> Void) {
  ck_set_interrupt(nil)
  write()
  ck_set_interrupt(UnsafePointer(Interrupt.address))
}

extension Dims {
  /// The shape that two shapes broadcast to, or nil when they do not.
  static func broadcast(_ a: Dims, _ b: Dims) -> Dims? {
    if a == b { return a }
    var result = a.count >= b.count ? a : b
    for back in 1..<(Swift.min(a.count, b.count) + 1) {
      let x = a[a.count - back], y = b[b.count - back]
      if x != y && x != 1 && y != 1 { return nil }
      result[result.count - back] = x == 1 ? y : x
    }
    return result
  }
}

extension Tensor {
  /// This tensor's strides when it is read over a larger shape it broadcasts to: 0 along new and stretched axes.
  @inline(__always)
  func strides(over target: Dims) -> Dims {
    if target == dims { return strides }
    var result = Dims(repeating: 0, count: target.count)
    let shift = target.count - dims.count
    for axis in 0..<dims.count where dims[axis] != 1 { result[axis + shift] = strides[axis] }
    return result
  }
}
