import Foundation
import TestSupport

/// The program in tmux: a real terminal emulator, whose screen can be read.
final class Tmux {
  private let socket: String

  /// Starts the program, or a `command` of the shell, on a screen of a size. `environment` is added to ours.
  init(
    in scratch: Scratch, columns: Int = 60, rows: Int = 24, command: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    socket = scratch("tmux-\(UUID().uuidString.prefix(8))")
    var arguments = ["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
    for (name, value) in environment.merging(
      ["XDG_STATE_HOME": scratch.path, "INPUTRC": "/dev/null", "ATELIER_INIT": ""],
      uniquingKeysWith: {
        $1
      })
    {
      arguments += ["-e", "\(name)=\(value)"]
    }
    arguments.append(command ?? Program.path)
    _ = try run(arguments + [";", "set", "-g", "remain-on-exit", "on"])
  }

  deinit { _ = try? run(["kill-server"]) }

  @discardableResult
  private func run(_ arguments: [String]) throws -> String {
    // Not Foundation's Process, which waits for the server that tmux leaves running.
    let words = ["/usr/bin/tmux", "-u", "-S", socket] + arguments
    let command = words.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }.joined(separator: " ")
    guard let stream = popen(command + " 2>/dev/null </dev/null", "r") else { throw POSIXError(.ECHILD) }
    defer { pclose(stream) }
    var data: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      if count == 0 { break }
      data += buffer[..<count]
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// Presses keys by tmux's names: `Enter`, `C-c`, `M-Enter`, `Up`.
  func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

  /// Types text as it is.
  func type(_ text: String) throws { try run(["send-keys", "-l", text]) }

  /// Types a line and presses Enter when it is shown.
  func enter(_ text: String) throws {
    try type(text)
    var before: [String] = []
    _ = wait { screen in
      before = screen
      return screen.contains { $0.hasSuffix(text) }
    }
    try press("Enter")
    // What comes before the line is taken would count as typed ahead.
    let place = cursor
    _ = wait { $0 != before || cursor != place }
  }

  /// Pastes text as the terminal does: bracketed when the program asked for that.
  func paste(_ text: String) throws {
    try run(["set-buffer", "--", text])
    try run(["paste-buffer", "-p", "-r"])
  }

  func resize(columns: Int, rows: Int) throws { try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

  /// The rows of the screen without blanks at their ends, and without the empty rows at its end.
  var screen: [String] {
    var rows = ((try? run(["capture-pane", "-p"])) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      .map { row in String(row.reversed().drop { $0 == " " }.reversed()) }
    while rows.last?.isEmpty == true { rows.removeLast() }
    return rows
  }

  /// Column and row of the cursor, counted from 0.
  var cursor: [Int] {
    let text = (try? run(["display-message", "-p", "#{cursor_x} #{cursor_y}"])) ?? ""
    return text.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
  }

  /// Waits for the screen to be as it should. False after ten seconds.
  func wait(_ isRight: ([String]) -> Bool) -> Bool {
    let end = Date().addingTimeInterval(10)
    while Date() < end {
      if isRight(screen) { return true }
      usleep(10_000)
    }
    return false
  }

  /// Waits for the screen to end in these rows.
  func waits(for rows: String...) -> Bool { wait { $0.suffix(rows.count).elementsEqual(rows) } }
}
