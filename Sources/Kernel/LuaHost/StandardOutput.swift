internal import CLuaBridge

/// Standard output and standard error, through C's buffers, so that `print` and `io.write` keep their order.
public enum StandardOutput {
  /// Whether the last byte written was a line feed; who knows better sets it.
  nonisolated(unsafe) public static var isAtLineStart = true

  /// Writes bytes to standard output.
  public static func write(_ bytes: UnsafeRawBufferPointer) {
    if let last = bytes.last { isAtLineStart = last == UInt8(ascii: "\n") }
    atl_write_output(bytes.baseAddress, bytes.count)
  }

  /// Writes text to standard output.
  public static func write(_ text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes text to standard error, after what standard output still holds.
  public static func writeError(_ text: String) {
    var text = text
    text.withUTF8 { atl_write_error($0.baseAddress, $0.count) }
  }

  /// Hands everything to the system; false when that failed (a full disk, a closed pipe).
  @discardableResult
  public static func flush() -> Bool { atl_flush_output() }
}
