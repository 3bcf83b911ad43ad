internal import Imaging
internal import Surface

/// A plot out of characters: braille, with axes and labels around it.
struct TextDrawing {
  private let figure: Figure
  private let columns: Int
  private let rows: Int
  private let isColored: Bool

  /// The smallest drawing that says anything.
  static let least = (columns: 20, rows: 6)

  /// A drawing of at most so many columns and rows; smaller ones than `least` are as large as that.
  init(_ figure: Figure, columns: Int, rows: Int, isColored: Bool) {
    self.figure = figure
    self.columns = min(max(columns, TextDrawing.least.columns), 1000)
    self.rows = min(max(rows, TextDrawing.least.rows), 500)
    self.isColored = isColored
  }

  /// The lines joined by line feeds, without trailing spaces. Throws only when interrupted.
  func text() throws -> String {
    guard let axes = figure.axes() else { return "(no points yet)" }
    var header: [String] = [], footer: [String] = []
    // Axis and numbers below take two rows; what else there is must leave three for the plot.
    func fits() -> Bool { rows - 2 - header.count - footer.count > 3 }
    if !figure.title.isEmpty, fits() { header.append(Cells.centred(figure.title, in: columns)) }
    if !figure.named.isEmpty, fits() { header.append(legend) }
    if !figure.xlabel.isEmpty, fits() { footer.append(Cells.centred(figure.xlabel, in: columns)) }
    if !figure.ylabel.isEmpty, fits() { header.append(TextWidth.truncated(figure.ylabel, to: columns)) }
    let height = rows - 2 - header.count - footer.count
    let ticks = axes.y.ticks(most: min(8, max(3, (height + 1) / 2)), wholeNumbers: figure.heat != nil)
    let gutter = ticks.map(\.label.count).max() ?? 0
    let body = try plot(axes, ticks, gutter: min(gutter, columns / 2), height: height)
    return (header + body + footer).map(Cells.trimmed).joined(separator: "\n")
  }

  /// Samples and names of the series.
  private var legend: String {
    var parts: [String] = [], used = 0
    for (index, curve) in figure.named.enumerated() {
      let room = columns - used - 6
      guard room > 3 else { break }
      let label = TextWidth.truncated(curve.label, to: room)
      var sample = Dots(columns: 3, rows: 1)
      switch curve.style {
      case .line, .steps: sample.line([Place(0, 2), Place(5, 2)], ink: curve.ink, pattern: pattern(curve))
      case .points: sample.set(2, 2, ink: curve.ink)
      case .bars: for x in 0..<6 { sample.line([Place(Double(x), 1), Place(Double(x), 3)], ink: curve.ink) }
      }
      parts.append((index > 0 ? "  " : "") + sample.text(row: 0, colored: isColored) + " " + label)
      used += TextWidth.of(label) + 6
    }
    return parts.joined()
  }

  /// Without colours, series are told apart by their dashes.
  private func pattern(_ curve: Curve) -> [Bool] {
    let patterns = [[true], [true, false], [true, true, true, false, false], [true, false, false, false]]
    return isColored ? [true] : patterns[curve.ink % patterns.count]
  }

  /// The plot with its axes: `height` rows, the line below and the numbers.
  private func plot(
    _ axes: (x: Scale, y: Scale), _ ticks: [Tick], gutter: Int, height: Int
  ) throws -> [String] {
    var bar: [String] = []
    var dots = Dots(columns: columns - gutter - 1, rows: height)
    if let heat = figure.heat {
      dots = HeatDots.draw(heat, columns: max(8, dots.columns - HeatDots.barWidth(heat)), rows: height)
      if !heat.isPicture { bar = HeatDots.bar(heat, rows: dots.rows) }
    } else {
      try draw(axes, on: &dots)
    }
    var left = [String](repeating: String(repeating: " ", count: gutter) + "│", count: dots.rows)
    for tick in ticks {
      let place = (1 - axes.y.place(tick.value)) * Double(dots.height - 1)
      let row = min(dots.rows - 1, max(0, Int(place.rounded()) / 4))
      left[row] = String(repeating: " ", count: max(0, gutter - tick.label.count)) + tick.label.prefix(gutter) + "┤"
    }
    var lines = left.indices.map { row in
      let drawn = left[row] + dots.text(row: row, colored: isColored)
      return row < bar.count ? drawn + " " + bar[row] : drawn
    }
    lines += below(axes.x, gutter: gutter, width: dots.columns)
    return lines
  }

  private func draw(_ axes: (x: Scale, y: Scale), on dots: inout Dots) throws {
    let tracer = Tracer(x: axes.x, y: axes.y, width: Double(dots.width - 1), height: Double(dots.height - 1))
    let bars = figure.curves.count { $0.style == .bars }
    for curve in figure.curves where !curve.isFaint {
      switch curve.style {
      case .points:
        for place in try tracer.points(of: curve, margin: 0.5, grain: 1) {
          dots.line([place], ink: curve.ink)
        }
      case .bars:
        let outline = tracer.outline(of: curve)
        let pieces = tracer.cut(outline, 0.5)
        for piece in pieces { dots.line(piece, ink: curve.ink, pattern: pattern(curve)) }
        if bars == 1 { fill(outline, on: &dots, ink: curve.ink) }
      case .line, .steps:
        for piece in try tracer.pieces(of: curve, margin: 0.5) {
          dots.line(piece, ink: curve.ink, pattern: pattern(curve))
        }
      }
    }
  }

  /// Fills what lies below the top of bars. The outline goes up, then along top after top, then down.
  private func fill(_ outline: [Place], on dots: inout Dots, ink: Int) {
    let floor = outline[0].y
    for index in stride(from: 1, to: outline.count - 2, by: 2) {
      let (a, b) = (outline[index], outline[index + 1])
      guard a.y != floor else { continue }
      let last = min(dots.width - 1, Int(b.x.rounded()))
      for x in max(0, Int(a.x.rounded()))...max(0, last, Int(a.x.rounded())) where x <= last {
        dots.line([Place(Double(x), max(0, a.y)), Place(Double(x), min(floor, Double(dots.height - 1)))], ink: ink)
      }
    }
  }

  /// The axis below and its numbers, as many as fit side by side.
  private func below(_ axis: Scale, gutter: Int, width: Int) -> [String] {
    var marks = [Character](repeating: "─", count: width)
    var numbers: [(left: Int, label: String)] = []
    for most in stride(from: max(2, min(12, width / 6)), through: 2, by: -1) {
      let ticks = axis.ticks(most: most, wholeNumbers: figure.heat != nil)
      var end = -1, fits = true
      numbers = ticks.map { tick in
        let column = gutter + 1 + column(tick, axis, width)
        let left = max(0, min(column - tick.label.count / 2, gutter + 1 + width - tick.label.count))
        fits = fits && left > end
        end = left + tick.label.count
        return (left, tick.label)
      }
      guard fits || most == 2 else { continue }
      for tick in ticks { marks[column(tick, axis, width)] = "┬" }
      break
    }
    var line = ""
    for number in numbers where number.left >= line.count {
      line += String(repeating: " ", count: number.left - line.count) + number.label
    }
    return [String(repeating: " ", count: gutter) + "└" + String(marks), TextWidth.truncated(line, to: columns)]
  }

  private func column(_ tick: Tick, _ axis: Scale, _ width: Int) -> Int {
    min(width - 1, max(0, Int((axis.place(tick.value) * Double(2 * width - 1)).rounded()) / 2))
  }
}
