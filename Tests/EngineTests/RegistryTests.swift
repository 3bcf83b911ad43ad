import Engine
import LuaHost
import Surface
import Testing

/// One entry of the registry with the name that a failing test shows.
struct Entry: CustomTestStringConvertible, Sendable {
  nonisolated(unsafe) let function: Function
  var testDescription: String { function.qualifiedName }

  /// Everything that a script may call: functions, methods, operators, element access.
  static let all: [Entry] = {
    let types = Catalogue.types()
    let access = types.flatMap { [$0.index, $0.assign].compactMap { $0 } }
    let functions =
      Catalogue.functions() + types.flatMap(\.methods) + types.flatMap { $0.operators.values } + access
    return functions.map { Entry(function: $0) }
  }()
}

/// The registry is documentation: whatever it lists must be described, and its examples must run.
@Suite(.serialized) @MainActor struct RegistryTests {
  @Test func hasEntries() {
    #expect(Entry.all.count > 100)
  }

  /// Whether an option is a length or a place in a picture, going by its name (x and y may be tensors as well).
  static func isLength(_ option: Option) -> Bool {
    switch option.kind {
    case .integer, .number, .list(.integer): break
    case .either(let kinds) where kinds.allSatisfy { if case .object = $0 { false } else { true } }: break
    default: return false
    }
    let names = ["width", "height", "x", "y", "max_size", "radius", "sigma", "feather", "smoothing", "kernel_size"]
    return names.contains(option.name)
  }

  @Test(arguments: Entry.all) func isDescribed(_ entry: Entry) {
    let function = entry.function
    #expect(function.summary.hasSuffix("."), "the summary of \(function.qualifiedName) is one sentence")
    #expect(!function.returns.isEmpty)
    #expect(function.example.contains("assert"), "the example of \(function.qualifiedName) shows what holds")
    for option in function.parameters + function.options {
      #expect(!option.summary.isEmpty, "\(function.qualifiedName) explains '\(option.name)'")
      if Self.isLength(option) {
        #expect(option.unit == "pixels", "\(function.qualifiedName) names the unit of '\(option.name)'")
      }
      if case .choice(let names) = option.kind, case .string(let standard)? = option.standard {
        #expect(names.contains(standard), "the default of '\(option.name)' is one of its choices")
      }
      if let range = option.range, let standard = option.standard?.double {
        #expect(range.contains(standard), "the default of '\(option.name)' lies in its range")
      }
    }
    let names = function.options.map(\.name)
    #expect(Set(names).count == names.count, "\(function.qualifiedName) names every option once")
  }

  @Test(arguments: Entry.all) func exampleRuns(_ entry: Entry) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    host.output = { _ in }
    switch host.run(entry.function.example, name: "=example") {
    case .done: break
    case .syntaxError(let message): Issue.record("\(entry.function.qualifiedName): \(message)")
    case .failed(let message, _): Issue.record("\(entry.function.qualifiedName): \(message)")
    case .interrupted: Issue.record("interrupted")
    }
  }

  @Test func namesAreUnique() {
    var seen = Set<String>()
    for entry in Entry.all {
      #expect(seen.insert(entry.function.qualifiedName).inserted, "\(entry.function.qualifiedName) stands twice")
    }
  }
}
