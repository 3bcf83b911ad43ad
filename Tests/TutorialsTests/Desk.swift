import Engine
import Foundation
import LuaHost
import Sessions
import Surface
import TestSupport
import Tutorials

/// A student at a prompt without a terminal: a session with the whole engine whose output is kept.
@MainActor
final class Desk {
  let session: Session
  let walker: Walker
  let chapter: Chapter
  /// How the first step's arrival ended.
  private(set) var arrival = Outcome(ending: .done([]), warnings: [])
  private(set) var output = ""
  /// What was shown as pictures.
  private(set) var shown: [View] = []
  private let before: Set<String>

  /// Sits down; `engine` false leaves out everything but `atelier.seed`, for chapters that need no tensor.
  init(_ chapter: Chapter, engine: Bool = true, progress: String? = nil) throws {
    self.chapter = chapter
    var functions = Catalogue.functions()
    if !engine { functions = functions.filter { $0.qualifiedName == "atelier.seed" } }
    let host = try LuaHost(functions: functions, types: engine ? Catalogue.types() : [])
    session = Session(host) { try Catalogue.view(of: $0, text: $1) }
    before = Set(host.keys())
    var told: [String] = []
    let file = ProgressFile(chapter: chapter.id, folder: progress) { told.append($0) }
    walker = Walker(chapter, in: session, progress: file)
    host.output = { [unowned self] bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      MainActor.assumeIsolated { self.output += text }
    }
    Screen.handler = { [weak self] view in MainActor.assumeIsolated { self?.shown.append(view) } }
    arrival = walker.begin()
    output += told.joined(separator: "\n")
  }

  deinit { Screen.handler = nil }

  /// Types something; gives what was written, with the message of a failure behind it.
  @discardableResult
  func say(_ text: String) -> String {
    output = ""
    switch session.submit(text).ending {
    case .done(let values): return output + values.joined(separator: "\n")
    case .incomplete(let message): return output + "incomplete: " + message
    case .failed(let message, _): return output + "failed: " + message
    case .interrupted: return output + "interrupted"
    }
  }

  func passed(_ id: String) -> Bool { walker.file.progress.records[id]?.passed == true }

  /// The globals that chapter and student have made.
  var globals: [String] { session.host.keys().filter { !before.contains($0) }.sorted() }

  /// Each of these globals as exactly as text can say it: tensors by their shape and two sums.
  var values: [String: String] {
    var values: [String: String] = [:]
    for name in globals {
      let code = """
        local x = \(name)
        local ok, text = pcall(function()
          local wide = x:detach():to("f64")
          local places = tensor.arange(1, wide:numel() + 1):to("f64")
          local sum, turned = wide:sum():item(), (wide:reshape(-1) * places):sum():item()
          return table.concat(x:shape(), "x") .. string.format(" %.17g %.17g", sum, turned)
        end)
        return ok and text or type(x) == "function" and "function" or x
        """
      if case .done(let shown) = session.host.run(cell: code, name: "value") { values[name] = shown.joined() }
    }
    return values
  }
}

extension Chapter {
  /// A chapter out of a text, for tests of the walker.
  static func of(_ text: String) throws -> Chapter {
    try ChapterParser.chapter(text, file: "test.md", number: 1, id: "test")
  }
}
