internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `canny`.
  public struct Canny {
    /// Standard deviation of the Gaussian that smooths first, in pixels.
    public var sigma = 1.0
    /// Pixels with gradients from here on continue a line. In Sobel's whole numbers: a step from black to white has 4.
    public var low = 0.1
    /// A line needs at least one pixel with a gradient from here on.
    public var high = 0.2

    /// The standard settings.
    public init() {}

    func check() throws {
      try Filters.checkWindow("filters.canny", sigma: sigma)
      guard low >= 0, low <= high, high <= 100 else {
        throw EngineError(
          "filters.canny", expected: "thresholds with 0 ≤ low ≤ high ≤ 100", came: "low \(low) and high \(high)")
      }
    }
  }

  /// Edges of the luminance, one pixel wide: 1 on an edge, 0 elsewhere, in every color channel; alpha stays. The outermost
  /// pixels have none. It has no gradient.
  /// Source: Canny 1986, as skimage.feature.canny does it: a Gaussian that leaves out what stands outside, Sobel, the
  /// maxima along the gradient between interpolated neighbors, lines followed through their eight neighbors.
  public static func canny(_ image: Tensor, _ options: Canny = .init(), scope: FilterScope = .init()) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.canny", to: image) { x in
      try withoutGradient(x, "filters.canny", "a result made of steps has no gradient") { x in
        try onLuminance(of: x) { y in
          try Tensor.cat((0..<y.shape[0]).map { try edges(of: y.narrow(0, $0, 1), options) }, 0)
        }
      }
    }
  }

  /// The edges of one gray picture, 1×1×H×W.
  private static func edges(of x: Tensor, _ options: Canny) throws -> Tensor {
    let soft = try smoothed(x, options.sigma)
    let (rise, level) = ([-1.0, 0, 1], [1.0, 2, 1])
    let right = try soft.separable(down: level, across: rise, .reflect)
    let down = try soft.separable(down: rise, across: level, .reflect)
    let strength = try length(right, down)
    var marks = try EdgeMarks(
      width: x.shape[3], strength: strength.floats(), right: right.floats(), down: down.floats())
    try marks.thin(from: Float(options.low), strong: Float(options.high))
    try marks.follow()
    return try Tensor(marks.edges, x.shape)
  }

  /// A Gaussian whose weights outside the picture are left out and the others scaled up.
  private static func smoothed(_ x: Tensor, _ sigma: Double) throws -> Tensor {
    if sigma == 0 { return x }
    let weight = try Tensor.ones(x.shape).blurred(sigma: sigma, .zeros)
    return try x.blurred(sigma: sigma, .zeros) / weight
  }
}

/// What is known about each pixel of a picture while its edges are found.
private struct EdgeMarks {
  private enum Mark: UInt8 { case none, weak, strong }

  private let width: Int
  private let strength: [Float], right: [Float], down: [Float]
  private var marks: [Mark]
  private var strong: [Int] = []

  init(width: Int, strength: [Float], right: [Float], down: [Float]) {
    self.width = width
    self.strength = strength
    self.right = right
    self.down = down
    marks = [Mark](repeating: .none, count: strength.count)
  }

  var edges: [Float] { marks.map { $0 == .strong ? 1 : 0 } }

  /// Marks the pixels that no interpolated neighbor along the gradient exceeds.
  mutating func thin(from low: Float, strong high: Float) throws {
    let height = strength.count / width
    guard height > 2, width > 2 else { return }
    for y in 1..<(height - 1) {
      try Interrupt.check()
      for place in (y * width + 1)..<(y * width + width - 1) where strength[place] >= low && strength[place] > 0 {
        guard isMaximum(place) else { continue }
        marks[place] = strength[place] >= high ? .strong : .weak
        if strength[place] >= high { strong.append(place) }
      }
    }
  }

  private func isMaximum(_ place: Int) -> Bool {
    let (across, along) = (right[place], down[place]), (a, b) = (abs(across), abs(along))
    let falls = (across >= 0 && along >= 0) || (across <= 0 && along <= 0)
    let slanted = falls ? width + 1 : 1 - width
    let straight = b > a ? (falls ? width : -width) : 1
    let share = Swift.max(a, b) > 0 ? Swift.min(a, b) / Swift.max(a, b) : 0
    func beside(_ side: Int) -> Float {
      strength[place + side * slanted] * share + strength[place + side * straight] * (1 - share)
    }
    return beside(1) <= strength[place] && beside(-1) <= strength[place]
  }

  /// Weak pixels that touch a strong one become strong.
  mutating func follow() throws {
    var steps = 0
    let around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    while let place = strong.popLast() {
      steps += 1
      if steps % 4096 == 0 { try Interrupt.check() }
      for step in around where marks[place + step] == .weak {
        marks[place + step] = .strong
        strong.append(place + step)
      }
    }
  }
}
