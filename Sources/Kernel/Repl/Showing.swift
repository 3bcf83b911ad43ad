internal import Glibc
public import LuaHost
public import Sessions
public import Surface
public import Terminal

/// The terminal side of everything that shows: pictures, progress and colours, for the prompt and for scripts alike.
public final class Showing {
  /// Draws views on standard output.
  public let painter: Painter
  /// The line of what is under way, on standard error.
  public let progress: ProgressLine
  /// Colours of what the prompt says.
  public let theme: Theme

  /// Whether a terminal of known width is written to.
  private let isFull: Bool

  /// Finds out what standard output and standard error are. Nothing is written yet, and the terminal not asked.
  public init(color: ColorChoice = .auto) {
    let isTerminal = isatty(1) != 0
    painter = Painter(isTerminal: isTerminal, color: color) { bytes in
      StandardOutput.flush()
      bytes.withUnsafeBytes { StandardOutput.write($0) }
      StandardOutput.flush()
    }
    let errorsAreSeen = isatty(2) != 0
    let isDumb = ["", "dumb"].contains(Painter.variable("TERM") ?? "")
    progress = ProgressLine(isTerminal: errorsAreSeen && !isDumb, width: { Window.of(2).cells.width }) {
      StandardOutput.writeError($0)
    }
    theme = Theme(color, isTerminal: isTerminal)
    isFull = isTerminal && !isDumb
  }

  /// Takes over what a host prints, what `show` is given and what reports progress.
  public func attach(to host: LuaHost) {
    host.output = { [progress, painter] bytes in
      progress.clear()
      painter.forgetPlace()
      StandardOutput.write(bytes)
    }
    Screen.handler = { [progress, painter] view in
      progress.clear()
      try painter.draw(view)
    }
    Progress.handler = { [progress] in progress.handle($0) }
  }

  /// What the prompt prints of a cell's values: lines as ever, pictures and plots drawn.
  public func show(_ values: [String], _ views: [View?]) {
    let seen = views.map { view in view.flatMap { painter.canShow($0) ? $0 : nil } }
    guard seen.contains(where: { $0 != nil }) else {
      if values.isEmpty { return }
      let separator = values.contains { $0.contains("\n") } ? "\n" : "\t"
      StandardOutput.write(values.joined(separator: separator) + "\n")
      StandardOutput.flush()
      return
    }
    for (index, value) in values.enumerated() {
      if let view = index < seen.count ? seen[index] : nil {
        do {
          try painter.draw(view)
          continue
        } catch {
          StandardOutput.writeError(theme("warning: it cannot be shown: \(error)", .warning) + "\n")
        }
      }
      StandardOutput.write(value + "\n")
    }
    StandardOutput.flush()
  }

  /// Fits help to the window of now.
  public func fit() {
    if isFull { String.helpWidth = min(100, max(40, Window.of(1).cells.width - 1)) }
  }

  /// A report in colours.
  public func text(of report: Report) -> String {
    // Sentences break between words; source and mark stay as they are.
    let width = isFull ? max(20, Window.of(2).cells.width - 1) : Int.max
    return report.lines.map { line in
      switch line.role {
      case .message: theme(width == .max ? line.text : TextWidth.wrapped(line.text, to: width, hanging: 2), .error)
      case .mark: theme(line.text, .bad)
      case .call, .note: theme(line.text, .dim)
      case .source: line.text
      }
    }.joined(separator: "\n")
  }

  /// The commands that belong to a terminal.
  public func commands() -> [Command] {
    let modes = PictureMeans.allCases.map(\.rawValue) + ["auto"]
    return [
      Command(
        ["image"], ":image [MODE]", "How pictures are shown: \(modes.joined(separator: ", ")); without MODE, asks.",
        argument: .choice { modes },
        action: { [painter] session, text in
          if text.isEmpty {
            let found = painter.capabilities
            let colors = found.colors == .none ? "no colours" : "\(found.colors.rawValue) colours"
            let chosen = painter.wanted == nil ? "" : ", as you chose"
            let way = found.pictures == .none ? " (:image ascii shows them in letters)" : ""
            session.write("pictures are shown by \(found.pictures.rawValue)\(way)\(chosen); \(colors)\n")
          } else if text == "auto" {
            painter.wanted = nil
          } else if let means = PictureMeans(rawValue: text) {
            painter.wanted = means
          } else {
            throw EngineError(
              ":image", "there is no way to show pictures called '\(text)'",
              advice: Suggestion.advice(for: text, in: modes))
          }
        })
    ]
  }
}
