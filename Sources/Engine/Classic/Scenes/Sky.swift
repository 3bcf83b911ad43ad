internal import Imaging
internal import Surface

/// Sky, sun, moon, stars, clouds, and the hills at the end of the park.
extension Scene {
  func drawSky() {
    let disc = light.disc
    canvas.paint { [self] pixel in
      let ray = unit(camera.ray(pixel))
      let up = max(0, ray.y)
      // The horizon's colour clings to the lowest degrees.
      let blend = 1 - 1 / (1 + up * 3.4 + up * up * 5)
      var color = mix(light.horizon, light.zenith, min(1, blend * 1.18))
      let facing = max(0, dot(ray, disc))
      let p2 = facing * facing, p4 = p2 * p2, p16 = p4 * p4 * p4 * p4
      let p64 = p16 * p16 * p16 * p16
      color += light.glow * (0.16 * p4 + 0.22 * p16 + 0.30 * p64)
      // Breaks up the bands that 8 bits would show.
      let grain = noise.white(Int(pixel.x), Int(pixel.y)) - 0.5
      return SIMD4(color + grain * 0.008, 1)
    }
    for index in canvas.labels.indices { canvas.labels[index] = SceneLabel.sky.rawValue }
    drawStars()
    drawDisc()
    drawClouds()
  }

  private func drawStars() {
    guard light.stars > 0.02 else { return }
    var dice = dice(11)
    for _ in 0..<520 {
      let at = Point(dice.roll() * width, dice.roll() * dice.roll() * camera.center.y)
      let magnitude = dice.roll(), warm = dice.roll(), sharp = dice.roll()
      let size = height / 512 * (0.45 + 0.75 * magnitude * magnitude * magnitude)
      let color = mix(Color(0.75, 0.84, 1.0), Color(1.0, 0.93, 0.80), warm)
      let strength = light.stars * (0.25 + 0.75 * magnitude) * (1 - smooth(0.55, 1, at.y / camera.center.y))
      canvas.dab(at, Point(size, size), color: color, opacity: strength, softness: 0.5, blend: .add)
      if sharp > 0.985 {
        canvas.dab(
          at, Point(size * 4, size * 4), color: color, opacity: strength * 0.25, softness: 1, blend: .add)
      }
    }
  }

  /// The sun low over the hills, or the moon with its seas.
  private func drawDisc() {
    guard settings.weather == .clear || settings.weather == .cloudy, settings.time != .day else { return }
    let at = camera.project(light.disc * 1000 + Place(0, camera.eye, 0))
    let moon = settings.time == .night
    let radius = height * (moon ? 0.034 : 0.040)
    canvas.dab(
      at, Point(radius, radius) * 5, color: light.glow, opacity: moon ? 0.22 : 0.40, softness: 1, blend: .add)
    let noise = noise
    let body = Paint.shader { pixel in
      let offset = (pixel - at) / radius
      if !moon { return SIMD4(1.0, 0.90 - 0.10 * length(offset), 0.66 - 0.20 * length(offset), 1) }
      let seas = smooth(0.46, 0.60, noise.fractal(offset.x * 1.7 + 5, offset.y * 1.7, octaves: 4))
      let limb = 1 - 0.25 * length(offset) * length(offset)
      return SIMD4(Color(0.96, 0.95, 0.88) * (limb * (1 - 0.22 * seas)), 1)
    }
    canvas.fill(.circle(at, radius), body, .sun)
  }

  /// A flat layer of cumulus, lit from the sun's side: density from noise, shade from the density towards the light.
  private func drawClouds() {
    let cover = light.cloudiness
    guard cover > 0 else { return }
    let dense = settings.weather != .clear
    let threshold = 0.66 - 0.36 * cover
    let side = light.disc.x < 0 ? Float(-1) : 1
    let limit = Int(camera.center.y) + 1
    let offset = Float(seed % 997) * 3.7
    for y in 0..<min(settings.height, limit) where !Interrupt.isPending {
      for x in 0..<settings.width {
        let ray = camera.ray(Point(Float(x) + 0.5, Float(y) + 0.5))
        let up = max(ray.y, 0) + 0.10
        let u = ray.x / up * 0.95 + offset, v = 1 / up * 1.15
        let warp = noise.fractal(u * 0.7 + 9, v * 0.7, octaves: 2) - 0.5
        let here = noise.fractal(u + warp, v + warp * 0.6, octaves: 6)
        let far = smooth(0.0, 0.16, ray.y)
        let edge: Float = dense ? 0.34 : 0.15
        let density = smooth(threshold, threshold + edge, here) * (0.30 + 0.70 * far)
        guard density > 0.01 else { continue }
        let toward = noise.fractal(u + warp + side * 0.22, v + warp * 0.6 + 0.20, octaves: 3)
        let shade = min(1, max(0, 0.62 + (here - toward) * 4.2 - (here - threshold) * 1.3))
        var color = mix(light.cloudShade, light.cloudLit, shade)
        color = mix(light.horizon, color, 0.35 + 0.65 * far)
        let index = y * settings.width + x
        let alpha = density * (dense ? 0.97 : 0.93)
        canvas.pixels[index] += (SIMD4(color, 1) - canvas.pixels[index]) * alpha
        if alpha > 0.5, canvas.labels[index] == SceneLabel.sky.rawValue {
          canvas.labels[index] = SceneLabel.cloud.rawValue
        }
      }
    }
  }

  /// Three ridges of hills, each nearer, greener and lower.
  func drawHills() {
    let greens = seasonHills()
    for ridge in 0..<3 {
      let distance = [Float(2600), 1300, 520][ridge], tall = [Float(400), 150, 27][ridge]
      let wave = [Float(1.1), 2.0, 3.4][ridge]
      var path = Path()
      path.move(Point(-2, camera.center.y + height * 0.02))
      let columns = 240
      for column in 0...columns {
        let x = width * Float(column) / Float(columns)
        let across = (x - camera.center.x) / height
        let rise = noise.fractal(across * wave + 40 * Float(ridge), 3 + Float(ridge), octaves: 5)
        // The nearest ridge is wooded: its edge is rough.
        let rough = ridge == 2 ? noise.fractal(across * 95, 8, octaves: 3) * 7 : 0
        let top = camera.project(Place(0, tall * (0.25 + rise) + rough, distance)).y
        path.line(Point(x, top))
      }
      path.line(Point(width + 2, camera.center.y + height * 0.02))
      path.close()
      let color = aired(lit(greens[ridge], SIMD3(-0.2, 0.9, -0.4)), distance * (light.haze > 0.01 ? 0.3 : 0.62))
      let noise = noise, height = height, ridge = Float(ridge)
      let paint = Paint.shader { pixel in
        let grain = noise.fractal(pixel.x / height * 40, pixel.y / height * 90 + ridge * 7, octaves: 3) - 0.5
        return SIMD4(color * (1 + grain * (0.10 + 0.16 * ridge)), 1)
      }
      canvas.fill(path, paint, .hill)
    }
  }

  private func seasonHills() -> [Color] {
    if light.snow > 0.9 { return [Color(0.80, 0.84, 0.92), Color(0.72, 0.77, 0.84), Color(0.50, 0.54, 0.58)] }
    switch settings.season {
    case .spring: return [Color(0.40, 0.52, 0.50), Color(0.42, 0.58, 0.34), Color(0.36, 0.52, 0.24)]
    case .summer: return [Color(0.36, 0.47, 0.52), Color(0.34, 0.50, 0.32), Color(0.26, 0.42, 0.20)]
    case .autumn: return [Color(0.46, 0.44, 0.52), Color(0.56, 0.46, 0.30), Color(0.55, 0.36, 0.17)]
    case .winter: return [Color(0.72, 0.77, 0.86), Color(0.66, 0.68, 0.72), Color(0.42, 0.40, 0.40)]
    }
  }
}
