import Foundation
import Sessions
import Testing

/// The history's file, read and written.
@Suite(.serialized) @MainActor
struct HistoryTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/atelier-history-\(UUID().uuidString)"
  private var path: String { folder + "/deep/history" }

  private func entries(_ text: String) -> [String] { History.entries(Array(text.utf8)).map(\.text) }

  @Test func R4_filesAreReadAsReadlineReadsThem() {
    #expect(entries("") == [])
    #expect(entries("#1700000000\na\nb\n\nc\n#1700000001\nd\n") == ["a\nb\n\nc", "d"])
    #expect(entries("a\nb\n#1700000000\nc\nd\n") == ["a", "b", "c\nd"])
    #expect(entries("#1700000000\n#1700000001\nx\n#17y\nz") == ["x\n#17y\nz"])
    #expect(entries("#1\n\u{1B}[2J\u{0}a\tb\u{7}\n") == ["[2Ja\tb"])
    #expect(History.entries(Array("#1700000000\na\n#5\nb\n".utf8)).map(\.time) == [1_700_000_000, 5])
    #expect(History.entries([0xFF, 0xC3, 10]).map(\.text) == ["\u{FFFD}\u{FFFD}"])
  }

  @Test func R4_whatIsAddedIsReadAgain() throws {
    let texts = ["x = 1", "for i = 1, 2 do\n\n  print(i)\nend", "s = [[\n#1234\n# 5\n]]", "漢字 -- é"]
    let first = History(path: path), second = History(path: path)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for text in texts { #expect(first.add(text)) }
    #expect(!first.add(texts[3]), "the last one again")
    #expect(!first.add(" \n"))
    #expect(second.add("from elsewhere"))
    #expect(first.problem == nil && second.problem == nil)
    // A line that looks like a time has got a blank.
    let expected = [texts[0], texts[1], "s = [[\n #1234\n# 5\n]]", texts[3], "from elsewhere"]
    let third = History(path: path)
    #expect(third.entries.map(\.text) == expected)
    #expect(third.entries.allSatisfy { $0.time.map { $0 > 1_700_000_000 } == true })
    #expect(first.entries(matching: "PRINT(").map(\.text) == [texts[1]])
    #expect(first.entries(matching: "ELSEWHERE").map(\.text) == ["from elsewhere"])
    #expect(first.entries(matching: "nothing") == [])
    #expect(first.entries(matching: "").count == 5)
    let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(rights == 0o600)
  }

  @Test func R4_halfALineOfAnotherSessionStaysItsOwn() throws {
    let history = History(path: path)
    #expect(history.add("a"))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("#1700000000\nbroken of".utf8))
    #expect(history.add("b"))
    #expect(History(path: path).entries.map(\.text) == ["a", "broken of", "b"])
  }

  @Test func R4_withoutAPlaceItIsKeptInMemory() {
    let none = History(path: nil)
    #expect(none.add("a") && none.problem == nil && none.entries.map(\.text) == ["a"])
    let nowhere = History(path: "/proc/nowhere/history")
    #expect(nowhere.add("a") && nowhere.problem?.contains("/proc/nowhere/history") == true)
    #expect(nowhere.entries(matching: "").map(\.text) == ["a"])
  }

  @Test func R4_ofALongFileTheEndIsRead() throws {
    let history = History(path: path)
    #expect(history.add("oldest"))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let long = (1...3000).map { "#\(1_700_000_000 + $0)\nentry \($0) " + String(repeating: "x", count: 500) + "\n" }
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(long.joined().utf8))
    let next = History(path: path)
    #expect(next.entries.count > 1000 && next.entries.count < 3000)
    #expect(next.entries.first?.text.hasPrefix("entry ") == true)
    #expect(next.entries.last?.text.hasPrefix("entry 3000 ") == true)
    #expect(next.entries(matching: "").count == 3001)
    #expect(next.entries(matching: "oldest").count == 1)
  }
}
