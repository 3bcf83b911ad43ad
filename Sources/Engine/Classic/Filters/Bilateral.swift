internal import Foundation
internal import Surface
public import TensorCore

/// How a bilateral filter is computed.
public enum BilateralMode: String, CaseIterable, Sendable {
  /// Every pixel's circle of neighbours, one by one.
  case exact
  /// A coarse grid over place and brightness: fast however large `sigmaSpace` is, an approximation.
  case grid
}

extension Filters {
  /// Settings of the bilateral filters.
  public struct Bilateral {
    /// How different a neighbour may be: the standard deviation of the sum over the color channels of the absolute
    /// differences, 0.001 to 1000.
    public var sigmaColor = 0.1
    /// How far a neighbor may be: a standard deviation in pixels, 0.1 to 1000.
    public var sigmaSpace = 3.0
    /// The circle's diameter in pixels, 0 to 255; an even one counts as the next odd one. 0: 2·round(1.5·sigmaSpace) + 1.
    public var diameter = 0
    /// How it is computed.
    public var mode = BilateralMode.exact
    /// What stands outside the picture (exact).
    public var border = Border.reflect101

    /// The standard settings, unless told otherwise.
    public init(
      sigmaColor: Double = 0.1, sigmaSpace: Double = 3, diameter: Int = 0, mode: BilateralMode = .exact,
      border: Border = .reflect101
    ) {
      self.sigmaColor = sigmaColor
      self.sigmaSpace = sigmaSpace
      self.diameter = diameter
      self.mode = mode
      self.border = border
    }

    /// As OpenCV computes it: halves are rounded to the even neighbour.
    var radius: Int {
      Swift.max(1, diameter > 0 ? diameter / 2 : Int((1.5 * sigmaSpace).rounded(.toNearestOrEven)))
    }

    func check(_ operation: String) throws {
      func require(_ holds: Bool, _ expected: String, _ came: Any) throws {
        if !holds { throw EngineError(operation, expected: expected, came: "\(came)") }
      }
      try require((0.001...1000).contains(sigmaColor), "a sigma_color between 0.001 and 1000", sigmaColor)
      try require((0.1...1000).contains(sigmaSpace), "a sigma_space between 0.1 and 1000 pixels", sigmaSpace)
      try require((0...255).contains(diameter), "a diameter of 0 to 255 pixels", diameter)
      if mode == .exact && radius > 127 {
        throw EngineError(
          operation, "a circle of \(2 * radius + 1) pixels is too large to go through pixel by pixel",
          advice: "use mode = \"grid\", or a diameter of at most 255")
      }
      if mode == .grid && diameter > 0 {
        throw EngineError(operation, "a grid has no diameter", advice: "leave out diameter, or use mode = \"exact\"")
      }
      if mode == .grid && sigmaSpace < 1 {
        throw EngineError(
          operation, expected: "a sigma_space of at least 1 pixel for a grid", came: "\(sigmaSpace)",
          advice: "use mode = \"exact\"")
      }
    }
  }

  /// Smooths areas and keeps edges: each pixel becomes the mean of its neighbors within a circle, weighted by how near
  /// and how alike they are, exp(−r²/2σ_s²)·exp(−d²/2σ_c²), d = |ΔR| + |ΔG| + |ΔB|. Alpha (the last of two or four
  /// channels) stays. The exact mode is differentiable, slowly; the grid has no gradient.
  /// Source: Tomasi, Manduchi 1998, as cv2.bilateralFilter on floats; grid: Paris, Durand 2006; Chen, Paris, Durand 2007.
  public static func bilateral(
    _ image: Tensor, _ options: Bilateral = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.bilateral"
    try options.check(operation)
    return try scope.apply(operation, to: image) { x in
      try onColors(of: x) { try bilateral($0, guide: $0, options, operation) }
    }
  }

  /// `bilateral` with the settings one by one.
  public static func bilateral(
    _ image: Tensor, sigmaColor: Double, sigmaSpace: Double, diameter: Int = 0, mode: BilateralMode = .exact,
    border: Border = .reflect101, scope: FilterScope = .init()
  ) throws -> Tensor {
    let options = Bilateral(
      sigmaColor: sigmaColor, sigmaSpace: sigmaSpace, diameter: diameter, mode: mode, border: border)
    return try bilateral(image, options, scope: scope)
  }

  /// A bilateral filter whose differences d are taken from another picture: it smooths `image` up to the guide's edges.
  /// guide: C′×H×W for every picture, or a batch of as many. Differentiable in both, as `bilateral` is.
  /// Source: Petschnig et al. 2004; Eisemann, Durand 2004; the formula of cv2.ximgproc.jointBilateralFilter.
  public static func jointBilateral(
    _ image: Tensor, guide: Tensor, _ options: Bilateral = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.joint_bilateral"
    try options.check(operation)
    return try scope.apply(operation, to: image) { x in
      let guide = try checkedGuide(guide, for: x, operation)
      return try onColors(of: x) { try bilateral($0, guide: guide, options, operation) }
    }
  }

  /// A guide's color channels as a batch of one or as many pictures as `x` has, of its size and type.
  static func checkedGuide(_ guide: Tensor, for x: Tensor, _ operation: String) throws -> Tensor {
    guard guide.rank == 3 || guide.rank == 4, guide.dtype.isFloating, guide.count > 0 else {
      throw EngineError(
        operation, expected: "a guide C×H×W of floating-point numbers",
        came: "a tensor of \(guide.shape.shapeText), \(guide.dtype)")
    }
    let batch = try (guide.rank == 3 ? guide.unsqueeze(0) : guide).to(x.dtype)
    guard batch.shape.suffix(2) == x.shape.suffix(2), batch.shape[0] == 1 || batch.shape[0] == x.shape[0] else {
      throw EngineError(
        operation, expected: "a guide as large as the picture, \(x.shape[2])×\(x.shape[3])",
        came: guide.shape.shapeText, advice: "resize it: images.resize")
    }
    return try withoutAlpha(batch)
  }
}

extension Filters {
  private static func bilateral(
    _ x: Tensor, guide: Tensor, _ options: Bilateral, _ operation: String
  ) throws -> Tensor {
    let fast = x.takesPlainKernels && guide.takesPlainKernels
    if options.mode == .grid {
      let result = try Autograd.noGradient {
        try gridBilateral(x.detached().to(.f32), guide: guide.detached().to(.f32), options, operation).to(x.dtype)
      }
      return result.withoutGradient(
        operation, from: [x, guide], "a grid has no gradient", advice: "use mode = \"exact\", or detach the picture")
    }
    let (radius, height, width) = (options.radius, x.shape[2], x.shape[3])
    let weights = BilateralWeights(radius: radius, sigmaColor: options.sigmaColor, sigmaSpace: options.sigmaSpace)
    let extra = fast ? Swift.max(0, Tensor.pictureBlock - width) : 0
    func surrounded(_ t: Tensor) throws -> Tensor {
      try t.padded(top: radius, bottom: radius, left: radius, right: radius + extra, options.border)
    }
    let padded = try surrounded(x), beside = guide === x ? padded : try surrounded(guide)
    if fast { return try padded.bilateral(weights, guide: beside, height: height, width: width) }
    if Autograd.isEnabled && (x.requiresGradient || guide.requiresGradient) {
      try checkRecording(x, guide, weights, operation)
    }
    return try plainBilateral(padded, guide: beside, weights, height: height, width: width)
  }

  /// The definition, tap by tap in tensor operations: what has a gradient, and the oracle of the fast kernel.
  package static func plainBilateral(
    _ x: Tensor, guide: Tensor, _ weights: BilateralWeights, height: Int, width: Int
  ) throws -> Tensor {
    let r = weights.radius
    func moved(_ t: Tensor, _ dy: Int, _ dx: Int) throws -> Tensor {
      try t.narrow(2, r + dy, height).narrow(3, r + dx, width)
    }
    let center = try moved(guide, 0, 0)
    var (sum, total): (Tensor?, Tensor?) = (nil, nil)
    for tap in weights.taps {
      try Interrupt.check()
      let near = -0.5 * Double(tap.square) / (weights.sigmaSpace * weights.sigmaSpace)
      let far = try (moved(guide, tap.dy, tap.dx) - center).abs().sum([1], keepdim: true)
      let weight = try (far.square() * (-0.5 / (weights.sigmaColor * weights.sigmaColor)) + near).exp()
      let part = try moved(x, tap.dy, tap.dx) * weight
      sum = try sum.map { try $0 + part } ?? part
      total = try total.map { try $0 + weight } ?? weight
    }
    return try sum! / total!
  }

  /// Throws where the steps that a gradient needs would not fit into memory.
  private static func checkRecording(
    _ x: Tensor, _ guide: Tensor, _ weights: BilateralWeights, _ operation: String
  ) throws {
    let planes = 2 * x.shape[1] + 2 * guide.shape[1] + 4
    let bytes = weights.taps.count * planes * (x.count / x.shape[1]) * (x.dtype == .f64 ? 8 : 4)
    guard bytes > 4 << 30 else { return }
    throw EngineError(
      operation, "a gradient through \(weights.taps.count) neighbors of every pixel would need \(bytes >> 30) GB",
      advice: "take a smaller picture or diameter, detach the picture, or use another smoothing filter")
  }

  /// Cells of σ_s pixels and σ_c of brightness (the sum of the guide's channels): splatted and sliced linearly, between
  /// them blurred so that the variances of the three steps add up to those of the weights: a sixth each for the two
  /// interpolations, two thirds for the blur. Outside the picture stands nothing.
  private static func gridBilateral(
    _ x: Tensor, guide: Tensor, _ options: Bilateral, _ operation: String
  ) throws -> Tensor {
    let light = try guide.sum([1], keepdim: true)
    // Every picture's cells start at its own darkest pixel, whatever batch it is in.
    let least = try light.min([1, 2, 3], keepdim: true)
    let range = try (light.max([1, 2, 3], keepdim: true) - least).max().item()
    guard range.isFinite else {
      throw EngineError(operation, expected: "a picture of finite numbers", came: "one with NaN or infinity")
    }
    let step = 1 / options.sigmaSpace
    let depth = (range / options.sigmaColor).rounded(.up) + 1
    let cells = Double(x.shape[2]) * step * (Double(x.shape[3]) * step) * depth * Double(x.shape[0])
    guard cells * Double(x.shape[1] + 1) < 0x1p27 else {
      throw EngineError(
        operation, "a grid for these sigmas would have \((cells / 1e6).rounded()) million cells",
        advice: "use mode = \"exact\", or larger sigmas")
    }
    let level = try ((light - least) / options.sigmaColor).expand([x.shape[0], 1, x.shape[2], x.shape[3]])
    let kernel = (-3...3).map { exp(-0.75 * Double($0 * $0)) }, sum = kernel.reduce(0, +)
    let soft = kernel.map { $0 / sum }
    var grid = try x.bilateralGrid(level: level, step: step, layers: Int(depth))
    for axis in 1...3 { grid = try grid.correlated(axis: axis, soft, anchor: 3, .zeros) }
    return try x.bilateralSlice(grid, level: level, step: step)
  }
}
