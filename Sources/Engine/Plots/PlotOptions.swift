internal import Surface

/// Options that all plots share.
enum PlotOptions {
  static var title: [Option] {
    [
      .optional("title", .string, "a line above the plot", .string("")),
      .optional("xlabel", .string, "what the horizontal axis shows", .string("")),
      .optional("ylabel", .string, "what the vertical axis shows", .string("")),
    ]
  }

  static var size: [Option] {
    [
      .optional("width", .integer, "of the plot in files", .integer(800), range: 120...8192, unit: "pixels"),
      .optional("height", .integer, "of the plot in files", .integer(500), range: 120...8192, unit: "pixels"),
    ]
  }

  static var limits: [Option] {
    [
      .optional("xlim", .list(.number), "ends of the horizontal axis {low, high}; default: what the values need"),
      .optional("ylim", .list(.number), "ends of the vertical axis {low, high}; default: what the values need"),
      .optional("grid", .bool, "pale lines at the numbers of the axes (PNG and SVG)", .bool(true)),
      .optional("legend", .bool, "names of the series, where they have names", .bool(true)),
    ]
  }

  static var logs: [Option] {
    [
      .optional("xlog", .bool, "logarithmic horizontal axis; 0 and negative numbers are gaps", .bool(false)),
      .optional("ylog", .bool, "logarithmic vertical axis; 0 and negative numbers are gaps", .bool(false)),
    ]
  }

  static var labels: Option {
    .optional("labels", .list(.string), "names of the series in their order, for the legend")
  }

  /// A figure as the options describe it; `has` names those of the groups above that the function declares.
  static func figure(_ options: Options, of function: Function) throws -> Figure {
    var figure = Figure()
    let names = Set(function.options.map(\.name))
    figure.title = Cells.plain(try options.string("title"))
    figure.xlabel = Cells.plain(try options.string("xlabel"))
    figure.ylabel = Cells.plain(try options.string("ylabel"))
    figure.width = try options.integer("width")
    figure.height = try options.integer("height")
    if names.contains("xlog") { figure.xlog = try options.bool("xlog") }
    if names.contains("ylog") { figure.ylog = try options.bool("ylog") }
    if names.contains("log") { figure.ylog = try options.bool("log") }
    if names.contains("grid") { figure.grid = try options.bool("grid") }
    if names.contains("legend") { figure.legend = try options.bool("legend") }
    if names.contains("xlim") { figure.xlim = try ends(options, "xlim", isLog: figure.xlog, function) }
    if names.contains("ylim") { figure.ylim = try ends(options, "ylim", isLog: figure.ylog, function) }
    return figure
  }

  /// Two ascending numbers, or nil when the option is not given.
  static func ends(
    _ options: Options, _ name: String, isLog: Bool = false, _ function: Function
  ) throws -> (low: Double, high: Double)? {
    guard let list = try options.listIfAny(name) else { return nil }
    let numbers = list.compactMap(\.double)
    guard list.count == 2, numbers.count == 2, numbers.allSatisfy({ Scale.shows($0, isLog: false) }),
      numbers[0] < numbers[1]
    else {
      let came = list.map(\.brief).joined(separator: ", ")
      throw EngineError(
        function.qualifiedName,
        "option '\(name)' must be {low, high}, two finite numbers in ascending order, got {\(came)}")
    }
    if isLog, numbers[0] <= 0 {
      throw EngineError(
        function.qualifiedName,
        "option '\(name)' must lie above 0 on a logarithmic axis, got {\(list[0].brief), \(list[1].brief)}")
    }
    return (numbers[0], numbers[1])
  }

  /// Gives series the names of the option `labels`, of which there must be as many.
  static func name(_ curves: inout [Curve], _ options: Options, _ function: Function) throws {
    guard let list = try options.listIfAny("labels") else { return }
    guard list.count == curves.count else {
      throw EngineError(
        function.qualifiedName, expected: "as many labels as series (\(curves.count))", came: "\(list.count)")
    }
    for (index, value) in list.enumerated() {
      switch value {
      case .string(let text): curves[index].label = Cells.plain(text)
      case .integer, .number: curves[index].label = value.brief
      default: throw options.mismatch("labels", "a list of strings")
      }
    }
  }

  /// Throws when a figure shows nothing, and says why.
  static func check(_ figure: Figure, _ function: Function) throws {
    guard figure.axes() == nil else { return }
    let values = figure.curves.flatMap(\.y)
    let name = function.qualifiedName
    if values.isEmpty { throw EngineError(name, "there is nothing to draw: no values were given") }
    let finite = values.count { Scale.shows($0, isLog: false) }
    if finite > 0, figure.xlog || figure.ylog {
      throw EngineError(
        name, "there is nothing to draw: a logarithmic axis shows numbers above 0 only, and there are none",
        advice: "leave out \(figure.ylog ? "ylog" : "xlog")")
    }
    throw EngineError(
      name, "there is nothing to draw: of \(values.count) point\(values.count == 1 ? "" : "s") none is finite",
      advice: "look for a division by 0 or a logarithm of 0 upstream")
  }
}
