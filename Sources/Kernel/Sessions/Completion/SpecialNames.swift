internal import LuaHost
internal import Surface

extension Completer {
  /// Completion of commands, questions and lines for the shell; nil for Lua.
  func special() -> (Int, [Item])? {
    guard let first = bytes.firstIndex(where: { $0 > 32 }) else { return nil }
    switch bytes[first] {
    case UInt8(ascii: ":") where bytes.dropFirst(first + 1).first != UInt8(ascii: ":"): return command(first + 1)
    case UInt8(ascii: "?"): return question(bytes[first...].drop { $0 == UInt8(ascii: "?") }.startIndex)
    default: break
    }
    switch Special(String(decoding: bytes, as: UTF8.self)) {
    case .shell, .capture: return path(lastWord(from: first + 1))
    default: return nil
    }
  }

  /// Where the word begins that ends at the cursor, not before `start`.
  private func lastWord(from start: Int) -> Int {
    bytes[start...].lastIndex { $0 <= 32 || $0 == UInt8(ascii: "!") }.map { $0 + 1 } ?? start
  }

  private func path(_ start: Int) -> (Int, [Item]) {
    let isQuoted = bytes.dropFirst(start).first.map { $0 == 34 || $0 == 39 } ?? false
    let begin = start + (isQuoted ? 1 : 0)
    let files = PathNames(String(decoding: bytes[begin...], as: UTF8.self), deadline: deadline)
    return (begin + files.kept, files.items)
  }

  private func command(_ start: Int) -> (Int, [Item]) {
    let end = bytes[start...].firstIndex { $0 <= 32 } ?? bytes.count
    let name = String(decoding: bytes[start..<end], as: UTF8.self)
    guard end < bytes.count else {
      let all = session.commands.flatMap { command in
        command.names.map { Item(text: $0, kind: .command, summary: command.summary) }
      }
      return (start, matching(name) { filter in sorted(all.filter { filter.admits($0.text) }) })
    }
    let rest = bytes[end...].firstIndex { $0 > 32 } ?? bytes.count
    guard let command = session.commands.first(where: { $0.names.contains(name) }) else { return (bytes.count, []) }
    switch command.argument {
    case .nothing: return (bytes.count, [])
    case .lua:
      let (from, items) = Completer(session, Array(bytes[rest...]), deadline: deadline).complete()
      return (rest + from, items)
    case .path: return path(rest)
    case .word: return question(rest)
    case .choice(let list):
      let word = lastWord(from: rest)
      let typed = String(decoding: bytes[word...], as: UTF8.self)
      let choices = list()
      return (
        word,
        matching(typed) { filter in
          choices.filter(filter.admits).map { Item(text: $0, kind: .value, summary: "") }
        }
      )
    }
  }

  private func question(_ start: Int) -> (Int, [Item]) {
    let word = lastWord(from: start)
    return (word, questions(String(decoding: bytes[word...], as: UTF8.self)))
  }

  /// Names that help answers to.
  func questions(_ word: String) -> [Item] {
    let isQualified = word.contains { $0 == "." || $0 == ":" }
    let all = registry.functions + registry.types.flatMap(\.methods)
    func entries(_ filter: KeyFilter) -> [Item] {
      all.filter { filter.admits($0.qualifiedName) }.map {
        Item(text: $0.qualifiedName, kind: $0.form.isMethod ? .method : .function, summary: $0.summary)
      }
    }
    func heads(_ filter: KeyFilter) -> [Item] {
      let modules = registry.modules.filter(filter.admits).map {
        Item(text: $0, kind: .module, summary: Sight.module($0).summary(registry))
      }
      let types = registry.types.filter { filter.admits($0.name) }.map {
        Item(text: $0.name, kind: .global, summary: $0.summary)
      }
      let variables = host.names(in: [], filter, deadline: deadline).filter { $0.name.isLuaName }.map {
        Item(text: $0.name, kind: $0.sight.kind, summary: $0.sight.summary(registry))
      }
      return modules + types + variables
    }
    if isQualified { return matching(word) { sorted(entries($0)) } }
    return matching(word) { filter in
      if case .inside = filter { return sorted(heads(filter) + entries(filter)) }
      return sorted(heads(filter))
    }
  }
}

extension Function.Form {
  fileprivate var isMethod: Bool { if case .method = self { true } else { false } }
}
