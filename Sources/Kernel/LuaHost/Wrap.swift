extension String {
  /// Columns that help takes at most; a front end sets it to those that it has.
  nonisolated(unsafe) package static var helpWidth = 100

  /// The text in lines of at most `width` characters, broken at blanks; what begins a line keeps its indentation, and the
  /// lines that continue it stand two columns further in. Lines of code, which blanks must not break, go through as they
  /// are when they fit.
  package func wrapped(to width: Int = String.helpWidth, hanging: Int = 2) -> String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String.wrap(String($0), width, hanging) }
      .joined(separator: "\n")
  }

  private static func wrap(_ line: String, _ width: Int, _ hanging: Int) -> String {
    if line.count <= width { return line }
    let indent = String(line.prefix { $0 == " " })
    let continued = indent + String(repeating: " ", count: hanging)
    var lines: [String] = [], current = indent, isFresh = true
    for word in line.dropFirst(indent.count).split(separator: " ") {
      if !isFresh, current.count + 1 + word.count > width {
        lines.append(current)
        (current, isFresh) = (continued, true)
      }
      current += (isFresh ? "" : " ") + word
      isFresh = false
      // A word longer than a line is cut.
      while current.count > width {
        lines.append(String(current.prefix(width)))
        current = continued + current.dropFirst(width)
      }
    }
    return (lines + [current]).joined(separator: "\n")
  }
}
