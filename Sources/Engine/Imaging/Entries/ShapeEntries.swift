internal import Surface
internal import TensorCore

/// Turning, padding, pyramids and histograms.
extension ImageEntries {
  private static var fill: Option {
    .optional(
      "fill", .either([.number, .list(.number)]), "what stands outside: a value for all channels or one each",
      .number(0))
  }

  static func rotate() -> Function {
    Function(
      .module("images"), "rotate",
      "Turns a picture counter-clockwise about its centre; multiples of 90° only move pixels; differentiable.",
      [picture, Option("degrees", .number, "the angle, counter-clockwise", unit: "degrees")],
      options: [
        .optional("expand", .bool, "make the result large enough for everything; else the size stays", .bool(false)),
        fill,
        .optional(
          "mode", .choice(Rotate.Mode.allCases.map(\.rawValue)), "how values between pixels are found",
          .string(Rotate.Mode.bilinear.rawValue)),
      ],
      returns: "a tensor, the turned picture or batch",
      source: "skimage.transform.rotate (orders 0, 1 and 3, mode constant): edges blend into fill",
      example: """
        local img = scenes.library{width = 96, height = 64}
        assert(images.rotate(img, 90, {expand = true}):allclose(img:transpose(2, 3):flip(2)))
        assert(images.rotate(img, 30, {expand = true, fill = {1, 1, 1}}):size(3) > 96)
        """
    ) { arguments in
      let options = try arguments.options
      var request = Rotate.Request(degrees: try arguments.number(1))
      request.expand = try options.bool("expand")
      request.fill = try numbers(options, "fill")
      request.mode = Rotate.Mode(rawValue: try options.string("mode")) ?? .bilinear
      return .object(try Rotate.apply(try arguments.object(0, as: Tensor.self), request))
    }
  }

  static func pad() -> Function {
    Function(
      .module("images"), "pad", "Adds rows and columns around a picture; differentiable.",
      [
        picture,
        Option(
          "amounts", .either([.integer, .list(.integer)]),
          "for all sides, or {left, right, top, bottom}; negative ones cut off", unit: "pixels"),
      ],
      options: [
        .optional(
          "mode", .choice(["constant", "reflect", "replicate", "circular"]),
          "fill; dcb|abcd|cba; aaa|abcd|ddd; bcd|abcd|abc", .string("constant")),
        fill,
      ],
      returns: "a tensor, the larger picture or batch", source: "torch.nn.functional.pad",
      example: """
        local img = tensor.rand(3, 4, 6)
        local framed = images.pad(img, 2, {fill = {1, 0, 0}})
        assert(framed:size(2) == 8 and framed:size(3) == 10 and framed[1][1][1]:item() == 1)
        assert(images.pad(img, {1, 0, 0, 0}, {mode = "reflect"})[{ {}, {}, 1 }]:allclose(img[{ {}, {}, 2 }]))
        """
    ) { arguments in
      let options = try arguments.options
      let given = try amounts(arguments)
      let mode = try options.string("mode")
      let request = Pad.Request(
        left: given[0], right: given[1], top: given[2], bottom: given[3], fill: try numbers(options, "fill"),
        mode: PadMode(rawValue: mode) ?? .zeros)
      return .object(try Pad.apply(try arguments.object(0, as: Tensor.self), request))
    }
  }

  /// Left, right, top, bottom from one number or four.
  private static func amounts(_ arguments: borrowing Arguments) throws -> [Int] {
    if let all = arguments[1].exactInteger { return [Int](repeating: all, count: 4) }
    if case .table(let table) = arguments[1] {
      let list = table.list.compactMap(\.exactInteger)
      if list.count == 4, table.list.count == 4 { return list }
    }
    throw arguments.mismatch(1, "an integer or a list {left, right, top, bottom} of integers")
  }

  static func pyramid() -> Function {
    Function(
      .module("images"), "pyramid", "A picture at halving sizes, or what each halving takes away; differentiable.",
      [picture],
      options: [
        .optional(
          "levels", .integer,
          "how many, the picture itself included; default: for as long as the smaller side has 8 pixels",
          range: 1...32),
        .optional(
          "kind", .choice(Pyramid.Kind.allCases.map(\.rawValue)),
          "gaussian: smoothed pictures; laplacian: differences, the last level a small picture", .string("gaussian")),
      ],
      returns: "a list of pictures or batches, the largest first",
      source: "Burt & Adelson 1983, kernel (1 4 6 4 1)/16; sizes and borders as cv2.pyrDown and cv2.pyrUp",
      example: """
        local img = scenes.library{width = 96, height = 64}
        local levels = images.pyramid(img, {levels = 3, kind = "laplacian"})
        assert(#levels == 3 and levels[3]:size(3) == 24)
        assert(images.from_pyramid(levels):allclose(img, {atol = 1e-6}))
        """
    ) { arguments in
      let options = try arguments.options
      let levels = try Pyramid.build(
        try arguments.object(0, as: Tensor.self), levels: try options.integerIfAny("levels"),
        kind: Pyramid.Kind(rawValue: try options.string("kind")) ?? .gaussian)
      return .table(Table(list: levels.map { .object($0) }))
    }
  }

  static func fromPyramid() -> Function {
    Function(
      .module("images"), "from_pyramid", "Puts a Laplacian pyramid together again; differentiable.",
      [Option("levels", .list(tensor), "what images.pyramid(img, {kind = \"laplacian\"}) gives, changed or not")],
      returns: "a tensor, the picture or batch, of the first level's size", source: "Burt & Adelson 1983",
      example: """
        local img = scenes.library{width = 40, height = 30}
        local levels = images.pyramid(img, {kind = "laplacian"})
        levels[1] = levels[1] * 2
        assert(images.from_pyramid(levels):std():item() > img:std():item())
        """
    ) { arguments in
      .object(try Pyramid.picture(from: try arguments.tensors(0)))
    }
  }

  static func histogram() -> Function {
    Function(
      .module("images"), "histogram", "Counts each channel's values in bins of equal width.", [picture],
      options: [
        .optional("bins", .integer, "how many", .integer(256), range: 1...1_048_576),
        .optional("range", .list(.number), "{lowest, highest} value counted; default: {0, 1}"),
      ],
      returns: "counts, channels × bins (of a batch N × channels × bins), i64; then the bins + 1 borders",
      source: "numpy.histogram",
      example: """
        local counts, edges = images.histogram(tensor{0, 0.2, 0.5, 1}:reshape(1, 2, 2), {bins = 2})
        assert(counts:flatten():tolist()[1] == 2 and counts:flatten():tolist()[2] == 2)
        assert(edges:numel() == 3)
        """
    ) { arguments in
      let options = try arguments.options
      let limits = options.has("range") ? try numbers(options, "range") : [0, 1]
      guard limits.count == 2 else { throw options.mismatch("range", "a list {lowest, highest}") }
      let (counts, edges) = try Histogram.count(
        try arguments.object(0, as: Tensor.self), bins: try options.integer("bins"), range: (limits[0], limits[1]))
      return .many([.object(counts), .object(edges)])
    }
  }
}
