import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// What only the right linear filter does, and the fast ways against the plain ones.
@Suite(.serialized) @MainActor struct FilterLinearTests {
  private func gray(_ height: Int, _ width: Int, _ value: (_ y: Int, _ x: Int) -> Double) throws -> Tensor {
    let values = (0..<height).flatMap { y in (0..<width).map { Float(value(y, $0)) } }
    return try Tensor(values, [1, height, width])
  }

  /// The plain way: f64 takes tables of weights, whatever the size.
  private func plain(_ picture: Tensor, _ sigma: Double, _ border: Border) throws -> Tensor {
    try Filters.gaussian(picture.to(.f64), sigma: sigma, border: border)
  }

  @Test(arguments: Border.allCases) func `blurs by kernels and by tables are one`(border: Border) throws {
    for shape in [[2, 37, 91], [1, 5, 140], [3, 70, 3], [1, 1, 33]] {
      let picture = try Pictures.noise(shape)
      for sigma in [0.4, 1, 2.3, 8] {
        let gap = try difference(Filters.gaussian(picture, sigma: sigma, border: border), plain(picture, sigma, border))
        #expect(gap < 1e-6, "\(shape) \(sigma): \(gap)")
      }
    }
  }

  @Test(arguments: [Border.reflect101, .reflect, .replicate, .zeros])
  func `blurs over the coarse grid keep the stated error`(border: Border) throws {
    // Noise of black and white is the worst case up to a few times; a step that starts at an edge tests the border.
    let noise = try Pictures.noise([1, 97, 230]).gt(0.5).to(.f32)
    let step = try gray(97, 230) { y, x in x < 70 && y > 60 ? 1 : 0 }
    for picture in [noise, step] {
      for sigma in [12, 13.7, 31, 120] {
        let gap = try difference(Filters.gaussian(picture, sigma: sigma, border: border), plain(picture, sigma, border))
        #expect(gap < 1.2e-4, "\(sigma): \(gap)")
      }
    }
    // One axis alone: a blur of single lines.
    let line = try step.narrow(1, 90, 1)
    #expect(try difference(Filters.gaussian(line, sigma: 20, border: border), plain(line, 20, border)) < 6e-5)
  }

  @Test func `a coarse blur keeps flat pictures, mass and place`() throws {
    let dot = try gray(301, 301) { y, x in y == 150 && x == 141 ? 1 : 0 }
    let values = try Filters.gaussian(dot, sigma: 16).select(0, 0).doubles()
    var (mass, middle, spread) = (0.0, 0.0, 0.0)
    for (place, value) in values.enumerated() {
      let x = Double(place % 301 - 141)
      mass += value
      middle += value * x
      spread += value * x * x
    }
    #expect(abs(mass - 1) < 1e-5 && abs(middle) < 1e-3 && abs(spread - 256) < 0.1)
    let flat = try Tensor.full([1, 80, 90], 0.3)
    #expect(try difference(Filters.gaussian(flat, sigma: 25), flat) < 1e-6)
  }

  @Test func `the window kernel equals the plain correlation at every size and border`() throws {
    for (rows, columns) in [(1, 1), (2, 2), (3, 5), (5, 1), (7, 7), (12, 9)] {
      let kernel = try Pictures.noise([rows, columns], seed: 5) - 0.4
      for shape in [[1, 1, 1], [2, 19, 35], [1, 33, 64]] {
        let picture = try Pictures.noise(shape)
        for border in Border.allCases {
          let options = Filters.Convolution(border: border)
          let exact = try Filters.convolve(picture.to(.f64), kernel.to(.f64), options)
          let gap = try difference(Filters.convolve(picture, kernel, options), exact)
          #expect(gap < 1e-5, "\(rows)×\(columns) over \(shape), \(border): \(gap)")
        }
      }
    }
  }

  @Test func `boxes of any size are means, by running sums too`() throws {
    let picture = try Pictures.noise([2, 150, 90])
    for (columns, rows) in [(1, 1), (30, 2), (21, 44), (91, 75), (300, 301)] {
      for border in [Border.reflect101, .zeros, .circular] {
        let exact = try Filters.box(picture.to(.f64), columns: columns, rows: rows, border: border)
        let gap = try difference(Filters.box(picture, columns: columns, rows: rows, border: border), exact)
        #expect(gap < 1e-6, "\(columns)×\(rows), \(border): \(gap)")
      }
    }
    let whole = try Filters.box(picture, columns: 90, rows: 150, border: .circular)
    #expect(try difference(whole, picture.mean([1, 2], keepdim: true).expand([2, 150, 90])) < 1e-6)
  }

  @Test func `unsharp leaves details below its threshold and alpha alone`() throws {
    let ripple = try gray(20, 40) { _, x in 0.5 + (x < 20 ? 0.002 : 0.2) * cos(Double(x)) }
    var options = Filters.Unsharp()
    options.threshold = 0.01
    let sharp = try Filters.unsharp(ripple, options)
    #expect(try identical(sharp.narrow(2, 0, 12), ripple.narrow(2, 0, 12)))
    #expect(try sharp.narrow(2, 28, 12).std().item() > 1.5 * ripple.narrow(2, 28, 12).std().item())
    let picture = try Pictures.noise([4, 12, 12])
    #expect(try identical(Filters.unsharp(picture).narrow(0, 3, 1), picture.narrow(0, 3, 1)))
  }

  @Test func `sobel measures slopes and is the same in every direction`() throws {
    var options = Filters.Sobel()
    options.border = .replicate
    for size in [3, 5, 9] {
      options.size = size
      let edge = try Filters.sobel(gray(30, 30) { _, x in x < 15 ? 0 : 1 }, options)
      #expect(try abs(edge.select(0, 0).narrow(0, 15, 1).max().item() - 1) < 1e-5)
    }
    let cone = try gray(41, 41) { y, x in Double((x - 20) * (x - 20) + (y - 20) * (y - 20)).squareRoot() / 40 }
    let slope = try Filters.sobel(cone).select(0, 0).doubles()
    let ring = (0..<360).map { degree -> Double in
      let angle = Double(degree) * .pi / 180
      return slope[Int((20 + 14 * sin(angle)).rounded()) * 41 + Int((20 + 14 * cos(angle)).rounded())]
    }
    #expect(ring.max()! / ring.min()! < 1.02)
  }

  @Test func `gabor finds its own direction and length among waves`() throws {
    var options = Filters.Gabor()
    (options.sigma, options.wavelength, options.orientations) = (3, 8, 1)
    (options.scale, options.offset) = (1, 0)
    func answer(_ angle: Double, _ length: Double) throws -> Double {
      let (c, s) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
      let wave = try gray(64, 64) { y, x in 0.5 + 0.5 * cos(2 * .pi * (Double(x) * c + Double(y) * s) / length) }
      return try Filters.gabor(wave, options).narrow(1, 20, 24).narrow(2, 20, 24).max().item()
    }
    options.angle = 30
    let own = try answer(30, 8)
    #expect(try own > 0.4 && answer(75, 8) < 0.2 * own && answer(120, 8) < 0.05 * own && answer(30, 20) < 0.4 * own)
    options.orientations = 6
    #expect(try answer(90, 8) > 0.9 * own && answer(150, 8) > 0.9 * own)
  }

  @Test func `canny's lines are thin, closed and follow weak edges from strong ones`() throws {
    let disc = try gray(80, 80) { y, x in (x - 40) * (x - 40) + (y - 40) * (y - 40) < 625 ? 0.8 : 0.2 }
    let lines = try Filters.canny(disc).sum().item()
    #expect(lines > 125 && lines < 230)
    // A line whose contrast fades: seen as far as `low`, but only because it is strong somewhere.
    let fading = try gray(60, 60) { y, x in x < 30 ? 0 : 0.02 + 0.3 * Double(y) / 60 }
    var options = Filters.Canny()
    func rows() throws -> Double { try Filters.canny(fading, options).max([2]).sum().item() }
    (options.low, options.high) = (0.15, 0.6)
    let followed = try rows()
    (options.low, options.high) = (0.6, 0.6)
    #expect(try followed > rows() + 15)
    (options.low, options.high) = (0.15, 5)
    #expect(try rows() == 0)
    let alpha = try Pictures.noise([4, 12, 12])
    #expect(try identical(Filters.canny(alpha).narrow(0, 3, 1), alpha.narrow(0, 3, 1)))
  }

  @Test func `posterize gives its levels, evenly`() throws {
    let ramp = try gray(1, 999) { _, x in Double(x) / 998 }
    let result = try Filters.posterize(ramp, .even(5)).floats()
    #expect(Set(result) == [0, 0.25, 0.5, 0.75, 1])
    #expect(zip(result, result.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(try difference(Filters.posterize(ramp, .even(256)), ramp) <= 0.5 / 255 + 1e-6)
  }
}

/// Gradients of the ways that floats take when something is recorded.
@Suite(.serialized) @MainActor struct FilterLinearGradientTests {
  private func gradient(_ filter: FilterSample, _ picture: Tensor, _ weights: Tensor) throws -> Tensor {
    let leaf = try picture.copy()
    try leaf.setRequiresGradient()
    try (filter.apply(leaf) * weights.to(picture.dtype)).sum().backward()
    return try #require(leaf.gradient)
  }

  /// Those in doubles agree with difference quotients (`FilterScopeTests`); wide blurs of floats go over the coarse grid.
  @Test(
    .checksGradient(
      of: "filters.box", "filters.unsharp", "filters.emboss", "filters.sobel", "filters.laplacian", "filters.dog",
      "filters.gabor"),
    arguments: FilterSample.linear.filter { $0.gradient == .flows })
  func `gradients of floats are those of doubles`(filter: FilterSample) throws {
    let picture = try Pictures.scene(70, 66), weights = try Pictures.noise([3, 70, 66], seed: 11)
    let (floats, doubles) = (try gradient(filter, picture, weights), try gradient(filter, picture.to(.f64), weights))
    #expect(try difference(floats, doubles) < 5e-4)
  }

  @Test(.checksGradient(of: "filters.canny", "filters.posterize"))
  func `edges and levels refuse a gradient in words`() throws {
    let picture = try Pictures.noise([3, 9, 9])
    for filter in FilterSample.linear where filter.gradient == .refused {
      let text = message { _ = try gradient(filter, picture, picture) }
      #expect(text.contains("made of steps has no gradient"), "\(text)")
    }
  }
}
