internal import CKernels
internal import Surface

/// How a convolution is laid over its input.
public struct ConvolutionOptions: Sendable {
  /// Steps between windows, (vertical, horizontal).
  public var stride = (1, 1)
  /// Zeros around the input, (vertical, horizontal).
  public var padding = (0, 0)
  /// Steps between the taps of a window.
  public var dilation = (1, 1)
  /// Parts into which input and output channels are divided; each output part sees one input part.
  public var groups = 1

  /// PyTorch's standard values unless given.
  public init(
    stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0), dilation: (Int, Int) = (1, 1), groups: Int = 1
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  func check(_ operation: String) throws {
    let limit = 1 << 24
    func fits(_ pair: (Int, Int), _ least: Int) -> Bool {
      (least...limit).contains(pair.0) && (least...limit).contains(pair.1)
    }
    func refuse(_ what: String, _ pair: (Int, Int)) -> EngineError {
      EngineError(operation, expected: what, came: "\(pair.0) and \(pair.1)")
    }
    guard fits(stride, 1) else { throw refuse("a stride of 1 or more", stride) }
    guard fits(dilation, 1) else { throw refuse("a dilation of 1 or more", dilation) }
    guard fits(padding, 0) else { throw refuse("a padding of 0 or more", padding) }
    guard groups >= 1 else { throw EngineError(operation, expected: "1 group or more", came: "\(groups)") }
  }

  fileprivate var groupsText: String { groups == 1 ? "1 group" : "\(groups) groups" }
}

extension ConvolutionPlan {
  /// The plan of `conv2d`: x [N, Cin, H, W], w [Cout, Cin/groups, kH, kW].
  init(_ x: Tensor, _ w: Tensor, _ options: ConvolutionOptions) throws {
    try options.check("conv2d")
    guard x.rank == 4, w.rank == 4, x.isConvolvable, w.isConvolvable else {
      throw EngineError(
        "conv2d", expected: "an input [N, C, H, W] or [C, H, W] and weights [out, in/groups, height, width]",
        came: "\(x.dims.text) and \(w.dims.text)")
    }
    guard x.dims[1] == w.dims[1] * options.groups, w.dims[0] % options.groups == 0 else {
      throw EngineError(
        "conv2d",
        "an input of \(x.dims.text), weights of \(w.dims.text) and \(options.groupsText) do not fit together",
        advice: "the input's channels must be groups × the weights' second size")
    }
    self.init(
      batch: x.dims[0], groups: options.groups, inChannels: x.dims[1], outChannels: w.dims[0], inHeight: x.dims[2],
      inWidth: x.dims[3], outHeight: 0, outWidth: 0, kernelHeight: w.dims[2], kernelWidth: w.dims[3],
      strideY: options.stride.0, strideX: options.stride.1, dilationY: options.dilation.0,
      dilationX: options.dilation.1, padTop: options.padding.0, padLeft: options.padding.1)
    let spanY = inHeight + 2 * padTop - dilationY * (kernelHeight - 1) - 1
    let spanX = inWidth + 2 * padLeft - dilationX * (kernelWidth - 1) - 1
    guard spanY >= 0, spanX >= 0, kernelHeight > 0, kernelWidth > 0 else {
      throw EngineError(
        "conv2d",
        "a \(kernelHeight)×\(kernelWidth) kernel does not fit into an input of \(inHeight)×\(inWidth) with a padding of "
          + "\(padTop) and \(padLeft)",
        advice: "pad more or use a smaller kernel")
    }
    outHeight = spanY / strideY + 1
    outWidth = spanX / strideX + 1
  }

  /// The plan of the convolution whose input gradient is `conv_transpose2d`: x [N, Cin, H, W] plays the output,
  /// w is [Cin, Cout/groups, kH, kW].
  init(transposed x: Tensor, _ w: Tensor, _ options: ConvolutionOptions, outputPadding: (Int, Int)) throws {
    try options.check("conv_transpose2d")
    guard x.rank == 4, w.rank == 4, x.isConvolvable, w.isConvolvable, x.dims[1] == w.dims[0],
      w.dims[0] % options.groups == 0
    else {
      throw EngineError(
        "conv_transpose2d",
        "an input of \(x.dims.text), weights of \(w.dims.text) and \(options.groupsText) do not fit together",
        advice: "the weights are [in, out/groups, height, width]")
    }
    self.init(
      batch: x.dims[0], groups: options.groups, inChannels: w.dims[1] * options.groups, outChannels: x.dims[1],
      inHeight: 0, inWidth: 0, outHeight: x.dims[2], outWidth: x.dims[3], kernelHeight: w.dims[2],
      kernelWidth: w.dims[3], strideY: options.stride.0, strideX: options.stride.1, dilationY: options.dilation.0,
      dilationX: options.dilation.1, padTop: options.padding.0, padLeft: options.padding.1)
    guard (0..<Swift.max(strideY, dilationY)).contains(outputPadding.0),
      (0..<Swift.max(strideX, dilationX)).contains(outputPadding.1)
    else {
      throw EngineError(
        "conv_transpose2d", expected: "an output padding below the stride or the dilation",
        came: "\(outputPadding.0) and \(outputPadding.1)")
    }
    inHeight = (outHeight - 1) * strideY - 2 * padTop + dilationY * (kernelHeight - 1) + outputPadding.0 + 1
    inWidth = (outWidth - 1) * strideX - 2 * padLeft + dilationX * (kernelWidth - 1) + outputPadding.1 + 1
    guard inHeight > 0, inWidth > 0 || x.count == 0 else {
      throw EngineError("conv_transpose2d", "the output would be \(inHeight)×\(inWidth)", advice: "pad less")
    }
  }
}

extension Tensor {
  /// Whether no size is so large (only views stretched far beyond memory are) that sums of sizes could overflow.
  fileprivate var isConvolvable: Bool { (0..<rank).allSatisfy { dims[$0] < 1 << 32 } }
}

// The three maps of a convolution are linear in each operand and are each other's gradients:
// forward F(x, w), input gradient D(g, w), weight gradient W(x, g).

extension Tensor {
  /// 2-D cross-correlation, as in PyTorch. self: [N, Cin, H, W] or [Cin, H, W], weight: [Cout, Cin/groups, kH, kW],
  /// bias: [Cout] → [N, Cout, H′, W′].
  public func conv2d(_ weight: Tensor, bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws -> Tensor {
    try conv2d(weight, bias: bias, options, outside: .zeros, rectified: false)
  }

  /// The same over a picture that goes on beyond its border as `outside` says, by `options.padding`; negative results
  /// become zeros when `rectified`. In one pass over memory where our kernels compute it.
  package func conv2d(
    _ weight: Tensor, bias: Tensor?, _ options: ConvolutionOptions, outside: PadMode, rectified: Bool
  ) throws -> Tensor {
    if rank == 3 {
      return try unsqueeze(0).conv2d(weight, bias: bias, options, outside: outside, rectified: rectified).squeeze(0)
    }
    let type = try Tensor.convolutionType(self, weight, bias, "conv2d")
    let plan = try ConvolutionPlan(self, weight, options)
    if let bias, bias.dims != Dims([plan.outChannels]) {
      throw EngineError("conv2d", expected: "a bias of \(plan.outChannels)", came: bias.dims.text)
    }
    let (x, w, b) = (try converted(to: type), try weight.converted(to: type), try bias?.converted(to: type))
    let (down, across) = options.padding
    let fits = outside == .zeros || (outside != .circular && down < plan.inHeight && across < plan.inWidth)
    if type != .f32 || !fits, outside != .zeros || rectified {
      let inner = ConvolutionOptions(stride: options.stride, dilation: options.dilation, groups: options.groups)
      let y =
        try outside == .zeros
        ? x.conv2d(w, bias: b, options) : x.pad([across, across, down, down], mode: outside).conv2d(w, bias: b, inner)
      return rectified ? try y.relu() : y
    }
    var shown = plan
    shown.outside = outside
    return try Tensor.forward(shown, x, w, b, rectified: rectified)
  }

  /// Transposed 2-D convolution, the input gradient of `conv2d`, as in PyTorch. self: [N, Cin, H, W] or [Cin, H, W],
  /// weight: [Cin, Cout/groups, kH, kW], bias: [Cout] → [N, Cout, H′, W′].
  public func convTranspose2d(
    _ weight: Tensor, bias: Tensor? = nil, _ options: ConvolutionOptions = .init(), outputPadding: (Int, Int) = (0, 0)
  ) throws -> Tensor {
    if rank == 3 {
      return try unsqueeze(0).convTranspose2d(weight, bias: bias, options, outputPadding: outputPadding).squeeze(0)
    }
    let type = try Tensor.convolutionType(self, weight, bias, "conv_transpose2d")
    let plan = try ConvolutionPlan(transposed: self, weight, options, outputPadding: outputPadding)
    if let bias, bias.dims != Dims([plan.inChannels]) {
      throw EngineError("conv_transpose2d", expected: "a bias of \(plan.inChannels)", came: bias.dims.text)
    }
    let y = try Tensor.inputGradient(plan, converted(to: type), weight.converted(to: type))
    return try bias.map { try y + $0.converted(to: type).reshape([1, plan.inChannels, 1, 1]) } ?? y
  }

  /// The common type of a convolution's operands; integers compute as f32.
  private static func convolutionType(
    _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ operation: String
  ) throws -> ElementType {
    var type = try ElementType.promoted(x.dtype, w.dtype, operation)
    if let bias { type = try ElementType.promoted(type, bias.dtype, operation) }
    return type.isFloating ? type : .f32
  }

  /// Dense f32 or f64 memory for the kernels.
  private func kernelReady() throws -> Tensor {
    try detached().converted(to: dtype == .f64 ? .f64 : .f32).contiguous()
  }

  private var weights: KernelWeights { KernelWeights(base: base, storage: storage) }

  /// A forward pass with what surrounds it. Backwards, the parts are taken apart again.
  private static func forward(
    _ plan: ConvolutionPlan, _ x: Tensor, _ w: Tensor, _ bias: Tensor?, rectified: Bool = false
  ) throws -> Tensor {
    let (dx, dw, db) = (try x.kernelReady(), try w.kernelReady(), try bias?.kernelReady())
    let out = try empty(Dims(plan.outputShape), dx.dtype, for: "conv2d")
    if plan.isEmpty {
      out.fill(0)
    } else {
      let end = OwnConvolutions.Epilogue(bias: db.map { UnsafeRawPointer($0.base) }, isRectified: rectified)
      try withExtendedLifetime((dx, dw, db)) {
        try ConvolutionKernels.forward(plan, dx.dtype, dx.base, dw.weights, end, into: out.base)
      }
    }
    let y = try out.converted(to: x.dtype)
    let inputs = [x, w] + (bias.map { [$0] } ?? [])
    guard Autograd.records(inputs) else { return y }
    // A frozen layer keeps no input, a first layer no weights.
    let (keptInput, keptWeight) = (w.requiresGradient ? x : nil, x.requiresGradient ? w : nil)
    let saved = [keptInput, keptWeight].compactMap(\.self)
    return y.derived("conv2d", from: inputs, saving: saved, keepsOutput: rectified) { pull in
      let g = rectified ? try pull.grad.rectifiedGradient(pull.output) : pull.grad
      let gradients = try plan.gradients(g, keptInput, keptWeight, pull)
      return bias == nil ? gradients : gradients + [pull.wants(2) ? try g.sum([0, 2, 3]) : nil]
    }
  }

  fileprivate static func inputGradient(_ plan: ConvolutionPlan, _ g: Tensor, _ w: Tensor) throws -> Tensor {
    let (dy, dw) = (try g.kernelReady(), try w.kernelReady())
    let out = try empty(Dims(plan.inputShape), dy.dtype, for: "conv_transpose2d")
    if plan.isEmpty {
      out.fill(0)
    } else {
      try ConvolutionKernels.inputGradient(plan, dy.dtype, dy.base, dw.weights, into: out.base)
    }
    let y = try out.converted(to: g.dtype)
    guard Autograd.records(g, w) else { return y }
    return y.derived("conv_transpose2d", from: [g, w], saving: [g, w]) { pull in
      [
        pull.wants(0) ? try forward(plan, pull.grad, w, nil) : nil,
        pull.wants(1) ? try weightGradient(plan, pull.grad, g) : nil,
      ]
    }
  }

  fileprivate static func weightGradient(_ plan: ConvolutionPlan, _ x: Tensor, _ g: Tensor) throws -> Tensor {
    let (dx, dy) = (try x.kernelReady(), try g.kernelReady())
    let out = try empty(Dims(plan.weightShape), dx.dtype, for: "conv2d")
    if plan.isEmpty {
      out.fill(0)
    } else {
      try ConvolutionKernels.weightGradient(plan, dx.dtype, dx.base, dy.base, into: out.base)
    }
    let y = try out.converted(to: x.dtype)
    guard Autograd.records(x, g) else { return y }
    return y.derived("conv2d_weight", from: [x, g], saving: [x, g]) { pull in
      [
        pull.wants(0) ? try inputGradient(plan, g, pull.grad) : nil,
        pull.wants(1) ? try forward(plan, x, pull.grad, nil) : nil,
      ]
    }
  }
}

extension ConvolutionPlan {
  /// Gradients of input and weights from that of the output, whatever stands outside the input.
  fileprivate func gradients(_ g: Tensor, _ x: Tensor?, _ w: Tensor?, _ pull: Pull) throws -> [Tensor?] {
    guard outside != .zeros else {
      return [
        pull.wants(0) ? try Tensor.inputGradient(self, g, w!) : nil,
        pull.wants(1) ? try Tensor.weightGradient(self, x!, g) : nil,
      ]
    }
    // The convolution of the padded picture, without padding.
    var padded = self
    (padded.inHeight, padded.inWidth) = (inHeight + 2 * padTop, inWidth + 2 * padLeft)
    (padded.padTop, padded.padLeft, padded.outside) = (0, 0, .zeros)
    let amounts = [padLeft, padLeft, padTop, padTop]
    let frame = PictureFrame(height: inHeight, width: inWidth, amounts, outside)
    return [
      pull.wants(0) ? try Tensor.inputGradient(padded, g, w!).unframed(frame) : nil,
      pull.wants(1) ? try Tensor.weightGradient(padded, x!.pad(amounts, mode: outside), g) : nil,
    ]
  }
}
