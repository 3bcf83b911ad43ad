internal import Foundation
internal import Surface
public import TensorCore

// Tone, color and grain. The parameters of the work itself are tensors, so that `filters.fit` can descend along them;
// the filters hand over constants.

extension Filters {
  /// Settings of `chroma`: what becomes of the two color differences.
  public struct Chroma {
    /// What the differences from blue and from red are multiplied by; 0 takes the color away.
    public var scaleBlue = 1.0, scaleRed = 1.0
    /// How much of each goes into the other.
    public var mix = 0.0
    /// What is added afterwards, −1 to 1: above 0 more blue, more red.
    public var shiftBlue = 0.0, shiftRed = 0.0

    /// Everything stays.
    public init() {}
  }

  /// Maps the luma by a curve through values at evenly spaced levels, 0 to 1; colors keep their differences from it.
  /// Between the levels it is straight, outside it goes on as at its ends. Pictures without three colors are mapped
  /// channel by channel; alpha stays. Differentiable.
  public static func toneCurve(_ image: Tensor, _ curve: [Double], scope: FilterScope = .init()) throws -> Tensor {
    guard (2...64).contains(curve.count), curve.allSatisfy(\.isFinite) else {
      throw EngineError("filters.tone_curve", expected: "a curve of 2 to 64 finite values", came: "\(curve.count)")
    }
    return try scope.apply("filters.tone_curve", to: image) { x in
      try toned(x, knots: Tensor(doubles: curve, [curve.count]).to(x.dtype))
    }
  }

  /// `toneCurve` on a batch; knots: a tensor of K ≥ 2 values.
  package static func toned(_ x: Tensor, knots: Tensor) throws -> Tensor {
    try onColors(of: x) { colors in
      guard colors.shape[1] == 3 else { return try curved(colors, knots) }
      let luma = try luminance(colors)
      return try colors + (curved(luma, knots) - luma)
    }
  }

  /// The piecewise straight curve: its first value plus what each piece adds.
  private static func curved(_ x: Tensor, _ knots: Tensor) throws -> Tensor {
    let pieces = knots.count - 1
    var result = try knots.narrow(0, 0, 1)
    for piece in 0..<pieces {
      let low = piece == 0 ? -Double.infinity : 0, high = piece == pieces - 1 ? Double.infinity : 1
      let rise = try knots.narrow(0, piece + 1, 1) - knots.narrow(0, piece, 1)
      result = try result + (x * Double(pieces) - Double(piece)).clamp(low, high) * rise
    }
    return result
  }

  /// Scales, mixes and shifts the color differences Cb and Cr; the luma stays. Pictures without three colors stay as they
  /// are. Differentiable.
  public static func chroma(_ image: Tensor, _ options: Chroma, scope: FilterScope = .init()) throws -> Tensor {
    try scope.apply("filters.chroma", to: image) { x in
      let values = [options.scaleBlue, options.scaleRed, options.mix, options.shiftBlue, options.shiftRed]
      return try recolored(x, Tensor(doubles: values, [5]).to(x.dtype))
    }
  }

  /// `chroma` on a batch; values: scale of Cb, scale of Cr, mix, shift of Cb, shift of Cr.
  package static func recolored(_ x: Tensor, _ values: Tensor) throws -> Tensor {
    try onColors(of: x) { colors in
      guard colors.shape[1] == 3 else { return try colors.copy() }
      let luma = try luminance(colors)
      let blue = try (colors.narrow(1, 2, 1) - luma) / 1.772, red = try (colors.narrow(1, 0, 1) - luma) / 1.402
      func value(_ place: Int) throws -> Tensor { try values.narrow(0, place, 1) }
      let cb = try blue * value(0) + red * value(2) + value(3)
      let cr = try blue * value(2) + red * value(1) + value(4)
      let (r, b) = (try luma + cr * 1.402, try luma + cb * 1.772)
      let g = try luma - cr * (0.299 * 1.402 / 0.587) - cb * (0.114 * 1.772 / 0.587)
      return try Tensor.cat([r, g, b], 1)
    }
  }

  /// Adds grain: normal noise, the same for all colors and all pictures of a batch; alpha stays. Differentiable.
  /// amount: standard deviation; size: standard deviation of the Gaussian that softens the noise, in pixels; it keeps
  /// its strength, away from the border.
  public static func grain(
    _ image: Tensor, amount: Double, size: Double, seed: Int, scope: FilterScope = .init()
  ) throws -> Tensor {
    guard amount >= 0, amount.isFinite, (0...100).contains(size) else {
      throw EngineError(
        "filters.grain", expected: "an amount of 0 or more and a size from 0 to 100 pixels", came: "\(amount), \(size)")
    }
    return try scope.apply("filters.grain", to: image) { x in
      let noise = Tensor.normalNoise
      let white = try noise([1, 1, x.shape[2], x.shape[3]], UInt64(bitPattern: Int64(seed)), 0)
      let kernel = gaussianKernel(sigma: size, truncate: 4)
      let energy = kernel.reduce(0) { $0 + $1 * $1 }
      let grain = try white.separable(kernel, .reflect101) * (amount / energy)
      return try onColors(of: x) { try $0 + grain.to(x.dtype) }
    }
  }

  /// Colors by luma: evenly spaced from dark to bright, straight between them. Alpha stays; pictures of other than three
  /// colors get the colors' luma. Differentiable.
  public static func gradientMap(
    _ image: Tensor, _ colors: [[Double]], scope: FilterScope = .init()
  ) throws -> Tensor {
    guard (2...64).contains(colors.count), colors.allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isFinite) }) else {
      throw EngineError("filters.gradient_map", expected: "2 to 64 colors of three numbers", came: "\(colors)")
    }
    return try scope.apply("filters.gradient_map", to: image) { x in
      try onColors(of: x) { plain in
        let luma = try luminance(plain).clamp(0, 1)
        func mapped(_ values: [Double]) throws -> Tensor {
          try curved(luma, Tensor(doubles: values, [values.count]).to(x.dtype))
        }
        if plain.shape[1] == 3 { return try Tensor.cat((0..<3).map { c in try mapped(colors.map { $0[c] }) }, 1) }
        let grey = colors.map { 0.299 * $0[0] + 0.587 * $0[1] + 0.114 * $0[2] }
        return try mapped(grey).expand(plain.shape).copy()
      }
    }
  }

  /// A Gaussian blur whose standard deviation is a tensor of one value, with a gradient for it: the derivative of the
  /// blur is the picture under the derivative of the kernel, k′(t) = k(t)·(t² − Σ k·t²) / σ³.
  package static func gaussian(_ x: Tensor, sigma: Tensor) throws -> Tensor {
    let value = try sigma.detached().item()
    let kernel = gaussianKernel(sigma: value, truncate: 4)
    let blurred = try x.separable(kernel, .reflect101)
    guard sigma.requiresGradient, kernel.count > 1 else { return blurred }
    let radius = kernel.count / 2
    let squares = (-radius...radius).map { Double($0 * $0) }
    let variance = zip(kernel, squares).reduce(0) { $0 + $1.0 * $1.1 }
    let slope = zip(kernel, squares).map { $0 * ($1 - variance) / (value * value * value) }
    let derivative =
      try x.separable(down: kernel, across: slope, .reflect101) + x.separable(down: slope, across: kernel, .reflect101)
    // The factor is 0, so only its gradient counts.
    return try blurred + (sigma - value) * derivative
  }

  /// The standard deviation that a Gaussian blur of `sigma` pixels, a tensor of one value, leaves of white noise of 1:
  /// Σ k², with a gradient for sigma.
  package static func noiseLeft(sigma: Tensor) throws -> Tensor {
    let value = try sigma.detached().item()
    let kernel = gaussianKernel(sigma: value, truncate: 4), radius = kernel.count / 2
    let squares = (-radius...radius).map { Double($0 * $0) }
    let variance = zip(kernel, squares).reduce(0) { $0 + $1.0 * $1.1 }
    let energy = kernel.reduce(0) { $0 + $1 * $1 }
    let slope = zip(kernel, squares).reduce(0) { $0 + 2 * $1.0 * $1.0 * ($1.1 - variance) } / (value * value * value)
    return try (sigma - value) * slope + energy
  }
}
