internal import Surface
internal import TensorCore

/// Shorthand for the entries of this module.
enum Entry {
  static let torch = "PyTorch, torch.nn.functional"

  /// A function of the table `nn` that computes tensors.
  static func function(
    _ name: String, _ summary: String, _ parameters: [Option], options: [Option] = [], returns: String = "a tensor",
    source: String = Entry.torch, example: String, body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .module("nn"), name, summary, parameters, options: options, returns: returns, source: source, example: example,
      body: body)
  }

  /// A function of the table `nn` that makes a layer.
  static func layer(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option] = [],
    source: String = "PyTorch, torch.nn", example: String,
    make: @escaping (borrowing Arguments) throws -> any Layer
  ) -> Function {
    Function(
      .module("nn"), name, summary, parameters, options: options, returns: "a layer", source: source, example: example
    ) { .object(LayerObject(try make($0))) }
  }

  /// A method of layers.
  static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], returns: String, example: String,
    body: @escaping (borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("layer"), name, summary, parameters, returns: returns, source: "PyTorch, torch.nn.Module",
      example: example, body: body)
  }
}

// MARK: - Options that several entries share

extension Option {
  static var sizes: ClosedRange<Double> { 1...16_777_216 }
  static var paddings: ClosedRange<Double> { 0...16_777_216 }
  static var atLeastZero: ClosedRange<Double> { 0...Double.greatestFiniteMagnitude }
  static var pair: Kind { .either([.integer, .list(.integer)]) }

  static var input: Option { Option("x", .object("tensor"), "input [N, C, H, W] or [C, H, W]") }
  static var target: Option { Option("target", .object("tensor"), "what the input should be, of its shape") }
  static var stride: Option {
    .optional("stride", pair, "steps between windows", .integer(1), range: sizes, unit: "pixels")
  }
  static var padding: Option {
    .optional("padding", pair, "rows and columns added around the input", .integer(0), range: paddings, unit: "pixels")
  }
  /// The padding of convolutions, which may follow a rule.
  static func padding(_ summary: String) -> Option {
    .optional(
      "padding", .either([.integer, .list(.integer), .choice(PaddingRule.allCases.map(\.rawValue))]), summary,
      .integer(0), range: paddings, unit: "pixels")
  }
  static var convolutionPadding: Option {
    padding(
      "rows and columns added around the input; \"same\": so many that stride 1 keeps the size (stride s: ⌈size/s⌉, as TensorFlow)"
    )
  }
  static var transposedPadding: Option {
    padding(
      "rows and columns cropped all around, as PyTorch counts them; \"same\": down to size·stride, the odd one last, as TensorFlow; \"valid\": none"
    )
  }
  static var dilation: Option {
    .optional("dilation", pair, "steps between the taps of a window", .integer(1), range: sizes, unit: "pixels")
  }
  static var groups: Option {
    .optional("groups", .integer, "parts of the channels that do not mix", .integer(1), range: sizes)
  }
  static var paddingMode: Option {
    .optional(
      "padding_mode", .choice(PadMode.allCases.map(\.rawValue)), "what stands around the input", .string("zeros"))
  }
  static var outputPadding: Option {
    .optional(
      "output_padding", pair, "rows and columns added at the end of the output", .integer(0), range: paddings,
      unit: "pixels")
  }
  static var bias: Option { .optional("bias", .bool, "whether the layer has a bias", .bool(true)) }
  static var eps: Option {
    .optional("eps", .number, "added to the variance", .number(1e-5), range: Option.atLeastZero)
  }
  static var reduction: Option {
    .optional("reduction", .choice(Reduction.allCases.map(\.rawValue)), "how elements become one", .string("mean"))
  }
  static func affine(_ standard: Bool) -> Option {
    .optional("affine", .bool, "whether the result is scaled and shifted by trained values", .bool(standard))
  }
  static func tensor(_ name: String, _ summary: String) -> Option { .optional(name, .object("tensor"), summary) }
}

// MARK: - Reading arguments

extension Arguments {
  /// A number given in place or else by name.
  func number(_ position: Int, named name: String) throws -> Double {
    guard has(position) else { return try options.number(name) }
    let value = try number(position)
    guard value.isFinite else { throw mismatch(position, "a finite number") }
    return value
  }

  /// One integer for both axes or a pair, in place or else by name; 1 or more and far from overflow.
  func pair(_ position: Int, named name: String? = nil) throws -> (Int, Int) {
    if let name, !has(position) { return try options.pair(name) }
    var values = [self[position].exactInteger, self[position].exactInteger]
    if case .table(let table) = self[position], table.list.count == 2 { values = table.list.map(\.exactInteger) }
    guard let first = values[0], let second = values[1] else {
      throw mismatch(position, "an integer or a pair {vertical, horizontal}")
    }
    for size in [first, second] where !Option.sizes.contains(Double(size)) {
      throw EngineError(
        function.qualifiedName,
        "argument \(position + 1) ('\(function.parameters[position].name)') must be between 1 and 16777216, got \(size)"
      )
    }
    return (first, second)
  }
}

extension Options {
  /// Stride, padding, dilation and groups; the padding is 0 where a rule gives it.
  func convolution() throws -> ConvolutionOptions {
    ConvolutionOptions(
      stride: try pair("stride"), padding: try paddingRule() == nil ? pair("padding") : (0, 0),
      dilation: try pair("dilation"), groups: try integer("groups"))
  }

  /// The rule that `padding` names, or nil where it is a number.
  func paddingRule() throws -> PaddingRule? {
    guard case .string(let name) = self["padding"] else { return nil }
    guard let rule = PaddingRule(rawValue: name) else {
      throw mismatch("padding", "an integer, a pair {vertical, horizontal}, \"same\" or \"valid\"")
    }
    return rule
  }

  /// Window, stride, padding and dilation; the window may have been read at a position.
  func windows(_ kernel: (Int, Int)) throws -> WindowOptions {
    WindowOptions(
      kernel: kernel, stride: try pair("stride"), padding: try pair("padding"), dilation: try pair("dilation"))
  }

  /// What `padding_mode` names.
  func padMode() throws -> PadMode { PadMode(rawValue: try string("padding_mode"))! }

  /// What `reduction` names.
  func reduction() throws -> Reduction { Reduction(rawValue: try string("reduction"))! }

  /// One number for both axes or a pair.
  func numberPair(_ name: String) throws -> (Double, Double) {
    if let both = self[name].double { return (both, both) }
    if let list = try listIfAny(name), list.count == 2, let first = list[0].double, let second = list[1].double {
      return (first, second)
    }
    throw mismatch(name, "a number or a pair {vertical, horizontal}")
  }
}
