internal import LuaHost

/// What may stand at a place of a text.
public struct Completion: Equatable {
  /// One possibility.
  public struct Item: Equatable {
    /// What it is.
    public enum Kind: String {
      case global, module, function, method, field, keyword, option, value, path, command, variable
    }

    /// The text that replaces the range.
    public let text: String
    public let kind: Kind
    /// One line; empty where there is nothing to say.
    public let summary: String
  }

  /// What an item replaces, in bytes of the text's UTF-8; it ends at the cursor and lies on character boundaries.
  public let range: Range<Int>
  /// Possibilities: options and choices in their documented order, everything else sorted.
  public let items: [Item]
}

extension Session {
  /// What may stand at a place of a cell, a command or a question. `offset` is in bytes of the text's UTF-8; one outside
  /// the text or inside a character is moved. Nothing of the script runs, no metamethod either; after some 30 ms the rest
  /// is left out. Names that begin with two underscores are hidden until these are typed.
  public func complete(_ text: String, at offset: Int) -> Completion {
    let all = Array(text.utf8)
    var end = min(max(offset, 0), all.count)
    while end > 0, end < all.count, all[end] & 0xC0 == 0x80 { end -= 1 }
    // Of a very long text the end is enough.
    var start = max(0, end - Session.longestView)
    if start > 0 { start = all[start..<end].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? end }
    let completer = Completer(self, Array(all[start..<end]), deadline: LuaHost.clock + Session.patience)
    let (from, items) = completer.complete()
    return Completion(range: (start + from)..<end, items: items)
  }

  /// Names that may stand at the end of a word, each the whole word that replaces it.
  public func names(completing word: String) -> [String] {
    let found = complete(word, at: word.utf8.count)
    let kept = String(decoding: Array(word.utf8)[..<found.range.lowerBound], as: UTF8.self)
    return found.items.map { kept + $0.text }
  }

  /// How much of a text before the cursor is looked at, in bytes.
  private static let longestView = 1 << 16
  /// After how many nanoseconds looking for names ends.
  private static let patience = 30_000_000
}
