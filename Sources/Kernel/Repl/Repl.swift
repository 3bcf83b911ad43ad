internal import CReadline
internal import Glibc
internal import LuaHost
public import Sessions
internal import Surface
internal import Terminal

/// The prompt in a terminal, on GNU readline.
///
/// Readline runs through its callback interface: this loop waits for keys itself, so Ctrl-C at the prompt is seen at
/// once and only drops what was typed. While a cell runs the terminal is in its ordinary mode.
public final class Repl {
  private let session: Session
  private let showing: Showing
  private let history: History
  private let editor: Editor
  /// Lines of an unfinished block, on a terminal where a cell cannot be edited as one.
  private var block = ""
  /// What readline delivered last: a cell or line, or the end of input.
  private var event: Event?
  /// Whether the history's problem has been told.
  private var hasToldProblem = false

  private enum Event {
    case text(String)
    case end
  }

  /// Readline's handlers get no context, and a process has one terminal.
  nonisolated(unsafe) private static var current: Repl?

  /// A prompt for a session, greeting with `banner`. The history is read from the user's file and its command added.
  public init(_ session: Session, showing: Showing, banner: String) {
    self.session = session
    self.showing = showing
    session.add(showing.commands())
    StandardOutput.write(banner + "\n")
    StandardOutput.flush()
    Signals.install()
    editor = Editor(session)
    history = History()
    session.add([history.command])
    for entry in history.entries {
      add_history(entry.text)
      if let time = entry.time { add_history_time("#\(time)") }
    }
    tellProblem()
  }

  /// Runs until Ctrl-D.
  public func run() {
    Repl.current = self
    defer {
      history.close()
      Repl.current = nil
    }
    LuaHost.catchInterrupts()
    if let outcome = session.runStartUpFile() { report(outcome) }
    while true {
      // The prompt's signals are blocked except while it waits for keys.
      Signals.setEditing(true, isFull: editor.display.isFull)
      let event = read()
      Signals.setEditing(false, isFull: editor.display.isFull)
      switch event {
      case .end where !block.isEmpty && !editor.keyboard.isAtEnd:
        // Ctrl-D gives the half-typed block up, not the session.
        block = ""
        StandardOutput.write("\n")
        StandardOutput.flush()
      case .end:
        if atl_readline_ends_line() == 0 { StandardOutput.write("\n") }
        StandardOutput.flush()
        return
      case .text(let text): take(text)
      }
    }
  }

  /// Waits for a cell; Ctrl-C drops what is half typed and asks again.
  private func read() -> Event {
    event = nil
    installPrompt()
    // Keys that came while the terminal was asked.
    editor.keyboard.push(showing.painter.typed)
    showing.painter.typed = []
    while event == nil {
      // Ctrl-C may have come within a paste or a completion.
      let isReady = !Interrupt.isPending && editor.keyboard.wait()
      if Interrupt.isPending {
        drop()
      } else if Signals.take(SIGTSTP) {
        suspend()
      } else if Signals.take(SIGCONT) {
        // Stopped from outside: a shell may have changed the terminal's mode meanwhile.
        rl_deprep_terminal()
        comeBack()
      } else if Signals.take(SIGWINCH) {
        editor.display.resize()
      } else if isReady {
        rl_callback_read_char()
        if editor.keyboard.isAtEnd, event == nil {
          rl_callback_handler_remove()
          event = .end
        }
      }
    }
    return event!
  }

  private func drop() {
    Interrupt.clear()
    block = ""
    editor.point = editor.bytes.count
    editor.display.leave("^C")
    editor.display.isSilent = true
    rl_callback_handler_remove()
    atl_readline_drop_line()
    editor.display.isSilent = false
    installPrompt()
  }

  /// Ctrl-Z: the shell gets the terminal as it was.
  private func suspend() {
    let point = editor.point
    editor.point = editor.bytes.count
    editor.display.leave("^Z")
    editor.point = point
    rl_deprep_terminal()
    Signals.suspend()
    Signals.setEditing(true, isFull: editor.display.isFull)
    _ = Signals.take(SIGCONT)
    comeBack()
  }

  private func comeBack() {
    rl_prep_terminal(1)
    editor.display.drawAgain()
  }

  private func installPrompt() {
    editor.display.reset()
    rl_callback_handler_install(block.isEmpty ? "> " : Display.continuation) { line in
      rl_callback_handler_remove()
      Repl.current?.event = line.map { .text(String(cString: $0)) } ?? .end
      free(line)
    }
  }

  /// Takes a cell, or a line of one on a terminal where only lines can be edited, and evaluates what is whole.
  private func take(_ line: String) {
    if block.isEmpty, line.allSatisfy(\.isWhitespace) { return }
    if block.isEmpty, isWish(toLeave: line) {
      StandardOutput.write("Ctrl-D leaves\n")
      StandardOutput.flush()
      return
    }
    let text = block.isEmpty ? line : block + "\n" + line
    if !editor.display.isFull, session.classify(text) == .incomplete {
      block = text
      return
    }
    block = ""
    if history.add(text) { add_history(text) }
    tellProblem()
    showing.fit()
    // Enter has moved the cursor to a line of its own.
    StandardOutput.isAtLineStart = true
    let outcome = session.submit(text)
    Interrupt.clear()
    StandardOutput.flush()
    report(outcome)
  }

  /// Says once why the history is not kept.
  private func tellProblem() {
    guard !hasToldProblem, let problem = history.problem else { return }
    hasToldProblem = true
    StandardOutput.writeError(problem + "\n")
  }

  /// Whether a line is what leaves other prompts, and no name of the script.
  private func isWish(toLeave line: String) -> Bool {
    let word = line.filter { !$0.isWhitespace && $0 != ";" }
    let name = word.hasSuffix("()") ? String(word.dropLast(2)) : word
    return ["exit", "quit"].contains(name) && !session.host.keys().contains(name)
  }

  private func report(_ outcome: Outcome) {
    showing.progress.close()
    try? Screen.showPending()
    try? showing.painter.finishUpdates()
    showing.painter.forgetPlace()
    if !StandardOutput.isAtLineStart { StandardOutput.write("\n") }
    for warning in outcome.warnings {
      StandardOutput.writeError(showing.theme("warning:", .warning) + " \(warning)\n")
    }
    switch outcome.ending {
    case .done(let values): showing.show(values, outcome.views)
    case .incomplete(let message): StandardOutput.writeError(message + "\n")
    case .failed(let message, _):
      StandardOutput.writeError(showing.text(of: outcome.report ?? Report(message)) + "\n")
    case .interrupted: StandardOutput.writeError("interrupted\n")
    }
  }
}
