internal import Surface
public import TensorCore

extension Tensor {
  /// `conv2d` whose surroundings are zeros or, padded explicitly, the picture itself. self: [N, C, H, W] or [C, H, W].
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, _ options: ConvolutionOptions, padMode: PadMode
  ) throws -> Tensor {
    guard padMode != .zeros, options.padding != (0, 0) else { return try conv2d(weight, bias: bias, options) }
    guard rank == 3 || rank == 4 else {
      throw EngineError("conv2d", expected: "an input [N, C, H, W] or [C, H, W]", came: shape.shapeText)
    }
    let (y, x) = options.padding
    var inner = options
    inner.padding = (0, 0)
    return try pad([x, x, y, y], mode: padMode).conv2d(weight, bias: bias, inner)
  }
}

/// Sizes that any layer accepts: 1 up to 2²⁴, so that products of two stay far from overflow.
func checkSizes(_ operation: String, _ sizes: (name: String, value: Int)...) throws {
  for size in sizes where !(1...(1 << 24)).contains(size.value) {
    throw EngineError(operation, expected: "\(size.name) of 1 or more (at most \(1 << 24))", came: "\(size.value)")
  }
}

/// 2-D convolution. weight [out, in/groups, kH, kW], bias [out]; input [N, in, H, W] → [N, out, H′, W′].
public struct Conv2d: Layer {
  /// The kernels.
  public let weight: Parameter
  /// Added to each output channel.
  public let bias: Parameter?
  public let options: ConvolutionOptions
  /// What stands outside the input.
  public let padMode: PadMode

  /// Takes `weight` and, unless told otherwise, `bias` from `weights`.
  public init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), _ options: ConvolutionOptions = .init(),
    bias: Bool = true, padMode: PadMode = .zeros
  ) throws {
    try checkConvolution("nn.Conv2d", inputs, outputs, kernel, options)
    let perGroup = inputs / options.groups
    let fanIn = Double(perGroup) * Double(kernel.0) * Double(kernel.1)
    weight = try weights("weight", [outputs, perGroup, kernel.0, kernel.1], .kaiming(fanIn: fanIn))
    self.bias = bias ? try weights("bias", [outputs], .bias(fanIn: fanIn)) : nil
    self.options = options
    self.padMode = padMode
  }

  public var kind: String { "Conv2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }

  public var details: String {
    let shape = weight.tensor.shape
    return convolutionDetails(shape[1] * options.groups, shape[0], shape, options, bias: bias != nil)
      + (padMode == .zeros ? "" : ", padding_mode=\(padMode.rawValue)")
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.conv2d(weight.tensor, bias: bias?.tensor, options, padMode: padMode)
  }
}

/// Transposed 2-D convolution. weight [in, out/groups, kH, kW], bias [out]; input [N, in, H, W] → [N, out, H′, W′].
public struct ConvTranspose2d: Layer {
  /// The kernels.
  public let weight: Parameter
  /// Added to each output channel.
  public let bias: Parameter?
  public let options: ConvolutionOptions
  /// Rows and columns added at the end of the output.
  public let outputPadding: (Int, Int)

  /// Takes `weight` and, unless told otherwise, `bias` from `weights`.
  public init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), _ options: ConvolutionOptions = .init(),
    outputPadding: (Int, Int) = (0, 0), bias: Bool = true
  ) throws {
    try checkConvolution("nn.ConvTranspose2d", inputs, outputs, kernel, options)
    let perGroup = outputs / options.groups
    // PyTorch takes the second size as the number of inputs here too, although it is that of the outputs.
    let fanIn = Double(perGroup) * Double(kernel.0) * Double(kernel.1)
    weight = try weights("weight", [inputs, perGroup, kernel.0, kernel.1], .kaiming(fanIn: fanIn))
    self.bias = bias ? try weights("bias", [outputs], .bias(fanIn: fanIn)) : nil
    self.options = options
    self.outputPadding = outputPadding
  }

  public var kind: String { "ConvTranspose2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }

  public var details: String {
    let shape = weight.tensor.shape
    return convolutionDetails(
      shape[0], shape[1] * options.groups, shape, options, outputPadding: outputPadding, bias: bias != nil)
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.convTranspose2d(weight.tensor, bias: bias?.tensor, options, outputPadding: outputPadding)
  }
}

private func checkConvolution(
  _ operation: String, _ inputs: Int, _ outputs: Int, _ kernel: (Int, Int), _ options: ConvolutionOptions
) throws {
  try checkSizes(
    operation, ("input channels", inputs), ("output channels", outputs), ("a kernel height", kernel.0),
    ("a kernel width", kernel.1), ("groups", options.groups))
  guard inputs % options.groups == 0, outputs % options.groups == 0 else {
    throw EngineError(
      operation, "\(options.groups) groups do not divide \(inputs) input and \(outputs) output channels")
  }
}

private func convolutionDetails(
  _ inputs: Int, _ outputs: Int, _ shape: [Int], _ options: ConvolutionOptions, outputPadding: (Int, Int) = (0, 0),
  bias: Bool
) -> String {
  var text = "\(inputs), \(outputs), kernel_size=\(Python.text((shape[2], shape[3])))"
  text += ", stride=\(Python.text(options.stride))"
  if options.padding != (0, 0) { text += ", padding=\(Python.text(options.padding))" }
  if options.dilation != (1, 1) { text += ", dilation=\(Python.text(options.dilation))" }
  if outputPadding != (0, 0) { text += ", output_padding=\(Python.text(outputPadding))" }
  if options.groups != 1 { text += ", groups=\(options.groups)" }
  return bias ? text : text + ", bias=False"
}
