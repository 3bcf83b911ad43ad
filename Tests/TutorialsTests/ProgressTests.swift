import Foundation
import Glibc
import Sessions
import TestSupport
import Testing
import Tutorials

/// What is kept of a student's way, and that nothing about it ever stops anyone.
@Suite(.serialized) @MainActor
struct ProgressTests {
  private static let text =
    "# A\n> b\n" + (1...3).map { "## S\n*see* · id: s\($0) · time: 1 s\n```lua see\n\($0)\n```\n" }.joined()

  private func desk(_ folder: String?) throws -> Desk {
    try Desk(try Chapter.of(ProgressTests.text), engine: false, progress: folder)
  }

  @Test func isKeptAndResumed() throws {
    let scratch = try Scratch()
    let folder = scratch("state/atelier/progress")
    let first = try desk(folder)
    first.say(":run")
    first.say(":step 3")
    #expect(try String(contentsOfFile: folder + "/test.json", encoding: .utf8).contains("\"current\" : \"s3\""))
    let second = try desk(folder)
    #expect(second.output.contains("1 passed so far; you were at step 3.") && second.output.contains("3/3"))
    #expect(second.passed("s1") && !second.passed("s3"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == [".lock", "test.json"], "no temporary file is left")
  }

  @Test func twoPromptsLoseNothing() throws {
    let scratch = try Scratch()
    let first = try desk(scratch.path), second = try desk(scratch.path)
    first.say(":run")
    second.say(":step 2")
    second.say(":run")
    first.say(":step 3")
    first.say(":run")
    let third = try desk(scratch.path)
    #expect(["s1", "s2", "s3"].allSatisfy(third.passed))
  }

  @Test func manyWritersLoseNothing() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    await withTaskGroup(of: Void.self) { group in
      for _ in 1...4 {
        group.addTask {
          let file = ProgressFile(chapter: "test", folder: path) { _ in }
          for _ in 1...25 { file.update(step: "s1") { $0.attempts += 1 } }
        }
      }
    }
    let file = ProgressFile(chapter: "test", folder: path) { Issue.record("\($0)") }
    #expect(file.progress.records["s1"]?.attempts == 100)
  }

  @Test func damagedFilesArePutAside() throws {
    let broken: [[UInt8]] = [
      [], Array("{".utf8), Array("[]".utf8), Array("{\"steps\": 5}".utf8), [0, 255, 254, 10],
      Array("{\"steps\": {\"s1\": {\"passed\": true, \"attempts\": -1, \"hints\": 0, \"solution\": false}}}".utf8),
      Array(String(repeating: "[", count: 100_000).utf8), [UInt8](repeating: 32, count: 2 << 20),
    ]
    for content in broken {
      let scratch = try Scratch()
      _ = try scratch.file("test.json", content)
      let desk = try desk(scratch.path)
      #expect(desk.output.components(separatedBy: "was damaged").count == 2, "told once")
      #expect(desk.output.contains("kept as \(scratch("test.json")).broken"))
      #expect(try bytes(of: scratch("test.json.broken")) == content)
      #expect(desk.say(":run").contains("Step 1 of 3 done."))
      #expect(try self.desk(scratch.path).passed("s1"), "and a new file is begun")
    }
  }

  @Test func unwritablePlacesAreToldOnce() throws {
    let scratch = try Scratch()
    _ = try scratch.file("file", [1])
    try FileManager.default.createDirectory(atPath: scratch("folders/test.json/x"), withIntermediateDirectories: true)
    for folder in [scratch("file"), scratch("file/below"), "/proc/nowhere", scratch("folders")] {
      var told: [String] = []
      let file = ProgressFile(chapter: "test", folder: folder) { told.append($0) }
      file.update(step: "s1") { $0.passed = true }
      file.update(step: "s2") { $0.attempts += 2 }
      #expect(told.count == 1, "\(folder): \(told)")
      #expect(file.progress.records["s1"]?.passed == true && file.progress.records["s2"]?.attempts == 2)
    }
    let desk = try desk(nil)
    #expect(desk.say(":run").contains("done.") && desk.passed("s1"))
  }

  @Test func chaptersAreFound() throws {
    let scratch = try Scratch()
    for name in ["00-first-steps.md", "01-filters.md", "02-filters-more.md", "x.md", "03-Bad.md", "README.md"] {
      _ = try scratch.file(name, Array(ProgressTests.text.utf8))
    }
    let course = try Course(folder: scratch.path)
    #expect(course.entries.map(\.id) == ["first-steps", "filters", "filters-more"])
    for (word, id) in [
      ("0", "first-steps"), ("00", "first-steps"), ("2", "filters-more"), ("first", "first-steps"),
      ("FIRST-steps", "first-steps"),
      ("filters", "filters"), ("filters-", "filters-more"),
    ] { #expect(try course.entry(named: word).id == id, "\(word)") }
    for (word, advice) in [
      ("frist-steps", "did you mean 'first-steps'? the chapters are: 0 first-steps, 1 filters, 2 filters-more"),
      ("7", "the chapters are: "), ("", "the chapters are: "),
      ("fi", "may be any of first-steps, filters, filters-more"),
    ] { #expect(message { _ = try course.entry(named: word) }.contains(advice), "\(word)") }
    #expect(try course.chapter(course.entries[1]).number == 1)
    #expect(message { _ = try Course(folder: scratch("none")) }.contains("cannot read the folder"))
    let empty = try Scratch()
    #expect(message { _ = try Course(folder: empty.path) }.contains("there are no chapters"))
    _ = try scratch.file("04-binary.md", [35, 32, 255, 254])
    let entry = try Course(folder: scratch.path).entry(named: "binary")
    #expect(message { _ = try course.chapter(entry) }.contains("is not UTF-8"))
  }
}
