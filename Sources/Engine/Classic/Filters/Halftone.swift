internal import Foundation
internal import Surface
public import TensorCore

/// How a halftone turns tones into dots.
public enum HalftoneMode: String, CaseIterable, Sendable {
  /// Round dots on a turned grid, one screen for each ink, as in print.
  case dots
  /// A matrix of thresholds laid over the picture again and again (Bayer 1973).
  case ordered
  /// Floyd and Steinberg's error diffusion (1976).
  case diffusion
}

extension Filters {
  /// Settings of `halftone`.
  public struct Halftone {
    /// How tones become dots.
    public var mode = HalftoneMode.dots
    /// The side of a cell in pixels: of the screen (dots), 2 to 200, 6 without it; of the matrix (ordered): 2, 4, 8 or 16,
    /// 8 without it.
    public var cell: Double?
    /// Degrees by which the screens are turned (dots): cyan, magenta, yellow, black; grey pictures have the last.
    public var angles = [15.0, 75, 0, 45]
    /// How much of what cyan, magenta and yellow share is printed in black (dots), 0 to 1.
    public var black = 0.5
    /// How many pixels wide the rims of dots are, 0.1 to 10 (dots).
    public var softness = 1.2

    /// The standard settings.
    public init() {}

    var side: Double { cell ?? (mode == .ordered ? 8 : 6) }

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError("filters.halftone", expected: expected, came: "\(came)") }
      }
      if mode == .ordered {
        try require([2, 4, 8, 16].contains(side), "a cell of 2, 4, 8 or 16 pixels for ordered dither", side)
      }
      try require((2...200).contains(side), "a cell of 2 to 200 pixels", side)
      try require(angles.count == 4 && angles.allSatisfy(\.isFinite), "four angles in degrees", angles)
      try require((0...1).contains(black), "a black between 0 and 1", black)
      try require((0.1...10).contains(softness), "a softness between 0.1 and 10 pixels", softness)
    }
  }

  /// Prints a picture in dots. Alpha stays. Values are clipped to 0...1 first.
  ///
  /// dots: RGB is parted into cyan, magenta, yellow and black, each screened by round dots at its own angle and printed
  /// over the others; other pictures are screened channel by channel in black. Differentiable where dots have rims.
  /// ordered, diffusion: every channel becomes 0 or 1; no gradient (ordered is made of steps).
  /// Source: Bayer 1973; Floyd, Steinberg 1976, equal to Pillow's convert("1"); dots: the usual screens of print.
  public static func halftone(
    _ image: Tensor, _ options: Halftone = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.halftone"
    try options.check()
    return try scope.apply(operation, to: image) { x in
      try onColors(of: x) { colors in
        switch options.mode {
        case .dots: try dots(colors.clamp(0, 1), options)
        case .ordered: try ordered(colors, Int(options.side))
        case .diffusion:
          try withoutGradient(colors, operation, "error diffusion has no gradient") { try $0.errorDiffused() }
        }
      }
    }
  }

  /// 1 where a channel is above the threshold of its place: (rank + ½) / n² of Bayer's matrix.
  private static func ordered(_ x: Tensor, _ size: Int) throws -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    let matrix = try Tensor(doubles: bayer(size).map { (Double($0) + 0.5) / Double(size * size) }, [size, size])
    let rows = try Tensor(integers: (0..<height).map { $0 % size }, [height])
    let columns = try Tensor(integers: (0..<width).map { $0 % size }, [width])
    let thresholds = try matrix.to(x.dtype).indexSelect(0, rows).indexSelect(1, columns)
    return try Tensor.gt(x, thresholds).to(x.dtype)
  }

  /// Ranks 0 to n² − 1 of Bayer's matrix, n a power of two, row by row: M(2n) = (4M, 4M + 2; 4M + 3, 4M + 1).
  package static func bayer(_ size: Int) -> [Int] {
    (0..<size * size).map { place in
      var (y, x, rank) = (place / size, place % size, 0)
      var bits = size
      while bits > 1 {
        rank = 4 * rank + [0, 2, 3, 1][(y & 1) * 2 + (x & 1)]
        (y, x, bits) = (y / 2, x / 2, bits / 2)
      }
      return rank
    }
  }

  private static func dots(_ x: Tensor, _ options: Halftone) throws -> Tensor {
    if x.shape[1] != 3 { return try 1 - screened(1 - x, options, options.angles[3]) }
    let ink = try 1 - x
    let (c, m, y) = (try ink.narrow(1, 0, 1), try ink.narrow(1, 1, 1), try ink.narrow(1, 2, 1))
    let black = try Tensor.minimum(Tensor.minimum(c, m), y) * options.black
    // What is left after black has taken its light: 1 − (1 − ink) / (1 − black).
    let rest = try 1 - black + 1e-6
    let paper = try 1 - screened(black, options, options.angles[3])
    let channels = try [c, m, y].enumerated().map { place, ink in
      try (1 - screened((ink - black) / rest, options, options.angles[place])) * paper
    }
    return try Tensor.cat(channels, 1)
  }

  /// How much of every pixel is under ink: dots that cover a share `amount` of their cells, [N, C, H, W] from 0 to 1.
  ///
  /// The spot function cos 2πu + cos 2πv grows round dots in light tones, a checkerboard in the middle, round holes in the
  /// dark. Ink lies where it is above the level that cuts off the share; the rim is a ramp of `softness` pixels.
  private static func screened(_ amount: Tensor, _ options: Halftone, _ angle: Double) throws -> Tensor {
    let (height, width) = (amount.shape[2], amount.shape[3])
    let turn = angle * .pi / 180, scale = 2 * Double.pi / options.side
    // Phases in double precision, counted from the picture's middle: far away f32 would not tell pixels apart.
    func phases(_ count: Int, _ u: Double, _ v: Double) throws -> Tensor {
      let middle = Double(count - 1) / 2, places = (0..<count).map { (Double($0) - middle) * scale }
      let table = places.map { cos($0 * u) } + places.map { sin($0 * u) } + places.map { cos($0 * v) }
      return try Tensor(doubles: table + places.map { sin($0 * v) }, [4, count]).to(amount.dtype)
    }
    let across = try phases(width, cos(turn), -sin(turn)), down = try phases(height, sin(turn), cos(turn))
    if amount.takesPlainKernels {
      let levels = try Tensor(doubles: spotLevels, [spotLevels.count]).to(.f32)
      return try amount.screened(
        across: across, down: down, levels: levels, scale: scale, softness: options.softness)
    }
    func phase(_ place: Int) throws -> (cos: Tensor, sin: Tensor) {
      let (ca, sa) = (try across.narrow(0, place, 1), try across.narrow(0, place + 1, 1))
      let (cb, sb) = (try down.select(0, place).unsqueeze(1), try down.select(0, place + 1).unsqueeze(1))
      return (try ca * cb - sa * sb, try sa * cb + ca * sb)
    }
    let u = try phase(0), v = try phase(2)
    let spot = try u.cos + v.cos
    // How fast the spot function changes from pixel to pixel; never less than a part of its mean, so that the flat
    // tops do not blur.
    let slope = try ((u.sin.square() + v.sin.square()).sqrt() * scale).clamp(0.25 * scale, .infinity)
    let level = try spotLevel(amount)
    return try ((spot - level) / (slope * options.softness) + 0.5).clamp(0, 1)
  }

  /// The level that the spot function is above on a share `amount` of the cell; beyond its range at 0 and 1, so that bare
  /// paper and full ink have no dots. By linear interpolation in a table.
  private static func spotLevel(_ amount: Tensor) throws -> Tensor {
    let table = Filters.spotLevels, last = table.count - 1
    let place = try amount * Double(last)
    let low = try place.detached().floor().clamp(0, Double(last - 1))
    let values = try Tensor(doubles: table, [table.count]).to(amount.dtype)
    let index = try low.to(.i64).reshape([amount.count])
    let from = try values.indexSelect(0, index).reshape(amount.shape)
    let to = try values.indexSelect(0, index + 1).reshape(amount.shape)
    return try from + (to - from) * (place - low)
  }

  /// Levels for shares 0, 1/256, … 1: quantiles of cos a + cos b over the cell.
  private static let spotLevels: [Double] = {
    let side = 256
    let wave = (0..<side).map { (step: Int) -> Double in cos(2 * Double.pi * (Double(step) + 0.5) / Double(side)) }
    let values = wave.flatMap { (a: Double) -> [Double] in wave.map { $0 + a } }.sorted(by: >)
    var levels = (0...256).map { (share: Int) -> Double in values[min(share * 256, values.count - 1)] }
    levels[0] = 2.6
    levels[256] = -2.6
    return levels
  }()
}
