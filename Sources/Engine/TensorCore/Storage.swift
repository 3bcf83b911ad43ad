internal import Surface

/// The memory of one or more tensors (views share it), and the count of writes to it.
package final class Storage {
  package let base: UnsafeMutableRawPointer
  private let block: Allocator.Block
  /// Bytes asked for.
  package let bytes: Int
  /// Grows with every write in place: what was saved for backward, or cached under the old number, is then stale.
  package internal(set) var version = 0
  /// What kernels made of weights that lie here.
  var prepared: PreparedWeights?

  /// Memory for a number of bytes, contents undefined.
  init(bytes: Int, for operation: String) throws {
    block = try Allocator.allocate(bytes, for: operation)
    base = block.base
    self.bytes = bytes
  }

  deinit { Allocator.free(block) }
}
