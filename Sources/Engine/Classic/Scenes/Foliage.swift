internal import Glibc
internal import Imaging

/// A tree standing somewhere on the lawn.
struct Tree {
  enum Kind { case broad, blossom, conifer, cypress }
  var kind: Kind
  /// Where the trunk stands, metres.
  var x: Float
  var z: Float
  /// Metres.
  var height: Float
  /// Radius of the crown, metres.
  var spread: Float
  /// Number of the random stream.
  var stream: UInt64
  /// Whether it casts a shadow on the ground.
  var shadow = true
}

/// A round body of leaves: a crown, a shrub, a hedge's piece.
struct LeafMass {
  var center: Place
  var radii: SIMD3<Float>
  var clumps: Int
  var leaves: Int
  /// Metres.
  var leafSize: Float
  var palette: [Color]
  var label: SceneLabel
}

extension Scene {
  /// Leaf colours of one tree: a family per tree, so that neighbours differ.
  func palette(_ kind: Tree.Kind, _ dice: inout Dice) -> [Color] {
    let pick = dice.roll()
    if kind == .conifer || kind == .cypress {
      return [Color(0.07, 0.19, 0.13), Color(0.11, 0.26, 0.17), Color(0.16, 0.32, 0.19)]
    }
    switch settings.season {
    case .spring:
      if kind == .blossom { return [Color(0.98, 0.74, 0.82), Color(1.0, 0.86, 0.90), Color(0.92, 0.60, 0.72)] }
      return pick < 0.5
        ? [Color(0.36, 0.54, 0.16), Color(0.50, 0.66, 0.24), Color(0.62, 0.74, 0.32)]
        : [Color(0.30, 0.50, 0.20), Color(0.44, 0.62, 0.26), Color(0.56, 0.70, 0.30)]
    case .summer:
      return pick < 0.5
        ? [Color(0.15, 0.32, 0.10), Color(0.24, 0.44, 0.14), Color(0.36, 0.54, 0.19)]
        : [Color(0.18, 0.35, 0.15), Color(0.28, 0.46, 0.18), Color(0.42, 0.56, 0.24)]
    case .autumn:
      if pick < 0.34 { return [Color(0.62, 0.16, 0.08), Color(0.80, 0.28, 0.10), Color(0.90, 0.42, 0.14)] }
      if pick < 0.70 { return [Color(0.74, 0.38, 0.08), Color(0.90, 0.55, 0.12), Color(0.98, 0.70, 0.22)] }
      return [Color(0.72, 0.56, 0.12), Color(0.90, 0.74, 0.20), Color(0.66, 0.60, 0.20)]
    case .winter: return [Color(0.34, 0.26, 0.20)]
    }
  }

  func drawTree(_ tree: Tree) {
    var dice = dice(1000 + tree.stream)
    if tree.shadow { castCrownShadow(tree) }
    switch tree.kind {
    case .conifer, .cypress: drawConifer(tree, &dice)
    case .broad, .blossom: drawBroad(tree, &dice)
    }
  }

  private func castCrownShadow(_ tree: Tree) {
    guard light.shadows > 0.03 else { return }
    let slope = max(0.24, light.key.y), bare = settings.season == .winter && tree.kind == .broad
    let lean = Point(-light.key.x, -light.key.z) / slope
    let run = length(lean), along = lean / max(run, 1e-4), across = Point(-along.y, along.x)
    let middle = Point(tree.x, tree.z) + lean * (tree.height * 0.58)
    let long = (tree.spread * tree.spread + powf(0.40 * tree.height * run, 2)).squareRoot()
    let outline = (0..<56).map { step -> Point in
      let angle = 2 * Float.pi * Float(step) / 56
      let ring = Point(cosf(angle), sinf(angle))
      let wobble = 0.72 + 0.5 * noise.fractal(ring.x * 2.4 + tree.x, ring.y * 2.4 + tree.z, octaves: 4)
      let at = middle + along * (ring.x * long * wobble) + across * (ring.y * tree.spread * wobble)
      return camera.project(Place(at.x, 0, max(1.5, at.y)))
    }
    let strength = light.shadows * (bare ? 0.35 : 0.9)
    let tint = mix(Color(1, 1, 1), shadowTint(), strength)
    var path = Path(outline)
    let half = tree.height * 0.022
    let foot = Point(tree.x, tree.z)
    path.append(
      Path(
        [foot - across * half, foot + across * half, middle + across * half, middle - across * half].map {
          camera.project(Place($0.x, 0, max(1.5, $0.y)))
        }))
    canvas.fill(path, .color(tint), blend: .multiply, only: Scene.ground)
  }

  private func drawBroad(_ tree: Tree, _ dice: inout Dice) {
    let scale = camera.scale(tree.z)
    let share = min(1, tree.height * scale / height)
    let bare = settings.season == .winter
    var tips: [(Point, Float)] = []
    let bark = Color(0.27, 0.21, 0.16) * dice.roll(0.85, 1.15)
    var limbs: [(Point, Point, Float, Float)] = []
    grow(
      Point(0, 0), angle: dice.roll(-0.06, 0.06), reach: tree.height * 0.27, width: tree.height * 0.052,
      depth: bare ? (share > 0.3 ? 8 : 7) : 5, &dice, &limbs, &tips)
    // The recursion's size is random: fit it to the tree's height.
    let top = tips.map(\.0.y).max() ?? 1, wide = tips.map { abs($0.0.x) }.max() ?? 1
    let fit = Point(min(1.5, tree.spread / max(wide, 0.1)), tree.height * (bare ? 1 : 0.90) / max(top, 0.1))
    for (a, b, from, to) in limbs { drawLimb(tree, a * fit, b * fit, from, to, bark) }
    if bare { return }
    let crown = LeafMass(
      center: Place(tree.x, tree.height * 0.615, tree.z),
      radii: SIMD3(tree.spread, tree.height * 0.385, tree.spread),
      clumps: Int(36 + 150 * share), leaves: Int(26 + 120 * share),
      leafSize: tree.height * (0.0050 + 0.0105 * (1 - share)), palette: palette(tree.kind, &dice), label: .tree)
    drawLeaves(crown, &dice)
  }

  /// Adds a limb and, recursively, those that grow from it: metres, y up from the root.
  private func grow(
    _ from: Point, angle: Float, reach: Float, width: Float, depth: Int, _ dice: inout Dice,
    _ limbs: inout [(Point, Point, Float, Float)], _ tips: inout [(Point, Float)]
  ) {
    let bend = angle + dice.roll(-0.10, 0.10)
    let end = from + Point(sinf(bend), cosf(bend)) * reach
    let thin = width * 0.70
    limbs.append((from, end, width, thin))
    guard depth > 0 else {
      tips.append((end, reach))
      return
    }
    tips.append((end, reach))
    let count = dice.roll() < 0.34 ? 3 : 2
    for index in 0..<count {
      let spread = (Float(index) - Float(count - 1) / 2) * dice.roll(0.62, 0.95)
      grow(
        end, angle: angle * 0.86 + spread + dice.roll(-0.16, 0.16), reach: reach * dice.roll(0.70, 0.86),
        width: thin * (count == 3 ? 0.70 : 0.80), depth: depth - 1, &dice, &limbs, &tips)
    }
  }

  private func drawLimb(_ tree: Tree, _ a: Point, _ b: Point, _ from: Float, _ to: Float, _ bark: Color) {
    let scale = camera.scale(tree.z)
    let base = camera.project(Place(tree.x, 0, tree.z))
    let start = base + Point(a.x, -a.y) * scale, end = base + Point(b.x, -b.y) * scale
    let along = end - start, reach = max(length(along), 1e-3)
    let side = Point(-along.y, along.x) / reach
    let wide = max(0.7, from * scale), narrow = max(0.6, to * scale)
    let faint = min(1, from * scale / 0.7)
    let dark = aired(lit(bark, SIMD3(0.4, 0.1, -0.7)) + bark * flood(3 + a.y) * 0.5, tree.z)
    let quad = Path([
      start + side * wide / 2, end + side * narrow / 2, end - side * narrow / 2, start - side * wide / 2,
    ])
    if wide > 3 {
      let noise = noise, key = light.key
      let rough = Paint.shader { [self] pixel in
        let offset = pixel - start
        let across = min(1, max(-1, (offset.x * side.x + offset.y * side.y) / (wide / 2)))
        let normal = SIMD3(across * side.x, 0.1, -(1 - across * across * 0.9).squareRoot())
        let ridge = noise.fractal(
          across * 3, (offset.x * along.x + offset.y * along.y) / reach / scale * 1.4, octaves: 3)
        let glancing = max(0, dot(normal, key)) * 0.2
        return SIMD4(aired(lit(bark, normal) * (0.62 + 0.75 * ridge + glancing) + bark * flood(3), tree.z), 1)
      }
      canvas.fill(quad, rough, .tree)
      canvas.fill(.circle(end, narrow / 2), rough, .tree)
    } else {
      canvas.fill(quad, .color(dark), opacity: faint, .tree)
    }
    guard light.snow > 0.3, abs(along.x) > abs(along.y) * 0.35, scale * tree.height > height * 0.12 else { return }
    // Snow lies on limbs that are not too steep.
    let cap = max(0.5, wide * 0.45) * light.snow
    let white = aired(lit(Color(0.94, 0.96, 1.0), SIMD3(0, 1, 0)), tree.z)
    canvas.fill(
      Path([
        start - Point(0, wide * 0.30), end - Point(0, narrow * 0.30), end - Point(0, narrow * 0.3 + cap),
        start - Point(0, wide * 0.3 + cap),
      ]), .color(white), opacity: 0.85 * faint, .tree)
  }

  /// Leaves in clumps, from far and low to near and high, each lit by where it hangs.
  func drawLeaves(_ mass: LeafMass, _ dice: inout Dice) {
    var clumps: [(offset: SIMD3<Float>, size: Float, tone: Float)] = []
    for _ in 0..<mass.clumps {
      // Uniform on a sphere, moved out towards the surface where leaves get light.
      let up = dice.roll(-1, 1), turn = dice.roll(0, 2 * .pi), out = powf(dice.roll(), 0.42)
      let ring = (1 - up * up).squareRoot()
      let lobes = 0.80 + 0.42 * noise.value(up * 2.3 + mass.center.x, turn * 1.2 + mass.center.z)
      let offset = SIMD3(ring * cosf(turn), up, ring * sinf(turn)) * (out * lobes * 0.90)
      clumps.append((offset, dice.roll(0.20, 0.34), dice.roll()))
    }
    clumps.sort { $0.offset.z - $0.offset.y * 0.25 > $1.offset.z - $1.offset.y * 0.25 }
    let scale = camera.scale(mass.center.z)
    let middle = camera.project(mass.center)
    let pixelRadii = Point(mass.radii.x, mass.radii.y) * scale
    let leaf = max(mass.leafSize * scale, height / 900)
    for clump in clumps {
      for _ in 0..<mass.leaves {
        let up = dice.roll(-1, 1), turn = dice.roll(0, 2 * .pi), out = dice.roll().squareRoot()
        let ring = (1 - up * up).squareRoot()
        let local = SIMD3(ring * cosf(turn), up * 0.8, ring * sinf(turn)) * out
        let at = clump.offset + local * clump.size
        // A leaf faces out of its clump and out of the crown.
        let normal = unit(local * 0.62 + clump.offset * 0.55 + SIMD3(0, 0.16, -0.10))
        let depth = 0.50 + 0.30 * min(1, max(-1, at.y)) + 0.26 * min(1, max(-1, -at.z)) + 0.14 * local.y
        let palette = mass.palette
        let hue = palette[min(palette.count - 1, Int((0.55 * clump.tone + 0.45 * dice.roll()) * Float(palette.count)))]
        var color = lit(hue, normal) * (0.42 + 0.75 * max(0, depth))
        // Light through the leaf when the sun stands behind it.
        color += hue * light.sun * (0.22 * max(0, light.key.z) * max(0, depth))
        color += hue * flood(mass.center.y + at.y * mass.radii.y + 1.5) * (0.55 * max(0, -normal.y * 0.5 + 0.5))
        if light.snow > 0.35, normal.y > 0.45 - 0.35 * light.snow, dice.roll() < light.snow {
          color = lit(Color(0.92, 0.95, 1.0), SIMD3(0, 0.8, -0.4)) * (0.65 + 0.4 * max(0, depth))
        }
        let point = middle + Point(at.x, -at.y) * pixelRadii
        let size = leaf * dice.roll(0.7, 1.35)
        canvas.dab(
          point, Point(size, size * dice.roll(0.45, 0.8)), angle: dice.roll(0, .pi),
          color: aired(color, mass.center.z), opacity: 0.95, label: mass.label.rawValue)
      }
    }
  }

  /// A conifer or cypress: tiers of needles around a straight stem.
  private func drawConifer(_ tree: Tree, _ dice: inout Dice) {
    let scale = camera.scale(tree.z)
    let base = camera.project(Place(tree.x, 0, tree.z))
    let share = min(1, tree.height * scale / height)
    let narrow = tree.kind == .cypress
    let colors = palette(tree.kind, &dice)
    drawLimb(tree, Point(0, 0), Point(0, tree.height * 0.5), tree.height * 0.035, 0.08, Color(0.24, 0.17, 0.12))
    let tiers = narrow ? 60 : 34
    let needles = Int(40 + 110 * share)
    for tier in 0..<tiers {
      let t = (Float(tier) + 0.5) / Float(tiers)
      let y = tree.height * (narrow ? 0.04 : 0.10) + tree.height * 0.89 * t
      // A cypress is a flame, a conifer a saw-edged cone.
      let saw = narrow ? Float(1) : 0.72 + 0.46 * (1 - (t * 9).truncatingRemainder(dividingBy: 1))
      let profile = narrow ? powf(sinf(.pi * min(1, 0.12 + 0.88 * t)), 0.6) : powf(1 - t, 0.85) * saw
      let reach = tree.spread * max(0.03, profile)
      for _ in 0..<needles {
        let turn = dice.roll(0, 2 * .pi), out = dice.roll(0.25, 1)
        let side = cosf(turn) * out, front = -sinf(turn) * out
        let normal = unit(SIMD3(side, narrow ? 0.25 : 0.5, front - 0.35))
        let droop = narrow ? 0 : out * out * tree.height * 0.030
        let place = Point(side * reach, y - droop + dice.roll(-0.5, 0.5) * tree.height / Float(tiers))
        var color = lit(colors[Int(dice.roll() * 2.99)], normal) * (0.40 + 0.75 * out)
        color += colors[1] * flood(place.y + 1) * 0.6
        if light.snow > 0.3, dice.roll() < light.snow * 0.55 * out {
          color = lit(Color(0.92, 0.95, 1.0), SIMD3(0, 0.9, -0.3)) * (0.72 + 0.28 * out)
        }
        let size = max(tree.height * 0.0115 * scale, height / 1000)
        canvas.dab(
          base + Point(place.x, -place.y) * scale, Point(size * 1.3, size * 0.5),
          angle: narrow ? 1.4 + side * 0.3 : side * 0.75 + dice.roll(-0.3, 0.3), color: aired(color, tree.z),
          opacity: 0.92, label: SceneLabel.tree.rawValue)
      }
    }
  }
}
