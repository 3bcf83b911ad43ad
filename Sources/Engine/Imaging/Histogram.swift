internal import Surface
public import TensorCore

/// Counts how often values occur in pictures.
public enum Histogram {
  /// Counts per channel in bins of equal width, as numpy.histogram counts them: a value on the border of two bins
  /// belongs to the upper one, the last bin includes its upper border, and what lies outside or is not a number is left
  /// out. Borders are rounded to the picture's precision, as numpy rounds them.
  ///
  /// - Returns: counts C × bins or N × C × bins (i64), and the bins + 1 borders in the picture's type.
  public static func count(
    _ picture: Tensor, bins: Int, range: (low: Double, high: Double), operation: String = "images.histogram"
  ) throws -> (counts: Tensor, edges: Tensor) {
    try PictureShape.any(picture, operation)
    guard (1...1 << 20).contains(bins) else {
      throw EngineError(operation, expected: "1 to \(1 << 20) bins", came: "\(bins)")
    }
    guard range.low.isFinite, range.high.isFinite, range.low < range.high, (range.high - range.low).isFinite else {
      throw EngineError(
        operation, expected: "a range from a lower to a higher number", came: "\(range.low) to \(range.high)")
    }
    let shape = picture.shape, channels = shape.dropLast(2).reduce(1, *)
    let isDouble = picture.dtype == .f64
    let step = (range.high - range.low) / Double(bins)
    let edges = (0...bins).map { index -> Double in
      let edge = index == bins ? range.high : range.low + Double(index) * step
      return isDouble ? edge : Double(Float(edge))
    }
    var counts = [Int](repeating: 0, count: channels * bins)
    let plane = shape[shape.count - 2] * shape[shape.count - 1]
    func gather(_ channel: Int, _ value: Double) {
      guard value >= edges[0], value <= edges[bins] else { return }
      var bin = min(bins - 1, max(0, Int((value - range.low) / step)))
      while bin > 0, value < edges[bin] { bin -= 1 }
      while bin < bins - 1, value >= edges[bin + 1] { bin += 1 }
      counts[channel * bins + bin] += 1
    }
    for channel in 0..<channels {
      try Interrupt.check()
      let values = try picture.detached().reshape([channels, plane]).select(0, channel)
      if isDouble {
        for value in try values.doubles() { gather(channel, value) }
      } else {
        try values.withFloats { for value in $0 { gather(channel, Double(value)) } }
      }
    }
    return (
      try Tensor(integers: counts, Array(shape.dropLast(2)) + [bins]),
      try Tensor(doubles: edges, [bins + 1]).to(isDouble ? .f64 : .f32)
    )
  }
}
