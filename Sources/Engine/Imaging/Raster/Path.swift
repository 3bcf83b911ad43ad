internal import Glibc

/// A point of the drawing plane: x to the right, y down, in pixels unless said otherwise; pixel (0, 0) covers the
/// square from (0, 0) to (1, 1).
public typealias Point = SIMD2<Float>

/// An outline made of lines and curves: any number of contours, each open or closed (filling closes them all).
public struct Path {
  /// One step of a contour.
  public enum Element {
    case move(Point)
    case line(Point)
    /// A quadratic curve: control point, end.
    case quad(Point, Point)
    /// A cubic curve: two control points, end.
    case cubic(Point, Point, Point)
    case close
  }

  /// Moves, lines and curves in drawing order.
  public private(set) var elements: [Element] = []

  /// An empty path.
  public init() {}

  /// A polygon (or, not closed, a polyline) through the points.
  public init(_ points: [Point], closed: Bool = true) {
    guard let first = points.first else { return }
    move(first)
    for point in points.dropFirst() { line(point) }
    if closed { close() }
  }

  /// Starts a contour.
  public mutating func move(_ point: Point) { elements.append(.move(point)) }
  /// A straight line to a point.
  public mutating func line(_ point: Point) { elements.append(.line(point)) }
  /// A quadratic Bézier curve to `end`.
  public mutating func quad(_ control: Point, _ end: Point) { elements.append(.quad(control, end)) }
  /// A cubic Bézier curve to `end`.
  public mutating func cubic(_ first: Point, _ second: Point, _ end: Point) {
    elements.append(.cubic(first, second, end))
  }
  /// Closes the contour with a straight line.
  public mutating func close() { elements.append(.close) }
  /// Adds another path's contours.
  public mutating func append(_ other: Path) { elements += other.elements }

  /// A rectangle from its corner (x, y).
  public static func rectangle(_ x: Float, _ y: Float, _ width: Float, _ height: Float) -> Path {
    Path([Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)])
  }

  /// An ellipse with the given radii, turned by `angle` radians (clockwise on the screen).
  public static func ellipse(_ center: Point, _ radii: Point, angle: Float = 0) -> Path {
    let axisX = Point(cosf(angle), sinf(angle)) * radii.x, axisY = Point(-sinf(angle), cosf(angle)) * radii.y
    // Four cubic quarters; this constant makes the radius right within 0.03 %.
    let k: Float = 0.5522847
    func at(_ u: Float, _ v: Float) -> Point { center + axisX * u + axisY * v }
    var path = Path()
    path.move(at(1, 0))
    path.cubic(at(1, k), at(k, 1), at(0, 1))
    path.cubic(at(-k, 1), at(-1, k), at(-1, 0))
    path.cubic(at(-1, -k), at(-k, -1), at(0, -1))
    path.cubic(at(k, -1), at(1, -k), at(1, 0))
    path.close()
    return path
  }

  /// A circle.
  public static func circle(_ center: Point, _ radius: Float) -> Path { ellipse(center, Point(radius, radius)) }

  /// The path with every point (control points too) sent through a function. Exact for affine maps; for others,
  /// flatten first.
  public func mapped(_ transform: (Point) -> Point) -> Path {
    var result = Path()
    result.elements = elements.map { element in
      switch element {
      case .move(let a): .move(transform(a))
      case .line(let a): .line(transform(a))
      case .quad(let a, let b): .quad(transform(a), transform(b))
      case .cubic(let a, let b, let c): .cubic(transform(a), transform(b), transform(c))
      case .close: .close
      }
    }
    return result
  }

  /// A contour as straight segments.
  struct Contour {
    var points: [Point]
    var closed = false
  }

  /// The contours as polylines that stay within about `tolerance` of the curves.
  func flattened(tolerance: Float = 0.025) -> [Contour] {
    var contours: [Contour] = []
    var current = Contour(points: [])
    func steps(_ bend: Float) -> Int { max(1, min(64, Int((bend / tolerance).squareRoot().rounded(.up)))) }
    func finish() {
      if current.points.count > 1 { contours.append(current) }
    }
    for element in elements {
      let last = current.points.last ?? Point(0, 0)
      switch element {
      case .move(let point):
        finish()
        current = Contour(points: [point])
      case .line(let point): current.points.append(point)
      case .quad(let control, let end):
        let count = steps(length(last - control * 2 + end) * 0.25)
        for step in 1...count {
          let t = Float(step) / Float(count), s = 1 - t
          current.points.append(last * (s * s) + control * (2 * s * t) + end * (t * t))
        }
      case .cubic(let first, let second, let end):
        let bend = max(length(last - first * 2 + second), length(first - second * 2 + end))
        let count = steps(bend * 0.75)
        for step in 1...count {
          let t = Float(step) / Float(count), s = 1 - t
          let from = last * (s * s * s) + first * (3 * s * s * t)
          current.points.append(from + second * (3 * s * t * t) + end * (t * t * t))
        }
      case .close:
        current.closed = true
        let start = current.points.first
        finish()
        current = Contour(points: start.map { [$0] } ?? [])
      }
    }
    finish()
    return contours
  }

  /// The outline of the path drawn with a pen of the given width and round joins; fill it with the non-zero rule.
  public func stroked(width: Float, roundCaps: Bool = true) -> Path {
    var result = Path()
    let half = width / 2
    for contour in flattened() {
      var points = contour.points
      if contour.closed { points.append(points[0]) }
      for index in 0..<(points.count - 1) {
        let a = points[index], b = points[index + 1], along = b - a, reach = length(along)
        guard reach > 0 else { continue }
        let side = Point(-along.y, along.x) * (half / reach)
        result.append(Path([a + side, b + side, b - side, a - side]))
        let isEnd = !contour.closed && index == points.count - 2
        if width > 1, roundCaps || !isEnd { result.append(disc(b, half)) }
      }
      if roundCaps, !contour.closed, width > 1 { result.append(disc(points[0], half)) }
    }
    return result
  }

  /// A polygonal disc wound like the segments of `stroked`, so that overlaps add up.
  private func disc(_ center: Point, _ radius: Float) -> Path {
    let count = max(6, min(32, Int(radius * 2) + 6))
    return Path(
      (0..<count).map { step in
        let angle = -2 * Float.pi * Float(step) / Float(count)
        return center + Point(cosf(angle), sinf(angle)) * radius
      })
  }
}

/// Euclidean length.
@inline(__always)
package func length(_ v: Point) -> Float { (v.x * v.x + v.y * v.y).squareRoot() }
