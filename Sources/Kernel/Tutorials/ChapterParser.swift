internal import Surface

/// Reads the Markdown of a chapter. `Tutorials/README.md` describes the format; every departure from it is an error with
/// file and line.
package struct ChapterParser {
  private let file: String
  private let lines: [Substring]
  private var position = 0

  init(_ text: String, file: String) {
    self.file = file
    // A carriage return and a line feed are one Character.
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  /// The chapter; `number` and `id` come from the file's name.
  package static func chapter(_ text: String, file: String, number: Int, id: String) throws -> Chapter {
    var parser = ChapterParser(text, file: file)
    return try parser.chapter(number, id)
  }

  private mutating func chapter(_ number: Int, _ id: String) throws -> Chapter {
    skipBlankLines()
    guard let head = current, head.hasPrefix("# ") else {
      throw error("a chapter begins with its title: # Title")
    }
    let title = head.dropFirst(2).trimmed
    if title.isEmpty { throw error("the chapter's title is empty") }
    position += 1
    skipBlankLines()
    guard let line = current, line.hasPrefix("> ") else {
      throw error("under the title a line describes the chapter: > What it is about.")
    }
    let description = takeLines { $0.hasPrefix(">") || !ChapterParser.isEndOfParagraph($0) }
      .map { $0.drop { $0 == ">" }.trimmed }.joined(separator: " ")
    var draft = StepDraft(line: position)
    try readBlocks(into: &draft)
    var steps: [Step] = []
    while current != nil {
      let start = position
      let step = try step()
      if steps.contains(where: { $0.id == step.id }) {
        throw error("there are two steps with the id '\(step.id)'", at: start)
      }
      steps.append(step)
    }
    if steps.isEmpty { throw error("the chapter has no steps: ## Title", at: lines.count) }
    return Chapter(
      number: number, id: id, title: title, description: description, introduction: draft.blocks, steps: steps)
  }

  /// `## Title`, then `*kind* · id: name · time: 2 s`, then the step's text.
  private mutating func step() throws -> Step {
    var draft = StepDraft(line: position + 1)
    draft.title = current!.dropFirst(3).trimmed
    if draft.title.isEmpty { throw error("the step's title is empty") }
    position += 1
    skipBlankLines()
    try readFacts(into: &draft)
    try readBlocks(into: &draft)
    do { return try draft.finished() } catch let problem as StepDraft.Problem {
      throw error("step '\(draft.id)' \(problem.text)", at: draft.line)
    }
  }

  private static let factsShape = "*see* · id: short-name · time: 2 s"

  /// The line under a step's title.
  private mutating func readFacts(into draft: inout StepDraft) throws {
    let kinds = Step.Kind.allCases.map(\.rawValue)
    guard let line = current, line.hasPrefix("*") else {
      throw error("under a step's title stands its kind, id and time: \(ChapterParser.factsShape)")
    }
    let parts = line.split(separator: "·").map(\.trimmed)
    let word = String(parts[0].filter { $0 != "*" })
    guard let kind = Step.Kind(rawValue: word) else {
      throw error("a step is of no kind '\(word)'; \(Suggestion.advice(for: word, in: kinds))")
    }
    draft.kind = kind
    for part in parts.dropFirst() {
      let value = part.drop { $0 != ":" }.dropFirst().trimmed
      switch part.prefix(while: { $0 != ":" }).trimmed {
      case "id":
        guard value.isPlainName else {
          throw error("an id is made of small letters, digits and hyphens, and begins with a letter: got '\(value)'")
        }
        draft.id = value
      case "time":
        let words = value.split(separator: " ")
        guard words.count == 2, words[1] == "s", let seconds = Double(words[0]), seconds > 0, seconds < 1e6 else {
          throw error("a time is a number of seconds, such as 'time: 2 s': got '\(value)'")
        }
        draft.seconds = seconds
      case let name: throw error("a step has kind, id and time, and no '\(name)': \(ChapterParser.factsShape)")
      }
    }
    if draft.id.isEmpty { throw error("the step has no id: \(ChapterParser.factsShape)") }
    if draft.seconds == 0 { throw error("the step has no time: \(ChapterParser.factsShape)") }
    position += 1
  }

  /// Everything up to the next step or the end.
  private mutating func readBlocks(into draft: inout StepDraft) throws {
    while let line = current, !line.hasPrefix("## ") {
      if line.hasPrefix("```") {
        try readFence(into: &draft)
      } else if line.hasPrefix("> Hint ") {
        try readHint(into: &draft)
      } else if line.hasPrefix("# ") {
        throw error("a chapter has one title; steps begin with ##")
      } else if line.trimmed.isEmpty || line.hasPrefix("<details") || line.hasPrefix("</details") {
        position += 1  // folds solutions away on a page; at the prompt they are hidden anyway
      } else if line.hasPrefix("|") {
        draft.blocks.append(.verbatim(takeLines { $0.hasPrefix("|") }.joined(separator: "\n")))
      } else {
        draft.blocks.append(.prose(takeParagraph()))
      }
    }
  }

  private mutating func readFence(into draft: inout StepDraft) throws {
    let start = position
    let words = current!.dropFirst(3).split(separator: " ")
    position += 1
    let body = takeLines { $0 != "```" }
    if current == nil { throw error("the fence opened here is never closed", at: start) }
    position += 1
    let code = body.joined(separator: "\n")
    guard words.first == "lua" else {
      draft.blocks.append(.verbatim(code))
      return
    }
    if draft.id.isEmpty { throw error("a cell stands before the first step (## Title)", at: start) }
    let roles = Cell.Role.allCases.map(\.rawValue)
    guard words.count == 2, let role = Cell.Role(rawValue: String(words[1])) else {
      let word = words.dropFirst().joined(separator: " ")
      let problem = word.isEmpty ? "a Lua cell says what it is for" : "a Lua cell is for no '\(word)'"
      throw error("\(problem); ```lua and \(Suggestion.advice(for: word, in: roles))", at: start)
    }
    if code.allSatisfy(\.isWhitespace) { throw error("the cell is empty", at: start) }
    do { try draft.add(Cell(role: role, code: code, line: start + 2)) } catch let problem as StepDraft.Problem {
      throw error(problem.text, at: start)
    }
  }

  /// `> Hint 1: …`, numbered from 1, perhaps over several lines.
  private mutating func readHint(into draft: inout StepDraft) throws {
    if draft.id.isEmpty { throw error("a hint stands before the first step (## Title)") }
    let head = current!.dropFirst("> Hint ".count)
    let expected = draft.hints.count + 1
    guard head.hasPrefix("\(expected):") else {
      throw error("the step's next hint begins with '> Hint \(expected):'")
    }
    let first = head.dropFirst("\(expected):".count).trimmed
    position += 1
    let rest = takeLines { $0.hasPrefix(">") && !$0.hasPrefix("> Hint ") }.map { $0.dropFirst().trimmed }
    let hint = ([first] + rest).filter { !$0.isEmpty }.joined(separator: " ")
    if hint.isEmpty { throw error("the hint is empty", at: position - 1) }
    draft.hints.append(hint)
  }

  /// The lines of a paragraph in one; a line that begins a list item stays a line of its own.
  private mutating func takeParagraph() -> String {
    var text = ""
    while let line = current, !line.trimmed.isEmpty, !["#", "```", "> Hint ", "|", "<"].contains(where: line.hasPrefix)
    {
      let isItem = line.hasPrefix("- ") || line.hasPrefix("* ") || line.first?.isNumber == true && line.contains(". ")
      text += text.isEmpty ? "" : isItem ? "\n" : " "
      text += line.trimmed
      position += 1
    }
    if text.isEmpty {  // a line that looks like something else and is nothing
      text = current!.trimmed
      position += 1
    }
    return text
  }

  private static func isEndOfParagraph(_ line: Substring) -> Bool {
    line.trimmed.isEmpty || ["#", "```", "> Hint ", "|", "<"].contains(where: line.hasPrefix)
  }

  private mutating func takeLines(while holds: (Substring) -> Bool) -> [Substring] {
    let start = position
    while let line = current, holds(line) { position += 1 }
    return Array(lines[start..<position])
  }

  private var current: Substring? { position < lines.count ? lines[position] : nil }

  private mutating func skipBlankLines() { while let line = current, line.trimmed.isEmpty { position += 1 } }

  /// An error at a line counted from 0; nil is the current one.
  private func error(_ problem: String, at line: Int? = nil) -> EngineError {
    EngineError("", "\(file):\(min((line ?? position) + 1, lines.count)): \(problem)")
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop(while: \.isWhitespace))
  }

  /// Whether this is a name for files and commands: small letters, digits and hyphens, beginning with a letter.
  var isPlainName: Bool {
    guard let first = utf8.first, (97...122).contains(first) else { return false }
    return utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
  }
}
