import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Cropping, mirroring, grids, labels.
@Suite(.serialized) @MainActor struct ArrangeTests {
  private func numbers(_ channels: Int, _ height: Int, _ width: Int) throws -> Tensor {
    try Tensor((0..<channels * height * width).map { Float($0) / 100 }, [channels, height, width])
  }

  @Test func cropsAndFlips() throws {
    let picture = try numbers(1, 3, 4)
    #expect(try Arrange.crop(picture, x: 1, y: 2, width: 2, height: 1).floats() == [0.09, 0.10])
    let mirrored = try Arrange.flip(picture, horizontal: true, vertical: false)
    #expect(try mirrored.narrow(1, 0, 1).floats() == [0.03, 0.02, 0.01, 0])
    let upside = try Arrange.flip(picture, horizontal: false, vertical: true)
    #expect(try upside.narrow(1, 0, 1).floats() == [0.08, 0.09, 0.10, 0.11])
    #expect(try Arrange.flip(Tensor.zeros([2, 3, 4, 5]), horizontal: true, vertical: true).shape == [2, 3, 4, 5])
    func refusal(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> String {
      message { _ = try Arrange.crop(picture, x: x, y: y, width: width, height: height) }
    }
    #expect(refusal(3, 0, 2, 1).contains("does not lie within 4 × 3"))
    #expect(refusal(-1, 0, 2, 1).contains("does not lie within"))
    #expect(refusal(0, 0, 0, 1).contains("does not lie within"))
    #expect(refusal(.max, 0, 1, 1).contains("does not lie within"))
    #expect(refusal(1, .min, .max, .max).contains("does not lie within"))
  }

  @Test(.proves("images.grid")) func gridCentresInCells() throws {
    let small = try Tensor.full([1, 2, 2], 0.5), large = try Tensor.full([3, 4, 6], 0.25)
    var layout = Arrange.Layout()
    layout.columns = 2
    layout.gap = 1
    layout.background = [1, 0, 0]
    let sheet = try Bitmap(Arrange.grid([small, large, small], layout))
    #expect((sheet.width, sheet.height) == (15, 11))
    #expect(sheet[0, 0, 0] == 1 && sheet[1, 0, 0] == 0)
    #expect(sheet[0, 2, 3] == 0.5 && sheet[2, 3, 4] == 0.5 && sheet[1, 1, 3] == 0)
    #expect(sheet[0, 1, 8] == 0.25 && sheet[0, 4, 13] == 0.25)
    #expect(sheet[0, 7, 3] == 0.5 && sheet[1, 7, 10] == 0)
    layout.fit = true
    let fitted = try Bitmap(Arrange.grid([small, large, small], layout))
    #expect(
      abs(fitted[1, 1, 2] - 0.5) < 1e-6 && abs(fitted[1, 4, 5] - 0.5) < 1e-6 && fitted[1, 1, 1] == 0,
      "2 × 2 grows to 4 × 4 in a cell of 6 × 4")
  }

  @Test func gridTakesAlphaAndRefuses() throws {
    let half = try Tensor([0.2, 0.5], [2, 1, 1])
    var layout = Arrange.Layout()
    layout.gap = 0
    #expect(try Arrange.grid([half], layout).floats().allSatisfy { abs($0 - 0.6) < 1e-6 })
    #expect(message { _ = try Arrange.grid([], layout) }.contains("at least one picture"))
    layout.labels = ["a", "b"]
    #expect(message { _ = try Arrange.grid([half], layout) }.contains("as many labels as pictures (1), got 2"))
    layout.labels = []
    layout.cell = (1 << 20, 1 << 20)
    #expect(message { _ = try Arrange.grid([half], layout) }.contains("the sheet would have"))
  }

  @Test func labelsAreDrawn() throws {
    var sheet = Bitmap(channels: 1, width: 40, height: 9)
    sheet.write("I\u{1F600}-", x: 0, y: 0, scale: 1, color: [1, 1, 1])
    let rows = (0..<9).map { y in String((0..<17).map { sheet[0, y, $0] > 0 ? "#" : "." }) }
    #expect(
      rows == [
        ".###..#####......", "..#...#...#......", "..#...#...#......", "..#...#...#.#####", "..#...#...#......",
        "..#...#...#......", ".###..#####......", ".................", ".................",
      ])
    #expect(Bitmap.textWidth("abc", scale: 2) == 34)
    // Outside the picture is simply left out.
    sheet.write("far", x: -3, y: 5, scale: 3, color: [1, 1, 1])
    sheet.write("far", x: 1000, y: -1000, scale: 3, color: [1, 1, 1])
  }

  @Test func everyGlyphDiffers() throws {
    var seen = Set<[Float]>()
    for code in UInt8(32)...127 {
      var cell = Bitmap(channels: 1, width: 5, height: 9)
      cell.write(String(Character(UnicodeScalar(code))), x: 0, y: 0, scale: 1, color: [1, 1, 1])
      #expect(seen.insert(cell.values).inserted, "character \(code) looks like another")
    }
  }

  @Test(.proves("images.contact_sheet")) func labelledSheetHasRoomForText() throws {
    let picture = try Tensor.full([3, 50, 100], 0.5)
    var layout = Arrange.Layout()
    layout.columns = 2
    layout.labels = ["first", String(repeating: "long ", count: 20)]
    layout.title = "Title"
    let sheet = try Bitmap(Arrange.grid([picture, picture], layout))
    #expect(sheet.width == 212 && sheet.height > 70)
    let dark = (0..<sheet.height).filter { y in (0..<sheet.width).contains { sheet[0, y, $0] < 0.2 } }
    #expect(dark.first! < 20 && dark.last! > 70)
  }

  @Test(.proves("images.concat")) func concatenates() throws {
    let a = try Tensor.full([3, 4, 6], 0.25), b = try Tensor.full([1, 2, 2], 0.5)
    let row = try Bitmap(Arrange.concat([a, b], vertical: false, gap: 3, background: [0, 0, 0]))
    #expect((row.width, row.height) == (11, 4) && row[0, 1, 9] == 0.5 && row[0, 0, 9] == 0 && row[0, 1, 7] == 0)
    let column = try Bitmap(Arrange.concat([a, b], vertical: true, gap: 0, background: [0, 0, 0]))
    #expect((column.width, column.height) == (6, 6) && column[2, 4, 2] == 0.5)
    #expect(
      message { _ = try Arrange.concat([], vertical: true, gap: 0, background: [0, 0, 0]) }.contains("at least one"))
  }
}
