internal import Glibc
internal import Surface

/// The file that `:log` appends to: a script that can be run again, with what the cells gave as comments.
final class Journal {
  let path: String
  private let file: UnsafeMutablePointer<FILE>

  /// Opens the file for appending.
  init(_ path: String) throws {
    guard let file = fopen(path, "ae") else {
      throw EngineError(":log", "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    self.path = path
    self.file = file
  }

  deinit { fclose(file) }

  /// Adds a cell and what it gave. What is no Lua becomes a comment too.
  func add(_ text: String, isLua: Bool, _ output: String) {
    let lines =
      (isLua ? text : Journal.comment(text, ">")) + "\n" + (output.isEmpty ? "" : Journal.comment(output, " ") + "\n")
    fwrite(lines, 1, lines.utf8.count, file)
    fflush(file)
  }

  static func comment(_ text: String, _ mark: String) -> String {
    let body = text.hasSuffix("\n") ? text.dropLast() : text[...]
    return body.split(separator: "\n", omittingEmptySubsequences: false).map { "--\(mark) \($0)" }.joined(
      separator: "\n")
  }
}
