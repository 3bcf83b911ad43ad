import Checkpoints
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Rotation, padding, pyramids and histograms beside other libraries.
@Suite(.serialized) @MainActor struct TransformTests {
  private func request(_ degrees: Double, _ mode: Rotate.Mode = .bilinear, expand: Bool = false) -> Rotate.Request {
    var request = Rotate.Request(degrees: degrees)
    request.mode = mode
    request.expand = expand
    request.fill = [0.25]
    return request
  }

  @Test(.proves("images.rotate")) func rotatesLikeScikitImage() throws {
    let file = try goldens("transforms")
    var compared = 0
    for key in file.keys where key.hasPrefix("rotate/") || key.hasPrefix("expand/") {
      let parts = key.split(separator: "/").map(String.init)
      let mode = try #require(Rotate.Mode(rawValue: parts[1])), degrees = try #require(Double(parts[3]))
      let plane = try file.tensor("plane/\(parts[2])")
      let turned = try Rotate.apply(
        plane.unsqueeze(0), request(degrees, mode, expand: parts[0] == "expand"))
      try expectClose(turned.squeeze(0), file.tensor(key), within: 1e-9, key)
      compared += 1
    }
    #expect(compared == 46)
  }

  @Test func quarterTurnsOnlyMovePixels() throws {
    let wide = try noise([3, 4, 6])
    let left = try Rotate.apply(wide, request(90, expand: true))
    try expectSameBytes(left, wide.transpose(1, 2).flip([1]).copy(), "counter-clockwise")
    // The right edge has become the top one.
    try expectSameBytes(left.narrow(1, 0, 1).copy(), wide.narrow(2, 5, 1).transpose(1, 2).copy(), "the right edge")
    try expectSameBytes(Rotate.apply(left, request(-90, expand: true)), wide, "there and back")
    try expectSameBytes(Rotate.apply(wide, request(-540)), wide.flip([1, 2]), "half a turn")
    try expectSameBytes(Rotate.apply(wide, request(720)), wide, "two whole turns")
    #expect(try Rotate.apply(wide, request(270)).shape == [3, 4, 6])
    // 4 × 5: the centre falls between pixels, and the general way is taken.
    #expect(try Rotate.apply(noise([1, 4, 5]), request(90)).shape == [1, 4, 5])
  }

  @Test func rotatesBatchesAndFillsChannels() throws {
    let batch = try noise([2, 3, 8, 9]).to(.f32)
    var request = request(45, expand: true)
    request.fill = [1, 0.5, 0]
    let turned = try Rotate.apply(batch, request)
    #expect(turned.shape == [2, 3, 13, 13] && turned.dtype == .f32)
    #expect(try turned.narrow(2, 0, 1).narrow(3, 0, 1).floats() == [1, 0.5, 0, 1, 0.5, 0])
    try expectClose(turned.select(0, 1), Rotate.apply(batch.select(0, 1), request), within: 0, "one of the batch")
    request.fill = [1, 2]
    #expect(
      message { _ = try Rotate.apply(batch, request) }
        == "images.rotate: expected one fill value or as many as the picture has channels (3), got 2")
    #expect(message { _ = try Rotate.apply(batch, Rotate.Request(degrees: .nan)) }.contains("a finite angle"))
  }

  /// A slope stays a slope, whatever the mode, over more pixels than one strip of bicubic's tables holds.
  @Test(arguments: Rotate.Mode.allCases) func turnsSlopes(_ mode: Rotate.Mode) throws {
    let (width, height) = (500, 1200)
    let columns = try Tensor(doubles: (0..<width).map { Double($0) - 249.5 }, [1, 1, width])
    let rows = try Tensor(doubles: (0..<height).map { Double($0) - 599.5 }, [1, height, 1])
    let slope = try (columns + rows * 3) / 1000
    let turned = try Rotate.apply(slope, request(10, mode))
    // Turned counter-clockwise, a pixel shows what lies clockwise of it; rows run downwards.
    let (cosine, sine) = (0.984807753012208, 0.17364817766693033)
    let expected = try ((columns * cosine - rows * sine) + (columns * sine + rows * cosine) * 3) / 1000
    func middle(_ x: Tensor) throws -> Tensor { try Arrange.crop(x, x: 200, y: 100, width: 100, height: 1000) }
    let error = try (middle(turned) - middle(expected)).abs().max().item()
    // The nearest pixel is up to half a pixel away along each axis.
    #expect(error < (mode == .nearest ? 0.0021 : 1e-9), "\(mode): \(error)")
  }

  @Test(.proves("images.pad")) func pads() throws {
    let picture = try noise([3, 4, 6])
    let framed = try Pad.apply(picture, .init(left: 1, right: 2, top: 3, bottom: 0, fill: [1, 0, 0.5]))
    #expect(framed.shape == [3, 7, 9])
    #expect(try framed.select(2, 0).narrow(1, 0, 1).doubles() == [1, 0, 0.5])
    try expectSameBytes(framed.narrow(1, 3, 4).narrow(2, 1, 6).copy(), picture, "the middle")
    let cut = try Pad.apply(framed, .init(left: -1, right: -2, top: -3, bottom: 0))
    try expectSameBytes(cut, picture, "cut off again")
    let mirrored = try Pad.apply(picture, .init(left: 2, right: 0, top: 0, bottom: 0, mode: .reflect))
    try expectSameBytes(mirrored.narrow(2, 0, 1).copy(), picture.narrow(2, 2, 1).copy(), "reflection")
    func refusal(_ request: Pad.Request) -> String { message { _ = try Pad.apply(picture, request) } }
    #expect(
      refusal(.init(left: 6, right: 0, top: 0, bottom: 0, mode: .reflect))
        == "images.pad: mode \"reflect\" adds at most 5 columns and 3 rows a side here; use mode \"replicate\"")
    #expect(refusal(.init(left: -3, right: -3, top: 0, bottom: 0)).contains("cannot make a picture of 0 × 4 pixels"))
    #expect(refusal(.init(left: .max, right: .max, top: 0, bottom: 0)).contains("amounts of a picture's size"))
    #expect(refusal(.init(left: 1 << 28, right: 0, top: 1 << 28, bottom: 0)).contains("cannot make a picture"))
  }

  @Test(.proves("images.pyramid")) func pyramidsEqualOpenCV() throws {
    let file = try goldens("transforms")
    for key in file.keys where key.hasPrefix("level/") {
      let size = String(key.dropFirst(6))
      let picture = try file.tensor(key).unsqueeze(0)
      let levels = try Pyramid.build(picture, levels: 2)
      try expectClose(levels[1].squeeze(0), file.tensor("down/\(size)"), within: 1e-12, "down \(size)")
      let details = try Pyramid.build(picture, levels: 2, kind: .laplacian)
      try expectClose((picture - details[0]).squeeze(0), file.tensor("up/\(size)"), within: 1e-12, "up \(size)")
    }
  }

  @Test(.proves("images.from_pyramid")) func pyramidsComeTogether() throws {
    for shape in [[3, 37, 50], [2, 3, 16, 16], [1, 9, 200]] {
      let picture = try noise(shape).to(.f32)
      let levels = try Pyramid.build(picture, kind: .laplacian)
      #expect(try difference(Pyramid.picture(from: levels), picture) < 1e-6)
      #expect(levels.count == (shape == [3, 37, 50] ? 3 : shape == [1, 9, 200] ? 1 : 2))
    }
    let levels = try Pyramid.build(noise([3, 37, 50]), levels: 7)
    #expect(levels.last?.shape == [3, 1, 1])
    #expect(
      message { _ = try Pyramid.build(noise([3, 37, 50]), levels: 8) }
        == "images.pyramid: expected 1 to 7 levels for 50 × 37 pixels, got 8; each level has half the size of the one before"
    )
    #expect(message { _ = try Pyramid.picture(from: []) } == "images.from_pyramid: needs at least one level")
    #expect(
      message { _ = try Pyramid.picture(from: [levels[0], levels[2]]) }.contains(
        "a level of 3×10×13 cannot follow one of 3×37×50"))
  }

  @Test(.proves("images.histogram")) func countsLikeNumpy() throws {
    let file = try goldens("transforms")
    for index in 0..<3 {
      let values = try file.tensor("values/\(index)"), range = try file.tensor("range/\(index)").doubles()
      let expected = try file.tensor("counts/\(index)")
      let (counts, edges) = try Histogram.count(values, bins: expected.shape[1], range: (range[0], range[1]))
      try expectSameBytes(counts, expected, "counts \(index)")
      try expectSameBytes(edges, file.tensor("edges/\(index)"), "borders \(index)")
    }
    let one = try noise([3, 4, 4])
    #expect(try Histogram.count(one.unsqueeze(0), bins: 5, range: (0, 1)).counts.shape == [1, 3, 5])
    #expect(
      message { _ = try Histogram.count(one, bins: 5, range: (1, 0)) }
        == "images.histogram: expected a range from a lower to a higher number, got 1.0 to 0.0")
  }

  @Test(.checksGradient(of: "images.rotate", "images.pad", "images.pyramid", "images.from_pyramid", "images.concat"))
  func haveGradients() throws {
    for vertical in [false, true] {
      try checkGradient("concat", at: noise([2, 4, 4])) {
        try Arrange.concat([$0, $0.narrow(1, 0, 3)], vertical: vertical, gap: 2, background: Color(1, 0, 0))
      }
    }
    let picture = try noise([2, 5, 6])
    for mode in Rotate.Mode.allCases {
      try checkGradient("rotate \(mode)", at: picture) { try Rotate.apply($0, self.request(20, mode, expand: true)) }
    }
    try checkGradient("quarter turn", at: picture) { try Rotate.apply($0, self.request(90)) }
    for mode in PadMode.allCases {
      try checkGradient("pad \(mode)", at: picture) {
        try Pad.apply($0, .init(left: 2, right: 1, top: 0, bottom: 3, fill: [1, 0.5], mode: mode))
      }
    }
    for kind in Pyramid.Kind.allCases {
      try checkGradient("pyramid \(kind)", at: picture) {
        try .cat(Pyramid.build($0, levels: 3, kind: kind).map { try $0.flatten() })
      }
    }
    try checkGradient("from_pyramid", at: picture) {
      try Pyramid.picture(from: [$0, Pyramid.build($0, levels: 2)[1] * $0.narrow(1, 0, 3).narrow(2, 0, 3)])
    }
  }
}
