internal import Surface
internal import TensorCore

/// What a script may call on a plot.
enum PlotMethods {
  static func all() -> [Function] { [save(), text(), svg(), data(), add(), finish()] }

  private static func method(
    _ name: String, _ summary: String, _ parameters: [Option] = [], options: [Option] = [], returns: String,
    example: String, _ body: @escaping (Plot, borrowing Arguments) throws -> Value
  ) -> Function {
    Function(
      .method("plot"), name, summary, parameters, options: options, returns: returns, example: example
    ) { try body($0.object(0), $0) }
  }

  private static func save() -> Function {
    method(
      "save", "Writes the plot as PNG or SVG, by the name's extension; the file appears complete or not at all.",
      [Option("path", .path, "the file, ending in .png or .svg")], returns: "nothing",
      example: """
        local path = os.tmpname() .. ".png"
        plot.line{1, 4, 9}:save(path)
        assert(images.load(path):size(3) == 800)
        os.remove(path)
        """
    ) { plot, arguments in
      try plot.save(to: arguments.string(1))
      return .none
    }
  }

  private static func text() -> Function {
    method(
      "text", "The plot as text: braille dots with axes and labels.",
      options: [
        .optional("columns", .integer, "width", .integer(80), range: 20...1000, unit: "characters"),
        .optional("rows", .integer, "height", .integer(20), range: 6...500, unit: "lines"),
        .optional("color", .bool, "series in the terminal's colours", .bool(false)),
      ], returns: "a string of lines",
      example: """
        local text = plot.line{1, 4, 9}:text{columns = 40, rows = 10}
        print(text)
        assert(select(2, text:gsub("\\n", "")) == 9)
        """
    ) { plot, arguments in
      let options = try arguments.options
      return .string(
        try plot.text(
          columns: options.integer("columns"), rows: options.integer("rows"), colored: options.bool("color")))
    }
  }

  private static func svg() -> Function {
    method(
      "svg", "The plot as an SVG document.", returns: "a string",
      example: "assert(plot.line{1, 4, 9}:svg():find('<path', 1, true))"
    ) { plot, _ in .string(try plot.svg()) }
  }

  private static func data() -> Function {
    method(
      "data", "The numbers that are drawn, for computing or keeping.",
      returns:
        "a list of tables {label=, x=, y=} of f64 tensors, one for each series; of a histogram, x are the borders of the"
        + " bins, one more than y; of an image one table {z=}, averaged down where a side is longer than 2048",
      example: """
        local bins = plot.hist({1, 2, 2, 3}, {bins = 2}):data()[1]
        assert(bins.y:allclose(tensor({1, 3}, {dtype = "f64"})) and bins.x:numel() == 3)
        """
    ) { plot, _ in
      let figure = plot.figure
      if let heat = figure.heat {
        let shape = heat.isPicture ? [3, heat.height, heat.width] : [heat.height, heat.width]
        return .table(Table(list: [.table(Table(fields: [("z", .object(try Tensor(doubles: heat.values, shape)))]))]))
      }
      return .table(
        Table(
          list: try figure.curves.filter { !$0.isFaint }.map { curve in
            .table(
              Table(fields: [
                ("label", .string(curve.label)), ("x", .object(try Tensor(doubles: curve.x, [curve.x.count]))),
                ("y", .object(try Tensor(doubles: curve.y, [curve.y.count]))),
              ]))
          }))
    }
  }

  private static func add() -> Function {
    method(
      "add", "Adds values to curves that plot.curves began, and shows them when it is time.",
      [
        Option("step", .either([.number, .table]), "the step; left out, the one after the last"),
        .optional("values", .table, "by name: numbers or tensors of one element, {loss = 0.3}"),
      ], returns: "nothing",
      example: """
        local c = plot.curves{every = 3600}
        c:add(10, {loss = 0.5})
        c:add{loss = tensor{0.25}:sum()}
        assert(c:data()[1].x:tolist()[2] == 11)
        """
    ) { plot, arguments in
      let name = arguments.function.qualifiedName
      guard let live = plot.live else {
        throw EngineError(name, "this \(plot.kind) does not grow", advice: "plot.curves{…} makes one that does")
      }
      let isCounted = !arguments.has(2)
      if isCounted, case .table = arguments[1] {
      } else if isCounted {
        throw EngineError(
          name, expected: "values by name", came: arguments[1].brief,
          advice: "call c:add(step, {loss = …}) or c:add{loss = …}")
      }
      let step = isCounted ? nil : try arguments.number(1)
      if let step, !Scale.shows(step, isLog: false) {
        throw EngineError(name, expected: "a finite step", came: step.plainText)
      }
      if live.add(try values(arguments.table(isCounted ? 1 : 2), name), step: step) {
        try showLive(plot)
      } else if Screen.pending == nil {
        // What came since the last showing is seen when the cell is over.
        Screen.pending = { plot.live?.takeUnshown() ?? false ? try liveView(plot) : nil }
      }
      return .none
    }
  }

  /// Shows a growing plot in the place where it stood before.
  private static func showLive(_ plot: Plot) throws { try Screen.show(liveView(plot)) }

  private static func liveView(_ plot: Plot) throws -> View {
    var view = try plot.view()
    view.isUpdate = true
    return view
  }

  /// Numbers by name.
  private static func values(_ table: Table, _ name: String) throws -> [(name: String, value: Double)] {
    guard table.list.isEmpty, !table.fields.isEmpty else {
      throw EngineError(
        name, expected: "values by name", came: table.list.isEmpty ? "an empty table" : "a list",
        advice: "call c:add(step, {loss = …}) or c:add{loss = …}")
    }
    return try table.fields.map { key, value in
      if let number = value.double { return (key, number) }
      if case .object(let tensor as Tensor) = value {
        guard tensor.count == 1 else {
          throw EngineError(name, expected: "one number for '\(key)'", came: "a tensor of \(tensor.shape.shapeText)")
        }
        return (key, try tensor.item())
      }
      throw EngineError(name, expected: "a number for '\(key)'", came: value.brief)
    }
  }

  private static func finish() -> Function {
    method(
      "finish", "Shows curves that plot.curves began, if values came since they were shown last.", returns: "nothing",
      example: "local c = plot.curves{every = 3600}\nc:add{loss = 1}\nc:finish()\nassert(c:data()[1].y:item() == 1)"
    ) { plot, _ in
      if plot.live?.takeUnshown() ?? false { try showLive(plot) }
      return .none
    }
  }
}
