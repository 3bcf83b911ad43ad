extension OpSample {
  private static func noAxis(_ name: String, _ parameters: OpParameters) -> Refusal {
    Refusal(
      [.uniform(3, 4)], parameters,
      "\(name): there is no axis 3 in a tensor of 3×4; axes count from 1 to 2, or from -1 at the end")
  }

  private static let shapes: [OpSample] = [
    OpSample(
      "reshape", "movement", aliases: ["view"],
      small: [
        Call([.uniform(3, 4)], ["shape": [2, 6]]), Call([.uniform(2, 3, 4)], ["shape": [2, -1]]),
        Call([.uniform(4, 6)], ["shape": [3, 8]]),
      ],
      large: [Call([.uniform(300, 500)], ["shape": [500, 300]])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["shape": [5, -1]],
          "reshape: 12 elements of 3×4 do not fill the shape 5×-1; the sizes must multiply to 12; one of them may be -1"
        ),
        Refusal(
          [.uniform(3, 4)], ["shape": [6]],
          "reshape: 12 elements of 3×4 do not fill the shape 6; the sizes must multiply to 12; one of them may be -1"),
      ]
    ) { x, parameters in [try x[0].reshape(parameters.neededIntegers("shape"))] },
    OpSample(
      "flatten", "movement",
      small: [Call([.uniform(2, 3, 4)], ["start_dim": 1]), Call([.uniform(2, 3, 4)], ["start_dim": 0, "end_dim": 1])],
      large: [Call([.uniform(30, 50, 100)], ["start_dim": 1])],
      refusals: [
        noAxis("flatten", ["start_dim": 2]),
        Refusal(
          [.uniform(2, 3, 4)], ["start_dim": 2, "end_dim": 1],
          "flatten: expected a first axis not after the last, got 3 and 2"),
      ]
    ) { x, parameters in
      [try x[0].flatten(parameters.integer("start_dim") ?? 0, parameters.integer("end_dim") ?? -1)]
    },
    OpSample(
      "squeeze", "movement",
      small: [Call([.uniform(2, 1, 3)], ["dim": 1]), Call([.uniform(2, 1, 3)], ["dim": 0]), Call([.uniform(1, 2, 1)])],
      large: [Call([.uniform(300, 1, 500)], ["dim": 1])], refusals: [noAxis("squeeze", ["dim": 2])]
    ) { x, parameters in [try x[0].squeeze(parameters.integer("dim"))] },
    OpSample(
      "unsqueeze", "movement",
      small: [Call([.uniform(2, 3)], ["dim": 0]), Call([.uniform(2, 3)], ["dim": -1])],
      large: [Call([.uniform(300, 500)], ["dim": 1])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["dim": 4],
          "unsqueeze: cannot put an axis at 5 of a tensor of 3×4; places count from 1 to 3")
      ]
    ) { x, parameters in [try x[0].unsqueeze(parameters.needed("dim"))] },
    OpSample(
      "expand", "movement",
      small: [Call([.uniform(1, 4)], ["shape": [3, 4]]), Call([.uniform(2, 1, 3)], ["shape": [4, 2, 5, -1]])],
      large: [Call([.uniform(30_000, 1)], ["shape": [30_000, 5]])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["shape": [3, 8]],
          "expand: the shape 3×4 does not stretch to 3×8; only axes of size 1 stretch, and new axes come in front"),
        Refusal([.uniform(1)], ["shape": [-2]], "expand: expected sizes of 0 or more, got -2"),
      ]
    ) { x, parameters in [try x[0].expand(parameters.neededIntegers("shape"))] },
    OpSample(
      "repeat", "movement", aliases: ["repeat_"],
      small: [Call([.uniform(2, 3)], ["repeats": [2, 2]]), Call([.uniform(2, 3)], ["repeats": [3, 1, 2]])],
      large: [Call([.uniform(100, 200)], ["repeats": [3, 4]])],
      refusals: [
        Refusal(
          [.uniform(2, 3)], ["repeats": [2]], "repeat: expected a count of 0 or more for each of the 2 axes, got 2"),
        Refusal(
          [.uniform(2, 3)], ["repeats": [2, -1]],
          "repeat: expected a count of 0 or more for each of the 2 axes, got 2, -1"),
      ]
    ) { x, parameters in [try x[0].repeat(parameters.neededIntegers("repeats"))] },
  ]

  private static let orders: [OpSample] = [
    OpSample(
      "permute", "movement",
      small: [Call([.uniform(2, 3, 4)], ["dims": [2, 0, 1]]), Call([.uniform(2, 3, 4, 5)], ["dims": [0, 2, -1, 1]])],
      large: [Call([.uniform(30, 50, 100)], ["dims": [2, 0, 1]])],
      refusals: [
        Refusal([.uniform(3, 4)], ["dims": [1, 1]], "permute: expected each of the 2 axes once, got 2, 2"),
        noAxis("permute", ["dims": [0, 2]]),
      ]
    ) { x, parameters in [try x[0].permute(parameters.neededIntegers("dims"))] },
    OpSample(
      "transpose", "movement", aliases: ["t"],
      small: [Call([.uniform(3, 4)], ["dim0": 0, "dim1": 1]), Call([.uniform(2, 3, 4)], ["dim0": 0, "dim1": -1])],
      large: [Call([.uniform(300, 500)], ["dim0": 0, "dim1": 1])],
      refusals: [noAxis("transpose", ["dim0": 0, "dim1": 2])]
    ) { x, parameters in [try x[0].transpose(parameters.needed("dim0"), parameters.needed("dim1"))] },
    OpSample(
      "flip", "movement",
      small: [Call([.uniform(3, 4)], ["dims": [1]]), Call([.uniform(2, 3, 4)], ["dims": [0, -1]])],
      large: [Call([.uniform(300, 500)], ["dims": [0, 1]])], refusals: [noAxis("flip", ["dims": [2]])]
    ) { x, parameters in [try x[0].flip(parameters.neededIntegers("dims"))] },
    OpSample(
      "roll", "movement",
      small: [Call([.uniform(3, 4)], ["shift": 1, "dim": 1]), Call([.uniform(5, 2)], ["shift": -7, "dim": 0])],
      large: [Call([.uniform(300, 500)], ["shift": 7, "dim": 1])], refusals: [noAxis("roll", ["shift": 1, "dim": 2])]
    ) { x, parameters in [try x[0].roll(parameters.needed("shift"), parameters.needed("dim"))] },
  ]

  private static let parts: [OpSample] = [
    OpSample(
      "narrow", "movement",
      small: [
        Call([.uniform(5, 3)], ["dim": 0, "start": 1, "length": 3]),
        Call([.uniform(2, 3, 6)], ["dim": -1, "start": -3, "length": 2]),
      ],
      large: [Call([.uniform(300, 500)], ["dim": 1, "start": 5, "length": 400])],
      refusals: [
        Refusal(
          [.uniform(5, 3)], ["dim": 0, "start": 3, "length": 3],
          "narrow: 3 positions from 4 on do not lie within axis 1 of a tensor of 5×3; its positions are 1 to 5")
      ]
    ) { x, parameters in
      [try x[0].narrow(parameters.needed("dim"), parameters.needed("start"), parameters.needed("length"))]
    },
    OpSample(
      "select", "movement",
      small: [Call([.uniform(5, 3)], ["dim": 0, "index": 2]), Call([.uniform(2, 3, 4)], ["dim": 1, "index": -1])],
      large: [Call([.uniform(3, 300, 500)], ["dim": 1, "index": 2])],
      refusals: [
        Refusal(
          [.uniform(5, 3)], ["dim": 1, "index": 3],
          "select: there is no position 4 on axis 2 of a tensor of 5×3; positions count from 1 to 3")
      ]
    ) { x, parameters in [try x[0].select(parameters.needed("dim"), parameters.needed("index"))] },
    OpSample(
      "split", "movement",
      small: [Call([.uniform(4, 3)], ["size": 2, "dim": 0]), Call([.uniform(2, 7)], ["size": 3, "dim": 1])],
      large: [Call([.uniform(300, 500)], ["size": 60, "dim": 1])],
      refusals: [
        Refusal([.uniform(4, 3)], ["size": 0, "dim": 0], "split: expected a size of 1 or more, got 0"),
        Refusal([.uniform(4, 3)], ["sizes": [1, 2], "dim": 0], "split: expected sizes that add up to 4, got 1, 2"),
      ]
    ) { x, parameters in
      let axis = try parameters.needed("dim")
      if let sizes = parameters.integers("sizes") { return try x[0].split(sizes, axis) }
      return try x[0].split(every: parameters.needed("size"), axis)
    },
    OpSample(
      "chunk", "movement",
      small: [Call([.uniform(4, 3)], ["chunks": 2, "dim": 0]), Call([.uniform(2, 7)], ["chunks": 3, "dim": 1])],
      large: [Call([.uniform(300, 500)], ["chunks": 4, "dim": 1])],
      refusals: [
        Refusal([.uniform(4, 3)], ["chunks": 0, "dim": 0], "chunk: expected 1 part or more, got 0")
      ]
    ) { x, parameters in try x[0].chunk(parameters.needed("chunks"), parameters.needed("dim")) },
  ]

  private static let joins: [OpSample] = [
    OpSample(
      "cat", "movement",
      small: [
        Call([.uniform(2, 3), .uniform(1, 3), .uniform(4, 3)], ["dim": 0]),
        Call([.uniform(2, 1, 2, 3), .uniform(2, 3, 2, 3)], ["dim": -3]),
      ],
      large: [Call([.uniform(200, 300), .uniform(200, 500)], ["dim": 1])],
      refusals: [
        Refusal(
          [.uniform(2, 3), .uniform(2, 4)], ["dim": 0],
          "cat: the shapes 2×3 and 2×4 (number 2) differ outside axis 1"),
        Refusal([], ["dim": 0], "cat: expected at least one tensor, got none"),
        Refusal([.uniform(2), .mask(2)], ["dim": 0], "cat: expected tensors of one type, f32, got bool (number 2)"),
      ]
    ) { x, parameters in [try Tensor.cat(x, parameters.needed("dim"))] },
    OpSample(
      "stack", "movement",
      small: [
        Call([.uniform(2, 3), .uniform(2, 3)], ["dim": 0]), Call([.uniform(2, 3), .uniform(2, 3)], ["dim": -1]),
      ],
      large: [Call([.uniform(200, 300), .uniform(200, 300)], ["dim": 1])],
      refusals: [
        Refusal(
          [.uniform(2, 3), .uniform(2, 4)], ["dim": 0],
          "stack: the shapes 2×3 and 2×4 (number 2) differ; they must be equal"),
        Refusal(
          [.uniform(2, 3), .uniform(2, 3)], ["dim": 3],
          "stack: cannot put an axis at 4 of a tensor of 2×3; places count from 1 to 3"),
      ]
    ) { x, parameters in [try Tensor.stack(x, parameters.needed("dim"))] },
    OpSample(
      "pad", "movement",
      small: ["zeros", "reflect", "replicate", "circular"].flatMap { mode in
        [
          Call([.uniform(2, 3, 4, 5)], ["pad": [1, 2, 3, 1], "mode": .text(mode)]),
          Call([.uniform(3, 4, 4)], ["pad": [2, -1], "mode": .text(mode)]),
        ]
      },
      large: [Call([.uniform(3, 200, 300)], ["pad": [7, 7, 7, 7], "mode": "reflect"])],
      refusals: [
        Refusal(
          [.uniform(3, 4)], ["pad": [1, 4], "mode": "reflect"],
          "pad: cannot pad axis 2 of 3×4 by 1 and 4 (reflect); reflection needs less than the size itself"),
        Refusal(
          [.uniform(3, 4)], ["pad": [1, 1, 1], "mode": "zeros"],
          "pad: expected two amounts for each of at most 2 axes, got 3 amounts; for a picture: {left, right, top, bottom}"
        ),
        Refusal(
          [.uniform(3, 4)], ["pad": [-3, -3], "mode": "zeros"], "pad: cannot pad axis 2 of 3×4 by -3 and -3 (zeros)"),
      ]
    ) { x, parameters in
      let mode = PadMode(rawValue: parameters.text("mode") ?? "zeros") ?? .zeros
      return [try x[0].pad(parameters.neededIntegers("pad"), mode: mode)]
    },
  ]

  private static let copies: [OpSample] = [
    OpSample(
      "clone", "movement", covers: ["copy"], small: unarySmall(.uniform(3, 5)), large: [Call([.uniform(300, 500)])],
      refusals: [Refusal([.stretched(huge)], tooLarge("clone"))]
    ) { x, _ in [try x[0].copy()] },
    OpSample(
      "to", "movement", small: [Call([.uniform(3, 5)], ["dtype": "f64"])],
      large: [Call([.uniform(300, 500)], ["dtype": "bf16"]), Call([.uniform(300, 500)], ["dtype": "i16"])],
      refusals: [
        Refusal(
          [.uniform(2)], ["dtype": "f31"],
          "to: knows no element type \"f31\"; the types are f32, f64, bf16, f16, i64, i32, i16, i8, u8, bool"),
        Refusal([.stretched(huge)], ["dtype": "i32"], tooLarge("to", .i32)),
      ]
    ) { x, parameters in
      let type = try ElementType(named: parameters.text("dtype") ?? "f32", for: "to")
      // Golden files and gradient checks read the values; they keep the precision of the operand.
      let y = try x[0].to(type)
      return [try type.isFloating ? y.to(x[0].dtype) : y.to(.i64)]
    },
  ]

  static let movement: [OpSample] = shapes + orders + parts + joins + copies
}
