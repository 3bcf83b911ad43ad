internal import Glibc

/// Asks the terminal. This is the one place that changes its mode, and it always puts it back.
public enum Probe {
  /// The signals that would end or stop the program in raw mode: held until the mode is restored.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]
  /// The signal that came meanwhile, or 0. A handler of C sees no more than a word of memory.
  nonisolated(unsafe) private static let caught: UnsafeMutablePointer<Int32> = {
    let word = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    word.initialize(to: 0)
    return word
  }()

  /// Sends the query and reads until the attributes' answer or the limit: one round trip, echo off meanwhile. The mode is
  /// restored on every way out; a signal that would end the program is held back until then and sent again.
  ///
  /// - Parameters:
  ///   - input: where the terminal's answers arrive.
  ///   - output: where the terminal reads.
  ///   - limit: milliseconds to the first answer; once one has come, the rest may take as long as `patience`.
  /// - Returns: nil when this is no terminal, or one of a program in the background.
  public static func ask(
    _ query: [UInt8], input: Int32 = 0, output: Int32 = 1, limit: Int = 200, patience: Int = 1000
  ) -> Answers? {
    guard isatty(output) != 0, tcgetpgrp(input) == getpgrp() || tcgetpgrp(input) < 0 else { return nil }
    var saved = termios()
    guard tcgetattr(input, &saved) == 0 else { return nil }
    caught.pointee = 0
    let before = hold()
    defer {
      for (signal, var action) in before { sigaction(signal, &action, nil) }
      if caught.pointee != 0 { raise(caught.pointee) }
    }
    var raw = saved
    // Keys still make signals: Ctrl-C must work here as anywhere.
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON)
    guard tcsetattr(input, TCSANOW, &raw) == 0 else { return nil }
    defer { while tcsetattr(input, TCSANOW, &saved) != 0, errno == EINTR {} }
    guard write(query, to: output) else { return nil }
    return listen(input, limit: limit, patience: patience)
  }

  private static func hold() -> [(Int32, sigaction)] {
    signals.map { signal in
      var old = sigaction()
      var new = sigaction()
      new.__sigaction_handler.sa_handler = { number in Probe.caught.pointee = number }
      sigaction(signal, &new, &old)
      return (signal, old)
    }
  }

  /// Writes all bytes; false when that fails.
  static func write(_ bytes: [UInt8], to output: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        var ready = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, 1000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  private static func listen(_ input: Int32, limit: Int, patience: Int) -> Answers {
    let start = ContinuousClock.now
    var bytes: [UInt8] = []
    var answers = Answers([])
    var buffer = [UInt8](repeating: 0, count: 4096)
    // Nobody's answers are longer; who floods us is not listened to.
    while bytes.count < 1 << 16, caught.pointee == 0 {
      let spent = Int((ContinuousClock.now - start) / .milliseconds(1))
      let left = (answers.isAny ? patience : limit) - spent
      guard left > 0 else { break }
      var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, Int32(left))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      let length = read(input, &buffer, buffer.count)
      if length < 0, errno == EINTR || errno == EAGAIN { continue }
      guard length > 0 else { break }
      bytes += buffer[..<length]
      answers = Answers(bytes)
      if answers.isComplete { break }
    }
    return answers
  }
}
