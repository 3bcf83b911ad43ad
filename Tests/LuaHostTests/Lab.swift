import LuaHost
import Surface
import Testing

/// A host on the test catalogue whose output is kept.
@MainActor
final class Lab {
  let host: LuaHost
  private(set) var output = ""

  init(memoryLimit: Int? = nil) throws {
    host = try LuaHost(functions: BlobEntries.functions(), types: [Blob.scriptType], memoryLimit: memoryLimit)
    host.output = { [unowned self] bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      MainActor.assumeIsolated { self.output += text }
    }
  }

  /// Runs code that must succeed, and returns what it printed, without the last newline.
  @discardableResult
  func run(_ code: String, source: SourceLocation = #_sourceLocation) -> String {
    output = ""
    if case .done = host.run(code, name: "=test") {
    } else {
      Issue.record("failed: \(self.failure(of: code))", sourceLocation: source)
    }
    return output.last == "\n" ? String(output.dropLast()) : output
  }

  /// Runs code that must fail, and returns the message.
  func failure(of code: String, source: SourceLocation = #_sourceLocation) -> String {
    switch host.run(code, name: "=test") {
    case .failed(let message, _): return message
    case .syntaxError(let message): return message
    case .interrupted: return "interrupted"
    case .done:
      Issue.record("did not fail", sourceLocation: source)
      return ""
    }
  }

  /// The traceback of code that must fail.
  func traceback(of code: String) -> String {
    if case .failed(_, let traceback) = host.run(code, name: "=test") { traceback } else { "" }
  }
}
