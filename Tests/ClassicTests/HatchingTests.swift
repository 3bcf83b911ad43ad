import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// What only strokes of a pen do.
@Suite(.serialized) @MainActor struct HatchingTests {
  private func settings(_ change: (inout Filters.Hatching) -> Void = { _ in }) -> Filters.Hatching {
    var options = Filters.Hatching()
    options.gamma = 1
    options.ink = [0, 0, 0]
    options.paper = [1, 1, 1]
    change(&options)
    return options
  }

  /// The direction of strokes in degrees, 0 to 180, counterclockwise from the rows; and how clear it is, 0 to 1.
  private func strokes(_ drawing: Tensor) throws -> (angle: Double, clarity: Double) {
    let tensor = try Filters.structureTensor(drawing.unsqueeze(0), smoothing: 0).mean([0, 2, 3]).doubles()
    let (e, f, g) = (tensor[0], tensor[1], tensor[2])
    let across = 0.5 * atan2(2 * f, e - g), angle = 90 - across * 180 / .pi
    let root = ((e - g) * (e - g) + 4 * f * f).squareRoot()
    return (angle.truncatingRemainder(dividingBy: 180), root / (e + g))
  }

  private func gap(_ a: Double, _ b: Double) -> Double {
    let rest = abs(a - b).truncatingRemainder(dividingBy: 180)
    return min(rest, 180 - rest)
  }

  @Test(.proves("filters.hatching"), arguments: [1.0, 2.5, 4, 12])
  func `strokes add up to the tone`(spacing: Double) throws {
    var last = 2.0
    for tone in stride(from: 1.0, through: 0, by: -0.1) {
      let ground = try Tensor.full([1, 256, 256], tone)
      let mean = try Filters.hatching(ground, settings { $0.spacing = spacing }).mean().item()
      #expect(abs(mean - tone) < 0.05, "\(mean) for \(tone)")
      #expect(mean < last)
      last = mean
    }
  }

  @Test func `strokes along the flow add up to about the tone`() throws {
    var last = 2.0
    for tone in stride(from: 1.0, through: 0, by: -0.1) {
      let ground = try Tensor.full([1, 160, 160], tone)
      let mean = try Filters.hatching(ground, settings { $0.direction = .flow }).mean().item()
      #expect(abs(mean - tone) < 0.08, "\(mean) for \(tone)")
      #expect(mean < last)
      last = mean
    }
  }

  @Test(arguments: [0.0, 30, 45, 100, 150]) func `strokes turn with the angle`(angle: Double) throws {
    let ground = try Tensor.full([1, 128, 128], 0.7)
    let one = settings {
      $0.angle = angle
      $0.layers = 1
      $0.jitter = 0.1
    }
    let drawn = try strokes(Filters.hatching(ground, one))
    #expect(gap(drawn.angle, angle) < 6 && drawn.clarity > 0.6, "\(drawn)")
    let crossed = settings {
      $0.angle = angle
      $0.layers = 2
    }
    #expect(try strokes(Filters.hatching(Tensor.full([1, 128, 128], 0.15), crossed)).clarity < 0.5)
  }

  @Test(arguments: [0.0, 40, 90, 120]) func `strokes follow edges`(angle: Double) throws {
    let (s, c) = (sin(angle * .pi / 180), cos(angle * .pi / 180))
    var values: [Float] = []
    for y in 0..<96 {
      for x in 0..<96 { values.append(Float(0.7 + 0.08 * tanh(Double(x - 48) * s + Double(y - 48) * c))) }
    }
    let picture = try Tensor(values, [1, 96, 96])
    let options = settings {
      $0.direction = .flow
      $0.layers = 1
      $0.outline = 0
    }
    let drawn = try strokes(Filters.hatching(picture, options).narrow(1, 16, 64).narrow(2, 16, 64))
    #expect(gap(drawn.angle, angle) < 10 && drawn.clarity > 0.5, "\(drawn)")
    var fixed = options
    fixed.direction = .fixed
    #expect(try gap(strokes(Filters.hatching(picture, fixed)).angle, 45) < 10)
  }

  @Test func `white is paper, black is ink, alpha stays, a seed is a drawing`() throws {
    var options = Filters.Hatching()
    options.outline = 0
    for direction in Filters.Hatching.Direction.allCases {
      options.direction = direction
      let white = try Filters.hatching(Tensor.ones([3, 20, 30]), options)
      let paper = try Tensor([0.98, 0.965, 0.93], [3, 1, 1]).expand([3, 20, 30])
      #expect(try difference(white, paper) < 1e-6)
      let black = try Filters.hatching(Tensor.zeros([3, 60, 60]), options)
      #expect(try black.mean().item() < 0.15 && black.min().item() > 0.06)
      let picture = try Pictures.noise([4, 24, 40]) * 0.5
      let first = try Filters.hatching(picture, options)
      #expect(try identical(first, Filters.hatching(picture, options)))
      #expect(try identical(first.narrow(0, 3, 1), picture.narrow(0, 3, 1)))
      var other = options
      other.seed = 2
      #expect(try difference(first, Filters.hatching(picture, other)) > 0.3)
    }
  }

  @Test func `an outline runs along an edge`() throws {
    let picture = try Tensor.cat([Tensor.full([1, 40, 30], 1), Tensor.full([1, 40, 30], 0.4)], 2)
    let with = try Filters.hatching(picture, settings())
    let without = try Filters.hatching(picture, settings { $0.outline = 0 })
    let change = try (without - with).mean([0, 1]).floats()
    #expect(change[28..<33].max()! > 0.2)
    #expect(change[0..<20].allSatisfy { abs($0) < 1e-3 } && change[40...].allSatisfy { abs($0) < 1e-3 })
  }
}
