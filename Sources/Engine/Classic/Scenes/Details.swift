internal import Glibc
internal import Imaging

/// Shrubs, lamps, benches, flowers and the grass at the viewer's feet.
extension Scene {
  /// Clipped shrubs along the foot of the front wall.
  func drawShrubs() {
    let house = Building(self)
    var dice = dice(21)
    let stand =
      Array(stride(from: Float(-31), through: -15.5, by: 1.9)) + Array(stride(from: Float(1.8), through: 16.8, by: 1.9))
    for x in stand {
      let place = house.front(x, 1.8 + dice.roll(0, 0.5))
      let size = dice.roll(0.75, 1.15)
      drawShrub(at: place, radius: size, tall: size * dice.roll(0.9, 1.25), &dice)
    }
    for (x, size) in [(Float(19.5), Float(1.3)), (22, 1.0), (24.6, 1.35)] {
      drawShrub(at: house.front(x, 3.0), radius: size, tall: size * 1.1, &dice)
    }
  }

  func drawShrub(at place: Place, radius: Float, tall: Float, _ dice: inout Dice) {
    var colors = [Color(0.13, 0.27, 0.11), Color(0.20, 0.37, 0.14), Color(0.30, 0.46, 0.18)]
    if settings.season == .autumn, dice.roll() < 0.4 { colors = palette(.broad, &dice) }
    if settings.season == .winter { colors = [Color(0.16, 0.23, 0.14), Color(0.24, 0.28, 0.17)] }
    let tint = mix(Color(1, 1, 1), shadowTint(), 0.5)
    let foot = camera.project(place), scale = camera.scale(place.z)
    canvas.dab(
      foot, Point(radius * 1.25, radius * 0.30) * scale, color: tint, opacity: 1, softness: 0.7, blend: .multiply,
      only: Scene.ground)
    drawLeaves(
      LeafMass(
        center: place + Place(0, tall * 0.72, 0), radii: SIMD3(radius, tall * 0.85, radius), clumps: 22, leaves: 26,
        leafSize: 0.085, palette: colors, label: .shrub), &dice)
  }

  /// Where lamps stand along the walk: ground places, far ones first.
  private func lampPlaces() -> [Place] {
    let line = walk()
    return [132, 104, 80, 58].flatMap { index -> [Place] in
      let along = line[index + 1] - line[index - 1]
      let side = Point(-along.y, along.x) / length(along) * 3.4
      return [line[index] + side, line[index] - side].map { Place($0.x, 0, $0.y) }
    }
  }

  func drawLamps() {
    for place in lampPlaces() {
      let scale = camera.scale(place.z)
      let iron = Color(0.10, 0.115, 0.12)
      let paint = Paint.color(aired(lit(iron, SIMD3(-0.5, 0.2, -0.8)), place.z))
      let foot = camera.project(place)
      func at(_ x: Float, _ y: Float) -> Point { foot + Point(x, -y) * scale }
      if light.shadows > 0.1 {
        castShadow([place + Place(-0.06, 0, 0), place + Place(0.06, 0, 0), place + Place(0, 3.9, 0)], softness: 0.8)
      }
      canvas.fill(Path([at(-0.24, 0), at(0.24, 0), at(0.12, 0.55), at(-0.12, 0.55)]), paint, .lamp)
      canvas.fill(Path([at(-0.075, 0.5), at(0.075, 0.5), at(0.055, 3.3), at(-0.055, 3.3)]), paint, .lamp)
      canvas.fill(Path([at(-0.30, 3.26), at(0.30, 3.26), at(0.24, 3.36), at(-0.24, 3.36)]), paint, .lamp)
      let glow = light.lamps
      let glass = mix(Color(0.70, 0.74, 0.74) * (light.ambient.y * 1.4), Color(1.0, 0.90, 0.66) * 1.15, glow)
      canvas.fill(Path([at(-0.20, 3.36), at(0.20, 3.36), at(0.30, 3.95), at(-0.30, 3.95)]), .color(glass), .lamp)
      canvas.fill(Path([at(-0.36, 3.93), at(0.36, 3.93), at(0.06, 4.28), at(-0.06, 4.28)]), paint, .lamp)
      if light.snow > 0.2 {
        let white = Paint.color(aired(lit(Color(0.94, 0.96, 1), SIMD3(0, 1, 0)), place.z))
        canvas.fill(Path([at(-0.30, 4.0), at(0.30, 4.0), at(0.08, 4.36), at(-0.08, 4.36)]), white, opacity: 0.9)
      }
      guard glow > 0.3 else { continue }
      let center = at(0, 3.65)
      let fog: Float = settings.weather == .fog ? 1.7 : 1
      canvas.dab(
        center, Point(3.4, 3.4) * (scale * fog), color: Color(1.0, 0.66, 0.30), opacity: 0.34 * glow, softness: 1,
        blend: .add)
      canvas.dab(
        center, Point(1.1, 1.1) * scale, color: Color(1.0, 0.86, 0.58), opacity: 0.75 * glow, softness: 1, blend: .add)
    }
  }

  /// Pools of lamplight on the ground; drawn before what stands there.
  func drawLampLight() {
    guard light.lamps > 0.3 else { return }
    for place in lampPlaces() {
      let scale = camera.scale(place.z)
      let squash = camera.eye / place.z
      canvas.dab(
        camera.project(place), Point(6.5, 6.5 * max(0.05, squash) * 1.25) * scale, color: Color(0.52, 0.34, 0.15),
        opacity: 0.62 * light.lamps, softness: 1, blend: .add, only: Scene.ground)
    }
    // Light from the portico on the steps and walk.
    let door = Building(self).front(Building.porticoX, 9)
    canvas.dab(
      camera.project(door), Point(9, 1.6) * camera.scale(door.z), color: Color(0.42, 0.26, 0.11),
      opacity: 0.75 * light.lamps, softness: 1, blend: .add, only: Scene.ground)
  }

  /// Two benches by the walk.
  func drawBenches() {
    let line = walk()
    for (index, side) in [(94, Float(-1)), (70, 1)] {
      let along = line[index + 1] - line[index - 1]
      let out = Point(-along.y, along.x) / length(along)
      let at = line[index] + out * (side * 4.1)
      let place = Place(at.x, 0, at.y), scale = camera.scale(at.y), foot = camera.project(place)
      func point(_ x: Float, _ y: Float) -> Point { foot + Point(x, -y) * scale }
      castShadow([
        place + Place(-0.9, 0, 0), place + Place(0.9, 0, 0), place + Place(-0.9, 0.9, 0), place + Place(0.9, 0.9, 0),
      ])
      let wood = Paint.color(
        aired(lit(Color(0.48, 0.31, 0.17), SIMD3(-0.2, 0.7, -0.6)) + Color(0.4, 0.25, 0.1) * flood(2), at.y))
      let iron = Paint.color(aired(lit(Color(0.12, 0.13, 0.13), SIMD3(0, 0.2, -0.9)), at.y))
      for x in [Float(-0.82), 0.82] {
        canvas.fill(Path([point(x - 0.05, 0), point(x + 0.05, 0), point(x + 0.05, 0.95), point(x - 0.05, 0.95)]), iron)
      }
      for y in [Float(0.40), 0.50, 0.68, 0.84] {
        canvas.fill(Path([point(-0.95, y), point(0.95, y), point(0.95, y + 0.085), point(-0.95, y + 0.085)]), wood)
      }
      if light.snow > 0.2 {
        let white = Paint.color(aired(lit(Color(0.94, 0.96, 1), SIMD3(0, 1, 0)), at.y))
        canvas.fill(
          Path([point(-0.95, 0.57), point(0.95, 0.57), point(0.93, 0.68), point(-0.93, 0.68)]), white,
          opacity: light.snow)
      }
    }
  }

  /// Flowers along both edges of the walk in spring and summer.
  func drawFlowers() {
    guard settings.season == .spring || settings.season == .summer, light.snow < 0.3 else { return }
    var dice = dice(31)
    let line = walk()
    let colors =
      settings.season == .spring
      ? [Color(0.98, 0.86, 0.22), Color(0.96, 0.96, 0.92), Color(0.78, 0.38, 0.72), Color(0.95, 0.35, 0.30)]
      : [Color(0.90, 0.22, 0.20), Color(0.98, 0.70, 0.20), Color(0.62, 0.36, 0.78), Color(0.98, 0.92, 0.86)]
    var flowers: [(at: Place, color: Color, up: Float)] = []
    for _ in 0..<2600 {
      let t = dice.roll() * 132 + 16
      let index = Int(t), along = line[index + 1] - line[index]
      let out = Point(-along.y, along.x) / max(1e-4, length(along))
      let side: Float = dice.roll() < 0.5 ? -1 : 1
      let reach = 2.6 + dice.roll(0, 0.7)
      let at = line[index] + along * (t - Float(index)) + out * (side * reach)
      guard at.y > 4 else { continue }
      let group = noise.value(at.x * 0.45, at.y * 0.25)
      let color = colors[min(3, Int(group * 4))] * dice.roll(0.85, 1.1)
      flowers.append(
        (Place(at.x, dice.roll(0.08, 0.40), at.y), dice.roll() < 0.55 ? Color(0.18, 0.36, 0.12) : color, 0))
    }
    flowers.sort { $0.at.z > $1.at.z }
    for flower in flowers {
      let size = max(0.075 * camera.scale(flower.at.z), height / 1100)
      let shade = 0.62 + 0.9 * flower.at.y
      let color = aired(
        lit(flower.color, SIMD3(-0.2, 0.85, -0.45)) * shade + flower.color * flood(2.5) * 0.5, flower.at.z)
      canvas.dab(
        camera.project(flower.at), Point(size, size * 0.85), color: color, opacity: 0.95,
        label: SceneLabel.shrub.rawValue)
    }
  }

  /// Blades of grass at the lower edge, so that the lawn begins under the viewer's feet.
  func drawBlades() {
    guard light.snow < 0.9 else { return }
    var dice = dice(41)
    var blades: [(Place, Float, Float, Float)] = []
    for _ in 0..<1500 {
      let z = 5.2 + 11 * dice.roll() * dice.roll()
      let x = dice.roll(-0.85, 0.85) * z * width / height / 1.5 * 1.3
      blades.append((Place(x, 0, z), dice.roll(0.10, 0.30), dice.roll(-0.5, 0.5), dice.roll()))
    }
    blades.sort { $0.0.z > $1.0.z }
    let (low, high): (Color, Color) =
      switch settings.season {
      case .spring: (Color(0.24, 0.42, 0.10), Color(0.56, 0.72, 0.26))
      case .summer: (Color(0.20, 0.36, 0.10), Color(0.50, 0.62, 0.24))
      case .autumn: (Color(0.32, 0.34, 0.12), Color(0.64, 0.56, 0.26))
      case .winter: (Color(0.40, 0.38, 0.24), Color(0.66, 0.62, 0.46))
      }
    for (place, tall, lean, tone) in blades {
      let foot = camera.project(place)
      let row = Int(foot.y), column = Int(foot.x)
      guard row >= 0, row < settings.height, column >= 0, column < settings.width,
        canvas.labels[row * settings.width + column] == SceneLabel.grass.rawValue
      else { continue }
      let scale = camera.scale(place.z)
      let tip = foot + Point(lean * tall, -tall) * scale
      let bend = foot + Point(lean * tall * 0.2, -tall * 0.62) * scale
      let half = max(0.4, 0.014 * scale)
      var path = Path()
      path.move(foot - Point(half, 0))
      path.quad(bend - Point(half * 0.6, 0), tip)
      path.quad(bend + Point(half * 0.6, 0), foot + Point(half, 0))
      path.close()
      let under = canvas.pixels[row * settings.width + column]
      let own = aired(lit(mix(low, high, tone), SIMD3(-0.25, 0.75, -0.6)), place.z)
      // A blade in shadow is dark: it takes half of its light from the lawn at its foot.
      let color = mix(Color(under.x, under.y, under.z) * (0.8 + 0.5 * tone), own, 0.45)
      canvas.fill(path, .color(color), opacity: 0.9, .grass)
    }
  }
}
