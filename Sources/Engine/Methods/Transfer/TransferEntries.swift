internal import Classic
public import Surface
internal import TensorCore

/// The table `transfer`: every style method under one way of calling, `transfer.NAME{content = …, style = …}`. Filters
/// join by themselves; a method of its own is a `Function` of this table with the options `content` and `style`, added to
/// `own`.
public enum TransferEntries {
  /// All entries.
  public static func all() -> [Function] { methods() + [list()] }

  /// The methods: those with an implementation of their own, then one for every filter.
  public static func methods() -> [Function] { own() + FilterEntries.all().map(method) }

  /// Methods that are more than a filter.
  private static func own() -> [Function] { [FitEntries.transfer()] }

  /// A method by its name.
  static func method(named name: String) -> Function? { methods().first { $0.name == name } }

  /// Whether a method must be given a reference picture.
  static func needsStyle(_ method: Function) -> Bool {
    method.options.contains { $0.name == "style" && !$0.optional }
  }

  static var content: Option {
    Option("content", .object("tensor"), "the picture [C, H, W] or batch [N, C, H, W] to be changed")
  }

  // MARK: - Filters as methods

  /// A filter called as a method: its options and, by their names, what it takes after the picture.
  private static func method(of filter: Function) -> Function {
    let taken = Set((filter.parameters + filter.options).map(\.name))
    let extra = [
      Option.optional("style", .object("tensor"), "a reference picture; a filter has no use for it and ignores it"),
      Option.optional("seed", .integer, "a seed; this filter draws nothing and ignores it", range: Option.anyNumber),
    ]
    return Function(
      .module("transfer"), filter.name, filter.summary,
      options: [content] + filter.parameters.dropFirst() + filter.options + extra.filter { !taken.contains($0.name) },
      returns: "a tensor of the content's shape", source: filter.source, details: filter.details,
      related: ["filters.\(filter.name)", "transfer.methods", "atelier.compare"], example: example(of: filter)
    ) { arguments in
      try arguments.checkCount()
      let options = try arguments.options
      let picture = try options.object("content", as: Tensor.self)
      if options.has("style") { _ = try options.objectIfAny("style", as: Tensor.self) }
      let given = (filter.parameters.dropFirst() + filter.options).filter { options.has($0.name) }
      do {
        return try FilterCall(filter, [], given.map { ($0.name, options[$0.name]) })(picture)
      } catch let error as EngineError where error.operation == filter.qualifiedName {
        throw EngineError("transfer.\(filter.name)", error.problem, advice: error.advice)
      }
    }
  }

  /// Lua that shows the method at work, beside the filter itself.
  private static func example(of filter: Function) -> String {
    let extra = filter.parameters.dropFirst().filter { !$0.optional }.map { option in
      if case .object = option.kind { return (name: option.name, value: "content") }
      return (name: option.name, value: "{{-1, -1, 0}, {-1, 1, 1}, {0, 1, 1}}")
    }
    let named = extra.map { ", \($0.name) = \($0.value)" }.joined()
    let positional = extra.map { ", \($0.value)" }.joined()
    return """
      local content = scenes.library{width = 160, height = 120}
      local result = transfer.\(filter.name){content = content\(named)}
      assert(result:allclose(filters.\(filter.name)(content\(positional)), {rtol = 0, atol = 0}))
      """
  }

  // MARK: - The list

  private static func list() -> Function {
    Function(
      .module("transfer"), "methods", "All style methods: what transfer.NAME{content = …} can be.",
      returns: "a list of tables {name, summary, needs_style}", related: ["atelier.compare"],
      example: """
        local filtersAmongThem = 0
        for _, method in ipairs(transfer.methods()) do
          assert(type(transfer[method.name]) == "function" and #method.summary > 0)
          if filters[method.name] and not method.needs_style then filtersAmongThem = filtersAmongThem + 1 end
        end
        assert(filtersAmongThem > 3)
        """
    ) { arguments in
      try arguments.checkCount()
      return .table(
        Table(
          list: methods().map { method in
            .table(
              Table(fields: [
                ("name", .string(method.name)), ("summary", .string(method.summary)),
                ("needs_style", .bool(needsStyle(method))),
              ]))
          }))
    }
  }
}
