internal import Imaging
internal import Surface
internal import TensorCore

/// Pictures as `show` lays them out: one alone, several in a row or a grid, with labels, histograms and masks.
struct Sheet {
  private let pictures: [Tensor]
  private let labels: [String]
  private let title: String
  private let columns: Int
  private let width: Int?
  private let text: String

  /// Pictures C × H × W and the options of `show`; `standard` are the labels of those that have none.
  init(_ given: [Tensor], _ options: Options, standard: [String], text: String? = nil) throws {
    let normalizes = try options.bool("normalize"), withHistogram = try options.bool("histogram")
    let mask = try options.objectIfAny("mask", as: Tensor.self)
    let asked = try (try options.listIfAny("labels") ?? []).map { value -> String in
      switch value {
      case .string(let text): return text
      case .integer(let number): return "\(number)"
      case .number(let number): return "\(number)"
      default: throw options.mismatch("labels", "a list of strings")
      }
    }
    labels = asked.isEmpty ? standard : asked
    title = try options.string("title")
    width = try options.integerIfAny("width")
    columns = try options.integerIfAny("columns") ?? (given.count <= 6 ? max(1, given.count) : 8)
    pictures = try given.map { picture in
      var result = try Sheet.values(picture, normalizes)
      if let mask { result = try Sheet.tinted(result, mask) }
      if withHistogram { result = try Sheet.withHistogram(result) }
      return result
    }
    let named = labels.isEmpty ? "" : ": " + labels.joined(separator: ", ")
    self.text = text ?? "\(given.count) pictures" + named
  }

  /// One picture as it is; several, or those with labels, on a sheet. Where the sheet is shown so small that letters could
  /// not be read, as out of block characters, it is one without: the text names them.
  func view() throws -> View {
    let whole = try picture()
    let view = try PictureView.view(of: whole, text: text)
    guard !labels.isEmpty || !title.isEmpty else { return view }
    let plain = try PictureView.view(of: picture(isLabelled: false), text: text)
    func isReadable(_ width: Int, _ height: Int) -> Bool {
      2 * width >= whole.shape[2] && 2 * height >= whole.shape[1]
    }
    return View(
      text, size: view.size,
      pixels: { try (isReadable($0, $1) ? view : plain).pixels!($0, $1) },
      png: { try (isReadable($0, $1) ? view : plain).png!($0, $1) })
  }

  /// The picture of all.
  func picture(isLabelled: Bool = true) throws -> Tensor {
    let labels = isLabelled ? labels : [], title = isLabelled ? title : ""
    var whole: Tensor
    if pictures.count == 1, labels.isEmpty, title.isEmpty {
      whole = pictures[0]
    } else {
      var layout = Arrange.Layout()
      layout.columns = columns
      layout.labels = labels
      layout.title = title
      layout.gap = 6
      // Small pictures stand beside large ones at one size.
      layout.fit = true
      let widest = pictures.map { $0.shape[2] }.max() ?? 1, tallest = pictures.map { $0.shape[1] }.max() ?? 1
      // Labels of tiny pictures need room to be read.
      let least = labels.isEmpty ? 1 : 64
      let factor = max(1, (least + max(widest, tallest) - 1) / max(widest, tallest))
      layout.cell = (widest * factor, tallest * factor)
      whole = try Arrange.grid(pictures, layout, operation: "show")
    }
    guard let width, whole.shape[2] > width else { return whole }
    var request = Resize.Request(width: width)
    request.mode = .area
    return try Resize.apply(whole, request, operation: "show")
  }

  /// The values as f32, those of integers from 0 to 1.
  private static func values(_ picture: Tensor, _ normalizes: Bool) throws -> Tensor {
    let picture = try PictureShape.single(picture.detached(), "show")
    if normalizes {
      let plain = try picture.to(.f32)
      let finite = try plain.floats().filter(\.isFinite)
      guard let low = finite.min(), let high = finite.max() else { return try Tensor.zeros(picture.shape) }
      return high > low ? try (plain - Double(low)) / (Double(high) - Double(low)) : try plain * 0
    }
    switch picture.dtype {
    case .u8: return try picture.to(.f32) / 255
    case .i8, .i16, .i32, .i64:
      throw EngineError(
        "show", expected: "a picture of numbers from 0 to 1", came: "integers (\(picture.dtype))",
        advice: "show(x, {normalize = true}) stretches any values to that")
    default: return try picture.to(.f32)
    }
  }

  /// Half red where a mask is 1.
  static func tinted(_ picture: Tensor, _ mask: Tensor) throws -> Tensor {
    let plane = try PictureShape.single(mask.detached(), "show").to(.f32)
    guard plane.shape[0] == 1, plane.shape[1...] == picture.shape[1...] else {
      throw EngineError(
        "show", expected: "a mask of 1×\(picture.shape[1])×\(picture.shape[2])", came: mask.shape.shapeText,
        advice: "images.resize makes it fit")
    }
    let colors = try Arrange.concat([picture], vertical: false, gap: 0, background: Color(1, 1, 1), operation: "show")
    let strength = try plane.clamp(0, 1) * 0.5
    return try colors * (1 - strength) + Tensor([1, 0, 0], [3, 1, 1]) * strength
  }

  /// The picture above a strip of its histogram.
  private static func withHistogram(_ picture: Tensor) throws -> Tensor {
    let strip = try histogram(
      of: picture, width: max(128, picture.shape[2]), height: max(32, min(128, picture.shape[1] / 3)))
    return try Arrange.concat(
      [picture, strip], vertical: true, gap: 2, background: Color(1, 1, 1), operation: "show")
  }

  /// How often values from 0 to 1 occur, in 64 bins, each channel in its light on black: columns that are full for the
  /// most frequent bin of all, by the square root, so that rare values can be seen. What lies outside 0 to 1 is counted at
  /// the ends.
  static func histogram(of picture: Tensor, width: Int, height: Int) throws -> Tensor {
    let colors = picture.shape[0] >= 3 ? try picture.narrow(0, 0, 3) : try picture.narrow(0, 0, 1)
    let bins = 64
    let counts = try Histogram.count(colors.clamp(0, 1), bins: bins, range: (0, 1), operation: "show").counts.doubles()
    let most = (counts.max() ?? 0).squareRoot()
    var strip = Bitmap(channels: 3, width: width, height: height)
    for channel in 0..<3 {
      let source = colors.shape[0] == 3 ? channel : 0
      for x in 0..<width {
        let share = most > 0 ? counts[source * bins + x * bins / width].squareRoot() / most : 0
        let top = height - Int((share * Double(height)).rounded())
        for y in top..<height { strip[channel, y, x] = 1 }
      }
    }
    return try strip.tensor()
  }
}
