internal import LuaHost

/// A place between tokens: in which call's brackets it lies, and where there.
struct Place {
  /// What is called; nil when the place lies in no call's argument list or table of options.
  private(set) var call: Expression?
  /// Whether the place lies in a table among the arguments (`f(x, {`) or in one that is the argument (`f{`).
  private(set) var isTable = false
  /// Whether it lies in a table that is the whole argument.
  private(set) var isDirect = false
  /// Arguments, or elements of the table, before this one.
  private(set) var position = 0
  /// Whether nothing of the argument or element stands before the place.
  private(set) var isEmpty = false
  /// The option whose value is expected here.
  private(set) var key: String?
  /// Options that the table has already.
  private(set) var keys: Set<String> = []

  /// The place after the tokens before `end`.
  init(_ source: Source, before end: Int) { self.init(source, before: end, isOuter: false) }

  private init(_ source: Source, before end: Int, isOuter: Bool) {
    guard let open = Place.opening(source, before: end) else {
      // `f "text`
      guard source.kind(end) == .openString, source.isCallable(end - 1) else { return }
      call = source.callee(before: end)?.expression
      isEmpty = true
      return
    }
    read(source, from: open + 1, to: end)
    switch source.text(open) {
    case "(" where source.isCallable(open - 1): call = source.callee(before: open)?.expression
    case "{":
      isTable = true
      setTable(source, open, isOuter)
    default: break
    }
  }

  private mutating func setTable(_ source: Source, _ open: Int, _ isOuter: Bool) {
    if source.isCallable(open - 1) {
      isDirect = true
      call = source.callee(before: open)?.expression
    } else if ["(", ","].contains(source.text(open - 1)), let outer = Place.opening(source, before: open),
      source.text(outer) == "(", source.isCallable(outer - 1)
    {
      call = source.callee(before: outer)?.expression
    } else if source.text(open - 1) == "=", isEmpty, !isOuter {
      // A list that is an option's value: its elements are what the option expects.
      let outer = Place(source, before: open, isOuter: true)
      guard outer.isTable, outer.key != nil else { return }
      self = outer
    }
  }

  /// The innermost bracket that is open before a place.
  private static func opening(_ source: Source, before end: Int) -> Int? {
    var index = end - 1
    while index >= 0 {
      switch source.text(index) {
      case "(", "[", "{": return index
      case ")", "]", "}":
        guard let other = source.partner[index] else { return nil }
        index = other
      default: break
      }
      index -= 1
    }
    return nil
  }

  /// Reads the arguments or elements between an open bracket and the place.
  private mutating func read(_ source: Source, from start: Int, to end: Int) {
    var index = start, first = start
    while index < end {
      switch source.text(index) {
      case ",", ";":
        position += 1
        first = index + 1
      case "=" where index == first + 1 && source.kind(first) == .name: keys.insert(source.text(first))
      default: if let other = source.partner[index], other > index, other < end { index = other }
      }
      index += 1
    }
    isEmpty = first >= end
    if end == first + 2, source.text(first + 1) == "=", source.kind(first) == .name { key = source.text(first) }
  }
}
