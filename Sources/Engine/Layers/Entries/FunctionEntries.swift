internal import Surface
internal import TensorCore

/// `nn`'s functions on tensors: convolution, resampling, look-ups. Losses, pooling and norms stand apart.
enum FunctionEntries {
  static func all() -> [Function] { convolutions() + dense() + [pad(), interpolate(), gram()] }

  private static func convolutions() -> [Function] {
    [
      Entry.function(
        "conv2d", "2-D convolution (cross-correlation).",
        [.input, Option("w", .object("tensor"), "weights [out, in/groups, height, width]")],
        options: [
          .tensor("bias", "one number per output channel"), .stride, .convolutionPadding, .paddingMode, .dilation,
          .groups,
        ],
        example:
          "local y = nn.conv2d(tensor.ones(1, 1, 4, 4), tensor.ones(1, 1, 3, 3), {padding = 1})\nassert(y[{1, 1, 2, 2}]:item() == 9 and y[{1, 1, 1, 1}]:item() == 4)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).conv2d(
            $0.tensor(1), bias: options.objectIfAny("bias"), options.convolution(), padMode: options.padMode(),
            rule: options.paddingRule()))
      },
      Entry.function(
        "conv_transpose2d", "Transposed 2-D convolution: the input gradient of conv2d, which enlarges.",
        [.input, Option("w", .object("tensor"), "weights [in, out/groups, height, width]")],
        options: [
          .tensor("bias", "one number per output channel"), .stride, .transposedPadding, .outputPadding, .dilation,
          .groups,
        ],
        example:
          "local y = nn.conv_transpose2d(tensor.ones(1, 1, 2, 2), tensor.ones(1, 1, 2, 2), {stride = 2})\nassert(y:size(3) == 4 and y:sum():item() == 16)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).convTranspose2d(
            $0.tensor(1), bias: options.objectIfAny("bias"), options.convolution(),
            outputPadding: options.pair("output_padding"), rule: options.paddingRule()))
      },
    ]
  }

  private static func dense() -> [Function] {
    [
      Entry.function(
        "linear", "x·wᵀ + b.",
        [
          Option("x", .object("tensor"), "input [*, in]"), Option("w", .object("tensor"), "weights [out, in]"),
          .tensor("b", "one number per output"),
        ],
        example: "assert(nn.linear(tensor{1, 2}, tensor{{3, 4}}, tensor{5}):item() == 16)"
      ) { .object(try $0.tensor(0).linear($0.tensor(1), $0.tensorIfAny(2))) },
      Entry.function(
        "embedding", "Rows of a table by published ids, which count from 0.",
        [
          Option("w", .object("tensor"), "the table [rows, size]"),
          Option("ids", .object("tensor"), "whole numbers of any shape"),
        ], returns: "a tensor of the ids' shape with an axis of `size` added",
        example: "assert(nn.embedding(tensor{{1, 2}, {3, 4}}, tensor{1, 0}):allclose(tensor{{3, 4}, {1, 2}}))"
      ) { .object(try $0.tensor(0).embedding($0.tensor(1).wholeNumbers("nn.embedding", "ids"))) },
      Entry.function(
        "dropout", "Drops elements at random and enlarges the others, so that the mean stays.",
        [Option("x", .object("tensor"), "input of any shape")],
        options: [
          .optional("p", .number, "the probability to drop an element", .number(0.5), range: 0...1),
          .optional("training", .bool, "false returns the input", .bool(true)),
        ], source: "Srivastava et al. 2014; draws as PyTorch's CPU path without MKL",
        example:
          "atelier.seed(1)\nlocal y = nn.dropout(tensor.ones(1000), {p = 0.5})\nassert(y:max():item() == 2 and math.abs(y:mean():item() - 1) < 0.2)"
      ) {
        let options = try $0.options
        let p = try options.number("p")
        return .object(try options.bool("training") ? $0.tensor(0).dropout(p) : $0.tensor(0))
      },
    ]
  }

  private static func pad() -> Function {
    Entry.function(
      "pad", "Adds elements around the last axes; negative amounts crop.",
      [
        Option("x", .object("tensor"), "input"),
        Option("amounts", .list(.integer), "{left, right, top, bottom}: two for each axis, the last axis first"),
      ],
      options: [
        .optional(
          "mode", .choice(["constant", "zeros", "reflect", "replicate", "circular"]), "what stands around the input",
          .string("constant")),
        .optional("value", .number, "the constant of mode \"constant\"", .number(0), range: Option.anyNumber),
      ],
      example:
        "assert(nn.pad(tensor{1, 2, 3}, {2, 1}, {mode = \"reflect\"}):allclose(tensor{3, 2, 1, 2, 3, 2}))"
    ) {
      let options = try $0.options
      let mode = PadMode(rawValue: try options.string("mode")) ?? .zeros
      _ = try $0.table(1)
      let amounts = try Table.integers($0.table(1), $0.function.qualifiedName)
      return .object(try $0.tensor(0).pad(amounts, mode: mode, value: options.number("value")))
    }
  }

  /// The options of `interpolate` and `nn.Upsample`.
  static func resizing(antialias: Bool) -> [Option] {
    let options: [Option] = [
      .optional("size", Option.pair, "rows and columns of the output", range: Option.sizes, unit: "pixels"),
      .optional(
        "scale_factor", .either([.number, .list(.number)]), "factor, or {vertical, horizontal}, instead of size"),
      .optional(
        "mode", .choice(InterpolationMode.allCases.map(\.rawValue)), "the kernel", .string("nearest")),
      .optional(
        "align_corners", .bool, "whether corner elements lie on corner elements (bilinear, bicubic)", .bool(false)),
    ]
    let recompute = Option.optional(
      "recompute_scale_factor", .bool, "whether places follow from the rounded sizes rather than from scale_factor",
      .bool(false))
    if !antialias { return options + [recompute] }
    return options + [
      recompute,
      .optional("antialias", .bool, "whether shrinking averages all it covers (bilinear, bicubic)", .bool(false)),
    ]
  }

  /// Reads what `resizing` declares.
  static func target(_ options: Options, _ operation: String) throws -> ResizeTarget {
    guard options.has("size") != options.has("scale_factor") else {
      throw EngineError(operation, "needs either the option 'size' or the option 'scale_factor'")
    }
    if options.has("size") {
      let (height, width) = try options.pair("size")
      return .size(height, width)
    }
    let (y, x) = try options.numberPair("scale_factor")
    return try options.bool("recompute_scale_factor") ? .roundedScale(y, x) : .scale(y, x)
  }

  private static func interpolate() -> Function {
    Entry.function(
      "interpolate", "Makes pictures or feature maps larger or smaller.", [.input], options: resizing(antialias: true),
      example:
        "local y = nn.interpolate(tensor{{{1, 2}}}, {scale_factor = 2})\nassert(y:allclose(tensor{{{1, 1, 2, 2}, {1, 1, 2, 2}}}))"
    ) {
      let options = try $0.options
      let target = try target(options, $0.function.qualifiedName)
      return .object(
        try $0.tensor(0).interpolate(
          target, mode: InterpolationMode(rawValue: options.string("mode"))!,
          alignCorners: options.bool("align_corners"), antialias: options.bool("antialias")))
    }
  }

  private static func gram() -> Function {
    Entry.function(
      "gram", "Gram matrices: inner products of channels over all places.", [.input],
      options: [
        .optional(
          "normalize", .choice(["none", "hw", "chw"]), "what the products are divided by: nothing, H·W or C·H·W",
          .string("chw"))
      ], returns: "a tensor [N, C, C] or [C, C]", source: "Gatys et al. 2016, CVPR, eq. 3",
      example: "local g = nn.gram(tensor.ones(2, 3, 3), {normalize = \"hw\"})\nassert(g:allclose(tensor.ones(2, 2)))"
    ) { .object(try $0.tensor(0).gram(normalize: $0.options.string("normalize"))) }
  }
}

extension Table {
  /// The list as integers.
  static func integers(_ table: Table, _ operation: String) throws -> [Int] {
    try table.list.enumerated().map { index, value in
      guard let integer = value.exactInteger else {
        throw EngineError(operation, expected: "integers in the list", came: "\(value.brief) at place \(index + 1)")
      }
      return integer
    }
  }
}
