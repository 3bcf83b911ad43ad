internal import Imaging

/// One drawing in progress: canvas, camera, light and random sources, shared by the parts that draw sky, ground,
/// building, trees and weather. Parts draw from back to front.
final class Scene {
  let settings: SceneSettings
  let camera: Camera
  let light: Light
  let noise: Noise
  var canvas: Canvas
  /// Everything is a bit different from seed to seed.
  let seed: UInt64

  init(_ settings: SceneSettings) {
    self.settings = settings
    camera = Camera(width: settings.width, height: settings.height)
    light = Light(settings)
    seed = settings.seed
    noise = Noise(seed: settings.seed)
    canvas = Canvas(width: settings.width, height: settings.height)
  }

  var width: Float { Float(settings.width) }
  var height: Float { Float(settings.height) }

  /// A stream of random numbers for one object.
  func dice(_ stream: UInt64) -> Dice { Dice(seed, stream) }

  /// What a surface looks like from near: its own colour under the sky's light and the sun's.
  @inline(__always)
  func lit(_ albedo: Color, _ normal: SIMD3<Float>, sunlight: Float = 1) -> Color {
    let facing = max(0, dot(normal, light.key)) * sunlight
    // Sky light comes from above and, weaker, from the side of the glow.
    let open = 0.80 + 0.20 * normal.y - 0.10 * normal.z
    return albedo * (light.ambient * open + light.sun * facing)
  }

  /// The colour after a distance of air.
  @inline(__always)
  func aired(_ color: Color, _ distance: Float) -> Color {
    // e^(-x) by its (1 + x/8)^-8, close enough for looks.
    var clear = 1 / (1 + distance * light.haze * 0.125)
    clear *= clear
    clear *= clear
    clear *= clear
    return light.air + (color - light.air) * clear
  }

  /// A label as the canvas stores it.
  static func bit(_ labels: SceneLabel...) -> UInt64 { labels.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

  /// The classes that lie on the ground and take cast shadows.
  static let ground = bit(.grass, .path, .steps)
}

extension Canvas {
  /// Fills with a label by name.
  mutating func fill(
    _ path: Path, _ paint: Paint, rule: FillRule = .nonZero, opacity: Float = 1, blend: Blend = .over,
    _ label: SceneLabel
  ) {
    fill(path, paint, rule: rule, opacity: opacity, blend: blend, label: label.rawValue)
  }
}
