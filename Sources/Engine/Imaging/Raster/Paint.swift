/// A colour: red, green, blue in 0…1.
public typealias Color = SIMD3<Float>

/// Colours along a line from 0 to 1, linear between stops and constant outside.
public struct Gradient {
  private let stops: [(at: Float, color: Color, opacity: Float)]

  /// Stops in ascending order of position; at least one.
  public init(_ stops: [(at: Float, color: Color)]) {
    self.init(stops.map { ($0.at, $0.color, 1) })
  }

  /// Stops with opacities.
  public init(_ stops: [(at: Float, color: Color, opacity: Float)]) {
    precondition(!stops.isEmpty, "a gradient has at least one stop")
    self.stops = stops
  }

  /// Colour and opacity at a position.
  public func at(_ position: Float) -> SIMD4<Float> {
    guard position > stops[0].at else { return SIMD4(stops[0].color, stops[0].opacity) }
    for index in 1..<max(1, stops.count) where position < stops[index].at {
      let (a, b) = (stops[index - 1], stops[index])
      let t = (position - a.at) / (b.at - a.at)
      return SIMD4(a.color + (b.color - a.color) * t, a.opacity + (b.opacity - a.opacity) * t)
    }
    let last = stops[stops.count - 1]
    return SIMD4(last.color, last.opacity)
  }
}

/// What an outline is filled with.
public enum Paint {
  /// One colour.
  case color(Color)
  /// A gradient along the line from `from` (0) to `to` (1).
  case linear(Gradient, from: Point, to: Point)
  /// A gradient from `center` (0) to the distance `radius` (1).
  case radial(Gradient, center: Point, radius: Float)
  /// Colour and opacity computed at each pixel's centre.
  case shader((Point) -> SIMD4<Float>)

  /// Colour and opacity at a point.
  @inline(__always)
  func at(_ point: Point) -> SIMD4<Float> {
    switch self {
    case .color(let color): return SIMD4(color, 1)
    case .linear(let gradient, let from, let to):
      let along = to - from, offset = point - from
      let square = along.x * along.x + along.y * along.y
      return gradient.at(square > 0 ? (offset.x * along.x + offset.y * along.y) / square : 0)
    case .radial(let gradient, let center, let radius): return gradient.at(length(point - center) / radius)
    case .shader(let shade): return shade(point)
    }
  }
}

/// How paint meets what is below it.
public enum Blend {
  /// Covers it.
  case over
  /// Multiplies it (shadows, glazes).
  case multiply
  /// Adds to it (glows).
  case add
}
