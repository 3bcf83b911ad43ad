internal import Engine
internal import Foundation
internal import LuaHost
internal import Reference

/// Runs the examples of entries for the reference pages: each in a state of its own, in an empty folder, with the same
/// random numbers. What it shows does not depend on the machine's paths or clock.
final class ExampleRunner {
  private let sandbox: URL
  private let home: String
  private let threads = Runtime.threads
  private let functions = Catalogue.functions()
  private let types = Catalogue.types()

  init() throws {
    home = FileManager.default.currentDirectoryPath
    sandbox = FileManager.default.temporaryDirectory.appending(path: "atelier-docs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: sandbox, withIntermediateDirectories: true)
  }

  /// Removes what examples left.
  func close() { try? FileManager.default.removeItem(at: sandbox) }

  /// What an entry's example shows, as far as two runs agree on it.
  func example(of function: Function) throws -> Example {
    if function.example.isEmpty { return Example() }
    return try run(function).common(with: run(function))
  }

  /// Before the example: temporary files get plain names, and pictures can be kept.
  private static let prologue = """
    local count, keep = 0, images.save
    os.tmpname = function()
      count = count + 1
      return "./file" .. count
    end
    function __picture(name, value)
      local ok, isPicture = pcall(function()
        local c, h, w = value:size(1), value:size(2), value:size(3)
        return value:dim() == 3 and (c == 1 or c == 3) and h >= 16 and w >= 16 and h <= 1024 and w <= 1024
      end)
      if ok and isPicture then pcall(keep, value, "__" .. name .. ".png") end
    end

    """

  /// The variables that an example leaves: names after `local` at the start of a line, functions excepted.
  private static func variables(of code: String) -> [String] {
    var names: [String] = []
    for line in code.split(separator: "\n") {
      guard let match = line.wholeMatch(of: #/local ([A-Za-z_][\w, ]*?) *(=.*)?/#) else { continue }
      for name in match.1.split(separator: ",").map({ $0.filter { $0 != " " } }) where !names.contains(name) {
        if !name.hasPrefix("function") { names.append(name) }
      }
    }
    return names
  }

  private func run(_ function: Function) throws -> Example {
    let manager = FileManager.default
    let folder = sandbox.appending(path: UUID().uuidString)
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = manager.changeCurrentDirectoryPath(folder.path)
    defer {
      _ = manager.changeCurrentDirectoryPath(home)
      try? manager.removeItem(at: folder)
    }
    RandomGenerator.shared.seed(5489)
    try Runtime.setThreads(threads)
    (Runtime.isDeterministic, Runtime.isExact) = (false, false)
    let host = try LuaHost(functions: functions, types: types)
    defer { host.close() }
    var printed: [UInt8] = []
    host.output = { printed += $0 }
    Screen.handler = { printed += Array(($0.text + "\n").utf8) }
    defer { Screen.handler = nil }
    let names = ExampleRunner.variables(of: function.example)
    let pictures = names.map { "__picture(\"\($0)\", \($0))" }.joined(separator: " ")
    let shown = names.map { "type(\($0)) ~= \"function\" and \($0) or nil" }.joined(separator: ", ")
    _ = host.run(ExampleRunner.prologue, name: "=prologue")
    let code = function.example + "\n" + pictures + " return " + shown
    let result = host.run(code, name: "=example", show: true)
    guard case .done(let values) = result else { throw ExampleRunner.failure(function, result) }
    let variables = zip(names, values).filter { !$1.contains("0x") && $1 != "nil" }.map {
      Example.Variable(name: $0, text: ExampleRunner.shortened($1))
    }
    let kept = try names.compactMap { name -> Example.Picture? in
      let file = folder.appending(path: "__\(name).png")
      return manager.fileExists(atPath: file.path)
        ? Example.Picture(name: name, file: Array(try Data(contentsOf: file))) : nil
    }
    return Example(printed: String(decoding: printed, as: UTF8.self), variables: variables, pictures: kept)
  }

  private static func failure(_ function: Function, _ result: RunResult) -> any Error {
    switch result {
    case .done: EngineError("docs", "the example of \(function.qualifiedName) is well")
    case .interrupted: Interrupted()
    case .syntaxError(let message), .failed(let message, _):
      EngineError("docs", "the example of \(function.qualifiedName) fails: \(message)")
    }
  }

  /// At most twelve lines of a value.
  private static func shortened(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count <= 12 ? text : lines.prefix(11).joined(separator: "\n") + "\n…"
  }
}
