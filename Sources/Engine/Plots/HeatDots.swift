internal import Imaging

/// Heat maps and pictures out of braille dots: the larger a value, the more of the dots are set.
enum HeatDots {
  /// Ordered dithering's thresholds, 0…15 (Bayer 1973).
  private static let thresholds = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

  /// Draws into at most so many characters, as large as the proportions allow.
  static func draw(_ heat: Heat, columns: Int, rows: Int) -> Dots {
    let size = heat.fitted(into: (Double(columns * 2), Double(rows * 4)))
    let (width, height) = (max(2, Int(size.width)), max(4, Int(size.height)))
    var dots = Dots(columns: min(columns, (width + 1) / 2), rows: min(rows, (height + 3) / 4))
    let levels = heat.levels(width: dots.width, height: dots.height)
    for y in 0..<dots.height {
      for x in 0..<dots.width {
        let threshold = (Double(thresholds[y % 4 * 4 + x % 4]) + 0.5) / 16
        if levels[y * dots.width + x] > threshold { dots.set(x, y, ink: 0) }
      }
    }
    return dots
  }

  /// Columns that the bar takes, with the space before it.
  static func barWidth(_ heat: Heat) -> Int {
    heat.isPicture ? 0 : 4 + max(heat.range.low.short.count, heat.range.high.short.count)
  }

  /// The bar that explains the dots: one line for each row, the values of its ends beside it.
  static func bar(_ heat: Heat, rows: Int) -> [String] {
    var dots = Dots(columns: 2, rows: rows)
    for y in 0..<dots.height {
      for x in 0..<dots.width {
        let threshold = (Double(thresholds[y % 4 * 4 + x % 4]) + 0.5) / 16
        if 1 - (Double(y) + 0.5) / Double(dots.height) > threshold { dots.set(x, y, ink: 0) }
      }
    }
    return (0..<rows).map { row in
      let value = row == 0 ? heat.range.high : row == rows - 1 ? heat.range.low : nil
      return dots.text(row: row, colored: false) + (value.map { " " + $0.short } ?? "")
    }
  }
}

extension Heat {
  /// The largest size within a box that keeps the cells square; very long or tall matrices are stretched, so that there is
  /// something to see.
  func fitted(into box: (width: Double, height: Double)) -> (width: Double, height: Double) {
    let aspect = Double(extent.width) / Double(extent.height)
    guard (1.0 / 8...8).contains(aspect) else { return box }
    let wide = min(box.width, box.height * aspect)
    return (wide, wide / aspect)
  }

  /// Values from 0 to 1 at so many pixels: colours' places, or a picture's luminance.
  func levels(width: Int, height: Int) -> [Double] {
    let planes = (0..<(isPicture ? 3 : 1)).map { plane($0, width: width, height: height) }
    if isPicture {
      return planes[0].indices.map { 0.299 * planes[0][$0] + 0.587 * planes[1][$0] + 0.114 * planes[2][$0] }
    }
    return planes[0].map { share($0) }
  }

  /// Colours at so many pixels; nil where there is no value.
  func colors(width: Int, height: Int) -> [Color?] {
    let planes = (0..<(isPicture ? 3 : 1)).map { plane($0, width: width, height: height) }
    if isPicture {
      return planes[0].indices.map { index in
        let color = Color(Float(planes[0][index]), Float(planes[1][index]), Float(planes[2][index]))
        return color.x.isNaN || color.y.isNaN || color.z.isNaN
          ? nil : color.clamped(lowerBound: Color(repeating: 0), upperBound: Color(repeating: 1))
      }
    }
    return planes[0].map { map.color(share($0)) }
  }

  /// The same with no side longer than so many values.
  func reduced(to longest: Int) -> Heat {
    let (newWidth, newHeight) = (min(width, longest), min(height, longest))
    if newWidth == width, newHeight == height { return self }
    let planes = (0..<(isPicture ? 3 : 1)).flatMap { plane($0, width: newWidth, height: newHeight) }
    return Heat(
      width: newWidth, height: newHeight, extent: extent, values: planes, isPicture: isPicture, map: map, range: range)
  }

  private func share(_ value: Double) -> Double { (value - range.low) / (range.high - range.low) }

  /// One plane at another size: each pixel is the mean of the values under it, without NaN; at least of one.
  private func plane(_ number: Int, width toWidth: Int, height toHeight: Int) -> [Double] {
    func bounds(_ index: Int, _ from: Int, _ to: Int) -> Range<Int> {
      let first = index * from / to
      return first..<max(first + 1, min(from, (index + 1) * from / to))
    }
    let base = number * width * height
    var result: [Double] = []
    result.reserveCapacity(toWidth * toHeight)
    for y in 0..<toHeight {
      let rows = bounds(y, height, toHeight)
      for x in 0..<toWidth {
        var sum = 0.0, count = 0.0
        for column in bounds(x, width, toWidth) {
          for row in rows {
            let value = values[base + row * width + column]
            if !value.isNaN { (sum, count) = (sum + value, count + 1) }
          }
        }
        result.append(count > 0 ? sum / count : .nan)
      }
    }
    return result
  }
}
