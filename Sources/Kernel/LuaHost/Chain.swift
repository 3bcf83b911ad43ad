/// The calls that led to an error, in words; only those that say more than the message does.
struct Chain {
  private(set) var lines: [String] = []

  /// Of a longer chain the first and the last are shown.
  private static let longest = 10, last = 3

  private var entries: [(text: String, count: Int)] = []

  /// `at`: the place that the message names.
  init(_ frames: [Frame], at place: Place?, host: LuaHost) {
    var isCaller = false, verb = "called from"
    for (index, frame) in frames.enumerated() {
      if frame.skipped > 0 { skip(frame.skipped, text: Chain.text(of: frame, host)) }
      switch frame.kind {
      case .library: continue
      case .coroutine: verb = "resumed from"
      case .engine where !isCaller: continue
      case .engine: add("\(verb) \(frame.name)")
      case .chunk, .function:
        let isTop = !isCaller
        isCaller = true
        guard let text = Chain.text(of: frame, host) else { continue }
        if isTop {
          // Where the message says the place already, a function without a name adds nothing.
          let isSaid = place == Place(name: frame.place, line: frame.line)
          if !isSaid || frame.kind == .function && !text.hasPrefix("a function (") { add("in " + text) }
          continue
        }
        // The cell that was just typed is before the user's eyes.
        let isLast = !frames[(index + 1)...].contains { $0.kind == .chunk || $0.kind == .function }
        if isLast, frame.kind == .chunk, host.isOneLine(frame.chunk) { continue }
        add("\(verb) \(text)")
        verb = "called from"
      }
    }
    lines = entries.map { $0.count > 1 ? "\($0.text), \($0.count) times" : $0.text }
    if lines.count > Chain.longest {
      let left = lines.count - (Chain.longest - 1)
      lines.replaceSubrange(
        (lines.count - Chain.last - left)..<(lines.count - Chain.last), with: ["… \(left) calls more …"])
    }
  }

  private mutating func add(_ text: String) {
    if entries.last?.text == text { entries[entries.count - 1].count += 1 } else { entries.append((text, 1)) }
  }

  /// Calls that were left out: of the same function, as the ones around them, or a line of their own.
  private mutating func skip(_ count: Int, text: String?) {
    if let text, entries.last?.text == "called from " + text {
      entries[entries.count - 1].count += count
    } else {
      entries.append(("… \(count) calls more …", 1))
    }
  }

  private static func text(of frame: Frame, _ host: LuaHost) -> String? {
    guard frame.line > 0 else { return nil }
    let place = host.shown(frame.place)
    if frame.kind == .chunk { return "\(place), line \(frame.line)" }
    let name: String
    switch frame.aliasKind {
    case "metamethod": name = "the metamethod __\(frame.name)"
    case "for iterator": name = "the iterator of a loop"
    default:
      let word = frame.name.isEmpty ? host.nameWhereDefined(frame) : frame.name
      name = word.isEmpty ? "a function" : "your function \(word)"
    }
    return "\(name) (\(place), line \(frame.line))"
  }
}

extension LuaHost {
  /// The name that a function was given where it was written. A call in a `return`, as the prompt makes of an expression,
  /// leaves no trace of the name it was called by.
  func nameWhereDefined(_ frame: Frame) -> String {
    let place = Place(name: frame.place, line: frame.defined)
    guard let finder = line(of: place, chunk: frame.chunk)?.finder else { return "" }
    let words = finder.line.filter { finder.text($0) == "function" }
    guard words.count == 1, let word = words.first else { return "" }
    if finder.tokens.indices.contains(word + 1), finder.tokens[word + 1].kind == .name {
      return (word + 1..<finder.tokens.count).prefix { finder.text($0) != "(" }.map(finder.text).joined()
    }
    let isAssigned = finder.text(word - 1) == "=" && word >= 2 && finder.tokens[word - 2].kind == .name
    return isAssigned ? finder.text(word - 2) : ""
  }

  /// Whether a chunk is the newest cell and has one line.
  func isOneLine(_ chunk: String) -> Bool {
    guard let newest, chunk == "=" + newest.numbered, let text = sources[chunk] else {
      return chunk == "=(command line)"
    }
    return !text.dropLast().contains(UInt8(ascii: "\n"))
  }
}
