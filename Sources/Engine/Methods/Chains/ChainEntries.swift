internal import Classic
internal import Surface
internal import TensorCore

/// `filters.chain`, `filters.preset`, `filters.presets`, and what a script may do with chains.
enum ChainEntries {
  static func all() -> [Function] { [chain(), preset(), presets(), FitEntries.fit()] }

  private static func chain() -> Function {
    Function(
      .module("filters"), "chain", "Joins filters into one that is called like a function: a style.",
      [
        Option(
          "steps", .table,
          "a list of steps {\"filter\", option = value, …} or chains, with name = \"…\" for the whole")
      ],
      returns: "a chain",
      details: """
        Each step runs on the result of the one before; input = 0 lets it read the picture itself, input = n the
        result of step n. What it gives is laid over the result before by blend, then by strength, mask and feather,
        which hold for the blend. With b below and f above:
        \(Blend.allCases.map { "  \(TextWidth.padded($0.rawValue, to: 12)) \($0.meaning)" }.joined(separator: "\n"))
        All options are checked when the chain is made. What a filter takes after the picture is given by name:
        {"convolve", kernel = {{0, 1, 0}}}.
        """,
      related: ["filters.preset", "filters.fit", "atelier.compare"],
      example: """
        local style = filters.chain{
          {"kuwahara", radius = 4, mode = "anisotropic"},
          {"xdog", tau = 0.98, input = 0, blend = "multiply", strength = 0.8},
          name = "line over paint",
        }
        local picture = scenes.library{width = 160, height = 120}
        assert(#style == 2 and style:name() == "line over paint")
        assert(style(picture, {strength = 0}):allclose(picture, {rtol = 0, atol = 0}))
        assert(not pcall(filters.chain, {{"kuwahara", radius = -1}}))
        local result = style(picture)
        """
    ) { .object(try ChainReader().chain($0.table(0))) }
  }

  private static func preset() -> Function {
    Function(
      .module("filters"), "preset", "A look by its name, as a chain that can be called, read and changed.",
      [Option("name", .choice(Preset.all.map(\.name)), "which")],
      options: [
        .optional(
          "scale", .number, "how much coarser: multiplies all that is measured in pixels", .number(1), range: 0.1...20)
      ], returns: "a chain",
      details: Preset.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
        + "\nThey suit pictures of about half a megapixel; for twice the width take scale = 2.",
      related: ["filters.presets", "filters.chain"],
      example: """
        local ink = filters.preset("ink wash", {scale = 0.4})
        print(ink)
        local again = filters.chain(ink:steps())
        local picture = scenes.library{width = 160, height = 120, season = "autumn"}
        assert(again(picture):allclose(ink(picture)))
        local washed = ink(picture)
        """
    ) { arguments in
      let name = try arguments.string(0)
      guard let preset = Preset.all.first(where: { $0.name == name }) else {
        throw EngineError(
          "filters.preset", "there is no look '\(name)'",
          advice: Suggestion.advice(for: name, in: Preset.all.map(\.name)))
      }
      try arguments.checkCount()
      return .object(try preset.chain(scale: arguments.options.number("scale")))
    }
  }

  private static func presets() -> Function {
    Function(
      .module("filters"), "presets", "All looks that filters.preset knows.",
      returns: "a list of tables {name, summary}", related: ["filters.preset"],
      example: """
        local picture = scenes.library{width = 192, height = 144, season = "autumn"}
        local looks, labels = {}, {}
        for i, look in ipairs(filters.presets()) do
          looks[i], labels[i] = filters.preset(look.name, {scale = 0.45})(picture), look.name
        end
        assert(#looks >= 8)
        local sheet = images.contact_sheet(looks, {labels = labels, columns = 4, size = 192})
        """
    ) { arguments in
      try arguments.checkCount()
      return .table(
        Table(
          list: Preset.all.map {
            .table(Table(fields: [("name", .string($0.name)), ("summary", .string($0.summary))]))
          }))
    }
  }

  // MARK: Objects

  /// The script type of chains; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "chain", summary: "filters one after the other under one name; called like a function",
    methods: methods(), operators: ["call": call(), "len": length()],
    answers: [
      "apply": "call the chain itself: chain(img)", "save": "chain:steps() is a table that a script can keep",
      "options": "use chain:steps()", "fit": "filters.fit{content = …, style = …, chain = chain} fits one",
    ])

  private static func call() -> Function {
    Function(
      .operation("chain"), "call", "The picture under all steps.",
      [
        Option("chain", .object("chain"), "the chain"),
        Option("img", .object("tensor"), "a picture [C, H, W] or a batch [N, C, H, W]"),
      ], options: FilterEntries.shared(), returns: "a tensor of the picture's shape",
      example: """
        local soft = filters.chain{{"gaussian", sigma = 2}}
        local picture = scenes.library{width = 96, height = 64}
        assert(soft(picture):allclose(filters.gaussian(picture, {sigma = 2})))
        assert(soft(picture, {strength = 0.5}):allclose((picture + soft(picture)) / 2, {atol = 1e-5}))
        """
    ) { arguments in
      let chain: FilterChain = try arguments.object(0), options = try arguments.options
      try arguments.checkCount()
      return .object(try chain(arguments.tensor(1), scope: FilterScope(options)))
    }
  }

  private static func length() -> Function {
    Function(
      .operation("chain"), "#", "The number of steps.", returns: "an integer",
      example: "assert(#filters.chain{\"xdog\", \"gaussian\"} == 2)"
    ) { .integer(try $0.object(0, as: FilterChain.self).steps.count) }
  }

  private static func methods() -> [Function] {
    [
      Function(
        .method("chain"), "steps", "The steps, as the table that filters.chain takes.",
        returns: "a list of tables {\"filter\", option = value, …} with the name",
        example: """
          local steps = filters.chain{{"gaussian", sigma = 2}, name = "soft"}:steps()
          assert(steps[1][1] == "gaussian" and steps[1].sigma == 2 and steps.name == "soft")
          steps[1].sigma = 4
          assert(filters.chain(steps):steps()[1].sigma == 4)
          """
      ) {
        let chain: FilterChain = try $0.object(0)
        return .table(
          Table(
            list: chain.steps.map { .table(FilterChain.table(of: $0)) },
            fields: chain.name.isEmpty ? [] : [("name", .string(chain.name))]))
      },
      Function(
        .method("chain"), "name", "The chain's name.", returns: "a string, empty without a name",
        example: "assert(filters.preset(\"pencil\"):name() == \"pencil\")"
      ) { .string(try $0.object(0, as: FilterChain.self).name) },
      Function(
        .method("chain"), "parameters", "The numbers that filters.fit found; an empty table for other chains.",
        returns: "a table from name to number, the curve a list",
        example: "assert(next(filters.chain{\"xdog\"}:parameters()) == nil)"
      ) { .table(Table(fields: try $0.object(0, as: FilterChain.self).parameters.map { ($0.name, $0.value) })) },
    ]
  }
}
