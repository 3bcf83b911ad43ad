public import Surface

/// Everything that scripts may call, by the names they use. Help, completion and did-you-mean read it.
public final class Registry {
  /// All entries, the methods and operators of types excluded.
  public private(set) var functions: [Function]
  /// All types.
  public let types: [ScriptType]
  /// Names of the global tables, in the order in which they first appear; `atelier` is always there.
  public let modules: [String]

  init(functions: [Function], types: [ScriptType]) {
    self.functions = functions
    self.types = types
    var modules = [String]()
    for function in functions {
      if let name = function.module, !modules.contains(name) { modules.append(name) }
    }
    if !modules.contains("atelier") { modules.append("atelier") }
    self.modules = modules
  }

  /// Adds an entry of the host itself.
  func add(_ function: Function) { functions.append(function) }

  /// The functions and values of a global table.
  public func entries(of module: String) -> [Function] { functions.filter { $0.module == module } }

  /// The methods of a type, those that stand in the list of functions included.
  public func methods(of type: ScriptType) -> [Function] {
    type.methods + functions.filter { $0.form == .method(type.name) }
  }

  /// Entries that a user may mean by a word: a qualified name (`tensor.zeros`, `tensor:sum`), or a bare one (`zeros`).
  public func entries(named word: String) -> [Function] {
    let all = functions + types.flatMap(\.methods)
    let exact = all.filter { $0.qualifiedName == word }
    return exact.isEmpty ? all.filter { $0.name == word } : exact
  }

  /// Names of the methods of all types, each once.
  public var methodNames: Set<String> { Set(types.flatMap { methods(of: $0).map(\.name) }) }

  /// All names that `entries(named:)` answers to, and the modules.
  public var names: [String] {
    let all = functions + types.flatMap(\.methods)
    return modules + all.map(\.qualifiedName) + all.map(\.name)
  }
}

extension Function {
  /// The global table that holds the entry.
  var module: String? {
    switch form {
    case .module(let name), .value(let name): name
    default: nil
    }
  }
}
