/// A piece of HTML: text that is escaped already. What becomes HTML from plain text is escaped on the way, so that no
/// text of the registry can break a page.
struct HTML {
  private(set) var text: String

  /// HTML from plain text.
  init(_ plain: some StringProtocol) { text = HTML.escaped(plain) }

  /// HTML as it stands.
  init(raw: String) { text = raw }

  /// `<name a="b">inner</name>`; attributes in the order given.
  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ inner: HTML...) -> HTML {
    HTML(raw: open(name, attributes) + inner.map(\.text).joined() + "</\(name)>")
  }

  /// An element without contents and end: `<img …>`.
  static func void(_ name: String, _ attributes: KeyValuePairs<String, String>) -> HTML {
    HTML(raw: open(name, attributes))
  }

  private static func open(_ name: String, _ attributes: KeyValuePairs<String, String>) -> String {
    "<" + name + attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined() + ">"
  }

  /// A link.
  static func link(_ address: String, _ inner: HTML, name: String? = nil) -> HTML {
    if let name { return element("a", ["href": address, "class": name], inner) }
    return element("a", ["href": address], inner)
  }

  static func + (left: HTML, right: HTML) -> HTML { HTML(raw: left.text + right.text) }

  /// Text without what HTML reads as markup.
  static func escaped(_ plain: some StringProtocol) -> String {
    var result = ""
    for character in plain.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

extension Sequence<HTML> {
  /// One after the other.
  func joined(_ separator: String = "") -> HTML { HTML(raw: map(\.text).joined(separator: separator)) }
}
