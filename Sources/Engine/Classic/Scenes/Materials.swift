internal import Glibc
internal import Imaging

/// What walls and roofs are made of.
enum Material {
  case brick, stone, slate, copper, wood
}

extension Scene {
  /// The colour of a material at plane coordinates (metres), before light; `detail` is pixels per metre there, so that
  /// courses too fine to see fade into their mean.
  func albedo(_ material: Material, _ uv: Point, detail: Float) -> Color {
    let stain = noise.fractal(uv.x * 0.35 + 3, uv.y * 0.22, octaves: 4) - 0.5
    switch material {
    case .brick:
      let (tone, joint) = courses(uv, length: 0.86, course: 0.29, detail: detail)
      let base = mix(Color(0.55, 0.24, 0.17), Color(0.72, 0.38, 0.26), tone) * (1 + 0.30 * stain)
      return mix(base, Color(0.70, 0.62, 0.54), joint * 0.55)
    case .stone:
      let (tone, joint) = courses(uv, length: 1.5, course: 0.62, detail: detail)
      let base = mix(Color(0.78, 0.73, 0.63), Color(0.87, 0.82, 0.72), tone) * (1 + 0.22 * stain)
      return base * (1 - joint * 0.16)
    case .slate:
      let (tone, joint) = courses(uv, length: 0.7, course: 0.42, detail: detail)
      let base = mix(Color(0.25, 0.28, 0.34), Color(0.37, 0.40, 0.46), tone) * (1 + 0.4 * stain)
      return base * (1 - joint * 0.35)
    case .copper:
      let streak = noise.fractal(uv.x * 2.6, uv.y * 0.3, octaves: 3) - 0.5
      return mix(Color(0.30, 0.52, 0.45), Color(0.46, 0.68, 0.58), 0.5 + streak + stain)
    case .wood:
      let grain = noise.fractal(uv.x * 9, uv.y * 0.8, octaves: 3)
      return mix(Color(0.25, 0.13, 0.07), Color(0.42, 0.24, 0.12), grain)
    }
  }

  /// A running bond: how pale this block is, 0…1, and how much of a joint shows.
  private func courses(_ uv: Point, length: Float, course: Float, detail: Float) -> (tone: Float, joint: Float) {
    let row = (uv.y / course).rounded(.down)
    let along = uv.x / length + row * 0.5
    let column = along.rounded(.down)
    let tone = noise.white(Int(column), Int(row) &+ 7000)
    let visible = min(1, max(0, (detail * course - 1.3) / 3.2))
    guard visible > 0 else { return (0.30 + 0.40 * tone, 0.22) }
    let u = (along - column) * length, v = uv.y - row * course
    let border = min(min(u, length - u), min(v, course - v))
    let joint = 1 - smooth(0.015, 0.05 + 0.5 / detail, border)
    return (0.5 + (tone - 0.5) * (0.5 + 0.4 * visible), 0.22 + (joint - 0.22) * visible)
  }

  /// Warm light thrown up at walls from dusk to dawn, by height above the lawn.
  func flood(_ height: Float) -> Color {
    guard light.lamps > 0.5 else { return Color(0, 0, 0) }
    let strength = (light.lamps - 0.4) * (0.16 + 0.46 * expf(-height / 5.2))
    return Color(1.0, 0.70, 0.38) * strength
  }

  /// Fills an outline in a plane's coordinates with a lit material.
  ///
  /// `shade` darkens (1 is unshaded) by plane coordinates: hollows, undersides.
  func fill(
    _ plane: Plane, _ path: Path, _ material: Material, _ label: SceneLabel = .building, tint: Color = Color(1, 1, 1),
    shade: ((Point) -> Float)? = nil
  ) {
    let facing = lit(Color(1, 1, 1), plane.normal)
    let base = plane.origin.y
    let rise = plane.v.y
    canvas.fill(
      plane.project(path, camera),
      .shader { [self] pixel in
        let (uv, z) = plane.locate(pixel, camera)
        var color = albedo(material, uv, detail: camera.scale(z)) * tint
        let height = base + uv.y * rise
        // Walls gather dirt and lose sky light towards the ground.
        let low = 0.80 + 0.20 * smooth(0, 3.2, height)
        color = color * (facing * low * (shade?(uv) ?? 1) + flood(height))
        return SIMD4(aired(color, z), 1)
      }, label)
  }

  /// A rectangle in a plane, by its lower left corner.
  func fill(
    _ plane: Plane, _ u: Float, _ v: Float, _ width: Float, _ height: Float, _ material: Material,
    _ label: SceneLabel = .building, tint: Color = Color(1, 1, 1), shade: ((Point) -> Float)? = nil
  ) {
    fill(plane, .rectangle(u, v, width, height), material, label, tint: tint, shade: shade)
  }

  /// Darkens a part of a plane: cast shadows, hollows.
  func darken(_ plane: Plane, _ path: Path, _ amount: Float) {
    let tint = mix(Color(1, 1, 1), shadowTint(), amount)
    canvas.fill(plane.project(path, camera), .color(tint), blend: .multiply)
  }
}
