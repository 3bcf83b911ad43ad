internal import CKernels
internal import Surface

/// How pooling windows lie over their input.
public struct PoolingOptions: Sendable {
  /// Window (vertical, horizontal).
  public var kernel: (Int, Int)
  /// Steps between windows; the window itself when nil.
  public var stride: (Int, Int)?
  /// Padding; at most half of what the window spans.
  public var padding = (0, 0)
  /// Steps between the taps of a window; maxima only.
  public var dilation = (1, 1)
  /// Whether a last, partly filled window counts.
  public var ceilMode = false
  /// Whether averages count padding.
  public var countPadding = true
  /// What averages divide the sum of a window by, instead of the number of its elements.
  public var divisor: Int?

  /// PyTorch's standard values unless given.
  public init(
    kernel: (Int, Int), stride: (Int, Int)? = nil, padding: (Int, Int) = (0, 0), ceilMode: Bool = false,
    countPadding: Bool = true, divisor: Int? = nil, dilation: (Int, Int) = (1, 1)
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
    self.countPadding = countPadding
    self.divisor = divisor
    self.dilation = dilation
  }
}

extension PoolingPlan {
  init(_ x: Tensor, _ options: PoolingOptions, _ operation: String) throws {
    guard x.rank == 4 else {
      throw EngineError(operation, expected: "an input [N, C, H, W] or [C, H, W]", came: x.dims.text)
    }
    let (kernel, stride, padding) = (options.kernel, options.stride ?? options.kernel, options.padding)
    let limit = 1...(1 << 24)
    guard limit.contains(kernel.0), limit.contains(kernel.1), limit.contains(stride.0), limit.contains(stride.1) else {
      throw EngineError(
        operation, expected: "a window and a stride of 1 or more",
        came: "\(kernel.0)×\(kernel.1) and \(stride.0)×\(stride.1)")
    }
    let dilation = options.dilation
    guard limit.contains(dilation.0), limit.contains(dilation.1) else {
      throw EngineError(
        operation, expected: "a dilation of 1 or more", came: "\(dilation.0) and \(dilation.1)")
    }
    let span = (dilation.0 * (kernel.0 - 1) + 1, dilation.1 * (kernel.1 - 1) + 1)
    guard padding.0 >= 0, padding.1 >= 0, padding.0 <= span.0 / 2, padding.1 <= span.1 / 2 else {
      throw EngineError(
        operation, expected: "a padding of at most half the window of \(span.0)×\(span.1)",
        came: "\(padding.0) and \(padding.1)")
    }
    let height = try PoolingPlan.size(x.dims[2], span.0, stride.0, padding.0, options.ceilMode, operation)
    let width = try PoolingPlan.size(x.dims[3], span.1, stride.1, padding.1, options.ceilMode, operation)
    self.init(
      batch: x.dims[0], channels: x.dims[1], inHeight: x.dims[2], inWidth: x.dims[3], outHeight: height,
      outWidth: width, kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0, strideX: stride.1,
      padTop: padding.0, padLeft: padding.1, countPadding: options.countPadding, dilationY: dilation.0,
      dilationX: dilation.1)
  }

  /// The number of windows along an axis; with ceil mode none that starts beyond input and left padding.
  private static func size(
    _ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ ceil: Bool, _ operation: String
  ) throws -> Int {
    let span = input + 2 * padding - kernel
    guard span >= 0 || (ceil && input > 0) else {
      throw EngineError(
        operation, "a window of \(kernel) does not fit into a size of \(input) with a padding of \(padding)",
        advice: "use a smaller window")
    }
    var size = (ceil ? Swift.max(span, 0) + stride - 1 : span) / stride + 1
    if ceil, (size - 1) * stride >= input + padding { size -= 1 }
    return size
  }
}

extension Tensor {
  /// The largest element of each window. self: [N, C, H, W] or [C, H, W].
  public func maxPool2d(_ options: PoolingOptions) throws -> Tensor {
    if rank == 3 { return try unsqueeze(0).maxPool2d(options).squeeze(0) }
    let plan = try PoolingPlan(self, options, "max_pool2d")
    let x = dtype == .f64 ? self : try converted(to: .f32)
    let dense = try x.detached().contiguous()
    let y = try Tensor.empty(Dims(plan.outputShape), x.dtype, for: "max_pool2d")
    if plan.halves, x.dtype == .f32, y.count > 0 {
      try Tensor.halve(plan, dense, into: y)
    } else if !Autograd.records(x), x.dtype == .f32, y.count > 0, options.dilation == (1, 1) {
      try PoolingKernels.forward(plan, maximum: true, dense.base, into: y.base)
    } else if !Autograd.records(x) {
      var plain = plan.plain
      Profile.kernel(moved: (dense.count + y.count) * dense.dtype.size)
      try finish(ck_max_pool(x.dtype.code, &plain, dense.base, y.base, nil), "max_pool2d")
    } else {
      return try x.placedMaxima(plan, dense, into: y).converted(to: dtype)
    }
    guard Autograd.records(x) else { return try y.converted(to: dtype.isFloating ? dtype : .f32) }
    let result = y.derived("max_pool2d", from: [x], saving: [x]) { pull in
      // A gradient that is to be differentiated goes by way of the places.
      if Autograd.isEnabled { return [try pull.grad.spread(plan, to: Tensor.places(plan, dense))] }
      return [try Tensor.halveBack(plan, dense, pull.grad.contiguous())]
    }
    return try result.converted(to: dtype)
  }

  /// Where each window's maximum lies in its plane, [planes, windows].
  private static func places(_ plan: PoolingPlan, _ x: Tensor, maxima: Tensor? = nil) throws -> Tensor {
    let places = try Tensor.empty(Dims([plan.batch * plan.channels, plan.outHeight * plan.outWidth]), .i64)
    let y = try maxima ?? Tensor.empty(Dims(plan.outputShape), x.dtype, for: "max_pool2d")
    var plain = plan.plain
    let sources = places.base.assumingMemoryBound(to: Int64.self)
    Profile.kernel(moved: (x.count + y.count) * x.dtype.size)
    try finish(ck_max_pool(x.dtype.code, &plain, x.base, y.base, sources), "max_pool2d")
    return places
  }

  /// Maxima by the plain loops, which also tell where each came from; the gradient goes back there.
  private func placedMaxima(_ plan: PoolingPlan, _ dense: Tensor, into y: Tensor) throws -> Tensor {
    let places = try Tensor.places(plan, dense, maxima: y)
    return y.derived("max_pool2d", from: [self]) { [try $0.grad.spread(plan, to: places)] }
  }

  /// Each number to its place in an input of zeros.
  private func spread(_ plan: PoolingPlan, to places: Tensor) throws -> Tensor {
    let zeros = try Tensor.zeros([places.dims[0], plan.inHeight * plan.inWidth], dtype)
    return try zeros.scatterAdd(1, places, reshape(places.shape)).reshape(plan.inputShape)
  }

  private static func halve(_ plan: PoolingPlan, _ x: Tensor, into y: Tensor) throws {
    let halving = ck_halve(
      height: Int64(plan.inHeight), width: Int64(plan.inWidth), x: UnsafePointer(x.pixels), y: y.pixels)
    try withExtendedLifetime((x, y)) {
      try runPicture(
        "max_pool2d", CK_PICTURE_halve, halving, rows: plan.batch * plan.channels * plan.outHeight,
        perChunk: (1 << 15) / plan.inWidth + 1)
    }
  }

  private static func halveBack(_ plan: PoolingPlan, _ x: Tensor, _ g: Tensor) throws -> Tensor {
    let dx = try Tensor.empty(Dims(plan.inputShape), .f32, for: "max_pool2d")
    let halving = ck_halve_back(
      height: Int64(plan.inHeight), width: Int64(plan.inWidth), x: UnsafePointer(x.pixels),
      g: UnsafePointer(g.pixels), dx: dx.pixels)
    try withExtendedLifetime((x, g)) {
      try runPicture(
        "max_pool2d", CK_PICTURE_halve_back, halving, rows: plan.batch * plan.channels * plan.outHeight,
        perChunk: (1 << 15) / plan.inWidth + 1)
    }
    return dx
  }

  /// The mean of each window. self: [N, C, H, W] or [C, H, W].
  public func avgPool2d(_ options: PoolingOptions) throws -> Tensor {
    if rank == 3 { return try unsqueeze(0).avgPool2d(options).squeeze(0) }
    let plan = try PoolingPlan(self, options, "avg_pool2d")
    let x = dtype == .f64 ? self : try converted(to: .f32)
    let y = try options.divisor.map { try x.windowSums(plan, dividedBy: $0) } ?? x.averaged(plan)
    return try y.converted(to: dtype.isFloating ? dtype : .f32)
  }

  /// Sums of windows divided by a number: means of whole windows, all padding made explicit.
  private func windowSums(_ plan: PoolingPlan, dividedBy divisor: Int) throws -> Tensor {
    guard divisor > 0 else { throw EngineError("avg_pool2d", expected: "a divisor of 1 or more", came: "\(divisor)") }
    // Negative where windows end before the map does.
    let padded = try pad([
      plan.padLeft, Swift.max(plan.padRight, 0), plan.padTop, Swift.max(plan.padBottom, 0),
    ])
    var whole = PoolingOptions(kernel: (plan.kernelHeight, plan.kernelWidth), stride: (plan.strideY, plan.strideX))
    whole.countPadding = true
    let means = try padded.averaged(PoolingPlan(padded, whole, "avg_pool2d"))
    return try means * (Double(plan.kernelHeight) * Double(plan.kernelWidth) / Double(divisor))
  }

  private func averaged(_ plan: PoolingPlan) throws -> Tensor {
    let dense = try detached().contiguous()
    let y = try Tensor.empty(Dims(plan.outputShape), dtype, for: "avg_pool2d")
    if dtype == .f64 || y.count == 0 || plan.overhangs {
      var plain = plan.plain
      Profile.kernel(moved: (dense.count + y.count) * dense.dtype.size)
      try finish(ck_avg_pool(dtype.code, &plain, dense.base, y.base), "avg_pool2d")
    } else {
      try PoolingKernels.forward(plan, maximum: false, dense.base, into: y.base)
    }
    guard Autograd.records(self) else { return y }
    return y.derived("avg_pool2d", from: [self]) { [try $0.grad.spread(plan)] }
  }

  /// The adjoint of averaging: each element spread evenly over its window.
  private func spread(_ plan: PoolingPlan) throws -> Tensor {
    let dense = try detached().contiguous()
    let y = try Tensor.empty(Dims(plan.inputShape), dtype, for: "avg_pool2d")
    var plain = plan.plain
    Profile.kernel(moved: (dense.count + y.count) * dense.dtype.size)
    try finish(ck_avg_pool_backward(dtype.code, &plain, dense.base, y.base), "avg_pool2d")
    guard Autograd.records(self) else { return y }
    return y.derived("avg_pool2d_spread", from: [self]) { [try $0.grad.averaged(plan)] }
  }

  /// The means of a grid of height × width nearly equal windows that cover the input. self: [N, C, H, W] or [C, H, W].
  public func adaptiveAvgPool2d(_ height: Int, _ width: Int) throws -> Tensor {
    let limit = 1...(1 << 24)
    guard rank == 3 || rank == 4, limit.contains(height), limit.contains(width), dims[rank - 2] > 0, dims[rank - 1] > 0
    else {
      throw EngineError(
        "adaptive_avg_pool2d", expected: "an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more",
        came: "\(dims.text) and \(height)×\(width)")
    }
    return try resample(axis: -1, taps: .adaptive(dims[rank - 1], width))
      .resample(axis: -2, taps: .adaptive(dims[rank - 2], height))
  }
}

extension Tensor {
  /// The largest elements of a grid of height × width nearly equal windows that cover the input.
  /// self: [N, C, H, W] or [C, H, W]. Equal maxima share the gradient (PyTorch gives it to one of them).
  public func adaptiveMaxPool2d(_ height: Int, _ width: Int) throws -> Tensor {
    let limit = 1...(1 << 24)
    guard rank == 3 || rank == 4, limit.contains(height), limit.contains(width), dims[rank - 2] > 0, dims[rank - 1] > 0
    else {
      throw EngineError(
        "adaptive_max_pool2d", expected: "an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more",
        came: "\(dims.text) and \(height)×\(width)")
    }
    return try adaptiveMax(rank - 1, width).adaptiveMax(rank - 2, height)
  }

  /// Largest elements of windows along one axis: the windows side by side, short ones filled with their last element.
  private func adaptiveMax(_ axis: Int, _ outputs: Int) throws -> Tensor {
    let spans = TapTable.adaptiveSpans(dims[axis], outputs)
    let width = spans.map(\.count).max() ?? 0
    let places = spans.flatMap { span in (0..<width).map { span.lowerBound + Swift.min($0, span.count - 1) } }
    var split = shape
    split.replaceSubrange(axis...axis, with: [outputs, width])
    return try indexSelect(axis, Tensor(integers: places, [places.count])).reshape(split).max([axis + 1])
  }
}

extension TapTable {
  /// Window j of adaptive pooling: inputs ⌊j·n/m⌋ … ⌈(j+1)·n/m⌉ − 1, as in PyTorch.
  fileprivate static func adaptiveSpans(_ inputs: Int, _ outputs: Int) -> [Range<Int>] {
    (0..<outputs).map { ($0 * inputs / outputs)..<((($0 + 1) * inputs + outputs - 1) / outputs) }
  }

  /// Output j averages window j of adaptive pooling.
  static func adaptive(_ inputs: Int, _ outputs: Int) -> TapTable {
    let spans = adaptiveSpans(inputs, outputs)
    let width = spans.map(\.count).max() ?? 0
    var weights = [Float](repeating: 0, count: outputs * width)
    for (output, span) in spans.enumerated() {
      for tap in 0..<span.count { weights[output * width + tap] = 1 / Float(span.count) }
    }
    return TapTable(outputs: outputs, taps: width, starts: spans.map { Int32($0.lowerBound) }, weights: weights)
  }
}
