internal import Foundation
internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `gabor`: a plane wave under a Gaussian. Names as in cv2.getGaborKernel where they are not words.
  public struct Gabor {
    /// Standard deviation of the Gaussian along the wave, in pixels.
    public var sigma = 2.0
    /// The direction in which the wave runs, in degrees clockwise from the right.
    public var angle = 0.0
    /// Length of the wave, in pixels (lambda).
    public var wavelength = 5.0
    /// The Gaussian's width along the wave over that across it (gamma).
    public var aspect = 0.5
    /// Where in the wave the middle lies, in degrees (psi): 0 finds lines, 90 edges.
    public var phase = 0.0
    /// The number of directions, evenly spread over 180° from `angle` on; of several the largest response counts.
    public var orientations = 8
    /// Rows and columns, odd; nil: three standard deviations in each direction.
    public var size: Int?
    /// Whether flat areas give 0 and the weights' absolute values add up to 2; else the plain weights.
    public var normalize = true
    /// A factor on the response.
    public var scale = 4.0
    /// What is added to it; nil: 0.5 with `normalize` and one orientation, else 0.
    public var offset: Double?
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}

    /// The kernel of one direction, in degrees, as cv2.getGaborKernel stores it.
    package func kernel(angle: Double) -> (weights: [Double], rows: Int, columns: Int) {
      let turn = angle * .pi / 180, (c, s) = (cos(turn), sin(turn))
      let (along, across) = (3 * sigma, 3 * sigma / aspect)
      func reach(_ a: Double, _ b: Double) -> Int {
        size.map { $0 / 2 } ?? Int(Swift.max(abs(along * a), abs(across * b)).rounded(.toNearestOrEven))
      }
      let (right, down) = (reach(c, s), reach(s, c))
      var waves: [Double] = [], bells: [Double] = []
      for y in stride(from: down, through: -down, by: -1) {
        for x in stride(from: right, through: -right, by: -1) {
          let u = Double(x) * c + Double(y) * s, v = Double(y) * c - Double(x) * s
          let bell = exp(-0.5 * (u * u + aspect * aspect * v * v) / (sigma * sigma))
          bells.append(bell)
          waves.append(bell * cos(2 * .pi * u / wavelength + phase * .pi / 180))
        }
      }
      if normalize {
        let level = waves.reduce(0, +) / bells.reduce(0, +)
        for place in waves.indices { waves[place] -= level * bells[place] }
        let size = waves.reduce(0) { $0 + abs($1) }
        if size > 0 { for place in waves.indices { waves[place] *= 2 / size } }
      }
      return (waves, 2 * down + 1, 2 * right + 1)
    }

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: String) throws {
        if !holds { throw EngineError("filters.gabor", expected: expected, came: came) }
      }
      try require((0.3...50).contains(sigma), "a sigma between 0.3 and 50 pixels", "\(sigma)")
      try require((1...1000).contains(wavelength), "a wavelength between 1 and 1000 pixels", "\(wavelength)")
      try require((0.1...10).contains(aspect), "an aspect between 0.1 and 10", "\(aspect)")
      try require((1...64).contains(orientations), "between 1 and 64 orientations", "\(orientations)")
      guard let size else { return }
      try require((1...301).contains(size) && size % 2 == 1, "an odd size between 1 and 301 pixels", "\(size)")
    }
  }

  /// How strongly every color channel swings like a wave of one length and direction; of several `orientations` the
  /// strongest. Alpha stays. Differentiable.
  /// Source: Daugman 1985; with normalize = false, scale 1 and one orientation equals cv2.filter2D of cv2.getGaborKernel.
  public static func gabor(_ image: Tensor, _ options: Gabor = .init(), scope: FilterScope = .init()) throws -> Tensor {
    try options.check()
    let offset = options.offset ?? (options.normalize && options.orientations == 1 ? 0.5 : 0)
    return try scope.apply("filters.gabor", to: image) { x in
      try onColors(of: x) { x in
        var strongest: Tensor?
        for number in 0..<options.orientations {
          try Interrupt.check()
          let angle = options.angle + 180 * Double(number) / Double(options.orientations)
          let (weights, rows, columns) = options.kernel(angle: angle)
          let kernel = try Tensor(doubles: weights, [rows, columns]).to(x.dtype)
          let response = try correlate(x, kernel, .init(border: options.border))
          strongest = try strongest.map { try Tensor.maximum($0, response) } ?? response
        }
        return try strongest! * options.scale + offset
      }
    }
  }
}
