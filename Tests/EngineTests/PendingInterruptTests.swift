import Engine
import LuaHost
import Surface
import Testing

/// Ctrl-C and every function that scripts may call.
@Suite(.serialized) @MainActor struct PendingInterruptTests {
  /// Runs an entry's example with an interrupt raised at the start of its first call of that entry.
  private func interrupted(_ function: Function) throws -> (result: RunResult, wasCalled: Bool) {
    var wasCalled = false
    let wrapped = { (original: Function) -> Function in
      guard original.qualifiedName == function.qualifiedName else { return original }
      return Function(
        original.form, original.name, original.summary, original.parameters, variadic: original.variadic,
        options: original.options, returns: original.returns, example: original.example
      ) { arguments in
        if !wasCalled { Interrupt.raise() }
        wasCalled = true
        return try original.body(arguments)
      }
    }
    let host = try LuaHost(functions: Catalogue.functions().map(wrapped), types: Catalogue.types())
    defer { host.close() }
    host.output = { _ in }
    return (host.run(function.example, name: "=example"), wasCalled)
  }

  @Test("With an interrupt pending every function stops or is right, and the next run works", arguments: Entry.all)
  func stops(_ entry: Entry) throws {
    guard case .module = entry.function.form else { return }
    defer { Interrupt.clear() }
    let (result, wasCalled) = try interrupted(entry.function)
    // Lua itself stops at its next instruction: whatever the function did, the example does not come to its end.
    if wasCalled, Interrupt.isPending, case .failed(let message, _) = result {
      #expect(message.contains("interrupted"), "\(entry): \(message)")
    }
    Interrupt.clear()
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    host.output = { _ in }
    if case .failed(let message, _) = host.run(entry.function.example, name: "=example") {
      Issue.record("\(entry) after an interrupt: \(message)")
    }
  }
}
