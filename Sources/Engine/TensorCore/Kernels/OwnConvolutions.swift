internal import CKernels
internal import Surface

/// Convolutions by our own kernels, with weights that are made ready once. A gradient of the input (with a stride of 1) is
/// the convolution of the output's gradient with the turned windows.
enum OwnConvolutions {
  /// Windows of 3 × 3 by Winograd's filtering.
  static func winograd(
    _ plan: ConvolutionPlan, _ direction: ConvolutionDirection, _ x: UnsafeRawPointer, _ w: KernelWeights,
    _ end: Epilogue, into y: UnsafeMutableRawPointer
  ) throws {
    Profile.path("Winograd F(4×4, 3×3)")
    let side = Side(plan, direction)
    var layer = side.winograd(plan)
    // Both directions multiply with the same.
    let (outputs, inputs) = (Int64(plan.outChannels), Int64(plan.inChannels))
    let bytes = Int(ck_winograd_weights_count(outputs, inputs)) * 4
    let ready = try w.ready(Side(plan, .forward).form(.winograd, plan), bytes: bytes, for: "convolution") {
      ck_winograd_weights(
        outputs, inputs, w.base.floats, $0.assumingMemoryBound(to: Float.self))
    }
    var end = end.plan
    try run(ck_winograd_scratch(&layer)) {
      ck_winograd_forward(
        &layer, x.floats, UnsafeRawPointer(ready.base).floats, &end, y.assumingMemoryBound(to: Float.self), $0)
    }
  }

  /// Any windows, as convolution is defined.
  static func direct(
    _ plan: ConvolutionPlan, _ direction: ConvolutionDirection, _ x: UnsafeRawPointer, _ w: KernelWeights,
    _ end: Epilogue, into y: UnsafeMutableRawPointer
  ) throws {
    Profile.path("own direct")
    let side = Side(plan, direction)
    var layer = side.direct(plan)
    let count = Int(ck_direct_weights_count(&layer))
    let ready = try w.ready(side.form(.direct, plan), bytes: count * 4, for: "convolution") {
      ck_direct_weights(
        &layer, w.base.floats, Int64(side.outStep), Int64(side.inStep), side.isTurned,
        $0.assumingMemoryBound(to: Float.self))
    }
    var end = end.plan
    try run(ck_direct_scratch(&layer)) {
      ck_direct_forward(
        &layer, x.floats, UnsafeRawPointer(ready.base).floats, &end, y.assumingMemoryBound(to: Float.self), $0)
    }
  }

  /// The gradient of windows of 3 × 3 by Winograd's filtering.
  static func winogradWeightGradient(
    _ plan: ConvolutionPlan, _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, into dw: UnsafeMutableRawPointer
  ) throws {
    Profile.path("Winograd F(4×4, 3×3)")
    var layer = Side(plan, .forward).winograd(plan)
    try run(ck_winograd_gradient_scratch(&layer)) {
      ck_winograd_gradient(&layer, x.floats, dy.floats, dw.assumingMemoryBound(to: Float.self), $0)
    }
  }

  /// The gradient of any windows, as it is defined.
  static func directWeightGradient(
    _ plan: ConvolutionPlan, _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, into dw: UnsafeMutableRawPointer
  ) throws {
    Profile.path("own direct")
    var layer = Side(plan, .forward).direct(plan)
    try run(ck_direct_gradient_scratch(&layer)) {
      ck_direct_gradient(&layer, x.floats, dy.floats, dw.assumingMemoryBound(to: Float.self), $0)
    }
  }

  /// Runs a kernel with so many floats of scratch memory.
  private static func run(_ scratch: Int64, _ body: (UnsafeMutablePointer<Float>) -> Void) throws {
    let memory = try Storage(bytes: Int(scratch) * 4, for: "convolution")
    withExtendedLifetime(memory) { body(memory.base.assumingMemoryBound(to: Float.self)) }
    try Interrupt.check()
  }

  /// What is done to results while they are at hand.
  struct Epilogue {
    var bias: UnsafeRawPointer?
    var isRectified = false

    fileprivate var plan: ck_epilogue {
      ck_epilogue(bias: bias?.assumingMemoryBound(to: Float.self), rectified: isRectified)
    }
  }

  /// A convolution as our kernels see it: what it reads and writes, whichever direction it has.
  private struct Side {
    let inputs, outputs, inHeight, inWidth, outHeight, outWidth, padTop, padLeft: Int
    /// Elements from one output channel's weights to the next's, and from one input channel's.
    let outStep, inStep: Int
    let isTurned: Bool

    init(_ plan: ConvolutionPlan, _ direction: ConvolutionDirection) {
      let taps = plan.kernelHeight * plan.kernelWidth, perGroup = plan.inChannels / plan.groups
      if direction == .forward {
        (inputs, outputs) = (plan.inChannels, plan.outChannels)
        (inHeight, inWidth, outHeight, outWidth) = (plan.inHeight, plan.inWidth, plan.outHeight, plan.outWidth)
        (padTop, padLeft) = (plan.padTop, plan.padLeft)
        (outStep, inStep, isTurned) = (perGroup * taps, taps, false)
      } else {
        (inputs, outputs) = (plan.outChannels, plan.inChannels)
        (inHeight, inWidth, outHeight, outWidth) = (plan.outHeight, plan.outWidth, plan.inHeight, plan.inWidth)
        padTop = (plan.kernelHeight - 1) * plan.dilationY - plan.padTop
        padLeft = (plan.kernelWidth - 1) * plan.dilationX - plan.padLeft
        (outStep, inStep, isTurned) = (taps, perGroup * taps, true)
      }
    }

    func winograd(_ plan: ConvolutionPlan) -> ck_winograd {
      ck_winograd(
        batch: Int64(plan.batch), in_channels: Int64(inputs), out_channels: Int64(outputs),
        in_height: Int64(inHeight), in_width: Int64(inWidth), out_height: Int64(outHeight),
        out_width: Int64(outWidth), pad_top: Int64(padTop), pad_left: Int64(padLeft),
        outside: plan.outside.kernelCode, turned: isTurned)
    }

    func direct(_ plan: ConvolutionPlan) -> ck_direct {
      ck_direct(
        batch: Int64(plan.batch), groups: Int64(plan.groups), in_channels: Int64(inputs),
        out_channels: Int64(outputs), in_height: Int64(inHeight), in_width: Int64(inWidth),
        out_height: Int64(outHeight), out_width: Int64(outWidth), kernel_height: Int64(plan.kernelHeight),
        kernel_width: Int64(plan.kernelWidth), stride_y: Int64(plan.strideY), stride_x: Int64(plan.strideX),
        dilation_y: Int64(plan.dilationY), dilation_x: Int64(plan.dilationX), pad_top: Int64(padTop),
        pad_left: Int64(padLeft), outside: plan.outside.kernelCode)
    }

    func form(_ kind: WeightForm.Kind, _ plan: ConvolutionPlan) -> WeightForm {
      WeightForm(
        kind: kind, sizes: [outputs, inputs, plan.groups, plan.kernelHeight << 32 | plan.kernelWidth],
        isTurned: isTurned)
    }
  }
}

extension UnsafeRawPointer {
  fileprivate var floats: UnsafePointer<Float> { assumingMemoryBound(to: Float.self) }
}

extension PadMode {
  /// What our kernels of convolutions call it; they do not know `circular`.
  var kernelCode: Int32 {
    switch self {
    case .reflect: Int32(CK_PAD_REFLECT)
    case .replicate: Int32(CK_PAD_REPLICATE)
    default: Int32(CK_PAD_ZEROS)
    }
  }
}
