extension OpSample {
  private static func windows(_ parameters: OpParameters) -> WindowOptions {
    WindowOptions(
      kernel: parameters.pair("kernel_size", 1), stride: parameters.pair("stride", 1),
      padding: parameters.pair("padding", 0), dilation: parameters.pair("dilation", 1))
  }

  private static let columns: [OpSample] = [
    OpSample(
      "unfold", "windows",
      small: [
        Call([.uniform(2, 3, 4, 5)], ["kernel_size": [2, 2]]),
        Call([.uniform(1, 2, 6, 7)], ["kernel_size": [3, 2], "stride": [2, 1], "padding": [1, 0]]),
        Call([.uniform(2, 6, 7)], ["kernel_size": [2, 3], "dilation": [2, 1], "padding": [0, 2]]),
      ],
      large: [Call([.uniform(2, 8, 40, 50)], ["kernel_size": [3, 3], "padding": [1, 1]])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["kernel_size": [2, 2]], "unfold: expected an input [N, C, H, W] or [C, H, W], got 3×4"),
        Refusal(
          [.uniform(1, 3, 4, 4)], ["kernel_size": [5, 2]],
          "unfold: a 5×2 window does not fit into a map of 4×4 with a padding of 0 and 0; pad more or use a smaller window"
        ),
        Refusal(
          [.uniform(1, 3, 4, 4)], ["kernel_size": [2, 2], "stride": [0, 1]],
          "unfold: expected a stride from 1 to 16777216, got 0 and 1"),
      ]
    ) { x, parameters in [try x[0].unfold(windows(parameters))] },
    OpSample(
      "fold", "windows",
      small: [
        Call([.uniform(2, 12, 12)], ["output_size": [4, 5], "kernel_size": [2, 2]]),
        Call(
          [.uniform(1, 12, 18)],
          ["output_size": [6, 7], "kernel_size": [3, 2], "stride": [2, 1], "padding": [1, 0]]),
        Call([.uniform(8, 4)], ["output_size": [4, 4], "kernel_size": [2, 2], "stride": [2, 2]]),
      ],
      large: [Call([.uniform(2, 72, 2000)], ["output_size": [40, 50], "kernel_size": [3, 3], "padding": [1, 1]])],
      refusals: [
        Refusal(
          [.uniform(1, 12, 11)], ["output_size": [4, 5], "kernel_size": [2, 2]],
          "fold: expected an input [N, C·4, 12] or [C·4, 12], got 1×12×11"),
        Refusal(
          [.uniform(1, 12, 12)], ["output_size": [0, 5], "kernel_size": [2, 2]],
          "fold: expected an output of 1×1 or more, got 0×5"),
      ]
    ) { x, parameters in
      let (height, width) = parameters.pair("output_size", 1)
      return [try x[0].fold(height, width, windows(parameters))]
    },
  ]

  private static let shuffles: [OpSample] = [
    OpSample(
      "pixel_shuffle", "windows", covers: ["pixelShuffle"],
      small: [
        Call([.uniform(2, 8, 2, 3)], ["upscale_factor": 2]), Call([.uniform(9, 2, 4)], ["upscale_factor": 3]),
        Call([.uniform(1, 2, 4, 3, 2)], ["upscale_factor": 2]),
      ],
      large: [Call([.uniform(1, 64, 60, 50)], ["upscale_factor": 2])],
      refusals: [
        Refusal(
          [.uniform(1, 6, 2, 2)], ["upscale_factor": 2],
          "pixel_shuffle: expected channels that 2×2 divides, got 6 of 1×6×2×2"),
        Refusal(
          [.uniform(4, 2)], ["upscale_factor": 2],
          "pixel_shuffle: expected an input [N, C, H, W] or [C, H, W], got 4×2"),
        Refusal(
          [.uniform(4, 2, 2)], ["upscale_factor": 0], "pixel_shuffle: expected a factor from 1 to 4096, got 0"),
      ]
    ) { x, parameters in [try x[0].pixelShuffle(parameters.needed("upscale_factor"))] },
    OpSample(
      "pixel_unshuffle", "windows", covers: ["pixelUnshuffle"],
      small: [
        Call([.uniform(2, 2, 4, 6)], ["downscale_factor": 2]), Call([.uniform(1, 6, 9)], ["downscale_factor": 3]),
        Call([.uniform(1, 2, 1, 2, 4)], ["downscale_factor": 2]),
      ],
      large: [Call([.uniform(1, 16, 120, 100)], ["downscale_factor": 2])],
      refusals: [
        Refusal(
          [.uniform(1, 6, 2, 3)], ["downscale_factor": 2],
          "pixel_unshuffle: expected a height and a width that 2 divides, got 2×3"),
        Refusal(
          [.uniform(4, 2)], ["downscale_factor": 2],
          "pixel_unshuffle: expected an input [N, C, H, W] or [C, H, W], got 4×2"),
      ]
    ) { x, parameters in [try x[0].pixelUnshuffle(parameters.needed("downscale_factor"))] },
  ]

  /// Every mode with every padding. A step of a difference quotient crosses an element, where slopes jump, with a
  /// probability of 1e-5 per place: the fixed draws below do not.
  private static let gridSample = OpSample(
    "grid_sample", "sampling", covers: ["gridSample"], tolerance: 4e-6, gradientTolerance: 2e-5,
    small: SamplingMode.allCases.flatMap { mode in
      SamplingPadding.allCases.map { padding in
        Call(
          [.uniform(2, 3, 4, 5), .uniform(2, 3, 2, 2, low: -1.6, high: 1.6)],
          [
            "mode": .text(mode.rawValue), "padding_mode": .text(padding.rawValue),
            "align_corners": .flag(mode == .bicubic),
          ])
      }
    },
    large: [Call([.uniform(1, 8, 60, 50), .uniform(1, 80, 70, 2, low: -1.1, high: 1.1)])],
    refusals: [
      Refusal(
        [.uniform(1, 3, 4, 4), .uniform(2, 3, 3, 2)],
        "grid_sample: expected an input [N, C, H, W] with elements and a grid [N, H′, W′, 2], got 1×3×4×4 and 2×3×3×2"),
      Refusal(
        [.uniform(1, 3, 4, 4), .uniform(1, 3, 3, 3)],
        "grid_sample: expected an input [N, C, H, W] with elements and a grid [N, H′, W′, 2], got 1×3×4×4 and 1×3×3×3"),
    ]
  ) { x, parameters in
    let mode = SamplingMode(rawValue: parameters.text("mode") ?? "bilinear") ?? .bilinear
    let padding = SamplingPadding(rawValue: parameters.text("padding_mode") ?? "zeros") ?? .zeros
    return [try x[0].gridSample(x[1], mode, padding: padding, alignCorners: parameters.flag("align_corners"))]
  }

  static let windows: [OpSample] = columns + shuffles + [gridSample]
}
