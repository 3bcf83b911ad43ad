internal import Surface

/// How often values fall between borders, counted as numpy.histogram counts.
struct Bins {
  /// Where the borders stand.
  enum Borders {
    /// So many bins of equal width, over all values or over a range.
    case even(Int, range: (low: Double, high: Double)?)
    /// Ascending borders.
    case given([Double])
  }

  /// The borders: one more than there are bins.
  let edges: [Double]
  let counts: [Int]

  /// Counts values. A value on a border belongs to the bin above, the last bin includes its upper border; values outside,
  /// NaN and infinities are left out. Values of one kind only get bins around them, half a unit to both sides.
  ///
  /// - Parameter isSingle: the values are of single precision; then the borders are rounded to it, as NumPy rounds them.
  init(_ values: [Double], _ borders: Borders, isSingle: Bool) throws {
    let edges = Bins.edges(values, borders, isSingle: isSingle)
    let bins = edges.count - 1
    var counts = [Int](repeating: 0, count: bins)
    let (low, high) = (edges[0], edges[bins])
    let perUnit = Double(bins) / (high - low)
    for (index, value) in values.enumerated() {
      if index & 0xFFFF == 0 { try Interrupt.check() }
      guard value >= low, value <= high else { continue }
      // The guess is right but for rounding where the bins are even; otherwise it is a place to start from.
      var bin = min(bins - 1, Int((value - low) * perUnit))
      if case .given = borders { bin = Bins.search(edges, value) }
      while bin > 0, value < edges[bin] { bin -= 1 }
      while bin < bins - 1, value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    (self.edges, self.counts) = (edges, counts)
  }

  /// The last border that is not above a value, by halving.
  private static func search(_ edges: [Double], _ value: Double) -> Int {
    var (low, high) = (0, edges.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if edges[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }

  private static func edges(_ values: [Double], _ borders: Borders, isSingle: Bool) -> [Double] {
    switch borders {
    case .given(let edges): return edges
    case .even(let bins, let range):
      var (low, high) = range ?? bounds(values)
      if low == high { (low, high) = (low - 0.5, high + 0.5) }
      if isSingle, range == nil {
        // NumPy steps in single precision when the ends are of it.
        let (a, b) = (Float(low), Float(high))
        let step = (b - a) / Float(bins)
        return (0...bins).map { Double($0 == bins ? b : Float($0) * step + a) }
      }
      let step = (high - low) / Double(bins)
      return (0...bins).map { index in
        let edge = index == bins ? high : Double(index) * step + low
        return isSingle ? Double(Float(edge)) : edge
      }
    }
  }

  private static func bounds(_ values: [Double]) -> (low: Double, high: Double) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where Scale.shows(value, isLog: false) { (low, high) = (min(low, value), max(high, value)) }
    return low <= high ? (low, high) : (0, 1)
  }

  /// Heights of bars: the counts, or with `density` shares per unit, whose area is 1.
  func heights(density: Bool) -> [Double] {
    guard density else { return counts.map(Double.init) }
    let total = Double(counts.reduce(0, +))
    return counts.indices.map { total == 0 ? 0 : Double(counts[$0]) / total / (edges[$0 + 1] - edges[$0]) }
  }
}
