internal import CKernels
internal import COneDNN
internal import Surface

/// The geometry of a 2-D pooling, checked once.
struct PoolingPlan: Hashable {
  var batch, channels, inHeight, inWidth, outHeight, outWidth: Int
  var kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft: Int
  /// Whether averages count padding (but never the overhang of `ceil_mode`).
  var countPadding = true
  /// Steps between the taps of a window; other than 1 for maxima by the plain loops only.
  var dilationY = 1, dilationX = 1

  var padBottom: Int { (outHeight - 1) * strideY + kernelHeight - inHeight - padTop }
  var padRight: Int { (outWidth - 1) * strideX + kernelWidth - inWidth - padLeft }
  var outputShape: [Int] { [batch, channels, outHeight, outWidth] }
  var inputShape: [Int] { [batch, channels, inHeight, inWidth] }

  var plain: ck_pool {
    ck_pool(
      planes: Int64(batch * channels), in_height: Int64(inHeight), in_width: Int64(inWidth),
      out_height: Int64(outHeight), out_width: Int64(outWidth), kernel_height: Int64(kernelHeight),
      kernel_width: Int64(kernelWidth), stride_y: Int64(strideY), stride_x: Int64(strideX), pad_top: Int64(padTop),
      pad_left: Int64(padLeft), dilation_y: Int64(dilationY), dilation_x: Int64(dilationX), count_padding: countPadding,
      divisor_height: Int64(inHeight + padTop), divisor_width: Int64(inWidth + padLeft))
  }

  /// Whether windows are two by two pixels, side by side, none beyond the border.
  var halves: Bool {
    (kernelHeight, kernelWidth, strideY, strideX) == (2, 2, 2, 2) && (padTop, padLeft) == (0, 0)
      && (dilationY, dilationX) == (1, 1) && outHeight == inHeight / 2 && outWidth == inWidth / 2
  }

  /// Whether the window count of averages is the same for oneDNN and PyTorch: no overhang past the padding.
  var overhangs: Bool { padBottom > padTop || padRight > padLeft }
}

/// Forward pooling of f32 through oneDNN, in whatever layout it prefers; other types and positions through the plain
/// loops.
enum PoolingKernels {
  private struct Key: Hashable {
    let plan: PoolingPlan
    let maximum: Bool
    let threads: Int
  }
  nonisolated(unsafe) private static var cache = PrimitiveCache<Key>(capacity: 128)
  static var cachedCount: Int { cache.count }

  /// Maxima or averages of windows, dense f32.
  static func forward(
    _ plan: PoolingPlan, maximum: Bool, _ x: UnsafeRawPointer, into y: UnsafeMutableRawPointer
  ) throws {
    if let planes = planesAtOnce(plan) {
      let count = plan.batch * plan.channels,
        (from, to) = (plan.inHeight * plan.inWidth, plan.outHeight * plan.outWidth)
      for first in stride(from: 0, to: count, by: planes) {
        var part = plan
        (part.batch, part.channels) = (1, Swift.min(planes, count - first))
        try forward(part, maximum: maximum, x + first * from * 4, into: y + first * to * 4)
        Work.reached(first + part.channels, of: count)
      }
      return
    }
    let key = Key(plan: plan, maximum: maximum, threads: Runtime.threads)
    let primitive = try cache.primitive(for: key) { try compile(plan, maximum) }
    try Profile.measure("pooling") {
      Profile.moved((plan.inputShape.product + plan.outputShape.product) * 4)
      Profile.path("oneDNN pooling")
      try primitive.run([x], into: y)
    }
  }

  /// Most elements met by one library call: about 50 ms, so that an interrupt is answered in time.
  private static let mostWork = 50_000_000

  /// How many planes one call may take, in blocks of channels as the library likes them, when that is fewer than all.
  private static func planesAtOnce(_ plan: PoolingPlan) -> Int? {
    let plane = plan.inHeight * plan.inWidth + plan.outHeight * plan.outWidth * plan.kernelHeight * plan.kernelWidth
    guard plan.batch * plan.channels > 1, plane > mostWork / (plan.batch * plan.channels) else { return nil }
    let planes = Swift.max(1, mostWork / Swift.max(plane, 1))
    return planes >= 16 ? planes / 16 * 16 : planes
  }

  private static func compile(_ plan: PoolingPlan, _ maximum: Bool) throws -> CompiledPrimitive {
    var x = OneDNN.dense(plan.inputShape), y = OneDNN.dense(plan.outputShape)
    let algorithm =
      maximum
      ? dnnl_pooling_max
      : plan.countPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
    var operation = dnnl_pooling_desc_t()
    try OneDNN.check(
      dnnl_pooling_forward_desc_init(
        &operation, dnnl_forward_inference, algorithm, &x, &y, [Int64(plan.strideY), Int64(plan.strideX)],
        [Int64(plan.kernelHeight), Int64(plan.kernelWidth)], [Int64(plan.padTop), Int64(plan.padLeft)],
        [Int64(plan.padBottom), Int64(plan.padRight)]), "pooling")
    var description: dnnl_primitive_desc_t?
    try OneDNN.check(
      dnnl_primitive_desc_create(&description, &operation, OneDNN.attributes, OneDNN.engine, nil), "pooling")
    defer { dnnl_primitive_desc_destroy(description) }
    return try CompiledPrimitive(
      description!, inputs: [(DNNL_ARG_SRC_0, dnnl_query_src_md, 0, x)],
      output: (DNNL_ARG_DST_0, dnnl_query_dst_md, 0, y))
  }
}
