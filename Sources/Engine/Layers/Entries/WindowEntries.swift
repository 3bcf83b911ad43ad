internal import Surface
internal import TensorCore

/// `nn`'s functions that look at several places at once: attention, windows, sampling; and recomputation.
enum WindowEntries {
  static func all() -> [Function] { windows() + shuffles() + [attention(), gridSample(), recompute()] }

  /// The options of `unfold`, `fold` and their layers; the window may also stand in place.
  static func options() -> [Option] {
    [
      .optional(
        "kernel_size", Option.pair, "the window, may also be given in place", range: Option.sizes, unit: "pixels"),
      .stride, .padding, .dilation,
    ]
  }

  static var outputSize: Option {
    Option("output_size", Option.pair, "rows and columns of the map, or {rows, columns}", unit: "pixels")
  }

  private static func windows() -> [Function] {
    [
      Entry.function(
        "unfold", "Windows as columns: [N, C, H, W] → [N, C·kH·kW, L], the L windows row by row.",
        [.input, NormPoolEntries.kernel], options: options(),
        example:
          "local c = nn.unfold(tensor{{{1, 2, 3}, {4, 5, 6}}}, 2)\nassert(c:allclose(tensor{{1, 2}, {2, 3}, {4, 5}, {5, 6}}))"
      ) { .object(try $0.tensor(0).unfold($0.options.windows($0.pair(1, named: "kernel_size")))) },
      Entry.function(
        "fold", "Sums of windows over a map, the adjoint of unfold: [N, C·kH·kW, L] → [N, C, H, W].",
        [
          Option("x", .object("tensor"), "columns [N, C·kH·kW, L] or [C·kH·kW, L]"), outputSize, NormPoolEntries.kernel,
        ],
        options: options(),
        example:
          "local once = nn.fold(tensor.ones(4, 2), {2, 3}, 2)\nassert(once:allclose(tensor{{{1, 2, 1}, {1, 2, 1}}}))"
      ) {
        let (height, width) = try $0.pair(1)
        return .object(try $0.tensor(0).fold(height, width, $0.options.windows($0.pair(2, named: "kernel_size"))))
      },
    ]
  }

  private static func shuffles() -> [Function] {
    [
      Entry.function(
        "pixel_shuffle", "Channels moved into places: [N, C·r², H, W] → [N, C, H·r, W·r].",
        [.input, Option("upscale_factor", .integer, "r", range: 1...4096)],
        source: "Shi et al. 2016, arXiv 1609.05158",
        example: "assert(nn.pixel_shuffle(tensor{{{1}}, {{2}}, {{3}}, {{4}}}, 2):allclose(tensor{{{1, 2}, {3, 4}}}))"
      ) { .object(try $0.tensor(0).pixelShuffle($0.integer(1))) },
      Entry.function(
        "pixel_unshuffle", "Places moved into channels: [N, C, H·r, W·r] → [N, C·r², H, W].",
        [.input, Option("downscale_factor", .integer, "r", range: 1...4096)],
        example: "assert(nn.pixel_unshuffle(tensor{{{1, 2}, {3, 4}}}, 2):allclose(tensor{{{1}}, {{2}}, {{3}}, {{4}}}))"
      ) { .object(try $0.tensor(0).pixelUnshuffle($0.integer(1))) },
    ]
  }

  private static func attention() -> Function {
    Entry.function(
      "attention", "Scaled dot-product attention, softmax(q·kᵀ·scale + mask)·v.",
      [
        Option("q", .object("tensor"), "queries [N, heads, L, D]"),
        Option("k", .object("tensor"), "keys [N, heads, S, D]"),
        Option("v", .object("tensor"), "values [N, heads, S, E]"),
      ],
      options: [
        .optional("is_causal", .bool, "whether query i sees the keys 1 to i only", .bool(false)),
        .tensor(
          "mask", "stretches to [N, heads, L, S]: of bool (what may be seen, as m:gt(0) gives it) or numbers to add"),
        .optional(
          "scale", .number, "what the products are multiplied by (default: 1/√D)", range: Option.anyNumber),
      ], returns: "a tensor [N, heads, L, E]; zeros for a query that sees nothing",
      source: "Vaswani et al. 2017, arXiv 1706.03762; PyTorch, scaled_dot_product_attention",
      example:
        "local q, k, v = tensor.randn(1, 2, 3, 4), tensor.randn(1, 2, 5, 4), tensor.ones(1, 2, 5, 6)\nassert(nn.attention(q, k, v):allclose(tensor.ones(1, 2, 3, 6)))"
    ) {
      let options = try $0.options
      return .object(
        try $0.tensor(0).attention(
          $0.tensor(1), $0.tensor(2), mask: options.objectIfAny("mask"), isCausal: options.bool("is_causal"),
          scale: options.numberIfAny("scale")))
    }
  }

  private static func gridSample() -> Function {
    Entry.function(
      "grid_sample", "Values of a feature map at given places; differentiable in both.",
      [
        Option("x", .object("tensor"), "input [N, C, H, W]"),
        Option("grid", .object("tensor"), "places [N, H′, W′, 2]: x from −1 (left) to 1, y from −1 (top) to 1"),
      ],
      options: [
        .optional(
          "mode", .choice(SamplingMode.allCases.map(\.rawValue)), "how values between elements are found",
          .string("bilinear")),
        .optional(
          "padding_mode", .choice(SamplingPadding.allCases.map(\.rawValue)), "what stands outside", .string("zeros")),
        .optional(
          "align_corners", .bool, "whether −1 and 1 are centres of outer elements rather than their outer edges",
          .bool(false)),
      ], returns: "a tensor [N, C, H′, W′]", source: "Jaderberg et al. 2015, arXiv 1506.02025; PyTorch",
      example:
        "local x = tensor{{{{1, 2}, {3, 4}}}}\nassert(nn.grid_sample(x, tensor.zeros(1, 1, 1, 2)):item() == 2.5)"
    ) {
      let options = try $0.options
      return .object(
        try $0.tensor(0).gridSample(
          $0.tensor(1), SamplingMode(rawValue: options.string("mode"))!,
          padding: SamplingPadding(rawValue: options.string("padding_mode"))!,
          alignCorners: options.bool("align_corners")))
    }
  }

  private static func recompute() -> Function {
    Function(
      .module("nn"), "recompute",
      "Calls f(x, …) without keeping what it computes in between, and calls it again for the gradients: less memory for more time. Dropout drops the same elements again; what else f changes (running statistics, counters) changes twice.",
      [
        Option("f", .either([.function, .object("layer")]), "a function of tensors that returns tensors, or a layer"),
        Option("x", .any, "what f gets; more may follow"),
      ], variadic: true, returns: "what f returns",
      source: "Chen et al. 2016, arXiv 1604.06174; PyTorch, torch.utils.checkpoint",
      example:
        "local net = nn.Sequential{nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 1)}\nlocal y = nn.recompute(net, tensor.rand(8, 4))\ny:sum():backward()\nassert(net:parameters()[1]:grad() ~= nil)"
    ) { arguments in
      let values = (1..<max(arguments.count, 1)).map { arguments[$0] }
      let call: ([Value]) throws -> [Value]
      switch arguments[0] {
      case .function(let function): call = { try function.call($0) }
      case .object(let layer as LayerObject):
        call = {
          let inputs = try LayerEntries.inputs($0, of: layer)
          return [.object(try layer(inputs[0], Array(inputs.dropFirst())))]
        }
      default: throw arguments.mismatch(0, "a function or a layer")
      }
      let inputs = values.compactMap { if case .object(let object) = $0 { object as? Tensor } else { nil } }
      let results = try Autograd.recompute(inputs) { _ in
        try call(values).map { value in
          guard case .object(let object as Tensor) = value else {
            throw EngineError("nn.recompute", expected: "tensors from the function", came: value.brief)
          }
          return object
        }
      }
      return .many(results.map { .object($0) })
    }
  }
}
