import Engine
import LuaHost
import TestSupport
import Testing

/// `show` and what can be seen of engine objects: pictures compared pixel by pixel.
@Suite(.serialized) @MainActor struct ShowTests {
  /// What a script shows; nil when it fails.
  private func shown(_ code: String) throws -> (views: [View], failure: String) {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    var views: [View] = []
    Screen.handler = { views.append($0) }
    defer { Screen.handler = nil }
    switch host.run(code, name: "=test") {
    case .done: return (views, "")
    case .failed(let message, _), .syntaxError(let message): return (views, message)
    case .interrupted: return (views, "interrupted")
    }
  }

  private func pixels(_ code: String) throws -> Pixels {
    let result = try shown(code)
    #expect(result.failure == "")
    let make = try #require(try result.views.first?.pixels)
    return try make(4096, 4096)
  }

  private func color(_ pixels: Pixels, _ x: Int, _ y: Int) -> [UInt8] {
    Array(pixels.bytes[3 * (y * pixels.width + x)..<3 * (y * pixels.width + x) + 3])
  }

  @Test(.proves("show")) func I4_onePicture() throws {
    let red = try pixels("local x = tensor.zeros(3, 4, 6) x[1]:fill_(1) show(x)")
    #expect(red.width == 6 && red.height == 4)
    #expect(color(red, 5, 3) == [255, 0, 0])
    #expect(try color(pixels("show(tensor.full({4, 6}, 0.5))"), 0, 0) == [128, 128, 128])
    #expect(try color(pixels("show(tensor.full({1, 4, 6}, 7))"), 0, 0) == [255, 255, 255])
    let stretched = try pixels(
      "local x = tensor.zeros(1, 2, 2) x[1][1][1] = -4 x[1][2][2] = 4 show(x, {normalize = true})")
    #expect([0, 1, 3].map { stretched.bytes[3 * $0] } == [0, 128, 255])
    #expect(try color(pixels("show(tensor.full({1, 2, 2}, 0/0))"), 0, 0) == [0, 0, 0])
  }

  @Test func I4_rowsAndPairs() throws {
    // Two pictures of 64 × 64, 6 pixels between and around them.
    let row = try pixels("local a = tensor.zeros(3, 64, 64) show{a, a + 1, labels = {'dark', 'light'}}")
    #expect(row.width == 2 * 64 + 3 * 6)
    #expect(color(row, 6, 6) == [0, 0, 0] && color(row, 76, 6) == [255, 255, 255])
    #expect(row.height > 64 + 12, "labels stand below")
    let view = try shown("local a = tensor.zeros(3, 64, 64) show{a, a + 1, labels = {'dark', 'light'}}").views[0]
    let small = try #require(try view.pixels?(70, 70))
    #expect(small.height == 36, "too small to be read: without labels, \(small.width)×\(small.height)")
    let pair = try shown("local a = tensor.zeros(3, 64, 64) show{before = a, after = a + 1}")
    #expect(pair.views.map(\.text) == ["2 pictures: before, after"])
    #expect(pair.views[0].size?.width == row.width)
    let batch = try pixels("show(tensor.zeros(4, 3, 64, 64), {columns = 2})")
    #expect(batch.width == 2 * 64 + 3 * 6 && batch.height == batch.width)
    #expect(try pixels("show(tensor.zeros(4, 3, 64, 64), {columns = 2, width = 73})").width == 73)
    #expect(try shown("local a = tensor.zeros(3, 20, 20) show(a, a, a)").views.map(\.text) == ["3 pictures"])
  }

  @Test func I4_maskAndHistogram() throws {
    let masked = try pixels("local m = tensor.zeros(20, 20) m[1][1] = 1 show(tensor.ones(3, 20, 20), {mask = m})")
    #expect(color(masked, 0, 0) == [255, 128, 128] && color(masked, 1, 0) == [255, 255, 255])
    // All values in one bin of 64, a strip of 128 × 32 below a gap of 2.
    let strip = try pixels("show(tensor.full({3, 60, 128}, 0.5), {histogram = true})")
    #expect(strip.width == 128 && strip.height == 60 + 2 + 32)
    for x in 0..<128 { #expect(color(strip, x, 93) == (x / 2 == 32 ? [255, 255, 255] : [0, 0, 0]), "\(x)") }
    // A quarter of the largest count stands half as high.
    let two = try pixels(
      "local x = tensor.zeros(1, 100, 128) x[1]:narrow(1, 1, 20):fill_(1) show(x, {histogram = true})")
    #expect(color(two, 127, two.height - 1) == [255, 255, 255])
    #expect(color(two, 127, two.height - 16) == [255, 255, 255] && color(two, 127, two.height - 18) == [0, 0, 0])
  }

  @Test func I4_otherValuesAreText() throws {
    let texts = try shown("show('a', 1, {1, {x = 2}}, nil) show(tensor.zeros(2))").views.map(\.text)
    #expect(texts == ["a", "1", "{1, {x = 2}}", "nil", "tensor 2 f32\n[0., 0.]"])
  }

  @Test func I4_wrongCallsSaySo() throws {
    let calls = [
      ("show()", "show"), ("show(tensor.zeros(3, 8, 8):to('i64'))", "normalize = true"),
      ("show(tensor.zeros(3, 8, 8), {mask = tensor.zeros(2, 2)})", "mask"),
      ("show{before = tensor.zeros(3, 8, 8)}", "after"),
      ("show{tensor.zeros(3, 8, 8), lables = {'a'}}", "did you mean 'labels'"),
      ("show{tensor.zeros(3, 8, 8), labels = {'a', 'b'}}", "labels"),
      ("show(tensor.zeros(1, 8, 8), {columns = 0})", "columns"),
    ]
    for (code, message) in calls { #expect(try shown(code).failure.contains(message), "\(code)") }
  }

  @Test func R14_viewsOfTensors() throws {
    let picture = try Tensor.full([3, 40, 20], 0.5)
    let view = try #require(try Catalogue.view(of: picture))
    #expect(view.text == picture.display())
    #expect(view.size?.width == 20 && view.size?.height == 40)
    let makePixels = try #require(view.pixels), makeFile = try #require(view.png)
    let small = try makePixels(10, 10)
    #expect(small.width == 5 && small.height == 10)
    #expect(small.bytes.allSatisfy { (127...128).contains($0) })
    let png = try makeFile(10, 10)
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(Array(png[16..<24]) == [0, 0, 0, 5, 0, 0, 0, 10], "the size that the file claims")
    for other in [
      try Tensor.zeros([3, 40, 20]), try Tensor.full([3, 40, 20], 9), try Tensor.full([3, 8, 8], 0.5),
      try Tensor.full([4], 0.5),
    ] {
      let none = try Catalogue.view(of: other)
      #expect(none?.text == nil)
    }
    // Stripes of black and white are half the light, which is brighter than half the value.
    let stripes = try Tensor((0..<3 * 16 * 16).map { Float($0 % 2) }, [3, 16, 16])
    let makeStripes = try #require(try Catalogue.view(of: stripes)?.pixels)
    let grey = try makeStripes(8, 8)
    #expect(grey.bytes.allSatisfy { $0 == 188 })
  }
}
