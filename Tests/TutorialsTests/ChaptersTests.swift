import Foundation
import TestSupport
import Testing
import Tutorials

/// Every chapter of the folder Tutorials, every cell and every check of it.
@Suite(.serialized) @MainActor
struct ChaptersTests {
  nonisolated static let folder = Fixtures.root.appending(path: "Tutorials").path
  nonisolated static let files = ((try? Course(folder: folder))?.entries ?? []).map(\.id)

  private func chapter(_ id: String) throws -> Chapter {
    let course = try Course(folder: ChaptersTests.folder)
    return try course.chapter(try course.entry(named: id))
  }

  @Test func theFirstChapterIsThere() { #expect(ChaptersTests.files.first == "first-steps") }

  /// Alone: each step in a state that has seen no other. The stub (or what `:run` leaves) fails the check, the solution
  /// passes it, and the check leaves nothing behind.
  @Test(arguments: files) func everyStepHolds(_ id: String) throws {
    let chapter = try chapter(id)
    for (index, step) in chapter.steps.enumerated() {
      let clock = ContinuousClock.now
      let desk = try Desk(chapter)
      desk.say(":step \(index + 1)")
      let run = desk.say(":run")
      #expect(!run.contains("failed:"), "\(id)/\(step.id): \(run)")
      #expect(!desk.shown.isEmpty || run.count > 20, "\(id)/\(step.id) shows nothing")
      guard step.check != nil else {
        #expect(desk.passed(step.id), "\(id)/\(step.id) is passed by running it")
        continue
      }
      let verdict = desk.say(":check")
      #expect(verdict.contains("✗ ") && !desk.passed(step.id), "\(id)/\(step.id): passes before anything is done")
      #expect(!verdict.contains("stopped with an error"), "\(id)/\(step.id): \(verdict)")
      #expect(!verdict.contains("could not run"), "\(id)/\(step.id): \(verdict)")
      for _ in step.hints { #expect(desk.say(":hint").contains("Hint ")) }
      let solution = desk.say(":solution run")
      #expect(!solution.contains("failed:"), "\(id)/\(step.id): \(solution)")
      let names = desk.globals
      let second = desk.say(":check")
      #expect(desk.passed(step.id) && second.contains("done."), "\(id)/\(step.id): the solution fails: \(second)")
      #expect(desk.globals == names, "\(id)/\(step.id): the check leaves globals")
      #expect(!desk.say(":run").contains("failed:"), "\(id)/\(step.id): does not run with the solution")
      print("\(id)/\(step.id): \((ContinuousClock.now - clock) / .seconds(1)) s for everything")
    }
  }

  /// The same numbers whatever was visited before, in whatever order.
  @Test(arguments: files) func orderDoesNotMatter(_ id: String) throws {
    let chapter = try chapter(id)
    var alone: [String: [String: String]] = [:]
    for (index, step) in chapter.steps.enumerated() {
      let desk = try Desk(chapter)
      desk.say(":step \(index + 1)")
      desk.say(":run")
      alone[step.id] = desk.values
    }
    let desk = try Desk(chapter)
    for order in [Array(chapter.steps.indices), chapter.steps.indices.reversed()] {
      for index in order {
        desk.say(":step \(index + 1)")
        desk.say("tensor.rand(7); leftover = 1")
        desk.say(":run")
        #expect(desk.globals.contains("leftover"))
        var values = desk.values
        values["leftover"] = nil
        let step = chapter.steps[index]
        #expect(values == alone[step.id], "\(id)/\(step.id)")
      }
    }
  }

  /// Titles and hints are written out; estimates stay under the limit.
  @Test(arguments: files) func isWrittenWithCare(_ id: String) throws {
    let chapter = try chapter(id)
    for step in chapter.steps {
      #expect(step.seconds <= 10, "\(step.id)")
      #expect(step.title.count <= 60, "\(step.id)")
      let seen = [.setup, .stub, .see].flatMap(step.cells) + [step.solution].compactMap { $0 }
      for line in seen.flatMap({ $0.code.split(separator: "\n") }) {
        #expect(line.count <= 92, "\(step.id): wider than a page: \(line)")
      }
    }
    let kinds = Set(chapter.steps.map(\.kind))
    #expect(kinds.count >= 3, "a chapter lets its reader do different things")
  }
}
