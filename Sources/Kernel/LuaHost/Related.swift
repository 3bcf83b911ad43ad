package import Surface

extension Registry {
  /// Entries that belong to one: those that it names itself, else those of the same name elsewhere, those that its prose
  /// mentions, and those of its table that follow the same source. At most six.
  package func related(to function: Function) -> [Function] {
    let all = functions + types.flatMap(\.methods)
    if !function.related.isEmpty {
      return function.related.compactMap { name in all.first { $0.qualifiedName == name } }
    }
    let prose = ([function.summary, function.returns] + (function.parameters + function.options).map(\.summary))
      .joined(separator: " ")
    let words = Set(prose.split { !($0.isLetter || $0.isNumber || "_.:".contains($0)) }.map(String.init))
    let own = function.qualifiedName
    var found: [Function] = []
    func add(_ condition: (Function) -> Bool) {
      for other in all where found.count < 6 && other.qualifiedName != own && condition(other) {
        if !found.contains(where: { $0 === other }) { found.append(other) }
      }
    }
    add { $0.qualifiedName.contains { ".:".contains($0) } && words.contains($0.qualifiedName) }
    add { $0.name != "__call" && $0.stem == function.stem }
    if let source = function.source, source.utf8.count > 12 { add { $0.form == function.form && $0.source == source } }
    return found
  }
}

extension Function {
  /// What entries that do the same share: `nn.conv2d` and `nn.Conv2d`.
  fileprivate var stem: String { name.lowercased().filter { $0 != "_" } }
}
