internal import Surface

/// One page of the reference: a table of functions, a type of objects, or both where they share a name.
struct Page {
  /// Entries under a heading.
  struct Section {
    let title: String
    let functions: [Function]
  }

  /// The table or type, as a script names it.
  let name: String
  let summary: String
  let sections: [Section]

  /// The page's file.
  var file: String { name + ".html" }
  /// Everything that the page describes.
  var functions: [Function] { sections.flatMap(\.functions) }

  /// Names under titles, in the order in which a page shows them.
  typealias Groups = [(title: String, names: [String])]

  /// The pages of a registry: its tables in their order, then types without a table, then the globals. `summaries` says
  /// in a sentence what a table is for, `groups` what belongs together in it.
  static func all(
    _ functions: [Function], _ types: [ScriptType], _ summaries: [String: String], _ groups: [String: Groups] = [:]
  ) -> [Page] {
    var tables: [String] = []
    for function in functions {
      if let table = function.table, !tables.contains(table) { tables.append(table) }
    }
    var pages = tables.map { table in
      let own = functions.filter { $0.table == table }
      let type = types.first { $0.name == table }
      let sections = grouped(own, groups[table] ?? []) + (type.map { parts(of: $0, functions) } ?? [])
      return Page(name: table, summary: summaries[table] ?? type?.sentence ?? "", sections: sections)
    }
    for type in types where !tables.contains(type.name) {
      pages.append(Page(name: type.name, summary: type.sentence, sections: parts(of: type, functions)))
    }
    let globals = functions.filter { $0.form == .global }
    if !globals.isEmpty {
      let section = Section(title: "Functions", functions: globals)
      pages.append(Page(name: "globals", summary: "Functions that stand in no table.", sections: [section]))
    }
    return pages.map { page in
      Page(name: page.name, summary: page.summary, sections: page.sections.filter { !$0.functions.isEmpty })
    }
  }

  /// A table's functions by groups; what is in none comes first.
  private static func grouped(_ functions: [Function], _ groups: Groups) -> [Section] {
    let named = Set(groups.flatMap(\.names))
    let rest = Section(title: "Functions", functions: functions.filter { !named.contains($0.name) })
    return [rest]
      + groups.map { group in
        Section(title: group.title, functions: functions.filter { group.names.contains($0.name) })
      }
  }

  private static func parts(of type: ScriptType, _ functions: [Function]) -> [Section] {
    let operators = type.operators.sorted { ($0.value.name, $0.key) < ($1.value.name, $1.key) }.map(\.value)
    return [
      Section(title: "Methods", functions: type.methods + functions.filter { $0.form == .method(type.name) }),
      Section(title: "Operators", functions: operators),
      Section(title: "Elements", functions: [type.index, type.assign].compactMap { $0 }),
    ]
  }
}

extension ScriptType {
  /// What objects of the type are.
  fileprivate var sentence: String { "\(article.prefix(1).uppercased())\(article.dropFirst()) is \(summary)." }
}

extension Function {
  /// The global table that holds the entry.
  fileprivate var table: String? {
    switch form {
    case .module(let name), .value(let name): name
    default: nil
    }
  }
}
