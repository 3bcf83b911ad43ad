internal import Glibc
package import Imaging

/// Colours for numbers from 0 to 1.
package enum Colormap: String, CaseIterable {
  /// From dark violet over blue and green to light yellow, equally far apart as the eye sees it: a path through Oklab
  /// (Ottosson 2020, A perceptual color space for image processing) with even steps, its lightness rising evenly with it.
  case uniform
  /// Black to white; a value is the grey level of a picture.
  case gray
  /// Blue over white to red, for values on both sides of 0.
  case diverging

  /// The colour of a number; NaN has none.
  package func color(_ value: Double) -> Color? {
    guard !value.isNaN else { return nil }
    let share = min(1, max(0, value))
    switch self {
    case .gray: return Color(repeating: Float(share))
    case .uniform: return Colormap.even[Int((share * 255).rounded())]
    case .diverging:
      let side = abs(share - 0.5) * 2
      let (lightness, chroma, hue) = share < 0.5 ? (0.45, 0.14, 255.0) : (0.5, 0.16, 32.0)
      return Colormap.rgb(0.97 + (lightness - 0.97) * side, chroma * side, hue)
    }
  }

  private static let even: [Color] = {
    // A fine path, then 256 places on it at equal distances.
    let count = 1024
    func place(_ step: Double) -> (Double, Double, Double) {
      let t = step / Double(count)
      return (0.24 + 0.7 * t, 0.078 + 0.08 * t * t, 300 - 195 * t)
    }
    var lengths = [0.0]
    for step in 1...count {
      let along = oklab(place(Double(step))) - oklab(place(Double(step - 1)))
      lengths.append(lengths[step - 1] + (along * along).sum().squareRoot())
    }
    var step = 1
    return (0..<256).map { index in
      let length = lengths[count] * Double(index) / 255
      while step < count, lengths[step] < length { step += 1 }
      let share = (length - lengths[step - 1]) / (lengths[step] - lengths[step - 1])
      let (lightness, chroma, hue) = place(Double(step - 1) + share)
      return rgb(lightness, chroma, hue)
    }
  }()

  /// Lightness and the two colour axes of a colour in cylinder coordinates; the hue in degrees.
  private static func oklab(_ color: (lightness: Double, chroma: Double, hue: Double)) -> SIMD3<Double> {
    let angle = color.hue * Double.pi / 180
    return SIMD3(color.lightness, color.chroma * cos(angle), color.chroma * sin(angle))
  }

  /// The sRGB of a colour (Ottosson's matrices and IEC 61966-2-1), kept within 0…1.
  private static func rgb(_ lightness: Double, _ chroma: Double, _ hue: Double) -> Color {
    let lab = oklab((lightness, chroma, hue))
    func cone(_ a: Double, _ b: Double) -> Double { pow(lab.x + a * lab.y + b * lab.z, 3) }
    let l = cone(0.3963377774, 0.2158037573), m = cone(-0.1055613458, -0.0638541728),
      s = cone(-0.0894841775, -1.2914855480)
    let linear = [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
    let encoded = linear.map { value in
      let level = min(1, max(0, value))
      return Float(level <= 0.0031308 ? 12.92 * level : 1.055 * pow(level, 1 / 2.4) - 0.055)
    }
    return Color(encoded[0], encoded[1], encoded[2])
  }
}

/// Colours of series, distinguishable with any kind of colour vision: Okabe & Ito 2008, Color Universal Design, without
/// the yellow, which is too light for white paper.
enum Inks {
  static let colors: [Color] = [
    hex(0x0072B2), hex(0xD55E00), hex(0x009E73), hex(0xCC79A7), hex(0xE69F00), hex(0x56B4E9), hex(0x000000),
  ]

  /// SGR numbers of the terminal's named colours: bright blue, magenta and red can be read on light and on dark ground and
  /// come first; then green, cyan, yellow.
  static let terminal = [94, 35, 31, 32, 36, 33]

  /// The colour of a series by its number from 0.
  static func color(_ ink: Int) -> Color { colors[ink % colors.count] }

  private static func hex(_ code: Int) -> Color {
    Color(Float(code >> 16), Float(code >> 8 & 255), Float(code & 255)) / 255
  }
}
