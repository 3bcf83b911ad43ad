internal import Sessions
internal import Surface

/// The commands of a chapter being walked.
extension Walker {
  func commands() -> [Command] {
    [
      plain("next", "Goes on to the next step.") { $0.next() },
      plain("back", "Goes back to the step before.") { walker in
        if walker.position == 0 { throw EngineError("", "this is the first step") }
        return walker.arrive(at: walker.position - 1)
      },
      passingOn("run", "Runs the step's cells and shows what they give.") { $0.run() },
      plain("check", "Judges what you wrote against named properties.") { try $0.checkStep() },
      plain("hint", "Shows the next hint.") { try $0.hint() },
      command("solution", ":solution [run]", "Shows a solution; ':solution run' runs it.") { try $0.solution($1) },
      passingOn("reset", "Restores the step as it was on arrival.") { $0.arrive(at: $0.position) },
      plain("status", "Lists the steps and what is passed.") { $0.status() },
      command("step", ":step N", "Goes to a step by its number or id.") { try $0.jump($1) },
      plain("quit", "Leaves the tutorial and keeps the prompt.") {
        $0.quit()
        return .nothing
      },
    ]
  }

  private func command(
    _ name: String, _ usage: String, _ summary: String, _ body: @escaping (Walker, String) throws -> Outcome
  ) -> Command {
    let choices: () -> [String] = { [weak self] in
      name == "step" ? self?.chapter.steps.map(\.id) ?? [] : name == "solution" ? ["run"] : []
    }
    return Command(giving: [name], usage, summary, argument: .choice(choices)) { [weak self] _, text in
      guard let self, !self.isOver else { throw EngineError("", "the tutorial is over") }
      // Only asking twice in a row means it.
      if name != "solution" { self.solutionAsked = false }
      return try body(self, text)
    }
  }

  /// A command without an argument.
  private func plain(_ name: String, _ summary: String, _ body: @escaping (Walker) throws -> Outcome) -> Command {
    command(name, ":\(name)", summary) { walker, text in
      if !text.isEmpty { throw EngineError("", "':\(name)' takes nothing after it, got '\(text)'") }
      return try body(walker)
    }
  }

  /// A command without an argument that exists outside of tutorials too: with an argument it is that one.
  private func passingOn(_ name: String, _ summary: String, _ body: @escaping (Walker) throws -> Outcome) -> Command {
    let other = session.commands.first { $0.names[0] == name }
    return command(name, ":\(name)", summary) { walker, text in
      if text.isEmpty { return try body(walker) }
      guard let other else { throw EngineError("", "':\(name)' takes nothing after it, got '\(text)'") }
      return try other.body(walker.session, text)
    }
  }

  private func checkStep() throws -> Outcome {
    guard let cell = step.check else {
      throw EngineError("", "there is nothing to check in this step", advice: "':run' runs it, ':next' goes on")
    }
    file.update(step: step.id) { $0.attempts += 1 }
    announceTime()
    seed("check")
    switch Checker(session: session).verdict(of: cell) {
    case .passed(let names):
      for name in names { say(typography.good("✓ ") + name) }
      pass()
    case .failed(let failure):
      unsolved.insert(step.id)
      show(failure)
      if step.kind == .change, !isRun { say(typography.quiet("':run' comes first in this step.")) }
    case .interrupted: return Outcome(ending: .interrupted(traceback: ""), warnings: [])
    }
    return .nothing
  }

  private func show(_ failure: Checker.Failure) {
    for name in failure.passed { say(typography.good("✓ ") + name) }
    say(typography.bad("✗ ") + (failure.property ?? "the check could not run"))
    for (label, text) in [("got", failure.got), ("expected", failure.expected)] {
      guard let text else { continue }
      let isLong = text.contains("\n")
      let lead = "    " + label + String(repeating: " ", count: 10 - label.count)
      say(
        isLong
          ? "    \(label)\n" + text.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n") : lead + text)
    }
    if let note = failure.note { say(typography.prose(note, indent: "    ")) }
    if let picture = failure.picture { try? Screen.show(picture) }
    let left = step.hints.count - hintsShown
    say(typography.quiet(left > 0 ? "':hint' helps (\(left) left)." : "':solution' shows a way."))
  }

  private func hint() throws -> Outcome {
    let hints = step.hints
    if hints.isEmpty { throw EngineError("", "this step has no hints", advice: "':run' runs it, ':next' goes on") }
    if hintsShown == hints.count {
      say(typography.quiet("Those were all hints; once more the last. ':solution' shows a way."))
    }
    hintsShown = min(hintsShown + 1, hints.count)
    file.update(step: step.id) { $0.hints = max($0.hints, hintsShown) }
    say(typography.prose("Hint \(hintsShown) of \(hints.count): \(hints[hintsShown - 1])"))
    return .nothing
  }

  private func solution(_ text: String) throws -> Outcome {
    guard let cell = step.solution else {
      throw EngineError("", "this step has nothing to solve", advice: "':run' runs it, ':next' goes on")
    }
    if !["", "run"].contains(text) { throw EngineError("", "':solution' or ':solution run', got '\(text)'") }
    let left = step.hints.count - hintsShown
    let wasShown = file.progress.records[step.id]?.solution == true
    guard solutionAsked || left == 0 || wasShown else {
      solutionAsked = true
      say(
        "There \(left == 1 ? "is 1 hint" : "are \(left) hints") left (':hint'). ':solution' again shows it all the same."
      )
      return .nothing
    }
    file.update(step: step.id) { $0.solution = true }
    say(typography.block(cell.code))
    if text == "run" {
      announceTime()
      // A change is one of what the step has made.
      if step.kind == .change, !isRun, let failure = go(through: step.performance) { return failure }
      seed("run")
      let outcome = evaluate(cell)
      guard case .done = outcome.ending else { return outcome }
      report(outcome)
      say(typography.quiet("Done; ':check' judges it."))
    } else {
      say(typography.quiet("':solution run' runs it."))
    }
    return .nothing
  }

  private func status() -> Outcome {
    let progress = file.progress
    for (index, step) in chapter.steps.enumerated() {
      let record = progress.records[step.id] ?? ChapterProgress.Record()
      let mark = record.passed ? typography.good("✓") : index == position ? "▸" : " "
      var notes: [String] = []
      if record.attempts > 0 { notes.append("\(record.attempts) check\(record.attempts == 1 ? "" : "s")") }
      if record.hints > 0 { notes.append("\(record.hints) hint\(record.hints == 1 ? "" : "s")") }
      if record.solution { notes.append("solution seen") }
      let number = (index < 9 ? " " : "") + "\(index + 1)"
      let tail = ([step.kind.rawValue] + notes).joined(separator: ", ") + (index == position ? "; you are here" : "")
      say("\(mark) \(number)  \(step.title)" + typography.quiet("  (\(tail))"))
    }
    say("\(progress.passed(of: chapter)) of \(chapter.steps.count) passed.")
    return .nothing
  }

  private func jump(_ text: String) throws -> Outcome {
    let ids = chapter.steps.map(\.id)
    if let number = Int(text), chapter.steps.indices.contains(number - 1) { return arrive(at: number - 1) }
    if let place = ids.firstIndex(of: text) { return arrive(at: place) }
    let near = Suggestion.nearest(to: text, in: ids).map { "did you mean '\($0)'? " } ?? ""
    let came = text.isEmpty ? "':step' needs a number or an id" : "there is no step '\(text)'"
    throw EngineError("", came, advice: near + "the steps are 1 to \(ids.count); ':status' lists them")
  }
}
