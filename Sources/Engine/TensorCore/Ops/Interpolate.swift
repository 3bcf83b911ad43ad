internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

/// How values between the elements of a feature map are found.
public enum InterpolationMode: String, CaseIterable, Sendable {
  /// Element ⌊i·input/output⌋: PyTorch's older rule, which leans to the left and top.
  case nearest
  /// The element whose cell holds the centre of the output's cell, as in Pillow and scikit-image.
  case nearestExact = "nearest-exact"
  /// Linear between two elements along each axis.
  case bilinear
  /// Cubic through four elements along each axis (a = −0.75; −0.5 with antialias, as in Pillow).
  case bicubic
  /// The mean of the elements under each output cell.
  case area
}

extension Tensor {
  /// Feature maps at another size, as PyTorch's `interpolate`. self: [N, C, H, W] or [C, H, W].
  /// - Parameters:
  ///   - scale: output / input along (vertical, horizontal) where a factor was given rather than a size; it places
  ///     the samples, and may differ from the quotient of the sizes by rounding.
  ///   - alignCorners: whether corner elements (rather than the outer edges of corner cells) fall on each other.
  ///   - antialias: whether shrinking averages over all elements under the wider kernel.
  public func interpolate(
    height: Int, width: Int, _ mode: InterpolationMode, scale: (Double, Double)? = nil, alignCorners: Bool = false,
    antialias: Bool = false
  ) throws -> Tensor {
    if rank == 3 {
      return try unsqueeze(0).interpolate(
        height: height, width: width, mode, scale: scale, alignCorners: alignCorners, antialias: antialias
      ).squeeze(0)
    }
    let limit = 1...(1 << 24)
    guard rank == 4, limit.contains(height), limit.contains(width), dims[2] > 0, dims[3] > 0 else {
      throw EngineError(
        "interpolate", expected: "an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more",
        came: "\(dims.text) and \(height)×\(width)")
    }
    guard !antialias || mode == .bilinear || mode == .bicubic, !alignCorners || (mode == .bilinear || mode == .bicubic)
    else {
      throw EngineError(
        "interpolate",
        "\(antialias ? "antialias" : "align_corners") goes with bilinear and bicubic, not with \(mode.rawValue)")
    }
    if let scale, Double(dims[2]) * scale.0 < Double(height) - 0.5 || Double(dims[3]) * scale.1 < Double(width) - 0.5 {
      throw EngineError(
        "interpolate", "an input of \(dims.text) times \(scale.0) and \(scale.1) does not fill \(height)×\(width)")
    }
    let rule = TapRule(mode: mode, alignCorners: alignCorners, antialias: antialias)
    let rows = rule.table(dims[2], height, scale?.0), columns = rule.table(dims[3], width, scale?.1)
    let type: ElementType = dtype.isFloating ? dtype : .f32
    return try resample(axis: 3, taps: columns).resample(axis: 2, taps: rows).converted(to: type)
  }
}

/// Makes the tables of weights of `interpolate`.
private struct TapRule {
  let mode: InterpolationMode
  let alignCorners: Bool
  let antialias: Bool

  private var isNearest: Bool { mode == .nearest || mode == .nearestExact }

  func table(_ inputs: Int, _ outputs: Int, _ factor: Double?) -> TapTable {
    if mode == .area { return .adaptive(inputs, outputs) }
    var step = factor.map { 1 / $0 } ?? Double(inputs) / Double(outputs)
    if alignCorners { step = outputs > 1 ? Double(inputs - 1) / Double(outputs - 1) : 0 }
    // Aligned corners change the step only, not the half element that places begin with: so does PyTorch.
    if antialias { return averaging(inputs, outputs, step) }
    let taps = isNearest ? 1 : mode == .bilinear ? 2 : 4
    var starts: [Int32] = []
    var weights: [Float] = []
    for output in 0..<outputs {
      let place = place(Double(output), step)
      let whole = place.rounded(.down)
      starts.append(Int32(isNearest ? Swift.min(Int(whole), inputs - 1) : Int(whole) - (taps / 2 - 1)))
      for tap in 0..<taps {
        weights.append(Float(isNearest ? 1 : weight(Double(tap - (taps / 2 - 1)) - (place - whole), -0.75)))
      }
    }
    return TapTable(outputs: outputs, taps: taps, starts: starts, weights: weights)
  }

  /// Where an output lies on the input's axis, counted in elements.
  private func place(_ output: Double, _ step: Double) -> Double {
    // In f32 as PyTorch computes it: which element is nearest can hang on the last digit.
    if mode == .nearest { return Double(Float(output) * Float(step)) }
    if mode == .nearestExact { return Double((Float(output) + 0.5) * Float(step)) }
    if alignCorners { return output * step }
    let place = (output + 0.5) * step - 0.5
    return mode == .bilinear ? Swift.max(place, 0) : place
  }

  /// The kernel at a distance. Keys 1981 for the cubic one.
  private func weight(_ distance: Double, _ a: Double) -> Double {
    let x = Swift.abs(distance)
    if mode == .bilinear { return Swift.max(1 - x, 0) }
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  /// Weights of a kernel that widens with the step, normalised, as in Pillow.
  private func averaging(_ inputs: Int, _ outputs: Int, _ step: Double) -> TapTable {
    let stretch = Swift.max(step, 1)
    let support = (mode == .bilinear ? 1.0 : 2.0) * stretch
    let taps = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int32] = []
    var weights = [Float](repeating: 0, count: outputs * taps)
    for output in 0..<outputs {
      let centre = (Double(output) + 0.5) * step
      let first = Swift.max(Int(centre - support + 0.5), 0)
      let count = Swift.min(Int(centre + support + 0.5), inputs) - first
      let row = (0..<count).map { weight((Double($0 + first) - centre + 0.5) / stretch, -0.5) }
      let total = row.reduce(0, +)
      for (tap, value) in row.enumerated() { weights[output * taps + tap] = Float(value / total) }
      starts.append(Int32(first))
    }
    return TapTable(outputs: outputs, taps: taps, starts: starts, weights: weights)
  }
}
