internal import CLuaBridge
internal import Surface

/// Turns descriptions into Lua tables and metatables.
extension LuaHost {
  /// Defines everything in the registry, and `help`.
  func define() throws {
    for module in registry.modules { try check(atl_define_module(pointer, module)) }
    for type in registry.types { try define(type) }
    for function in registry.functions { try define(function) }
    for module in registry.modules { try defineUnknown(in: module) }
    let help = helpEntry()
    registry.add(help)
    try check(atl_define_entry(pointer, nil, help.name, address(help), Int32(ATL_OPAQUE)))
  }

  private func check(_ done: Bool) throws {
    if !done { throw EngineError("atelier", "cannot set up Lua: \(message)") }
  }

  /// The pointer by which the Lua state knows a function; whoever passes it keeps the function alive.
  private func address(_ function: Function) -> UnsafeRawPointer {
    UnsafeRawPointer(Unmanaged.passUnretained(function).toOpaque())
  }

  /// Keeps a function that stands in no registry.
  private func keep(_ function: Function) -> UnsafeRawPointer {
    own.append(function)
    return address(function)
  }

  private func define(_ function: Function) throws {
    switch function.form {
    case .module(let module) where function.name == "__call":
      let flags = Int32(ATL_DROP_FIRST)
      try check(atl_define_metamethod(pointer, module, "__call", address(function), flags))
    case .module(let module):
      try check(atl_define_entry(pointer, module, function.name, address(function), Int32(ATL_PLAIN)))
    case .global:
      try check(atl_define_entry(pointer, nil, function.name, address(function), Int32(ATL_PLAIN)))
    case .value(let module): try define(function, valueIn: module)
    case .method(let name):
      guard let type = registry.types.first(where: { $0.name == name }) else {
        throw EngineError(function.qualifiedName, "belongs to a type that is not in the catalogue")
      }
      try check(atl_define_method(pointer, type.hostSlot, function.name, address(function)))
    case .operation: break  // operators are reached through their type
    }
  }

  private func define(_ function: Function, valueIn module: String) throws {
    var buffer = atl_buffer()
    defer { atl_free_buffer(pointer, &buffer) }
    let none = Value.none
    try withUnsafePointer(to: none) { values in
      try withUnsafeMutablePointer(to: &buffer) { buffer in
        try TokenWriter(buffer, self).write(function.body(Arguments(function, values, count: 0)))
        try check(atl_define_value(pointer, module, function.name, buffer))
      }
    }
  }

  /// What a global table answers for a name that it does not have.
  private func defineUnknown(in module: String) throws {
    let entries = registry.entries(of: module).map(\.name).filter { $0 != "__call" }
    let nested = module == "atelier" ? registry.modules : []
    let unknown = Function(
      .module(module), "__index", "Reports an unknown name.", [Option("name", .string, "the name")], example: ""
    ) { [unowned self] arguments in
      let name = try arguments.string(0)
      let problem = "there is no '\(module).\(name)'"
      if let type = registry.types.first(where: { $0.name == module }),
        registry.methods(of: type).contains(where: { $0.name == name })
      {
        throw EngineError(module, problem, advice: "it is a method: \(module.prefix(1)):\(name)()")
      }
      let answers = registry.types.lazy.compactMap { type in
        type.globals["\(module).\(name)"] ?? (type.name == module ? type.answers[name] : nil)
      }
      let method = registry.types.first { type in registry.methods(of: type).contains { $0.name == name } }
      let owner = answers.isEmpty ? method.map { "it is a method: \($0.name.prefix(1)):\(name)()" } : nil
      throw EngineError(
        module, problem, advice: answers.first ?? owner ?? LuaHost.advice(for: name, in: entries + nested))
    }
    try check(atl_define_metamethod(pointer, module, "__index", keep(unknown), Int32(ATL_PLAIN)))
  }

  /// `did you mean 'x'?`, and a list only where it is short enough to read.
  static func advice(for name: String, in names: [String]) -> String? {
    if let near = Suggestion.nearest(to: name, in: names) { return "did you mean '\(near)'?" }
    return names.count <= 12 ? Suggestion.advice(for: name, in: names) : nil
  }

  // MARK: Types

  /// The slot of an object's type; a type that the catalogue does not list is defined when it is first met.
  @inline(__always)
  func slot(of object: any Scriptable) throws -> Int32 {
    let type = type(of: object).scriptType
    if type.hostSlot == 0 || !atl_has_type(pointer, type.hostSlot) { try define(type) }
    return type.hostSlot
  }

  private func define(_ type: ScriptType) throws {
    if type.hostSlot == 0 {
      // Slot 0 is taken by the bridge itself.
      LuaHost.lastSlot += 1
      type.hostSlot = LuaHost.lastSlot
    }
    guard !atl_has_type(pointer, type.hostSlot) else { return }
    let unknown = keep(unknownMember(of: type))
    try check(
      atl_define_type(
        pointer, type.hostSlot, type.name, unknown, type.index.map(address), type.assign.map(address)))
    for method in type.methods { try check(atl_define_method(pointer, type.hostSlot, method.name, address(method))) }
    for (event, function) in type.operators {
      let unary = ["unm", "len", "bnot"].contains(event)
      try check(
        atl_define_event(
          pointer, type.hostSlot, "__" + event, address(function), Int32(unary ? ATL_UNARY : ATL_PLAIN)))
    }
    definedTypes.append(type)
  }

  /// Slots are numbered over the whole process, because a type is one object for all hosts.
  nonisolated(unsafe) private static var lastSlot: Int32 = 0

  /// What `object.name` and `object[key]` answer when the type has no such method and no elements.
  private func unknownMember(of type: ScriptType) -> Function {
    Function(.operation(type.name), "index", "Reports an unknown name.", example: "") { [unowned self] arguments in
      guard case .string(let name) = arguments[1] else {
        throw EngineError(type.name, "\(type.article) has no elements, but was indexed with \(arguments[1].brief)")
      }
      let problem = "\(type.article) has no method '\(name)'"
      if let answer = type.answers[name] { throw EngineError(type.name, problem, advice: answer) }
      if let entry = registry.entries(of: type.name).first(where: { $0.name == name }) {
        throw EngineError(type.name, problem, advice: "it is a function: \(entry.signature)")
      }
      if registry.functions.contains(where: { $0.form == .global && $0.name == name }) {
        throw EngineError(type.name, problem, advice: "it is a function: \(name)(\(type.name.prefix(1)))")
      }
      // A method that changes its object is no answer to a name that does not ask for that.
      let names = registry.methods(of: type).map(\.name).filter { name.hasSuffix("_") || !$0.hasSuffix("_") }
      throw EngineError(type.name, problem, advice: LuaHost.advice(for: name, in: names))
    }
  }
}
