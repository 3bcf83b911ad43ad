internal import Surface
public import TensorCore

/// Amounts of padding that follow from the other sizes.
public enum PaddingRule: String, CaseIterable, Sendable {
  /// The output of a convolution has ⌈size/stride⌉ rows and columns; an odd row or column comes last. With a stride of 1
  /// this is PyTorch's rule, with others TensorFlow's (PyTorch refuses them). A transposed convolution is cropped to
  /// size·stride in the same way: it is the input gradient of such a convolution.
  case same
  /// Nothing is added, or cropped.
  case valid
}

extension Tensor {
  /// `conv2d` whose surroundings are zeros or, padded explicitly, the picture itself, and whose padding may follow a rule
  /// (instead of `options.padding`). self: [N, C, H, W] or [C, H, W].
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, _ options: ConvolutionOptions, padMode: PadMode, rule: PaddingRule? = nil
  ) throws -> Tensor {
    var amounts = [options.padding.1, options.padding.1, options.padding.0, options.padding.0]
    var inner = options
    if rule != nil { (inner.padding, amounts) = ((0, 0), [0, 0, 0, 0]) }
    // What does not fit together is refused by the convolution itself.
    if rule == .same, rank >= 3, weight.rank == 4 { amounts = try samePadding(weight.shape, options) }
    if amounts.allSatisfy({ $0 == 0 }) { return try conv2d(weight, bias: bias, inner) }
    if padMode == .zeros, amounts[0] == amounts[1], amounts[2] == amounts[3] {
      inner.padding = (amounts[2], amounts[0])
      return try conv2d(weight, bias: bias, inner)
    }
    guard rank == 3 || rank == 4 else {
      throw EngineError("conv2d", expected: "an input [N, C, H, W] or [C, H, W]", came: shape.shapeText)
    }
    if rule == nil { return try conv2d(weight, bias: bias, options, outside: padMode, rectified: false) }
    inner.padding = (0, 0)
    return try pad(amounts, mode: padMode).conv2d(weight, bias: bias, inner)
  }

  /// Left, right, top and bottom of the rule `same`.
  private func samePadding(_ weight: [Int], _ options: ConvolutionOptions) throws -> [Int] {
    func sides(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) throws -> [Int] {
      guard size < 1 << 32, (1..<(1 << 32)).contains(kernel), (1...(1 << 24)).contains(stride),
        (1...(1 << 24)).contains(dilation)
      else {
        throw EngineError(
          "conv2d", expected: "a kernel, a stride and a dilation of 1 or more that fit into memory",
          came: "\(kernel), \(stride) and \(dilation)")
      }
      let windows = (size + stride - 1) / stride
      let total = Swift.max((windows - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
      return [total / 2, total - total / 2]
    }
    return try sides(shape[rank - 1], weight[3], options.stride.1, options.dilation.1)
      + sides(shape[rank - 2], weight[2], options.stride.0, options.dilation.0)
  }

  /// `convTranspose2d` whose cropping follows a rule (instead of `options.padding`).
  ///
  /// A window of 3 with a stride of 2 scatters H rows over 2H + 1. The three croppings in use: `same` drops the last row,
  /// as TensorFlow; a padding of 1 with an output padding of 1 and no rule drops the first, as PyTorch and Torch7; `valid`
  /// drops none.
  public func convTranspose2d(
    _ weight: Tensor, bias: Tensor? = nil, _ options: ConvolutionOptions, outputPadding: (Int, Int),
    rule: PaddingRule?
  ) throws -> Tensor {
    var inner = options
    if rule != nil { inner.padding = (0, 0) }
    guard rule == .same else {
      return try convTranspose2d(weight, bias: bias, inner, outputPadding: outputPadding)
    }
    guard outputPadding == (0, 0) else {
      throw EngineError(
        "conv_transpose2d", "an output padding does not go with padding = \"same\"", advice: "leave one of them out")
    }
    let whole = try convTranspose2d(weight, inner)
    let (rows, columns) = (shape[rank - 2] * options.stride.0, shape[rank - 1] * options.stride.1)
    let (down, across) = (whole.shape[whole.rank - 2] - rows, whole.shape[whole.rank - 1] - columns)
    // Negative amounts crop; windows smaller than the stride leave rows that nothing reaches at the end.
    let (top, left) = (Swift.max(down, 0) / 2, Swift.max(across, 0) / 2)
    let y = try whole.pad([-left, left - across, -top, top - down])
    guard let bias else { return y }
    guard bias.shape == [y.shape[y.rank - 3]] else {
      throw EngineError("conv_transpose2d", expected: "a bias of \(y.shape[y.rank - 3])", came: bias.shape.shapeText)
    }
    return try y + bias.reshape([y.shape[y.rank - 3], 1, 1])
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
  /// How much is padded, where `options.padding` does not say.
  public let rule: PaddingRule?

  /// Takes `weight` and, unless told otherwise, `bias` from `weights`.
  public init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), _ options: ConvolutionOptions = .init(),
    bias: Bool = true, padMode: PadMode = .zeros, rule: PaddingRule? = nil
  ) throws {
    try checkConvolution("nn.Conv2d", inputs, outputs, kernel, options)
    let perGroup = inputs / options.groups
    let fanIn = Double(perGroup) * Double(kernel.0) * Double(kernel.1)
    weight = try weights("weight", [outputs, perGroup, kernel.0, kernel.1], .kaiming(fanIn: fanIn))
    self.bias = bias ? try weights("bias", [outputs], .bias(fanIn: fanIn)) : nil
    (self.options, self.padMode, self.rule) = (options, padMode, rule)
  }

  /// The same kernels, laid otherwise over the input.
  init(_ weight: Parameter, _ bias: Parameter?, _ options: ConvolutionOptions, padMode: PadMode) {
    (self.weight, self.bias, self.options, self.padMode, rule) = (weight, bias, options, padMode, nil)
  }

  public var kind: String { "Conv2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }

  public var details: String {
    let shape = weight.tensor.shape
    return convolutionDetails(shape[1] * options.groups, shape[0], shape, options, rule: rule, bias: bias != nil)
      + (padMode == .zeros ? "" : ", padding_mode=\(padMode.rawValue)")
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.conv2d(weight.tensor, bias: bias?.tensor, options, padMode: padMode, rule: rule)
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
  /// How much is cropped, where `options.padding` does not say.
  public let rule: PaddingRule?

  /// Takes `weight` and, unless told otherwise, `bias` from `weights`.
  public init(
    _ weights: Weights, _ inputs: Int, _ outputs: Int, kernel: (Int, Int), _ options: ConvolutionOptions = .init(),
    outputPadding: (Int, Int) = (0, 0), bias: Bool = true, rule: PaddingRule? = nil
  ) throws {
    try checkConvolution("nn.ConvTranspose2d", inputs, outputs, kernel, options)
    let perGroup = outputs / options.groups
    // PyTorch takes the second size as the number of inputs here too, although it is that of the outputs.
    let fanIn = Double(perGroup) * Double(kernel.0) * Double(kernel.1)
    weight = try weights("weight", [inputs, perGroup, kernel.0, kernel.1], .kaiming(fanIn: fanIn))
    self.bias = bias ? try weights("bias", [outputs], .bias(fanIn: fanIn)) : nil
    (self.options, self.outputPadding, self.rule) = (options, outputPadding, rule)
  }

  public var kind: String { "ConvTranspose2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }

  public var details: String {
    let shape = weight.tensor.shape
    return convolutionDetails(
      shape[0], shape[1] * options.groups, shape, options, outputPadding: outputPadding, rule: rule, bias: bias != nil)
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.convTranspose2d(weight.tensor, bias: bias?.tensor, options, outputPadding: outputPadding, rule: rule)
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
  rule: PaddingRule?, bias: Bool
) -> String {
  var text = "\(inputs), \(outputs), kernel_size=\(Python.text((shape[2], shape[3])))"
  text += ", stride=\(Python.text(options.stride))"
  if let rule {
    text += ", padding=\(rule.rawValue)"
  } else if options.padding != (0, 0) {
    text += ", padding=\(Python.text(options.padding))"
  }
  if options.dilation != (1, 1) { text += ", dilation=\(Python.text(options.dilation))" }
  if outputPadding != (0, 0) { text += ", output_padding=\(Python.text(outputPadding))" }
  if options.groups != 1 { text += ", groups=\(options.groups)" }
  return bias ? text : text + ", bias=False"
}
