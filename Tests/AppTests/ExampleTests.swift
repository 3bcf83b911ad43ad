import Foundation
import TestSupport
import Testing

/// The scripts of Scripts/examples, run as a user runs them.
@Suite(.serialized) @MainActor
struct ExampleTests {
  private let script = Fixtures.root.appending(path: "Scripts/examples/first-filters.lua").path

  @Test func firstFiltersDrawAScene() throws {
    let scratch = try Scratch()
    let result = try Program.run(["run", script], folder: scratch.path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let sheet = try bytes(of: scratch("first-filters.png"))
    #expect(sheet.starts(with: [0x89, 0x50, 0x4E, 0x47]) && sheet.count > 100_000)
  }

  /// The script asserts itself that it learns; here only that it ends well and says so.
  @Test func firstHalfHourLearns() throws {
    let scratch = try Scratch()
    let lesson = Fixtures.root.appending(path: "Scripts/examples/first-half-hour.lua").path
    let result = try Program.run(["run", lesson], folder: scratch.path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("of the unseen pictures are named rightly"))
    #expect(scratch.contents == ["first-half-hour.png"])
  }

  @Test(.enabled(if: Fixtures.shared("images/content/tubingen.jpg") != nil))
  func firstFiltersTakeAPhotograph() throws {
    let scratch = try Scratch()
    let photograph = try #require(Fixtures.shared("images/content/tubingen.jpg"))
    let result = try Program.run(["run", script, photograph, scratch("sheet.jpg")])
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(try bytes(of: scratch("sheet.jpg")).starts(with: [0xFF, 0xD8]))
    let missing = try Program.run(["run", script, scratch("none.png"), scratch("second.png")])
    #expect(missing.status == 1 && missing.errors.contains("none.png"))
    #expect(scratch.contents.contains("sheet.jpg") && !scratch.contents.contains("second.png"))
  }
}
