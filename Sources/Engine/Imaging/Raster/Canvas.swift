internal import Glibc
internal import Surface

/// A picture to draw on, with a class number for every pixel beside its colour.
///
/// While an interrupt is pending, drawing does nothing: whoever draws much checks `Interrupt` now and then and throws.
public struct Canvas {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue (nominally 0…1, not clamped) and an unused fourth, row by row from the top.
  public var pixels: [SIMD4<Float>]
  /// Class number of what was last drawn over more than half of each pixel.
  public var labels: [UInt8]
  private var coverage = Coverage()

  /// A canvas of one colour; both sides at least 1.
  public init(width: Int, height: Int, color: Color = Color(1, 1, 1)) {
    self.width = width
    self.height = height
    pixels = [SIMD4<Float>](repeating: SIMD4(color, 1), count: width * height)
    labels = [UInt8](repeating: 0, count: width * height)
  }

  /// Fills an outline.
  ///
  /// - Parameters:
  ///   - opacity: 0…1, multiplies the paint's own.
  ///   - label: class number to leave where the result is more opaque than half; nil leaves the labels alone.
  ///   - only: draws only on pixels whose present label (0…63) is in this set of bits.
  public mutating func fill(
    _ path: Path, _ paint: Paint, rule: FillRule = .nonZero, opacity: Float = 1, blend: Blend = .over,
    label: UInt8? = nil, only: UInt64 = .max
  ) {
    guard !Interrupt.isPending else { return }
    let width = width
    // The scratch moves out for the call, so that the closure may write to the canvas without copying anything.
    var scanner = coverage
    coverage = Coverage()
    scanner.scan(path, rule: rule, width: width, height: height) { y, firstX, row in
      var x = firstX
      for value in row {
        defer { x += 1 }
        guard value > 0.002 else { continue }
        let index = y * width + x
        guard only >> UInt64(labels[index]) & 1 == 1 else { continue }
        let ink = paint.at(Point(Float(x) + 0.5, Float(y) + 0.5))
        blendPixel(index, ink, ink.w * value * opacity, blend)
        if let label, ink.w * value * opacity > 0.5 { labels[index] = label }
      }
    }
    coverage = scanner
  }

  /// Draws an outline's line with round joins.
  public mutating func stroke(
    _ path: Path, width: Float, _ paint: Paint, opacity: Float = 1, blend: Blend = .over, label: UInt8? = nil,
    only: UInt64 = .max
  ) {
    // A line thinner than a pixel is drawn a pixel wide and fainter: it stays even along its length.
    let drawn = max(width, 0.8)
    fill(
      path.stroked(width: drawn), paint, opacity: opacity * min(1, width / drawn), blend: blend, label: label,
      only: only)
  }

  /// Paints every pixel.
  public mutating func paint(opacity: Float = 1, blend: Blend = .over, _ shade: (Point) -> SIMD4<Float>) {
    for y in 0..<height where !Interrupt.isPending {
      for x in 0..<width {
        let ink = shade(Point(Float(x) + 0.5, Float(y) + 0.5))
        blendPixel(y * width + x, ink, ink.w * opacity, blend)
      }
    }
  }

  /// A small antialiased ellipse, much cheaper than filling an outline: leaves, flakes, glows.
  ///
  /// `softness` 0 is a sharp edge (a pixel wide), 1 falls off from the centre.
  public mutating func dab(
    _ center: Point, _ radii: Point, angle: Float = 0, color: Color, opacity: Float = 1, softness: Float = 0,
    blend: Blend = .over, label: UInt8? = nil, only: UInt64 = .max
  ) {
    let reach = max(radii.x, radii.y) + 1
    guard reach.isFinite, center.x.isFinite, center.y.isFinite, center.x + reach > 0, center.y + reach > 0,
      center.x - reach < Float(width), center.y - reach < Float(height), !Interrupt.isPending
    else { return }
    let left = max(0, Int(center.x - reach)), right = min(width - 1, Int(center.x + reach))
    let top = max(0, Int(center.y - reach)), bottom = min(height - 1, Int(center.y + reach))
    guard left <= right, top <= bottom else { return }
    let rx = max(radii.x, 0.35), ry = max(radii.y, 0.35)
    let (c, s) = (cosf(angle), sinf(angle))
    // A dab smaller than a pixel covers a part of it.
    let strength = opacity * min(1, radii.x / rx) * min(1, radii.y / ry)
    let edge = max(softness, min(1, 0.9 / min(rx, ry)))
    let ink = SIMD4(color, 1)
    for y in top...bottom {
      for x in left...right {
        let dx = Float(x) + 0.5 - center.x, dy = Float(y) + 0.5 - center.y
        let u = (dx * c + dy * s) / rx, v = (dy * c - dx * s) / ry
        let distance = (u * u + v * v).squareRoot()
        // A sharp edge is half covered at the radius; a soft one reaches nothing there.
        var alpha = min(1, max(0, (1 + (softness > 0 ? 0 : edge * 0.5) - distance) / edge))
        if softness > 0 { alpha = alpha * alpha * (3 - 2 * alpha) }
        alpha *= strength
        guard alpha > 0.002 else { continue }
        let index = y * width + x
        guard only >> UInt64(labels[index]) & 1 == 1 else { continue }
        blendPixel(index, ink, alpha, blend)
        if let label, alpha > 0.5 { labels[index] = label }
      }
    }
  }

  @inline(__always)
  private mutating func blendPixel(_ index: Int, _ ink: SIMD4<Float>, _ alpha: Float, _ blend: Blend) {
    let below = pixels[index]
    switch blend {
    case .over: pixels[index] = below + (ink - below) * alpha
    case .multiply: pixels[index] = below * (1 - (1 - ink) * alpha)
    case .add: pixels[index] = below + ink * alpha
    }
  }

  /// The colours as three planes (red, green, blue) clamped to 0…1.
  public func bitmap() -> Bitmap {
    var result = Bitmap(channels: 3, width: width, height: height)
    let plane = width * height
    for index in 0..<plane {
      let pixel = pixels[index].clamped(lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 1))
      result.values[index] = pixel.x
      result.values[plane + index] = pixel.y
      result.values[2 * plane + index] = pixel.z
    }
    return result
  }
}
