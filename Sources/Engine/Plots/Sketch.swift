internal import Surface
internal import Imaging

/// A plot as shapes on a plane of pixels, which PNG and SVG share.
struct Sketch {
  /// Where a text's place lies in it.
  enum Anchor: String {
    case start, middle, end
  }

  /// One shape. What is `clipped` shows within the frame only.
  enum Mark {
    case rectangle(Box, fill: Color, opacity: Float = 1)
    /// A line of straight pieces; of one place only, a dot.
    case line([Place], color: Color, width: Double, opacity: Float = 1, clipped: Bool = false)
    case dots([Place], radius: Double, color: Color)
    /// A filled outline, clipped.
    case area([Place], color: Color, opacity: Float)
    /// A text; the place is on its base line, which goes upwards when `isUpright` is false.
    case text(String, Place, anchor: Anchor, isUpright: Bool = true, color: Color)
    /// Colours of cells, row by row, that fill a box; nil stays as it is.
    case cells([Color?], columns: Int, Box)
  }

  /// A rectangle, pixels.
  struct Box {
    var x, y, width, height: Double
    var right: Double { x + width }
    var bottom: Double { y + height }

    func contains(_ place: Place) -> Bool { place.x >= x && place.x <= right && place.y >= y && place.y <= bottom }
  }

  let width: Int, height: Int
  /// Height of the letters' line, pixels; each letter takes at most 0.6 of it.
  let size: Double
  /// Where the axes lie.
  var frame = Box(x: 0, y: 0, width: 1, height: 1)
  var marks: [Mark] = []
  /// From the frame's left side to the middle of the vertical label's letters.
  private var labelDistance = 0.0

  static let ink = Color(0.13, 0.13, 0.15), pale = Color(0.90, 0.90, 0.91), soft = Color(0.62, 0.62, 0.65)

  /// Lays a figure out. Throws only when interrupted.
  init(_ figure: Figure, width: Int, height: Int) throws {
    (self.width, self.height) = (width, height)
    size = max(9, min(36, min(Double(width), 1.6 * Double(height)) / 57))
    guard let axes = figure.axes() else {
      marks = [
        .text(
          "no points yet", Place(Double(width) / 2, Double(height) / 2), anchor: .middle, color: Sketch.soft)
      ]
      return
    }
    let rows = axes.y.ticks(
      most: max(2, min(9, Int(Double(height) / size / 3.4))), wholeNumbers: figure.heat != nil)
    place(figure, labels: rows.map(\.label))
    let columns = columnTicks(axes.x, wholeNumbers: figure.heat != nil)
    if let heat = figure.heat { draw(heat) } else { grid(figure, axes, columns, rows) }
    let lines = try curves(figure, axes)
    frame(axes, columns, rows)
    titles(figure)
    if !figure.named.isEmpty { legend(figure, lines) }
  }

  /// Room that a text takes along its line, at most.
  private func room(_ text: String) -> Double { Double(TextWidth.of(text)) * 0.6 * size }

  /// Finds the frame: what margins and labels leave.
  private mutating func place(_ figure: Figure, labels: [String]) {
    let top = size * (figure.title.isEmpty ? 0.9 : 2.6)
    let bottom = size * (figure.xlabel.isEmpty ? 2.2 : 4.0)
    let left = size * (figure.ylabel.isEmpty ? 1.3 : 2.9) + (labels.map(room).max() ?? 0)
    var right = size * 1.4
    if let heat = figure.heat, !heat.isPicture {
      right = size * 3.6 + Sketch.barTicks(heat).map { room($0.label) }.reduce(0, max)
    }
    frame = Box(
      x: left, y: top, width: max(20, Double(width) - left - right), height: max(20, Double(height) - top - bottom))
    if let heat = figure.heat {
      let fit = heat.fitted(into: (frame.width, frame.height))
      frame = Box(
        x: frame.x + (frame.width - fit.width) / 2, y: frame.y + (frame.height - fit.height) / 2, width: fit.width,
        height: fit.height)
    }
    labelDistance = left - size * 1.6
    // Lines on the edges of pixels are sharp.
    frame = Box(
      x: frame.x.rounded(), y: frame.y.rounded(), width: frame.width.rounded(), height: frame.height.rounded())
  }

  /// As many numbers as fit side by side.
  private func columnTicks(_ axis: Scale, wholeNumbers: Bool) -> [Tick] {
    for most in stride(from: max(2, min(12, Int(frame.width / size / 3))), to: 2, by: -1) {
      let ticks = axis.ticks(most: most, wholeNumbers: wholeNumbers)
      var end = -Double.infinity
      let fits = ticks.allSatisfy { tick in
        let (middle, half) = (axis.place(tick.value) * frame.width, room(tick.label) / 2)
        defer { end = middle + half + size * 0.8 }
        return middle - half >= end
      }
      if fits { return ticks }
    }
    return axis.ticks(most: 2, wholeNumbers: wholeNumbers)
  }

  private func across(_ tick: Tick, _ axis: Scale) -> Double {
    (frame.x + axis.place(tick.value) * frame.width).rounded(.down) + 0.5
  }

  private func down(_ tick: Tick, _ axis: Scale) -> Double {
    (frame.y + (1 - axis.place(tick.value)) * frame.height).rounded(.down) + 0.5
  }

  private mutating func grid(_ figure: Figure, _ axes: (x: Scale, y: Scale), _ columns: [Tick], _ rows: [Tick]) {
    guard figure.grid else { return }
    for tick in columns {
      let x = across(tick, axes.x)
      marks.append(.line([Place(x, frame.y), Place(x, frame.bottom)], color: Sketch.pale, width: 1))
    }
    for tick in rows {
      let y = down(tick, axes.y)
      marks.append(.line([Place(frame.x, y), Place(frame.right, y)], color: Sketch.pale, width: 1))
    }
  }

  /// The axes' lines, ticks and numbers.
  private mutating func frame(_ axes: (x: Scale, y: Scale), _ columns: [Tick], _ rows: [Tick]) {
    let (left, floor, reach) = (frame.x + 0.5, frame.bottom + 0.5, size * 0.35)
    marks.append(
      .line([Place(left, frame.y), Place(left, floor), Place(frame.right, floor)], color: Sketch.ink, width: 1))
    for tick in columns {
      let x = across(tick, axes.x)
      marks.append(.line([Place(x, floor), Place(x, floor + reach)], color: Sketch.ink, width: 1))
      marks.append(.text(tick.label, Place(x, floor + reach + size), anchor: .middle, color: Sketch.ink))
    }
    for tick in rows {
      let y = down(tick, axes.y)
      marks.append(.line([Place(left - reach, y), Place(left, y)], color: Sketch.ink, width: 1))
      marks.append(
        .text(tick.label, Place(left - reach - size * 0.35, y + size * 0.35), anchor: .end, color: Sketch.ink))
    }
  }

  private mutating func titles(_ figure: Figure) {
    let middle = frame.x + frame.width / 2
    if !figure.title.isEmpty {
      marks.append(.text(figure.title, Place(middle, frame.y - size), anchor: .middle, color: Sketch.ink))
    }
    if !figure.xlabel.isEmpty {
      let base = frame.bottom + size * 3.1
      marks.append(.text(figure.xlabel, Place(middle, base), anchor: .middle, color: Sketch.ink))
    }
    if !figure.ylabel.isEmpty {
      let place = Place(frame.x - labelDistance, frame.y + frame.height / 2)
      marks.append(.text(figure.ylabel, place, anchor: .middle, isUpright: false, color: Sketch.ink))
    }
  }

  /// The series; returns places on them, for the legend to keep away from.
  private mutating func curves(_ figure: Figure, _ axes: (x: Scale, y: Scale)) throws -> [Place] {
    let tracer = Tracer(x: axes.x, y: axes.y, width: frame.width, height: frame.height)
    let corner = Place(frame.x, frame.y)
    let thickness = max(1.2, size * 0.135)
    let bars = figure.curves.count { $0.style == .bars }
    var places: [Place] = []
    for curve in figure.curves {
      let color = Inks.color(curve.ink)
      switch curve.style {
      case .points:
        let points = try tracer.points(of: curve, margin: 4, grain: 2).map { $0 + corner }
        marks.append(.dots(points, radius: points.count > 2000 ? thickness * 0.7 : thickness * 1.5, color: color))
        places += points
      case .bars:
        let outline = tracer.thinned(tracer.outline(of: curve)).map { $0 + corner }
        marks.append(.area(outline, color: color, opacity: bars == 1 ? 0.55 : 0.28))
        marks.append(.line(outline, color: color, width: thickness * 0.7, clipped: true))
        places += outline
      case .line, .steps:
        for piece in try tracer.pieces(of: curve, margin: 4) {
          let line = piece.map { $0 + corner }
          marks.append(
            .line(line, color: color, width: thickness, opacity: curve.isFaint ? 0.28 : 1, clipped: true))
          places += line
        }
      }
    }
    return places
  }

  /// Names beside samples, in the corner where the fewest places lie.
  private mutating func legend(_ figure: Figure, _ places: [Place]) {
    let step = size * 1.5
    let most = max(1, Int(frame.height * 0.8 / step) - 1)
    var names = figure.named.map(\.label)
    let letters = max(4, Int(frame.width * 0.6 / (0.6 * size)))
    if names.count > most { names = names.prefix(most) + ["and \(names.count - most) more"] }
    names = names.map { TextWidth.truncated($0, to: letters) }
    let width = size * 3.6 + (names.map(room).max() ?? 0), height = step * Double(names.count) + size * 0.7
    let gap = size * 0.8
    let corners = [
      Place(frame.right - gap - width, frame.y + gap), Place(frame.x + gap, frame.y + gap),
      Place(frame.right - gap - width, frame.bottom - gap - height), Place(frame.x + gap, frame.bottom - gap - height),
    ]
    var best = (box: Box(x: 0, y: 0, width: width, height: height), hidden: Int.max)
    for corner in corners {
      let box = Box(x: corner.x.rounded(), y: corner.y.rounded(), width: width.rounded(), height: height.rounded())
      let hidden = places.count { box.contains($0) }
      if hidden < best.hidden { best = (box, hidden) }
    }
    marks.append(.rectangle(best.box, fill: Color(1, 1, 1), opacity: 0.86))
    for (index, name) in names.enumerated() {
      let y = best.box.y + size * 0.35 + step * (Double(index) + 0.5)
      if index < figure.named.count, index < most { sample(figure.named[index], best.box.x + size * 0.6, y) }
      marks.append(
        .text(name, Place(best.box.x + size * 3, y + size * 0.35), anchor: .start, color: Sketch.ink))
    }
  }

  private mutating func sample(_ curve: Curve, _ x: Double, _ y: Double) {
    let color = Inks.color(curve.ink), right = x + size * 1.8
    switch curve.style {
    case .points: marks.append(.dots([Place((x + right) / 2, y)], radius: size * 0.2, color: color))
    case .bars:
      let box = Box(x: x, y: y - size * 0.4, width: size * 1.8, height: size * 0.8)
      marks.append(.rectangle(box, fill: color, opacity: 0.55))
    case .line, .steps: marks.append(.line([Place(x, y), Place(right, y)], color: color, width: size * 0.16))
    }
  }

  // MARK: - Heat maps

  private static func barTicks(_ heat: Heat) -> [Tick] {
    Tick.linear(heat.range.low, heat.range.high, most: 6)
  }

  private mutating func draw(_ heat: Heat) {
    // No finer than the matrix, and no finer than the pixels.
    let columns = min(heat.width, Int(frame.width)), rows = min(heat.height, Int(frame.height))
    marks.append(.cells(heat.colors(width: columns, height: rows), columns: columns, frame))
    guard !heat.isPicture else { return }
    let bar = Box(x: frame.right + size * 1.2, y: frame.y, width: size.rounded(), height: frame.height)
    marks.append(.cells((0..<256).map { heat.map.color(1 - Double($0) / 255) }, columns: 1, bar))
    let scale = Scale(heat.range.low, heat.range.high)
    for tick in Sketch.barTicks(heat) {
      let y = down(tick, scale)
      marks.append(
        .line([Place(bar.right, y), Place(bar.right + size * 0.3, y)], color: Sketch.ink, width: 1))
      marks.append(
        .text(tick.label, Place(bar.right + size * 0.6, y + size * 0.35), anchor: .start, color: Sketch.ink))
    }
  }
}
