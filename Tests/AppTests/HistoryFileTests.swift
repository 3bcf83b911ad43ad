import Foundation
import Glibc
import TestSupport
import Testing

/// The history file between prompts, and a file that is not as it should be.
@Suite(.serialized) @MainActor
struct HistoryFileTests {
  private let scratch: Scratch
  private let environment: [String: String]

  init() throws {
    scratch = try Scratch()
    environment = ["XDG_STATE_HOME": scratch.path, "TERM": "xterm", "INPUTRC": "/dev/null", "NO_COLOR": "1"]
  }

  private var file: String { scratch("atelier/history") }

  private func prompt() throws -> Terminal {
    let terminal = try Terminal(environment: environment, size: (80, 24))
    #expect(terminal.wait(for: "\u{1B}[?2004h"))
    #expect(terminal.wait(for: "> "))
    return terminal
  }

  private func say(_ terminal: Terminal, _ line: String, _ answer: String, source: SourceLocation = #_sourceLocation) {
    terminal.type(line + "\n")
    #expect(terminal.wait(for: answer + "\r\n"), "\(terminal.transcript)", sourceLocation: source)
    #expect(terminal.wait(for: "> "), sourceLocation: source)
  }

  /// The entries of the file, each with the line feeds inside it.
  private func entries() throws -> [String] {
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    var entries: [String] = []
    for line in lines {
      if line.first == "#" {
        entries.append("")
      } else {
        entries[entries.count - 1] += (entries.last!.isEmpty ? "" : "\n") + line
      }
    }
    return entries
  }

  /// Puts something where the file belongs.
  private func prepare(_ bytes: [UInt8]) throws {
    try FileManager.default.createDirectory(atPath: scratch("atelier"), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  @Test func R4_twoPromptsAtOnceLoseNothing() throws {
    let first = try prompt(), second = try prompt()
    var expected: [String] = []
    for number in 1...10 {
      say(first, "print('one', \(number))", "one\t\(number)")
      say(second, "print('two', \(number))", "two\t\(number)")
      expected += ["print('one', \(number))", "print('two', \(number))"]
    }
    say(first, "do\nprint('block')\nend", "block")
    first.type("\u{4}")
    second.type("\u{4}")
    #expect(first.waitForExit() == 0 && second.waitForExit() == 0)
    #expect(try entries() == expected + ["do\nprint('block')\nend"])
    // A third one has them all, and lists them.
    let third = try prompt()
    third.type(":history two', 7\n")
    #expect(third.wait(for: "  print('two', 7)\r\n"), "\(third.transcript)")
    third.type("\u{10}\u{10}\n")  // up to the block
    #expect(third.wait(for: "block\r\n"), "\(third.transcript)")
  }

  @Test func R4_aLockedFileStopsNobody() throws {
    try prepare(Array("#1700000000\n1 + 1\n".utf8))
    let lock = open(file, O_RDWR)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    let terminal = try prompt()
    say(terminal, "print('free')", "free")
    #expect(terminal.transcript.contains("is locked"))
    say(terminal, "print('still')", "still")
    #expect(terminal.transcript.components(separatedBy: "is locked").count == 2, "told once")
    #expect(try entries() == ["1 + 1"])
    #expect(flock(lock, LOCK_UN) == 0)
    say(terminal, "print('now')", "now")
    #expect(try entries() == ["1 + 1", "print('free')", "print('still')", "print('now')"])
  }

  @Test func R4_filesThatAreNoHistoryStopNobody() throws {
    let rubbish = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let contents: [[UInt8]] = [
      rubbish, Array("plain\nlines\nwithout times\n".utf8), [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000),
      Array("#99999999999999999999999\n#\n#-1\n#123456789012345678\n\u{1B}[2J\n#1700000000".utf8), [0xFF, 0xFE, 0, 10],
      [UInt8](repeating: 10, count: 100_000),
    ]
    for content in contents {
      try prepare(content)
      let terminal = try prompt()
      say(terminal, "print('works')", "works")
      terminal.type("\u{10}\u{10}\u{10}")
      terminal.interrupt()
      #expect(terminal.wait(for: "^C"))
      terminal.type(":history works\n")
      #expect(terminal.wait(for: "  print('works')\r\n"), "\(terminal.transcript.suffix(500))")
      #expect(terminal.wait(for: "\u{1B}[?2004h"))
      terminal.type("\u{4}")
      #expect(terminal.waitForExit() == 0)
      #expect(!terminal.transcript.contains("\u{1B}[2J"))
      // What was there stays there.
      let now = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(now.starts(with: content))
      #expect(now.suffix(40).contains(UInt8(ascii: "#")))
    }
  }

  @Test func R4_placesThatTakeNoFileAreToldOnce() throws {
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
    let folder = try prompt()
    say(folder, "print('one')", "one")
    say(folder, "print('two')", "two")
    #expect(folder.transcript.components(separatedBy: "history: ").count == 2, "\(folder.transcript)")
    try FileManager.default.removeItem(atPath: file)
    #expect(mkfifo(file, 0o600) == 0)
    let pipe = try prompt()
    say(pipe, "print('three')", "three")
    say(pipe, "print('four')", "four")
    #expect(pipe.transcript.components(separatedBy: "history: ").count == 2, "\(pipe.transcript)")
    folder.type("\u{10}\n")
    #expect(folder.wait(for: "two\r\n"), "kept in memory all the same")
  }
}
