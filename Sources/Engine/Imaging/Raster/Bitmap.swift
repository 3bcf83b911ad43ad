internal import Surface
public import TensorCore

/// Planar picture values in plain Swift memory: channel after channel, each row by row from the top.
public struct Bitmap {
  /// Channels, one plane after the other.
  public let channels: Int
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `channels · height · width` values.
  public var values: [Float]

  /// A bitmap of one value.
  public init(channels: Int, width: Int, height: Int, value: Float = 0) {
    self.channels = channels
    self.width = width
    self.height = height
    values = [Float](repeating: value, count: channels * width * height)
  }

  /// The values of a picture C × H × W.
  public init(_ picture: Tensor) throws {
    precondition(picture.rank == 3, "a bitmap is made from channels × height × width")
    (channels, height, width) = (picture.shape[0], picture.shape[1], picture.shape[2])
    values = try picture.floats()
  }

  /// The bitmap as a tensor C × H × W, f32.
  public func tensor() throws -> Tensor { try Tensor(values, [channels, height, width]) }

  /// The value of a channel at a pixel.
  public subscript(channel: Int, y: Int, x: Int) -> Float {
    get { values[(channel * height + y) * width + x] }
    set { values[(channel * height + y) * width + x] = newValue }
  }

  /// Three channels: grey repeated, alpha composited on a background.
  func rgb(on background: Color) -> Bitmap {
    if channels == 3 { return self }
    var result = Bitmap(channels: 3, width: width, height: height)
    let plane = width * height, hasAlpha = channels % 2 == 0
    for channel in 0..<3 {
      let source = channels >= 3 ? channel : 0
      for index in 0..<plane {
        let alpha = hasAlpha ? values[(channels - 1) * plane + index] : 1
        let value = values[source * plane + index]
        result.values[channel * plane + index] = value * alpha + background[channel] * (1 - alpha)
      }
    }
    return result
  }

  /// Copies a bitmap of as many channels to a place; it must fit.
  mutating func place(_ other: Bitmap, x: Int, y: Int) {
    for channel in 0..<channels {
      for row in 0..<other.height {
        let from = (channel * other.height + row) * other.width
        let to = (channel * height + y + row) * width + x
        values.replaceSubrange(to..<to + other.width, with: other.values[from..<from + other.width])
      }
    }
  }

  /// Fills all channels of the picture with a colour; for RGB.
  static func filled(width: Int, height: Int, _ color: Color) -> Bitmap {
    var result = Bitmap(channels: 3, width: width, height: height)
    let plane = width * height
    for channel in 0..<3 {
      for index in 0..<plane { result.values[channel * plane + index] = color[channel] }
    }
    return result
  }

  /// Writes a line of text in the embedded typeface; each of its pixels is `scale` pixels wide and high. What does not
  /// lie inside the picture is left out.
  package mutating func write(_ text: String, x: Int, y: Int, scale: Int, color: Color) {
    var left = x
    for character in text {
      for row in 0..<Glyphs.height {
        for column in 0..<Glyphs.width where Glyphs.ink(character, column, row) {
          for v in (y + row * scale)..<(y + (row + 1) * scale) where v >= 0 && v < height {
            for u in (left + column * scale)..<(left + (column + 1) * scale) where u >= 0 && u < width {
              for channel in 0..<channels { self[channel, v, u] = color[channel] }
            }
          }
        }
      }
      left += (Glyphs.width + 1) * scale
    }
  }

  /// Pixels that a line of text takes.
  package static func textWidth(_ text: String, scale: Int) -> Int {
    text.isEmpty ? 0 : (text.count * (Glyphs.width + 1) - 1) * scale
  }
}
