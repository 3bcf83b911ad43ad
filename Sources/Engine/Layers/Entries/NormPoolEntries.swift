internal import Surface
internal import TensorCore

/// `nn`'s normalisations and pools on tensors.
enum NormPoolEntries {
  static func all() -> [Function] { norms() + channelNorms() + pools() }

  private static var weight: Option { .tensor("weight", "scales of the normalised values") }
  private static var shift: Option { .tensor("bias", "shifts of the normalised values") }
  private static var example: String { "local x = tensor.rand(1, 2, 4, 4)\n" }

  private static func norms() -> [Function] {
    [
      Entry.function(
        "batch_norm",
        "Channels by given statistics, or in training by the batch's own (running ones are not changed here; nn.BatchNorm2d does that).",
        [Option("x", .object("tensor"), "input [N, C, …]")],
        options: [
          .tensor("running_mean", "mean of each channel"), .tensor("running_var", "variance of each channel"),
          weight, shift, .optional("training", .bool, "whether the batch's statistics count", .bool(false)), .eps,
        ], source: "Ioffe & Szegedy 2015, arXiv 1502.03167",
        example: example
          + "local y = nn.batch_norm(x, {training = true})\nassert(y:mean():abs():item() < 1e-5)"
      ) {
        let options = try $0.options
        let (mean, variance): (Tensor?, Tensor?) = (
          try options.objectIfAny("running_mean"), try options.objectIfAny("running_var")
        )
        let training = try options.bool("training")
        guard training || (mean != nil && variance != nil) else {
          throw EngineError(
            "nn.batch_norm", "needs the options 'running_mean' and 'running_var', or training = true")
        }
        return .object(
          try $0.tensor(0).batchNorm(
            mean: training ? nil : mean, variance: training ? nil : variance, weight: options.objectIfAny("weight"),
            bias: options.objectIfAny("bias"), eps: options.number("eps")))
      },
      Entry.function(
        "layer_norm", "Normalises over the last axes.",
        [
          Option("x", .object("tensor"), "input"),
          Option("shape", .either([.integer, .list(.integer)]), "sizes of the axes normalised over"),
        ], options: [weight, shift, .eps], source: "Ba et al. 2016, arXiv 1607.06450",
        example:
          "local y = nn.layer_norm(tensor{{1, 3}, {5, 9}}, 2)\nassert(y:allclose(tensor{{-1, 1}, {-1, 1}}, {rtol = 1e-3}))"
      ) {
        let options = try $0.options
        let shape = try $0[1].exactInteger.map { [$0] } ?? Table.integers($0.table(1), $0.function.qualifiedName)
        return .object(
          try $0.tensor(0).layerNorm(
            shape, weight: options.objectIfAny("weight"), bias: options.objectIfAny("bias"), eps: options.number("eps"))
        )
      },
    ]
  }

  private static func channelNorms() -> [Function] {
    [
      Entry.function(
        "instance_norm", "Each picture's channels by their own mean and variance.",
        [Option("x", .object("tensor"), "input [N, C, …]")], options: [weight, shift, .eps],
        source: "Ulyanov et al. 2016, arXiv 1607.08022",
        example: example + "assert(nn.instance_norm(x):mean({3, 4}):abs():max():item() < 1e-5)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).instanceNorm(
            weight: options.objectIfAny("weight"), bias: options.objectIfAny("bias"), eps: options.number("eps")))
      },
      Entry.function(
        "group_norm", "Groups of channels by their common mean and variance.",
        [Option("x", .object("tensor"), "input [N, C, …]"), Option("groups", .integer, "number of groups")],
        options: [weight, shift, .eps], source: "Wu & He 2018, arXiv 1803.08494",
        example: example + "assert(nn.group_norm(x, 1):mean():abs():item() < 1e-5)"
      ) {
        let options = try $0.options
        return .object(
          try $0.tensor(0).groupNorm(
            $0.integer(1), weight: options.objectIfAny("weight"), bias: options.objectIfAny("bias"),
            eps: options.number("eps")))
      },
    ]
  }

  /// The options of both pools and their layers.
  static func poolOptions(average: Bool) -> [Option] {
    let options: [Option] = [
      .optional(
        "kernel_size", Option.pair, "the window, may also be given in place", range: Option.sizes, unit: "pixels"),
      .optional(
        "stride", Option.pair, "steps between windows; the window itself when not given", range: Option.sizes,
        unit: "pixels"),
      .optional(
        "padding", Option.pair, "rows and columns around the input, at most half the window", .integer(0),
        range: Option.paddings, unit: "pixels"),
      .optional("ceil_mode", .bool, "whether a last, partly filled window counts", .bool(false)),
    ]
    if !average { return options + [.dilation] }
    return options + [
      .optional("count_include_pad", .bool, "whether padding counts in the means", .bool(true)),
      .optional(
        "divisor_override", .integer, "what sums of windows are divided by, instead of their size", range: Option.sizes),
    ]
  }

  static var kernel: Option {
    .optional("kernel_size", Option.pair, "the window, or {vertical, horizontal}", range: Option.sizes, unit: "pixels")
  }

  /// Reads what `poolOptions` declares; the window may stand at a position.
  static func pooling(_ arguments: borrowing Arguments, _ position: Int, average: Bool) throws -> PoolingOptions {
    let options = try arguments.options
    let kernel = try arguments.pair(position, named: "kernel_size")
    return PoolingOptions(
      kernel: kernel, stride: options.has("stride") ? try options.pair("stride") : nil,
      padding: try options.pair("padding"), ceilMode: try options.bool("ceil_mode"),
      countPadding: average ? try options.bool("count_include_pad") : true,
      divisor: average ? try options.integerIfAny("divisor_override") : nil,
      dilation: average ? (1, 1) : try options.pair("dilation"))
  }

  /// The size of adaptive pooling's output.
  static var gridSize: Option {
    Option("output_size", Option.pair, "rows and columns of the output, or {rows, columns}", unit: "pixels")
  }

  private static func pools() -> [Function] {
    [
      Entry.function(
        "max_pool2d", "The largest element of each window.", [.input, kernel], options: poolOptions(average: false),
        example: "assert(nn.max_pool2d(tensor{{{1, 2}, {3, 4}}}, {kernel_size = 2}):item() == 4)"
      ) { .object(try $0.tensor(0).maxPool2d(pooling($0, 1, average: false))) },
      Entry.function(
        "avg_pool2d", "The mean of each window.", [.input, kernel], options: poolOptions(average: true),
        example: "assert(nn.avg_pool2d(tensor{{{1, 2}, {3, 4}}}, 2):item() == 2.5)"
      ) { .object(try $0.tensor(0).avgPool2d(pooling($0, 1, average: true))) },
      Entry.function(
        "adaptive_max_pool2d", "The largest elements of a grid of nearly equal windows that cover the input.",
        [.input, gridSize], example: "assert(nn.adaptive_max_pool2d(tensor{{{1, 2}, {3, 4}}}, 1):item() == 4)"
      ) {
        let (height, width) = try $0.pair(1)
        return .object(try $0.tensor(0).adaptiveMaxPool2d(height, width))
      },
      Entry.function(
        "adaptive_avg_pool2d", "The means of a grid of nearly equal windows that cover the input.", [.input, gridSize],
        example: "assert(nn.adaptive_avg_pool2d(tensor{{{1, 2}, {3, 4}}}, 1):item() == 2.5)"
      ) {
        let (height, width) = try $0.pair(1)
        return .object(try $0.tensor(0).adaptiveAvgPool2d(height, width))
      },
    ]
  }
}
