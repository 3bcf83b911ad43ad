internal import Glibc
internal import Surface
package import TensorCore

/// How a picture is resampled. All but `nearest` widen their kernel when shrinking, so that every input pixel counts
/// (antialiasing), as Pillow's `resize` does.
public enum ResizeMode: String, CaseIterable, Sendable {
  case nearest, bilinear, bicubic, lanczos, area

  /// The kernel's reach in output pixels when shrinking and in input pixels when enlarging.
  var support: Double {
    switch self {
    case .nearest, .area: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The kernel at a distance from its centre: box, triangle, Keys' cubic with a = −0.5, or Lanczos of order 3.
  func weight(_ x: Double) -> Double {
    let t = abs(x)
    switch self {
    case .nearest, .area: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - t)
    case .bicubic:
      if t < 1 { return (1.5 * t - 2.5) * t * t + 1 }
      return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
    case .lanczos:
      if t == 0 { return 1 }
      let angle = Double.pi * t
      return t < 3 ? 3 * sin(angle) * sin(angle / 3) / (angle * angle) : 0
    }
  }

  /// Whether some weights are negative, so that results can leave the range of the input.
  var overshoots: Bool { self == .bicubic || self == .lanczos }
}

extension TapTable {
  /// The table that resamples `inputs` positions to `outputs` positions covering the same length; pixel centres lie
  /// at half-integers. Weights are computed in double precision, sum to 1, and those outside the input are dropped
  /// before normalising (Pillow 13, `precompute_coeffs`).
  package static func resampling(from inputs: Int, to outputs: Int, mode: ResizeMode) -> TapTable {
    let scale = Double(inputs) / Double(outputs)
    if mode == .nearest {
      // Added up step by step as Pillow does: where a centre falls on a border, rounding decides.
      var center = scale * 0.5
      let starts = (0..<outputs).map { _ in
        defer { center += scale }
        return Int32(min(inputs - 1, Int(center)))
      }
      return TapTable(outputs: outputs, taps: 1, starts: starts, weights: [Float](repeating: 1, count: outputs))
    }
    let widening = max(1, scale)
    let reach = mode.support * widening
    let taps = min(inputs, Int(reach.rounded(.up)) * 2 + 1)
    var starts = [Int32](repeating: 0, count: outputs)
    var weights = [Float](repeating: 0, count: outputs * taps)
    var row = [Double](repeating: 0, count: taps)
    for output in 0..<outputs {
      let center = (Double(output) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5)), last = min(inputs, Int(center + reach + 0.5))
      var total = 0.0
      for input in first..<last {
        row[input - first] = mode.weight((Double(input) - center + 0.5) / widening)
        total += row[input - first]
      }
      // A table's rows all have `taps` entries: a row that would reach past the end starts earlier.
      let start = min(first, inputs - taps)
      for input in first..<last {
        weights[output * taps + input - start] = Float(total == 0 ? 0 : row[input - first] / total)
      }
      starts[output] = Int32(start)
    }
    return TapTable(outputs: outputs, taps: taps, starts: starts, weights: weights)
  }

  /// Applies the table to one line of values: the definition that `Tensor.resample` is tested against.
  package func applied(to line: [Float]) -> [Float] {
    (0..<outputs).map { output in
      var sum = 0.0
      for tap in 0..<taps where weights[output * taps + tap] != 0 {
        sum += Double(weights[output * taps + tap]) * Double(line[Int(starts[output]) + tap])
      }
      return Float(sum)
    }
  }
}
