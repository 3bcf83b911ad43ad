import Classic
import Surface
import TensorCore
import Testing

/// Pictures and measures that the tests of the filters share.
enum Pictures {
  /// Random values from 0 to 1, the same for the same seed.
  static func noise(_ shape: [Int], seed: UInt64 = 7, _ type: ElementType = .f32) throws -> Tensor {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let values = (0..<shape.reduce(1, *)).map { _ -> Double in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) / 0x1p53
    }
    return try Tensor(doubles: values, shape).to(type)
  }

  /// A smooth picture with an edge along a slope, three channels.
  static func scene(_ height: Int, _ width: Int) throws -> Tensor {
    var values: [Float] = []
    for c in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          let above = 2 * y < x + height / 3
          values.append((above ? 0.8 : 0.2) + 0.1 * Float(c) - 0.001 * Float(x + c * y))
        }
      }
    }
    let noise = try noise([3, height, width]) * 0.05
    return try Tensor(values, [3, height, width]) + noise
  }
}

/// The largest difference between two tensors of one shape.
func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
  guard a.shape == b.shape else { return .infinity }
  let gap = try (a.detached().to(.f64) - b.detached().to(.f64)).abs().max().item()
  return gap.isNaN ? .infinity : gap
}

/// Whether two tensors hold the same bits.
func identical(_ a: Tensor, _ b: Tensor) throws -> Bool {
  let bits = { (t: Tensor) throws -> [UInt32] in try t.floats().map(\.bitPattern) }
  return try a.shape == b.shape && a.dtype == b.dtype && bits(a) == bits(b)
}
