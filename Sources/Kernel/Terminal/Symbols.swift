public import Surface

/// Pictures out of characters: a cell stands for 2 × 4 pixels.
public enum Symbols {
  /// Lines of characters that show a picture, each ended by a line feed; colours are reset at their ends.
  ///
  /// With all colours a cell is a block of quadrants in the two colours that fit it best; with fewer it is an upper half
  /// block of two pixels; of 16 colours the errors are spread over the neighbours, of 256 a quarter of them.
  public static func draw(_ pixels: Pixels, _ depth: ColorDepth) -> String {
    let grid = Grid(pixels)
    return depth == .full ? quadrants(grid) : halves(grid.merged(2, 2), depth)
  }

  /// Lines of letters, dense ones for light where the ground is dark.
  public static func ascii(_ pixels: Pixels, isLight: Bool) -> String {
    let ramp = Array(" .:-=+*#%@")
    let cells = Grid(pixels).merged(2, 4)
    var text = ""
    for y in 0..<cells.height {
      var line = ""
      for x in 0..<cells.width {
        let color = cells[x, y]
        let luminance = 0.2126 * color.x + 0.7152 * color.y + 0.0722 * color.z
        let level = Int(Light.byte(luminance)) * ramp.count / 256
        line.append(ramp[isLight ? ramp.count - 1 - level : level])
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  /// Light per pixel, a multiple of 2 wide and of 4 high (the last ones repeated).
  struct Grid {
    let width: Int, height: Int
    private var values: [SIMD3<Float>]

    init(_ pixels: Pixels) {
      width = (pixels.width + 1) / 2 * 2
      height = (pixels.height + 3) / 4 * 4
      values = []
      values.reserveCapacity(width * height)
      let bytes = pixels.bytes, linear = Light.linear
      for y in 0..<height {
        for x in 0..<width {
          let at = 3 * (min(y, pixels.height - 1) * pixels.width + min(x, pixels.width - 1))
          values.append(SIMD3(linear[Int(bytes[at])], linear[Int(bytes[at + 1])], linear[Int(bytes[at + 2])]))
        }
      }
    }

    private init(_ width: Int, _ height: Int, _ values: [SIMD3<Float>]) {
      self.width = width
      self.height = height
      self.values = values
    }

    subscript(x: Int, y: Int) -> SIMD3<Float> { values[y * width + x] }

    /// The mean light of blocks.
    func merged(_ across: Int, _ down: Int) -> Grid {
      var result: [SIMD3<Float>] = []
      for y in stride(from: 0, to: height, by: down) {
        for x in stride(from: 0, to: width, by: across) {
          var sum = SIMD3<Float>()
          for row in y..<y + down { for column in x..<x + across { sum += self[column, row] } }
          result.append(sum / Float(across * down))
        }
      }
      return Grid(width / across, height / down, result)
    }

    /// The pixels that are shown.
    var pixels: Pixels {
      Pixels(
        width: width, height: height,
        bytes: values.flatMap { [Light.byte($0.x), Light.byte($0.y), Light.byte($0.z)] })
    }
  }

  /// The blocks whose upper left quadrant is in the foreground; bits: upper left, upper right, lower left, lower right.
  private static let blocks: [(mask: Int, character: Character)] = [
    (0b0011, "▀"), (0b0101, "▌"), (0b0001, "▘"), (0b1001, "▚"), (0b0111, "▛"), (0b1011, "▜"), (0b1101, "▙"),
  ]

  private static func quadrants(_ grid: Grid) -> String {
    let fine = grid.merged(1, 2)
    let numbers = (0..<256).map { Array(String($0).utf8) }
    var text: [UInt8] = []
    func add(_ color: SIMD3<UInt8>) {
      for channel in 0..<3 {
        text.append(UInt8(ascii: ";"))
        text += numbers[Int(color[channel])]
      }
    }
    for y in stride(from: 0, to: fine.height, by: 2) {
      var state: (SIMD3<UInt8>, SIMD3<UInt8>)?
      for x in stride(from: 0, to: fine.width, by: 2) {
        let (shape, front, back) = block(fine[x, y], fine[x + 1, y], fine[x, y + 1], fine[x + 1, y + 1])
        if state == nil || state! != (front, back) {
          text += "\u{1B}[38;2".utf8
          add(front)
          text += ";48;2".utf8
          add(back)
          text.append(UInt8(ascii: "m"))
        }
        state = (front, back)
        text += shapes[shape]
      }
      text += "\u{1B}[0m\n".utf8
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The characters of the blocks.
  private static let shapes = blocks.map { Array(String($0.character).utf8) }
  private static let masks: [SIMD4<Float>] = blocks.map { block in
    SIMD4((0..<4).map { Float(block.mask >> $0 & 1) })
  }

  /// The block of two colours that comes nearest to the light of four quadrants, and the colours as bytes.
  private static func block(
    _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ d: SIMD3<Float>
  ) -> (Int, SIMD3<UInt8>, SIMD3<UInt8>) {
    func bytes(_ value: SIMD3<Float>) -> SIMD3<UInt8> {
      SIMD3(Light.byte(value.x), Light.byte(value.y), Light.byte(value.z))
    }
    // Compared as bytes, whose steps look about equal.
    let (seenA, seenB) = (SIMD3<Float>(bytes(a)), SIMD3<Float>(bytes(b)))
    let (seenC, seenD) = (SIMD3<Float>(bytes(c)), SIMD3<Float>(bytes(d)))
    let whole = a + b + c + d
    func error(_ seen: SIMD3<Float>, _ share: Float, _ front: SIMD3<Float>, _ back: SIMD3<Float>) -> Float {
      let gap = seen - (share == 1 ? front : back)
      return (gap * gap).sum()
    }
    var best = (0, SIMD3<UInt8>(), SIMD3<UInt8>())
    var least = Float.infinity
    for index in masks.indices {
      let mask = masks[index]
      let sum = a * mask.x + b * mask.y + c * mask.z + d * mask.w
      let count = mask.sum()
      let front = bytes(sum / count), back = bytes((whole - sum) / (4 - count))
      let (f, g) = (SIMD3<Float>(front), SIMD3<Float>(back))
      let total =
        error(seenA, mask.x, f, g) + error(seenB, mask.y, f, g) + error(seenC, mask.z, f, g)
        + error(seenD, mask.w, f, g)
      if total < least { (best, least) = ((index, front, back), total) }
    }
    return best
  }

  private static func halves(_ grid: Grid, _ depth: ColorDepth) -> String {
    let palette = depth == .many ? Palette.fixed : Palette.named
    let indices = Diffusion.indices(grid.pixels, palette, share: depth == .many ? 4 : 16)
    func color(_ index: UInt8, _ isFront: Bool) -> String {
      if depth == .many { return (isFront ? "38;5;" : "48;5;") + "\(Int(index) + 16)" }
      let base = (isFront ? 30 : 40) + (index < 8 ? 0 : 60)
      return "\(base + Int(index % 8))"
    }
    var text = ""
    for y in stride(from: 0, to: grid.height, by: 2) {
      var state = ""
      for x in 0..<grid.width {
        let upper = indices[y * grid.width + x], lower = indices[(y + 1) * grid.width + x]
        let wanted = "\u{1B}[\(color(upper, true));\(color(lower, false))m"
        if wanted != state { text += wanted }
        state = wanted
        text += "▀"
      }
      text += "\u{1B}[0m\n"
    }
    return text
  }
}
