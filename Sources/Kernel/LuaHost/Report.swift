internal import CLuaBridge
internal import Glibc

/// An error as people read it: the sentence, the line of source with a mark under the cause, and the calls that led there.
/// Every front end shows the same lines; the roles are for their colours.
public struct Report: Equatable {
  /// What a line is.
  public enum Role: Equatable {
    /// The sentence; a message of several lines is several of these.
    case message
    /// The line of source, with its number before it.
    case source
    /// The mark under it.
    case mark
    /// One call of the chain.
    case call
    /// Why there is no line of source.
    case note
  }

  /// A line of the report, without a newline.
  public struct Line: Equatable {
    public let role: Role
    public let text: String
  }

  public private(set) var lines: [Line] = []

  /// The whole report, one line per line.
  public var text: String { lines.map(\.text).joined(separator: "\n") }

  mutating func add(_ role: Role, _ text: String) { lines.append(Line(role: role, text: text)) }

  init() {}

  /// A report of one sentence.
  public init(_ message: String) {
    for line in message.split(separator: "\n", omittingEmptySubsequences: false) { add(.message, String(line)) }
  }
}

/// Where an error is, as its message says.
struct Place: Equatable {
  var name: String
  var line: Int

  /// The places before a message (`prompt:1: file.lua:2: text`), outermost first, and the message without them.
  static func split(_ message: String) -> (places: [Place], body: String) {
    var places: [Place] = [], rest = message[...]
    while let (place, after) = leading(rest) {
      places.append(place)
      rest = after
    }
    return (places, String(rest))
  }

  private static func leading(_ text: Substring) -> (Place, Substring)? {
    var search = text.startIndex
    while let colon = text[search...].prefix(4096).firstIndex(of: ":") {
      let after = text.index(after: colon)
      let digits = text[after...].prefix { $0.isNumber }
      if text[after...].first == " " || text[text.startIndex..<colon].contains("\n") { return nil }
      if let number = Int(digits), text[digits.endIndex...].hasPrefix(": "), colon > text.startIndex {
        return (Place(name: String(text[..<colon]), line: number), text[digits.endIndex...].dropFirst(2))
      }
      search = after
    }
    return nil
  }
}

extension LuaHost {
  /// The report of the last failure and its message with advice.
  func explain(_ raw: String) -> (message: String, report: Report) {
    let frames = frames
    let (places, body) = Place.split(raw)
    let called = frames.first { $0.line > 0 }.map { Place(name: $0.place, line: $0.line) }
    let inner = moduleProblem(body).map { Place.split($0) }
    let place = inner?.places.last ?? places.last ?? called
    let source = place.flatMap { place in
      line(of: place, chunk: inner == nil ? chunk(of: place, frames) : "@" + (moduleFile(body) ?? place.name))
    }
    let calls = innermostCalls(frames)
    let message = explained(body, source?.finder)
    // An error that a coroutine or a script passes on has a place for each; the innermost is where it happened.
    let prefix = places.last.map { "\(shown($0.name)):\($0.line): " } ?? ""
    var report = Report(prefix + shownNames(message))
    if let source {
      let cause = inner.map { syntaxCause($0.body, source) } ?? source.finder.cause(of: body, calls: calls)
      add(source, cause, to: &report)
    } else if let place, let file = chunk(of: place, frames), file.hasPrefix("@"),
      atl_file_changed(pointer, String(file.dropFirst()))
    {
      report.add(.note, "  (\(place.name) has changed since it was loaded)")
    }
    for call in Chain(frames, at: place, host: self).lines { report.add(.call, "  " + call) }
    return (prefix + shownNames(message), report)
  }

  /// The report of a text that does not compile, from the parser's message.
  public func syntaxReport(_ message: String, in text: String) -> Report {
    var report = Report(explainedSyntax(message, in: text))
    if let source = source(Array(text.utf8), syntax: message) { add(source, syntaxCause(message, source), to: &report) }
    return report
  }

  /// The same for a script in a file; a file that cannot be read again shows no line.
  public func syntaxReport(_ message: String, inFile path: String) -> Report {
    guard let bytes = LuaHost.contents(ofFile: path) else { return Report(message) }
    return syntaxReport(message, in: String(decoding: bytes, as: UTF8.self))
  }

  /// The names of the innermost call when it is none of the user's.
  private func innermostCalls(_ frames: [Frame]) -> [String] {
    let calls = frames.prefix { $0.kind == .engine || $0.kind == .library }
    guard let first = calls.first(where: { $0.kind == .engine }) ?? calls.first, !first.name.isEmpty else { return [] }
    return ["error", "assert"].contains(first.name) ? [] : [first.name, first.alias]
  }

  /// A module that does not compile brings its parser's message along.
  private func moduleProblem(_ body: String) -> String? {
    guard body.hasPrefix("error loading module '"), let start = body.range(of: ":\n\t") else { return nil }
    return String(body[start.upperBound...])
  }

  /// The module's file by its whole path; the parser shortens it.
  private func moduleFile(_ body: String) -> String? {
    guard let start = body.range(of: "' from file '") else { return nil }
    let rest = String(body[start.upperBound...])
    return rest.range(of: "':\n\t").map { String(rest[..<$0.lowerBound]) }
  }

  // MARK: Source

  /// A line of source with its number, and what finds causes in it.
  struct Found {
    let number: Int
    let bytes: [UInt8]
    let finder: CauseFinder
  }

  /// The chunk that messages call by a place's name.
  private func chunk(of place: Place, _ frames: [Frame]) -> String? {
    if let frame = frames.first(where: { $0.place == place.name }) { return frame.chunk }
    return sources["=" + place.name] != nil ? "=" + place.name : "@" + place.name
  }

  func line(of place: Place, chunk: String?) -> Found? {
    guard let chunk, let first = chunk.first else { return nil }
    if first == "=" { return sources[chunk].flatMap { found(in: $0, line: place.line) } }
    let path = String(chunk.dropFirst())
    guard first == "@", !atl_file_changed(pointer, path) else { return nil }
    return LuaHost.contents(ofFile: path).flatMap { found(in: $0, line: place.line) }
  }

  func found(in bytes: [UInt8], line number: Int) -> Found? {
    var start = 0, current = 1
    while current < number {
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      start = end + 1
      current += 1
    }
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    guard end > start else { return nil }
    return Found(number: number, bytes: bytes, finder: CauseFinder(bytes, start: start, end: end))
  }

  /// What of a file is looked through, in bytes: enough for every script that a person writes.
  private static let longestFile = 4 << 20

  /// The text of a cell or of a command line, by its name in Lua (`=prompt[3]`), while it is kept.
  public func text(ofChunk chunk: String) -> String? { sources[chunk].map { String(decoding: $0, as: UTF8.self) } }

  /// The first 4 MiB of a file; nil when it cannot be read, or is no plain file.
  public static func contents(ofFile path: String) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](), block = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < longestFile {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { break }
      bytes += block[..<count]
    }
    return bytes
  }

  /// Adds the line that holds the cause (which may be below the one that the message names) and its mark.
  private func add(_ source: Found, _ cause: Range<Int>?, to report: inout Report) {
    let newline = UInt8(ascii: "\n"), bytes = source.bytes
    func start(of position: Int) -> Int { bytes[..<position].lastIndex(of: newline).map { $0 + 1 } ?? 0 }
    var lineStart = 0, number = source.number
    if let cause {
      lineStart = start(of: cause.lowerBound)
      number = 1 + bytes[..<lineStart].count { $0 == newline }
    } else {
      for _ in 1..<number { lineStart = bytes[lineStart...].firstIndex(of: newline)! + 1 }
    }
    let end = bytes[lineStart...].firstIndex(of: newline) ?? bytes.count
    let mark = cause.map { $0.lowerBound..<min($0.upperBound, end) }
    let line = SourceLine(bytes[lineStart..<end], number: number, mark: mark)
    report.add(.source, line.text)
    if let mark = line.mark { report.add(.mark, mark) }
  }

  // MARK: Names of cells

  /// What the newest cell is called while it is the newest: its name without a number.
  func shown(_ place: String) -> String { place == newest?.numbered ? newest!.plain : place }

  /// A text in which the newest cell is called by its name without a number.
  func shownNames(_ text: String) -> String {
    guard let newest, newest.numbered != newest.plain else { return text }
    return text.replacing(newest.numbered + ":", with: newest.plain + ":")
  }
}

extension String {
  /// With every `old` replaced.
  func replacing(_ old: String, with new: String) -> String {
    var result = "", rest = self
    while let found = rest.range(of: old) {
      result += rest[..<found.lowerBound] + new
      rest = String(rest[found.upperBound...])
    }
    return result + rest
  }
}
