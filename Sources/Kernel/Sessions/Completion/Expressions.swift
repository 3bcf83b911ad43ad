internal import LuaHost
internal import Surface

/// What stands before a dot, a colon or a bracket.
indirect enum Expression {
  /// A name, and the place of its token.
  case name(String, at: Int)
  case string
  case field(Expression, SightStep)
  /// An element whose key is not known.
  case element(Expression)
  case method(Expression, String)
  case call(Expression)
}

/// What is known about an expression without running it.
enum Thing {
  /// A value that can be looked at.
  case path([SightStep])
  /// A new object of a type.
  case type(ScriptType)
  case text
  case unknown
}

extension Source {
  /// Longest chain of fields and calls that is followed.
  private static let longestChain = 64

  /// The expression that ends before `end`, and the place of its first token.
  func expression(before end: Int, depth: Int = 0) -> (expression: Expression, start: Int)? {
    guard end > 0, depth < Source.longestChain else { return nil }
    let last = end - 1
    switch kind(last) {
    case .name:
      guard text(last - 1) == "." else { return (.name(text(last), at: last), last) }
      guard let inner = expression(before: last - 1, depth: depth + 1) else { return nil }
      return (.field(inner.expression, .name(text(last))), inner.start)
    case .string: return isCallable(last - 1) ? called(before: last, depth) : (.string, last)
    case .symbol: break
    default: return nil
    }
    guard let open = partner[last], open < last else { return nil }
    switch text(last) {
    case "]": return element(open, last, depth)
    case "}": return isCallable(open - 1) ? called(before: open, depth) : nil
    default: break
    }
    if isCallable(open - 1) { return called(before: open, depth) }
    guard let inner = expression(before: last, depth: depth + 1), inner.start == open + 1 else { return nil }
    return (inner.expression, open)
  }

  /// What a bracket or a string at `open` calls.
  func callee(before open: Int, depth: Int = 0) -> (expression: Expression, start: Int)? {
    if kind(open - 1) == .name, text(open - 2) == ":" {
      guard let inner = expression(before: open - 2, depth: depth + 1) else { return nil }
      return (.method(inner.expression, text(open - 1)), inner.start)
    }
    return expression(before: open, depth: depth + 1)
  }

  private func called(before open: Int, _ depth: Int) -> (expression: Expression, start: Int)? {
    callee(before: open, depth: depth).map { (.call($0.expression), $0.start) }
  }

  private func element(_ open: Int, _ close: Int, _ depth: Int) -> (expression: Expression, start: Int)? {
    guard let inner = expression(before: open, depth: depth + 1) else { return nil }
    guard close == open + 2 else { return (.element(inner.expression), inner.start) }
    switch kind(open + 1) {
    case .string:
      let name = text(open + 1).dropFirst().dropLast()
      return name.contains("\\") || text(open + 1).hasPrefix("[")
        ? (.element(inner.expression), inner.start)
        : (.field(inner.expression, .name(String(name))), inner.start)
    case .number:
      let step = Int(text(open + 1)).map { Expression.field(inner.expression, .position($0)) }
      return (step ?? .element(inner.expression), inner.start)
    default: return (.element(inner.expression), inner.start)
    }
  }

  /// What the text assigned last to a name, before a place.
  func assigned(to name: String, before end: Int) -> Expression? {
    for index in stride(from: end - 2, through: 0, by: -1) {
      guard text(index + 1) == "=", kind(index) == .name, text(index) == name else { continue }
      guard ![".", ":", ","].contains(text(index - 1)), text(index + 3) != "," else { continue }
      // From the first token on, as far as a chain of fields and calls goes.
      var last = index + 2
      guard last < end, kind(last) == .name || kind(last) == .string else { return nil }
      while last + 1 < end {
        let next = text(last + 1)
        if [".", ":"].contains(next), kind(last + 2) == .name {
          last += 2
        } else if ["(", "[", "{"].contains(next), let close = partner[last + 1], close < end {
          last = close
        } else if kind(last + 1) == .string {
          last += 1
        } else {
          break
        }
      }
      guard let found = expression(before: last + 1), found.start == index + 2 else { return nil }
      return found.expression
    }
    return nil
  }
}

extension Completer {
  /// What an expression is, as far as it can be told without running it.
  func thing(_ expression: Expression, depth: Int = 0) -> Thing {
    guard depth < 100 else { return .unknown }
    switch expression {
    case .string: return .text
    case .name(let name, let place):
      if let assigned = source.assigned(to: name, before: place) {
        let known = thing(assigned, depth: depth + 10)
        if case .unknown = known {} else { return known }
      }
      return .path([.name(name)])
    case .field(let inner, let step):
      let inner = thing(inner, depth: depth + 1)
      if case .path(let path) = inner, type(of: inner) == nil { return .path(path + [step]) }
      return element(of: inner, step)
    case .element(let inner): return element(of: thing(inner, depth: depth + 1), .position(1))
    case .method: return .unknown
    case .call(let callee): return function(of: callee, depth: depth + 1).map(result) ?? .unknown
    }
  }

  private func element(of thing: Thing, _ step: SightStep) -> Thing {
    guard case .position = step, let index = type(of: thing)?.index else { return .unknown }
    return result(of: index)
  }

  /// The type of an object.
  func type(of thing: Thing) -> ScriptType? {
    switch thing {
    case .type(let type): return type
    case .path(let path):
      if case .object(let object) = host.sight(path) { return Swift.type(of: object).scriptType }
      return nil
    default: return nil
    }
  }

  /// The engine's function that an expression is.
  func function(of callee: Expression?, depth: Int = 0) -> Function? {
    guard let callee, depth < 100 else { return nil }
    if case .method(let receiver, let name) = callee {
      let thing = thing(receiver, depth: depth + 1)
      if let type = type(of: thing) { return registry.methods(of: type).first { $0.name == name } }
      guard case .path(let path) = thing, case .entry(let function) = host.sight(path + [.name(name)]) else {
        return nil
      }
      return function
    }
    guard case .path(let path) = thing(callee, depth: depth + 1) else { return nil }
    switch host.sight(path) {
    case .entry(let function): return function
    case .module(let name): return registry.entries(of: name).first { $0.name == "__call" }
    default: return nil
    }
  }

  /// What a function gives, told by the words of its description.
  private func result(of function: Function) -> Thing {
    let words = function.returns
    if let type = registry.types.first(where: { words.begins(with: $0.article) }) { return .type(type) }
    if ["a string", "a text"].contains(where: words.begins) { return .text }
    // A method that gives its object, or a part of it.
    let owner: String? =
      switch function.form {
      case .method(let name), .operation(let name): name
      default: nil
      }
    guard let owner, ["the same", "itself", "the \(owner)", "a view"].contains(where: words.begins),
      let type = registry.types.first(where: { $0.name == owner })
    else { return .unknown }
    return .type(type)
  }
}

extension String {
  /// Whether the text begins with these whole words.
  fileprivate func begins(with words: String) -> Bool {
    hasPrefix(words) && (dropFirst(words.count).first.map { !$0.isLetter && $0 != "_" } ?? true)
  }
}
