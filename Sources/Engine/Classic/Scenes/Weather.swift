internal import Glibc
internal import Imaging
internal import Surface

/// What is in the air in front of everything, and the finish of the picture.
extension Scene {
  func drawWeather() {
    switch settings.weather {
    case .clear, .cloudy: break
    case .rain: drawRain()
    case .snow: drawSnow()
    case .fog: drawFog()
    }
  }

  private func drawRain() {
    var dice = dice(51)
    let color = mix(light.horizon, Color(1, 1, 1), 0.35)
    for layer in 0..<3 {
      let near = Float(layer) / 2
      for _ in 0..<[520, 340, 150][layer] {
        let reach = height * (0.016 + 0.044 * near) * dice.roll(0.7, 1.3)
        let at = Point(dice.roll(-0.1, 1.05) * width, dice.roll(-0.05, 1) * height)
        let slant = Point(0.16 + dice.roll(-0.02, 0.02), 1)
        let path = Path([at, at + slant * reach], closed: false)
        let strength = (0.14 + 0.15 * near) * dice.roll(0.5, 1)
        canvas.fill(
          path.stroked(width: max(0.8, height / 512 * (0.75 + 0.7 * near)), roundCaps: false), .color(color),
          opacity: strength)
      }
    }
    // Drops that burst on the ground.
    for _ in 0..<260 {
      let y = camera.center.y + height * 0.02 + dice.roll() * (height - camera.center.y)
      let at = Point(dice.roll() * width, y), size = height / 512 * (0.6 + 2.2 * (y - camera.center.y) / height)
      canvas.dab(
        at, Point(size * 1.7, size * 0.5), color: color, opacity: 0.34 * dice.roll(), softness: 0.4, only: Scene.ground)
    }
  }

  private func drawSnow() {
    var dice = dice(52)
    let color = mix(Color(1, 1, 1) * min(1, light.ambient.z * 1.5 + 0.3), light.air, 0.15)
    for layer in 0..<4 {
      let near = Float(layer) / 3
      for _ in 0..<[900, 620, 260, 46][layer] {
        let size = height / 512 * (0.55 + 2.4 * near * near) * dice.roll(0.7, 1.3)
        let at = Point(dice.roll(-0.02, 1.02) * width, dice.roll(-0.02, 1.02) * height)
        canvas.dab(
          at, Point(size, size), color: color, opacity: (0.80 - 0.25 * near) * dice.roll(0.55, 1),
          softness: 0.35 + 0.5 * near)
      }
    }
  }

  /// Fog before the sky and the hills, thickest towards the horizon; drawn before anything nearer.
  func drawVeil() {
    guard settings.weather == .fog else { return }
    let base = camera.center.y
    canvas.paint { [self] pixel in
      SIMD4(light.air, 0.34 + 0.56 * Swift.min(1, expf((pixel.y - base) / height * 3)))
    }
  }

  /// Banks of fog that drift over the ground.
  private func drawFog() {
    let base = camera.center.y
    canvas.paint { [self] pixel in
      let distance = (pixel.y - base) / height
      let near = distance > 0 ? expf(-distance * 7) : expf(distance * 5)
      let drift = noise.fractal(pixel.x / height * 2.2, pixel.y / height * 7 + 3, octaves: 4)
      return SIMD4(light.air * 1.03, near * smooth(0.25, 0.85, drift) * 0.62)
    }
  }

  /// A faint vignette and grain, and highlights that roll off instead of clipping.
  func finish() {
    let middle = Point(width, height) * 0.5
    let reach = length(middle)
    let grain = Noise(seed: seed &+ 99)
    let relative = 512 / height
    for y in 0..<settings.height where !Interrupt.isPending {
      for x in 0..<settings.width {
        let index = y * settings.width + x
        let distance = length(Point(Float(x), Float(y)) - middle) / reach
        let dim = 1 - 0.17 * distance * distance * distance
        let tooth = grain.value(Float(x) * relative * 0.55, Float(y) * relative * 0.55) - 0.5
        let speck = grain.white(x, y) - 0.5
        var color = canvas.pixels[index] * (dim * (1 + 0.030 * tooth + 0.016 * speck))
        // Identity up to 0.8, then a curve that reaches 1 at infinity.
        let over = pointwiseMax(color - 0.8, SIMD4(repeating: 0))
        color = pointwiseMin(color, SIMD4(repeating: 0.8)) + over * 0.2 / (over + 0.2)
        canvas.pixels[index] = color
      }
    }
  }
}
