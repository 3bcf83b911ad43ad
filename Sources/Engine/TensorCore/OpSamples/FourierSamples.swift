extension OpSample {
  private static func norm(_ parameters: OpParameters) -> FourierNorm {
    FourierNorm(rawValue: parameters.text("norm") ?? "backward") ?? .backward
  }

  /// What every transform refuses; `axes`: how many it goes along, `complex`: whether it takes pairs only.
  private static func refusals(_ name: String, axes: Int, complex: Bool, _ own: [Refusal]) -> [Refusal] {
    let wanted = axes == 1 ? "[*, n" : "[*, H, W"
    let advice = "; the last axis holds the real and the imaginary part"
    let pairs = Refusal(
      [.uniform(3, 4, 5)], complex ? [:] : ["complex": true],
      "\(name): expected complex numbers \(wanted), 2], got 3×4×5\(advice)")
    let real = Refusal([.uniform()], "\(name): expected real numbers \(wanted)], got scalar")
    return (complex ? [pairs] : name == "rfft2" ? [real] : [pairs, real]) + own
  }

  private static let lines: [OpSample] = [
    OpSample(
      "fft", "fourier", tolerance: 2e-6,
      small: [
        Call([.uniform(3, 7)]), Call([.uniform(4, 3)], ["dim": 0, "norm": "ortho"]),
        Call([.uniform(2, 5, 2)], ["complex": true, "norm": "forward"]),
      ],
      large: [Call([.uniform(100, 513)]), Call([.uniform(211, 100)], ["dim": 0])],
      refusals: refusals(
        "fft", axes: 1, complex: false,
        [
          Refusal([.uniform(3, 0)], "fft: cannot transform 0 places (axis 2 of 3×0); a line has 1 to 268435456"),
          Refusal(
            [.uniform(3, 4)], ["dim": 2],
            "fft: there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end"),
          Refusal(
            [.uniform(1, 1, 1, 1, 1, 1, 1, 1)],
            "fft: expected at most 7 axes, for the result has one more, got 1×1×1×1×1×1×1×1"),
        ])
    ) { x, parameters in
      [
        try x[0].fft(
          parameters.integer("dim") ?? -1, complex: parameters.flag("complex"), norm: norm(parameters))
      ]
    },
    OpSample(
      "ifft", "fourier", tolerance: 2e-6,
      small: [Call([.uniform(3, 7, 2)]), Call([.uniform(4, 3, 2)], ["dim": 0, "norm": "ortho"])],
      large: [Call([.uniform(100, 513, 2)]), Call([.uniform(211, 100, 2)], ["dim": 0])],
      refusals: refusals("ifft", axes: 1, complex: true, [])
    ) { x, parameters in [try x[0].ifft(parameters.integer("dim") ?? -1, norm: norm(parameters))] },
  ]

  private static let planes: [OpSample] = [
    OpSample(
      "fft2", "fourier", tolerance: 2e-6,
      small: [
        Call([.uniform(2, 4, 5)]), Call([.uniform(3, 1)], ["norm": "ortho"]),
        Call([.uniform(2, 3, 4, 2)], ["complex": true, "norm": "forward"]),
      ],
      large: [Call([.uniform(3, 97, 128)]), Call([.uniform(1, 256, 256)])],
      refusals: refusals(
        "fft2", axes: 2, complex: false,
        [Refusal([.uniform(2, 0, 4)], "fft2: cannot transform 0 places (axis 2 of 2×0×4); a line has 1 to 268435456")])
    ) { x, parameters in [try x[0].fft2(complex: parameters.flag("complex"), norm: norm(parameters))] },
    OpSample(
      "ifft2", "fourier", tolerance: 2e-6,
      small: [Call([.uniform(2, 4, 5, 2)]), Call([.uniform(3, 1, 2)], ["norm": "forward"])],
      large: [Call([.uniform(3, 97, 128, 2)])], refusals: refusals("ifft2", axes: 2, complex: true, [])
    ) { x, parameters in [try x[0].ifft2(norm: norm(parameters))] },
    OpSample(
      "rfft2", "fourier", tolerance: 2e-6,
      small: [Call([.uniform(2, 4, 5)]), Call([.uniform(3, 6)], ["norm": "ortho"])],
      large: [Call([.uniform(3, 97, 128)])], refusals: refusals("rfft2", axes: 2, complex: false, [])
    ) { x, parameters in [try x[0].rfft2(norm: norm(parameters))] },
    OpSample(
      "irfft2", "fourier", tolerance: 2e-6,
      small: [
        Call([.uniform(2, 4, 3, 2)]), Call([.uniform(3, 4, 2)], ["width": 7, "norm": "ortho"]),
        Call([.uniform(2, 3, 1, 2)], ["width": 1]),
      ],
      large: [Call([.uniform(3, 97, 65, 2)])],
      refusals: refusals(
        "irfft2", axes: 2, complex: true,
        [
          Refusal(
            [.uniform(4, 3, 2)], ["width": 6],
            "irfft2: a half of width 3 belongs to the widths 4 and 5, not to 6"),
          Refusal(
            [.uniform(4, 1, 2)], "irfft2: a half of width 1 belongs to the width 1, not to 0"),
          Refusal([.uniform(4, 0, 2)], "irfft2: a half of width 0 belongs to no width, not to -2"),
        ])
    ) { x, parameters in [try x[0].irfft2(width: parameters.integer("width"), norm: norm(parameters))] },
  ]

  private static func shift(_ name: String, _ op: @escaping @Sendable (Tensor, [Int]) throws -> Tensor) -> OpSample {
    OpSample(
      name, "fourier", small: [Call([.uniform(3, 5)], ["dims": [0, 1]]), Call([.uniform(2, 4, 2)], ["dims": [-2]])],
      large: [Call([.uniform(101, 130)], ["dims": [0, 1]])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["dims": [2]],
          "\(name): there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end")
      ]
    ) { x, parameters in [try op(x[0], parameters.neededIntegers("dims"))] }
  }

  static let fourier: [OpSample] =
    lines + planes + [shift("fftshift") { try $0.fftshift($1) }, shift("ifftshift") { try $0.ifftshift($1) }]
}
