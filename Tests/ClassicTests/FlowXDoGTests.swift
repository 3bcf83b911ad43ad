import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// Flow-based XDoG against plain loops in double precision, and what only it does.
@Suite(.serialized) @MainActor struct FlowXDoGTests {
  /// A plane read at any place, kept inside.
  private struct Plane {
    let height, width: Int
    var values: [Double]

    func bilinear(_ y: Double, _ x: Double) -> Double {
      let (py, px) = (min(max(y, 0), Double(height - 1)), min(max(x, 0), Double(width - 1)))
      let (i, j) = (min(Int(py), max(height - 2, 0)), min(Int(px), max(width - 2, 0)))
      let (v, u) = (py - Double(i), px - Double(j))
      let (below, right) = (min(i + 1, height - 1), min(j + 1, width - 1))
      let top = values[i * width + j] * (1 - u) + values[i * width + right] * u
      return top * (1 - v) + (values[below * width + j] * (1 - u) + values[below * width + right] * u) * v
    }

    func map(_ body: (_ y: Int, _ x: Int) -> Double) -> Plane {
      var result = self
      for y in 0..<height { for x in 0..<width { result.values[y * width + x] = body(y, x) } }
      return result
    }
  }

  private func gaussian(_ sigma: Double, _ reach: Double) -> [Double] {
    let taps = Int(reach.rounded(.up))
    let half = (0...taps).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = half.reduce(0) { $0 + 2 * $1 } - half[0]
    return half.map { $0 / sum }
  }

  private func along(_ plane: Plane, _ angles: [Double], _ weights: [Double]) -> Plane {
    let (height, width) = (plane.height, plane.width)
    return plane.map { y, x in
      var sum = weights[0] * plane.values[y * width + x]
      for side in [0.0, Double.pi] {
        var (py, px, angle) = (Double(y), Double(x), angles[y * width + x] + side)
        for weight in weights.dropFirst() {
          let row = min(max(py + 0.5 * sin(angle), 0), Double(height - 1))
          let column = min(max(px + 0.5 * cos(angle), 0), Double(width - 1))
          let next = angles[Int(row + 0.5) * width + Int(column + 0.5)]
          angle = cos(next - angle) < 0 ? next + .pi : next
          (py, px) = (py + sin(angle), px + cos(angle))
          sum += weight * plane.bilinear(py, px)
        }
      }
      return sum
    }
  }

  @Test(
    .proves("filters.flow_xdog"),
    arguments: [[3, 21, 37], [1, 9, 16], [3, 7, 5], [1, 1, 1], [1, 1, 9], [5, 6, 18]])
  func `flow XDoG is a difference across the flow, averaged along it`(shape: [Int]) throws {
    let picture = try shape == [3, 21, 37] ? Pictures.scene(21, 37) : Pictures.noise(shape)
    let (height, width) = (shape[1], shape[2]), area = height * width
    var options = Filters.FlowXDoG()
    options.line.form = .difference(tau: 0.9)
    options.line.epsilon = 0.06
    options.line.phi = 6
    let result = try Filters.flowXDoG(picture, options)
    let tensor = try Filters.structureTensor(picture.unsqueeze(0), smoothing: 2).doubles()
    let angles = (0..<area).map { place -> Double in
      let (e, f, g) = (tensor[place], tensor[area + place], tensor[2 * area + place])
      return e == g && f == 0 ? 0 : 0.5 * atan2(2 * f, e - g) + .pi / 2
    }
    var light = try picture.mean([0])
    if shape[0] == 3 {
      light = try picture.select(0, 0) * 0.299 + picture.select(0, 1) * 0.587 + picture.select(0, 2) * 0.114
    }
    let luma = Plane(height: height, width: width, values: try light.doubles())
    let narrow = gaussian(1.4, 2.5 * 1.4 * 1.6), wide = gaussian(1.4 * 1.6, 2.5 * 1.4 * 1.6)
    let across = luma.map { y, x in
      let angle = angles[y * width + x] + .pi / 2
      return (0..<narrow.count).reduce(0) { sum, t in
        let weight = narrow[t] - 0.9 * wide[t]
        let (dy, dx) = (Double(t) * sin(angle), Double(t) * cos(angle))
        let pair = luma.bilinear(Double(y) + dy, Double(x) + dx) + luma.bilinear(Double(y) - dy, Double(x) - dx)
        return sum + weight * (t == 0 ? pair / 2 : pair)
      }
    }
    let u = along(across, angles, gaussian(3, 6))
    let ink = u.map { y, x in 1 + tanh(6 * min(u.values[y * width + x] - 0.06, 0)) }
    let expected = try Tensor(doubles: along(ink, angles, gaussian(1, 2)).values, [height, width])
    for channel in 0..<shape[0] {
      let gaps = try (result.select(0, channel) - expected.to(.f32)).abs().floats().sorted()
      // Where a step ends halfway between two pixels, or directions are opposite, the last digit decides.
      #expect(gaps[gaps.count * 24 / 25] < 2e-4, "\(gaps[gaps.count * 24 / 25])")
      #expect(gaps.last! < 0.1, "\(gaps.last!)")
    }
  }

  @Test func `lines along noisy edges hold together`() throws {
    // A ring: what the ink is like all along it.
    let size = 96
    var values: [Float] = []
    for y in 0..<size {
      for x in 0..<size { values.append(hypot(Double(y) - 47.5, Double(x) - 47.5) < 30 ? 0.4 : 0.7) }
    }
    let picture = try Tensor(values, [1, size, size]) + (Pictures.noise([1, size, size]) - 0.5) * 0.3
    var options = Filters.FlowXDoG()
    options.line.form = .difference(tau: 0.98)
    options.line.epsilon = 0
    options.line.phi = 20
    func spread(_ drawing: Tensor) throws -> Double {
      let ink = try drawing.floats()
      let ring = (0..<120).map { step -> Double in
        let angle = Double(step) * 2 * .pi / 120
        return (26...31).reduce(0) { sum, radius in
          let (y, x) = (47.5 + Double(radius) * sin(angle), 47.5 + Double(radius) * cos(angle))
          return sum + Double(ink[Int(y + 0.5) * size + Int(x + 0.5)])
        } / 6
      }
      let mean = ring.reduce(0, +) / 120
      return (ring.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 120).squareRoot()
    }
    let (flow, plain) = (try Filters.flowXDoG(picture, options), try Filters.xdog(picture, options.line))
    #expect(try spread(flow) < 0.6 * spread(plain))
  }

  @Test func `without a flow to follow it is XDoG in one direction`() throws {
    // Straight stripes: across and along are the axes, and the average along them changes nothing.
    let row = try Pictures.noise([1, 1, 40])
    var options = Filters.FlowXDoG()
    options.line.sigma = 1
    options.line.form = .difference(tau: 0.9)
    options.line.epsilon = 0.06
    options.line.phi = 2
    options.softening = 0
    let stripes = try row.expand([1, 24, 40])
    let flow = try Filters.flowXDoG(stripes, options)
    let plain = try Filters.xdog(stripes, options.line)
    #expect(try difference(flow.narrow(2, 6, 28), plain.narrow(2, 6, 28)) < 0.03)
    let alpha = try Pictures.noise([1, 24, 40], seed: 5)
    let painted = try Filters.flowXDoG(Tensor.cat([stripes, alpha]), options)
    #expect(try identical(painted.narrow(0, 1, 1), alpha) && identical(painted.narrow(0, 0, 1), flow))
  }
}
