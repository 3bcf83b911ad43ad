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
    let child = try spawn(command, output: captures ? ends[1] : nil)
    if captures {
      close(ends[1])
      ends[1] = -1
    }
    let output = captures ? read(from: ends[0], child) : []
    let status = wait(for: child)
    if Interrupt.isPending { throw Interrupted() }
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
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGPIPE, SIGWINCH] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
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

  private static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0, isStopped = false
    while waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return 127 }
      stop(child, &isStopped)
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Hands an interrupt on, once.
  private static func stop(_ child: pid_t, _ isStopped: inout Bool) {
    guard Interrupt.isPending, !isStopped else { return }
    isStopped = true
    kill(child, SIGINT)
  }
}

extension Session {
  /// `!command`: the status is said where it is not 0.
  func shell(_ command: String) throws {
    guard !command.isEmpty else { throw EngineError("!", "needs a command of the shell", advice: "for example !ls") }
    flush()
    let result = try Shell.run(command)
    if result.status != 0 { write("exit status \(result.status)\n") }
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
