internal import Surface
public import TensorCore

extension Filters {
  /// Smooths areas and keeps the guide's edges: within every window the picture is fitted as a line over the guide, and a
  /// pixel becomes the mean of what its windows' lines say at its guide. Windows are cut off at the border.
  ///
  /// guide: the picture itself without one; one or three color channels (others count by their brightness), C′×H×W for
  /// every picture or a batch of as many. radius: of the square windows, 1 to 1000 pixels. epsilon: the variance from
  /// which on something counts as an edge, 1e-6 to 1000. Alpha stays. Differentiable in picture and guide.
  /// Source: He, Sun, Tang: Guided Image Filtering, 2010.
  public static func guided(
    _ image: Tensor, guide: Tensor? = nil, radius: Int = 8, epsilon: Double = 0.01, scope: FilterScope = .init()
  ) throws -> Tensor {
    let operation = "filters.guided"
    try checkGuided(radius: radius, epsilon: epsilon)
    return try scope.apply(operation, to: image) { x in
      let beside = try guide.map { try checkedGuide($0, for: x, operation) }
      return try onColors(of: x) { colors in
        let own = beside ?? colors
        let lines = own.shape[1] == 1 || own.shape[1] == 3 ? own : try luminance(own)
        if colors.takesPlainKernels && lines.takesPlainKernels {
          return try colors.guidedFilter(lines, radius: radius, epsilon: epsilon)
        }
        return try plainGuided(colors, lines, radius: radius, epsilon: epsilon)
      }
    }
  }

  static func checkGuided(radius: Int, epsilon: Double) throws {
    let operation = "filters.guided"
    guard (1...1000).contains(radius) else {
      throw EngineError(operation, expected: "a radius of 1 to 1000 pixels", came: "\(radius)")
    }
    guard (1e-6...1000).contains(epsilon) else {
      throw EngineError(operation, expected: "an eps between 1e-6 and 1000", came: "\(epsilon)")
    }
  }

  /// The definition in tensor operations: what has a gradient, and the oracle of the fast kernel.
  package static func plainGuided(_ x: Tensor, _ guide: Tensor, radius: Int, epsilon: Double) throws -> Tensor {
    let size = [1, 1, x.shape[2], x.shape[3]]
    let pixels = try Tensor.ones(size, x.dtype).boxSums(radius)
    func mean(_ t: Tensor) throws -> Tensor { try t.boxSums(radius) / pixels }
    let guides = try (0..<guide.shape[1]).map { try guide.narrow(1, $0, 1) }
    let means = try guides.map(mean), here = try mean(x)
    func covariance(_ a: Int, _ b: Int) throws -> Tensor {
      let plain = try mean(guides[a] * guides[b]) - means[a] * means[b]
      return a == b ? try plain + epsilon : plain
    }
    let together = try guides.indices.map { try mean(guides[$0] * x) - means[$0] * here }
    let slopes: [Tensor]
    if guides.count == 1 {
      slopes = [try together[0] / covariance(0, 0)]
    } else {
      let (xx, xy, xz) = (try covariance(0, 0), try covariance(0, 1), try covariance(0, 2))
      let (yy, yz, zz) = (try covariance(1, 1), try covariance(1, 2), try covariance(2, 2))
      // The cofactors of the symmetric matrix.
      let (a, b, c) = (try yy * zz - yz * yz, try xz * yz - xy * zz, try xy * yz - xz * yy)
      let (d, e, f) = (try xx * zz - xz * xz, try xy * xz - xx * yz, try xx * yy - xy * xy)
      let scale = try xx * a + xy * b + xz * c
      func slope(_ rows: [Tensor]) throws -> Tensor {
        let sum = try rows[0] * together[0] + rows[1] * together[1] + rows[2] * together[2]
        return try sum / scale
      }
      slopes = [try slope([a, b, c]), try slope([b, d, e]), try slope([c, e, f])]
    }
    var height = here
    for (slope, mean) in zip(slopes, means) { height = try height - slope * mean }
    var result = try mean(height)
    for (slope, guide) in zip(slopes, guides) { result = try result + mean(slope) * guide }
    return result
  }
}

extension Tensor {
  /// Sums over windows of 2·radius + 1, cut off at the border: runs of 1, 2, 4, … added where they follow each other.
  fileprivate func boxSums(_ radius: Int) throws -> Tensor { try runSums(2, radius).runSums(3, radius) }

  private func runSums(_ axis: Int, _ radius: Int) throws -> Tensor {
    let reach = Swift.min(radius, shape[axis]), length = 2 * reach + 1, size = shape[axis]
    var amounts = [Int](repeating: 0, count: 2 * (rank - axis))
    amounts[amounts.count - 2] = reach
    amounts[amounts.count - 1] = reach
    var (run, step, done) = (try pad(amounts, mode: .zeros), 1, 1)
    var sum = try run.narrow(axis, 0, size)
    while step * 2 <= length {
      let rest = run.shape[axis] - step
      run = try run.narrow(axis, 0, rest) + run.narrow(axis, step, rest)
      step *= 2
      guard length & step != 0 else { continue }
      sum = try sum + run.narrow(axis, done, size)
      done += step
    }
    return sum
  }
}
