internal import Glibc
internal import Surface

/// Eight-bit sRGB and what it means: light, and the distance that eyes see.
package enum Light {
  /// Light of an sRGB byte, 0 to 1 (IEC 61966-2-1).
  package static let linear: [Float] = (0..<256).map { byte in
    let value = Float(byte) / 255
    return value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
  }

  /// The sRGB byte of light, by 4096 steps.
  static func byte(_ light: Float) -> UInt8 { encoded[Int(max(0, min(1, light)) * 4095 + 0.5)] }

  private static let encoded: [UInt8] = (0..<4096).map { step in
    let light = Float(step) / 4095
    let value = light <= 0.0031308 ? light * 12.92 : 1.055 * powf(light, 1 / 2.4) - 0.055
    return UInt8(max(0, min(255, (value * 255).rounded())))
  }

  /// A colour in Oklab (Ottosson 2020), where equal distances look equal.
  static func oklab(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> SIMD3<Float> {
    let (r, g, b) = (linear[Int(red)], linear[Int(green)], linear[Int(blue)])
    let l = cbrtf(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrtf(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrtf(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return SIMD3(
      0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s)
  }
}

/// Colours that a terminal has, and the nearest of them to any other.
package final class Palette {
  /// Red, green, blue of each.
  let colors: [SIMD3<UInt8>]
  private let places: [SIMD3<Float>]
  /// The nearest colour per cell of 32 × 32 × 32; 0xFFFF where nobody has asked yet.
  private var known = [UInt16](repeating: 0xFFFF, count: 1 << 15)

  init(_ colors: [SIMD3<UInt8>]) {
    self.colors = colors
    places = colors.map { Light.oklab($0.x, $0.y, $0.z) }
  }

  /// The number of the nearest colour to the eye; colours are told apart by five bits per channel.
  package func nearest(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    let (r, g, b) = (max(0, min(255, red)), max(0, min(255, green)), max(0, min(255, blue)))
    let key = (r >> 3) << 10 | (g >> 3) << 5 | b >> 3
    if known[key] != 0xFFFF { return Int(known[key]) }
    // The middle of the cell; its ends stay black and white.
    func middle(_ value: Int) -> UInt8 { UInt8((value >> 3) * 255 / 31) }
    let place = Light.oklab(middle(r), middle(g), middle(b))
    var best = 0
    var least = Float.infinity
    for (index, other) in places.enumerated() {
      let gap = place - other
      let distance = (gap * gap).sum()
      if distance < least { (best, least) = (index, distance) }
    }
    known[key] = UInt16(best)
    return best
  }

  /// The sixteen named colours as xterm has them; terminals differ, but little in which is nearest.
  nonisolated(unsafe) package static let named = Palette(namedColors)

  private static let namedColors: [SIMD3<UInt8>] = [
    [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
    [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255],
    [255, 255, 255],
  ]

  /// Colours 16 to 255 of the 256: the cube of 6 × 6 × 6 and the greys, which no theme changes.
  nonisolated(unsafe) package static let fixed = Palette(
    (0..<216).map { index in
      func level(_ step: Int) -> UInt8 { step == 0 ? 0 : UInt8(55 + 40 * step) }
      return SIMD3(level(index / 36), level(index / 6 % 6), level(index % 6))
    } + (0..<24).map { SIMD3(repeating: UInt8(8 + 10 * $0)) })
}

/// Spreads the error of a colour over its neighbours (Floyd and Steinberg 1976), in alternating directions.
struct Diffusion {
  /// The number of the palette's colour at each pixel, rows from the top. `share`: how many sixteenths of an error are
  /// spread; where pixels are so large that eyes do not mix them, all of it would be noise.
  static func indices(_ pixels: Pixels, _ palette: Palette, share: Int32 = 16) -> [UInt8] {
    let (width, height) = (pixels.width, pixels.height)
    var result = [UInt8](repeating: 0, count: width * height)
    // Errors of this row and the next, in sixteenths, with a pixel of margin at both ends.
    var here = [SIMD3<Int32>](repeating: .zero, count: width + 2), next = here
    for y in 0..<height {
      let forward = y % 2 == 0
      for step in 0..<width {
        let x = forward ? step : width - 1 - step
        let at = 3 * (y * width + x)
        let source = SIMD3<Int32>(
          Int32(pixels.bytes[at]), Int32(pixels.bytes[at + 1]), Int32(pixels.bytes[at + 2]))
        var wanted = source &+ (here[x + 1] &+ 8) &>> 4
        wanted.clamp(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
        let index = palette.nearest(Int(wanted.x), Int(wanted.y), Int(wanted.z))
        result[y * width + x] = UInt8(index)
        let error = ((wanted &- SIMD3<Int32>(truncatingIfNeeded: palette.colors[index])) &* share) / 16
        let ahead = forward ? x + 2 : x, behind = forward ? x : x + 2
        here[ahead] &+= error &* 7
        next[behind] &+= error &* 3
        next[x + 1] &+= error &* 5
        next[ahead] &+= error
      }
      swap(&here, &next)
      for index in next.indices { next[index] = .zero }
    }
    return result
  }
}
