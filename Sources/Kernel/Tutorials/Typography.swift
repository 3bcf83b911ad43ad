/// How the walker's text is set: a front end gives the width and what marks the parts. Without one the text is plain.
public struct Typography {
  /// Columns of a line.
  public var width: () -> Int = { 80 }
  /// How many columns a text takes.
  public var measure: (String) -> Int = { $0.count }
  /// Marks a heading.
  public var heading: (String) -> String = { $0 }
  /// Marks Lua code in a cell, line by line.
  public var code: (String) -> String = { $0 }
  /// Marks a word of code inside prose; gets it without back quotes.
  public var word: (String) -> String = { "`\($0)`" }
  /// Marks words that the prose stresses.
  public var stress: (String) -> String = { $0 }
  /// Marks what went well.
  public var good: (String) -> String = { $0 }
  /// Marks what did not.
  public var bad: (String) -> String = { $0 }
  /// Marks remarks beside the matter.
  public var quiet: (String) -> String = { $0 }

  /// Plain text, 80 columns wide.
  public init() {}

  /// A paragraph or list of Markdown, wrapped; `indent` stands before every line.
  package func prose(_ markdown: String, indent: String = "") -> String {
    markdown.split(separator: "\n").map { item in
      let marker = item.hasPrefix("- ") || item.hasPrefix("* ") ? "- " : item.prefix { $0.isNumber || $0 == "." } + " "
      let isItem = marker.count > 1 && item.hasPrefix(marker.first == "-" ? item.prefix(2) : Substring(marker))
      let text = isItem ? item.dropFirst(marker.count) : item
      let lead = isItem ? "\(marker)" : ""
      return wrapped(
        pieces(String(text)), first: indent + lead, rest: indent + String(repeating: " ", count: lead.count))
    }.joined(separator: "\n")
  }

  /// Code as it is shown: indented, marked.
  func block(_ code: String) -> String {
    code.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + self.code(String($0)) }
      .joined(separator: "\n")
  }

  /// A word with its marks, and the columns that it takes.
  private typealias Piece = (text: String, columns: Int)

  /// The words of a paragraph. Code, **strong** and *stressed* text may hold blanks; a link becomes its text and address.
  private func pieces(_ markdown: String) -> [Piece] {
    var pieces: [Piece] = []
    var text = "", columns = 0
    func end() {
      if !text.isEmpty { pieces.append((text, columns)) }
      (text, columns) = ("", 0)
    }
    var rest = markdown[...]
    while let first = rest.first {
      if let (span, mark, length) = span(rest) {
        if mark == "`" {
          // One piece, so that code is never broken over lines.
          let shown = self.word(span)
          text += shown
          columns += measure(shown)
        } else {
          for (index, word) in span.split(separator: " ").enumerated() {
            if index > 0 { end() }
            text += stress(String(word))
            columns += measure(String(word))
          }
        }
        rest = rest.dropFirst(length)
      } else if first == " " {
        end()
        rest = rest.dropFirst()
      } else {
        text.append(first)
        columns += measure(String(first))
        rest = rest.dropFirst()
      }
    }
    end()
    return pieces
  }

  /// Marked text at the beginning of `rest`: what is inside, the mark, and how many characters both take.
  private func span(_ rest: Substring) -> (String, String, Int)? {
    for mark in ["`", "**", "*"] where rest.hasPrefix(mark) {
      let inside = rest.dropFirst(mark.count)
      guard let end = inside.firstRange(of: mark), end.lowerBound > inside.startIndex, inside.first != " " else {
        continue
      }
      let text = inside[..<end.lowerBound]
      return (String(text), mark, text.count + 2 * mark.count)
    }
    return nil
  }

  private func wrapped(_ pieces: [Piece], first: String, rest: String) -> String {
    let limit = max(20, min(width(), 100))
    var lines: [String] = []
    var line = first, columns = measure(first), isEmpty = true
    for piece in pieces {
      if !isEmpty, columns + 1 + piece.columns > limit {
        lines.append(line)
        (line, columns, isEmpty) = (rest, measure(rest), true)
      }
      line += (isEmpty ? "" : " ") + piece.text
      columns += (isEmpty ? 0 : 1) + piece.columns
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
