import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// Filters that sort or count, and halftones, against SciPy, OpenCV, Pillow and plain loops.
@Suite(.serialized) @MainActor struct OrderTests {
  private struct Facts: Decodable {
    var picture: String
    var size: Int?
    var border, shape: String?
  }

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Fixtures.golden("order.safetensors")) }

  /// Runs a comparison over all cases of a family, which must be equal, and returns their number.
  private func each(_ family: String, of pictures: String = "picture", _ work: (Tensor, Facts) throws -> Tensor) throws
    -> Int
  {
    var cases = 0
    for name in file.keys.sorted() where name.hasPrefix(family + "/") {
      let facts = try JSONDecoder().decode(Facts.self, from: Data(#require(file.metadata[name]).utf8))
      let result = try work(file.tensor(pictures + "/" + facts.picture), facts)
      #expect(try difference(result, file.tensor(name)) == 0, "\(name)")
      cases += 1
    }
    return cases
  }

  @Test(.proves("filters.median")) func `median equals SciPy and OpenCV`() throws {
    let cases = try each("median") { picture, facts in
      try Filters.median(picture, size: facts.size!, border: Border(rawValue: facts.border!)!)
    }
    #expect(cases > 30)
  }

  @Test(arguments: [3, 5, 7, 9, 21, 101]) func `medians over several tiles are medians`(size: Int) throws {
    let picture = try Pictures.noise([2, 110, 203], seed: UInt64(size))
    let result = try Filters.median(picture, size: size, border: .zeros).floats(), values = try picture.floats()
    let r = size / 2
    for (y, x) in [(0, 0), (3, 100), (54, 95), (55, 96), (95, 96), (96, 95), (97, 191), (109, 202), (60, 17)] {
      var window = [Float](repeating: 0, count: size * size)
      for dy in -r...r {
        for dx in -r...r where (0..<110).contains(y + dy) && (0..<203).contains(x + dx) {
          window[(dy + r) * size + dx + r] = values[(110 + y + dy) * 203 + x + dx]
        }
      }
      #expect(result[(110 + y) * 203 + x] == window.sorted()[size * size / 2])
    }
  }

  @Test(.proves("filters.erode")) func `erode equals OpenCV`() throws {
    let cases = try each("erode") { picture, facts in
      try Filters.erode(picture, size: facts.size!, shape: MorphologyShape(rawValue: facts.shape!)!)
    }
    #expect(cases == 54)
  }

  @Test(.proves("filters.dilate")) func `dilate equals OpenCV`() throws {
    let cases = try each("dilate") { picture, facts in
      try Filters.dilate(picture, size: facts.size!, shape: MorphologyShape(rawValue: facts.shape!)!)
    }
    #expect(cases == 18)
  }

  @Test func `erosion is dilation upside down, over several tiles too`() throws {
    let picture = try Pictures.noise([1, 130, 220])
    for shape in MorphologyShape.allCases {
      for size in [3, 20, 99] {
        let eroded = try Filters.erode(picture, size: size, shape: shape)
        #expect(try difference(eroded, 0 - Filters.dilate(0 - picture, size: size, shape: shape)) == 0)
        // A grain of tone never leaves its range, and a larger shape never finds a larger least value.
        #expect(try (Filters.erode(picture, size: size + 2, shape: shape) - eroded).max().item() <= 0)
      }
    }
  }

  @Test func `oil paint is OpenCV's, half a bin brighter`() throws {
    struct Facts: Decodable { var picture: String, radius: Int }
    let file = try SafetensorsFile(path: Fixtures.golden("oil.safetensors"))
    let names = file.keys.filter { $0.hasPrefix("oil/") }
    for name in names {
      let facts = try JSONDecoder().decode(Facts.self, from: Data(#require(file.metadata[name]).utf8))
      let result = try Filters.oilPaint(
        file.tensor("picture/" + facts.picture), radius: facts.radius, bins: 16, sharpness: 0)
      #expect(try difference(result, file.tensor(name)) <= 0.501 / 256, "\(name)")
    }
    #expect(names.count == 9)
  }

  @Test(.proves("filters.oil_paint"), arguments: [[3, 30, 25], [1, 5, 40], [3, 1, 1], [2, 9, 9]], [0, 2.5, 8])
  func `oil paint equals its definition`(shape: [Int], sharpness: Double) throws {
    let (channels, height, width, radius, bins) = (shape[0], shape[1], shape[2], 3, 9)
    let picture = try Pictures.noise(shape), x = try picture.doubles(), area = height * width
    let tone = (0..<area).map { place -> Int in
      var light = x[place]
      if channels == 3 { light = 0.299 * light + 0.587 * x[area + place] + 0.114 * x[2 * area + place] }
      return min(Int(light * Double(bins)), bins - 1)
    }
    let result = try Filters.oilPaint(picture, radius: radius, bins: bins, sharpness: sharpness).doubles()
    for y in 0..<height {
      for i in 0..<width {
        var counts = [Double](repeating: 0, count: bins)
        var sums = [[Double]](repeating: [Double](repeating: 0, count: channels), count: bins)
        for row in max(0, y - radius)...min(height - 1, y + radius) {
          for column in max(0, i - radius)...min(width - 1, i + radius) {
            let place = row * width + column
            counts[tone[place]] += 1
            for c in 0..<channels { sums[tone[place]][c] += x[c * area + place] }
          }
        }
        let fullest = counts.indices.max { counts[$0] < counts[$1] || (counts[$0] == counts[$1] && $0 > $1) }!
        let says = counts.indices.map { bin -> Double in
          if sharpness == 0 { return bin == fullest ? 1 : 0 }
          return counts[bin] > 0 ? pow(counts[bin] / 49, sharpness) : 0
        }
        for c in 0..<channels {
          let alpha = channels == 2 && c == 1
          let parts = counts.indices.map { counts[$0] > 0 ? says[$0] * sums[$0][c] / counts[$0] : 0 }
          let wanted = alpha ? x[area + y * width + i] : parts.reduce(0, +) / says.reduce(0, +)
          #expect(abs(result[c * area + y * width + i] - wanted) < 2e-5)
        }
      }
    }
  }

  @Test func `oil paint makes no bands of a slope`() throws {
    // A sky: from one pixel to the next hardly anything changes, and so it must in the painting.
    let sky = try Tensor((0..<40 * 400).map { Float($0 % 400) / 800 + 0.25 }, [1, 40, 400])
    let painted = try Filters.oilPaint(sky)
    let steps = try (painted.narrow(2, 1, 399) - painted.narrow(2, 0, 399)).floats()
    #expect(steps.max()! < 4.0 / 800 && steps.min()! > -0.5 / 800)
  }

  @Test(.proves("filters.halftone")) func `error diffusion equals Pillow`() throws {
    var options = Filters.Halftone()
    options.mode = .diffusion
    let cases = try each("diffusion", of: "levels") { picture, _ in
      try Filters.halftone(picture.unsqueeze(1), options).squeeze(1)
    }
    #expect(cases == 4)
  }

  @Test func `Bayer's matrix holds every rank, spread evenly`() {
    #expect(Filters.bayer(2) == [0, 2, 3, 1])
    #expect(Filters.bayer(4) == [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5])
    for size in [8, 16] {
      let ranks = Filters.bayer(size)
      #expect(ranks.sorted() == Array(0..<size * size))
      // Every 2 × 2 block of the darkest quarter's dots holds one.
      for y in 0..<size / 2 {
        for x in 0..<size / 2 {
          let block = [(0, 0), (0, 1), (1, 0), (1, 1)].map { ranks[(2 * y + $0.0) * size + 2 * x + $0.1] }
          #expect(block.filter { $0 < size * size / 4 }.count == 1)
        }
      }
    }
  }

  @Test(arguments: HalftoneMode.allCases) func `halftones keep their tone`(mode: HalftoneMode) throws {
    var options = Filters.Halftone()
    options.mode = mode
    options.cell = mode == .dots ? 10 : 8
    options.softness = 1
    for tone in [0.0, 0.06, 0.25, 0.5, 0.8, 0.97, 1.0] {
      let print = try Filters.halftone(Tensor.full([1, 160, 160], tone), options)
      let mean = try print.mean().item()
      #expect(abs(mean - tone) < 0.02, "\(mode) at \(tone): \(mean)")
      if tone == 0 || tone == 1 { #expect(try difference(print, Tensor.full([1, 160, 160], tone)) == 0) }
    }
  }

  @Test func `dots of each ink lie in cells of their own angle`() throws {
    var options = Filters.Halftone()
    options.angles = [0, 30, 45, 60]
    options.cell = 10
    options.black = 1
    // Light cyan paper has cyan dots only, and turned by 0 degrees they repeat every ten pixels both ways.
    let cyan = try Tensor([0.7, 1, 1], [3, 1, 1]).expand([3, 61, 61]).copy()
    let print = try Filters.halftone(cyan, options)
    #expect(try difference(print.narrow(0, 1, 2), Tensor.ones([2, 61, 61])) == 0)
    let red = try print.narrow(0, 0, 1)
    #expect(try difference(red.narrow(2, 0, 51), red.narrow(2, 10, 51)) < 1e-3)
    #expect(try difference(red.narrow(1, 0, 51), red.narrow(1, 10, 51)) < 1e-3)
    #expect(try difference(red.narrow(2, 0, 51), red.narrow(2, 5, 51)) > 0.9)
    // The kernel and the tensor operations are one screen.
    let noise = try Pictures.noise([3, 33, 70])
    #expect(try difference(Filters.halftone(noise, options), Filters.halftone(noise.to(.f64), options)) < 1e-3)
    // Grey is printed in black alone.
    let grey = try Filters.halftone(Tensor.full([3, 61, 61], 0.6), options)
    #expect(try difference(grey.narrow(0, 0, 1), grey.narrow(0, 2, 1)) < 1e-4)
  }

  @Test(
    .checksGradient(of: "filters.median", "filters.erode", "filters.dilate", "filters.oil_paint", "filters.halftone"))
  func `gradients flow through dots, and what has none says so`() throws {
    let picture = try Pictures.noise([3, 6, 7], .f64)
    try follows(picture) { try Filters.halftone($0) }
    let steps: [(FilterScope, Tensor) throws -> Tensor] = [
      { try Filters.median($1, scope: $0) }, { try Filters.erode($1, scope: $0) },
      { try Filters.dilate($1, scope: $0) }, { try Filters.oilPaint($1, scope: $0) },
    ]
    for filter in steps {
      let leaf = try picture.copy()
      try leaf.setRequiresGradient()
      #expect(message { try filter(.init(), leaf).sum().backward() }.contains("has no gradient"))
      try follows(picture) { try filter(.init(strength: 0), $0) }
    }
  }
}
