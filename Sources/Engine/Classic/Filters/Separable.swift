internal import Surface
internal import TensorCore

// Windows along one axis. A table of weights per output position holds the border rule as well: what stands outside is
// added to the weights of the pixels that it repeats, so no padded copy of the picture is made. Plain floats take
// kernels that go over both axes at once instead (`bordered`).

extension Border {
  /// The positions that stand at each of a range of positions, −1 for zeros.
  func sources(_ range: Range<Int>, _ size: Int) -> [Int32] { range.map { Int32(source($0, size) ?? -1) } }
}

extension Tensor {
  /// out[j] = Σ over t of kernel[t] · x[j + t − anchor] along an axis, with a border rule; the axis keeps its size.
  func correlated(axis: Int, _ kernel: [Double], anchor: Int, _ border: Border) throws -> Tensor {
    if border == .circular && kernel.count <= shape[axis] {
      // Wrapped windows touch both ends of the axis: their weights would not fit into rows as short as the kernel.
      return try padded(axis: axis, anchor, kernel.count - 1 - anchor, border).windowed(axis: axis, kernel)
    }
    return try sampled(axis: axis, kernel, first: -anchor, step: 1, outputs: shape[axis], border)
  }

  /// out[j] = Σ over t of kernel[t] · x[first + j·step + t] along an axis, with a border rule. Wrapped windows must be
  /// at least as long as the axis.
  func sampled(
    axis: Int, _ kernel: [Double], first: Int, step: Int, outputs: Int, _ border: Border
  ) throws -> Tensor {
    let size = shape[axis], length = kernel.count
    let width = Swift.min(length, size)
    let short = kernel.map(Float.init)
    return try inParts(axis: axis, outputs: outputs, taps: width) { done, outputs in
      var weights = [Float](repeating: 0, count: outputs * width)
      var starts = [Int32](repeating: 0, count: outputs)
      for output in 0..<outputs {
        let from = first + (done + output) * step
        if from >= 0 && from + length <= size {
          starts[output] = Int32(from)
          weights.replaceSubrange(output * width..<(output + 1) * width, with: short)
          continue
        }
        try Interrupt.check()
        let places = (from..<(from + length)).map { border.source($0, size) }
        // A window that is mirrored or held at an edge still covers neighbors only, no more than it is long.
        let start = Swift.min(places.lazy.compactMap(\.self).min() ?? 0, size - width)
        starts[output] = Int32(start)
        var row = [Double](repeating: 0, count: width)
        for (tap, place) in places.enumerated() { if let place { row[place - start] += kernel[tap] } }
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
    try separable(down: kernel, across: kernel, border)
  }

  /// One kernel along the columns of a batch of pictures, one along their rows; the entry at count / 2, rounded down,
  /// lies over the pixel. Differentiable.
  func separable(down: [Double], across: [Double], _ border: Border) throws -> Tensor {
    let (height, width) = (shape[2], shape[3])
    if takesPlainKernels, down.count <= 2 * height + 64, across.count <= 2 * width + 64 {
      return try bordered(.separable(down: down.map(Float.init), across: across.map(Float.init)), border)
    }
    return try correlated(axis: 3, across, anchor: across.count / 2, border)
      .correlated(axis: 2, down, anchor: down.count / 2, border)
  }

  /// A window over a batch of pictures by the plain kernels, anchored at half its size, rounded down, or where told.
  func bordered(_ window: BorderedWindow, _ border: Border, top: Int? = nil, left: Int? = nil) throws -> Tensor {
    let (height, width) = (shape[2], shape[3]), size = window.size
    let top = top ?? size.rows / 2, left = left ?? size.columns / 2
    return try bordered(
      window, fromRows: border.sources(-top..<(height + size.rows - 1 - top), height),
      fromColumns: border.sources(-left..<0, width)
        + border.sources(width..<(width + size.columns - 1 - left), width),
      left: left)
  }
}
