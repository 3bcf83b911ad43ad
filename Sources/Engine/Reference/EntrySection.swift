internal import Surface

/// An entry's section of a page.
struct EntrySection {
  let function: Function
  let example: Example
  let links: Links
  let related: [String]

  /// Everything that the registry says about the entry, its example and what that gave.
  var html: HTML {
    let identifier = Links.identifier(function)
    let parts = [
      .element("h3", [:], .link("#" + Links.fragment(function), .element("code", [:], HTML(function.signature)))),
      .element("p", ["class": "summary"], links.linked(function.summary)),
      table("Arguments", function.parameters), table("Options", function.options), recipe, facts,
      .element("h4", [:], HTML("Example")),
      .element("pre", [:], .element("code", [:], LuaCode(links: links).html(function.example))), output, pictures,
    ]
    return .element("section", ["class": "entry", "id": identifier], parts.joined("\n"))
  }

  private func table(_ title: String, _ options: [Option]) -> HTML {
    if options.isEmpty { return HTML("") }
    let head = ["Name", "Type", "Unit", "Range", "Default", "Meaning"].map {
      HTML.element("th", ["scope": "col"], HTML($0))
    }
    let rows = options.map { option in
      let cells = [
        ("Name", HTML.element("code", [:], HTML(option.name))), ("Type", HTML(option.kind.short)),
        ("Unit", HTML(option.unit ?? "")), ("Range", HTML(option.rangeText)), ("Default", option.defaultText),
        ("Meaning", links.linked(option.summary)),
      ]
      return HTML.element("tr", [:], cells.map { .element("td", ["data-title": $0], $1) }.joined())
    }
    return .element(
      "table", [:], .element("caption", [:], HTML(title)),
      .element("thead", [:], .element("tr", [:], head.joined())), .element("tbody", [:], rows.joined("\n")))
  }

  private var recipe: HTML {
    guard let details = function.details else { return HTML("") }
    return .element("h4", [:], HTML("Recipe")) + .element("pre", ["class": "recipe"], links.linked(details))
  }

  private var facts: HTML {
    var facts: [(String, HTML)] = []
    if function.returns != "nothing" { facts.append(("Returns", links.linked(function.returns))) }
    if let source = function.source { facts.append(("Source", links.linked(source))) }
    if !related.isEmpty {
      let names = related.compactMap { name in
        links.address(of: name).map { HTML.link($0, .element("code", [:], HTML(name))) }
      }
      facts.append(("See also", names.joined(", ")))
    }
    if facts.isEmpty { return HTML("") }
    return .element("dl", [:], facts.map { .element("dt", [:], HTML($0)) + .element("dd", [:], $1) }.joined("\n"))
  }

  private var output: HTML {
    var lines = example.printed.hasSuffix("\n") ? String(example.printed.dropLast()) : example.printed
    for variable in example.variables {
      if !lines.isEmpty { lines += "\n" }
      lines += variable.name + " = " + variable.text.replacing("\n", with: "\n  ")
    }
    if lines.isEmpty {
      return .element("p", ["class": "silent"], HTML("It prints nothing: what it asserts is true."))
    }
    return .element("h4", [:], HTML("Output"))
      + .element("pre", ["class": "output"], .element("samp", [:], HTML(lines)))
  }

  private var pictures: HTML {
    if example.pictures.isEmpty { return HTML("") }
    let figures = example.pictures.map { picture in
      HTML.element(
        "figure", [:],
        .void("img", ["src": fileName(of: picture), "alt": "The picture \(picture.name)", "loading": "lazy"]),
        .element("figcaption", [:], .element("code", [:], HTML(picture.name))))
    }
    return .element("div", ["class": "pictures"], figures.joined())
  }

  /// The file of a picture: letters, digits, dots and dashes only.
  func fileName(of picture: Example.Picture) -> String {
    let letters = "\(function.qualifiedName)-\(picture.name)".map { character in
      character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "-"
    }
    return String(letters) + ".png"
  }
}

extension Kind {
  /// The kind without its article.
  fileprivate var short: String {
    switch self {
    case .choice(let names): names.map { "\"\($0)\"" }.joined(separator: ", ")
    case .either(let kinds): kinds.map(\.short).joined(separator: " or ")
    case .list(let kind): "list of " + kind.plural
    case .any: text
    default: text.hasPrefix("an ") ? String(text.dropFirst(3)) : String(text.dropFirst(2))
    }
  }

  private var plural: String {
    switch self {
    case .any: "values"
    case .either, .choice, .list: "(\(short))"
    default: short + "s"
    }
  }
}

extension Option {
  /// The values accepted.
  fileprivate var rangeText: String {
    guard let range else { return "" }
    if range == Option.anyNumber { return "any finite number" }
    let low = range.lowerBound.plainText
    return range.upperBound >= Double.greatestFiniteMagnitude ? "≥ \(low)" : "\(low) to \(range.upperBound.plainText)"
  }

  /// What holds when it is not given.
  fileprivate var defaultText: HTML {
    if let number = standard?.double { return .element("code", [:], HTML(number.plainText)) }
    if let standard { return .element("code", [:], HTML(standard.brief)) }
    return HTML(optional ? "optional" : "required")
  }
}
