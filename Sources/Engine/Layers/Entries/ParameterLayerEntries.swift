internal import Surface
internal import TensorCore

/// Functions that make layers with parameters. First values are drawn as PyTorch draws them after the same seed.
enum ParameterLayerEntries {
  static func all() -> [Function] { convolutions() + dense() + norms() }

  private static var inputs: Option {
    Option("in_channels", .integer, "channels of the input", range: Option.sizes)
  }
  private static var outputs: Option {
    Option("out_channels", .integer, "channels of the output", range: Option.sizes)
  }
  private static var kernel: Option {
    Option("kernel_size", Option.pair, "the window, or {vertical, horizontal}", range: Option.sizes, unit: "pixels")
  }

  private static func convolutions() -> [Function] {
    [
      Entry.layer(
        "Conv2d", "A layer that convolves with trained weights [out, in/groups, height, width].",
        [inputs, outputs, kernel],
        options: [.stride, .convolutionPadding, .paddingMode, .dilation, .groups, .bias],
        example: "local c = nn.Conv2d(3, 8, 3, {padding = 1})\nassert(c(tensor.rand(1, 3, 5, 5)):size(2) == 8)"
      ) {
        let options = try $0.options
        return try Conv2d(
          .random(), $0.integer(0), $0.integer(1), kernel: $0.pair(2), options.convolution(),
          bias: options.bool("bias"), padMode: options.padMode(), rule: options.paddingRule())
      },
      Entry.layer(
        "ConvTranspose2d", "A layer of transposed convolution, weights [in, out/groups, height, width].",
        [inputs, outputs, kernel],
        options: [.stride, .transposedPadding, .outputPadding, .dilation, .groups, .bias],
        example: "local c = nn.ConvTranspose2d(4, 2, 2, {stride = 2})\nassert(c(tensor.rand(1, 4, 3, 3)):size(3) == 6)"
      ) {
        let options = try $0.options
        return try ConvTranspose2d(
          .random(), $0.integer(0), $0.integer(1), kernel: $0.pair(2), options.convolution(),
          outputPadding: options.pair("output_padding"), bias: options.bool("bias"), rule: options.paddingRule())
      },
    ]
  }

  private static func dense() -> [Function] {
    [
      Entry.layer(
        "Linear", "A layer x·wᵀ + b with trained weights [out, in].",
        [
          Option("in_features", .integer, "numbers in", range: Option.sizes),
          Option("out_features", .integer, "numbers out", range: Option.sizes),
        ], options: [.bias],
        example:
          "atelier.seed(7)\nlocal l = nn.Linear(2, 3)\nassert(l(tensor.rand(5, 2)):size(2) == 3 and l:count() == 9)"
      ) { try Linear(.random(), $0.integer(0), $0.integer(1), bias: $0.options.bool("bias")) },
      Entry.layer(
        "Embedding", "A trained table of vectors, looked up by ids that count from 0.",
        [
          Option("num_embeddings", .integer, "rows of the table", range: Option.sizes),
          Option("embedding_dim", .integer, "size of a vector", range: Option.sizes),
        ],
        example: "local e = nn.Embedding(10, 4)\nassert(e(tensor{0, 9, 3}):size(2) == 4)"
      ) { try Embedding(.random(), $0.integer(0), $0.integer(1)) },
    ]
  }

  private static var channels: Option {
    Option("num_features", .integer, "channels of the input", range: Option.sizes)
  }

  private static func norms() -> [Function] {
    [
      Entry.layer(
        "GroupNorm", "Group normalisation with trained scales and shifts.",
        [
          Option("num_groups", .integer, "groups of channels", range: Option.sizes),
          Option("num_channels", .integer, "channels of the input", range: Option.sizes),
        ], options: [.eps, .affine(true)], source: "Wu & He 2018, arXiv 1803.08494",
        example: "local n = nn.GroupNorm(2, 4)\nassert(n(tensor.rand(1, 4, 3, 3)):mean():abs():item() < 1e-5)"
      ) {
        let options = try $0.options
        return try GroupNorm(
          .random(), $0.integer(0), $0.integer(1), eps: options.number("eps"), affine: options.bool("affine"))
      },
      Entry.layer(
        "InstanceNorm2d", "Instance normalisation, on request with trained scales and shifts.", [channels],
        options: [.eps, .affine(false)], source: "Ulyanov et al. 2016, arXiv 1607.08022",
        example: "local n = nn.InstanceNorm2d(3, {affine = true})\nassert(n:count() == 6)"
      ) {
        let options = try $0.options
        return try InstanceNorm2d(
          .random(), $0.integer(0), eps: options.number("eps"), affine: options.bool("affine"))
      },
      Entry.layer(
        "BatchNorm2d", "Batch normalisation: the batch's statistics in training, running ones after m:eval().",
        [channels],
        options: [
          .eps,
          .optional("momentum", .number, "weight of a new batch in the running statistics", .number(0.1), range: 0...1),
          .affine(true), .optional("track_running_stats", .bool, "whether running statistics are kept", .bool(true)),
        ], source: "Ioffe & Szegedy 2015, arXiv 1502.03167",
        example:
          "local n = nn.BatchNorm2d(3)\nn(tensor.rand(2, 3, 4, 4))\nassert(n:state_dict().num_batches_tracked:item() == 1)"
      ) {
        let options = try $0.options
        return try BatchNorm2d(
          .random(), $0.integer(0), eps: options.number("eps"), momentum: options.number("momentum"),
          affine: options.bool("affine"), tracks: options.bool("track_running_stats"))
      },
      Entry.layer(
        "LayerNorm", "Layer normalisation over the last axes.",
        [Option("normalized_shape", .either([.integer, .list(.integer)]), "sizes of the axes normalised over")],
        options: [
          .eps, .optional("elementwise_affine", .bool, "whether the result is scaled and shifted", .bool(true)), .bias,
        ], source: "Ba et al. 2016, arXiv 1607.06450",
        example: "local n = nn.LayerNorm(8)\nassert(n(tensor.rand(2, 8)):mean():abs():item() < 1e-5)"
      ) {
        let options = try $0.options
        let shape = try $0[0].exactInteger.map { [$0] } ?? Table.integers($0.table(0), $0.function.qualifiedName)
        return try LayerNorm(
          .random(), shape, eps: options.number("eps"), affine: options.bool("elementwise_affine"),
          bias: options.bool("bias"))
      },
    ]
  }
}
