internal import LuaHost
internal import Surface

extension Session {
  /// What is known about a word: for `detail` 1 the page of a function, the list of a table, or what a variable holds; above
  /// that also the recipe, related entries, and source lines or contents. Lines have at most 100 columns. Nothing of the
  /// script runs. An unknown word is an error with a suggestion.
  func answer(_ word: String, detail: Int) throws -> String {
    if word.isEmpty { return try host.help(on: "") + "\n" + Session.questionSyntax }
    if let text = known(word, detail: detail) { return text }
    if let text = try? host.help(on: word) { return text }
    let names = host.registry.names + host.keys()
    let near = Suggestion.nearest(to: word, in: names).map { "did you mean '\($0)'? " } ?? ""
    let last = word.split { $0 == "." || $0 == ":" }.last.map(String.init) ?? word
    throw EngineError("", "there is no entry '\(word)'", advice: near + ":apropos \(last) searches everything")
  }

  /// What is known about the word at a place of a text, or about the call that is being typed there; nil when that is
  /// nothing. `offset` is in bytes of the text's UTF-8.
  public func inspect(_ text: String, at offset: Int, detail: Int) -> String? {
    let all = Array(text.utf8)
    var end = min(max(offset, 0), all.count)
    while end < all.count, Session.isWordByte(all[end]) { end += 1 }
    var start = end
    while start > 0, Session.isWordByte(all[start - 1]) || Session.isJoint(all, start - 1) { start -= 1 }
    let word = String(decoding: all[start..<end], as: UTF8.self)
    let completer = Completer(self, Array(all[..<end]), deadline: LuaHost.clock)
    let source = completer.source
    if !word.isEmpty, !LuaLexer.keywords.contains(word), source.kind(source.tokens.count - 1) == .name {
      if let function = completer.function(of: source.callee(before: source.tokens.count)?.expression) {
        return page(function, detail)
      }
      if let text = known(word, detail: detail) { return text }
    }
    guard let function = completer.called(before: source.tokens.count) else { return nil }
    return page(function, detail)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == 95 || (byte >= 48 && byte <= 57) || (byte | 32 >= 97 && byte | 32 <= 122)
  }

  /// Whether a dot or colon joins two names.
  private static func isJoint(_ bytes: [UInt8], _ index: Int) -> Bool {
    [UInt8(ascii: "."), UInt8(ascii: ":")].contains(bytes[index]) && index > 0 && isWordByte(bytes[index - 1])
  }

  /// Words for entries: a variable first, then the registry.
  private func known(_ word: String, detail: Int) -> String? {
    let registry = host.registry
    // `atelier.version`: what it is rather than what it holds.
    let values = registry.functions.filter { $0.qualifiedName == word && $0.form.isValue }
    if let entry = values.first { return page(entry, detail) }
    let path = word.split(separator: ".", omittingEmptySubsequences: false).map { SightStep.name(String($0)) }
    if !word.contains(":") {
      switch host.sight(path) {
      case .none: break
      case .entry(let function): return page(function, detail)
      case .module(let name): return try? host.help(on: name)
      case let sight: return variable(word, path, sight, detail)
      }
    } else if let method = method(word) {
      return page(method, detail)
    }
    let found = registry.entries(named: word)
    return found.isEmpty ? nil : found.map { page($0, detail) }.joined(separator: "\n\n")
  }

  /// `img:blur` for a variable `img`.
  private func method(_ word: String) -> Function? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let path = parts[0].split(separator: ".").map { SightStep.name(String($0)) }
    guard case .object(let object) = host.sight(path) else { return nil }
    return host.registry.methods(of: type(of: object).scriptType).first { $0.name == parts[1] }
  }

  // MARK: Entries

  /// The page of an entry.
  func page(_ function: Function, _ detail: Int) -> String {
    let related = host.registry.related(to: function)
    if detail < 2 {
      let more = function.details != nil || !related.isEmpty
      return function.help + (more ? "\n\n??\(function.qualifiedName) tells the recipe and what is related" : "")
    }
    var lines: [String] = []
    if let details = function.details {
      lines += ["", "Recipe"] + details.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    }
    if !related.isEmpty { lines += ["", "Related"] + related.map { "  " + $0.qualifiedName + ": " + $0.summary } }
    return function.help + (lines.isEmpty ? "" : "\n" + lines.joined(separator: "\n").wrapped())
  }

  // MARK: Variables

  private func variable(_ word: String, _ path: [SightStep], _ sight: Sight, _ detail: Int) -> String {
    let head = "\(word): \(sight.summary(host.registry))"
    switch sight {
    case .closure(let source, let lines): return head + (detail < 2 ? "" : "\n" + code(source, lines))
    case .object(let object):
      let type = type(of: object).scriptType
      let bytes = "  holds \(object.nativeBytes.bytesText); a \(type.name) is \(type.summary)".wrapped()
      return ([head, bytes] + (detail < 2 ? [] : [object.display()])).joined(separator: "\n")
        + "\n  ?\(type.name) lists its methods"
    case .table:
      let most = detail < 2 ? 12 : 100
      let names = host.names(in: path, .prefix(""), deadline: LuaHost.clock + 30_000_000, most: most)
      let lines = names.sorted { $0.name < $1.name }.map {
        "  \($0.name.onOneLine): \($0.sight.summary(host.registry))"
      }
      return ([head] + lines + (names.count >= most ? ["  …"] : [])).joined(separator: "\n").wrapped()
    default: return head.wrapped()
    }
  }

  /// The lines of a function of the script, from its file or from the cell that defined it.
  private func code(_ source: String, _ lines: ClosedRange<Int>) -> String {
    let text =
      source.hasPrefix("@")
      ? LuaHost.contents(ofFile: String(source.dropFirst())).map { String(decoding: $0, as: UTF8.self) }
      : host.text(ofChunk: source)
    let all = text?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
    guard lines.lowerBound >= 1, lines.upperBound <= all.count else { return "  its source lines are not kept" }
    return all[(lines.lowerBound - 1)..<lines.upperBound].map { "  " + $0 }.joined(separator: "\n")
  }
}

extension Function.Form {
  fileprivate var isValue: Bool { if case .value = self { true } else { false } }
}
