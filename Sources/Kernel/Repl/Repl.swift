internal import CReadline
internal import Glibc
internal import LuaHost
public import Sessions
internal import Surface

/// The prompt in a terminal, on GNU readline.
///
/// Readline runs through its callback interface: this loop waits for keys itself, so Ctrl-C at the prompt is seen at
/// once and only drops what was typed. While a cell runs the terminal is in its ordinary mode.
public final class Repl {
  private let session: Session
  private let history: History
  /// Lines of an unfinished block.
  private var block = ""
  /// What readline delivered last: a line, or the end of input.
  private var event: Event?

  private enum Event {
    case line(String)
    case end
  }

  /// Readline's handlers get no context, and a process has one terminal.
  nonisolated(unsafe) private static var current: Repl?

  /// A prompt for a session, greeting with `banner`.
  public init(_ session: Session, banner: String) {
    self.session = session
    StandardOutput.write(banner + "\n")
    StandardOutput.flush()
    atl_readline_set_up({ word, start, end in Repl.complete(word) }, { _, _ in nil })
    history = History()
  }

  /// Runs until Ctrl-D.
  public func run() {
    Repl.current = self
    defer { Repl.current = nil }
    LuaHost.catchInterrupts()
    if let outcome = session.runStartUpFile() { Repl.report(outcome) }
    // Blocked except while waiting for keys and while a cell runs.
    atl_block_interrupts(1)
    defer { atl_block_interrupts(0) }
    while true {
      switch readLine() {
      case .end where !block.isEmpty:
        // Ctrl-D gives the half-typed block up, not the session. At the end of the terminal itself the next one leaves.
        block = ""
        StandardOutput.write("\n")
        StandardOutput.flush()
      case .end:
        if atl_readline_ends_line() == 0 { StandardOutput.write("\n") }
        StandardOutput.flush()
        return
      case .line(let line): take(line)
      }
    }
  }

  /// Waits for a line; Ctrl-C drops the half-typed line and block and asks again.
  private func readLine() -> Event {
    event = nil
    installPrompt()
    while event == nil {
      let ready = atl_wait_for_input() != 0
      if Interrupt.isPending {
        Interrupt.clear()
        block = ""
        rl_callback_handler_remove()
        atl_readline_drop_line()
        StandardOutput.write("^C\n")
        StandardOutput.flush()
        installPrompt()
      } else if ready {
        rl_callback_read_char()
      }
    }
    return event!
  }

  private func installPrompt() {
    rl_callback_handler_install(block.isEmpty ? "> " : ">> ") { line in
      rl_callback_handler_remove()
      Repl.current?.event = line.map { .line(String(cString: $0)) } ?? .end
      free(line)
    }
  }

  /// Adds a line to the block, and evaluates the block when it is whole.
  private func take(_ line: String) {
    if block.isEmpty, line.allSatisfy(\.isWhitespace) { return }
    if block.isEmpty, isWish(toLeave: line) {
      StandardOutput.write("Ctrl-D leaves\n")
      StandardOutput.flush()
      return
    }
    let text = block.isEmpty ? line : block + "\n" + line
    if session.classify(text) == .incomplete {
      block = text
      return
    }
    block = ""
    history.add(text)
    atl_block_interrupts(0)
    let outcome = session.submit(text)
    atl_block_interrupts(1)
    Interrupt.clear()
    StandardOutput.flush()
    Repl.report(outcome)
  }

  /// Whether a line is what leaves other prompts, and no name of the script.
  private func isWish(toLeave line: String) -> Bool {
    let word = line.filter { !$0.isWhitespace && $0 != ";" }
    let name = word.hasSuffix("()") ? String(word.dropLast(2)) : word
    return ["exit", "quit"].contains(name) && !session.host.keys().contains(name)
  }

  private static func report(_ outcome: Outcome) {
    for warning in outcome.warnings { StandardOutput.writeError("warning: \(warning)\n") }
    switch outcome.ending {
    case .done(let values):
      if values.isEmpty { return }
      let separator = values.contains { $0.contains("\n") } ? "\n" : "\t"
      StandardOutput.write(values.joined(separator: separator) + "\n")
      StandardOutput.flush()
    case .incomplete(let message): StandardOutput.writeError(message + "\n")
    case .failed(let message, let traceback):
      StandardOutput.writeError(message + "\n" + worthShowing(traceback))
    case .interrupted: StandardOutput.writeError("interrupted\n")
    }
  }

  /// A traceback with nothing but the prompt's own line says nothing.
  private static func worthShowing(_ traceback: String) -> String {
    let frames = traceback.split(separator: "\n").dropFirst().filter { !$0.hasPrefix("\t[C]") }
    return frames.count > 1 ? traceback + "\n" : ""
  }

  /// Readline's completer: the matches as readline wants them, the text they have in common first.
  private static func complete(_ word: UnsafePointer<CChar>?) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    atl_readline_completing()
    guard let word, let names = current?.session.names(completing: String(cString: word)), !names.isEmpty else {
      return nil
    }
    var common = Substring(names[0])
    for name in names { while !name.hasPrefix(common) { common.removeLast() } }
    let all = (names.count == 1 ? [] : [String(common)]) + names
    // Readline frees the list and its strings, so they come from malloc; the last entry stays NULL.
    let size = MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    guard let memory = calloc(all.count + 1, size) else { return nil }
    let matches = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: all.count + 1)
    for (index, name) in all.enumerated() { matches[index] = strdup(name) }
    return matches
  }
}
