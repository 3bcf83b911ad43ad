import Imaging
import Testing

/// The rasteriser: areas, rules, paints, noise.
@Suite(.serialized) @MainActor struct RasterTests {
  /// Coverage of a path on a canvas as white on black, summed.
  private func area(_ path: Path, _ rule: FillRule = .nonZero, width: Int = 64, height: Int = 64) -> Float {
    var canvas = Canvas(width: width, height: height, color: [0, 0, 0])
    canvas.fill(path, .color([1, 1, 1]), rule: rule)
    return canvas.pixels.reduce(0) { $0 + $1.x }
  }

  @Test func areasAreRight() {
    #expect(abs(area(.rectangle(3, 4, 10, 20)) - 200) < 0.01)
    #expect(abs(area(.rectangle(3.25, 4.5, 10.5, 20.25)) - 10.5 * 20.25) < 0.7)
    #expect(abs(area(.circle([30, 30], 20)) - .pi * 400) < 2.5)
    #expect(abs(area(.ellipse([30, 30], [24, 10], angle: 0.7)) - .pi * 240) < 1.5)
    #expect(abs(area(Path([[5, 5], [55, 20], [20, 60]])) - 1262.5) < 1)
    var curve = Path()
    curve.move([0, 40])
    curve.quad([30, -20], [60, 40])
    curve.close()
    #expect(abs(area(curve) - 2.0 / 3 * 60 * 30) < 3)
    var cubic = Path()
    cubic.move([0, 40])
    cubic.cubic([20, 0], [40, 0], [60, 40])
    cubic.close()
    #expect(abs(area(cubic) - 0.75 * 40 * (60 + 20) / 2) < 3)
  }

  @Test func rulesDiffer() {
    var twice = Path.rectangle(10, 10, 30, 30)
    twice.append(.rectangle(20, 20, 10, 10))
    #expect(abs(area(twice) - 900) < 0.01)
    #expect(abs(area(twice, .evenOdd) - 800) < 0.01)
    let hole = Path([[20, 20], [20, 30], [30, 30], [30, 20]])
    var ring = Path.rectangle(10, 10, 30, 30)
    ring.append(hole)
    #expect(abs(area(ring) - 800) < 0.01, "a contour the other way round cuts a hole")
  }

  @Test func strokesHaveTheirWidth() {
    let line = Path([[10, 30], [50, 30]], closed: false)
    #expect(abs(area(line.stroked(width: 4, roundCaps: false)) - 160) < 0.5)
    #expect(abs(area(line.stroked(width: 4)) - (160 + .pi * 4)) < 1.2)
    let square = Path.rectangle(15, 15, 30, 30).stroked(width: 2)
    #expect(abs(area(square) - (4 * 30 * 2 - 4 + .pi)) < 1.5)
  }

  @Test func clipsAndSurvives() {
    #expect(abs(area(.rectangle(-100, -100, 110, 110)) - 100) < 0.01)
    #expect(abs(area(.rectangle(-1e6, -1e6, 2e6, 2e6)) - 4096) < 0.01)
    #expect(area(.rectangle(100, 100, 10, 10)) == 0)
    #expect(area(Path([[.nan, 3], [.infinity, 50], [40, 40]])) >= 0)
    #expect(area(Path()) == 0)
    #expect(area(Path([[1, 1]])) == 0)
    var canvas = Canvas(width: 8, height: 8)
    canvas.dab([.nan, 4], [3, 3], color: [0, 0, 0])
    canvas.dab([1e9, 4], [3, 3], color: [0, 0, 0])
    #expect(canvas.pixels.allSatisfy { $0.x == 1 })
  }

  @Test func paintsAndBlends() {
    var canvas = Canvas(width: 10, height: 1, color: [1, 1, 1])
    let ramp = Gradient([(0, [0, 0, 0]), (0.5, [1, 0, 0]), (1, [1, 1, 0])])
    canvas.fill(.rectangle(0, 0, 10, 1), .linear(ramp, from: [0, 0], to: [10, 0]))
    #expect(abs(canvas.pixels[2].x - 0.5) < 1e-5 && canvas.pixels[2].y == 0)
    #expect(abs(canvas.pixels[7].y - 0.5) < 1e-5 && canvas.pixels[7].x == 1)
    canvas = Canvas(width: 10, height: 1, color: [0.5, 0.5, 0.5])
    canvas.fill(.rectangle(0, 0, 5, 1), .color([0.5, 1, 0]), blend: .multiply)
    canvas.fill(.rectangle(5, 0, 5, 1), .color([0.25, 0, 0]), opacity: 0.5, blend: .add, label: 3)
    #expect(canvas.pixels[0] == [0.25, 0.5, 0, 1] || canvas.pixels[0].x == 0.25)
    #expect(canvas.pixels[9].x == 0.625 && canvas.labels[9] == 0, "half opaque leaves the label")
    canvas.fill(.rectangle(5, 0, 5, 1), .color([0, 0, 0]), label: 3)
    canvas.fill(.rectangle(0, 0, 10, 1), .color([1, 1, 1]), only: 1 << 3)
    #expect(canvas.pixels[9].x == 1 && canvas.pixels[0].x == 0.25)
    var round = Canvas(width: 11, height: 11, color: [0, 0, 0])
    round.fill(
      .rectangle(0, 0, 11, 11),
      .radial(Gradient([(at: 0, color: [1, 1, 1]), (at: 1, color: [0, 0, 0])]), center: [5.5, 5.5], radius: 5))
    #expect(round.pixels[5 * 11 + 5].x == 1 && abs(round.pixels[5 * 11 + 8].x - 0.4) < 1e-5)
  }

  @Test func noiseIsSeededAndBounded() {
    let a = Noise(seed: 1), b = Noise(seed: 2)
    var sum: Float = 0, different = 0
    for index in 0..<2000 {
      let x = Float(index) * 0.37, y = Float(index) * -0.73
      let value = a.value(x, y)
      #expect((0...1).contains(value) && (0...1).contains(a.fractal(x, y, octaves: 5)))
      #expect(abs(a.gradient(x, y)) <= 1.5 && value == Noise(seed: 1).value(x, y))
      if value != b.value(x, y) { different += 1 }
      sum += value
    }
    #expect(different > 1990 && abs(sum / 2000 - 0.5) < 0.03)
    #expect(a.gradient(3, 5) == 0)
    #expect(a.value(.nan, .infinity).isFinite && a.value(1e30, -1e30).isFinite)
    var dice = Dice(1, 1), same = Dice(1, 1), other = Dice(1, 2)
    let rolls = (0..<8).map { _ in dice.roll() }
    #expect(rolls == (0..<8).map { _ in same.roll() } && rolls != (0..<8).map { _ in other.roll() })
  }
}
