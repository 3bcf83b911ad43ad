internal import LuaHost
internal import Surface

/// One completion: the text left of the cursor, taken apart.
struct Completer {
  typealias Item = Completion.Item

  let session: Session
  let bytes: [UInt8]
  let deadline: Int
  let source: Source
  var host: LuaHost { session.host }
  var registry: Registry { session.host.registry }

  init(_ session: Session, _ bytes: [UInt8], deadline: Int) {
    self.session = session
    self.bytes = bytes
    self.deadline = deadline
    source = Source(bytes)
  }

  /// Where the replaced text begins, and the possibilities.
  func complete() -> (Int, [Item]) { special() ?? lua() }

  /// Completion of Lua source.
  private func lua() -> (Int, [Item]) {
    if source.endsInComment { return (bytes.count, []) }
    var end = source.tokens.count
    var prefix = "", start = bytes.count
    if let last = source.tokens.last, last.range.upperBound == bytes.count {
      switch last.kind {
      case .openString: return string(end - 1)
      case .number, .string: return (bytes.count, [])
      case .name, .keyword:
        end -= 1
        prefix = source.text(end)
        start = last.range.lowerBound
      default: break
      }
    }
    return (start, items(before: end, prefix))
  }

  /// What may stand after the tokens before `end`, where `prefix` is typed already.
  private func items(before end: Int, _ prefix: String) -> [Item] {
    switch source.text(end - 1) {
    case ".": return matching(prefix) { fields(before: end - 1, $0) }
    case ":": return matching(prefix) { methods(before: end - 1, $0) }
    case "::", "goto", "...": return []
    default: break
    }
    let place = Place(source, before: end)
    if let options = options(at: place), place.isEmpty {
      let found = matching(prefix) { filter in options.filter { filter.admits($0.text) } }
      if !found.isEmpty { return found }
    }
    let values = place.isEmpty || place.key != nil ? quotedValues(at: place) : []
    let first = matching(prefix) { filter in values.filter { filter.admits($0.text) } }
    let rest = matching(prefix) { filter in
      let words = source.keywords(before: end).filter(filter.admits)
      return sorted(globals(before: end, filter) + words.map { Item(text: $0, kind: .keyword, summary: "") })
    }
    return first + rest.filter { item in !first.contains { $0.text == item.text } }
  }

  /// What begins with the prefix; if nothing does, what contains it in letters of either case.
  func matching(_ prefix: String, _ find: (KeyFilter) -> [Item]) -> [Item] {
    let found = find(.prefix(prefix)).filter { !$0.isHidden(prefix) }
    return found.isEmpty && !prefix.isEmpty ? find(.inside(prefix)).filter { !$0.isHidden(prefix) } : found
  }

  func sorted(_ items: [Item]) -> [Item] {
    var seen = Set<String>()
    return items.filter { seen.insert($0.text).inserted }.sorted { $0.text < $1.text }
  }

  // MARK: Names

  /// Local names of the text, variables of cells, globals.
  private func globals(before end: Int, _ filter: KeyFilter) -> [Item] {
    let previous = source.text(end - 1)
    if previous == "local" || previous == "for" { return [] }
    let locals = source.names(before: end).filter(filter.admits).map {
      Item(text: $0, kind: .variable, summary: "local")
    }
    return locals + host.names(in: [], filter, deadline: deadline).filter { $0.name.isLuaName }.map(item)
  }

  /// The item of a global or a field.
  private func item(_ name: String, _ sight: Sight) -> Item {
    Item(text: name, kind: sight.kind, summary: sight.summary(registry))
  }

  private func fields(before end: Int, _ filter: KeyFilter) -> [Item] {
    guard let path = path(before: end) else { return [] }
    let found = host.names(in: path, filter, deadline: deadline).filter { $0.name.isLuaName }
    return sorted(
      found.map { name, sight in
        let item = item(name, sight)
        return item.kind == .variable ? Item(text: name, kind: .field, summary: item.summary) : item
      })
  }

  /// The path of a table that stands before `end`; nil for objects and texts, whose names are methods.
  private func path(before end: Int) -> [SightStep]? {
    guard let receiver = source.expression(before: end), case .path(let path) = thing(receiver.expression) else {
      return nil
    }
    switch host.sight(path) {
    case .table, .module: return path
    default: return nil
    }
  }

  private func methods(before end: Int, _ filter: KeyFilter) -> [Item] {
    guard let receiver = source.expression(before: end) else { return [] }
    let thing = thing(receiver.expression)
    if let type = type(of: thing) {
      return sorted(
        registry.methods(of: type).filter { filter.admits($0.name) }.map {
          Item(text: $0.name, kind: .method, summary: $0.summary)
        })
    }
    var path = [SightStep.name("string")]
    if case .path(let own) = thing {
      switch host.sight(own) {
      case .string: break
      case .table: path = own
      default: return []
      }
    } else if case .text = thing {
    } else {
      return []
    }
    let found = host.names(in: path, filter, deadline: deadline).filter { $0.name.isLuaName && $0.sight.isCallable }
    return sorted(found.map { Item(text: $0.name, kind: .method, summary: $0.sight.summary(registry)) })
  }

  // MARK: Calls

  /// The options that may be named at a place, if it lies in the table of options of an engine's function.
  private func options(at place: Place) -> [Item]? {
    guard place.isTable, let function = function(of: place.call), !function.options.isEmpty else { return nil }
    return function.options.filter { !place.keys.contains($0.name) }.map {
      Item(text: $0.name + " = ", kind: .option, summary: $0.facts)
    }
  }

  /// What is expected at a place: an option's value or an argument.
  private func expected(at place: Place) -> Option? {
    guard let function = function(of: place.call) else { return nil }
    if place.isTable {
      if let key = place.key { return function.options.first { $0.name == key } }
      return place.isDirect ? function.parameters.first : nil
    }
    var position = place.position
    if case .method = function.form, case .method? = place.call {
    } else if case .method = function.form {
      position -= 1
    }
    return function.parameters.indices.contains(position) ? function.parameters[position] : nil
  }

  /// The engine's function whose call is being typed before a place.
  func called(before end: Int) -> Function? { function(of: Place(source, before: end).call) }

  private func quotedValues(at place: Place) -> [Item] {
    guard let option = expected(at: place) else { return [] }
    let words = option.kind.acceptsBool ? ["true", "false"] : []
    let choices = option.kind.choices.map { Item(text: "\"\($0)\"", kind: .value, summary: option.meaning(of: $0)) }
    return choices + words.map { Item(text: $0, kind: .value, summary: option.summary) }
  }

  /// Completion inside an open string.
  private func string(_ token: Int) -> (Int, [Item]) {
    let range = source.tokens[token].range
    guard bytes[range.lowerBound] != UInt8(ascii: "[") else { return (bytes.count, []) }
    let start = range.lowerBound + 1
    let typed = String(decoding: bytes[start...], as: UTF8.self)
    if source.text(token - 1) == "[", let path = path(before: token - 1) {
      let found = matching(typed) { filter in
        sorted(host.names(in: path, filter, deadline: deadline).filter { $0.name.isPlain }.map(item))
      }
      return (start, found.map { Item(text: $0.text, kind: .field, summary: $0.summary) })
    }
    let place = Place(source, before: token)
    if let option = expected(at: place) {
      let choices = option.kind.choices.map { Item(text: $0, kind: .value, summary: option.meaning(of: $0)) }
      if !choices.isEmpty { return (start, matching(typed) { filter in choices.filter { filter.admits($0.text) } }) }
    }
    if function(of: place.call)?.qualifiedName == "help" { return (start, questions(typed)) }
    let files = PathNames(typed, deadline: deadline)
    return (start + files.kept, files.items)
  }
}

extension Completion.Item {
  /// Whether the name is one that its owner keeps to itself.
  fileprivate func isHidden(_ prefix: String) -> Bool { text.hasPrefix("__") && !prefix.hasPrefix("__") }
}

extension KeyFilter {
  /// Whether a name passes.
  func admits(_ name: String) -> Bool {
    switch self {
    case .prefix(let prefix): return name.utf8.starts(with: prefix.utf8)
    case .inside(let part):
      let name = Array(name.lowercased().utf8), part = Array(part.lowercased().utf8)
      guard part.count <= name.count else { return false }
      return (0...(name.count - part.count)).contains { name[$0..<($0 + part.count)].elementsEqual(part) }
    }
  }
}

extension String {
  /// Whether it may be written after a dot.
  var isLuaName: Bool {
    guard let first = utf8.first, first == 95 || (first | 32 >= 97 && first | 32 <= 122) else { return false }
    return utf8.allSatisfy { $0 == 95 || ($0 >= 48 && $0 <= 57) || ($0 | 32 >= 97 && $0 | 32 <= 122) }
      && !LuaLexer.keywords.contains(self)
  }

  /// Whether it may stand in quotes as it is.
  var isPlain: Bool { utf8.allSatisfy { $0 >= 32 && $0 != 127 && $0 != 34 && $0 != 39 && $0 != 92 } }
}

extension Kind {
  /// The words it accepts.
  var choices: [String] {
    switch self {
    case .choice(let names): names
    case .either(let kinds): kinds.flatMap(\.choices)
    case .list(let kind): kind.choices
    default: []
    }
  }

  /// Whether true and false are accepted.
  var acceptsBool: Bool {
    switch self {
    case .bool: true
    case .either(let kinds): kinds.contains(where: \.acceptsBool)
    default: false
    }
  }
}

extension Option {
  /// What the summary says of one of the choices (`classic: the best of four squares; generalized: …`), or the whole of it
  /// where it does not take them one by one.
  fileprivate func meaning(of choice: String) -> String {
    let parts = summary.split(separator: ";").map { String($0).trimmed }
    guard let part = parts.first(where: { $0.hasPrefix(choice + ":") }) else { return summary }
    return String(part.dropFirst(choice.count + 1)).trimmed
  }
}
