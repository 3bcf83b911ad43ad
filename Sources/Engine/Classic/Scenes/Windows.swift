internal import Imaging

/// One window in a wall's coordinates, metres.
struct Window {
  let u: Float
  let sill: Float
  let width: Float
  let height: Float
  /// A half-round head over the height; else straight.
  let arched: Bool
  /// Decides whether it is lit and what stands behind it.
  let number: Int

  /// The opening grown by a margin on all sides.
  func outline(_ margin: Float = 0) -> Path {
    let half = width / 2 + margin
    let bottom = sill - margin, top = sill + height + (arched ? 0 : margin)
    var points = [Point(u + half, bottom), Point(u - half, bottom), Point(u - half, top)]
    if arched {
      points = [Point(u + half, bottom), Point(u - half, bottom)]
      points += arch(half, at: sill + height - width / 2)
    } else {
      points.append(Point(u + half, top))
    }
    return Path(points)
  }

  /// A half circle from left to right.
  private func arch(_ radius: Float, at v: Float) -> [Point] {
    (0...14).map { step in
      let angle = Float.pi * (1 - Float(step) / 14)
      return Point(u + radius * cosine(angle), v + radius * sine(angle))
    }
  }
}

extension Scene {
  func drawWindow(_ plane: Plane, _ window: Window) {
    fill(plane.moved(0.06), window.outline(0.26), .stone)
    fill(plane.moved(0.22), window.u - window.width / 2 - 0.4, window.sill - 0.36, window.width + 0.8, 0.26, .stone)
    let isLit = light.lamps > 0.3 && noise.white(window.number, 77) < 0.30 + 0.42 * light.lamps
    let shine = glass(plane, window, lit: isLit)
    canvas.fill(plane.project(window.outline(), camera), shine, .window)
    drawBars(plane, window)
    if light.snow > 0.4 {
      snowCap(
        plane.moved(0.24),
        .rectangle(window.u - window.width / 2 - 0.4, window.sill - 0.12, window.width + 0.8, 0.13 * light.snow))
    }
    if isLit, light.lamps > 0.5 { spill(plane, window) }
  }

  /// Glass: by day the sky's reflection over a dark room, when lit a warm room with its shelves.
  private func glass(_ plane: Plane, _ window: Window, lit isLit: Bool) -> Paint {
    let number = window.number
    let tilt = noise.white(number, 5) - 0.5
    let warm = mix(Color(1.0, 0.66, 0.26), Color(1.0, 0.84, 0.52), noise.white(number, 6))
    let strength = light.lamps * (0.75 + 0.35 * noise.white(number, 8))
    let reflected = mix(light.horizon, light.zenith, 0.45 + 0.3 * tilt) * 0.62
    let room = Color(0.055, 0.06, 0.075)
    return .shader { [self] pixel in
      let (uv, z) = plane.locate(pixel, camera)
      let up = (uv.y - window.sill) / window.height, across = (uv.x - window.u) / window.width
      // The reveal shades the top and the light's side.
      let hollow = smooth(0, 0.10, 1 - up) * smooth(-0.52, -0.36, across) * 0.65 + 0.35
      let ripple = noise.fractal(uv.x * 1.3 + 7, uv.y * 0.9, octaves: 3)
      var color = mix(room, reflected, min(1, max(0, 0.18 + 0.62 * up + 0.7 * (ripple - 0.5) + 0.4 * tilt)))
      if isLit {
        color = mix(color * 0.3, interior(uv, window, warm) * strength, min(1, strength * 1.1))
      }
      return SIMD4(aired(color * hollow, z * (isLit ? 0.6 : 1)), 1)
    }
  }

  /// A reading room: bright below its lamps, rows of books at the back.
  private func interior(_ uv: Point, _ window: Window, _ warm: Color) -> Color {
    let up = (uv.y - window.sill) / window.height
    let shelf = uv.y / 0.62
    let row = shelf.rounded(.down), within = shelf - row
    let book = noise.white(Int((uv.x * 7).rounded(.down)), Int(row) &+ window.number)
    let spines = within > 0.78 - 0.2 * book ? Float(0.62) : 0.72 + 0.28 * book
    let lamp = 0.62 + 0.5 * smooth(0.2, 0.85, up)
    return warm * (lamp * spines)
  }

  private func drawBars(_ plane: Plane, _ window: Window) {
    let half = window.width / 2
    let bar: Float = 0.09
    let frame = plane.moved(0.02)
    let paint = lit(Color(0.90, 0.88, 0.82), plane.normal) + flood(window.sill) * 0.4
    let color = Paint.color(aired(paint * (light.lamps > 0.5 ? 0.55 : 0.92), plane.origin.z))
    func line(_ u: Float, _ v: Float, _ width: Float, _ height: Float) {
      canvas.fill(frame.project(.rectangle(u, v, width, height), camera), color)
    }
    line(window.u - bar / 2, window.sill, bar, window.height)
    for third in 1...2 where window.arched || third == 1 {
      line(window.u - half, window.sill + window.height * Float(third) * (window.arched ? 0.29 : 0.5), half * 2, bar)
    }
    for side in [-half, half - bar] {
      line(window.u + side, window.sill, bar, window.height - (window.arched ? half : 0))
    }
  }

  /// The glow around a lit window.
  private func spill(_ plane: Plane, _ window: Window) {
    let center = camera.project(plane.place(Point(window.u, window.sill + window.height / 2)))
    let scale = camera.scale(plane.origin.z)
    canvas.dab(
      center, Point(window.width * 1.9, window.height * 1.15) * scale, color: Color(1.0, 0.62, 0.25),
      opacity: 0.10 * light.lamps, softness: 1, blend: .add)
  }
}
