internal import CReadline
internal import Glibc

/// Signals beside Ctrl-C that a prompt has to do with.
enum Signals {
  /// A word for each signal, which its handler raises. Allocated before the first handler is there.
  nonisolated(unsafe) private static let words: UnsafeMutablePointer<Int32> = {
    let words = UnsafeMutablePointer<Int32>.allocate(capacity: 65)
    words.initialize(repeating: 0, count: 65)
    return words
  }()

  /// The terminal's mode before we touched it, for the handlers of what ends the process.
  nonisolated(unsafe) private static let terminal: UnsafeMutablePointer<termios> = {
    let mode = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    mode.initialize(to: termios())
    return mode
  }()

  /// What the terminal is told before the process ends: no bracketed paste, cursor visible, plain characters.
  nonisolated(unsafe) private static let farewell: (UnsafeMutablePointer<UInt8>, Int) = {
    let text = Array("\u{1B}[?2004l\u{1B}[?25h\u{1B}[0m\r\n".utf8)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
    memory.initialize(from: text, count: text.count)
    return (memory, text.count)
  }()

  /// Index of the word that says whether a farewell is due: the prompt is being edited on a terminal that understands it.
  private static let editing = 0

  /// Whatever ends the process from outside, and crashes, leave the terminal as they found it.
  static func install() {
    _ = (words, terminal, farewell)
    guard tcgetattr(0, terminal) == 0 else { return }
    for number in [SIGHUP, SIGTERM, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
      handle(number, flags: Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER) { number in
        // Only what a signal handler may do. The signal's own action, which is the default one again, follows.
        tcsetattr(0, TCSANOW, Signals.terminal)
        if Signals.words[Signals.editing] != 0 { _ = write(1, Signals.farewell.0, Signals.farewell.1) }
        Glibc.raise(number)
      }
    }
    atl_unblock_ends()
    for number in [SIGWINCH, SIGCONT] { handle(number) { Signals.words[Int($0)] = 1 } }
  }

  /// Gives a signal a handler, nil for its default action.
  private static func handle(_ number: Int32, flags: Int32 = 0, _ handler: (@convention(c) (Int32) -> Void)?) {
    var before = sigaction()
    guard sigaction(number, nil, &before) == 0 else { return }
    // What whoever started us wants ignored (nohup) stays so.
    let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
    if isIgnored { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    sigaction(number, &action, nil)
  }

  /// While a cell is edited, Ctrl-Z is ours; while one runs, it stops the process as usual.
  static func setEditing(_ isEditing: Bool, isFull: Bool) {
    words[editing] = isEditing && isFull ? 1 : 0
    if isEditing {
      handle(SIGTSTP) { Signals.words[Int($0)] = 1 }
    } else {
      handle(SIGTSTP, nil)
    }
    atl_block_signals(isEditing ? 1 : 0)
  }

  /// Whether a signal has come since this was last asked.
  static func take(_ number: Int32) -> Bool {
    defer { words[Int(number)] = 0 }
    return words[Int(number)] != 0
  }

  /// Stops the process until its shell brings it back. The terminal must be in its ordinary mode.
  static func suspend() {
    setEditing(false, isFull: false)
    Glibc.raise(SIGTSTP)
  }
}
