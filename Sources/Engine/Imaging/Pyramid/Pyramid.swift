internal import Surface
public import TensorCore

/// Pictures at halving sizes (Burt & Adelson, "The Laplacian Pyramid as a Compact Image Code", 1983).
///
/// The kernel is theirs with a = 0.375, (1 4 6 4 1) / 16 along each axis. A size n becomes (n + 1) / 2 going down.
/// Outside the picture stands what OpenCV's pyrDown and pyrUp put there: going down, its mirror image without the edge
/// pixel (dcb|abcd|cba); going up, that on the left and top and the repeated edge pixel on the right and bottom.
public enum Pyramid {
  /// What the levels of a pyramid hold.
  public enum Kind: String, CaseIterable, Sendable {
    /// Each level is the one before, smoothed and halved.
    case gaussian
    /// Each level is what halving takes away (about 0 where the picture is smooth); the last is the small picture.
    case laplacian
  }

  /// The levels of a picture C × H × W or a batch, the largest first; differentiable.
  ///
  /// - Parameter levels: how many, with the picture itself; nil: for as long as the smaller side has 8 pixels or more.
  public static func build(
    _ picture: Tensor, levels: Int? = nil, kind: Kind = .gaussian, operation: String = "images.pyramid"
  ) throws -> [Tensor] {
    try PictureShape.any(picture, operation)
    let (height, width) = (picture.shape[picture.rank - 2], picture.shape[picture.rank - 1])
    let most = count(from: max(height, width)) { $0 > 1 }
    let levels = levels ?? count(from: min(height, width)) { ($0 + 1) / 2 >= 8 }
    guard (1...most).contains(levels) else {
      throw EngineError(
        operation, expected: "1 to \(most) levels for \(width) × \(height) pixels", came: "\(levels)",
        advice: "each level has half the size of the one before")
    }
    var gaussian = [picture.dtype == .f64 ? picture : try picture.to(.f32)]
    while gaussian.count < levels { gaussian.append(try halved(gaussian[gaussian.count - 1])) }
    guard kind == .laplacian else { return gaussian }
    return try gaussian.indices.map { level in
      level + 1 == levels
        ? gaussian[level] : try gaussian[level] - doubled(gaussian[level + 1], like: gaussian[level])
    }
  }

  /// The picture whose Laplacian pyramid is given: equal to it but for the rounding of one sum per level.
  public static func picture(from levels: [Tensor], operation: String = "images.from_pyramid") throws -> Tensor {
    guard let smallest = levels.last else { throw EngineError(operation, "needs at least one level") }
    try PictureShape.any(smallest, operation)
    return try levels.dropLast().reversed().reduce(smallest) { small, detail in
      try PictureShape.any(detail, operation)
      let expected = detail.shape.dropLast(2) + detail.shape.suffix(2).map { ($0 + 1) / 2 }
      guard small.shape == Array(expected) else {
        throw EngineError(
          operation, "a level of \(small.shape.shapeText) cannot follow one of \(detail.shape.shapeText)",
          advice: "give what images.pyramid(img, {kind = \"laplacian\"}) returned, the largest level first")
      }
      return try detail + doubled(small, like: detail)
    }
  }

  /// How many sizes there are from one on, halving for as long as `goes` holds.
  private static func count(from size: Int, while goes: (Int) -> Bool) -> Int {
    var (size, count) = (size, 1)
    while goes(size) { (size, count) = ((size + 1) / 2, count + 1) }
    return count
  }

  /// Smoothed, and every second row and column kept: cv2.pyrDown.
  static func halved(_ x: Tensor) throws -> Tensor {
    try [-1, -2].reduce(x) { x, axis in
      let size = x.shape[x.rank + axis]
      return try x.resample(axis: axis, taps: .halving(size))
    }
  }

  /// Enlarged to the size of another level: cv2.pyrUp.
  static func doubled(_ x: Tensor, like level: Tensor) throws -> Tensor {
    try [-1, -2].reduce(x) { x, axis in
      let size = x.shape[x.rank + axis]
      return try x.resample(axis: axis, taps: .doubling(size, to: level.shape[level.rank + axis]))
    }
  }
}

extension TapTable {
  /// Rows of the five-tap kernel at every second position of `size`, mirrored at the ends.
  static func halving(_ size: Int) -> TapTable {
    let rows = (0..<(size + 1) / 2).map { output in
      zip(-2...2, [1.0, 4, 6, 4, 1]).map { (mirrored(2 * output + $0, size), $1 / 16) }
    }
    return TapTable(rows: rows, inputs: size)
  }

  /// The same kernel between zeros, doubled: an even position takes 1/8, 6/8, 1/8 of three, an odd one half of two.
  static func doubling(_ size: Int, to outputs: Int) -> TapTable {
    func inside(_ position: Int) -> Int { position < 0 ? mirrored(position, size) : min(position, size - 1) }
    let rows = (0..<outputs).map { output -> [(Int, Double)] in
      let near = output / 2
      if output % 2 == 1 { return [(near, 0.5), (inside(near + 1), 0.5)] }
      return [(inside(near - 1), 0.125), (near, 0.75), (inside(near + 1), 0.125)]
    }
    return TapTable(rows: rows, inputs: size)
  }

  /// The position inside that one up to two places outside stands for; the edge itself is not repeated.
  private static func mirrored(_ position: Int, _ size: Int) -> Int {
    if size == 1 { return 0 }
    let period = 2 * size - 2, place = (position % period + period) % period
    return place < size ? place : period - place
  }

  /// A table from each output's inputs and their weights; an input that comes twice gets both weights.
  private init(rows: [[(Int, Double)]], inputs: Int) {
    let spans = rows.map { row in (row.map(\.0).min() ?? 0, row.map(\.0).max() ?? 0) }
    let taps = spans.map { $0.1 - $0.0 + 1 }.max() ?? 1
    let starts = spans.map { min($0.0, inputs - taps) }
    var weights = [Float](repeating: 0, count: rows.count * taps)
    for (output, row) in rows.enumerated() {
      for (input, weight) in row { weights[output * taps + input - starts[output]] += Float(weight) }
    }
    self.init(outputs: rows.count, taps: taps, starts: starts.map(Int32.init), weights: weights)
  }
}
