import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The Kuwahara filters against plain loops over pixels, in double precision.
@Suite(.serialized) @MainActor struct KuwaharaOracleTests {
  /// A picture that answers for any position, mirrored at its edges.
  private struct Plain {
    let channels, height, width: Int
    let values: [Double]

    init(_ picture: Tensor) throws {
      (channels, height, width) = (picture.shape[0], picture.shape[1], picture.shape[2])
      values = try picture.doubles()
    }

    func color(_ y: Int, _ x: Int) -> [Double] {
      let row = Border.reflect101.source(y, height)!, column = Border.reflect101.source(x, width)!
      return (0..<channels).map { values[($0 * height + row) * width + column] }
    }

    /// Calls `body` for every pixel and gathers channels × height × width.
    func map(_ body: (_ y: Int, _ x: Int) -> [Double]) throws -> Tensor {
      var result = [Double](repeating: 0, count: values.count)
      for y in 0..<height {
        for x in 0..<width {
          for (c, value) in body(y, x).enumerated() { result[(c * height + y) * width + x] = value }
        }
      }
      return try Tensor(doubles: result, [channels, height, width])
    }
  }

  /// One sector's gathered sums.
  private struct Sector {
    var weight = 0.0, energy = 0.0, sums: [Double]
    init(_ channels: Int) { sums = [Double](repeating: 0, count: channels) }
    mutating func add(_ color: [Double], _ w: Double) {
      weight += w
      for (c, value) in color.enumerated() {
        energy += w * value * value
        sums[c] += w * value
      }
    }
    var means: [Double] { sums.map { $0 / weight } }
    var variance: Double { max(0, energy / weight - means.reduce(0) { $0 + $1 * $1 }) }

    static func blend(_ sectors: [Sector], _ sharpness: Double) -> [Double] {
      let says = sectors.map { 1 / (1 + pow(255 * $0.variance, sharpness / 2)) }
      return sectors[0].sums.indices.map { c in
        zip(sectors, says).reduce(0) { $0 + $1.0.means[c] * $1.1 } / says.reduce(0, +)
      }
    }
  }

  private func luma(_ color: [Double]) -> Double {
    color.count == 3 ? 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] : color[0]
  }

  nonisolated private static let shapes = [[3, 13, 37], [1, 9, 16], [3, 7, 5], [1, 1, 1], [2, 1, 9], [5, 6, 18]]

  private func run(_ mode: KuwaharaMode, _ radius: Int, _ picture: Tensor, sharpness: Double = 8) throws -> Tensor {
    var options = Filters.Kuwahara()
    options.mode = mode
    options.radius = radius
    options.sharpness = sharpness
    return try Filters.kuwahara(picture, options)
  }

  @Test(
    .proves("filters.kuwahara"), arguments: [[3, 13, 37], [1, 9, 16], [3, 7, 5], [1, 1, 1], [1, 1, 9]], [1, 2, 4])
  func `classic takes the most even quadrant`(shape: [Int], radius: Int) throws {
    let picture = try Pictures.noise(shape)
    let plain = try Plain(picture)
    let expected = try plain.map { y, x in
      var best = (score: Double.infinity, means: [Double]())
      for (down, right) in [(-radius, -radius), (-radius, 0), (0, -radius), (0, 0)] {
        var colors: [[Double]] = []
        for dy in 0...radius { for dx in 0...radius { colors.append(plain.color(y + down + dy, x + right + dx)) } }
        let n = Double(colors.count), light = colors.map(luma), mean = light.reduce(0, +) / n
        let score = light.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        if score < best.score - 1e-12 {
          best = (score, (0..<shape[0]).map { c in colors.reduce(0) { $0 + $1[c] } / n })
        }
      }
      return best.means
    }
    #expect(try difference(run(.classic, radius, picture), expected) < 1e-5)
  }

  @Test(arguments: shapes, [1, 4])
  func `generalized blends eight sectors`(shape: [Int], radius: Int) throws {
    let picture = try Pictures.noise(shape)
    let plain = try Plain(picture)
    let table = try Filters.sectorTable(radius: radius)
    let expected = try plain.map { y, x in
      Sector.blend(
        table.map { taps in
          var sector = Sector(shape[0])
          for tap in taps { sector.add(plain.color(y + tap.dy, x + tap.dx), Double(tap.weight)) }
          return sector
        }, 3)
    }
    #expect(try difference(run(.generalized, radius, picture, sharpness: 3), expected) < 2e-5)
  }

  @Test(arguments: shapes, [1, 4])
  func `anisotropic follows the edges`(shape: [Int], radius: Int) throws {
    let picture = try shape == [3, 13, 37] ? Pictures.scene(13, 37) : Pictures.noise(shape)
    let plain = try Plain(picture)
    let tensor = try Filters.structureTensor(picture.unsqueeze(0), smoothing: 2).doubles()
    let area = shape[1] * shape[2]
    let zeta = 2 / Double(radius), gamma = 3 * Double.pi / 16
    let eta = (zeta + cos(gamma)) / (sin(gamma) * sin(gamma))
    let expected = try plain.map { y, x in
      let place = y * shape[2] + x
      let (e, f, g) = (tensor[place], tensor[area + place], tensor[2 * area + place])
      let root = ((e - g) * (e - g) + 4 * f * f).squareRoot()
      let anisotropy = e + g > 0 ? root / (e + g) : 0
      // The tangent is across the direction of most change; where there is none the kernel takes the x axis.
      let angle = root > 0 ? 0.5 * atan2(2 * f, e - g) + .pi / 2 : 0
      let a = Double(radius) * min(1 + anisotropy, 2), b = Double(radius) * max(1 / (1 + anisotropy), 0.1)
      var sectors = [Sector](repeating: Sector(shape[0]), count: 8)
      for dy in -2 * radius...2 * radius {
        for dx in -2 * radius...2 * radius {
          let u = (cos(angle) * Double(dx) + sin(angle) * Double(dy)) / a
          let v = (cos(angle) * Double(dy) - sin(angle) * Double(dx)) / b
          guard u * u + v * v <= 1 else { continue }
          let weights = (0..<8).map { k -> Double in
            let turn = Double(k) * .pi / 4
            let (s, t) = (cos(turn) * u - sin(turn) * v, sin(turn) * u + cos(turn) * v)
            let z = max(0, t + zeta - eta * s * s)
            return z * z
          }
          let bell = exp(-.pi * (u * u + v * v)) / weights.reduce(0, +)
          for k in 0..<8 { sectors[k].add(plain.color(y + dy, x + dx), weights[k] * bell) }
        }
      }
      return Sector.blend(sectors, 8)
    }
    let gaps = try (run(.anisotropic, radius, picture) - expected.to(.f32)).abs().floats().sorted()
    // A tap that lies on an ellipse's very rim falls in or out with the last digit: all but a few pixels agree closely.
    #expect(gaps[gaps.count * 49 / 50] < 1e-4, "\(gaps[gaps.count * 49 / 50])")
    #expect(gaps.last! < 0.02, "\(gaps.last!)")
  }

  @Test func `the sectors' weights are blurred wedges`() throws {
    for radius in [1, 3, 6] {
      for sector in try Filters.sectorTable(radius: radius) {
        #expect(abs(sector.reduce(0) { $0 + $1.weight } - 1) < 1e-5)
      }
    }
    // Summed over all eight, the wedges cover everything once; each is the mass of a Gaussian within 45 degrees.
    for (x, y) in [(0.0, 0.0), (1, 0), (2, 1), (-3, 2)] {
      let shares = (0..<8).map { Filters.wedge(x: x, y: y, middle: Double($0) * .pi / 4, blur: 0.8) }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      for k in 0..<8 {
        var inside = 0.0, all = 0.0
        for i in -60...60 {
          for j in -60...60 {
            let (dx, dy) = (Double(i) / 15, Double(j) / 15)
            let mass = exp(-(dx * dx + dy * dy) / (2 * 0.8 * 0.8))
            let turned = atan2(y + dy, x + dx) - Double(k) * .pi / 4
            all += mass
            if abs(atan2(sin(turned), cos(turned))) <= .pi / 8 { inside += mass }
          }
        }
        #expect(abs(inside / all - shares[k]) < 0.01)
      }
    }
  }
}
