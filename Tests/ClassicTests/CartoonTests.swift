import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The cartoon against plain loops on greys, whose lightness is known in closed form, and what only it does.
@Suite(.serialized) @MainActor struct CartoonTests {
  private func lightness(_ v: Double) -> Double {
    let y = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4)
    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y
  }

  /// Values of a plane mirrored at its edges.
  private struct Plane {
    let height, width: Int
    var values: [Double]
    func at(_ y: Int, _ x: Int) -> Double {
      values[Border.reflect101.source(y, height)! * width + Border.reflect101.source(x, width)!]
    }
    func map(_ body: (_ y: Int, _ x: Int) -> Double) -> Plane {
      var result = self
      for y in 0..<height { for x in 0..<width { result.values[y * width + x] = body(y, x) } }
      return result
    }
    func bilateral(_ space: Double, _ color: Double) -> Plane {
      let radius = Int((1.5 * space).rounded(.toNearestOrEven))
      return map { y, x in
        var (sum, total) = (0.0, 0.0)
        for dy in -radius...radius {
          for dx in -radius...radius where dy * dy + dx * dx <= radius * radius {
            let gap = at(y + dy, x + dx) - at(y, x)
            let weight = exp(-Double(dy * dy + dx * dx) / (2 * space * space) - gap * gap / (2 * color * color))
            sum += weight * at(y + dy, x + dx)
            total += weight
          }
        }
        return sum / total
      }
    }
    func blurred(_ sigma: Double) -> Plane {
      let radius = Int(4 * sigma + 0.5)
      let bell = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }, sum = bell.reduce(0, +)
      func pass(_ plane: Plane, _ down: Int, _ right: Int) -> Plane {
        plane.map { y, x in
          (-radius...radius).reduce(0) { $0 + bell[$1 + radius] / sum * plane.at(y + $1 * down, x + $1 * right) }
        }
      }
      return pass(pass(self, 0, 1), 1, 0)
    }
  }

  @Test(.proves("filters.cartoon"), arguments: [[1, 14, 23], [1, 1, 9], [2, 5, 17]], [nil, 0.7] as [Double?])
  func `a cartoon of greys is the abstraction of their lightness`(shape: [Int], sharpness: Double?) throws {
    let steps = try Pictures.noise([1, shape[1], shape[2]], seed: 9).gt(0.5) * 0.4
    let picture = try Pictures.noise(shape) * 0.4 + steps + 0.1
    var options = Filters.Cartoon()
    options.sharpness = sharpness
    options.sigmaColor = 9
    let result = try Filters.cartoon(picture, options).select(0, 0).doubles().map(lightness)
    let plane = Plane(
      height: shape[1], width: shape[2], values: try picture.select(0, 0).doubles().map(lightness))
    let first = plane.bilateral(3, 9).bilateral(3, 9)
    let (narrow, wide) = (first.blurred(1), first.blurred(1.6))
    let second = first.bilateral(3, 9).bilateral(3, 9)
    let expected = second.map { y, x in
      let s = narrow.at(y, x) - 0.99 * wide.at(y, x), light = second.at(y, x)
      func slope(_ down: Int, _ right: Int) -> Double {
        [(-1, 0.125), (0, 0.25), (1, 0.125)].reduce(0) { sum, tap in
          let (row, column) = (y + tap.0 * right, x + tap.0 * down)
          return sum + tap.1 * (second.at(row + down, column + right) - second.at(row - down, column - right))
        }
      }
      let phi = sharpness ?? 0.9 + 0.35 * min(hypot(slope(0, 1), slope(1, 0)), 2)
      let border = 12.5 * (light / 12.5).rounded(.toNearestOrEven)
      return (border + 6.25 * tanh(phi * (light - border))) * (s > 0 ? 1 : 1 + tanh(2 * s))
    }
    let gaps = zip(result, expected.values).map { abs($0 - $1) }.sorted()
    // Of 100; where the lightness lies halfway between two borders the last digit decides, but both sides meet there.
    #expect(gaps.last! < 0.1, "\(gaps.last!)")
  }

  @Test func `areas become flat, lightness takes few steps, edges dark lines`() throws {
    let noise = try (Pictures.noise([3, 48, 64]) - 0.5) * 0.05
    let picture = try Tensor.cat([Tensor.full([3, 48, 32], 0.75), Tensor.full([3, 48, 32], 0.35)], 2) + noise
    let drawn = try Filters.cartoon(picture)
    let flat = { (t: Tensor) in try t.narrow(2, 4, 20).select(0, 1).std().item() }
    #expect(try flat(drawn) < 0.4 * flat(picture))
    #expect(try drawn.narrow(2, 31, 4).min().item() < 0.15 && drawn.narrow(2, 0, 24).min().item() > 0.6)
    // A slope comes out in as many plateaus as it crosses bins.
    let slope = try Tensor.arange(0, 1, 1.0 / 300).reshape([1, 1, 300]).expand([1, 20, 300])
    var options = Filters.Cartoon()
    options.passes = 0
    options.edgePasses = 0
    options.bins = 5
    let row = try Filters.cartoon(slope, options).select(0, 0).select(0, 10).doubles().map(lightness)
    for middle in [10.0, 30, 50, 70, 90] { #expect(row.filter { abs($0 - middle) < 1 }.count > 25) }
    options.bins = 0
    options.lineSharpness = 0
    #expect(try difference(Filters.cartoon(slope, options), slope) < 1e-4)
  }
}
