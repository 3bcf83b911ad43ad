internal import ArgumentParser
internal import Engine
internal import Glibc
internal import LuaHost
internal import Repl
internal import Sessions
internal import Terminal
internal import Tutorials

/// `atelier tutorial [NAME]`.
struct TutorialCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tutorial", abstract: "List the tutorials, or walk one at the prompt.",
      discussion: """
        NAME is a chapter's number, its name, or the beginning of its name. Standard input that is not a terminal is read \
        line by line as if it were typed; the exit status is then 1 when a line or the newest check of a step failed.
        ATELIER_TUTORIALS=FOLDER reads the chapters there. Progress is kept in $XDG_STATE_HOME/atelier/progress.
        """)
  }

  @OptionGroup var screen: ScreenOptions

  @Argument(help: "The chapter; without it the chapters are listed.")
  var name: String?

  func run() throws {
    do {
      let course = try Course.beside(program: "/proc/self/exe")
      guard let name else { return try list(course) }
      let entry = try course.entry(named: name)
      try walk(try course.chapter(entry), in: course)
    } catch let error as EngineError {
      StandardOutput.flush()
      StandardOutput.writeError("atelier: \(error)\n")
      throw ExitCode(1)
    }
  }

  /// One line for each chapter, and one for its description. A chapter that cannot be read says why and hides no other.
  private func list(_ course: Course) throws {
    for entry in course.entries {
      let chapter: Chapter
      do { chapter = try course.chapter(entry) } catch {
        StandardOutput.write("\(entry.number)  \(entry.id): cannot be read\n   \(error)\n")
        continue
      }
      let file = ProgressFile(chapter: entry.id) { StandardOutput.write("   \($0)\n") }
      let passed = file.progress.passed(of: chapter)
      let steps = chapter.steps.count == 1 ? "1 step" : "\(chapter.steps.count) steps"
      let state = passed == 0 ? "new" : passed == chapter.steps.count ? "done" : "\(passed) of \(chapter.steps.count)"
      StandardOutput.write(
        "\(entry.number)  \(entry.id)  \(chapter.title)  (\(steps), about \(chapter.minutes) minutes; "
          + "\(state))\n   \(chapter.description)\n")
    }
    StandardOutput.write("atelier tutorial NAME walks one.\n")
    if !StandardOutput.flush() { throw ExitCode(1) }
  }

  private func walk(_ chapter: Chapter, in course: Course) throws {
    let runner = try Runner(color: screen.color)
    let showing = runner.showing
    let session = runner.session()
    let progress = ProgressFile(chapter: chapter.id) { session.write("(\($0))\n") }
    let after = course.entries.first { ($0.number, $0.id) > (chapter.number, chapter.id) }
    let walker = Walker(
      chapter, in: session, progress: progress, typography: TutorialCommand.typography(showing.theme), successor: after)
    walker.report = { outcome in self.report(outcome, showing) }
    if isatty(0) != 0 {
      let banner = "Atelier \(Runner.version), Lua 5.4. :quit leaves the tutorial, Ctrl-D the program.\n"
      let repl = Repl(session, showing: showing, banner: banner)
      report(walker.begin(), showing)
      Interrupt.clear()
      repl.run()
    } else {
      var isWell = report(walker.begin(), showing)
      isWell = readLines(session, showing) && isWell
      if !isWell || !walker.unsolved.isEmpty {
        StandardOutput.flush()
        throw ExitCode(1)
      }
    }
    try runner.close()
  }

  /// Takes standard input as if it were typed; false when something failed.
  private func readLines(_ session: Session, _ showing: Showing) -> Bool {
    var isWell = true
    var block = ""
    while let line = readLine() {
      if block.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
      block += (block.isEmpty ? "" : "\n") + line
      if session.classify(block) == .incomplete { continue }
      isWell = report(session.submit(block), showing) && isWell
      block = ""
    }
    return block.isEmpty ? isWell : report(session.submit(block), showing) && isWell
  }

  /// Shows an outcome; false for a failure.
  @discardableResult
  private func report(_ outcome: Outcome, _ showing: Showing) -> Bool {
    showing.progress.close()
    for warning in outcome.warnings { StandardOutput.writeError("atelier: warning: \(warning)\n") }
    switch outcome.ending {
    case .done(let values):
      showing.show(values, outcome.views)
      return true
    case .incomplete(let message): StandardOutput.writeError("atelier: \(message)\n")
    case .failed(let message, _): StandardOutput.writeError("atelier: \(message)\n")
    case .interrupted: StandardOutput.writeError("atelier: interrupted\n")
    }
    return false
  }

  /// The walker's text in the terminal's colours and width.
  private static func typography(_ theme: Theme) -> Typography {
    var typography = Typography()
    typography.width = { Window.of(1).cells.width }
    typography.measure = TextWidth.of
    guard theme.isOn else { return typography }
    typography.heading = { theme($0, .heading) }
    typography.stress = { theme($0, .name) }
    typography.code = { theme($0, .keyword) }
    typography.word = { theme($0, .keyword) }
    typography.good = { theme($0, .good) }
    typography.bad = { theme($0, .bad) }
    typography.quiet = { theme($0, .dim) }
    return typography
  }
}
