internal import Glibc
internal import Imaging

func cosine(_ angle: Float) -> Float { cosf(angle) }
func sine(_ angle: Float) -> Float { sinf(angle) }

/// The entrance: steps, six columns, entablature and pediment before a shaded porch.
extension Scene {
  private var middle: Float { Building.porticoX }
  private var half: Float { 6.5 }
  private var depth: Float { 4.2 }
  private var floor: Float { 1.5 }
  private var beam: Float { 8.9 }

  func drawPortico(_ house: Building) {
    drawPorch(house)
    drawPodium(house)
    drawColumns(house)
    drawPediment(house)
  }

  private func drawPorch(_ house: Building) {
    let wall = house.facade(0)
    let opening = Path.rectangle(middle - half, floor, half * 2, beam - floor + 0.6)
    fill(wall, opening, .stone) { uv in 0.62 - 0.30 * smooth(4, 9.2, uv.y) }
    for side in [Float(-1), 1] {
      drawWindow(
        wall,
        Window(u: middle + side * 3.9, sill: 2.4, width: 1.6, height: 4.2, arched: true, number: 300 + Int(side)))
    }
    let door = Window(u: middle, sill: floor, width: 2.9, height: 5.6, arched: true, number: 1)
    fill(wall.moved(0.1), door.outline(0.4), .stone) { _ in 0.78 }
    fill(wall, door.outline(), .wood, .door) { uv in uv.y > 5.2 ? 0.5 : 0.9 }
    let bars = Paint.color(aired(lit(Color(0.14, 0.09, 0.05), wall.normal), 74))
    canvas.fill(wall.project(.rectangle(middle - 0.05, floor, 0.1, 3.6), camera), bars)
    canvas.fill(wall.project(.rectangle(middle - 1.45, floor + 3.6, 2.9, 0.22), camera), bars)
    if light.lamps > 0.3 {
      // The fanlight and the lantern before it.
      let fan = Window(u: middle, sill: floor + 3.85, width: 2.5, height: 1.5, arched: true, number: 2)
      canvas.fill(
        wall.project(fan.outline(), camera), .color(Color(1.0, 0.80, 0.45) * (0.25 + 0.75 * light.lamps)), .window)
      let center = camera.project(house.place(middle, 5.6, -1.5))
      let scale = camera.scale(74)
      canvas.dab(
        center, Point(6.5, 4.6) * scale, color: Color(1.0, 0.66, 0.30), opacity: 0.34 * light.lamps, softness: 1,
        blend: .add)
    }
    guard light.shadows > 0.1, light.key.z < 0 else { return }
    // The portico's own shadow on the front wall, thrown along the light.
    let run = depth / max(0.2, -dot(light.key, -house.outward))
    let shift = Point(-dot(light.key, house.along) * run, -light.key.y * run)
    let x = middle + half + 0.5
    let patch = Path([
      Point(x, 0), Point(x + max(0, shift.x), 0), Point(x + max(0, shift.x), max(2, 10 + shift.y)), Point(x, 10.4),
    ])
    darken(wall, patch, light.shadows * 0.9)
  }

  private func drawPodium(_ house: Building) {
    fill(house.facade(-depth), middle - half, 0, half * 2, floor, .stone)
    fill(house.flank(middle + half), -depth, 0, depth, floor, .stone)
    let steps = 7, rise = floor / 7, reach: Float = 5.4
    let width = camera.scale(70)
    // The whole flight first: single steps may be thinner than a pixel.
    let foot = -depth - 0.42 * Float(steps)
    let flight = [
      house.place(middle - reach, 0, foot), house.place(middle + reach, 0, foot),
      house.place(middle + reach, floor, -depth), house.place(middle - reach, floor, -depth),
    ].map(camera.project)
    canvas.fill(Path(flight), .color(aired(lit(Color(0.80, 0.75, 0.65), house.outward), 62)), .steps)
    for step in (0..<steps).reversed() {
      let y = rise * Float(step), d = -depth - 0.42 * Float(steps - step)
      let tread = [
        house.place(middle - reach, y + rise, d), house.place(middle + reach, y + rise, d),
        house.place(middle + reach, y + rise, d + 0.42), house.place(middle - reach, y + rise, d + 0.42),
      ].map(camera.project)
      let snowy = mix(Color(0.86, 0.81, 0.72), Color(0.92, 0.94, 0.99), light.snow > 0.2 ? 0.35 + 0.6 * light.snow : 0)
      let top = aired(lit(snowy, SIMD3(0, 1, 0)) + Color(0.80, 0.74, 0.64) * flood(1), 68)
      canvas.fill(Path(tread), .color(top), .steps)
      fill(house.facade(d), middle - reach, y, reach * 2, rise, .stone, .steps) { _ in 0.86 }
      fill(house.flank(middle + reach), d, 0, 0.42, y + rise, .stone, .steps)
      canvas.stroke(
        Path([tread[0], tread[1]], closed: false), width: 0.05 * width, .color(top * 1.1), opacity: 0.6)
    }
    for side in [Float(-1), 1] {
      // Cheek walls with a sphere on each.
      let x = middle + side * (reach + 0.45)
      fill(house.flank(x + 0.5), -depth - 3.3, 0, 3.3, 1.25, .stone)
      fill(house.facade(-depth - 3.3), x - 0.5, 0, 1.0, 1.25, .stone)
      drawBall(house.place(x, 1.95, -depth - 2.9), radius: 0.58, Color(0.84, 0.79, 0.69))
    }
  }

  /// A sphere lit by the key light.
  func drawBall(_ at: Place, radius: Float, _ albedo: Color) {
    let center = camera.project(at), size = radius * camera.scale(at.z)
    let paint = Paint.shader { [self] pixel in
      let offset = (pixel - center) / size
      let depth = max(0, 1 - offset.x * offset.x - offset.y * offset.y).squareRoot()
      return SIMD4(aired(lit(albedo, SIMD3(offset.x, -offset.y, -depth)) + albedo * flood(at.y), at.z), 1)
    }
    canvas.fill(.circle(center, size), paint, .building)
  }

  private func drawColumns(_ house: Building) {
    let plane = house.facade(-depth + 0.6)
    for index in 0..<6 {
      let u = middle - half + 0.75 + Float(index) * (half * 2 - 1.5) / 5
      let shaft = Path([
        Point(u - 0.52, floor + 0.4), Point(u + 0.52, floor + 0.4), Point(u + 0.50, 4.4), Point(u + 0.43, beam - 0.5),
        Point(u - 0.43, beam - 0.5), Point(u - 0.50, 4.4),
      ])
      canvas.fill(
        plane.project(shaft, camera),
        .shader { [self] pixel in
          let (uv, z) = plane.locate(pixel, camera)
          let across = min(1, max(-1, (uv.x - u) / 0.53))
          let normal = house.along * across + house.outward * (1 - across * across).squareRoot()
          let flutes = 1 + 0.07 * cosf(across * 14) * min(1, camera.scale(z) / 14)
          let stone = albedo(.stone, uv, detail: 1) * (1.04 * flutes)
          let dim = 1 - 0.25 * smooth(7.2, beam, uv.y)
          return SIMD4(aired(lit(stone, normal) * dim + stone * flood(uv.y), z), 1)
        }, .building)
      fill(plane.moved(0.55), u - 0.72, floor, 1.44, 0.40, .stone)
      fill(plane.moved(0.55), u - 0.68, beam - 0.55, 1.36, 0.25, .stone)
      fill(plane.moved(0.60), u - 0.78, beam - 0.30, 1.56, 0.30, .stone)
    }
  }

  private func drawPediment(_ house: Building) {
    let face = house.facade(-depth)
    fill(house.flank(middle + half), -depth, beam, depth, 1.6, .stone)
    fill(face, middle - half, beam, half * 2, 0.8, .stone)
    drawCornice(house, middle - half...middle + half, d: -depth, y: beam + 0.75, height: 0.8, flankAt: -depth...0)
    let base = beam + 1.55, peak = base + 3.0
    let edge = half + 0.55
    func triangle(_ inset: Float) -> Path {
      Path([
        Point(middle - edge + inset * 2.4, base + inset * 0.45),
        Point(middle + edge - inset * 2.4, base + inset * 0.45),
        Point(middle, peak - inset),
      ])
    }
    fill(face.moved(0.44), triangle(0), .stone)
    fill(face, triangle(0.5), .stone) { uv in 0.66 + 0.14 * smooth(peak, base, uv.y) }
    // A round relief: an open book in a wreath.
    let center = Point(middle, base + 1.05)
    canvas.fill(
      face.project(polygon(center, 0.78), camera), .color(aired(lit(Color(0.88, 0.83, 0.74), face.normal), 70)))
    canvas.fill(
      face.project(polygon(center, 0.6), camera), .color(aired(lit(Color(0.50, 0.44, 0.38), face.normal), 70)))
    for side in [Float(-1), 1] {
      let page = Path([
        center + Point(0.03 * side, -0.26), center + Point(0.46 * side, -0.14), center + Point(0.46 * side, 0.30),
        center + Point(0.03 * side, 0.18),
      ])
      canvas.fill(face.project(page, camera), .color(aired(lit(Color(0.93, 0.89, 0.80), face.normal), 70)))
    }
    if light.snow > 0.2 {
      for side in [Float(-1), 1] {
        let run = Path([
          Point(middle + side * edge, base), Point(middle, peak), Point(middle, peak + 0.22 * light.snow),
          Point(middle + side * edge, base + 0.22 * light.snow),
        ])
        snowCap(face.moved(0.44), run)
      }
    }
  }

  /// A disc as a polygon of 28 sides, for planes seen at an angle.
  func polygon(_ center: Point, _ radius: Float) -> Path {
    Path(
      (0..<28).map { step in
        let angle = 2 * Float.pi * Float(step) / 28
        return center + Point(cosf(angle), sinf(angle)) * radius
      })
  }
}
