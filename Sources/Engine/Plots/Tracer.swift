internal import Surface

/// A place on a device: x to the right, y down, in dots or pixels.
typealias Place = SIMD2<Double>

/// Turns curves into lines on a device of so many dots or pixels.
struct Tracer {
  let x: Scale, y: Scale
  /// The places of the axes' ends are 0 and these.
  let width: Double, height: Double

  /// Where a point of the data lies; NaN for gaps.
  func place(_ u: Double, _ v: Double) -> Place { Place(x.place(u) * width, (1 - y.place(v)) * height) }

  /// The unbroken parts of a line, cut to the device with `margin` around it. Of the neighbours that fall into one column
  /// the first, the lowest, the highest and the last stay: what is drawn is the same, however many there are.
  func pieces(of curve: Curve, margin: Double) throws -> [[Place]] {
    var pieces: [[Place]] = [], piece: [Place] = [], column = Column()
    func finish() {
      column.flush(into: &piece)
      if !piece.isEmpty { pieces.append(piece) }
      piece.removeAll(keepingCapacity: true)
    }
    for index in curve.y.indices {
      if index & 0xFFFF == 0 { try Interrupt.check() }
      let place = place(curve.x[index], curve.y[index])
      if place.x.isFinite, place.y.isFinite { column.add(place, into: &piece) } else { finish() }
    }
    finish()
    if curve.style == .steps { pieces = pieces.map(stairs) }
    return pieces.flatMap { cut($0, margin) }
  }

  /// The points of a curve within the device, those of one place once; `grain` places to a dot or pixel.
  func points(of curve: Curve, margin: Double, grain: Double) throws -> [Place] {
    var seen: Set<SIMD2<Int32>> = []
    var points: [Place] = []
    for index in curve.y.indices {
      if index & 0xFFFF == 0 { try Interrupt.check() }
      let place = place(curve.x[index], curve.y[index])
      guard contains(place, margin) else { continue }
      let key = SIMD2<Int32>((place * grain).rounded(.toNearestOrAwayFromZero))
      if seen.insert(key).inserted { points.append(place) }
    }
    return points
  }

  /// A value is kept until the next one comes.
  private func stairs(_ piece: [Place]) -> [Place] {
    var result = Array(piece.prefix(1))
    for place in piece.dropFirst() {
      result.append(Place(place.x, result[result.count - 1].y))
      result.append(place)
    }
    return result
  }

  /// What the borders of a histogram's bars are: up, along and down again, from the axis to the axis.
  func outline(of bars: Curve) -> [Place] {
    let floor = self.floor
    func corner(_ u: Double, _ top: Double) -> Place {
      // Far outside, the place no longer matters; numbers stay small.
      let left = x.place(u)
      let across = left.isNaN ? 0 : left * width
      return Place(min(max(across, -1e5), width + 1e5), min(max(top, -1e5), height + 1e5))
    }
    var result = [corner(bars.x[0], floor)]
    for index in bars.y.indices {
      let share = y.place(bars.y[index])
      let top = share.isNaN ? floor : (1 - share) * height
      result.append(corner(bars.x[index], top))
      result.append(corner(bars.x[index + 1], top))
    }
    return result + [corner(bars.x[bars.x.count - 1], floor)]
  }

  /// A line of which, where columns are crowded, only what can be seen stays.
  func thinned(_ line: [Place]) -> [Place] {
    guard Double(line.count) > 8 * width else { return line }
    var result: [Place] = [], column = Column()
    for place in line { column.add(place, into: &result) }
    column.flush(into: &result)
    return result
  }

  /// Where bars stand: at 0, or on a log scale at the axis' end.
  private var floor: Double { y.isLog ? height : (1 - y.place(0)) * height }

  private func contains(_ place: Place, _ margin: Double) -> Bool {
    place.x >= -margin && place.x <= width + margin && place.y >= -margin && place.y <= height + margin
  }

  /// The parts of a line within the device.
  func cut(_ line: [Place], _ margin: Double) -> [[Place]] {
    if line.allSatisfy({ contains($0, margin) }) { return [line] }
    var parts: [[Place]] = [], part: [Place] = []
    for index in 0..<max(0, line.count - 1) {
      guard let (a, b) = cut(line[index], line[index + 1], margin) else { continue }
      if part.last != a {
        if !part.isEmpty { parts.append(part) }
        part = [a]
      }
      part.append(b)
    }
    return part.isEmpty ? parts : parts + [part]
  }

  /// The part of a segment within the device (Liang & Barsky 1984), or nil.
  private func cut(_ a: Place, _ b: Place, _ margin: Double) -> (Place, Place)? {
    let along = b - a
    var (from, to) = (0.0, 1.0)
    let sides = [
      (-along.x, a.x + margin), (along.x, width + margin - a.x), (-along.y, a.y + margin),
      (along.y, height + margin - a.y),
    ]
    for (slope, room) in sides {
      if slope == 0 {
        if room < 0 { return nil }
      } else if slope < 0 {
        from = max(from, room / slope)
      } else {
        to = min(to, room / slope)
      }
    }
    return from <= to ? (from > 0 ? a + along * from : a, to < 1 ? a + along * to : b) : nil
  }

  /// Neighbours that fall into one column.
  private struct Column {
    private var number = 0.0
    private var count = 0
    private var first = Place(), last = Place(), low = Place(), high = Place()
    private var lowAt = 0, highAt = 0

    mutating func add(_ place: Place, into line: inout [Place]) {
      let column = place.x.rounded()
      if count > 0, column != number { flush(into: &line) }
      if count == 0 {
        (number, first, low, high, lowAt, highAt) = (column, place, place, place, 0, 0)
      }
      if place.y < low.y { (low, lowAt) = (place, count) }
      if place.y > high.y { (high, highAt) = (place, count) }
      last = place
      count += 1
    }

    mutating func flush(into line: inout [Place]) {
      guard count > 0 else { return }
      line.append(first)
      for (place, at) in lowAt < highAt ? [(low, lowAt), (high, highAt)] : [(high, highAt), (low, lowAt)]
      where at > 0 && at < count - 1 {
        line.append(place)
      }
      if count > 1 { line.append(last) }
      count = 0
    }
  }
}
