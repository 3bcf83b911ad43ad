internal import Surface
internal import TensorCore

extension ImageEntries {
  static var many: Option {
    Option("pictures", .either([.list(.object("tensor")), .object("tensor")]), "a list of pictures, or a batch")
  }

  private static let gap = "between the pictures and around them"

  private static func background(_ standard: Double) -> Option {
    .optional(
      "background", .either([.number, .list(.number)]), "grey value or {red, green, blue}, 0 to 1", .number(standard))
  }

  static func grid() -> Function {
    Function(
      .module("images"), "grid", "Lays pictures of any sizes out in rows on one sheet.", [many],
      options: [
        .optional("columns", .integer, "pictures per row; default: about a square", range: 1...10_000),
        .optional("gap", .integer, gap, .integer(4), range: 0...10_000, unit: "pixels"),
        background(1),
        .optional("fit", .bool, "resize smaller pictures up to the largest one's cell", .bool(false)),
        .optional("labels", .list(.string), "a line of text under each picture"),
      ],
      returns: "a tensor, the sheet, 3 × height × width",
      example: """
        local img = scenes.library{width = 96, height = 64}
        local sheet = images.grid({img, images.flip(img), img}, {columns = 3, gap = 2, labels = {"a", "b", "c"}})
        assert(sheet:size(3) == 3 * 96 + 4 * 2)
        """
    ) { arguments in
      let options = try arguments.options
      var layout = Arrange.Layout()
      layout.columns = try options.integerIfAny("columns")
      layout.gap = try options.integer("gap")
      layout.background = try color(options, "background")
      layout.fit = try options.bool("fit")
      layout.labels = try labels(options)
      return .object(try Arrange.grid(try pictures(arguments), layout))
    }
  }

  static func contactSheet() -> Function {
    Function(
      .module("images"), "contact_sheet", "Shows pictures side by side at one size, with a label under each.", [many],
      options: [
        .optional("labels", .list(.string), "a line of text under each picture; default: their numbers"),
        .optional("columns", .integer, "pictures per row; default: about a square", range: 1...10_000),
        .optional(
          "size", .integer, "longest side of a picture on the sheet", .integer(256), range: 8...8192, unit: "pixels"),
        .optional("gap", .integer, gap, .integer(12), range: 0...10_000, unit: "pixels"),
        background(0.97),
        .optional("title", .string, "a line above everything", .string("")),
      ],
      returns: "a tensor, the sheet, 3 × height × width",
      example: """
        local day, night = scenes.library{width = 96, height = 64}, scenes.library{width = 96, height = 64, time = "night"}
        local sheet = images.contact_sheet({day, night}, {labels = {"day", "night"}, size = 96, title = "The library"})
        assert(sheet:size(1) == 3 and sheet:size(3) == 2 * 96 + 3 * 12)
        """
    ) { arguments in
      let options = try arguments.options
      let pictures = try pictures(arguments)
      var layout = Arrange.Layout()
      layout.columns = try options.integerIfAny("columns")
      layout.gap = try options.integer("gap")
      layout.background = try color(options, "background")
      layout.fit = true
      layout.title = try options.string("title")
      let given = try labels(options)
      layout.labels = given.isEmpty ? pictures.indices.map { "\($0 + 1)" } : given
      let size = try options.integer("size")
      layout.cell = cell(of: pictures, longest: size)
      return .object(try Arrange.grid(pictures, layout, operation: "images.contact_sheet"))
    }
  }

  /// The smallest cell that holds every picture scaled to the longest side.
  private static func cell(of pictures: [Tensor], longest: Int) -> (width: Int, height: Int) {
    var (width, height) = (1, 1)
    for picture in pictures where picture.rank >= 2 {
      let (h, w) = (picture.shape[picture.rank - 2], picture.shape[picture.rank - 1])
      let factor = Double(longest) / Double(max(1, max(w, h)))
      width = max(width, Int((Double(w) * factor).rounded()))
      height = max(height, Int((Double(h) * factor).rounded()))
    }
    return (width, height)
  }

  static func concat() -> Function {
    Function(
      .module("images"), "concat", "Puts pictures into one row or one column, centred.", [many],
      options: [
        .optional("direction", .choice(["horizontal", "vertical"]), "a row or a column", .string("horizontal")),
        .optional("gap", .integer, "between the pictures", .integer(0), range: 0...10_000, unit: "pixels"),
        background(1),
      ],
      returns: "a tensor, the joined picture, 3 × height × width",
      example: """
        local img = scenes.library{width = 96, height = 64}
        assert(images.concat({img, img}, {gap = 8}):size(3) == 200)
        assert(images.concat({img, img}, {direction = "vertical"}):size(2) == 128)
        """
    ) { arguments in
      let options = try arguments.options
      return .object(
        try Arrange.concat(
          try pictures(arguments), vertical: try options.string("direction") == "vertical",
          gap: try options.integer("gap"), background: try color(options, "background")))
    }
  }

  /// Pictures given as a list, or as a batch to be taken apart.
  static func pictures(_ arguments: borrowing Arguments) throws -> [Tensor] {
    if case .object(let object) = arguments[0], let batch = object as? Tensor {
      guard batch.rank == 4 else { return [batch] }
      return try (0..<batch.shape[0]).map { try batch.select(0, $0) }
    }
    let list = try arguments.table(0).list
    return try list.enumerated().map { index, value in
      guard case .object(let object) = value, let picture = object as? Tensor else {
        throw EngineError(
          arguments.function.qualifiedName, expected: "a picture at position \(index + 1)", came: value.brief)
      }
      return picture
    }
  }

  private static func labels(_ options: Options) throws -> [String] {
    try (try options.listIfAny("labels") ?? []).map { value in
      switch value {
      case .string(let text): return text
      case .integer(let number): return "\(number)"
      case .number(let number): return "\(number)"
      default: throw options.mismatch("labels", "a list of strings")
      }
    }
  }

  private static func color(_ options: Options, _ name: String) throws -> Color {
    var channels: [Double] = []
    switch options[name] {
    case .table(let table): channels = table.list.compactMap(\.double)
    case let value: if let grey = value.double { channels = [grey, grey, grey] }
    }
    guard channels.count == 3, channels.allSatisfy({ (0...1).contains($0) }) else {
      throw options.mismatch(name, "a number from 0 to 1 or a list {red, green, blue} of such")
    }
    return Color(Float(channels[0]), Float(channels[1]), Float(channels[2]))
  }
}
