import Imaging
import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Pixels by place.
struct PixelMap {
  let width, height: Int
  private let bytes: [UInt8]

  init(_ pixels: Pixels) { (width, height, bytes) = (pixels.width, pixels.height, pixels.bytes) }

  /// Reads a PNG file's bytes back.
  init(png: [UInt8]) throws {
    let picture = try ImageFile.decode(png, name: "plot.png")
    (width, height) = (picture.shape[2], picture.shape[1])
    let plane = width * height, values = try picture.floats()
    bytes = (0..<3 * plane).map { UInt8((values[$0 % 3 * plane + $0 / 3] * 255).rounded()) }
  }

  subscript(x: Int, y: Int) -> [Int] { (0..<3).map { Int(bytes[3 * (y * width + x) + $0]) } }

  func places(_ holds: ([Int]) -> Bool) -> [(x: Int, y: Int)] {
    var result: [(x: Int, y: Int)] = []
    for y in 0..<height { for x in 0..<width where holds(self[x, y]) { result.append((x, y)) } }
    return result
  }
}

/// Plots as pixels.
@Suite(.serialized) @MainActor struct PixelTests {
  private let bare = options(("grid", .bool(false)), ("width", .integer(400)), ("height", .integer(240)))
  private let blue = [0x00, 0x72, 0xB2]

  @Test("R13: a PNG shows the line where it belongs, smooth and in its colour") func line() throws {
    let map = try PixelMap(png: plot("plot.line", list(0, 1), bare).png())
    #expect(map.width == 400 && map.height == 240)
    let ink = map.places { pixel in zip(pixel, blue).allSatisfy { abs($0 - $1) < 70 } }
    #expect(ink.count > 300, "\(ink.count) pixels of about the full colour")
    // A straight line from below on the left to above on the right.
    let (first, last) = (try #require(ink.min { $0.x < $1.x }), try #require(ink.max { $0.x < $1.x }))
    #expect(first.y > last.y + 150 && last.x > first.x + 300, "from \(first) to \(last)")
    for (x, y) in ink {
      let along = Double(x - first.x) / Double(last.x - first.x)
      #expect(
        abs(Double(y) - (Double(first.y) + along * Double(last.y - first.y))) < 2.5, "(\(x), \(y)) is on the line")
    }
    let soft = map.places { $0[2] > blue[2] + 5 && $0[2] < 250 && $0[0] + 30 < $0[2] }
    #expect(soft.count > 300, "edges are between blue and white")
  }

  @Test("Numbers, labels and title are there, and the paper is white") func letters() throws {
    let plain = PixelMap(try plot("plot.line", list(0, 1), bare).pixels())
    let labelled = PixelMap(
      try plot(
        "plot.line", list(0, 1),
        options(
          ("grid", .bool(false)), ("width", .integer(400)), ("height", .integer(240)), ("title", text("Title")),
          ("xlabel", text("across")), ("ylabel", text("up")))
      ).pixels())
    func dark(_ map: PixelMap, _ x: Range<Int>, _ y: Range<Int>) -> Int {
      map.places { $0.allSatisfy { $0 < 128 } }.count { x.contains($0.x) && y.contains($0.y) }
    }
    #expect(plain[0, 0] == [255, 255, 255] && plain[399, 239] == [255, 255, 255])
    #expect(dark(plain, 0..<30, 0..<240) > 30, "numbers beside the axis")
    #expect(dark(plain, 0..<400, 220..<240) > 30, "numbers below the axis")
    #expect(dark(plain, 150..<250, 0..<8) == 0 && dark(labelled, 150..<270, 0..<18) > 30, "the title")
    #expect(dark(labelled, 150..<270, 222..<240) > 30, "the label below")
    #expect(dark(labelled, 0..<16, 80..<140) > 15, "the label at the side")
  }

  @Test("What is clipped leaves the margins white") func clipping() throws {
    let wild = list((0..<100).map { $0 % 2 == 0 ? -1e12 : 1e12 })
    let limits = options(
      ("ylim", list(-1, 1)), ("xlim", list(20, 60)), ("width", .integer(400)), ("height", .integer(240)))
    let ink = PixelMap(try plot("plot.line", wild, limits).pixels()).places { $0[2] > $0[0] + 60 }
    #expect(ink.count > 1000)
    let (left, top) = (ink.map(\.x).min() ?? 0, ink.map(\.y).min() ?? 0)
    #expect(left >= 30 && top >= 7 && ink.allSatisfy { $0.x < 390 && $0.y < 222 }, "within the axes")
  }

  @Test("Every pixel of a matrix has its colour; NaN stays white") func matrix() throws {
    let map = try PixelMap(
      png: plot(
        "plot.image", .object(try Tensor(doubles: [0, 1, .nan, 0.5], [2, 2])),
        options(("colormap", text("gray")), ("width", .integer(300)), ("height", .integer(300)))
      ).png())
    // The matrix's corners are the darkest and lightest large patches; find the black one.
    let black = map.places { $0 == [0, 0, 0] }
    let area = black.filter { $0.x < 200 }
    let (left, right) = (area.map(\.x).min()!, area.map(\.x).max()!),
      (top, bottom) = (area.map(\.y).min()!, area.map(\.y).max()!)
    let (width, height) = (right - left + 1, bottom - top + 1)
    #expect(width > 60 && abs(width - height) <= 1 && area.count == width * height, "a square of \(width) × \(height)")
    #expect(map[right + width / 2, top + 5] == [255, 255, 255])
    #expect(map[left + 5, bottom + height / 2] == [255, 255, 255])
    #expect(map[right + width / 2, bottom + height / 2] == [128, 128, 128])
  }

  @Test("A picture keeps its colours") func picture() throws {
    let red = try Tensor([1, 1, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5], [3, 2, 2])
    let map = PixelMap(try plot("plot.image", .object(red)).pixels())
    #expect(map.places { $0 == [255, 0, 128] }.count > 5000)
    #expect(map.places { $0 == [0, 0, 128] }.count > 5000)
  }

  @Test("Colours of numbers are evenly apart and ever lighter, in Oklab") func uniform() throws {
    let colors = (0..<256).compactMap { Colormap.uniform.color(Double($0) / 255) }
    #expect(colors.count == 256 && Colormap.uniform.color(.nan) == nil)
    let planes = (0..<3).flatMap { channel in colors.map { $0[channel] } }
    let lab = try ColorSpace.oklab.from(rgb: Tensor(planes, [3, 1, 256])).doubles()
    func place(_ index: Int) -> SIMD3<Double> { SIMD3(lab[index], lab[256 + index], lab[512 + index]) }
    let steps = (1..<256).map { (place($0) - place($0 - 1)) }.map { ($0 * $0).sum().squareRoot() }
    let mean = steps.reduce(0, +) / 255
    for (index, step) in steps.enumerated() {
      #expect(abs(step / mean - 1) < 0.03, "step \(index): \(step) beside \(mean)")
      #expect(lab[index + 1] > lab[index], "lightness rises at \(index)")
    }
    #expect(lab[255] - lab[0] > 0.65)
  }

  @Test("The other colour maps") func maps() throws {
    #expect(Colormap.gray.color(0.25) == Color(0.25, 0.25, 0.25) && Colormap.gray.color(7) == Color(1, 1, 1))
    let (low, middle, high) = (
      Colormap.diverging.color(0)!, Colormap.diverging.color(0.5)!, Colormap.diverging.color(1)!
    )
    #expect(low.z > low.x + 0.3 && high.x > high.z + 0.3 && middle.min() > 0.93)
  }

  @Test("A view is no larger than its box, never enlarged, and keeps its proportions") func view() throws {
    let view = try plot("plot.line", list(1, 2)).view()
    let pixels = try #require(view.pixels), png = try #require(view.png), drawing = try #require(view.drawing)
    #expect(view.size! == (800, 500))
    for (box, size) in [((400, 400), (400, 250)), ((5000, 5000), (800, 500)), ((1000, 50), (80, 50)), ((1, 1), (1, 1))]
    {
      let made = try pixels(box.0, box.1)
      #expect(made.width == size.0 && made.height == size.1)
    }
    #expect(try PixelMap(png: png(300, 300)).height == 187)
    #expect(try drawing(30, 8, false).split(separator: "\n").count == 8)
    let document = try #require(view.svg)
    #expect(try document().hasPrefix("<svg"))
    #expect(!view.text.contains("\n"))
  }

  @Test("An interrupt stops a drawing") func interrupt() throws {
    let many = try plot("plot.line", list(noise(200_000)), list(noise(200_000, seed: 3)))
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try many.pixels() }
    #expect(throws: Interrupted.self) { try many.text(columns: 80, rows: 20, colored: false) }
  }
}
