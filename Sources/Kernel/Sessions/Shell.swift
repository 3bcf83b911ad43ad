internal import Glibc
internal import LuaHost
internal import Surface

/// Commands of the system's shell, which Ctrl-C stops.
enum Shell {
  /// How a command ended.
  struct Result {
    /// The exit status; 128 + n after signal n.
    let status: Int32
    /// What it wrote to standard output, where that was captured.
    let output: String
  }

  /// Runs a command in `/bin/sh`, with the terminal as it is. With `captures`, what it writes to standard output comes back
  /// instead of being shown. Throws `Interrupted` after Ctrl-C, when the command has ended.
  static func run(_ command: String, captures: Bool = false) throws -> Result {
    var ends: [Int32] = [-1, -1]
    if captures, pipe(&ends) != 0 { throw failure("make a pipe", errno) }
    // The child keeps only the copy that becomes its standard output.
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { for end in ends where end >= 0 { close(end) } }
    let terminal = Foreground()
    defer { terminal.takeBack() }
    let child = try spawn(command, output: captures ? ends[1] : nil)
    terminal.give(to: child)
    if captures {
      close(ends[1])
      ends[1] = -1
    }
    let output = captures ? read(from: ends[0], child) : []
    let status = wait(for: child, terminal)
    // Ctrl-C at the terminal reaches the command alone; that it ended by it is how we know.
    if Interrupt.isPending || status == 128 + SIGINT { throw Interrupted() }
    return Result(status: status, output: String(decoding: output, as: UTF8.self))
  }

  /// Starts the shell with the signals of an ordinary program.
  private static func spawn(_ command: String, output: Int32?) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    let ordinary = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGWINCH]
    for signal in ordinary { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own, so that a signal reaches everything that the command starts and nothing else.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let words: [String] = ["sh", "-c", command]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, environ)
    if code != 0 { throw failure("start /bin/sh", code) }
    return child
  }

  private static func failure(_ what: String, _ code: Int32) -> EngineError {
    EngineError("!", "cannot \(what): \(String(cString: strerror(code)))")
  }

  /// Everything that the command writes. Ctrl-C reaches it through its terminal, or from us where it has none.
  private static func read(from end: Int32, _ child: pid_t) -> [UInt8] {
    var bytes: [UInt8] = [], block = [UInt8](repeating: 0, count: 1 << 16), isStopped = false
    while true {
      let count = Glibc.read(end, &block, block.count)
      if count > 0 {
        bytes += block[..<count]
      } else if count == 0 || errno != EINTR {
        return bytes
      }
      stop(child, &isStopped)
    }
  }

  private static func wait(for child: pid_t, _ terminal: Foreground) -> Int32 {
    var status: Int32 = 0, isStopped = false
    while true {
      if waitpid(child, &status, WUNTRACED) < 0 {
        if errno != EINTR { return 127 }
        stop(child, &isStopped)
      } else if status & 0xff == 0x7f {
        // There are no jobs here: what stops (Ctrl-Z, or asking for the terminal before it was given) goes on.
        terminal.give(to: child)
        kill(-child, SIGCONT)
      } else {
        break
      }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Hands an interrupt on, once.
  private static func stop(_ child: pid_t, _ isStopped: inout Bool) {
    guard Interrupt.isPending, !isStopped else { return }
    isStopped = true
    kill(-child, SIGINT)
  }
}

/// Whose the terminal is, where standard input is one: a command gets it while it runs.
private struct Foreground {
  private let own: pid_t?
  private let mode: termios

  init() {
    var mode = termios()
    own = isatty(0) != 0 && tcgetattr(0, &mode) == 0 && tcgetpgrp(0) == getpgrp() ? getpgrp() : nil
    self.mode = mode
  }

  func give(to group: pid_t) {
    if own != nil { set(group) }
  }

  /// Makes it ours again, in the mode that it had.
  func takeBack() {
    guard let own else { return }
    set(own)
    var mode = mode
    tcsetattr(0, TCSADRAIN, &mode)
  }

  /// Setting it from the background would stop us.
  private func set(_ group: pid_t) {
    let before = signal(SIGTTOU, SIG_IGN)
    tcsetpgrp(0, group)
    signal(SIGTTOU, before)
  }
}

extension Session {
  /// `!command`: the status is said where it is not 0.
  func shell(_ command: String) throws {
    guard !command.isEmpty else { throw EngineError("!", "needs a command of the shell", advice: "for example !ls") }
    if try changeFolder(command) { return }
    flush()
    let result = try Shell.run(command)
    if result.status != 0 { write("exit status \(result.status)\n") }
  }

  /// `!cd FOLDER`: a shell of its own would change nothing here, so the program itself goes there.
  private func changeFolder(_ command: String) throws -> Bool {
    let words = (try? Words.split(command)) ?? []
    guard words.first == "cd", words.count <= 2, !command.contains(where: { ";&|<>$`".contains($0) }) else {
      return false
    }
    let home = UserFolder.variable("HOME") ?? "/"
    let target = words.count == 1 ? home : words[1].hasPrefix("~") ? home + words[1].dropFirst() : words[1]
    guard chdir(target) == 0 else {
      throw EngineError("!cd", "cannot go to \(target): \(String(cString: strerror(errno)))")
    }
    if let path = getcwd(nil, 0) {
      write(String(cString: path) + "\n")
      free(path)
    }
    return true
  }

  /// `name = !command`: the output without its last line feed becomes a variable.
  func capture(_ command: String, in name: String) throws {
    guard !command.isEmpty else {
      throw EngineError("!", "needs a command of the shell", advice: "for example x = !ls")
    }
    flush()
    let result = try Shell.run(command, captures: true)
    let output = result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    host.setVariable(name, output)
    if result.status != 0 { write("exit status \(result.status)\n") }
  }
}
