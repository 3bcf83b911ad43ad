internal import Surface
public import TensorCore

/// Cutting pictures and putting them side by side.
public enum Arrange {
  /// A part of a picture or batch, by its corner counted from 0; differentiable.
  public static func crop(
    _ picture: Tensor, x: Int, y: Int, width: Int, height: Int, operation: String = "images.crop"
  ) throws -> Tensor {
    try PictureShape.any(picture, operation)
    let (fullHeight, fullWidth) = (picture.shape[picture.rank - 2], picture.shape[picture.rank - 1])
    guard x >= 0, y >= 0, width > 0, height > 0, width <= fullWidth, height <= fullHeight, x <= fullWidth - width,
      y <= fullHeight - height
    else {
      throw EngineError(
        operation,
        "a part of \(width) × \(height) pixels from column \(x.addingReportingOverflow(1).partialValue), row "
          + "\(y.addingReportingOverflow(1).partialValue) does not lie within \(fullWidth) × \(fullHeight)",
        advice: "columns and rows count from 1")
    }
    return try picture.narrow(-1, x, width).narrow(-2, y, height)
  }

  /// Mirrors a picture or batch left to right, top to bottom, or both; differentiable.
  public static func flip(
    _ picture: Tensor, horizontal: Bool, vertical: Bool, operation: String = "images.flip"
  ) throws -> Tensor {
    try PictureShape.any(picture, operation)
    return try picture.flip((horizontal ? [-1] : []) + (vertical ? [-2] : []))
  }

  /// How pictures are laid out.
  public struct Layout {
    /// Pictures per row; nil: about a square.
    public var columns: Int?
    /// Pixels between pictures and around the sheet.
    public var gap = 4
    /// Whether `gap` also goes around the whole.
    public var margin = true
    /// Red, green, blue.
    public var background = Color(1, 1, 1)
    /// Pictures are resized to fit the cell instead of being placed in it at their own size.
    public var fit = false
    /// Cell size, pixels; nil: the largest picture.
    public var cell: (width: Int, height: Int)?
    /// Text under each picture, in lines; empty for none.
    public var labels: [String] = []
    /// A line of text above everything.
    public var title = ""

    /// The standard layout.
    public init() {}
  }

  /// A sheet of pictures in rows, each centred in its cell; RGB.
  public static func grid(_ pictures: [Tensor], _ layout: Layout, operation: String = "images.grid") throws -> Tensor {
    guard !pictures.isEmpty else { throw EngineError(operation, "needs at least one picture") }
    guard layout.labels.isEmpty || layout.labels.count == pictures.count else {
      throw EngineError(
        operation, expected: "as many labels as pictures (\(pictures.count))", came: "\(layout.labels.count)")
    }
    var bitmaps = try pictures.map { picture in
      try Bitmap(PictureShape.single(picture, operation).to(.f32)).rgb(on: layout.background)
    }
    let cell =
      layout.cell
      ?? (width: bitmaps.map(\.width).max() ?? 1, height: bitmaps.map(\.height).max() ?? 1)
    if layout.fit { bitmaps = try bitmaps.map { try fitted($0, cell, operation) } }
    let plan = try Plan(count: bitmaps.count, cell: cell, layout, operation)
    var sheet = Bitmap.filled(width: plan.width, height: plan.height, layout.background)
    for (index, bitmap) in bitmaps.enumerated() {
      let corner = plan.corner(index)
      sheet.place(
        bitmap, x: corner.x + (cell.width - bitmap.width) / 2, y: corner.y + (cell.height - bitmap.height) / 2)
      if !layout.labels.isEmpty {
        plan.writeCentered(
          layout.labels[index], on: &sheet, left: corner.x, width: cell.width,
          y: corner.y + cell.height + 2 * plan.scale)
      }
    }
    if !layout.title.isEmpty {
      plan.writeCentered(layout.title, on: &sheet, left: layout.gap, width: plan.width - 2 * layout.gap, y: layout.gap)
    }
    return try sheet.tensor()
  }

  /// A bitmap resized to touch the cell from within.
  private static func fitted(
    _ bitmap: Bitmap, _ cell: (width: Int, height: Int), _ operation: String
  ) throws -> Bitmap {
    let factor = min(Double(cell.width) / Double(bitmap.width), Double(cell.height) / Double(bitmap.height))
    let width = max(1, min(cell.width, Int((Double(bitmap.width) * factor).rounded())))
    let height = max(1, min(cell.height, Int((Double(bitmap.height) * factor).rounded())))
    if width == bitmap.width, height == bitmap.height { return bitmap }
    return try Bitmap(Resize.apply(bitmap.tensor(), .init(width: width, height: height), operation: operation))
  }

  /// The sizes of a sheet, checked before anything is allocated.
  private struct Plan {
    let width: Int
    let height: Int
    /// Pixels per pixel of the typeface.
    let scale: Int
    /// From one line of text to the next.
    private let line: Int
    private let columns: Int
    private let cell: (width: Int, height: Int)
    private let step: (x: Int, y: Int)
    private let start: (x: Int, y: Int)
    private let ink: Color

    init(count: Int, cell: (width: Int, height: Int), _ layout: Layout, _ operation: String) throws {
      self.cell = cell
      columns = min(count, layout.columns ?? Int(Double(count).squareRoot().rounded(.up)))
      let rows = (count + columns - 1) / columns
      scale = max(1, min(6, (cell.width + 80) / 160))
      line = (Glyphs.height + 3) * scale
      let lines = layout.labels.map { $0.split(separator: "\n", omittingEmptySubsequences: false).count }.max() ?? 0
      let margin = layout.margin ? layout.gap : 0
      step = (cell.width + layout.gap, cell.height + layout.gap + lines * line)
      start = (margin, margin + (layout.title.isEmpty ? 0 : line + layout.gap))
      let wide = Double(columns) * Double(step.x) - Double(layout.gap) + 2 * Double(margin)
      let tall = Double(rows) * Double(step.y) - Double(layout.gap) + Double(margin + start.y)
      guard wide * tall <= Double(ImageLimits.mostPixels) else {
        throw EngineError(
          operation, "the sheet would have \(Int(wide)) × \(Int(tall)) pixels",
          advice: "use smaller pictures; \(ImageLimits.mostPixels / 1_000_000) million pixels are the limit")
      }
      (width, height) = (Int(wide), Int(tall))
      let background = layout.background
      let luminance = 0.3 * background.x + 0.59 * background.y + 0.11 * background.z
      ink = luminance > 0.5 ? Color(0.08, 0.08, 0.08) : Color(0.93, 0.93, 0.93)
    }

    func corner(_ index: Int) -> (x: Int, y: Int) {
      (start.x + index % columns * step.x, start.y + index / columns * step.y)
    }

    /// Lines in the middle of a span, cut with dots where they are too long.
    func writeCentered(_ text: String, on sheet: inout Bitmap, left: Int, width: Int, y: Int) {
      let fits = max(1, (width / scale + 1) / (Glyphs.width + 1))
      for (place, whole) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let words = whole.count > fits ? whole.prefix(max(0, fits - 2)) + ".." : whole
        let middle = left + (width - Bitmap.textWidth(String(words), scale: scale)) / 2
        sheet.write(String(words), x: middle, y: y + place * line, scale: scale, color: ink)
      }
    }
  }

  /// Pictures in one row or one column, aligned at the middle; differentiable.
  public static func concat(
    _ pictures: [Tensor], vertical: Bool, gap: Int, background: Color, operation: String = "images.concat"
  ) throws -> Tensor {
    guard !pictures.isEmpty else { throw EngineError(operation, "needs at least one picture") }
    let parts = try pictures.map { try rgb(PictureShape.single($0, operation), on: background) }
    let between = Double(gap) * Double(parts.count - 1)
    let (widths, heights) = (parts.map { $0.shape[2] }, parts.map { $0.shape[1] })
    let wide = vertical ? Double(widths.max() ?? 1) : widths.reduce(between) { $0 + Double($1) }
    let tall = vertical ? heights.reduce(between) { $0 + Double($1) } : Double(heights.max() ?? 1)
    guard wide * tall <= Double(ImageLimits.mostPixels) else {
      throw EngineError(operation, "the result would have \(Int(wide)) × \(Int(tall)) pixels")
    }
    let strips = try parts.enumerated().map { index, part in
      let missing = vertical ? Int(wide) - widths[index] : Int(tall) - heights[index]
      let before = missing / 2, space = index + 1 < parts.count ? gap : 0
      let fill = (0..<3).map { Double(background[$0]) }
      let frame: Pad.Request =
        vertical
        ? .init(left: before, right: missing - before, top: 0, bottom: space, fill: fill)
        : .init(left: 0, right: space, top: before, bottom: missing - before, fill: fill)
      return try Pad.apply(part, frame, operation: operation)
    }
    let type: ElementType = strips.contains { $0.dtype == .f64 } ? .f64 : .f32
    return try Tensor.cat(strips.map { try $0.to(type) }, vertical ? 1 : 2)
  }

  /// A picture as RGB: grey repeated, alpha composited on a background.
  private static func rgb(_ picture: Tensor, on background: Color) throws -> Tensor {
    let picture = picture.dtype == .f64 ? picture : try picture.to(.f32)
    let (channels, height, width) = (picture.shape[0], picture.shape[1], picture.shape[2])
    let colors = try (channels >= 3 ? picture.narrow(0, 0, 3) : picture.narrow(0, 0, 1)).expand([3, height, width])
    guard channels % 2 == 0 else { return colors }
    let alpha = try picture.narrow(0, channels - 1, 1)
    let behind = try Tensor((0..<3).map { background[$0] }, [3, 1, 1]).to(picture.dtype)
    return try colors * alpha + behind * (1 - alpha)
  }
}
