/// The flag that Ctrl-C raises. Kernels, samplers, optimisers and codecs poll it between tiles or steps.
///
/// The flag is a plain word of memory so that a signal handler written in C can set it: `address` is handed to
/// that handler once at start.
public enum Interrupt {
  /// Address of the word; non-zero means that an interrupt is pending.
  nonisolated(unsafe) public static let address: UnsafeMutablePointer<Int32> = {
    let word = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    word.initialize(to: 0)
    return word
  }()

  /// Whether an interrupt is pending.
  public static var isPending: Bool { address.pointee != 0 }

  /// Raises the flag, as Ctrl-C does.
  public static func raise() { address.pointee = 1 }

  /// Lowers the flag; whoever reports the interrupt to the user does this.
  public static func clear() { address.pointee = 0 }

  /// Throws `Interrupted` when an interrupt is pending.
  @inline(__always)
  public static func check() throws { if address.pointee != 0 { throw Interrupted() } }
}
