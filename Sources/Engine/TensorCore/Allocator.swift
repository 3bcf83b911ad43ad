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

/// The caching allocator behind every tensor: blocks aligned to 64 bytes in size classes at most an eighth apart
/// (small ones: powers of two from 64 bytes), kept and reused. Fresh pages cost more than the arithmetic of many ops,
/// so large blocks above all are worth keeping.
///
/// Used from the engine thread only.
package enum Allocator {
  nonisolated(unsafe) private(set) static var use = MemoryUse()
  nonisolated(unsafe) private static var bins = [[UnsafeMutableRawPointer]](repeating: [], count: 520)
  /// Most bytes that may lie idle; past it freed blocks go back to the system.
  nonisolated(unsafe) static var cacheLimit = physicalMemory / 4
  /// Most bytes that tensors may hold; a request beyond it is an error and not a crash.
  nonisolated(unsafe) static var limit = physicalMemory / 10 * 9

  /// Bytes of memory in this machine.
  package static let physicalMemory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

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
  static func allocate(_ bytes: Int, for operation: String) throws -> UnsafeMutableRawPointer {
    if Profile.isOn { Profile.allocated(bytes) }
    let (bin, size) = sizeClass(bytes)
    let block: UnsafeMutableRawPointer
    if let kept = bins[bin].popLast() {
      use.cached -= size
      block = kept
    } else {
      block = try fresh(size, for: operation)
    }
    use.live += size
    if use.live > use.peak { use.peak = use.live }
    return block
  }

  /// Gives a block back; it is kept for the next request of its class.
  static func free(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    let (bin, size) = sizeClass(bytes)
    use.live -= size
    if use.cached + size > cacheLimit {
      ck_free(block, size)
    } else {
      use.cached += size
      bins[bin].append(block)
    }
  }

  /// Returns everything that lies idle to the system.
  package static func releaseCache() {
    for bin in bins.indices {
      bins[bin].forEach { Glibc.free($0) }
      bins[bin].removeAll()
    }
    use.cached = 0
  }

  /// A block from the system; idle blocks are given up before a request is refused.
  private static func fresh(_ size: Int, for operation: String) throws -> UnsafeMutableRawPointer {
    // No kernel runs without memory, so none runs before it knows of interrupts.
    Runtime.start()
    if use.live + size > limit { throw refusal(size, operation) }
    if use.live + use.cached + size > limit { releaseCache() }
    var block: UnsafeMutableRawPointer?
    if posix_memalign(&block, 64, size) != 0 || block == nil {
      releaseCache()
      if posix_memalign(&block, 64, size) != 0 || block == nil { throw refusal(size, operation) }
    }
    return block!
  }

  private static func refusal(_ size: Int, _ operation: String) -> EngineError {
    EngineError(
      operation, "needs \(text(size)) more, but \(text(use.live)) are in use of the \(text(limit)) allowed",
      advice: "use a smaller size or release tensors (x = nil)")
  }

  /// Bytes for people: `1.5 GB`.
  static func text(_ bytes: Int) -> String { bytes.bytesText }
}
