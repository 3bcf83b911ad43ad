import Classic
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// Tone, color and grain beside their definitions, number by number.
@Suite(.serialized) @MainActor struct ToneTests {
  private static func luma(_ rgb: [Double]) -> Double { 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] }

  /// The straight line between the two nearest levels, as numpy.interp draws it; outside, that of the ends.
  private static func curve(_ x: Double, _ values: [Double]) -> Double {
    let place = x * Double(values.count - 1)
    let low = min(max(Int(place.rounded(.down)), 0), values.count - 2)
    return values[low] + (values[low + 1] - values[low]) * (place - Double(low))
  }

  /// Values from −0.2 to 1.2, a picture of `channels` × 9 × 8.
  private static func wide(_ channels: Int) throws -> Tensor { try Pictures.noise([channels, 9, 8]) * 1.4 - 0.2 }

  /// The picture with every pixel's channels replaced.
  private static func mapped(_ picture: Tensor, _ body: ([Double]) -> [Double]) throws -> Tensor {
    let (channels, places) = (picture.shape[0], picture.shape[1] * picture.shape[2])
    let values = try picture.doubles()
    var result = values
    for place in 0..<places {
      let pixel = body((0..<channels).map { values[$0 * places + place] })
      for channel in 0..<channels { result[channel * places + place] = pixel[channel] }
    }
    return try Tensor(doubles: result, picture.shape)
  }

  @Test(.proves("filters.tone_curve")) func `the curve goes through its values, straight between them`() throws {
    for values in [[0.0, 1.0], [1, 0], [0.1, 0.05, 0.7, 0.65, 0.9, 1.1], [0.3, 0.4, 0.4]] {
      let colors = try Self.mapped(Self.wide(3)) { rgb in
        let gain = Self.curve(Self.luma(rgb), values) - Self.luma(rgb)
        return rgb.map { $0 + gain }
      }
      #expect(try difference(Filters.toneCurve(Self.wide(3), values), colors) < 1e-6)
      for channels in [1, 5] {
        let plain = try Self.mapped(Self.wide(channels)) { $0.map { Self.curve($0, values) } }
        #expect(try difference(Filters.toneCurve(Self.wide(channels), values), plain) < 1e-6)
      }
      let withAlpha = try Filters.toneCurve(Self.wide(4), values)
      #expect(try difference(withAlpha.narrow(0, 3, 1), Self.wide(4).narrow(0, 3, 1)) == 0)
    }
  }

  @Test(.proves("filters.chroma")) func `colors change by their differences, the luma stays`() throws {
    var settings = Filters.Chroma()
    (settings.scaleBlue, settings.scaleRed, settings.mix) = (0.4, 1.7, -0.3)
    (settings.shiftBlue, settings.shiftRed) = (0.1, -0.05)
    let result = try Filters.chroma(Self.wide(3), settings)
    let expected = try Self.mapped(Self.wide(3)) { rgb in
      let y = Self.luma(rgb), cb = (rgb[2] - y) / 1.772, cr = (rgb[0] - y) / 1.402
      let (b, r) = (0.4 * cb - 0.3 * cr + 0.1, -0.3 * cb + 1.7 * cr - 0.05)
      let (red, blue) = (y + 1.402 * r, y + 1.772 * b)
      return [red, (y - 0.299 * red - 0.114 * blue) / 0.587, blue]
    }
    #expect(try difference(result, expected) < 1e-6)
    #expect(try difference(Filters.chroma(Self.wide(2), settings), Self.wide(2)) == 0)
  }

  @Test(.proves("filters.gradient_map")) func `every brightness has its color`() throws {
    let colors = [[0.1, 0, 0.5], [0.2, 0.9, 0.4], [1, 0.8, 0.1]]
    let result = try Filters.gradientMap(Self.wide(3), colors)
    let expected = try Self.mapped(Self.wide(3)) { rgb in
      let y = min(max(Self.luma(rgb), 0), 1)
      return (0..<3).map { channel in Self.curve(y, colors.map { $0[channel] }) }
    }
    #expect(try difference(result, expected) < 1e-6)
    let grey = try Filters.gradientMap(Tensor.full([1, 2, 2], 0.5), colors)
    #expect(try abs(grey.floats()[0] - Float(Self.luma(colors[1]))) < 1e-6)
  }

  @Test(.proves("filters.grain")) func `grain has its strength, its size and its seed`() throws {
    let flat = try Tensor.full([3, 300, 300], 0.5)
    for size in [0, 0.7, 2.0] {
      let noise = try Filters.grain(flat, amount: 0.1, size: size, seed: 4) - flat
      #expect(try abs(noise.std().item() - 0.1) < 0.005 && abs(noise.mean().item()) < 0.005, "\(size)")
      #expect(try difference(noise.select(0, 0), noise.select(0, 2)) < 1e-6)
      // Neighbors of softened white noise correlate by exp(−1 / 4σ²); for small windows by the sums of its kernel.
      let plane = try noise.select(0, 0), left = try plane.narrow(1, 0, 299), right = try plane.narrow(1, 1, 299)
      let correlation = try (left * right).mean().item() / 0.01
      let expected = size == 0 ? 0 : size == 2 ? exp(-1 / 16.0) : 0.6
      #expect(abs(correlation - expected) < 0.05, "\(size): \(correlation)")
    }
    let other = try Filters.grain(flat, amount: 0.1, size: 0, seed: 5)
    let same = try Filters.grain(flat, amount: 0.1, size: 0, seed: 4)
    #expect(try identical(same, Filters.grain(flat, amount: 0.1, size: 0, seed: 4)))
    #expect(try abs(((other - flat) * (same - flat)).mean().item()) < 2e-4)
  }

  @Test(
    .checksGradient(of: "filters.tone_curve", "filters.chroma", "filters.gradient_map", "filters.grain"))
  func `gradients of pictures and of the numbers agree with difference quotients`() throws {
    let picture = try Pictures.noise([2, 3, 7, 9], .f64),
      weights = try Pictures.noise([2, 3, 7, 9], seed: 3, .f64) - 0.5
    func check(_ x: Tensor, step: Double = 1e-6, within: Double = 1e-5, _ f: (Tensor) throws -> Tensor) throws {
      let direction = try Pictures.noise(x.shape, seed: 12, .f64) - 0.3
      func value(_ t: Double) throws -> Double {
        try Autograd.noGradient { try (f(x + direction * t) * weights).sum().item() }
      }
      let leaf = try x.copy()
      try leaf.setRequiresGradient()
      try (f(leaf) * weights).sum().backward()
      let analytic = try (leaf.gradient! * direction).sum().item()
      let numeric = try (value(step) - value(-step)) / (2 * step)
      #expect(
        abs(numeric) > 1e-6 && abs(analytic - numeric) <= within * max(1, abs(numeric)), "\(analytic), \(numeric)")
    }
    let knots = try Tensor(doubles: [0.1, 0.2, 0.7, 0.9], [4])
    try check(picture) { try Filters.toneCurve($0, [0.1, 0.4, 0.6, 0.95]) }
    try check(knots) { try Filters.toned(picture, knots: $0) }
    let values = try Tensor(doubles: [0.4, 1.7, -0.3, 0.1, -0.05], [5])
    try check(picture) { try Filters.recolored($0, values) }
    try check(values) { try Filters.recolored(picture, $0) }
    try check(picture) { try Filters.gradientMap($0, [[0, 0, 0.3], [1, 0.2, 0.1], [0.9, 1, 0.5]]) }
    try check(picture) { try Filters.grain($0, amount: 0.1, size: 1, seed: 1) }
    for sigma in [0.3, 0.8, 2.1] {
      let width = try Tensor(doubles: [sigma], [1])
      // The windows' weights are f32: a small step would measure their rounding.
      try check(width, step: 1e-3, within: 1e-3) { try Filters.gaussian(picture, sigma: $0) }
      try check(width) { try picture * Filters.noiseLeft(sigma: $0) }
      #expect(try difference(Filters.gaussian(picture, sigma: width), Filters.gaussian(picture, sigma: sigma)) == 0)
    }
  }

  @Test func `wrong curves and colors are refused`() throws {
    let picture = Value.object(try Pictures.noise([3, 4, 4]))
    func refused(_ name: String, _ option: String, _ value: Value, _ part: String) throws {
      let function = try #require(FilterEntries.all().first { $0.name == name })
      let text = message { _ = try function.call([picture], options: [(option, value)]) }
      #expect(text.hasPrefix("filters.\(name): ") && text.contains(part), "\(text)")
    }
    func list(_ values: [Double]) -> Value { .table(Table(list: values.map { .number($0) })) }
    try refused("tone_curve", "curve", list([1]), "a list of 2 to 64 finite numbers")
    try refused("tone_curve", "curve", list([1, .nan]), "a list of 2 to 64 finite numbers")
    try refused("gradient_map", "colors", .table(Table(list: [list([1, 2, 3])])), "a list of 2 to 64 colors")
    try refused("gradient_map", "colors", .table(Table(list: [list([1, 2]), list([1, 2])])), "3 finite numbers")
    try refused("gradient_map", "colors", list([1, 2]), "a list of colors {red, green, blue}")
    try refused("grain", "amount", .number(-1), "between 0 and 10")
    try refused("chroma", "mix", .string("x"), "must be a number")
  }
}
