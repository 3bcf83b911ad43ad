import Foundation
import Glibc

/// The program in a terminal of its own (a pseudo-terminal), typed to and read from.
final class Terminal {
  private let master: Int32
  private let process = Process()
  /// What the program has written and no `wait` has passed.
  private var pending = ""
  /// The bytes of a character of which the rest is still to come.
  private var unread: [UInt8] = []
  /// Everything that the program has written.
  private(set) var transcript = ""

  /// Starts the program. `size` is what the terminal says of its columns and rows; nothing by itself.
  init(_ arguments: [String] = [], environment: [String: String], size: (UInt16, UInt16) = (0, 0)) throws {
    // posix_openpt and its companions by hand: the C library hides them from Swift.
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var unlocked: Int32 = 0
    var number: Int32 = 0
    let setLock: UInt = 0x4004_5431  // TIOCSPTLCK
    let getNumber: UInt = 0x8004_5430  // TIOCGPTN
    guard master >= 0, ioctl(master, setLock, &unlocked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw POSIXError(.ENXIO)
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard slave >= 0 else { throw POSIXError(.ENXIO) }
    resize(size.0, size.1)
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    // No start-up file of whoever runs the tests.
    let plain = ProcessInfo.processInfo.environment.merging(["ATELIER_INIT": ""]) { $1 }
    process.environment = plain.merging(environment) { $1 }
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(master)
  }

  /// Gives the terminal another size, of which the program must be told with SIGWINCH.
  func resize(_ columns: UInt16, _ rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Whether the terminal echoes and hands on whole lines, as it does for programs that do not edit.
  var isOrdinary: Bool {
    var mode = termios()
    guard tcgetattr(master, &mode) == 0 else { return false }
    return mode.c_lflag & UInt32(ICANON | ECHO | ISIG) == UInt32(ICANON | ECHO | ISIG)
  }

  /// Waits until the terminal is, or is not, in its ordinary mode. False after ten seconds.
  func wait(ordinary: Bool) -> Bool {
    let end = Date().addingTimeInterval(10)
    while isOrdinary != ordinary, Date() < end { usleep(2000) }
    return isOrdinary == ordinary
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Closes the terminal's window.
  func hangUp() { close(master) }

  /// Types text as it is; `\n` is the Enter key.
  func type(_ text: String) {
    let bytes = Array(text.replacingOccurrences(of: "\n", with: "\r").utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { sent += count } else { usleep(1000) }
      // A terminal that is not read from stops taking keys.
      collect()
    }
  }

  /// Presses Ctrl-C as the terminal driver passes it on to a program in the foreground.
  func interrupt() { kill(process.processIdentifier, SIGINT) }

  /// Takes what the program has written; false when there is nothing.
  @discardableResult
  private func collect() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    // A piece may end within a character.
    unread += buffer[..<count]
    var whole = unread.count
    while whole > max(0, unread.count - 3), String(validating: unread[..<whole], as: UTF8.self) == nil { whole -= 1 }
    if String(validating: unread[..<whole], as: UTF8.self) == nil { whole = unread.count }
    let got = String(decoding: unread[..<whole], as: UTF8.self)
    unread.removeFirst(whole)
    pending += got
    transcript += got
    return true
  }

  /// Reads until the text appears, and forgets what came before it. False after ten seconds without it.
  func wait(for text: String) -> Bool {
    let end = Date().addingTimeInterval(10)
    while Date() < end {
      if let found = pending.range(of: text) {
        pending = String(pending[found.upperBound...])
        return true
      }
      if !collect() { usleep(2000) }
    }
    return false
  }

  /// Waits for the program to end and gives its exit status, or nil after ten seconds.
  func waitForExit() -> Int32? {
    let end = Date().addingTimeInterval(10)
    while process.isRunning, Date() < end { usleep(2000) }
    return process.isRunning ? nil : process.terminationStatus
  }

  /// Waits for the program to end and gives the signal that ended it, or nil.
  func waitForSignal() -> Int32? {
    waitForExit().flatMap { process.terminationReason == .uncaughtSignal ? $0 : nil }
  }
}
