internal import LuaHost

/// Makes what a cell declares `local` at its top level outlive the cell.
///
/// `local x = 1` becomes `__cell.x = 1` and `local function f` becomes `function __cell.f`, on the same line; the bridge
/// puts what is assigned to `__cell` into the environment that cells share. So a closure and a later cell mean the same
/// variable. Two things differ from Lua: `<const>` is not enforced afterwards, and `local x` without a value forgets an
/// earlier cell's `x` rather than hiding a global of that name. `<close>` variables stay local and are closed with the cell.
enum Locals {
  /// The text with its top-level declarations rewritten; the text itself when there are none.
  static func promoted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let tokens = LuaLexer.tokens(bytes).filter { $0.kind != .comment && $0.kind != .openComment }
    var edits: [(range: Range<Int>, text: String)] = []
    var depth = 0
    for (index, token) in tokens.enumerated() where token.kind == .keyword {
      switch String(decoding: bytes[token.range], as: UTF8.self) {
      case "function", "if", "do", "repeat": depth += 1
      case "end", "until": depth -= 1
      case "local" where depth == 0: edits += Declaration(tokens[index...], bytes)?.edits ?? []
      default: break
      }
    }
    if edits.isEmpty { return text }
    var result: [UInt8] = [], position = 0
    for edit in edits {
      result += bytes[position..<edit.range.lowerBound] + Array(edit.text.utf8)
      position = edit.range.upperBound
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }

  /// One `local` statement.
  private struct Declaration {
    private(set) var edits: [(range: Range<Int>, text: String)] = []

    /// Reads from the token `local` on; nil for what must stay as it is.
    init?(_ tokens: ArraySlice<LuaToken>, _ bytes: [UInt8]) {
      var rest = tokens.dropFirst()
      func text(_ token: LuaToken?) -> String { token.map { String(decoding: bytes[$0.range], as: UTF8.self) } ?? "" }
      edits.append((tokens.first!.range, ""))
      if text(rest.first) == "function" {
        guard let name = rest.dropFirst().first, name.kind == .name else { return nil }
        edits.append((name.range.lowerBound..<name.range.lowerBound, "__cell."))
        return
      }
      while let name = rest.popFirst(), name.kind == .name {
        edits.append((name.range.lowerBound..<name.range.lowerBound, "__cell."))
        var end = name.range.upperBound
        if text(rest.first) == "<" {
          guard text(rest.dropFirst().first) == "const", let close = rest.dropFirst(2).first else { return nil }
          edits.append((end..<close.range.upperBound, ""))
          end = close.range.upperBound
          rest = rest.dropFirst(3)
        }
        if text(rest.first) == "," {
          rest = rest.dropFirst()
          continue
        }
        if text(rest.first) != "=" { edits.append((end..<end, " = nil")) }
        return
      }
      return nil
    }
  }
}
