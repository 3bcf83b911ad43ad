internal import Glibc
internal import Imaging

/// The clock tower at the building's right end: brick shaft, stone clock stage, belfry, copper spire.
extension Scene {
  private var near: Float { -1.2 }
  private var side: Float { 8 }
  private var left: Float { 18 }

  /// The two walls that the viewer sees, grown by a margin: front (u = x) and right (u = depth).
  private func faces(_ house: Building, grown: Float = 0) -> [(plane: Plane, from: Float, length: Float)] {
    [
      (house.flank(left + side + grown), near - grown, side + 2 * grown),
      (house.facade(near - grown), left - grown, side + 2 * grown),
    ]
  }

  func drawTower(_ house: Building) {
    stage(house, 0, 21, 0, .brick)
    stage(house, 0, 1.7, 0.22, .stone)
    quoins(house)
    for level in 0..<3 {
      for (index, face) in faces(house).enumerated() {
        let window = Window(
          u: face.from + side / 2, sill: 3.2 + 6.2 * Float(level), width: 1.35, height: 3.3, arched: true,
          number: 500 + level * 2 + index)
        drawWindow(face.plane, window)
      }
    }
    stage(house, 8.1, 8.55, 0.14, .stone)
    stage(house, 14.3, 14.75, 0.14, .stone)
    ledge(house, 20.8, 0.9, 0.42)
    stage(house, 21.7, 28.4, -0.1, .stone)
    for face in faces(house, grown: -0.1) { drawClock(face.plane, Point(face.from + face.length / 2, 25.05)) }
    ledge(house, 28.2, 1.1, 0.55)
    stage(house, 29.3, 33.6, -0.55, .stone)
    for (index, face) in faces(house, grown: -0.55).enumerated() { drawBelfry(face, index) }
    ledge(house, 33.4, 0.7, 0.05)
    drawSpire(house)
  }

  /// A storey of both walls.
  private func stage(_ house: Building, _ low: Float, _ high: Float, _ grown: Float, _ material: Material) {
    for face in faces(house, grown: grown) {
      fill(face.plane, face.from, low, face.length, high - low, material) { uv in
        1 - 0.22 * smooth(high - 1.3, high, uv.y) * (high - low > 3 ? 1 : 0)
      }
    }
  }

  /// A projecting band with shade below and, in winter, snow above.
  private func ledge(_ house: Building, _ y: Float, _ height: Float, _ reach: Float) {
    for face in faces(house, grown: reach * 0.4) {
      fill(face.plane, face.from, y, face.length, height * 0.5, .stone) { _ in 0.84 }
    }
    for face in faces(house, grown: reach) {
      fill(face.plane, face.from, y + height * 0.42, face.length, height * 0.58, .stone)
      if light.snow > 0.2 {
        snowCap(face.plane, .rectangle(face.from, y + height * 0.94, face.length, 0.07 + 0.16 * light.snow))
      }
    }
  }

  private func quoins(_ house: Building) {
    for (index, face) in faces(house, grown: 0.05).enumerated() {
      for row in 0..<25 {
        let wide: Float = (row + index) % 2 == 0 ? 1.25 : 0.8
        let v = 1.7 + 0.76 * Float(row)
        fill(face.plane, face.from, v, wide, 0.66, .stone)
        fill(face.plane, face.from + face.length - wide, v, wide, 0.66, .stone)
      }
    }
  }

  private func drawClock(_ plane: Plane, _ center: Point) {
    let z = plane.place(center).z
    let glow = light.lamps > 0.3 ? light.lamps : 0
    func flat(_ color: Color, shine: Float = 0) -> Paint {
      .color(aired(lit(color, plane.normal) * (1 - 0.6 * shine) + color * Color(1.0, 0.86, 0.58) * shine, z * 0.7))
    }
    canvas.fill(plane.moved(0.1).project(polygon(center, 2.85), camera), flat(Color(0.72, 0.66, 0.56)), .clock)
    canvas.fill(plane.moved(0.1).project(polygon(center, 2.62), camera), flat(Color(0.20, 0.19, 0.22)), .clock)
    let dial = plane.moved(0.12)
    canvas.fill(dial.project(polygon(center, 2.42), camera), flat(Color(0.97, 0.94, 0.85), shine: glow * 0.95), .clock)
    let ink = flat(Color(0.10, 0.09, 0.11))
    func spoke(_ turn: Float, _ from: Float, _ to: Float, _ width: Float) {
      let angle = turn * 2 * Float.pi
      let along = Point(sinf(angle), cosf(angle)), side = Point(along.y, -along.x) * (width / 2)
      let near = center + along * from, far = center + along * to
      let bar = Path([near + side, far + side, far - side, near - side])
      canvas.fill(dial.project(bar, camera), ink, .clock)
    }
    for hour in 0..<12 { spoke(Float(hour) / 12, hour % 3 == 0 ? 1.72 : 1.95, 2.28, hour % 3 == 0 ? 0.26 : 0.16) }
    let minutes = clockMinutes()
    spoke(minutes / 720, -0.3, 1.25, 0.30)
    spoke(minutes.truncatingRemainder(dividingBy: 60) / 60, -0.4, 2.0, 0.20)
    canvas.fill(dial.project(polygon(center, 0.2), camera), ink, .clock)
    if glow > 0.5 {
      let scale = camera.scale(z)
      canvas.dab(
        camera.project(plane.place(center)), Point(6.5, 6.5) * scale, color: Color(1.0, 0.80, 0.50),
        opacity: 0.16 * glow, softness: 1, blend: .add)
    }
  }

  /// Minutes after twelve that the hands show: a time that suits the light.
  private func clockMinutes() -> Float {
    var dice = dice(5)
    let spread = dice.roll(-20, 20)
    switch settings.time {
    case .dawn: return 6 * 60 + 38 + spread
    case .day: return 10 * 60 + 9 + spread * 2
    case .dusk: return 7 * 60 + 52 + spread
    case .night: return 10 * 60 + 49 + spread
    }
  }

  private func drawBelfry(_ face: (plane: Plane, from: Float, length: Float), _ index: Int) {
    for opening in 0..<2 {
      let u = face.from + face.length * (opening == 0 ? 0.29 : 0.71)
      let window = Window(u: u, sill: 29.9, width: 1.55, height: 3.0, arched: true, number: 0)
      fill(face.plane.moved(0.06), window.outline(0.24), .stone) { _ in 1.06 }
      let inside = Color(0.09, 0.09, 0.11)
      let warm = Color(1.0, 0.62, 0.28) * (light.lamps > 0.5 ? 0.30 * light.lamps : 0)
      canvas.fill(
        face.plane.project(window.outline(), camera),
        .shader { [self] pixel in
          let (uv, z) = face.plane.locate(pixel, camera)
          let slat = (uv.y / 0.36) - (uv.y / 0.36).rounded(.down)
          let color = mix(lit(inside, face.plane.normal), lit(Color(0.34, 0.30, 0.27), face.plane.normal), slat * slat)
          return SIMD4(aired(color + warm * (1 - slat), z), 1)
        }, .window)
    }
  }

  /// A square spire whose sides curve inwards, a ball and a weather vane.
  private func drawSpire(_ house: Building) {
    let profile: [(y: Float, half: Float)] = [
      (34.1, 3.75), (34.8, 3.1), (35.8, 2.2), (37.0, 1.42), (38.4, 0.80), (39.8, 0.34), (40.6, 0.12),
    ]
    let center = Point(left + side / 2, near + side / 2)
    for index in 0..<(profile.count - 1) {
      let (low, high) = (profile[index], profile[index + 1])
      func corner(_ level: (y: Float, half: Float), _ sx: Float, _ sd: Float) -> Place {
        house.place(center.x + sx * level.half, level.y, center.y + sd * level.half)
      }
      for (a, b) in [((Float(1), Float(-1)), (Float(1), Float(1))), ((-1, -1), (1, -1))] {
        let quad = [corner(low, a.0, a.1), corner(low, b.0, b.1), corner(high, b.0, b.1), corner(high, a.0, a.1)]
        let plane = Plane(quad[0], u: quad[1] - quad[0], v: (quad[2] + quad[3] - quad[0] - quad[1]))
        let outline = quad.map { corner in
          Point(dot(corner - plane.origin, plane.u), dot(corner - plane.origin, plane.v))
        }
        fill(plane, Path(outline), .copper, .roof)
        if light.snow > 0.2, index < 3 { coverWithSnow(plane, Path(outline), edge: Float(index) * 3 + 40) }
      }
    }
    let top = house.place(center.x, 40.6, center.y)
    let scale = camera.scale(top.z)
    let metal = Paint.color(aired(lit(Color(0.86, 0.68, 0.30), SIMD3(-0.4, 0.5, -0.7)) + flood(9), top.z))
    let foot = camera.project(top)
    func mast(_ x: Float, _ y: Float) -> Point { foot + Point(x, -y) * scale }
    canvas.stroke(
      Path([mast(0, 0), mast(0, 2.1)], closed: false), width: 0.11 * scale, metal, label: SceneLabel.roof.rawValue)
    canvas.fill(.circle(mast(0, 0.25), 0.34 * scale), metal, .roof)
    let vane = Path([mast(-0.9, 1.5), mast(0.7, 1.35), mast(1.15, 1.62), mast(0.7, 1.95), mast(0.1, 1.68)])
    canvas.fill(vane, metal, .roof)
  }
}
