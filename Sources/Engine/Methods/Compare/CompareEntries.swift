internal import Imaging
internal import Surface
internal import TensorCore

/// `atelier.compare`.
enum CompareEntries {
  static func compare() -> Function {
    Function(
      .module("atelier"), "compare",
      "Lays methods side by side on one picture: a labeled sheet and a table of numbers.",
      options: [
        Option("content", .object("tensor"), "the picture that every method gets"),
        .optional("style", .object("tensor"), "the reference picture, for methods that take one"),
        Option(
          "methods", .table,
          "names of transfer.methods() or of looks, tables {\"xdog\", sigma = 1, label = \"…\"}, chains, functions of "
            + "content and style; a key is a label"),
        .optional(
          "metrics", .list(.choice(Outcome.metrics.map(\.name))), "numbers about each result beside the content",
          .table(Table(list: [.string("ssim"), .string("edge_preservation")]))),
        .optional("columns", .integer, "pictures per row; default: about a square", range: 1...1000),
        .optional(
          "size", .integer, "longest side of a picture on the sheet", .integer(320), range: 64...4096, unit: "pixels"),
        .optional("title", .string, "a line above everything", .string("")),
        .optional("times", .bool, "whether the time of each method stands under its picture", .bool(true)),
      ],
      returns: "the sheet, a tensor, and a list of tables {name, seconds, picture, and the metrics, or error}",
      details: """
        Each method runs once; its time is that run's, without gradients. Under each picture stand its name, its
        time (unless times = false, for a sheet that is the same each time) and the first of the metrics. A method
        that fails keeps its place, with the reason as error in its row; the others go on.
        """,
      related: [
        "transfer.methods", "filters.presets", "metrics.ssim", "metrics.edge_preservation", "images.contact_sheet",
      ],
      example: """
        local content = scenes.library{width = 192, height = 144}
        local sheet, rows = atelier.compare{
          content = content, size = 192, columns = 4, times = false,
          methods = {"kuwahara", {"xdog", sigma = 1}, "pencil", flipped = function(c) return images.flip(c) end},
        }
        for _, row in ipairs(rows) do print(row.name, row.ssim) end
        assert(#rows == 4 and rows[1].name == "kuwahara" and rows[1].ssim > rows[4].ssim)
        """
    ) { arguments in
      try arguments.checkCount()
      return try run(arguments.options)
    }
  }

  private static func run(_ options: Options) throws -> Value {
    let content = try PictureShape.single(options.object("content", as: Tensor.self).detached(), "atelier.compare")
    let style = try options.objectIfAny("style", as: Tensor.self)
    guard case .table(let table) = options["methods"] else { throw options.mismatch("methods", "a table of methods") }
    guard !table.list.isEmpty || !table.fields.isEmpty else {
      throw EngineError("atelier.compare", "needs at least one method", advice: "methods = {\"kuwahara\", \"xdog\"}")
    }
    let metrics = try metricNames(options)
    let named = table.list.map { (nil as String?, $0) } + table.fields.map { ($0.key, $0.value) }
    let contestants = try named.enumerated().map { try Contestant($1.1, key: $1.0, place: $0 + 1) }
    let progress = Progress("atelier.compare", total: contestants.count)
    defer { progress.finish(complete: false) }
    var outcomes: [Outcome] = []
    for contestant in contestants {
      try Interrupt.check()
      outcomes.append(try Outcome(of: contestant, content: content, style: style, metrics: metrics))
      progress.advance()
    }
    progress.finish()
    let sheet = try sheet(content, style, outcomes, options)
    return .many([.object(sheet), .table(Table(list: outcomes.map(\.row)))])
  }

  private static func metricNames(_ options: Options) throws -> [String] {
    let known = Outcome.metrics.map(\.name)
    return try (options.listIfAny("metrics") ?? []).map { value in
      guard let name = value.word else { throw options.mismatch("metrics", "a list of names") }
      guard known.contains(name) else {
        throw EngineError(
          "atelier.compare", "there is no metric '\(name)'", advice: Suggestion.advice(for: name, in: known))
      }
      return name
    }
  }

  private static func sheet(
    _ content: Tensor, _ style: Tensor?, _ outcomes: [Outcome], _ options: Options
  ) throws -> Tensor {
    let grey = try Tensor.full(content.shape, 0.85), times = try options.bool("times")
    var pictures = [content], labels = ["content"]
    if let style {
      pictures.append(try PictureShape.single(style.detached(), "atelier.compare"))
      labels.append("style")
    }
    for outcome in outcomes {
      pictures.append(outcome.picture ?? grey)
      labels.append(outcome.label(withTime: times))
    }
    let size = try options.integer("size")
    var layout = Arrange.Layout()
    layout.columns = try options.integerIfAny("columns")
    layout.gap = 12
    layout.background = Color(0.97, 0.97, 0.97)
    layout.fit = true
    layout.labels = labels
    layout.title = try options.string("title")
    let (h, w) = (content.shape[1], content.shape[2]), factor = Double(size) / Double(max(h, w))
    layout.cell = (
      width: max(1, Int((Double(w) * factor).rounded())), height: max(1, Int((Double(h) * factor).rounded()))
    )
    return try Arrange.grid(pictures, layout, operation: "atelier.compare")
  }
}
