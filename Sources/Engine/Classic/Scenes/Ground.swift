internal import Glibc
internal import Imaging

/// Lawn, gravel walks, flower beds and what lies on them.
extension Scene {
  /// Points of the walk's middle line on the ground (x, z) from the viewer to the steps.
  func walk() -> [Point] {
    let foot = Building(self).front(Building.porticoX, 9.2)
    let start = Point(-1.5, 3.2), bendA = Point(4.5, 15), bendB = Point(foot.x + 3.5, foot.z - 17)
    let end = Point(foot.x, foot.z)
    return (0...160).map { step in
      let t = Float(step) / 160, s = 1 - t
      return start * (s * s * s) + bendA * (3 * s * s * t) + bendB * (3 * s * t * t) + end * (t * t * t)
    }
  }

  /// A strip of ground along a line, its edges slightly uneven.
  private func strip(_ line: [Point], half: Float) -> Path {
    var left: [Point] = [], right: [Point] = []
    for index in line.indices {
      let before = line[max(0, index - 1)], after = line[min(line.count - 1, index + 1)]
      let along = after - before
      let side = Point(-along.y, along.x) / max(1e-6, length(along))
      let wobble = (noise.fractal(line[index].x * 1.6, line[index].y * 1.6, octaves: 4) - 0.5) * 0.34
      left.append(line[index] + side * (half + wobble))
      right.append(line[index] - side * (half - wobble))
    }
    let outline = left + right.reversed()
    return Path(outline.map { camera.project(Place($0.x, 0, max(1.2, $0.y))) })
  }

  func drawGround() {
    let top = camera.center.y + camera.focal * camera.eye / 520
    let lawn = Path.rectangle(-1, top, width + 2, height - top + 2)
    canvas.fill(lawn, .shader { [self] pixel in SIMD4(grass(pixel), 1) }, .grass)
    let building = Building(self)
    let far = building.front(-70, 11.5), near = building.front(46, 11.5)
    let terrace = (0...160).map { step in
      let t = Float(step) / 160
      return Point(far.x + (near.x - far.x) * t, far.z + (near.z - far.z) * t)
    }
    let surface = Paint.shader { [self] pixel in SIMD4(gravel(pixel), 1) }
    let edge = Paint.color(Color(0.55, 0.5, 0.42))
    for (line, half) in [(terrace, Float(2.3)), (walk(), 2.2)] {
      canvas.fill(strip(line, half: half + 0.28), edge, opacity: 0.55, blend: .multiply)
      canvas.fill(strip(line, half: half), surface, .path)
    }
  }

  /// The place on the lawn that a pixel shows.
  @inline(__always)
  private func lawn(_ pixel: Point) -> Place {
    let z = camera.focal * camera.eye / max(0.5, pixel.y - camera.center.y)
    return Place((pixel.x - camera.center.x) / camera.focal * z, 0, z)
  }

  private func grass(_ pixel: Point) -> Color {
    let at = lawn(pixel)
    var (dark, pale) = grassColors()
    let broad = noise.fractal(at.x * 0.09, at.z * 0.09, octaves: 3)
    let clumps = noise.fractal(at.x * 0.9, at.z * 0.55, octaves: 3)
    // Blades are taller than wide on the screen and only resolved near by.
    let scale = camera.scale(at.z)
    let fine = min(1, scale / 18)
    let blades = noise.fractal(at.x * 14, at.z * 4.5, octaves: 2) - 0.5
    let stripes = sinf(at.x * 0.62 + at.z * 0.16) > 0 ? Float(0.025) : -0.025
    dark = mix(dark, dark * Color(0.9, 0.95, 0.8), broad)
    var color = mix(dark, pale, min(1, max(0, 0.25 + 0.9 * (broad - 0.5) + 0.8 * (clumps - 0.4) + 0.7 * blades * fine)))
    color = color * (1 + stripes * (1 - light.snow))
    if light.snow > 0 {
      let depth = light.snow * 1.25 - 0.35 + (broad - 0.5) * 0.9 + (clumps - 0.5) * 0.55
      let cover = smooth(0.0, 0.32, depth)
      let white = Color(0.90, 0.93, 0.99) * (0.90 + 0.12 * broad + 0.06 * clumps)
      color = mix(color, white, cover)
    }
    if settings.season == .autumn, light.snow < 0.5 {
      let leaf = noise.value(at.x * 5.5, at.z * 3.4) + 0.35 * (clumps - 0.5)
      let fallen = smooth(0.70, 0.78, leaf) * (0.35 + 0.65 * broad)
      let hue = noise.white(Int(at.x * 5.5), Int(at.z * 3.4))
      color = mix(color, mix(Color(0.66, 0.30, 0.10), Color(0.82, 0.58, 0.18), hue), fallen * 0.8)
    }
    color = color * (1 - 0.22 * light.wet)
    return aired(lit(color, SIMD3(0, 1, 0)), at.z)
  }

  private func grassColors() -> (Color, Color) {
    switch settings.season {
    case .spring: (Color(0.22, 0.38, 0.12), Color(0.50, 0.66, 0.24))
    case .summer: (Color(0.25, 0.38, 0.14), Color(0.47, 0.58, 0.25))
    case .autumn: (Color(0.27, 0.31, 0.12), Color(0.53, 0.50, 0.23))
    case .winter: (Color(0.33, 0.33, 0.20), Color(0.52, 0.49, 0.34))
    }
  }

  private func gravel(_ pixel: Point) -> Color {
    let at = lawn(pixel)
    let broad = noise.fractal(at.x * 0.5, at.z * 0.35, octaves: 3)
    let fine = min(1, camera.scale(at.z) / 22)
    let stones = (noise.fractal(at.x * 11, at.z * 7, octaves: 2) - 0.5) * (0.10 + 0.28 * fine)
    var color = Color(0.71, 0.63, 0.50) * (0.86 + 0.24 * broad + stones)
    if light.snow > 0 {
      // Trodden: snow stays in patches.
      let cover = smooth(0.42, 0.72, light.snow * 0.62 + (broad - 0.5) * 0.9)
      color = mix(color, Color(0.88, 0.91, 0.97), cover * 0.9)
    }
    var result = lit(color * (1 - 0.38 * light.wet), SIMD3(0, 1, 0))
    if light.wet > 0 {
      // Puddles hold the sky.
      let puddle = smooth(0.52, 0.60, noise.fractal(at.x * 0.42 + 31, at.z * 0.30, octaves: 3))
      result = mix(result, mix(light.horizon, light.cloudShade, 0.45), 0.12 + 0.58 * puddle)
    }
    return aired(result, at.z)
  }

  /// The shadow of a convex body: its points moved along the light to the ground, outlined and darkened.
  func castShadow(_ points: [Place], softness: Float = 1) {
    guard light.shadows > 0.03 else { return }
    let slope = max(0.24, light.key.y)
    let shifted = points.map { point -> Point in
      let run = point.y / slope
      return Point(point.x - light.key.x * run, max(1.5, point.z - light.key.z * run))
    }
    let outline = hull(shifted).map { camera.project(Place($0.x, 0, $0.y)) }
    let tint = mix(Color(1, 1, 1), shadowTint(), light.shadows * softness)
    canvas.fill(Path(outline), .color(tint), blend: .multiply, only: Scene.ground)
  }

  /// What full shadow multiplies sunlit ground by: the share of light that the sky gives.
  func shadowTint() -> Color {
    let sun = light.sun * max(0.05, light.key.y), total = light.ambient + sun
    return light.ambient / total * 0.9
  }

  /// The smallest convex outline around points (Andrew's monotone chain).
  private func hull(_ points: [Point]) -> [Point] {
    let sorted = points.sorted { $0.x < $1.x || ($0.x == $1.x && $0.y < $1.y) }
    func half(_ points: [Point]) -> [Point] {
      var chain: [Point] = []
      for point in points {
        while chain.count > 1 {
          let a = chain[chain.count - 2], b = chain[chain.count - 1]
          if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0 { break }
          chain.removeLast()
        }
        chain.append(point)
      }
      chain.removeLast()
      return chain
    }
    return half(sorted) + half(sorted.reversed())
  }
}
