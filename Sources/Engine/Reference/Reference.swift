internal import Files
package import Surface

/// The registry as HTML pages that need no server: an index, a page for every table and type, and a search over
/// everything. The same registry and the same results of its examples give the same bytes.
package struct Reference {
  private let pages: [Page]
  private let links: Links
  private let version: String

  /// The reference of a registry. `summaries` says in a sentence what each table is for; `groups` names what belongs
  /// together in a table, under titles.
  package init(
    functions: [Function], types: [ScriptType], summaries: [String: String] = [:],
    groups: [String: [(title: String, names: [String])]] = [:], version: String
  ) {
    pages = Page.all(functions, types, summaries, groups)
    links = Links(pages)
    self.version = version
  }

  /// How many entries there are.
  package var count: Int { pages.reduce(0) { $0 + $1.functions.count } }

  /// Runs every example and writes the pages into a folder, which is made new or replaced if it holds such pages and
  /// nothing else. All or nothing.
  package func write(to folder: String, running run: (Function) throws -> Example) throws {
    try FileSet.check(folder, operation: "docs")
    try FileSet.write(try files(running: run), to: folder, title: "Atelier reference \(version)", operation: "docs")
  }

  /// All files, by name, in the order of the pages. `run` runs the example of an entry.
  package func files(running run: (Function) throws -> Example) throws -> [(name: String, bytes: [UInt8])] {
    var files: [(name: String, bytes: [UInt8])] = []
    var thumbnails: [String: Thumbnail] = [:]
    let related = relations
    for page in pages {
      var sections: [HTML] = []
      for part in page.sections {
        sections.append(.element("h2", ["id": part.fragment], HTML(part.title)))
        for function in part.functions {
          let example = try run(function)
          let section = EntrySection(
            function: function, example: example, links: links, related: related[function.qualifiedName] ?? [])
          sections.append(section.html)
          files += example.pictures.map { (section.fileName(of: $0), $0.file) }
          thumbnails[function.qualifiedName] = example.pictures.last.map {
            Thumbnail(
              name: function.shortName, picture: section.fileName(of: $0), fragment: Links.fragment(function),
              summary: function.summary)
          }
        }
      }
      files.append((page.file, bytes(document(page.name, body(of: page, sections, thumbnails), current: page))))
    }
    return [("index.html", bytes(index(thumbnails)))] + files + [
      ("style.css", bytes(Assets.style)), ("search.js", bytes(searchIndex + Assets.search)),
    ]
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  // MARK: What belongs together

  /// For every entry those that its prose names, those that name it, and those of the same name elsewhere.
  private var relations: [String: [String]] {
    let functions = pages.flatMap(\.functions)
    var related: [String: Set<String>] = [:]
    func relate(_ a: String, _ b: String) {
      guard a != b else { return }
      related[a, default: []].insert(b)
      related[b, default: []].insert(a)
    }
    let names = Set(functions.map(\.qualifiedName))
    for function in functions {
      for name in function.related where names.contains(name) { relate(function.qualifiedName, name) }
      let prose = [function.summary, function.returns] + (function.parameters + function.options).map(\.summary)
      for name in prose.flatMap(links.mentions(in:)) { relate(function.qualifiedName, name) }
    }
    let families = Dictionary(grouping: functions.filter { $0.stem != nil }) { $0.stem! }
    for family in families.values {
      for (place, function) in family.enumerated() {
        for other in family[..<place] { relate(function.qualifiedName, other.qualifiedName) }
      }
    }
    return related.mapValues { $0.sorted() }
  }

  // MARK: Pages

  private func document(_ title: String, _ body: HTML, current: Page?) -> String {
    let tables = pages.map { page in
      let name = HTML(page.name)
      let link = HTML.element("a", ["href": page.file, "aria-current": "page"], name)
      return HTML.element("li", [:], page.file == current?.file ? link : .link(page.file, name))
    }
    let search = HTML.element(
      "form", ["class": "search", "role": "search", "id": "search"],
      .void(
        "input",
        [
          "type": "search", "id": "query", "placeholder": "Search (press /)", "aria-label": "Search the reference",
          "autocomplete": "off", "spellcheck": "false",
        ]), .element("ol", ["id": "results", "hidden": ""]))
    let header = HTML.element("header", [:], .link("index.html", HTML("Atelier \(version)"), name: "home"), search)
    let navigation = HTML.element("nav", ["aria-label": "Tables"], .element("ul", [:], tables.joined()))
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escaped(title)) · Atelier reference</title>
      <link rel="stylesheet" href="style.css">
      <script src="search.js" defer></script>
      </head>
      <body>
      \(header.text)
      \(navigation.text)
      <main>
      \(body.text)
      </main>
      </body>
      </html>

      """
  }

  /// The page: names of everything, thumbnails by sections, then the entries.
  private func body(of page: Page, _ sections: [HTML], _ thumbnails: [String: Thumbnail]) -> HTML {
    let heads = page.sections.map { section in
      let names = list(section.functions, in: "")
      let gallery = Thumbnail.gallery(
        section.functions.compactMap { thumbnails[$0.qualifiedName] }, in: "", withSummaries: true)
      if page.sections.count == 1 { return names + gallery }
      return HTML.element("h2", [:], .link("#" + section.fragment, HTML(section.title))) + names + gallery
    }
    let contents = HTML.element("div", ["class": "contents"], heads.joined("\n"))
    let head = [
      HTML.element("h1", [:], HTML(page.name)), .element("p", [:], links.linked(page.summary)), contents,
    ]
    return (head + sections).joined("\n")
  }

  /// Names of entries, each a link.
  private func list(_ functions: [Function], in file: String) -> HTML {
    let items = functions.map { function in
      HTML.element(
        "li", [:],
        .link(file + "#" + Links.fragment(function), .element("code", [:], HTML(function.shortName))))
    }
    return .element("ul", ["class": "names"], items.joined())
  }

  private func index(_ thumbnails: [String: Thumbnail]) -> String {
    let introduction = """
      Everything that a script may call: \(count) entries. Each has its arguments and options with type, unit, range and \
      default, what it returns, where its definition comes from, and an example with what it really gave.
      """
    let tables = pages.map { page in
      HTML.element(
        "section", ["class": "table"], .element("h2", [:], .link(page.file, HTML(page.name))),
        .element("p", [:], links.linked(page.summary)), list(page.functions, in: page.file),
        Thumbnail.gallery(page.functions.compactMap { thumbnails[$0.qualifiedName] }, in: page.file))
    }
    let body = [
      HTML.element("h1", [:], HTML("Atelier reference")), .element("p", [:], HTML(introduction)),
      .element(
        "p", [:], HTML("At the prompt, "), .element("code", [:], HTML("help(tensor)")), HTML(" and "),
        .element("code", [:], HTML("help(\"images.load\")")), HTML(" say the same.")),
    ]
    return document("Index", (body + tables).joined("\n"), current: nil)
  }

  /// What the search looks through: name, summary and address of every page and entry.
  private var searchIndex: String {
    let rows = pages.flatMap { page in
      [(page.name, page.summary, page.file)]
        + page.functions.map { ($0.qualifiedName, $0.summary, page.file + "#" + Links.fragment($0)) }
    }
    let texts = rows.map { row in "[" + [row.0, row.1, row.2].map(Reference.quoted).joined(separator: ", ") + "]" }
    return "const entries = [\n" + texts.joined(separator: ",\n") + "\n];\n"
  }

  /// A text as a string of JavaScript.
  static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { character -> String in
      switch character {
      case "\"", "\\": return "\\" + String(character)
      case "\n": return "\\n"
      case "<", "\u{2028}", "\u{2029}": break
      default: if character.value >= 32 { return String(character) }
      }
      let digits = String(character.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"" + escaped.joined() + "\""
  }
}

extension Function {
  /// The name without its table or type.
  fileprivate var shortName: String {
    if case .module = form, name == "__call" { return qualifiedName }
    return name
  }

  /// What entries that do the same share: `nn.conv2d` and `nn.Conv2d`, `tensor:relu` and `nn.ReLU`. Operators have none.
  fileprivate var stem: String? {
    if case .operation = form { return nil }
    return name == "__call" ? nil : name.lowercased().filter { $0 != "_" }
  }
}

extension Page.Section {
  /// The section's place on its page.
  fileprivate var fragment: String {
    "-" + title.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "-" }.joined()
  }
}
