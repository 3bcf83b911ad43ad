import Foundation
import Surface
import Testing

import Terminal

/// Bytes for terminals, decoded again.
@Suite(.serialized) @MainActor struct EncoderTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A smooth picture with every channel in it.
  private func gradient(_ width: Int, _ height: Int) -> Pixels {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        bytes += [
          UInt8(x * 255 / max(1, width - 1)), UInt8(y * 255 / max(1, height - 1)),
          UInt8((x + y) * 127 / (width + height)),
        ]
      }
    }
    return Pixels(width: width, height: height, bytes: bytes)
  }

  @Test func I1_base64AsFoundationWritesIt() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(($0 * 97 + 13) & 255) }
      #expect(text(Base64.encode(bytes)) == Data(bytes).base64EncodedString())
    }
  }

  @Test func I1_kittyInPieces() throws {
    let file = (0..<10_000).map { UInt8(($0 * 31) & 255) }
    let whole = text(Inline.kitty(file, cells: Extent(12, 7)))
    let pieces = whole.components(separatedBy: "\u{1B}\\").dropLast()
    var payload = ""
    for (index, piece) in pieces.enumerated() {
      let parts = piece.dropFirst(3).split(separator: ";", maxSplits: 1)
      let keys = parts[0].split(separator: ",").map(String.init)
      #expect(piece.hasPrefix("\u{1B}_G"))
      #expect(parts[1].count <= 4096)
      #expect(index == pieces.count - 1 || parts[1].count % 4 == 0)
      #expect(keys.contains(index < pieces.count - 1 ? "m=1" : "m=0"))
      #expect(keys.contains("q=2"))
      #expect(keys.contains("a=T") == (index == 0))
      if index == 0 { #expect(keys.contains("c=12") && keys.contains("r=7") && keys.contains("f=100")) }
      payload += parts[1]
    }
    #expect(Data(base64Encoded: payload) == Data(file))
    #expect(text(Inline.kitty([1, 2, 3], cells: nil)) == "\u{1B}_Ga=T,f=100,q=2,m=0;AQID\u{1B}\\")
  }

  @Test func I1_kittyThroughTmux() throws {
    let bytes = text(Inline.kittyInTmux([1, 2, 3], cells: Extent(3, 2), id: 5))
    #expect(bytes.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_Ga=T,U=1,i=5,f=100,q=2,c=3,r=2,m=0;AQID\u{1B}\u{1B}\\\u{1B}\\"))
    let cells = "\u{10EEEE}"
    #expect(bytes.unicodeScalars.filter { $0 == "\u{10EEEE}" }.count == 6)
    #expect(bytes.contains("\u{1B}[38;5;5m\(cells)\u{305}\u{305}\(cells)\(cells)\u{1B}[39m\n"))
    #expect(bytes.contains("\(cells)\u{30D}\u{305}\(cells)\(cells)\u{1B}[39m"))
  }

  @Test func I1_iterm2() {
    #expect(
      text(Inline.iterm2([1, 2, 3], cells: Extent(4, 2)))
        == "\u{1B}]1337;File=inline=1;size=3;width=4;height=2;preserveAspectRatio=1:AQID\u{7}")
  }

  @Test func I1_sixelsOfFewColoursAreExact() throws {
    let colors: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [51, 102, 204]]
    for (width, height) in [(1, 1), (7, 5), (16, 6), (33, 19)] {
      let bytes = (0..<width * height).flatMap { colors[($0 * 7 + $0 / 5) % colors.count] }
      let picture = Pixels(width: width, height: height, bytes: bytes)
      let decoded = try #require(SixelReader(Sixel.encode(picture)))
      #expect(decoded.pixels == picture, "\(width) × \(height)")
    }
  }

  @Test func I1_sixelsOfManyColoursAreNear() throws {
    let picture = gradient(96, 70)
    for (colors, most) in [(256, 5.0), (16, 28.0), (2, 110.0)] {
      let decoded = try #require(SixelReader(Sixel.encode(picture, colors: colors)))
      #expect(decoded.colors <= colors)
      // Spread errors leave the mean of every 8 × 8 block where it was.
      var worst = 0.0
      for y in stride(from: 8, to: 56, by: 8) {
        for x in stride(from: 8, to: 80, by: 8) {
          for channel in 0..<3 {
            worst = max(worst, abs(block(picture, x, y, channel) - block(decoded.pixels, x, y, channel)))
          }
        }
      }
      #expect(worst < most, "\(colors) colours: \(worst)")
    }
  }

  private func block(_ picture: Pixels, _ x: Int, _ y: Int, _ channel: Int) -> Double {
    var sum = 0
    for row in y..<y + 8 {
      for column in x..<x + 8 { sum += Int(picture.bytes[3 * (row * picture.width + column) + channel]) }
    }
    return Double(sum) / 64
  }

  @Test func I1_symbolsInAllColours() {
    // Two cells: the first in halves, the second with one odd quadrant.
    let red: [UInt8] = [255, 0, 0], blue: [UInt8] = [0, 0, 255]
    func row(_ left: [UInt8], _ a: [UInt8], _ b: [UInt8]) -> [UInt8] { left + left + a + b }
    let picture = Pixels(
      width: 4, height: 4,
      bytes: row(red, red, blue) + row(red, red, blue) + row(blue, blue, blue) + row(blue, blue, blue))
    #expect(
      Symbols.draw(picture, .full) == "\u{1B}[38;2;255;0;0;48;2;0;0;255m▀▘\u{1B}[0m\n")
    let odd = Pixels(width: 3, height: 5, bytes: [UInt8](repeating: 255, count: 45))
    let lines = Symbols.draw(odd, .full).split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { TextWidth.of(String($0)) == 2 })
  }

  @Test func I1_symbolsInFewColours() {
    let red = Pixels(
      width: 2, height: 4, bytes: (0..<8).flatMap { $0 < 4 ? [255, 0, 0] : [255, 255, 255] as [UInt8] })
    #expect(Symbols.draw(red, .many) == "\u{1B}[38;5;196;48;5;231m▀\u{1B}[0m\n")
    #expect(Symbols.draw(red, .sixteen) == "\u{1B}[91;107m▀\u{1B}[0m\n")
    #expect(Palette.named.nearest(200, 10, 10) == 1)
    #expect(Palette.named.nearest(120, 130, 125) == 8)
    #expect(Palette.fixed.nearest(0, 0, 0) == 0)
  }

  @Test func I1_lettersFromLightToDark() {
    let picture = Pixels(
      width: 4, height: 4, bytes: (0..<16).flatMap { $0 % 4 < 2 ? [0, 0, 0] : [255, 255, 255] as [UInt8] })
    #expect(Symbols.ascii(picture, isLight: false) == " @\n")
    #expect(Symbols.ascii(picture, isLight: true) == "@\n")
  }

  /// A painter on a terminal with these answers; what it writes.
  private func painted(
    _ answer: String, _ environment: [String: String], _ view: View, wanted: PictureMeans? = nil,
    isTerminal: Bool = true
  ) throws -> String {
    var written: [UInt8] = []
    let painter = Painter(
      isTerminal: isTerminal, wanted: wanted, environment: { environment[$0] },
      ask: { _ in Answers(Array(answer.utf8)) },
      window: { Window(cells: Extent(40, 12), cell: Extent(8, 16)) }, write: { written += $0 })
    try painter.draw(view)
    return text(written)
  }

  private func view(_ width: Int, _ height: Int) -> View {
    View(
      "a picture", size: (width, height),
      pixels: { w, h in
        let scale = min(1, Double(w) / Double(width), Double(h) / Double(height))
        return Pixels(
          width: max(1, Int(Double(width) * scale)), height: max(1, Int(Double(height) * scale)),
          bytes: [UInt8](
            repeating: 128, count: 3 * max(1, Int(Double(width) * scale)) * max(1, Int(Double(height) * scale))))
      }, png: { w, h in [UInt8(w & 255), UInt8(h & 255)] })
  }

  @Test func R14_picturesFitTheWindow() throws {
    let xterm = ["TERM": "xterm", "COLORTERM": "truecolor"]
    let sixel = try painted("\u{1B}[?62;4c", xterm, view(2000, 1000))
    // Forty columns of 8 pixels; two thirds of 12 rows of 16.
    #expect(sixel.contains("\"1;1;256;128#"))
    #expect(sixel.hasSuffix("\u{1B}\\\na picture\n"))
    let blocks = try painted("\u{1B}[?62c", xterm, view(2000, 1000))
    let lines = blocks.split(separator: "\n")
    #expect(lines.count == 9)
    #expect(lines.dropLast().allSatisfy { TextWidth.of(String($0)) == 32 })
    let small = try painted("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62c", xterm, view(16, 16))
    #expect(small.contains("c=16,r=8"), "small pictures are enlarged: \(small.debugDescription)")
    let large = try painted("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62c", xterm, view(2000, 1000))
    #expect(!large.contains("c="))
    #expect(try painted("", ["TERM": "dumb"], view(20, 20)) == "a picture\n")
    #expect(try painted("", xterm, view(20, 20), isTerminal: false) == "a picture\n")
    #expect(try painted("", xterm, view(20, 20), wanted: PictureMeans.none) == "a picture\n")
    let plot = View("a plot", drawing: { columns, _, colored in "plot \(columns) \(colored)" })
    #expect(try painted("", xterm, plot) == "plot 40 true\n")
    #expect(try painted("", ["TERM": "xterm", "NO_COLOR": "1"], plot) == "plot 40 false\n")
    #expect(try painted("", ["TERM": "dumb"], plot) == "a plot\n")
  }

  @Test func R14_anythingOfAnySizeFits() {
    for side in [1, 2, 17, 4096, 1_000_000] {
      for other in [1, 3, 5000] {
        for window in [Extent(2, 2), Extent(80, 24), Extent(2000, 2000)] {
          let place = Placement(Extent(side, other), in: window, cell: Extent(8, 16), least: 128)
          #expect(place.factor >= 1 && place.box.width >= 1 && place.box.height >= 1)
          #expect(min(side, place.box.width) * place.factor <= window.width * 8)
        }
      }
    }
  }
}

/// Reads sixels back, strictly: what the encoder may write and nothing else.
struct SixelReader {
  private(set) var pixels: Pixels
  private(set) var colors = 0

  init?(_ bytes: [UInt8]) {
    var text = String(decoding: bytes, as: UTF8.self)[...]
    guard text.hasPrefix("\u{1B}P0;1;0q\"1;1;"), text.hasSuffix("\u{1B}\\") else { return nil }
    text = text.dropFirst(13).dropLast(2)
    func number() -> Int {
      let digits = text.prefix { $0.isNumber }
      text = text.dropFirst(digits.count)
      return Int(digits) ?? -1
    }
    let width = number()
    guard text.popFirst() == ";" else { return nil }
    let height = number()
    var palette: [Int: [UInt8]] = [:]
    var picture = [[UInt8]?](repeating: nil, count: width * height)
    var (x, top, color, count) = (0, 0, -1, 1)
    while let character = text.popFirst() {
      switch character {
      case "#":
        color = number()
        if text.first == ";" {
          var values: [Int] = []
          while text.first == ";" {
            text.removeFirst()
            values.append(number())
          }
          guard values.count == 4, values[0] == 2 else { return nil }
          palette[color] = values[1...].map { UInt8(($0 * 255 + 50) / 100) }
        }
      case "!": count = number()
      case "$": x = 0
      case "-": (x, top) = (0, top + 6)
      case "?"..."~":
        let bits = Int(character.asciiValue!) - 63
        for _ in 0..<count {
          for row in 0..<6 where bits >> row & 1 == 1 {
            guard x < width, top + row < height, let value = palette[color], picture[(top + row) * width + x] == nil
            else {
              return nil
            }
            picture[(top + row) * width + x] = value
          }
          x += 1
        }
        count = 1
      default: return nil
      }
    }
    let set = picture.compactMap(\.self)
    guard set.count == width * height else { return nil }
    colors = palette.count
    pixels = Pixels(width: width, height: height, bytes: set.flatMap(\.self))
  }
}
