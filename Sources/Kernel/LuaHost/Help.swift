internal import CLuaBridge
package import Surface

/// `help(x)`: what the registry says about a function, a name, a global table or an object.
extension LuaHost {
  /// The entry of `help` itself. Tables reach it as references, so that a module's table can be told from others.
  func helpEntry() -> Function {
    Function(
      .global, "help", "Prints what is known about a function, a global table, an object or a name.",
      [.optional("what", .any, "a function, a table such as `tensor`, an object, or a name as a string")],
      example: "help(\"atelier\")"
    ) { [unowned self] arguments in
      let text = try helpText(arguments[0])
      var shown = text + "\n"
      shown.withUTF8 { output(UnsafeRawBufferPointer($0)) }
      return .many([])
    }
  }

  /// Help on a word, as `help(word)` prints it.
  public func help(on word: String) throws -> String { try helpText(word.isEmpty ? .none : .string(word)) }

  private func helpText(_ value: Value) throws -> String {
    switch value {
    case .none: return registry.overview
    case .string(let word): return try registry.help(word).wrapped()
    case .object(let object): return registry.help(type(of: object).scriptType).wrapped()
    case .function(let callable):
      guard let function = callable as? ScriptFunction else { break }
      if function.isTable {
        for module in registry.modules where atl_is_module(pointer, function.reference, module) {
          return registry.help(module: module).wrapped()
        }
        return "A table of the script."
      }
      if let address = atl_function_of(pointer, function.reference) {
        return Unmanaged<Function>.fromOpaque(address).takeUnretainedValue().help
      }
      return "A function of Lua or of the script."
    default: break
    }
    return "\(value.kind.prefix(1).uppercased())\(value.kind.dropFirst()): \(value.brief)"
  }
}

extension Registry {
  /// `help()` without an argument.
  var overview: String {
    let width = (modules.map(\.count).max() ?? 0) + 2
    let tables = modules.map { module in
      let names = entries(of: module).map(\.name).filter { $0 != "__call" }
      let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
      return "  " + module.padded(to: width) + shown
    }
    return """
      Atelier is a laboratory for image style transfer. The tables:
      \(tables.joined(separator: "\n"))
      help(tensor), help("images.load") or help(f) says more; help("operators") and help("indexing") say what
      + - * / ^ % # and t[…] do.
      """
  }

  /// Help on a word.
  func help(_ word: String) throws -> String {
    if modules.contains(word) { return help(module: word) }
    let found = entries(named: word)
    if !found.isEmpty { return found.map(\.help).joined(separator: "\n\n") }
    if let type = types.first(where: { $0.name == word }) { return help(type) }
    if word == "operators" { return operatorHelp }
    if word == "indexing" { return indexHelp }
    throw EngineError(
      "help", "there is no entry '\(word)'",
      advice: Suggestion.nearest(to: word, in: names).map { "did you mean '\($0)'?" } ?? "help() lists the tables")
  }

  /// Every operator of every type, with its example.
  private var operatorHelp: String {
    types.filter { !$0.operators.isEmpty }.map { type in
      let operators = type.operators.sorted { ($0.value.name, $0.key) < ($1.value.name, $1.key) }.map(\.value)
      return (["operators of \(type.name)"] + operators.flatMap(Registry.page)).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// Element access and assignment of every type that has them.
  private var indexHelp: String {
    types.compactMap { type in
      let entries = [type.index, type.assign].compactMap { $0 }
      if entries.isEmpty { return nil }
      return (["indexing of \(type.name)"] + entries.flatMap(Registry.page)).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// An operator: its symbol and summary, its arguments, and its example under it.
  private static func page(_ function: Function) -> [String] {
    ["  " + function.name.padded(to: 10) + function.summary]
      + (function.parameters + function.options).map { "".padded(to: 12) + $0.help }
      + function.example.split(separator: "\n").map { "".padded(to: 12) + $0 }
  }

  /// Help on a global table: one line for each entry, and the methods of the type of the same name.
  func help(module: String) -> String {
    var lines = [module] + Registry.listing(entries(of: module))
    if let type = types.first(where: { $0.name == module }) { lines += ["", help(type)] }
    return lines.joined(separator: "\n")
  }

  /// Help on a type of objects.
  func help(_ type: ScriptType) -> String {
    let head = "\(type.name): \(type.summary)"
    return ([head] + Registry.listing(methods(of: type))).joined(separator: "\n")
  }

  /// One entry a line; the summary of a long signature stands under it.
  private static func listing(_ functions: [Function]) -> [String] {
    let width = 40
    return functions.map { function in
      let signature = "  " + function.signature
      let isLong = signature.count > width - 2
      return (isLong ? signature + "\n" + "".padded(to: width) : signature.padded(to: width)) + function.summary
    }
  }
}

extension Function {
  /// What the registry says about the function, in lines of at most `String.helpWidth` columns.
  package var help: String {
    var lines = [signature, "  " + summary]
    if !parameters.isEmpty { lines += ["", "Arguments"] + parameters.map { "  " + $0.help } }
    if !options.isEmpty { lines += ["", "Options"] + options.map { "  " + $0.help } }
    if returns != "nothing" { lines += ["", "Returns " + returns] }
    if let source { lines += ["", "Source: " + source] }
    let page = lines.joined(separator: "\n").wrapped()
    if example.isEmpty { return page }
    let code = example.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    return page + "\n\nExample\n" + code.joined(separator: "\n").wrapped()
  }
}

extension Option {
  /// `radius: how far, in pixels (a number from 0 to 50; default 3)`.
  var help: String { "\(name): \(facts)" }

  /// `how far (a number from 0 to 50, in pixels; default 3)`.
  package var facts: String {
    var facts = [kind.text]
    if let range, range != Option.anyNumber {
      let low = range.lowerBound.plainText, high = range.upperBound.plainText
      facts[0] += range.upperBound >= Double.greatestFiniteMagnitude ? ", at least \(low)" : " from \(low) to \(high)"
    }
    if let unit { facts[0] += ", in \(unit)" }
    if let standard {
      facts.append("default \(standard.brief)")
    } else if optional {
      facts.append("optional")
    }
    return "\(summary) (\(facts.joined(separator: "; ")))"
  }
}

extension String {
  /// Filled with blanks; at least two at the end.
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(2, width - count)) }
}
