internal import Imaging
internal import Surface
internal import TensorCore

/// The global `show`.
enum ShowEntry {
  static func all() -> [Function] {
    [
      Function(
        .global, "show", "Shows pictures, plots and other values: as pictures where the screen can, else as text.",
        [Option("x", .any, "a picture, a batch, a list of pictures, a plot, or anything that has a text")],
        variadic: true, options: options, returns: "nothing",
        example: """
          local img = scenes.library{width = 96, height = 64}
          show(img)
          show{img, filters.gaussian(img), labels = {"before", "blurred"}}
          show{before = img, after = images.flip(img)}
          show(img:mean(1), {histogram = true})
          assert(not pcall(show, {img, labels = {"one", "too many"}}))
          """
      ) { arguments in
        try show(arguments)
        return .none
      }
    ]
  }

  private static var picture: Kind { .object("tensor") }

  private static var options: [Option] {
    [
      .optional("labels", .list(.string), "a line of text under each picture"),
      .optional("columns", .integer, "pictures per row; default: all of up to six in one", range: 1...10_000),
      .optional("width", .integer, "make the whole no wider than this", range: 1...65_536, unit: "pixels"),
      .optional(
        "normalize", .bool, "stretch the values, whatever they are, so that they fill 0 to 1", .bool(false)),
      .optional("histogram", .bool, "under each picture, how often its values occur", .bool(false)),
      .optional("mask", picture, "a picture of one channel; where it is 1 the picture is tinted red"),
      .optional("before", picture, "with after: two pictures side by side"),
      .optional("after", picture, "see before"),
      .optional("title", .string, "a line above everything", .string("")),
      .optional(
        "update", .bool, "take the place of what was shown last, as a film does; at most five times a second",
        .bool(false)),
    ]
  }

  private static func show(_ arguments: borrowing Arguments) throws {
    guard arguments.count > 0 else {
      throw EngineError("show", "needs something to show", advice: "it is called as \(arguments.function.signature)")
    }
    var values = (0..<arguments.count).map { arguments[$0] }
    var options = try arguments.options
    // show{a, b, labels = …}: the names in the table are options when they are ours; other tables are values.
    if arguments.count == 1, case .table(let table) = arguments[0], !table.fields.isEmpty,
      isRequest(table, arguments.function)
    {
      options = try Options(arguments.function, Table(fields: table.fields))
      values = table.list.isEmpty ? [] : [.table(Table(list: table.list))]
    }
    if options.has("before") || options.has("after") {
      let pair = try [options.object("before", as: Tensor.self), options.object("after", as: Tensor.self)]
      return try send(Sheet(pair, options, standard: ["before", "after"]).view(), options)
    }
    if values.count > 1, values.allSatisfy({ tensor($0) != nil }) { values = [.table(Table(list: values))] }
    for value in values { try send(view(of: value, options), options) }
  }

  private static func send(_ view: View, _ options: Options) throws {
    var view = view
    view.isUpdate = try options.bool("update")
    try Screen.show(view)
  }

  private static func isRequest(_ table: Table, _ function: Function) -> Bool {
    let known = function.options.map(\.name)
    return table.list.contains { tensor($0) != nil } || table.fields.contains { known.contains($0.key) }
  }

  private static func tensor(_ value: Value) -> Tensor? {
    if case .object(let object) = value { object as? Tensor } else { nil }
  }

  private static func view(of value: Value, _ options: Options) throws -> View {
    switch value {
    case .object(let object):
      if let tensor = object as? Tensor {
        guard isPicture(tensor) else { return View(tensor.display()) }
        return try Sheet(pictures(in: tensor), options, standard: [], text: summary(tensor)).view()
      }
      return try Catalogue.view(of: object) ?? View(object.display())
    case .table(let table):
      let tensors = table.list.compactMap(tensor)
      if !tensors.isEmpty, tensors.count == table.list.count, table.fields.isEmpty {
        return try Sheet(tensors.map(single), options, standard: []).view()
      }
      return View(text(of: value))
    default: return View(text(of: value))
    }
  }

  /// Whether a tensor given to `show` is shown as a picture: planes or batches of 1 to 4 channels.
  private static func isPicture(_ tensor: Tensor) -> Bool {
    guard tensor.count > 0, (2...4).contains(tensor.rank) else { return false }
    return tensor.rank == 2 || (1...4).contains(tensor.shape[tensor.rank - 3])
  }

  private static func single(_ tensor: Tensor) throws -> Tensor { try PictureShape.single(tensor, "show") }

  private static func pictures(in tensor: Tensor) throws -> [Tensor] {
    guard tensor.rank == 4 else { return [try single(tensor)] }
    return try (0..<tensor.shape[0]).map { try tensor.select(0, $0) }
  }

  /// `tensor 1×64×96 f32 (picture 96 wide, 64 high; min …)`, as the prompt says it of pictures with three channels.
  private static func summary(_ tensor: Tensor) throws -> String {
    let text = tensor.display()
    if !text.contains("\n") { return text }
    let head = text.prefix { $0 != "\n" }
    let what = tensor.rank == 4 ? "\(tensor.shape[0]) pictures" : "picture"
    let size = tensor.shape.suffix(2)
    let plain = try tensor.detached().to(.f32)
    let numbers = try [plain.min(), plain.max(), plain.mean()].map { fixed(try $0.item()) }
    return "\(head) (\(what) \(size.last!) wide, \(size.first!) high; min \(numbers[0]), max \(numbers[1]), "
      + "mean \(numbers[2]))"
  }

  private static func fixed(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scaled = Int((abs(value) * 10_000).rounded())
    let fraction = String(scaled % 10_000)
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / 10_000)."
      + String(repeating: "0", count: 4 - fraction.count) + fraction
  }

  /// Any other value as a line, tables to two levels.
  private static func text(of value: Value, depth: Int = 0) -> String {
    switch value {
    case .none: return "nil"
    case .bool(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .string(let text): return depth == 0 ? text : "\"\(text)\""
    case .object(let object):
      let text = object.display()
      return depth == 0 ? text : String(text.prefix { $0 != "\n" })
    case .table(let table):
      if depth == 2 { return "{…}" }
      let items =
        table.list.map { text(of: $0, depth: depth + 1) }
        + table.fields.map { "\($0.key) = " + text(of: $0.value, depth: depth + 1) }
      return "{" + items.prefix(8).joined(separator: ", ") + (items.count > 8 ? ", …}" : "}")
    case .function: return "function"
    case .many(let values): return values.map { text(of: $0, depth: depth) }.joined(separator: "\t")
    }
  }
}
