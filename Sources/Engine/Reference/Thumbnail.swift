internal import Surface

/// A small picture that stands for an entry: what its example made last.
struct Thumbnail {
  /// The entry's name beside its table.
  let name: String
  /// The picture's file.
  let picture: String
  /// The entry's place on its page.
  let fragment: String
  /// What the entry does.
  let summary: String

  /// A row of thumbnails, each a link to its entry; nothing for none. `file` is the page that holds the entries.
  static func gallery(_ thumbnails: [Thumbnail], in file: String, withSummaries: Bool = false) -> HTML {
    if thumbnails.isEmpty { return HTML("") }
    let items = thumbnails.map { thumbnail in
      HTML.element(
        "a", ["href": file + "#" + thumbnail.fragment],
        .void("img", ["src": thumbnail.picture, "alt": "", "loading": "lazy"]),
        .element("code", [:], HTML(thumbnail.name)),
        withSummaries ? .element("span", [:], HTML(thumbnail.summary)) : HTML(""))
    }
    return .element("div", ["class": withSummaries ? "gallery large" : "gallery"], items.joined())
  }
}
