/// A canvas of braille characters: 2 × 4 dots in each.
struct Dots {
  let columns: Int, rows: Int
  private var bits: [UInt8]
  /// The number of the colour that was drawn last in each character.
  private var inks: [Int]

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    bits = [UInt8](repeating: 0, count: columns * rows)
    inks = [Int](repeating: 0, count: columns * rows)
  }

  /// Dots in a row and in a column.
  var width: Int { columns * 2 }
  var height: Int { rows * 4 }

  /// U+2800's dots by row and column.
  private static let weights: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// Sets a dot; what lies outside is left out.
  mutating func set(_ x: Int, _ y: Int, ink: Int) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let cell = y / 4 * columns + x / 2
    bits[cell] |= Dots.weights[y % 4][x % 2]
    inks[cell] = ink
  }

  /// A line through places (Bresenham 1965) of dashes: `pattern` says which of the dots along it are set; its corners always
  /// are.
  mutating func line(_ places: [Place], ink: Int, pattern: [Bool] = [true]) {
    let dots = places.map { SIMD2<Int>(Int($0.x.rounded()), Int($0.y.rounded())) }
    var along = 0
    for index in dots.indices {
      set(dots[index].x, dots[index].y, ink: ink)
      guard index > 0 else { continue }
      var (x, y) = (dots[index - 1].x, dots[index - 1].y)
      let (right, down) = (abs(dots[index].x - x), abs(dots[index].y - y))
      let (stepX, stepY) = (dots[index].x > x ? 1 : -1, dots[index].y > y ? 1 : -1)
      var error = right - down
      for _ in 0..<max(right, down) {
        let twice = 2 * error
        if twice > -down { (error, x) = (error - down, x + stepX) }
        if twice < right { (error, y) = (error + right, y + stepY) }
        along += 1
        if pattern[along % pattern.count] { set(x, y, ink: ink) }
      }
    }
  }

  /// One row of characters, empty ones as spaces; with colours, each run of one colour between SGR sequences.
  func text(row: Int, colored: Bool) -> String {
    var line = "", current = -1
    let cells = bits[row * columns..<(row + 1) * columns]
    let used = (cells.lastIndex { $0 != 0 } ?? cells.startIndex - 1) - cells.startIndex + 1
    for column in 0..<used {
      let cell = row * columns + column
      guard bits[cell] != 0 else {
        line += " "
        continue
      }
      if colored, inks[cell] != current {
        current = inks[cell]
        line += "\u{1B}[\(Inks.terminal[current % Inks.terminal.count])m"
      }
      line.unicodeScalars.append(Unicode.Scalar(0x2800 + UInt32(bits[cell]))!)
    }
    if current >= 0 { line += "\u{1B}[39m" }
    return line + String(repeating: " ", count: columns - used)
  }
}
