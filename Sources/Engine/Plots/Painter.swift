internal import Imaging
internal import Surface

/// A sketch as pixels.
enum Painter {
  /// The class number of the frame's pixels: what is clipped shows on these only.
  private static let framed: UInt8 = 1

  /// Draws everything, antialiased, on white. Throws only when interrupted.
  static func draw(_ sketch: Sketch) throws -> Bitmap {
    var canvas = Canvas(width: sketch.width, height: sketch.height)
    canvas.fill(rectangle(sketch.frame), .color(Color(1, 1, 1)), label: framed)
    for mark in sketch.marks {
      try Interrupt.check()
      try draw(mark, size: sketch.size, on: &canvas)
    }
    try Interrupt.check()
    return canvas.bitmap()
  }

  private static func draw(_ mark: Sketch.Mark, size: Double, on canvas: inout Canvas) throws {
    let inside: UInt64 = 1 << UInt64(framed)
    switch mark {
    case .rectangle(let box, let fill, let opacity): canvas.fill(rectangle(box), .color(fill), opacity: opacity)
    case .line(let places, let color, let width, let opacity, let clipped):
      try line(places, Float(width), color, opacity, only: clipped ? inside : .max, on: &canvas)
    case .dots(let places, let radius, let color):
      for place in places {
        canvas.dab(point(place), Point(repeating: Float(radius)), color: color, only: inside)
      }
    case .area(let places, let color, let opacity):
      canvas.fill(Path(places.map(point)), .color(color), opacity: opacity, only: inside)
    case .text(let text, let place, let anchor, let isUpright, let color):
      let outline = Lettering.path(
        text, at: point(place), size: Float(size), anchor: anchor, isUpright: isUpright)
      canvas.fill(outline, .color(color))
    case .cells(let colors, let columns, let box): cells(colors, columns, box, on: &canvas)
    }
  }

  private static func point(_ place: Place) -> Point { Point(Float(place.x), Float(place.y)) }

  private static func rectangle(_ box: Sketch.Box) -> Path {
    Path.rectangle(Float(box.x), Float(box.y), Float(box.width), Float(box.height))
  }

  /// A line in pieces short enough that a long one takes time by its length only, and can be interrupted. Faint lines are
  /// drawn at once, because pieces would show where they overlap.
  private static func line(
    _ places: [Place], _ width: Float, _ color: Color, _ opacity: Float, only: UInt64, on canvas: inout Canvas
  ) throws {
    if places.count == 1 {
      canvas.dab(
        point(places[0]), Point(repeating: width * 1.1), color: color, opacity: opacity, only: only)
    }
    let piece = opacity < 1 ? places.count : 64
    for start in stride(from: 0, to: places.count - 1, by: max(1, piece)) {
      try Interrupt.check()
      let part = places[start..<min(places.count, start + piece + 1)].map(point)
      canvas.stroke(Path(part, closed: false), width: width, .color(color), opacity: opacity, only: only)
    }
  }

  /// Fills a box with cells; each pixel takes the colour of the cell under its middle.
  private static func cells(_ colors: [Color?], _ columns: Int, _ box: Sketch.Box, on canvas: inout Canvas) {
    let rows = colors.count / columns
    let (left, top) = (max(0, Int(box.x)), max(0, Int(box.y)))
    for y in top..<max(top, min(canvas.height, Int(box.bottom))) {
      let row = min(rows - 1, Int((Double(y) + 0.5 - box.y) / box.height * Double(rows)))
      for x in left..<max(left, min(canvas.width, Int(box.right))) {
        let column = min(columns - 1, Int((Double(x) + 0.5 - box.x) / box.width * Double(columns)))
        if let color = colors[row * columns + column] { canvas.pixels[y * canvas.width + x] = SIMD4(color, 1) }
      }
    }
  }
}

/// Letters as outlines of any size: the embedded typeface's pixels as joints, their neighbourhood as strokes of a round pen.
enum Lettering {
  /// The outline of a line of text, for the non-zero rule. A letter is 0.6 of the size wide, capitals are 0.7 high.
  static func path(_ text: String, at place: Point, size: Float, anchor: Sketch.Anchor, isUpright: Bool) -> Path {
    let unit = size / 10
    let advance = Float(Glyphs.width + 1) * unit
    let length = Float(text.count) * advance - unit
    var left: Float =
      switch anchor {
      case .start: 0
      case .middle: -length / 2
      case .end: -length
      }
    var pen = Path()
    for character in text {
      // The grid's seventh row stands on the base line.
      pen.append(strokes(character).mapped { Point(left, 0) + ($0 - Point(0, 6.5)) * unit })
      left += advance
    }
    return pen.mapped { place + (isUpright ? $0 : Point($0.y, -$0.x)) }.stroked(width: max(1.05, unit * 1.05))
  }

  /// Strokes between neighbouring pixels of a glyph: beside and below always, diagonally where nothing else connects them.
  private static func strokes(_ character: Character) -> Path {
    func ink(_ column: Int, _ row: Int) -> Bool {
      column >= 0 && row >= 0 && column < Glyphs.width && row < Glyphs.height && Glyphs.ink(character, column, row)
    }
    var path = Path()
    for row in 0..<Glyphs.height {
      for column in 0..<Glyphs.width where ink(column, row) {
        let joint = Point(Float(column) + 0.5, Float(row) + 0.5)
        var isAlone = true
        func join(_ right: Int, _ down: Int) {
          path.append(Path([joint, joint + Point(Float(right), Float(down))], closed: false))
        }
        if ink(column + 1, row) { join(1, 0) }
        if ink(column, row + 1) { join(0, 1) }
        if ink(column + 1, row + 1), !ink(column + 1, row), !ink(column, row + 1) { join(1, 1) }
        if ink(column - 1, row + 1), !ink(column - 1, row), !ink(column, row + 1) { join(-1, 1) }
        for v in -1...1 { for u in -1...1 where (u, v) != (0, 0) && ink(column + u, row + v) { isAlone = false } }
        if isAlone { path.append(Path([joint, joint + Point(0.01, 0)], closed: false)) }
      }
    }
    return path
  }
}
