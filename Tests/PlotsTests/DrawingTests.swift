import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// What holds of every drawing in braille.
@Suite(.serialized) @MainActor struct DrawingTests {
  /// The plot area of a drawing without labels: its dots in a row and in a column.
  private func area(_ drawing: String, columns: Int, rows: Int) -> (width: Int, height: Int) {
    let gutter = drawing.split(separator: "\n").first { $0.contains("│") || $0.contains("┤") }
      .map { line in line.distance(from: line.startIndex, to: line.firstIndex { "│┤".contains($0) }!) }
    return (2 * (columns - (gutter ?? 0) - 1), 4 * (rows - 2))
  }

  @Test(
    "The dot of each point is set", arguments: ["line", "points", "steps"], [(20, 6), (40, 10), (80, 20), (133, 41)])
  func everyPoint(_ style: String, _ size: (Int, Int)) throws {
    let (x, y) = (noise(60, seed: 1), noise(60, seed: 2).map { $0 * 8 - 4 })
    let unit = list(0, 1), span = list(-4, 4)
    let drawn = try plot(
      "plot.line", list(x), list(y), options(("style", text(style)), ("xlim", unit), ("ylim", span))
    ).text(columns: size.0, rows: size.1, colored: false)
    let (width, height) = area(drawn, columns: size.0, rows: size.1)
    let dots = DotMap(drawn)
    #expect(dots.height == height)
    for (u, v) in zip(x, y) {
      let column = Int((u * Double(width - 1)).rounded()), row = Int(((4 - v) / 8 * Double(height - 1)).rounded())
      #expect(dots.isSet(column, row), "(\(u), \(v)) at \(column), \(row)")
    }
    if style == "points" { #expect(dots.count <= 60, "nothing but the points") }
  }

  @Test("Drawings keep to their columns and rows, whatever they are") func sizes() throws {
    let values = list(noise(500))
    let labels = options(
      ("title", text(String(repeating: "long title ", count: 30))), ("xlabel", text("x")), ("ylabel", text("値")),
      ("labels", .table(Table(list: [.string(String(repeating: "name ", count: 40)), .string("b")]))))
    let drawing = try plot("plot.line", .table(Table(list: [values, values])), labels)
    for (columns, rows) in [(20, 6), (21, 7), (37, 9), (80, 24), (200, 60), (-3, 0), (1 << 40, 1 << 40)] {
      let lines = try drawing.text(columns: columns, rows: rows, colored: false).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= max(6, min(rows, 500)), "\(columns) × \(rows)")
      // Every character of these drawings but 値 takes one column.
      #expect(lines.allSatisfy { $0.count <= max(20, min(columns, 1000)) }, "\(columns) × \(rows)")
    }
  }

  @Test("Of a million points, a single spike survives, in text and in pixels") func spikes() throws {
    var values = [Double](repeating: 0, count: 1_000_000)
    values[333_333] = 1
    values[777_777] = -1
    let drawing = try plot(
      "plot.line", .object(try Tensor(doubles: values, [values.count])), options(("grid", .bool(false))))
    let drawn = try drawing.text(columns: 80, rows: 20, colored: false)
    let (width, height) = area(drawn, columns: 80, rows: 20)
    let dots = DotMap(drawn)
    // The axis reaches from -1.1 to 1.1.
    func row(_ value: Double) -> Int { Int(((1.1 - value) / 2.2 * Double(height - 1)).rounded()) }
    #expect(dots.isSet(Int((333_332 / 999_999 * Double(width - 1)).rounded()), row(1)))
    #expect(dots.isSet(Int((777_776 / 999_999 * Double(width - 1)).rounded()), row(-1)))
    #expect(!dots.isSet(Int((500_000 / 999_999 * Double(width - 1)).rounded()), row(1)))
    let pixels = PixelMap(try drawing.pixels())
    let blue = pixels.places { $0[2] > 140 && $0[0] < 90 }
    let top = try #require(blue.min { $0.y < $1.y }), bottom = try #require(blue.max { $0.y < $1.y })
    #expect(top.x < bottom.x && bottom.y - top.y > 300, "from \(top) to \(bottom)")
  }

  @Test("What lies outside the limits is cut off, not moved to the border") func limits() throws {
    // A line from (0, -1e9) to (2, 1e9) crosses the strip -1 to 1 at x = 1, almost upright.
    let drawn = try plot(
      "plot.line", list(0, 2), list(-1e9, 1e9), options(("ylim", list(-1, 1)), ("xlim", list(0, 2)))
    ).text(columns: 43, rows: 10, colored: false)
    let dots = DotMap(drawn), (width, height) = area(drawn, columns: 43, rows: 10)
    #expect(dots.count == height, "one dot in each row")
    for y in 0..<height { #expect(dots.isSet(width / 2, y) || dots.isSet(width / 2 - 1, y)) }
  }

  @Test("On a logarithmic axis, 0 and negative numbers are gaps") func logarithmicGaps() throws {
    let drawing = try plot(
      "plot.line", list(1, -5, 100, 0, 1e4),
      options(("ylog", .bool(true)), ("ylim", list(1, 1e4)), ("style", text("points"))))
    #expect(DotMap(try drawing.text(columns: 60, rows: 20, colored: false)).count == 3)
  }

  @Test("Infinities are gaps too, and do not stretch the axis") func infinities() throws {
    let drawing = try plot("plot.line", list(1, .infinity, 2, -.infinity, 3), options(("style", text("points"))))
    #expect(DotMap(try drawing.text(columns: 60, rows: 20, colored: false)).count == 3)
    #expect(drawing.display().contains("y 1 to 3"))
  }
}
