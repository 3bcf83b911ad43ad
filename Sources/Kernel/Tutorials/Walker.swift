internal import LuaHost
public import Sessions
internal import Surface

/// A chapter being walked in a session. It adds its commands to the session, writes its text where `print` writes, and takes
/// its leave with `:quit`; of terminals it knows only the typography it is given.
public final class Walker {
  public let chapter: Chapter
  let session: Session
  package let file: ProgressFile
  let typography: Typography
  /// The chapter that follows, for the last word.
  private let successor: Course.Entry?
  /// Called with each cell that the walker runs, so that a prompt can offer it for editing.
  public var recall: (String) -> Void = { _ in }
  /// Shows what came of a cell.
  public var report: (Outcome) -> Void
  /// The position of the step where the student is.
  public private(set) var position = 0
  /// Whether `:quit` was given.
  public private(set) var isOver = false
  /// Ids of the steps whose newest check failed.
  public internal(set) var unsolved: Set<String> = []
  /// Whether `:run` was given in the step that is walked.
  var isRun = false
  /// How many hints of this step were shown since the student came here.
  var hintsShown = 0
  /// Whether `:solution` has asked for its confirmation.
  var solutionAsked = false
  /// Commands of the session that the walker's own stand in for.
  private var replaced: [Command] = []
  private let restart: Function?

  /// Begins nothing yet: `begin` does.
  public init(
    _ chapter: Chapter, in session: Session, progress: ProgressFile, typography: Typography = Typography(),
    successor: Course.Entry? = nil
  ) {
    self.chapter = chapter
    self.session = session
    self.typography = typography
    self.successor = successor
    file = progress
    report = { [session] outcome in Walker.show(outcome, in: session) }
    restart = session.host.registry.functions.first { $0.qualifiedName == "atelier.seed" }
  }

  var step: Step { chapter.steps[position] }

  /// Adds the commands, introduces the chapter, and goes to where the student was.
  public func begin() -> Outcome {
    let mine = commands()
    replaced = session.commands.filter { old in mine.contains { $0.names[0] == old.names[0] } }
    session.add(mine)
    // What the session holds now is what every step begins with.
    try? session.host.takeSnapshot()
    let progress = file.progress
    say(typography.heading(chapter.title), "")
    say(typography.prose(chapter.description), "")
    for block in chapter.introduction { show(block) }
    let count = chapter.steps.count
    say(
      typography.quiet(
        "\(count) step\(count == 1 ? "" : "s"), about \(chapter.minutes) minutes. Every step begins afresh."),
      "")
    let place = chapter.steps.firstIndex { $0.id == progress.current } ?? 0
    if place > 0 {
      say(
        typography.quiet(
          "\(progress.passed(of: chapter)) passed so far; you were at step \(place + 1). ':step 1' begins anew."), "")
    }
    return arrive(at: place)
  }

  // MARK: Steps

  /// Goes to a step: everything of earlier steps is forgotten, the random numbers begin where this step's begin, and its
  /// setup runs.
  func arrive(at place: Int) -> Outcome {
    position = place
    hintsShown = 0
    solutionAsked = false
    isRun = false
    file.update { $0.current = step.id }
    say(
      typography.heading("\(place + 1)/\(chapter.steps.count)  \(step.title)")
        + typography.quiet("  (\(step.kind.rawValue))"), ""
    )
    forget()
    seed("setup")
    if !step.cells(.setup).isEmpty { announceTime() }
    if let failure = go(through: step.arrival) {
      say(typography.quiet("The step is not set up; ':reset' tries again."))
      return failure
    }
    say(typography.quiet(invitation))
    return .nothing
  }

  /// What the student can do on arrival.
  private var invitation: String {
    let isLast = position == chapter.steps.count - 1
    switch step.kind {
    case .build: return "Write yours at the prompt; ':run' tries it out, ':check' judges it, ':hint' helps."
    case _ where step.performance.isEmpty: return isLast ? "" : "':next' goes on."
    default: return "':run' runs what comes next."
    }
  }

  /// Runs the step's cells and shows the text between them.
  func run() -> Outcome {
    guard !step.performance.isEmpty else {
      say("There is nothing to run here: write your own and ':check' it.")
      return .nothing
    }
    announceTime()
    seed("run")
    isRun = true
    if let failure = go(through: step.performance) { return failure }
    if step.check != nil {
      say(
        typography.quiet(
          step.kind == .build ? "That was your version; ':check' judges it." : "':check' looks at what you did."))
    } else {
      pass()
    }
    return .nothing
  }

  /// Marks the step as passed.
  func pass() {
    file.update(step: step.id) { $0.passed = true }
    unsolved.remove(step.id)
    say(
      typography.good("✓ Step \(position + 1) of \(chapter.steps.count) done.") + typography.quiet("  ':next' goes on.")
    )
  }

  /// Goes on to the next step, or says farewell.
  func next() -> Outcome {
    if position + 1 < chapter.steps.count { return arrive(at: position + 1) }
    let left = chapter.steps.indices.filter { file.progress.records[chapter.steps[$0].id]?.passed != true }
    if left.isEmpty {
      let after = successor.map { " Next: atelier tutorial \($0.id)." } ?? ""
      say(typography.good("✓ That was the last step: you have passed all of \"\(chapter.title)\".") + after)
    } else {
      let list = left.map { "\($0 + 1)" }.joined(separator: ", ")
      say("That was the last step. Not passed yet: \(list); ':step \(left[0] + 1)' goes there.")
    }
    say(typography.quiet("':quit' leaves the tutorial and keeps the prompt."))
    return .nothing
  }

  /// Leaves: the session has its own commands again, and what the step defined stays.
  func quit() {
    isOver = true
    session.remove(commands().map { $0.names[0] })
    session.add(replaced)
    say(
      typography.quiet(
        "You have left the tutorial; what you defined in this step is still here. Ctrl-D leaves the prompt."))
  }

  // MARK: Pieces

  /// Shows blocks in order and runs their cells; an outcome that is no success ends it and is returned.
  func go(through blocks: ArraySlice<Block>) -> Outcome? {
    for block in blocks {
      show(block)
      guard case .cell(let cell) = block else { continue }
      let outcome = evaluate(cell)
      guard case .done = outcome.ending else { return outcome }
      report(outcome)
      say("")
    }
    return nil
  }

  /// Runs a cell of the chapter as if it had been typed.
  func evaluate(_ cell: Cell) -> Outcome {
    recall(cell.code)
    return session.evaluate(cell.code, name: step.id)
  }

  private func show(_ block: Block) {
    switch block {
    case .prose(let text): say(typography.prose(text), "")
    case .verbatim(let text): say(typography.block(text), "")
    case .cell(let cell): say(typography.block(cell.code))
    }
  }

  /// Says how long it will take where that is more than a few seconds.
  func announceTime() {
    if step.seconds > 3 { say(typography.quiet("This takes about \(Int(step.seconds.rounded(.up))) seconds.")) }
  }

  func say(_ lines: String...) { session.write(lines.joined(separator: "\n") + "\n") }

  /// Starts the random numbers of a phase of the step; a script that has overwritten `atelier` changes nothing about it.
  func seed(_ phase: String) {
    guard let restart else { return }
    let value = Value.integer(Seed.of(chapter.id, step.id, phase))
    _ = try? withUnsafePointer(to: value) { try restart.body(Arguments(restart, $0, count: 1)) }
  }

  /// Forgets what the student and the step defined, and brings back globals that were overwritten.
  private func forget() { try? session.startAfresh() }

  /// Values as a prompt shows them: pictures and plots where they can be shown, else text.
  private static func show(_ outcome: Outcome, in session: Session) {
    for warning in outcome.warnings { session.write("warning: \(warning)\n") }
    guard case .done(let values) = outcome.ending else { return }
    for (index, value) in values.enumerated() {
      let view = index < outcome.views.count ? outcome.views[index] : nil
      if let view, Screen.handler != nil, (try? Screen.show(view)) != nil { continue }
      session.write(value + "\n")
    }
  }
}

extension Outcome {
  /// It went well and there is no value to show.
  static var nothing: Outcome { Outcome(ending: .done([]), warnings: []) }
}
