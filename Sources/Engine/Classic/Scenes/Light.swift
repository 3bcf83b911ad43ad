internal import Imaging

/// The colours and directions of light of one time, season and weather. World axes: x to the right, y up, z away from
/// the viewer.
struct Light {
  var zenith = Color(0.20, 0.42, 0.78)
  var horizon = Color(0.80, 0.89, 0.97)
  /// Added around the sun.
  var glow = Color(1.0, 0.95, 0.8)
  /// Unit vector towards the sun or moon as the sky shows it.
  var disc = SIMD3<Float>(-0.55, 0.62, 0.6)
  /// Unit vector towards the light that shades things.
  var key = SIMD3<Float>(-0.55, 0.68, -0.48)
  var sun = Color(1.05, 0.98, 0.86)
  var ambient = Color(0.42, 0.47, 0.56)
  var cloudLit = Color(1.0, 0.99, 0.97)
  var cloudShade = Color(0.66, 0.71, 0.80)
  /// Share of the sky that clouds cover, about.
  var cloudiness: Float = 0.48
  /// What distance fades to, and how fast, per metre.
  var air = Color(0.76, 0.84, 0.92)
  var haze: Float = 0.0016
  /// Brightness of lit windows and lamps.
  var lamps: Float = 0
  var stars: Float = 0
  /// How dark cast shadows are, 0…1.
  var shadows: Float = 0.62
  /// How wet the ground is.
  var wet: Float = 0
  /// How much snow lies, 0…1.
  var snow: Float = 0

  init(_ settings: SceneSettings) {
    switch settings.time {
    case .dawn: dawn()
    case .day: break
    case .dusk: dusk()
    case .night: night()
    }
    if settings.season == .autumn, settings.time == .day {
      zenith = Color(0.24, 0.44, 0.74)
      sun = Color(1.10, 0.96, 0.76)
      horizon = Color(0.90, 0.89, 0.86)
    }
    if settings.season == .winter {
      snow = 0.62
      if settings.time == .day { sun = Color(1.02, 0.96, 0.88) }
    }
    weather(settings)
    if settings.time == .night, settings.weather != .clear {
      // Clouds send the town's light back.
      ambient = ambient * 1.4 + Color(0.015, 0.012, 0.010)
      cloudLit = cloudLit * 1.1 + Color(0.03, 0.025, 0.02)
    }
    disc = unit(disc)
    key = unit(key)
  }

  private mutating func dawn() {
    zenith = Color(0.30, 0.40, 0.66)
    horizon = Color(1.0, 0.80, 0.66)
    glow = Color(1.0, 0.62, 0.34)
    disc = SIMD3(-0.58, 0.13, 0.9)
    key = SIMD3(-0.83, 0.34, -0.42)
    sun = Color(1.08, 0.72, 0.46)
    ambient = Color(0.40, 0.39, 0.52)
    cloudLit = Color(1.0, 0.80, 0.70)
    cloudShade = Color(0.58, 0.50, 0.64)
    air = Color(0.90, 0.76, 0.72)
    haze = 0.0036
    lamps = 0.35
    stars = 0.12
    shadows = 0.5
  }

  private mutating func dusk() {
    zenith = Color(0.13, 0.14, 0.38)
    horizon = Color(1.0, 0.56, 0.32)
    glow = Color(1.0, 0.50, 0.20)
    disc = SIMD3(0.60, 0.062, 0.9)
    key = SIMD3(0.80, 0.22, 0.30)
    sun = Color(0.95, 0.50, 0.26)
    ambient = Color(0.33, 0.27, 0.40)
    cloudLit = Color(1.0, 0.55, 0.36)
    cloudShade = Color(0.34, 0.24, 0.42)
    air = Color(0.78, 0.47, 0.42)
    haze = 0.0030
    lamps = 0.85
    stars = 0.30
    shadows = 0.40
  }

  private mutating func night() {
    zenith = Color(0.012, 0.022, 0.075)
    horizon = Color(0.075, 0.12, 0.24)
    glow = Color(0.30, 0.36, 0.48)
    disc = SIMD3(-0.42, 0.50, 0.86)
    key = SIMD3(-0.62, 0.68, -0.30)
    sun = Color(0.24, 0.30, 0.46)
    ambient = Color(0.095, 0.12, 0.205)
    cloudLit = Color(0.24, 0.29, 0.42)
    cloudShade = Color(0.05, 0.07, 0.14)
    air = Color(0.06, 0.095, 0.19)
    haze = 0.0030
    lamps = 1
    stars = 1
    shadows = 0.55
  }

  private mutating func weather(_ settings: SceneSettings) {
    switch settings.weather {
    case .clear: break
    case .cloudy: overcast(0.55, cover: 0.74)
    case .rain:
      overcast(0.92, cover: 0.97)
      wet = 1
      haze += 0.0035
      lamps = max(lamps, 0.55)
    case .snow:
      overcast(0.85, cover: 0.95)
      snow = 1
      haze += 0.0045
      lamps = max(lamps, 0.4)
    case .fog:
      overcast(0.75, cover: 0.6)
      haze += 0.019
      lamps = max(lamps, 0.5)
      air = air + (horizon - air) * 0.4
    }
  }

  /// Pulls everything towards grey and dims the sun.
  private mutating func overcast(_ amount: Float, cover: Float) {
    func grey(_ color: Color, _ share: Float) -> Color {
      let luminance = color.x * 0.3 + color.y * 0.58 + color.z * 0.12
      let target = Color(0.94, 0.98, 1.06) * luminance
      return color + (target - color) * share
    }
    cloudiness = cover
    zenith = grey(zenith, amount * 0.8)
    horizon = grey(horizon, amount * 0.6) * (1 - 0.12 * amount)
    glow = glow * (1 - 0.8 * amount)
    ambient = grey(ambient, amount * 0.6) + sun * (0.26 * amount)
    sun = grey(sun, amount * 0.5) * (1 - 0.88 * amount)
    cloudLit = grey(cloudLit, amount * 0.6) * (1 - 0.16 * amount)
    cloudShade = grey(cloudShade, amount * 0.6) * (1 - 0.14 * amount)
    air = grey(air, amount * 0.7) * (1 - 0.08 * amount)
    shadows *= 1 - 0.85 * amount
    stars *= 1 - amount
  }
}

/// The vector of length 1 in the same direction.
func unit(_ v: SIMD3<Float>) -> SIMD3<Float> { v / dot(v, v).squareRoot() }

@inline(__always)
func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }

func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

@inline(__always)
func mix(_ a: Color, _ b: Color, _ t: Float) -> Color { a + (b - a) * t }

/// 0 below `low`, 1 above `high`, smooth between.
@inline(__always)
func smooth(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = min(1, max(0, (x - low) / (high - low)))
  return t * t * (3 - 2 * t)
}
