internal import CKernels
internal import COneDNN
internal import Surface

/// Convolutions over dense row-major buffers: our own kernels for f32, or oneDNN for what they do not know (gradients of
/// the inputs of strided convolutions), as `ConvolutionPolicy` says; the plain loops for f64.
enum ConvolutionKernels {
  private struct Key: Hashable {
    let plan: ConvolutionPlan
    let threads: Int
  }
  nonisolated(unsafe) private static var cache = PrimitiveCache<Key>(capacity: 256)
  static var cachedCount: Int { cache.count }

  /// How many library calls there are to be, each of about 50 ms on two cores, so that an interrupt is answered in time. Groups have slow
  /// implementations for many shapes; new memory costs more than arithmetic where channels are few.
  private static func calls(_ plan: ConvolutionPlan) -> Double {
    let elements = plan.batch * (plan.inChannels * plan.inHeight * plan.inWidth + plan.outputShape[1...].product)
    return (plan.operations / (plan.groups > 1 ? 1e9 : 2.5e10) + Double(elements) / 4e7) * LibraryCalls.caution
  }

  /// y = x ⋆ w (+ bias), and what else `end` says (f64: the bias only). Buffers hold the plan's shapes.
  static func forward(
    _ plan: ConvolutionPlan, _ type: ElementType, _ x: UnsafeRawPointer, _ w: KernelWeights,
    _ end: OwnConvolutions.Epilogue, into y: UnsafeMutableRawPointer
  ) throws {
    try Profile.measure("convolution", flops: plan.operations) {
      Profile.moved(plan.moved(type))
      if type == .f64 {
        Profile.path("plain loops")
        var plain = plan.plain
        return try finish(ck_conv_forward(type.code, &plain, x, w.base, end.bias, y), "convolution")
      }
      if ConvolutionPolicy.path(plan, .forward) == .winograd {
        try OwnConvolutions.winograd(plan, .forward, x, w, end, into: y)
      } else {
        try OwnConvolutions.direct(plan, .forward, x, w, end, into: y)
      }
    }
  }

  /// dx = the gradient of the input, from dy and w; also what a transposed convolution computes.
  static func inputGradient(
    _ plan: ConvolutionPlan, _ type: ElementType, _ dy: UnsafeRawPointer, _ w: KernelWeights,
    into dx: UnsafeMutableRawPointer
  ) throws {
    try Profile.measure("convolution: gradient of the input", flops: plan.operations) {
      Profile.moved(plan.moved(type))
      if type == .f64 {
        Profile.path("plain loops")
        var plain = plan.plain
        return try finish(ck_conv_backward_data(type.code, &plain, dy, w.base, dx), "convolution")
      }
      switch ConvolutionPolicy.path(plan, .inputGradient) {
      case .winograd: try OwnConvolutions.winograd(plan, .inputGradient, dy, w, .init(), into: dx)
      case .direct: try OwnConvolutions.direct(plan, .inputGradient, dy, w, .init(), into: dx)
      case .library: try inputGradientParts(plan, dy, w.base, into: dx)
      }
    }
  }

  private static func inputGradientParts(
    _ plan: ConvolutionPlan, _ dy: UnsafeRawPointer, _ w: UnsafeRawPointer, into dx: UnsafeMutableRawPointer
  ) throws {
    if let part = batchPart(plan) {
      return try eachImageGroup(plan, part) { sub, image in
        try inputGradientParts(
          sub, dy + image * plan.outputShape[1...].product * 4, w,
          into: dx + image * plan.inputShape[1...].product * 4)
      }
    }
    // A band that is the whole again would never end.
    if let rows = rowsAtOnce(plan).map({ Swift.min($0, Swift.max(1, plan.inHeight / (2 * plan.strideY))) }),
      bandEnd(plan, 0, rows) < plan.inHeight
    {
      return try eachInputBand(plan, rows) { sub, inRow, outRow in
        try inputGradientParts(sub, dy + outRow * plan.outWidth * 4, w, into: dx + inRow * plan.inWidth * 4)
      }
    }
    if calls(plan) > 1, plan.groups == 1, plan.inChannels >= 32 {
      return try halves(plan.inChannels) { first, count in
        var sub = plan
        sub.inChannels = count
        let part = try weightSlice(plan, w, first, count)
        try inputGradientParts(sub, dy, part.base, into: dx + first * plan.inPlane * 4)
      }
    }
    Profile.path("oneDNN direct")
    let primitive = try cache.primitive(for: Key(plan: plan, threads: Runtime.threads)) { try compile(plan) }
    try primitive.run([dy, w], into: dx)
  }

  /// dw = the gradient of the weights, from x and dy.
  static func weightGradient(
    _ plan: ConvolutionPlan, _ type: ElementType, _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer,
    into dw: UnsafeMutableRawPointer
  ) throws {
    try Profile.measure("convolution: gradient of the weights", flops: plan.operations) {
      Profile.moved(plan.moved(type))
      if type == .f64 {
        Profile.path("plain loops")
        var plain = plan.plain
        return try finish(ck_conv_backward_weights(type.code, &plain, x, dy, dw), "convolution")
      }
      if ConvolutionPolicy.path(plan, .weightGradient) == .winograd {
        try OwnConvolutions.winogradWeightGradient(plan, x, dy, into: dw)
      } else {
        try OwnConvolutions.directWeightGradient(plan, x, dy, into: dw)
      }
    }
  }

  // MARK: Parts

  /// How many images one call may take, when that is fewer than there are.
  private static func batchPart(_ plan: ConvolutionPlan) -> Int? {
    guard plan.batch > 1, calls(plan) > 1 else { return nil }
    return Swift.max(1, Int(Double(plan.batch) / calls(plan)))
  }

  /// How many rows of the result of one image one call may take, when that is fewer than there are.
  private static func rowsAtOnce(_ plan: ConvolutionPlan) -> Int? {
    guard plan.batch == 1, plan.outHeight > 1, calls(plan) > 1 else { return nil }
    // Every window must meet the input: a band all in the padding would need a negative one on its other side.
    let reach = (plan.kernelHeight - 1) * plan.dilationY
    guard plan.padTop <= reach, plan.padBottom <= reach else { return nil }
    return Swift.max(1, Int(Double(plan.outHeight) / calls(plan)))
  }

  /// Bands of rows of the input's gradient, each with the rows of the result's gradient that reach it. They begin where a
  /// window does, so that no padding is negative.
  private static func eachInputBand(
    _ plan: ConvolutionPlan, _ outRows: Int,
    _ body: (_ sub: ConvolutionPlan, _ inRow: Int, _ outRow: Int) throws -> Void
  ) throws {
    let reach = (plan.kernelHeight - 1) * plan.dilationY, step = plan.strideY
    var first = 0
    while first < plan.inHeight {
      let end = bandEnd(plan, first, outRows)
      let from = first + plan.padTop - reach
      let outFirst = Swift.min(Swift.max(from > 0 ? (from + step - 1) / step : 0, 0), plan.outHeight - 1)
      let outEnd = Swift.max(Swift.min((end - 1 + plan.padTop) / step + 1, plan.outHeight), outFirst + 1)
      var sub = plan
      (sub.inHeight, sub.outHeight) = (end - first, outEnd - outFirst)
      sub.padTop = plan.padTop + first - outFirst * step
      (sub.inStored, sub.outStored) = (plan.inPlane / plan.inWidth, plan.outPlane / plan.outWidth)
      try Work.part(first..<end, of: plan.inHeight) { try body(sub, first, outFirst) }
      first = end
    }
  }

  /// Where a band of the input's rows ends that begins at `first`.
  private static func bandEnd(_ plan: ConvolutionPlan, _ first: Int, _ outRows: Int) -> Int {
    let step = plan.strideY, lead = (step - plan.padTop % step) % step
    let end = (first + outRows * step - lead + step - 1) / step * step + lead
    return end + step > plan.inHeight ? plan.inHeight : end
  }

  private static func eachImageGroup(
    _ plan: ConvolutionPlan, _ part: Int, _ body: (ConvolutionPlan, Int) throws -> Void
  ) throws {
    for image in stride(from: 0, to: plan.batch, by: part) {
      var sub = plan
      sub.batch = Swift.min(part, plan.batch - image)
      try Work.part(image / part, of: (plan.batch + part - 1) / part) { try body(sub, image) }
    }
  }

  /// The weights of a stretch of input channels, dense.
  private static func weightSlice(
    _ plan: ConvolutionPlan, _ w: UnsafeRawPointer, _ first: Int, _ count: Int
  ) throws -> Storage {
    let taps = plan.kernelHeight * plan.kernelWidth * 4
    let part = try Storage(bytes: plan.outChannels * count * taps, for: "conv2d")
    for channel in 0..<plan.outChannels {
      (part.base + channel * count * taps).copyMemory(
        from: w + (channel * plan.inChannels + first) * taps, byteCount: count * taps)
    }
    return part
  }

  private static func halves(_ channels: Int, _ body: (_ first: Int, _ count: Int) throws -> Void) throws {
    let half = (channels / 2 + 15) / 16 * 16
    try Work.part(0, of: 2) { try body(0, half) }
    try Work.part(1, of: 2) { try body(half, channels - half) }
  }

  private static func compile(_ plan: ConvolutionPlan) throws -> CompiledPrimitive {
    let forward = try description(plan, backward: false, hint: nil)
    defer { dnnl_primitive_desc_destroy(forward) }
    let backward = try description(plan, backward: true, hint: forward)
    defer { dnnl_primitive_desc_destroy(backward) }
    let x = planes(plan.inputShape, plan.inPlane), y = planes(plan.outputShape, plan.outPlane)
    let w = OneDNN.dense(plan.groupedWeightShape)
    return try CompiledPrimitive(
      backward,
      inputs: [
        (DNNL_ARG_DIFF_DST_0, dnnl_query_diff_dst_md, 0, y), (DNNL_ARG_WEIGHTS_0, dnnl_query_weights_md, 0, w),
      ],
      output: (DNNL_ARG_DIFF_SRC_0, dnnl_query_diff_src_md, 0, x))
  }

  /// Planes that lie dense, or some rows of each.
  private static func planes(_ shape: [Int], _ plane: Int) -> dnnl_memory_desc_t {
    OneDNN.strided(shape, [shape[1] * plane, plane, shape[3], 1])
  }

  /// The gradient of the input, or the forward pass, which the library wants to see first.
  private static func description(
    _ plan: ConvolutionPlan, backward: Bool, hint: dnnl_primitive_desc_t?
  ) throws -> dnnl_primitive_desc_t {
    var (x, w, y) = (OneDNN.any(plan.inputShape), OneDNN.any(plan.groupedWeightShape), OneDNN.any(plan.outputShape))
    let strides = [Int64(plan.strideY), Int64(plan.strideX)]
    let dilations = [Int64(plan.dilationY - 1), Int64(plan.dilationX - 1)]
    let before = [Int64(plan.padTop), Int64(plan.padLeft)], after = [Int64(plan.padBottom), Int64(plan.padRight)]
    var operation = dnnl_convolution_desc_t()
    let status =
      backward
      ? dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &x, &w, &y, strides, dilations, before, after)
      : dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &x, &w, nil, &y, strides, dilations, before,
        after)
    try OneDNN.check(status, "convolution")
    var description: dnnl_primitive_desc_t?
    try OneDNN.check(
      dnnl_primitive_desc_create(&description, &operation, OneDNN.attributes, OneDNN.engine, hint), "convolution")
    return description!
  }
}

extension Collection<Int> {
  /// The product of all numbers.
  var product: Int { reduce(1, *) }
}
