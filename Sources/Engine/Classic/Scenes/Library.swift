public import Imaging
internal import Surface

/// Procedural pictures: deterministic from their settings, the same composition at any size.
public enum Scenes {
  /// A library with a clock tower in its park.
  ///
  /// - Returns: the picture (3 channels, 0…1) and, row by row, the class (`SceneLabel`) of every pixel.
  public static func library(_ settings: SceneSettings) throws -> (picture: Bitmap, labels: [UInt8]) {
    let scene = Scene(settings)
    scene.drawSky()
    scene.drawHills()
    scene.drawVeil()
    try stage(20)
    let trees = scene.plant()
    let house = Building(scene)
    scene.drawGround()
    // Everything that stands on the lawn, from far to near; the building counts as one thing.
    for tree in trees where scene.isBehind(tree, house) { scene.drawTree(tree) }
    try stage(30)
    scene.drawBuilding()
    try stage(70)
    scene.drawLampLight()
    scene.drawShrubs()
    scene.drawFlowers()
    scene.drawBenches()
    for tree in trees where !scene.isBehind(tree, house) && tree.z > 22 { scene.drawTree(tree) }
    scene.drawLamps()
    scene.drawBlades()
    for tree in trees where tree.z <= 22 { scene.drawTree(tree) }
    try stage(95)
    scene.drawWeather()
    scene.finish()
    try stage(99)
    return (scene.canvas.bitmap(), scene.canvas.labels)
  }

  /// A part of the drawing is there: about so much of the whole, in per cent.
  private static func stage(_ percent: Int) throws {
    try Interrupt.check()
    Work.reached(percent, of: 100)
  }
}

extension Scene {
  /// The park's trees, far ones first.
  func plant() -> [Tree] {
    var dice = dice(61)
    var trees: [Tree] = []
    // A belt of trees closes the park behind the building.
    for index in 0..<26 {
      let x = -92 + Float(index) * 7.6 + dice.roll(-2.4, 2.4)
      let tall = dice.roll(10, 18)
      trees.append(
        Tree(
          kind: dice.roll() < 0.22 ? .conifer : .broad, x: x, z: 112 + dice.roll(-10, 12), height: tall,
          spread: tall * dice.roll(0.34, 0.46), stream: UInt64(100 + index), shadow: false))
    }
    func jitter(_ amount: Float) -> Float { dice.roll(-amount, amount) }
    let main: [(Tree.Kind, Float, Float, Float, Float)] = [
      (.broad, -50, 86, 17, 6.8), (.broad, 42, 72, 16, 6.4), (.broad, 52, 66, 19, 7.6), (.conifer, 32, 64, 15, 4.2),
      (.cypress, 26, 51, 12, 1.6), (.broad, -38, 58, 14, 5.6), (.broad, 35, 46, 12, 5.0),
      (.blossom, -21, 41, 7.0, 3.3), (.blossom, 18.5, 34, 5.6, 2.7), (.broad, 28, 30, 11, 4.5),
      (.broad, -25, 31, 13, 5.4), (.broad, -12.4, 14.4, 11.5, 4.5),
    ]
    for (index, (kind, x, z, tall, spread)) in main.enumerated() {
      let near = z < 20
      trees.append(
        Tree(
          kind: kind, x: x + jitter(near ? 0.4 : 1.6), z: z + jitter(near ? 0.3 : 1.5),
          height: tall * (1 + jitter(0.09)),
          spread: spread * (1 + jitter(0.10)), stream: UInt64(200 + index)))
    }
    return trees.sorted { $0.z > $1.z }
  }

  /// Whether a tree stands beyond the line of the front wall.
  func isBehind(_ tree: Tree, _ house: Building) -> Bool {
    let offset = Place(tree.x, 0, tree.z) - house.front(0, 0)
    return dot(offset, house.outward) < 0
  }
}
