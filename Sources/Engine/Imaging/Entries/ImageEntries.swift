public import Surface
internal import TensorCore

/// What scripts find in the table `images`.
public enum ImageEntries {
  /// All entries, built on call.
  public static func all() -> [Function] {
    [load(), save(), saveAnimation(), folder(), resize(), crop(), flip(), rotate(), pad(), pyramid(), fromPyramid()]
      + [histogram(), grid(), contactSheet(), concat()] + colors().explained(by: ColorRecipes.all)
  }

  static var tensor: Kind { .object("tensor") }
  static let pixels = 1.0...268_435_456.0
  /// The argument of functions that take one picture or many.
  static var picture: Option { Option("img", tensor, "a picture or a batch of pictures") }

  private static func resize() -> Function {
    Function(
      .module("images"), "resize",
      "Changes a picture's size; give width, height (one keeps the aspect), max_size or scale.",
      [picture],
      options: [
        .optional("width", .integer, "new width", range: pixels, unit: "pixels"),
        .optional("height", .integer, "new height", range: pixels, unit: "pixels"),
        .optional("max_size", .integer, "new longest side", range: pixels, unit: "pixels"),
        .optional("scale", .number, "factor for both sides", range: 1e-6...1e6),
        .optional(
          "mode", .choice(ResizeMode.allCases.map(\.rawValue)),
          "the kernel; all but nearest average over all pixels when shrinking", .string("bicubic")),
        .optional(
          "clip", .bool, "keep results of bicubic and lanczos, which overshoot at edges, within 0 to 1", .bool(true)),
      ],
      returns: "a tensor, the resized picture or batch",
      source: "Pillow's Image.resize: the same kernels, widened when shrinking (bicubic: Keys, a = -0.5)",
      example: """
        local img = scenes.library{width = 96, height = 64}
        assert(images.resize(img, {width = 48}):size(2) == 32)
        assert(images.resize(img, {scale = 0.5, mode = "lanczos"}):size(3) == 48)
        """
    ) { arguments in
      let options = try arguments.options
      var request = Resize.Request(
        width: try options.integerIfAny("width"), height: try options.integerIfAny("height"),
        maxSize: try options.integerIfAny("max_size"), scale: try options.numberIfAny("scale"))
      request.mode = ResizeMode(rawValue: try options.string("mode")) ?? .bicubic
      request.clip = try options.bool("clip")
      return .object(try Resize.apply(try arguments.object(0, as: Tensor.self), request))
    }
  }

  private static func crop() -> Function {
    Function(
      .module("images"), "crop", "Cuts a rectangle out of a picture; without x and y, out of its middle.",
      [picture],
      options: [
        .optional("x", .integer, "first column, counted from 1; default: centred", range: pixels, unit: "pixels"),
        .optional("y", .integer, "first row, counted from 1; default: centred", range: pixels, unit: "pixels"),
        .optional("width", .integer, "default: up to the right edge", range: pixels, unit: "pixels"),
        .optional("height", .integer, "default: up to the lower edge", range: pixels, unit: "pixels"),
      ],
      returns: "a tensor, the part",
      example: """
        local img = scenes.library{width = 96, height = 64}
        local part = images.crop(img, {x = 11, y = 1, width = 20, height = 10})
        assert(part:size(2) == 10 and part:size(3) == 20)
        assert(images.crop(img, {width = 64}):size(3) == 64)
        """
    ) { arguments in
      let options = try arguments.options
      let picture = try arguments.object(0, as: Tensor.self)
      try PictureShape.any(picture, "images.crop")
      func span(_ start: String, _ length: String, _ full: Int) throws -> (Int, Int) {
        let first = try options.integerIfAny(start).map { $0 - 1 }
        let size = try options.integerIfAny(length) ?? full - (first ?? 0)
        return (first ?? (full - size) / 2, size)
      }
      let (x, width) = try span("x", "width", picture.shape[picture.rank - 1])
      let (y, height) = try span("y", "height", picture.shape[picture.rank - 2])
      return .object(try Arrange.crop(picture, x: x, y: y, width: width, height: height))
    }
  }

  private static func flip() -> Function {
    Function(
      .module("images"), "flip", "Mirrors a picture.", [picture],
      options: [
        .optional(
          "direction", .choice(["horizontal", "vertical", "both"]),
          "horizontal swaps left and right, vertical top and bottom", .string("horizontal"))
      ],
      returns: "a tensor, the mirrored picture",
      example: """
        local img = scenes.library{width = 96, height = 64}
        local back = images.flip(images.flip(img), {direction = "horizontal"})
        assert(back:allclose(img))
        """
    ) { arguments in
      let direction = try arguments.options.string("direction")
      return .object(
        try Arrange.flip(
          try arguments.object(0, as: Tensor.self), horizontal: direction != "vertical",
          vertical: direction != "horizontal"))
    }
  }
}
