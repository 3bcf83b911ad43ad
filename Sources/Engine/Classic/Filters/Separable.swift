internal import Surface
internal import TensorCore

// Windows along one axis. A table of weights per output position holds the border rule as well: what stands outside is
// added to the weights of the pixels that it repeats, so no padded copy of the picture is made.

extension Tensor {
  /// out[j] = Σ over t of kernel[t] · x[j + t − anchor] along an axis, with a border rule; the axis keeps its size.
  func correlated(axis: Int, _ kernel: [Double], anchor: Int, _ border: Border) throws -> Tensor {
    let size = shape[axis], length = kernel.count
    if border == .circular && length <= size {
      // Wrapped windows touch both ends of the axis: their weights would not fit into rows as short as the kernel.
      return try padded(axis: axis, anchor, length - 1 - anchor, border).windowed(axis: axis, kernel)
    }
    let width = Swift.min(length, size)
    let short = kernel.map(Float.init)
    return try inParts(axis: axis, outputs: size, taps: width) { first, outputs in
      var weights = [Float](repeating: 0, count: outputs * width)
      var starts = [Int32](repeating: 0, count: outputs)
      for output in 0..<outputs {
        let from = first + output - anchor
        let start = Swift.min(Swift.max(from, 0), size - width)
        starts[output] = Int32(start)
        if from == start && width == length {
          weights.replaceSubrange(output * width..<(output + 1) * width, with: short)
          continue
        }
        try Interrupt.check()
        var row = [Double](repeating: 0, count: width)
        for tap in 0..<length {
          if let place = border.source(from + tap, size) { row[place - start] += kernel[tap] }
        }
        for tap in 0..<width { weights[output * width + tap] = Float(row[tap]) }
      }
      return TapTable(outputs: outputs, taps: width, starts: starts, weights: weights)
    }
  }

  /// out[j] = Σ over t of kernel[t] · x[j + t] along an axis, only where the whole window lies inside.
  func windowed(axis: Int, _ kernel: [Double]) throws -> Tensor {
    let short = kernel.map(Float.init)
    return try inParts(axis: axis, outputs: shape[axis] - kernel.count + 1, taps: kernel.count) { first, outputs in
      TapTable(
        outputs: outputs, taps: kernel.count, starts: (first..<(first + outputs)).map(Int32.init),
        weights: Array([[Float]](repeating: short, count: outputs).joined()))
    }
  }

  /// Resamples an axis by tables of at most 64 MiB each, made for a range of outputs at a time.
  private func inParts(
    axis: Int, outputs: Int, taps: Int, _ table: (_ first: Int, _ outputs: Int) throws -> TapTable
  ) throws -> Tensor {
    let most = Swift.max(1, (1 << 24) / taps)
    if outputs <= most { return try resample(axis: axis, taps: table(0, outputs)) }
    let parts = try stride(from: 0, to: outputs, by: most).map { first in
      try resample(axis: axis, taps: table(first, Swift.min(most, outputs - first)))
    }
    return try Tensor.cat(parts, axis)
  }

  /// A kernel along the rows and the columns of a batch of pictures, centred.
  func separable(_ kernel: [Double], _ border: Border) throws -> Tensor {
    let anchor = kernel.count / 2
    return try correlated(axis: 3, kernel, anchor: anchor, border).correlated(axis: 2, kernel, anchor: anchor, border)
  }
}
