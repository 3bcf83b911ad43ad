internal import Surface

/// Which points a self-overlapping outline contains.
public enum FillRule {
  /// Those that the contours wind around a non-zero number of times.
  case nonZero
  /// Those that an odd number of contours surround.
  case evenOdd
}

/// Turns outlines into how much of every pixel they cover: 16 lines per pixel row, exact along each line.
struct Coverage {
  private struct Edge {
    var top: Float
    var bottom: Float
    var x: Float
    var slope: Float
    var winding: Int32
  }

  private static let lines = 16
  private var edges: [Edge] = []
  private var crossings: [(x: Float, winding: Int32)] = []
  private var cover: [Float] = []
  private var steps: [Float] = []

  /// Calls `body(y, firstX, coverage)` for each pixel row that the path touches inside the picture, from the top.
  mutating func scan(
    _ path: Path, rule: FillRule, width: Int, height: Int, _ body: (Int, Int, ArraySlice<Float>) -> Void
  ) {
    collect(path)
    guard !edges.isEmpty else { return }
    edges.sort { $0.top < $1.top }
    if cover.count < width + 2 {
      cover = [Float](repeating: 0, count: width + 2)
      steps = cover
    }
    let top = edges[0].top, bottom = edges.reduce(top) { max($0, $1.bottom) }
    guard bottom > 0, top < Float(height) else { return }
    let firstRow = max(0, Int(top)), lastRow = min(height - 1, Int(bottom))
    var active: [Int] = [], next = 0
    for row in firstRow...max(firstRow, lastRow) where !Interrupt.isPending {
      while next < edges.count, edges[next].top < Float(row + 1) {
        active.append(next)
        next += 1
      }
      active.removeAll { edges[$0].bottom <= Float(row) }
      guard !active.isEmpty else { continue }
      var low = width, high = -1
      for line in 0..<Self.lines {
        let y = Float(row) + (Float(line) + 0.5) / Float(Self.lines)
        cross(active, at: y)
        spans(rule: rule, width: width, &low, &high)
      }
      guard low <= high else { continue }
      resolve(low, high)
      body(row, low, cover[low...high])
      for x in low...(high + 1) { cover[x] = 0 }
    }
  }

  /// The path's non-horizontal edges, top to bottom.
  private mutating func collect(_ path: Path) {
    edges.removeAll(keepingCapacity: true)
    for contour in path.flattened() {
      let points = contour.points
      for index in points.indices {
        let a = points[index], b = points[index + 1 == points.count ? 0 : index + 1]
        guard a.y != b.y, (a.x + b.x + a.y + b.y).isFinite else { continue }
        let (high, low) = a.y < b.y ? (a, b) : (b, a)
        edges.append(
          Edge(
            top: high.y, bottom: low.y, x: high.x, slope: (low.x - high.x) / (low.y - high.y),
            winding: a.y < b.y ? 1 : -1))
      }
    }
  }

  /// Where the active edges cross the line at `y`, from left to right.
  private mutating func cross(_ active: [Int], at y: Float) {
    crossings.removeAll(keepingCapacity: true)
    for index in active {
      let edge = edges[index]
      guard edge.top <= y, edge.bottom > y else { continue }
      let x = edge.x + (y - edge.top) * edge.slope
      // Insertion sort: there are few, and they are nearly in order from line to line.
      var place = crossings.count
      crossings.append((x, edge.winding))
      while place > 0, crossings[place - 1].x > x {
        crossings[place] = crossings[place - 1]
        place -= 1
      }
      crossings[place] = (x, edge.winding)
    }
  }

  /// Adds the inside spans of one line to the row.
  private mutating func spans(rule: FillRule, width: Int, _ low: inout Int, _ high: inout Int) {
    guard crossings.count > 1 else { return }
    var winding: Int32 = 0
    let limit = Float(width)
    for index in 0..<(crossings.count - 1) {
      winding += crossings[index].winding
      let inside = rule == .nonZero ? winding != 0 : index % 2 == 0
      guard inside else { continue }
      let a = min(max(crossings[index].x, 0), limit), b = min(max(crossings[index + 1].x, 0), limit)
      guard b > a else { continue }
      let first = Int(a), last = Int(b)
      low = min(low, first)
      high = max(high, min(last, width - 1))
      if first == last {
        cover[first] += b - a
      } else {
        cover[first] += Float(first + 1) - a
        cover[last] += b - Float(last)
        steps[first + 1] += 1
        steps[last] -= 1
      }
    }
  }

  /// Adds up the whole pixels of the spans and scales to 0…1.
  private mutating func resolve(_ low: Int, _ high: Int) {
    var running: Float = 0
    let scale = 1 / Float(Self.lines)
    for x in low...high {
      running += steps[x]
      steps[x] = 0
      cover[x] = min(1, (cover[x] + running) * scale)
    }
    steps[high + 1] = 0
  }
}
