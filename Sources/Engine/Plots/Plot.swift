internal import Files
internal import Glibc
internal import Imaging
public import Surface
internal import TensorCore

/// A drawing of data: one object that gives braille text for a terminal, PNG and SVG.
public final class Plot {
  /// What kind of plot it is, in words: `line plot`.
  let kind: String
  /// Everything but the series of live curves.
  private let base: Figure
  /// Curves that still grow, or nil.
  let live: LiveCurves?

  /// A plot of a figure that is complete.
  init(_ kind: String, _ figure: Figure) { (self.kind, base, live) = (kind, figure, nil) }

  /// A plot whose curves grow.
  init(_ kind: String, _ figure: Figure, live: LiveCurves) { (self.kind, base, self.live) = (kind, figure, live) }

  /// What is drawn now.
  var figure: Figure {
    guard let live else { return base }
    var figure = base
    figure.curves = live.curves
    return figure
  }

  /// The plot as text of at most so many columns and rows, at least 20 × 6: braille dots (U+2800 to U+28FF), axes,
  /// numbers, labels; lines joined by line feeds. With `colored`, each series has one of the terminal's named colours (SGR);
  /// without, its own dashes. Throws only when interrupted.
  public func text(columns: Int, rows: Int, colored: Bool) throws -> String {
    try TextDrawing(figure, columns: columns, rows: rows, isColored: colored).text()
  }

  /// The plot as an SVG document of its size in pixels. Its texts are texts, its series paths.
  public func svg() throws -> String {
    let figure = figure
    return try SVGWriter.document(Sketch(figure, width: figure.width, height: figure.height), title: display())
  }

  /// The plot as pixels, no larger than its own size and no larger than a box; its proportions stay, and its letters stay
  /// readable.
  public func pixels(width: Int = .max, height: Int = .max) throws -> Pixels {
    let bitmap = try bitmap(width, height)
    let plane = bitmap.width * bitmap.height
    var bytes = [UInt8](repeating: 0, count: 3 * plane)
    for index in 0..<plane {
      for channel in 0..<3 { bytes[3 * index + channel] = UInt8(bitmap.values[channel * plane + index] * 255 + 0.5) }
    }
    return Pixels(width: bitmap.width, height: bitmap.height, bytes: bytes)
  }

  /// The plot as a PNG file, sized as `pixels`.
  public func png(width: Int = .max, height: Int = .max) throws -> [UInt8] {
    try ImageFile.png(bitmap(width, height).tensor(), operation: "plot:png")
  }

  private func bitmap(_ width: Int, _ height: Int) throws -> Bitmap {
    let figure = figure
    let share = min(1, Double(width) / Double(figure.width), Double(height) / Double(figure.height))
    func side(_ pixels: Int) -> Int { max(1, Int((Double(pixels) * share).rounded(.down))) }
    return try Painter.draw(Sketch(figure, width: side(figure.width), height: side(figure.height)))
  }

  /// Writes the plot as PNG or SVG, by the name's extension; the file appears complete or not at all.
  public func save(to path: String, operation: String = "plot:save") throws {
    if let live, live.isEmpty {
      throw EngineError(operation, "there is nothing to draw yet", advice: "add values first: c:add{loss = …}")
    }
    let name = path.lowercased()
    if name.hasSuffix(".png") {
      try ImageFile.save(bitmap(.max, .max).tensor(), to: path, operation: operation)
    } else if name.hasSuffix(".svg") {
      let document = Array(try svg().utf8)
      try AtomicFile.write(path, operation: operation) { stream in
        guard fwrite(document, 1, document.count, stream) == document.count else {
          throw AtomicFile.failure(path, operation, errno)
        }
      }
    } else {
      throw EngineError(
        operation, expected: "a file name that ends in .png or .svg", came: Value.string(path).brief)
    }
  }
}

extension Plot: Viewable {
  public static var scriptType: ScriptType { PlotEntries.type }

  public var nativeBytes: Int {
    let curves = figure.curves.reduce(0) { $0 + ($1.x.count + $1.y.count) * 8 + 128 }
    return 512 + curves + (base.heat.map { $0.values.count * 8 } ?? 0)
  }

  /// One line: the kind, how much is drawn, and between which values.
  public func display() -> String {
    let figure = figure
    let title = figure.title.isEmpty ? "" : " \"\(figure.title)\""
    if let live { return kind + title + ": " + live.summary }
    if let heat = figure.heat {
      let size = "\(heat.extent.height) × \(heat.extent.width)"
      let range = heat.isPicture ? " pixels" : ", colours from \(heat.range.low.short) to \(heat.range.high.short)"
      return "\(kind)\(title): \(size)\(range)"
    }
    return "\(kind)\(title): \(summary(figure))"
  }

  private func summary(_ figure: Figure) -> String {
    let points = figure.curves.reduce(0) { $0 + $1.y.count }
    let names = figure.curves.map(\.label).filter { !$0.isEmpty }
    let bars = figure.curves.allSatisfy { $0.style == .bars }
    var parts = [bars ? "\(points) bins" : "\(points) point\(points == 1 ? "" : "s")"]
    if figure.curves.count > 1 { parts.insert("\(figure.curves.count) series", at: 0) }
    if !names.isEmpty, names.count <= 6 { parts[0] += " (\(names.joined(separator: ", ")))" }
    if let (x, y) = figure.bounds(within: nil) {
      parts += ["x \(x.low.short) to \(x.high.short)", "y \(y.low.short) to \(y.high.short)"]
    }
    return parts.joined(separator: ", ")
  }

  /// The plot in every form.
  public func view() throws -> View {
    let figure = figure
    guard figure.axes() != nil else { return View(display()) }
    return View(
      display(), size: (figure.width, figure.height), pixels: { try self.pixels(width: $0, height: $1) },
      png: { try self.png(width: $0, height: $1) },
      drawing: { try self.text(columns: $0, rows: $1, colored: $2) }, svg: { try self.svg() })
  }
}

extension Double {
  /// The number to four digits, as `%.4g` prints it.
  var short: String {
    var buffer = [CChar](repeating: 0, count: 32)
    _ = withVaList([self]) { vsnprintf(&buffer, buffer.count, "%.4g", $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
