import Engine
import LuaHost
import Sessions
import Testing

/// A session with the whole engine, and everything that it wrote.
@MainActor final class Conversation {
  let session: Session
  private(set) var written = ""

  init() throws {
    session = Session(try LuaHost(functions: Catalogue.functions(), types: Catalogue.types()))
    session.host.output = { [unowned self] in written += String(decoding: $0, as: UTF8.self) }
  }

  /// Types a text; what was written meanwhile, then the values or the error, each on a line.
  @discardableResult func say(_ text: String) -> String {
    written = ""
    let outcome = session.submit(text)
    switch outcome.ending {
    case .done(let values): return written + values.joined(separator: "\n")
    case .incomplete(let message), .failed(let message, _): return written + message
    case .interrupted: return written + "interrupted"
    }
  }
}
