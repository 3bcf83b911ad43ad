internal import Glibc
internal import Imaging

/// The library's own axes: `x` along the front (to the right), `y` up, `d` into the building from the front wall.
/// The front is turned so that it recedes to the left and the tower at its right end stands nearest.
struct Building {
  /// Middle of the portico along the front.
  static let porticoX: Float = -7
  static let left: Float = -32
  static let right: Float = 18
  static let eaves: Float = 11.9

  private static let turn: Float = 0.47
  private let origin: Place
  let along: SIMD3<Float>
  let outward: SIMD3<Float>

  init(_ scene: Scene) {
    origin = Place(-6, 0, 63)
    along = SIMD3(cosf(Self.turn), 0, -sinf(Self.turn))
    outward = SIMD3(-sinf(Self.turn), 0, -cosf(Self.turn))
  }

  func place(_ x: Float, _ y: Float, _ d: Float) -> Place { origin + along * x + Place(0, y, 0) - outward * d }

  /// The ground at a distance in front of the front wall.
  func front(_ x: Float, _ distance: Float) -> Place { place(x, 0, -distance) }

  /// The wall parallel to the front at depth `d`: u is x, v is height.
  func facade(_ d: Float) -> Plane { Plane(place(0, 0, d), u: along, v: SIMD3(0, 1, 0)) }

  /// The wall square to the front at `x`: u is depth, v is height.
  func flank(_ x: Float) -> Plane { Plane(place(x, 0, 0), u: -outward, v: SIMD3(0, 1, 0)) }

  /// The columns of windows to both sides of the portico.
  static let bays: [Float] = [-30.2, -26.65, -23.1, -19.55, -16.0, 1.9, 5.45, 9.0, 12.55, 16.1]
}

extension Scene {
  func drawBuilding() {
    let house = Building(self)
    castBuildingShadows(house)
    drawRoof(house)
    drawFront(house)
    drawPortico(house)
    drawTower(house)
  }

  private func castBuildingShadows(_ house: Building) {
    func box(_ x: ClosedRange<Float>, _ d: ClosedRange<Float>, _ top: Float) -> [Place] {
      [0, top].flatMap { y in
        [x.lowerBound, x.upperBound].flatMap { x in [d.lowerBound, d.upperBound].map { house.place(x, y, $0) } }
      }
    }
    castShadow(box(Building.left...Building.right, 0...15, 13.5))
    castShadow(box(18...26, -1.2...6.8, 30) + [house.place(22, 40, 3)])
    castShadow(box(-13.5 ... -0.5, -4.2...0, 10.5))
  }

  private func drawRoof(_ house: Building) {
    for x in [Float(-20), 6] {
      let stack = house.facade(9)
      fill(stack, x - 0.9, 14, 1.8, 6, .brick, .roof)
      fill(house.flank(x + 0.9), 9, 14, 1.2, 6, .brick, .roof)
      fill(house.facade(8.9), x - 1.1, 19.6, 2.2, 0.5, .stone, .roof)
    }
    let low = house.place(Building.left - 0.6, Building.eaves, -0.6)
    let slope = house.place(0, 17.6, 7.5) - house.place(0, Building.eaves, -0.6)
    let plane = Plane(low, u: house.along, v: slope)
    let run = dot(slope, slope).squareRoot()
    let length = Building.right - Building.left + 1.2
    let outline = Path([Point(0, 0), Point(length, 0), Point(length - 7, run), Point(7, run)])
    fill(plane, outline, .slate, .roof)
    coverWithSnow(plane, outline, edge: 0)
    for x in [Float(-27), -20, 6, 13] { drawDormer(house, x) }
  }

  /// Snow on a roof, thinner towards the top and ragged.
  func coverWithSnow(_ plane: Plane, _ path: Path, edge: Float) {
    guard light.snow > 0.2 else { return }
    let depth = light.snow
    let color = lit(Color(0.93, 0.95, 1.0), plane.normal)
    canvas.fill(
      plane.project(path, camera),
      .shader { [self] pixel in
        let (uv, z) = plane.locate(pixel, camera)
        let drift = noise.fractal(uv.x * 0.55 + 17, uv.y * 0.8 + edge, octaves: 3)
        let cover = smooth(0.42, 0.60, depth * 0.85 + (drift - 0.5) * 0.8)
        return SIMD4(aired(color * (0.94 + 0.12 * drift), z), cover)
      }, .roof)
  }

  private func drawDormer(_ house: Building, _ x: Float) {
    let face = house.facade(1.0)
    fill(face, x - 1.15, 12.6, 2.3, 2.3, .stone, .roof)
    drawWindow(face, Window(u: x, sill: 12.95, width: 1.3, height: 1.75, arched: false, number: 900 + Int(x)))
    let gable = Path([Point(x - 1.6, 14.8), Point(x + 1.6, 14.8), Point(x, 16.1)])
    fill(face, gable, .stone, .roof)
    fill(face, Path([Point(x - 1.0, 14.95), Point(x + 1.0, 14.95), Point(x, 15.75)]), .slate, .roof)
  }

  private func drawFront(_ house: Building) {
    let wall = house.facade(0)
    let length = Building.right - Building.left
    fill(wall, Building.left, 0, length, Building.eaves, .brick) { uv in
      // The cornice keeps light from the top of the wall.
      1 - 0.34 * smooth(9.6, 11.2, uv.y)
    }
    fill(wall, Building.left - 0.1, 0, length + 0.1, 1.25, .stone)
    fill(wall.moved(0.1), Building.left - 0.1, 6.35, length + 0.1, 0.42, .stone)
    darken(wall, .rectangle(Building.left, 6.05, length, 0.3), 0.4)
    // Quoins at the far corner.
    for row in 0..<14 {
      fill(wall.moved(0.05), Building.left - 0.05, 1.25 + 0.75 * Float(row), row % 2 == 0 ? 1.3 : 0.85, 0.66, .stone)
    }
    for (index, u) in Building.bays.enumerated() {
      drawWindow(wall, Window(u: u, sill: 1.75, width: 1.85, height: 3.9, arched: true, number: 100 + index))
      drawWindow(wall, Window(u: u, sill: 7.35, width: 1.7, height: 2.7, arched: false, number: 200 + index))
    }
    drawCornice(house, Building.left...Building.right, d: 0, y: 10.9, flankAt: nil)
  }

  /// A cornice: frieze, dentils, projecting slab; `flankAt` adds its right end.
  func drawCornice(
    _ house: Building, _ x: ClosedRange<Float>, d: Float, y: Float, height: Float = 1.1, flankAt: ClosedRange<Float>?
  ) {
    let length = x.upperBound - x.lowerBound, reach = height * 0.55
    let frieze = house.facade(d).moved(0.08)
    fill(frieze, x.lowerBound - 0.1, y, length + 0.2, height * 0.55, .stone)
    let slab = house.facade(d).moved(reach)
    if let depth = flankAt {
      let side = house.flank(x.upperBound).moved(reach)
      fill(
        side, depth.lowerBound - reach, y + height * 0.5, depth.upperBound - depth.lowerBound + reach, height * 0.5,
        .stone)
    }
    let step: Float = 0.62
    for index in 0..<Int(length / step) {
      fill(slab, x.lowerBound + (Float(index) + 0.3) * step, y + height * 0.30, step * 0.5, height * 0.22, .stone)
    }
    fill(slab, x.lowerBound - reach, y + height * 0.5, length + 2 * reach, height * 0.5, .stone) { uv in
      0.86 + 0.14 * smooth(y + height * 0.5, y + height * 0.75, uv.y)
    }
    if light.snow > 0.2 {
      let cap = Path.rectangle(x.lowerBound - reach, y + height * 0.94, length + 2 * reach, 0.16 * light.snow + 0.06)
      snowCap(slab, cap)
    }
  }

  /// A strip of snow on an edge.
  func snowCap(_ plane: Plane, _ path: Path) {
    let color = lit(Color(0.94, 0.96, 1.0), SIMD3(0, 0.9, -0.3))
    let far = plane.origin.z
    canvas.fill(plane.project(path, camera), .color(aired(color, far)))
  }
}
