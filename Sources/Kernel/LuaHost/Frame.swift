internal import CLuaBridge
internal import Surface

/// One call of the chain in which an error was raised.
public struct Frame: Equatable {
  /// What was called.
  public enum Kind: Equatable {
    /// A function of the user.
    case function
    /// A whole cell or file.
    case chunk
    /// A function of Lua's library.
    case library
    /// A function of the engine.
    case engine
    /// No call: what follows resumed the coroutine that what comes before ran in.
    case coroutine
  }

  public let kind: Kind
  /// The name of the Lua code, as Lua keeps it: `=prompt[3]`, `@file.lua`; empty for other code.
  public let chunk: String
  /// The same as messages show it.
  public let place: String
  /// The line that was at work, from 1; 0 or less where there is none.
  public let line: Int
  /// A function of the engine by its full name (`filters.gaussian`), others as the caller calls them; may be empty.
  public let name: String
  /// The line where the function begins.
  let defined: Int
  /// How many calls are left out before this one.
  public let skipped: Int
  /// What the caller calls it, for a function of the engine under another name, and what that name is in Lua's words:
  /// `local`, `method`, `metamethod`, ….
  let alias: String, aliasKind: String
}

extension LuaHost {
  /// The calls in which the last failure was raised, innermost first: of a long chain the first and the last ones.
  public var frames: [Frame] {
    (0..<atl_frame_count(pointer)).map { index in
      let frame = atl_frame_at(pointer, index)!.pointee
      func text(_ bytes: UnsafePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
      let function = frame.function.map { Unmanaged<Function>.fromOpaque($0).takeUnretainedValue() }
      let name = text(frame.name)
      return Frame(
        kind: LuaHost.kind(of: frame.kind), chunk: text(frame.chunk), place: text(frame.place), line: Int(frame.line),
        name: function?.qualifiedName ?? name, defined: Int(frame.defined), skipped: Int(frame.skipped), alias: name,
        aliasKind: text(frame.what))
    }
  }

  private static func kind(of tag: Int32) -> Frame.Kind {
    switch Int(tag) {
    case ATL_FRAME_LUA: .function
    case ATL_FRAME_MAIN: .chunk
    case ATL_FRAME_ENGINE: .engine
    case ATL_FRAME_COROUTINE: .coroutine
    default: .library
    }
  }
}

/// The texts of cells, kept so that an error in a function that was typed earlier can show its line.
struct Sources {
  private var texts: [(chunk: String, text: [UInt8])] = []
  private var bytes = 0
  /// What is kept altogether, in bytes; the oldest texts go first.
  private static let limit = 8 << 20

  /// Keeps the text of a chunk; a text larger than an eighth of the room is not kept.
  mutating func keep(_ text: String, as chunk: String) {
    if let old = texts.firstIndex(where: { $0.chunk == chunk }) { bytes -= texts.remove(at: old).text.count }
    guard text.utf8.count <= Sources.limit / 8 else { return }
    texts.append((chunk, Array(text.utf8)))
    bytes += text.utf8.count
    while bytes > Sources.limit { bytes -= texts.removeFirst().text.count }
  }

  /// The text of a chunk, newest first.
  subscript(chunk: String) -> [UInt8]? { texts.last { $0.chunk == chunk }?.text }
}
