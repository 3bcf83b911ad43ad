internal import CKernels
internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

/// Memory in bytes, as `atelier.memory()` reports it.
public struct MemoryUse: Sendable {
  /// Held by tensors now.
  public var live = 0
  /// Freed by tensors and kept for reuse.
  public var cached = 0
  /// The most that was ever live.
  public var peak = 0
}

/// The caching allocator behind every tensor. Fresh pages cost more than the arithmetic of many ops, so freed blocks are
/// kept: small ones (powers of two from 64 bytes, then classes an eighth apart) by their class, those from a megabyte on
/// in one list, out of which a request also takes a block up to a quarter larger than it asks for. Tensors and what lies
/// idle together hold at most a quarter more than tensors needed lately; beyond it the oldest large blocks go back.
///
/// Used from the engine thread only.
package enum Allocator {
  /// Memory for one storage: at least what was asked for.
  struct Block {
    let base: UnsafeMutableRawPointer
    let bytes: Int
  }

  nonisolated(unsafe) private(set) static var use = MemoryUse()
  nonisolated(unsafe) private static var bins = [[UnsafeMutableRawPointer]](repeating: [], count: 160)
  /// Large blocks, in the order in which they were freed.
  nonisolated(unsafe) private static var idle: [Block] = []
  /// The most that was live in this stretch of requests for large blocks and in the one before, and how long it is.
  nonisolated(unsafe) private static var recent = (now: 0, before: 0, requests: 0)
  /// Most bytes that tensors may hold; a request beyond it is an error and not a crash.
  nonisolated(unsafe) private(set) package static var limit = physicalMemory / 10 * 9

  /// Bytes of memory in this machine.
  package static let physicalMemory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  /// Bytes from which on blocks are the system's own mappings.
  private static let large = 1 << 20
  /// Requests for large blocks after which the peak of the stretch before is forgotten.
  private static let stretch = 2000
  /// Bytes that may always lie idle.
  private static let spare = 64 << 20

  /// What tensors hold and what is kept for reuse.
  package static var memory: MemoryUse { use }

  /// The size class of a request: (bin, bytes of its blocks). Classes have three bits after the leading one.
  @inline(__always)
  static func sizeClass(_ bytes: Int) -> (bin: Int, bytes: Int) {
    let wanted = Swift.max(bytes, 64) - 1
    let top = Int.bitWidth - 1 - wanted.leadingZeroBitCount
    let shift = top < 9 ? top : top - 3
    let steps = (wanted >> shift) + 1
    return (top * 8 + (steps & 7) + (steps == 16 ? 8 : 0), steps << shift)
  }

  /// A block of at least `bytes` bytes with undefined contents. Throws when it does not fit.
  static func allocate(_ bytes: Int, for operation: String) throws -> Block {
    if Profile.isOn { Profile.allocated(bytes) }
    let (bin, size) = sizeClass(bytes)
    if size >= large { count() }
    let block: Block
    if size < large, let kept = bins[bin].popLast() {
      use.cached -= size
      block = Block(base: kept, bytes: size)
    } else if size >= large, let kept = takeIdle(size) {
      use.cached -= kept.bytes
      block = kept
    } else {
      block = try fresh(size, for: operation)
    }
    use.live += block.bytes
    if use.live > use.peak { use.peak = use.live }
    if use.live > recent.now { recent.now = use.live }
    return block
  }

  /// Gives a block back; it is kept for the next request that it suits.
  static func free(_ block: Block) {
    use.live -= block.bytes
    use.cached += block.bytes
    if block.bytes < large {
      bins[sizeClass(block.bytes).bin].append(block.base)
    } else {
      idle.append(block)
      trim(for: 0)
    }
  }

  /// Returns everything that lies idle to the system.
  package static func releaseCache() {
    for bin in bins.indices {
      bins[bin].forEach { Glibc.free($0) }
      bins[bin].removeAll()
    }
    idle.forEach { ck_unmap($0.base, $0.bytes) }
    idle.removeAll()
    use.cached = 0
  }

  /// Allows tensors so many bytes. Those that hold more already keep it.
  package static func setLimit(_ bytes: Int) {
    limit = bytes
    if use.live + use.cached > limit { releaseCache() }
  }

  /// The idle block that fits best: at most a quarter larger than `size`, and of equals the one used last.
  private static func takeIdle(_ size: Int) -> Block? {
    var best = -1
    for place in idle.indices.reversed() where idle[place].bytes >= size && idle[place].bytes <= size + size / 4 {
      if best < 0 || idle[place].bytes < idle[best].bytes { best = place }
      if idle[best].bytes == size { break }
    }
    return best < 0 ? nil : idle.remove(at: best)
  }

  /// Counts a request for a large block; every so often what was needed earlier is forgotten.
  private static func count() {
    recent.requests += 1
    if recent.requests < stretch { return }
    recent = (use.live, recent.now, 0)
    trim(for: 0)
  }

  /// Gives back the oldest large blocks until what is held, and `more` bytes, stay within what was needed lately.
  private static func trim(for more: Int) {
    let needed = Swift.max(recent.now, recent.before, use.live + more)
    let allowed = Swift.min(needed + Swift.max(needed / 4, spare), limit)
    var gone = 0
    while gone < idle.count, use.live + use.cached + more > allowed {
      ck_unmap(idle[gone].base, idle[gone].bytes)
      use.cached -= idle[gone].bytes
      gone += 1
    }
    if gone > 0 { idle.removeFirst(gone) }
  }

  /// A block from the system; idle blocks are given up before a request is refused.
  private static func fresh(_ size: Int, for operation: String) throws -> Block {
    // No kernel runs without memory, so none runs before it knows of interrupts.
    Runtime.start()
    if use.live + size > limit { throw refusal(size, operation) }
    if size >= large { trim(for: size) }
    if use.live + use.cached + size > limit { releaseCache() }
    if let base = map(size) { return Block(base: base, bytes: size) }
    releaseCache()
    guard let base = map(size) else { throw refusal(size, operation) }
    return Block(base: base, bytes: size)
  }

  private static func map(_ size: Int) -> UnsafeMutableRawPointer? {
    if size >= large { return ck_map(size) }
    var base: UnsafeMutableRawPointer?
    return posix_memalign(&base, 64, size) == 0 ? base : nil
  }

  private static func refusal(_ size: Int, _ operation: String) -> EngineError {
    let numbers = largestBlock(Swift.max(limit - use.live, 0)) / 4
    let side = Int((Double(numbers) / 3).squareRoot())
    return EngineError(
      operation,
      "needs \(text(size)) more, but \(text(use.live)) are in use of the \(text(limit)) allowed; at most "
        + "\(numbers) f32 numbers would fit, such as a picture of \(side) × \(side) pixels",
      advice: "use a smaller size, release tensors (x = nil) or allow more (atelier.memory{limit = …})")
  }

  /// The largest request whose block takes no more than some bytes.
  static func largestBlock(_ free: Int) -> Int {
    if free < 512 { return 0 }
    // Classes are an eighth of a power of two apart.
    let step = 1 << (Int.bitWidth - 4 - free.leadingZeroBitCount)
    return free / step * step
  }

  /// Bytes for people: `1.5 GB`.
  static func text(_ bytes: Int) -> String { bytes.bytesText }
}
