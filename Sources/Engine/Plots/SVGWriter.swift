internal import Imaging
internal import TensorCore

/// A sketch as an SVG 1.1 document.
enum SVGWriter {
  /// The document. Throws where the colours of a heat map cannot be encoded.
  static func document(_ sketch: Sketch, title: String) throws -> String {
    let (width, height, frame) = (sketch.width, sketch.height, sketch.frame)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="\(width)" \
      height="\(height)" viewBox="0 0 \(width) \(height)" \
      font-family="'DejaVu Sans','Helvetica Neue',Arial,sans-serif" font-size="\(number(sketch.size))">
      <title>\(escaped(title))</title>
      <defs><clipPath id="frame"><rect \(box(frame))/></clipPath></defs>
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>

      """
    for mark in sketch.marks { text += try element(mark) + "\n" }
    return text + "</svg>\n"
  }

  private static func element(_ mark: Sketch.Mark) throws -> String {
    switch mark {
    case .rectangle(let area, let fill, let opacity): return "<rect \(box(area)) \(paint(fill, opacity))/>"
    case .line(let places, let color, let width, let opacity, let clipped):
      // A line of no length with round ends is a dot.
      let drawn = places.count == 1 ? [places[0], places[0]] : places
      let pen = places.count == 1 ? width * 2.2 : width
      let ends = clipped ? "stroke-linecap=\"round\" stroke-linejoin=\"round\" clip-path=\"url(#frame)\" " : ""
      return "<path d=\"\(path(drawn))\" fill=\"none\" stroke=\"\(hex(color))\" stroke-width=\"\(number(pen))\" "
        + ends + "stroke-opacity=\"\(number(Double(opacity)))\"/>"
    case .dots(let places, let radius, let color):
      let dots = places.map { path([$0, $0]) }.joined()
      return "<path d=\"\(dots)\" fill=\"none\" stroke=\"\(hex(color))\" stroke-width=\"\(number(radius * 2))\" "
        + "stroke-linecap=\"round\" clip-path=\"url(#frame)\"/>"
    case .area(let places, let color, let opacity):
      return "<path d=\"\(path(places))Z\" \(paint(color, opacity)) clip-path=\"url(#frame)\"/>"
    case .text(let text, let place, let anchor, let isUpright, let color):
      let turn = isUpright ? "" : " transform=\"rotate(-90 \(number(place.x)) \(number(place.y)))\""
      return "<text x=\"\(number(place.x))\" y=\"\(number(place.y))\" text-anchor=\"\(anchor.rawValue)\" "
        + "fill=\"\(hex(color))\" xml:space=\"preserve\"\(turn)>\(escaped(text))</text>"
    case .cells(let colors, let columns, let area):
      return "<image \(box(area)) preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
        + "style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,\(try png(colors, columns, area))\"/>"
    }
  }

  private static func box(_ box: Sketch.Box) -> String {
    "x=\"\(number(box.x))\" y=\"\(number(box.y))\" width=\"\(number(box.width))\" height=\"\(number(box.height))\""
  }

  private static func paint(_ color: Color, _ opacity: Float) -> String {
    "fill=\"\(hex(color))\" fill-opacity=\"\(number(Double(opacity)))\""
  }

  private static func path(_ places: [Place]) -> String {
    var text = ""
    for (index, place) in places.enumerated() {
      text += (index == 0 ? "M" : "L") + number(place.x) + " " + number(place.y)
    }
    return text
  }

  /// A number with at most two decimals.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded()), size = abs(hundredths)
    let (whole, rest) = (size / 100, size % 100)
    let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return (hundredths < 0 ? "-" : "") + "\(whole)" + decimals
  }

  private static func hex(_ color: Color) -> String {
    let digits = Array("0123456789abcdef")
    return (0..<3).reduce(into: "#") { text, channel in
      let level = Int((color[channel] * 255).rounded())
      text += String(digits[level / 16]) + String(digits[level % 16])
    }
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  /// Cells as a PNG file; those without a colour are transparent. Each is repeated to about its size in the box, because
  /// some readers of SVG blur what they enlarge, whatever `image-rendering` says.
  private static func png(_ colors: [Color?], _ columns: Int, _ area: Sketch.Box) throws -> String {
    let rows = colors.count / columns
    let across = max(1, Int((area.width / Double(columns)).rounded(.up)))
    let down = max(1, Int((area.height / Double(rows)).rounded(.up)))
    let (width, count) = (columns * across, columns * across * rows * down)
    var planes = [Float](repeating: 0, count: 4 * count)
    for index in 0..<count {
      guard let color = colors[index / width / down * columns + index % width / across] else { continue }
      for channel in 0..<3 { planes[channel * count + index] = color[channel] }
      planes[3 * count + index] = 1
    }
    return base64(try ImageFile.png(Tensor(planes, [4, rows * down, width]), operation: "plot:svg"))
  }

  /// Bytes in base 64 (RFC 4648, section 4).
  private static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 3 * 4 + 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for place in 0..<4 {
        text.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
