internal import Surface

/// Where every name of the registry is described, and which names a text mentions.
struct Links {
  private var addresses: [String: String] = [:]
  /// Methods by bare name, where one type alone has a method of that name.
  private var methods: [String: String?] = [:]

  init(_ pages: [Page]) {
    for page in pages {
      addresses[page.name] = page.file
      for function in page.functions {
        addresses[function.qualifiedName] = page.file + "#" + Links.fragment(function)
        guard case .method = function.form else { continue }
        methods.updateValue(methods[function.name] == nil ? function.qualifiedName : nil, forKey: function.name)
      }
    }
  }

  /// The id of an entry's section.
  static func identifier(_ function: Function) -> String {
    function.qualifiedName.replacing(" ", with: "_")
  }

  /// The id as it stands in an address: everything but letters, digits and `-._~:` by its bytes.
  static func fragment(_ function: Function) -> String {
    let digits = Array("0123456789ABCDEF")
    return identifier(function).utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      if byte < 128, character.isLetter || character.isNumber || "-._~:".contains(character) { return "\(character)" }
      return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }.joined()
  }

  /// The address of an entry.
  func address(of name: String) -> String? { addresses[name] }

  /// The entry that a word of code means: `images.load`, `tensor:sum`, or `:sum` where only one type has it.
  func name(meantBy word: String) -> String? {
    if word.hasPrefix(":") { return methods[String(word.dropFirst())] ?? nil }
    return addresses[word] == nil ? nil : word
  }

  /// The words of a text that name entries with a table or a type: `nn.mse_loss`, not `tensor`.
  func mentions(in text: String) -> [String] {
    Words(text).compactMap { word in
      let trimmed = word.trimmed
      return trimmed.contains { ".:".contains($0) } ? addresses[trimmed].map { _ in trimmed } : nil
    }
  }

  /// Plain text with a link on every entry that it names.
  func linked(_ text: String) -> HTML {
    Words(text).map { word in
      let trimmed = word.trimmed
      guard trimmed.contains(where: { ".:".contains($0) }), let address = addresses[trimmed] else {
        return HTML(word.text)
      }
      return .link(address, .element("code", [:], HTML(trimmed))) + HTML(word.text.dropFirst(trimmed.count))
    }.joined()
  }
}

/// A text cut into names with dots and colons, and what stands between them.
struct Words: Sequence {
  /// A piece of the text.
  struct Word {
    let text: Substring
    let isName: Bool

    /// A name without the full stop or colon that ends its sentence; empty for what is no name.
    var trimmed: String {
      guard isName else { return "" }
      var text = text
      while let last = text.last, ".:".contains(last) { text.removeLast() }
      return String(text)
    }
  }

  private let words: [Word]

  init(_ text: String) {
    var words: [Word] = []
    var rest = text[...]
    while let first = rest.first {
      let isName = Words.isPart(first)
      let word = rest.prefix { Words.isPart($0) == isName }
      words.append(Word(text: word, isName: isName))
      rest = rest[word.endIndex...]
    }
    self.words = words
  }

  func makeIterator() -> IndexingIterator<[Word]> { words.makeIterator() }

  private static func isPart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "_.:".contains(character))
  }
}
