public import Surface

/// Pictures as sixels (DEC STD 070): bands of six rows, a palette made for the picture, errors spread.
public enum Sixel {
  /// The bytes that show a picture at the cursor. `colors` is how many the terminal has, 2 to 256.
  public static func encode(_ pixels: Pixels, colors: Int = 256) -> [UInt8] {
    let palette = Palette(MedianCut.colors(of: pixels, count: max(2, min(256, colors))))
    let indices = Diffusion.indices(pixels, palette)
    var writer = Writer(pixels.width, palette.colors.count)
    // Pixels that no colour sets keep the ground; width and height are in pixels of aspect 1.
    writer.text("\u{1B}P0;1;0q\"1;1;\(pixels.width);\(pixels.height)")
    for (index, color) in palette.colors.enumerated() {
      func percent(_ value: UInt8) -> Int { (Int(value) * 100 + 127) / 255 }
      writer.text("#\(index);2;\(percent(color.x));\(percent(color.y));\(percent(color.z))")
    }
    var top = 0
    while top < pixels.height {
      writer.band(indices, top: top, rows: min(6, pixels.height - top))
      top += 6
    }
    writer.text("\u{1B}\\")
    return writer.bytes
  }

  /// Writes bands: for each colour that occurs in one, its bits from its first column to its last.
  private struct Writer {
    var bytes: [UInt8] = []
    private let width: Int
    private var bits: [UInt8]
    private var first: [Int]
    private var last: [Int]

    init(_ width: Int, _ colors: Int) {
      self.width = width
      bits = [UInt8](repeating: 0, count: width * colors)
      first = [Int](repeating: .max, count: colors)
      last = [Int](repeating: -1, count: colors)
    }

    mutating func text(_ text: String) { bytes += Array(text.utf8) }

    mutating func band(_ indices: [UInt8], top: Int, rows: Int) {
      for row in 0..<rows {
        let start = (top + row) * width
        for x in 0..<width {
          let color = Int(indices[start + x])
          bits[color * width + x] |= 1 << UInt8(row)
          if x < first[color] { first[color] = x }
          if x > last[color] { last[color] = x }
        }
      }
      var begins = true
      for color in first.indices where last[color] >= 0 {
        if !begins { bytes.append(UInt8(ascii: "$")) }
        begins = false
        line(color)
        first[color] = .max
        last[color] = -1
      }
      bytes.append(UInt8(ascii: "-"))
    }

    private mutating func line(_ color: Int) {
      bytes.append(UInt8(ascii: "#"))
      number(color)
      run(0, first[color])
      var x = first[color]
      let end = last[color] + 1, base = color * width
      while x < end {
        let value = bits[base + x]
        var length = 1
        while x + length < end, bits[base + x + length] == value { length += 1 }
        run(value, length)
        for index in x..<x + length { bits[base + index] = 0 }
        x += length
      }
    }

    private mutating func run(_ value: UInt8, _ length: Int) {
      if length > 3 {
        bytes.append(UInt8(ascii: "!"))
        number(length)
        bytes.append(63 + value)
      } else {
        for _ in 0..<length { bytes.append(63 + value) }
      }
    }

    private mutating func number(_ value: Int) {
      if value >= 10 { number(value / 10) }
      bytes.append(UInt8(48 + value % 10))
    }
  }
}

/// A palette for one picture: boxes of colours are halved where the error is largest (Heckbert 1982; split at the mean,
/// as Wu 1991 minimises variance).
enum MedianCut {
  /// At most so many colours, those of the picture itself when it has no more.
  static func colors(of pixels: Pixels, count: Int) -> [SIMD3<UInt8>] {
    let entries = histogram(pixels)
    if entries.count <= count { return entries.map(\.mean) }
    var list = entries
    var boxes = [Box(list, 0..<list.count)]
    while boxes.count < count {
      guard let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }), boxes[worst].error > 0,
        let middle = split(&list, boxes[worst])
      else { break }
      let range = boxes[worst].range
      boxes[worst] = Box(list, range.lowerBound..<middle)
      boxes.append(Box(list, middle..<range.upperBound))
    }
    return boxes.map(\.mean)
  }

  /// Colours that agree in five bits per channel, counted and summed.
  struct Entry {
    var count: Float = 0
    var sum = SIMD3<Float>()
    var center: SIMD3<Float> { sum / count }
    var mean: SIMD3<UInt8> { SIMD3<UInt8>(center.rounded(.toNearestOrAwayFromZero)) }
  }

  private static func histogram(_ pixels: Pixels) -> [Entry] {
    var table = [Entry](repeating: Entry(), count: 1 << 15)
    // A quarter of a large picture's pixels tells as much.
    let step = pixels.width * pixels.height > 1 << 17 ? 2 : 1
    for y in stride(from: 0, to: pixels.height, by: step) {
      for x in stride(from: (y / step) % step, to: pixels.width, by: step) {
        let at = 3 * (y * pixels.width + x)
        let (r, g, b) = (pixels.bytes[at], pixels.bytes[at + 1], pixels.bytes[at + 2])
        let key = Int(r >> 3) << 10 | Int(g >> 3) << 5 | Int(b >> 3)
        table[key].count += 1
        table[key].sum += SIMD3(Float(r), Float(g), Float(b))
      }
    }
    return table.filter { $0.count > 0 }
  }

  private struct Box {
    let range: Range<Int>
    let error: Float
    let axis: Int
    let middle: Float
    let mean: SIMD3<UInt8>

    init(_ list: [Entry], _ range: Range<Int>) {
      self.range = range
      var count: Float = 0
      var sum = SIMD3<Float>(), squares = SIMD3<Float>()
      for entry in list[range] {
        let center = entry.center
        count += entry.count
        sum += entry.sum
        squares += center * center * entry.count
      }
      let center = sum / count
      // The eye weighs green most and blue least.
      let spread = (squares - center * center * count) * SIMD3(0.8, 1.2, 0.6)
      axis = spread.x > spread.y ? (spread.x > spread.z ? 0 : 2) : (spread.y > spread.z ? 1 : 2)
      // Many pixels with small errors matter less than the same error in one place.
      error = range.count > 1 ? spread.sum() / max(1, count).squareRoot() : 0
      middle = center[axis]
      mean = SIMD3<UInt8>(
        center.rounded(.toNearestOrAwayFromZero).clamped(lowerBound: .zero, upperBound: .init(repeating: 255)))
    }
  }

  /// Puts the entries below the box's middle first; nil when none can be told apart.
  private static func split(_ list: inout [Entry], _ box: Box) -> Int? {
    var middle = box.range.lowerBound
    for index in box.range where list[index].center[box.axis] < box.middle {
      list.swapAt(index, middle)
      middle += 1
    }
    return middle > box.range.lowerBound && middle < box.range.upperBound
      ? middle
      : box.range.count > 1
        ? box.range.lowerBound + box.range.count / 2 : nil
  }
}
