internal import TensorCore

// Every branch of a curve is computed on values clamped to where it holds, so that the branch which `where` leaves out
// has a finite value and slope: a NaN times zero would spoil the gradient.

/// sRGB's curve (IEC 61966-2-1), with scikit-image's thresholds; below them, negative values included, it is a line.
enum SRGB {
  /// Light from values.
  static func decoded(_ x: Tensor) throws -> Tensor {
    let curve = try ((x.clamp(0.04045) + 0.055) / 1.055).pow(2.4)
    return try .where(x.gt(0.04045), curve, x / 12.92)
  }

  /// Values from light.
  static func encoded(_ x: Tensor) throws -> Tensor {
    let curve = try x.clamp(0.0031308).pow(1 / 2.4) * 1.055 - 0.055
    return try .where(x.gt(0.0031308), curve, x * 12.92)
  }
}

/// CIE L*a*b* by way of XYZ under D65 for the 2° observer, with scikit-image's numbers.
enum Lab {
  private static let white = [0.95047, 1, 1.08883]
  private static let xyz = Matrix3([
    [0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227],
  ])
  /// f(X), f(Y), f(Z) to L*, a*, b*, without L*'s offset.
  private static let axes = Matrix3([[0, 116, 0], [500, -500, 0], [0, 200, -200]])
  private static let knee = 0.008856, slope = 7.787, rise = 16.0 / 116

  static func from(linear rgb: Tensor) throws -> Tensor {
    let t = try rgb.mixed(xyz.dividingOutputs(white))
    let f = try Tensor.where(t.gt(knee), t.clamp(knee).pow(1.0 / 3), t * slope + rise)
    return try f.mixed(axes) - f.offset([16, 0, 0])
  }

  /// scikit-image also sets a negative f(Z) to 0, which no colour of sRGB has; here nothing is cut off.
  static func linear(from lab: Tensor) throws -> Tensor {
    let f = try (lab + lab.offset([16, 0, 0])).mixed(axes.inverse)
    let cube = try f * f * f
    let t = try Tensor.where(f.gt(0.2068966), cube, (f - rise) / slope)
    return try t.mixed(xyz.inverse.scalingInputs(white))
  }
}

/// Oklab: Björn Ottosson, "A perceptual color space for image processing" (2020), with his matrices.
enum Oklab {
  private static let cones = Matrix3([
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ])
  private static let axes = Matrix3([
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
  ])

  static func from(linear rgb: Tensor) throws -> Tensor { try cubeRoot(rgb.mixed(cones)).mixed(axes) }

  static func linear(from oklab: Tensor) throws -> Tensor {
    let roots = try oklab.mixed(axes.inverse)
    return try (roots * roots * roots).mixed(cones.inverse)
  }

  /// The real cube root. Its slope at 0 is infinite; magnitudes below 1e-30 count as that, and black's gradient is 0.
  private static func cubeRoot(_ x: Tensor) throws -> Tensor {
    try x.detached().sign() * x.abs().clamp(1e-30).pow(1.0 / 3)
  }
}

/// Hue, saturation, value (Smith 1978), as in scikit-image: greys have hue and saturation 0.
enum HSV {
  static func from(rgb: Tensor) throws -> Tensor {
    let (r, g, b) = (try rgb.channel(0), try rgb.channel(1), try rgb.channel(2))
    let value = try rgb.max([1], keepdim: true)
    let spread = try value - rgb.min([1], keepdim: true)
    // Where the true divisor is 0 so is the dividend; 1 stands in for it.
    let isGrey = try spread.eq(0)
    let divisor = try spread.maskedFill(isGrey, 1)
    let saturation = try spread / value.maskedFill(value.eq(0), 1)
    // Of several largest channels blue goes before green and green before red.
    let fromRed = try (g - b) / divisor
    let fromGreen = try (b - r) / divisor + 2
    let fromBlue = try (r - g) / divisor + 4
    let sixths = try Tensor.where(.eq(b, value), fromBlue, .where(.eq(g, value), fromGreen, fromRed))
    let turns = try sixths / 6
    let hue = try (turns - turns.detached().floor()).maskedFill(isGrey, 0)
    return try .cat([hue, saturation, value], 1)
  }

  /// Each channel is the value, less its share of the saturation: v − v·s·max(0, min(k, 4 − k, 1)) with
  /// k = (n + 6·hue) mod 6 and n = 5, 3, 1 for red, green, blue.
  static func rgb(from hsv: Tensor) throws -> Tensor {
    let (hue, saturation, value) = (try hsv.channel(0), try hsv.channel(1), try hsv.channel(2))
    let sixths = try hue * 6 + hue.offset([5, 3, 1])
    let k = try sixths - (sixths.detached() / 6).floor() * 6
    let share = try Tensor.minimum(k, 4 - k).clamp(0, 1)
    return try value - value * saturation * share
  }
}
