internal import LuaHost
internal import Surface

/// What is legal in Lua and means something else than its author thinks, said once the cell has run.
extension Session {
  /// Notes on a cell with the values that it gave.
  func notes(on text: String, _ values: [String]) -> [String] {
    guard text.utf8.count < 10_000 else { return [] }
    let bytes = Array(text.utf8)
    let tokens = LuaLexer.tokens(bytes).filter { $0.kind != .comment }
    let words = tokens.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    var notes: [String] = []
    if values == ["nil"], let note = zeroNote(tokens, words) { notes.append(note) }
    if values.count == 1, values[0].hasPrefix("function: "), let note = callNote(words) { notes.append(note) }
    let known = Set(host.keys())
    for (index, token) in tokens.enumerated() where token.kind == .name {
      guard let word = Session.booleans[words[index]], !known.contains(words[index]) else { continue }
      let before = index > 0 ? words[index - 1] : "", after = index + 1 < words.count ? words[index + 1] : ""
      let isRead = ![".", ":"].contains(before) && after != "="
      let note = "\(words[index]) is nil here: Lua writes \(word)"
      if isRead, !notes.contains(note) { notes.append(note) }
    }
    if let index = words.firstIndex(of: "not"), index + 2 < words.count, tokens[index + 1].kind == .name,
      words[index + 2] == "=="
    {
      let name = words[index + 1]
      notes.append("not \(name) == … means (not \(name)) == …: write \(name) ~= …")
    }
    return notes
  }

  /// `t.shape` gave a function, which was meant to be called.
  private func callNote(_ words: [String]) -> String? {
    guard words.count >= 3, words[words.count - 2] == "." else { return nil }
    let name = words[words.count - 1], owner = words.dropLast(2).joined()
    if host.registry.entries(of: owner).contains(where: { $0.name == name }) {
      return "\(owner).\(name) is a function: \(owner).\(name)(…) calls it, ?\(owner).\(name) explains it"
    }
    return host.registry.methodNames.contains(name) ? "\(name) is a method: \(owner):\(name)() calls it" : nil
  }

  private static let booleans = ["True": "true", "False": "false", "TRUE": "true", "FALSE": "false"]

  /// `t[0]` gave nil, and the list has elements.
  private func zeroNote(_ tokens: [LuaToken], _ words: [String]) -> String? {
    guard words.suffix(3) == ["[", "0", "]"] else { return nil }
    let path = words.dropLast(3)
    let isPath = path.enumerated().allSatisfy { $0 % 2 == 0 ? tokens[$0].kind == .name : $1 == "." }
    let steps = path.filter { $0 != "." }.map { SightStep.name($0) }
    guard isPath, path.count % 2 == 1, case .table(let length) = host.sight(steps), length > 0 else { return nil }
    return "positions count from 1: the first is \(path.joined())[1]"
  }
}
