extension OpSample {
  private static func options(_ parameters: OpParameters) -> ConvolutionOptions {
    ConvolutionOptions(
      stride: parameters.pair("stride", 1), padding: parameters.pair("padding", 0),
      dilation: parameters.pair("dilation", 1), groups: parameters.integer("groups") ?? 1)
  }

  static let convolutions: [OpSample] = [
    OpSample(
      "conv2d", "convolution", tolerance: 4e-6,
      small: [
        Call([.uniform(2, 3, 6, 7), .uniform(4, 3, 3, 3), .uniform(4)], ["padding": [1, 1]]),
        Call([.uniform(1, 4, 7, 6), .uniform(6, 2, 3, 2)], ["stride": [2, 1], "groups": 2]),
        Call([.uniform(1, 2, 8, 9), .uniform(3, 2, 3, 3), .uniform(3)], ["dilation": [2, 1], "padding": [2, 2]]),
        Call([.uniform(3, 5, 5), .uniform(2, 3, 1, 1)]),
      ],
      large: [
        Call([.uniform(1, 64, 64, 64), .uniform(64, 64, 3, 3), .uniform(64)], ["padding": [1, 1]]),
        Call([.uniform(4, 3, 60, 60), .uniform(16, 3, 7, 7)], ["stride": [2, 2]]),
        Call([.uniform(2, 256, 20, 20), .uniform(64, 256, 1, 1)]),
        Call([.uniform(2, 64, 40, 40), .uniform(64, 1, 3, 3)], ["padding": [1, 1], "groups": 64]),
      ],
      refusals: [
        Refusal(
          [.uniform(1, 3, 6, 6), .uniform(4, 2, 3, 3)],
          "conv2d: an input of 1×3×6×6, weights of 4×2×3×3 and 1 group do not fit together; the input's channels must be "
            + "groups × the weights' second size"),
        Refusal(
          [.uniform(1, 3, 2, 2), .uniform(4, 3, 3, 3)],
          "conv2d: a 3×3 kernel does not fit into an input of 2×2 with a padding of 0 and 0; pad more or use a smaller "
            + "kernel"),
        Refusal(
          [.uniform(3, 6), .uniform(4, 3, 3, 3)],
          "conv2d: expected an input [N, C, H, W] or [C, H, W] and weights [out, in/groups, height, width], got 3×6 and "
            + "4×3×3×3"),
        Refusal([.uniform(1, 3, 6, 6), .uniform(4, 3, 3, 3), .uniform(3)], "conv2d: expected a bias of 4, got 3"),
        Refusal(
          [.uniform(1, 3, 6, 6), .uniform(4, 3, 3, 3)], ["stride": [0, 1]],
          "conv2d: expected a stride of 1 or more, got 0 and 1"),
      ]
    ) { x, parameters in [try x[0].conv2d(x[1], bias: x.count > 2 ? x[2] : nil, options(parameters))] },
    OpSample(
      "conv_transpose2d", "convolution", covers: ["convTranspose2d"], tolerance: 4e-6,
      small: [
        Call([.uniform(2, 3, 4, 5), .uniform(3, 4, 3, 3), .uniform(4)]),
        Call(
          [.uniform(1, 4, 4, 5), .uniform(4, 3, 3, 3), .uniform(6)],
          ["stride": [2, 2], "padding": [1, 1], "output_padding": [1, 1], "groups": 2]),
        Call([.uniform(1, 2, 5, 5), .uniform(2, 3, 3, 3)], ["dilation": [2, 2]]),
      ],
      large: [
        Call(
          [.uniform(1, 64, 32, 32), .uniform(64, 32, 3, 3), .uniform(32)],
          ["stride": [2, 2], "padding": [1, 1], "output_padding": [1, 1]])
      ],
      refusals: [
        Refusal(
          [.uniform(1, 3, 6, 6), .uniform(4, 2, 3, 3)],
          "conv_transpose2d: an input of 1×3×6×6, weights of 4×2×3×3 and 1 group do not fit together; the weights are "
            + "[in, out/groups, height, width]"),
        Refusal(
          [.uniform(1, 3, 6, 6), .uniform(3, 2, 3, 3)], ["output_padding": [1, 1]],
          "conv_transpose2d: expected an output padding below the stride or the dilation, got 1 and 1"),
        Refusal(
          [.uniform(1, 3, 1, 1), .uniform(3, 2, 1, 1)], ["padding": [1, 1]],
          "conv_transpose2d: the output would be -1×-1; pad less"),
      ]
    ) { x, parameters in
      let bias = x.count > 2 ? x[2] : nil, extra = parameters.pair("output_padding", 0)
      return [try x[0].convTranspose2d(x[1], bias: bias, options(parameters), outputPadding: extra)]
    },
  ]

  private static func pooling(_ parameters: OpParameters) -> PoolingOptions {
    PoolingOptions(
      kernel: parameters.pair("kernel_size", 2), stride: parameters.integers("stride").map { ($0[0], $0[1]) },
      padding: parameters.pair("padding", 0), ceilMode: parameters.flag("ceil_mode"),
      countPadding: parameters.flag("count_include_pad", true), divisor: parameters.integer("divisor_override"),
      dilation: parameters.pair("dilation", 1))
  }

  private static func poolingRefusals(_ name: String) -> [Refusal] {
    [
      Refusal(
        [.uniform(3, 4)], ["kernel_size": [2, 2]], "\(name): expected an input [N, C, H, W] or [C, H, W], got 3×4"),
      Refusal(
        [.uniform(1, 2, 3, 3)], ["kernel_size": [4, 2]],
        "\(name): a window of 4 does not fit into a size of 3 with a padding of 0; use a smaller window"),
      Refusal(
        [.uniform(1, 2, 3, 3)], ["kernel_size": [2, 2], "padding": [2, 1]],
        "\(name): expected a padding of at most half the window of 2×2, got 2 and 1"),
    ]
  }

  static let poolings: [OpSample] = [
    OpSample(
      "max_pool2d", "pooling", covers: ["maxPool2d"],
      small: [
        Call([.distinct(2, 3, 6, 8)], ["kernel_size": [2, 2]]),
        Call([.distinct(1, 2, 7, 9)], ["kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1]]),
        Call([.distinct(3, 6, 7)], ["kernel_size": [3, 3], "stride": [2, 2], "ceil_mode": true]),
      ],
      large: [Call([.uniform(2, 64, 60, 80)], ["kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1]])],
      refusals: poolingRefusals("max_pool2d")
    ) { x, parameters in [try x[0].maxPool2d(pooling(parameters))] },
    OpSample(
      "avg_pool2d", "pooling", covers: ["avgPool2d"],
      small: [
        Call([.uniform(2, 3, 6, 8)], ["kernel_size": [2, 2]]),
        Call([.uniform(1, 2, 7, 9)], ["kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1]]),
        Call(
          [.uniform(3, 6, 7)],
          ["kernel_size": [3, 3], "stride": [2, 2], "ceil_mode": true, "count_include_pad": false]),
        Call(
          [.uniform(1, 2, 7, 6)],
          ["kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1], "ceil_mode": true, "divisor_override": 5]),
      ],
      large: [Call([.uniform(2, 64, 60, 80)], ["kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1]])],
      refusals: poolingRefusals("avg_pool2d")
    ) { x, parameters in [try x[0].avgPool2d(pooling(parameters))] },
    OpSample(
      "adaptive_avg_pool2d", "pooling", covers: ["adaptiveAvgPool2d", "resample"],
      small: [
        Call([.uniform(2, 3, 5, 7)], ["size": [1, 1]]), Call([.uniform(1, 2, 7, 10)], ["size": [3, 4]]),
        Call([.uniform(2, 3, 4)], ["size": [5, 7]]),
      ],
      large: [Call([.uniform(2, 64, 60, 80)], ["size": [7, 7]])],
      refusals: [
        Refusal(
          [.uniform(2, 3, 4)], ["size": [0, 1]],
          "adaptive_avg_pool2d: expected an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more, got 2×3×4 and 0×1"
        ),
        Refusal(
          [.uniform(3, 4)], ["size": [1, 1]],
          "adaptive_avg_pool2d: expected an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more, got 3×4 and 1×1"
        ),
      ]
    ) { x, parameters in
      let (height, width) = parameters.pair("size", 1)
      return [try x[0].adaptiveAvgPool2d(height, width)]
    },
    OpSample(
      "adaptive_max_pool2d", "pooling", covers: ["adaptiveMaxPool2d"],
      small: [
        Call([.distinct(2, 3, 5, 7)], ["size": [1, 1]]), Call([.distinct(1, 2, 7, 10)], ["size": [3, 4]]),
        Call([.distinct(2, 3, 4)], ["size": [5, 7]]),
      ],
      large: [Call([.uniform(2, 64, 60, 80)], ["size": [7, 7]])],
      refusals: [
        Refusal(
          [.uniform(2, 3, 4)], ["size": [0, 1]],
          "adaptive_max_pool2d: expected an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more, got 2×3×4 and 0×1"
        )
      ]
    ) { x, parameters in
      let (height, width) = parameters.pair("size", 1)
      return [try x[0].adaptiveMaxPool2d(height, width)]
    },
    OpSample(
      "interpolate", "interpolate", tolerance: 2e-6,
      small: [
        Call([.uniform(2, 3, 3, 4)], ["mode": "nearest", "scale_factor": 2]),
        Call([.uniform(2, 5, 4)], ["mode": "nearest-exact", "size": [3, 7]]),
        Call([.uniform(2, 5, 4)], ["mode": "bilinear", "size": [7, 9]]),
        Call([.uniform(1, 2, 5, 4)], ["mode": "bicubic", "size": [7, 3]]),
        Call([.uniform(1, 2, 9, 12)], ["mode": "bilinear", "size": [4, 5], "antialias": true]),
        Call([.uniform(1, 2, 9, 12)], ["mode": "area", "size": [4, 5]]),
      ],
      large: [Call([.uniform(1, 16, 100, 120)], ["mode": "bilinear", "scale_factor": 2])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["mode": "nearest", "size": [2, 2]],
          "interpolate: expected an input [N, C, H, W] or [C, H, W] and an output of 1×1 or more, got 3×4 and 2×2"),
        Refusal(
          [.uniform(1, 3, 4, 4)], ["mode": "nearest", "size": [2, 2], "antialias": true],
          "interpolate: antialias goes with bilinear and bicubic, not with nearest"),
      ], run: interpolation),
  ]

  private static let interpolation: @Sendable ([Tensor], OpParameters) throws -> [Tensor] = { x, parameters in
    let mode = InterpolationMode(rawValue: parameters.text("mode") ?? "nearest") ?? .nearest
    let corners = parameters.flag("align_corners"), smooth = parameters.flag("antialias")
    guard let factor = parameters.number("scale_factor") else {
      let (height, width) = parameters.pair("size", 1)
      return [try x[0].interpolate(height: height, width: width, mode, alignCorners: corners, antialias: smooth)]
    }
    let (height, width) = (Double(x[0].shape[x[0].rank - 2]) * factor, Double(x[0].shape[x[0].rank - 1]) * factor)
    return [
      try x[0].interpolate(
        height: Int(height), width: Int(width), mode, scale: (factor, factor), alignCorners: corners, antialias: smooth)
    ]
  }
}
