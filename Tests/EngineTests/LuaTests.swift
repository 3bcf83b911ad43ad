import Engine
import Foundation
import LuaHost
import TestSupport
import Testing

/// The scripts of Tests/Lua: entries as a user calls them, beside what they must be.
@Suite(.serialized) @MainActor struct LuaTests {
  nonisolated private static let folder = Fixtures.root.appending(path: "Tests/Lua")

  nonisolated static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".lua") && $0 != "prelude.lua" }.sorted()
  }()

  @Test func scriptsAreThere() { #expect(Self.names.count > 10) }

  @Test(arguments: names) func holds(_ name: String) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    for file in ["prelude.lua", name] {
      switch host.run(file: Self.folder.appending(path: file).path) {
      case .done: break
      case .syntaxError(let message): Issue.record("\(message)")
      case .failed(let message, let traceback): Issue.record("\(message)\n\(traceback)")
      case .interrupted: Issue.record("interrupted")
      }
    }
  }
}
