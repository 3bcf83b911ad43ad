import Foundation
import Glibc

/// The program in a terminal of its own (a pseudo-terminal), typed to and read from.
final class Terminal {
  private let master: Int32
  private let process = Process()
  /// What the program has written and no `wait` has passed.
  private var pending = ""
  /// Everything that the program has written.
  private(set) var transcript = ""

  init(_ arguments: [String] = [], environment: [String: String]) throws {
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
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
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

  /// Types text as it is; `\n` is the Enter key.
  func type(_ text: String) {
    let bytes = Array(text.replacingOccurrences(of: "\n", with: "\r").utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { sent += count } else { usleep(1000) }
    }
  }

  /// Presses Ctrl-C as the terminal driver passes it on to a program in the foreground.
  func interrupt() { kill(process.processIdentifier, SIGINT) }

  /// Reads until the text appears, and forgets what came before it. False after ten seconds without it.
  func wait(for text: String) -> Bool {
    let end = Date().addingTimeInterval(10)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while Date() < end {
      if let found = pending.range(of: text) {
        pending = String(pending[found.upperBound...])
        return true
      }
      let count = read(master, &buffer, buffer.count)
      if count > 0 {
        let got = String(decoding: buffer[..<count], as: UTF8.self)
        pending += got
        transcript += got
      } else {
        usleep(2000)
      }
    }
    return false
  }

  /// Waits for the program to end and gives its exit status, or nil after ten seconds.
  func waitForExit() -> Int32? {
    let end = Date().addingTimeInterval(10)
    while process.isRunning, Date() < end { usleep(2000) }
    return process.isRunning ? nil : process.terminationStatus
  }
}
