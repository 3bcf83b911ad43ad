public import Surface
internal import TensorCore

/// What scripts find in the table `plot`, and the methods of plots.
public enum PlotEntries {
  /// All functions of the table, built on call.
  public static func all() -> [Function] { [line(), hist(), image(), curves()] }

  /// The script type of plots; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "plot", summary: "a drawing of data: text for the terminal, PNG and SVG in files",
    methods: PlotMethods.all(),
    answers: [
      "savefig": "it is called save: p:save(\"plot.png\")", "show": "show(p) draws it",
      "plot": "give all series at once: plot.line({a = …, b = …})",
      "set_title": "title is an option: plot.line(y, {title = \"…\"})",
      "title": "title is an option: plot.line(y, {title = \"…\"})",
      "xlabel": "xlabel is an option: plot.line(y, {xlabel = \"…\"})",
      "ylabel": "ylabel is an option: plot.line(y, {ylabel = \"…\"})",
      "legend": "series given by name have a legend: plot.line({a = …, b = …})",
    ],
    globals: [
      "matplotlib": "plots are made by plot: plot.line(y), plot.hist(x), plot.image(t)",
      "plot.plot": "it is called line: plot.line(x, y)", "plot.imshow": "it is called image: plot.image(t)",
      "plot.scatter": "use plot.line(x, y, {style = \"points\"})",
      "plot.semilogy": "use plot.line(y, {ylog = true})",
      "plot.loglog": "use plot.line(x, y, {xlog = true, ylog = true})",
      "plot.savefig": "a plot saves itself: plot.line(y):save(\"plot.png\")", "plot.show": "show(p) draws a plot",
      "plot.title": "title is an option: plot.line(y, {title = \"…\"})",
      "plot.figure": "a plot is made at once: plot.line(y, {width = 800, height = 500})",
    ])

  private static var numbers: Kind { .either([.object("tensor"), .list(.number), .table]) }

  private static func line() -> Function {
    Function(
      .module("plot"), "line", "Draws numbers as lines, points or steps.",
      [
        Option(
          "x", numbers,
          "positions when y follows, else what is drawn, at 1, 2, …: a tensor of one axis, a list of numbers, a list of such"
            + " series, series by name {a = …, b = …}; {x = …, y = …} is a series with its own positions"),
        .optional("y", numbers, "what is drawn over x; as many values, or series of as many"),
      ],
      options: PlotOptions.title + [
        PlotOptions.labels,
        .optional(
          "style", .choice(["line", "points", "steps"]), "lines, points, or lines that keep a value until the next",
          .string("line")),
        .optional("x", .either([.object("tensor"), .list(.number)]), "positions that all series share"),
      ] + PlotOptions.logs + PlotOptions.limits + PlotOptions.size,
      returns: "a plot; NaN and infinities in it are gaps",
      source: "axis numbers after Heckbert 1990, Graphics Gems, p. 61; colours of Okabe & Ito 2008",
      example: """
        local x = tensor.linspace(0, 6.28, 100)
        local p = plot.line(x, {x:sin(), x:cos()}, {labels = {"sin", "cos"}, title = "Waves"})
        print(p:text{columns = 60, rows = 12})
        plot.line({before = {3, 1, 2}, after = {2, 2, 3}})
        assert(#p:data() == 2)
        """
    ) { arguments in
      let options = try lineOptions(arguments)
      let reader = SeriesReader(operation: "plot.line")
      var figure = try PlotOptions.figure(options, of: arguments.function)
      let style = Curve.Style(rawValue: try options.string("style")) ?? .line
      figure.curves = try series(arguments, options, reader).enumerated().map { index, series in
        let x = series.x ?? (0..<series.y.count).map { Double($0 + 1) }
        return Curve(label: series.label, x: x, y: series.y, style: style, ink: index)
      }
      try PlotOptions.name(&figure.curves, options, arguments.function)
      try PlotOptions.check(figure, arguments.function)
      return .object(Plot("line plot", figure))
    }
  }

  /// Series by name after x look like options; the message says how to write them.
  private static func lineOptions(_ arguments: borrowing Arguments) throws -> Options {
    do {
      return try arguments.options
    } catch let error as EngineError {
      let advice = error.advice.map { $0 + "; " } ?? ""
      throw EngineError(
        error.operation, error.problem, advice: advice + "series by name over x: plot.line({a = …, b = …}, {x = …})")
    }
  }

  private static func series(
    _ arguments: borrowing Arguments, _ options: Options, _ reader: SeriesReader
  ) throws -> [SeriesReader.Series] {
    let isPair = arguments.has(1)
    var series = try reader.series(arguments[isPair ? 1 : 0], isPair ? "y" : "the series")
    if isPair, options.has("x") {
      throw EngineError(reader.operation, "positions are given twice: before y and as option 'x'")
    }
    guard isPair || options.has("x") else { return series }
    let x = try reader.numbers(isPair ? arguments[0] : options["x"], "x").values
    for index in series.indices where series[index].x == nil {
      let label = series[index].label.isEmpty ? "series \(index + 1)" : "series '\(series[index].label)'"
      series[index].x = x
      series[index] = try reader.checked(series[index], series.count > 1 ? label : "")
    }
    return series
  }

  private static func hist() -> Function {
    Function(
      .module("plot"), "hist", "Draws how often values occur.",
      [
        Option(
          "x", numbers,
          "a tensor of any shape or a list of numbers; a list of such or by name {a = …, b = …} to compare")
      ],
      options: [
        .optional(
          "bins", .either([.integer, .list(.number)]), "how many bins of equal width, or their borders, ascending",
          .integer(10), range: 1...1_048_576),
        .optional(
          "range", .list(.number), "where bins begin and end {low, high}; default: the smallest and largest value"),
        .optional("density", .bool, "shares per unit, so that the area is 1, instead of counts", .bool(false)),
        .optional("log", .bool, "logarithmic vertical axis", .bool(false)), PlotOptions.labels,
      ] + PlotOptions.title + PlotOptions.limits + PlotOptions.size,
      returns: "a plot; NaN, infinities and what lies outside the range are left out",
      source: "numpy.histogram: a value on a border belongs to the bin above, the last bin includes its upper border",
      example: """
        local p = plot.hist(tensor.randn(1000), {bins = 20, title = "Normal"})
        print(p)
        assert(p:data()[1].y:sum():item() == 1000)
        """
    ) { arguments in
      let options = try arguments.options
      let function = arguments.function
      let reader = SeriesReader(operation: "plot.hist", flattens: true)
      let series = try reader.series(arguments[0], "x")
      var figure = try PlotOptions.figure(options, of: function)
      let borders = try borders(options, function, all: series)
      let density = try options.bool("density")
      figure.curves = try series.enumerated().map { index, series in
        let bins = try Bins(series.y, borders, isSingle: series.isSingle)
        return Curve(
          label: series.label, x: bins.edges, y: bins.heights(density: density), style: .bars, ink: index)
      }
      if figure.ylabel.isEmpty { figure.ylabel = density ? "density" : "count" }
      try PlotOptions.name(&figure.curves, options, function)
      if figure.axes() == nil {
        throw EngineError(
          function.qualifiedName, "there is nothing to draw: no value lies within the bins",
          advice: figure.ylog ? "leave out log or widen range" : "widen range")
      }
      return .object(Plot("histogram", figure))
    }
  }

  private static func borders(
    _ options: Options, _ function: Function, all series: [SeriesReader.Series]
  ) throws -> Bins.Borders {
    let name = function.qualifiedName
    let values = series.flatMap(\.y)
    if values.isEmpty { throw EngineError(name, "there is nothing to draw: no values were given") }
    var range = try PlotOptions.ends(options, "range", function)
    guard range != nil || values.contains(where: { Scale.shows($0, isLog: false) }) else {
      throw EngineError(
        name, "there is nothing to draw: of \(values.count) value\(values.count == 1 ? "" : "s") none is finite",
        advice: "look for a division by 0 or a logarithm of 0 upstream")
    }
    if case .table(let table) = options["bins"] {
      let edges = table.list.compactMap(\.double)
      guard edges.count == table.list.count, (2...1_048_577).contains(edges.count),
        edges.allSatisfy({ Scale.shows($0, isLog: false) }), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw options.mismatch("bins", "an integer or a list of at least two ascending numbers") }
      return .given(edges)
    }
    if series.count > 1, range == nil {
      let finite = values.filter { Scale.shows($0, isLog: false) }
      if let low = finite.min(), let high = finite.max() { range = (low, high) }
    }
    return .even(try options.integer("bins"), range: range)
  }

  private static func image() -> Function {
    Function(
      .module("plot"), "image", "Draws a matrix as colours with a scale beside it, or a picture with axes.",
      [
        Option(
          "t", .object("tensor"),
          "a matrix height × width (row 1 is above), or a picture of 1, 3 or 4 channels × height × width")
      ],
      options: [
        .optional(
          "colormap", .choice(Colormap.allCases.map(\.rawValue)),
          "even steps for the eye from violet to yellow, black to white, or blue over white to red", .string("uniform")),
        .optional(
          "range", .list(.number),
          "the values of the first and the last colour {low, high}; default: the smallest and largest value"),
      ] + PlotOptions.title + PlotOptions.size,
      returns: "a plot; NaN stays white",
      source:
        "uniform: a path of equal steps through Oklab (Ottosson 2020, A perceptual color space for image processing)",
      example: """
        local t = tensor.randn(8, 12)
        local p = plot.image(t, {colormap = "diverging", range = {-3, 3}})
        print(p:text{columns = 40, rows = 12})
        plot.image(scenes.library{width = 96, height = 64}, {title = "A picture"})
        assert(p:data()[1].z:size(2) == 12)
        """
    ) { arguments in
      let options = try arguments.options
      let function = arguments.function
      var figure = try PlotOptions.figure(options, of: function)
      var heat = try Heat(arguments.tensor(0), operation: function.qualifiedName)
      let map = Colormap(rawValue: try options.string("colormap")) ?? .uniform
      heat.map = map
      guard let range = try PlotOptions.ends(options, "range", function) ?? heat.naturalRange(map) else {
        throw EngineError(
          function.qualifiedName, "there is nothing to draw: of \(heat.values.count) values none is finite",
          advice: "look for a division by 0 or a logarithm of 0 upstream")
      }
      heat.range = range
      figure.heat = heat
      return .object(Plot(heat.isPicture ? "picture" : "heat map", figure))
    }
  }

  private static func curves() -> Function {
    Function(
      .module("plot"), "curves", "Begins curves that grow while something is learnt, and show themselves now and then.",
      options: [
        .optional(
          "smooth", .number, "share of a running average that stays at each step; 0: the values as they are",
          .number(0),
          range: 0...0.9999),
        .optional(
          "every", .number, "time between two showings at least; 0: at every step", .number(5), range: 0...1e9,
          unit: "seconds"),
        .optional("total", .number, "the last step, at which the curves are shown in any case", range: 0...1e15),
      ] + PlotOptions.title + PlotOptions.logs + PlotOptions.limits + PlotOptions.size,
      returns: "a plot: c:add{loss = …} adds to it, c:finish() shows what is new",
      source: "smoothing as in TensorBoard's line charts: an exponential moving average without bias",
      example: """
        local c = plot.curves{title = "Training", ylog = true, smooth = 0.6}
        for step = 1, 100 do c:add(step, {loss = 1 / step, rate = 0.1}) end
        c:finish()
        assert(#c:data() == 2)
        """
    ) { arguments in
      let options = try arguments.options
      var figure = try PlotOptions.figure(options, of: arguments.function)
      if figure.xlabel.isEmpty { figure.xlabel = "step" }
      let live = LiveCurves(
        smooth: try options.number("smooth"), every: try options.number("every"),
        total: try options.numberIfAny("total"))
      return .object(Plot("curves", figure, live: live))
    }
  }
}
