internal import Surface

/// How windows lie over a feature map; every pair is (vertical, horizontal).
public struct WindowOptions: Sendable {
  /// Rows and columns of a window.
  public var kernel: (Int, Int)
  /// Steps between windows.
  public var stride = (1, 1)
  /// Zeros around the map.
  public var padding = (0, 0)
  /// Steps between the taps of a window.
  public var dilation = (1, 1)

  /// Windows side by side, one element apart, without padding unless told otherwise.
  public init(
    kernel: (Int, Int), stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0), dilation: (Int, Int) = (1, 1)
  ) {
    (self.kernel, self.stride, self.padding, self.dilation) = (kernel, stride, padding, dilation)
  }
}

/// Windows over maps of one size.
private struct WindowPlan {
  let options: WindowOptions
  /// Rows and columns of the map, of the map with its padding, and of the grid of windows.
  let map: (Int, Int), padded: (Int, Int), grid: (Int, Int)

  init(_ height: Int, _ width: Int, _ options: WindowOptions, _ operation: String) throws {
    let sizes = 1...(1 << 24)
    for (name, pair, least) in [
      ("kernel_size", options.kernel, 1), ("stride", options.stride, 1), ("dilation", options.dilation, 1),
      ("padding", options.padding, 0),
    ] where pair.0 < least || pair.1 < least || pair.0 > sizes.upperBound || pair.1 > sizes.upperBound {
      throw EngineError(
        operation, expected: "a \(name) from \(least) to \(sizes.upperBound)", came: "\(pair.0) and \(pair.1)")
    }
    guard height < 1 << 40, width < 1 << 40 else {
      throw EngineError(operation, expected: "a map that fits into memory", came: "\(height)×\(width)")
    }
    self.options = options
    map = (height, width)
    padded = (height + 2 * options.padding.0, width + 2 * options.padding.1)
    let spanY = padded.0 - options.dilation.0 * (options.kernel.0 - 1) - 1
    let spanX = padded.1 - options.dilation.1 * (options.kernel.1 - 1) - 1
    guard spanY >= 0, spanX >= 0 else {
      throw EngineError(
        operation,
        "a \(options.kernel.0)×\(options.kernel.1) window does not fit into a map of \(height)×\(width) with a padding "
          + "of \(options.padding.0) and \(options.padding.1)",
        advice: "pad more or use a smaller window")
    }
    grid = (spanY / options.stride.0 + 1, spanX / options.stride.1 + 1)
  }

  var taps: Int { options.kernel.0 * options.kernel.1 }
  var windows: Int { grid.0 * grid.1 }

  /// The element of every window at one tap: a view of a padded map [N, C, H, W] of shape [N, C, rows, columns].
  func elements(of x: Tensor, _ row: Int, _ column: Int) -> Tensor {
    let (down, right) = (x.strides[2], x.strides[3])
    return x.view(
      Dims([x.dims[0], x.dims[1], grid.0, grid.1]),
      Dims([x.strides[0], x.strides[1], down &* options.stride.0, right &* options.stride.1]),
      offset: x.offset + row * options.dilation.0 * down + column * options.dilation.1 * right)
  }
}

// The two maps are linear and each other's gradients.

extension Tensor {
  /// Windows as columns: self [N, C, H, W] or [C, H, W] → [N, C·kH·kW, L] or [C·kH·kW, L], the L windows row by row.
  public func unfold(_ options: WindowOptions) throws -> Tensor {
    if rank == 3 { return try unsqueeze(0).unfold(options).squeeze(0) }
    guard rank == 4 else {
      throw EngineError("unfold", expected: "an input [N, C, H, W] or [C, H, W]", came: dims.text)
    }
    return try unfolded(WindowPlan(dims[2], dims[3], options, "unfold"))
  }

  /// Sums of windows over a map of height × width: self [N, C·kH·kW, L] or [C·kH·kW, L] → [N, C, H, W] or [C, H, W].
  /// Where windows overlap, their elements add up.
  public func fold(_ height: Int, _ width: Int, _ options: WindowOptions) throws -> Tensor {
    if rank == 2 { return try unsqueeze(0).fold(height, width, options).squeeze(0) }
    guard height > 0, width > 0 else {
      throw EngineError("fold", expected: "an output of 1×1 or more", came: "\(height)×\(width)")
    }
    let plan = try WindowPlan(height, width, options, "fold")
    guard rank == 3, dims[1] % plan.taps == 0, dims[2] == plan.windows else {
      throw EngineError(
        "fold", expected: "an input [N, C·\(plan.taps), \(plan.windows)] or [C·\(plan.taps), \(plan.windows)]",
        came: dims.text)
    }
    return try folded(plan)
  }

  private func unfolded(_ plan: WindowPlan) throws -> Tensor {
    let (py, px) = plan.options.padding
    let padded = try detached().pad([px, px, py, py])
    let (rows, columns) = plan.options.kernel
    let y = try Tensor.empty(
      Dims([dims[0], dims[1], rows, columns, plan.grid.0, plan.grid.1]), dtype, for: "unfold")
    for row in 0..<rows {
      for column in 0..<columns {
        try Interrupt.check()
        let target = try y.select(2, row).select(2, column)
        try plan.elements(of: padded, row, column).cast(into: target)
      }
    }
    let result = try y.reshape([dims[0], dims[1] * plan.taps, plan.windows])
    guard Autograd.records(self) else { return result }
    return result.derived("unfold", from: [self]) { [try $0.grad.folded(plan)] }
  }

  private func folded(_ plan: WindowPlan) throws -> Tensor {
    let (rows, columns) = plan.options.kernel
    let channels = dims[1] / plan.taps
    let padded = try Tensor.filled([dims[0], channels, plan.padded.0, plan.padded.1], 0, dtype, for: "fold")
    let parts = try detached().reshape([dims[0], channels, rows, columns, plan.grid.0, plan.grid.1])
    try Autograd.noGradient {
      for row in 0..<rows {
        for column in 0..<columns {
          try plan.elements(of: padded, row, column).add_(parts.select(2, row).select(2, column))
        }
      }
    }
    let (py, px) = plan.options.padding
    let y = try padded.slice(2, py, plan.map.0, step: 1).slice(3, px, plan.map.1, step: 1).copy()
    guard Autograd.records(self) else { return y }
    return y.derived("fold", from: [self]) { [try $0.grad.unfolded(plan)] }
  }
}
