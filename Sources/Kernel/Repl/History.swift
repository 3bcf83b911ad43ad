internal import CReadline
internal import Glibc

/// The history file: every entry is appended as it is made, so that sessions side by side lose nothing. A folder that
/// cannot be written only means that nothing is kept.
struct History {
  /// The file, or nil when there is no place for it.
  private let path: String?

  /// Reads `$XDG_STATE_HOME/atelier/history` (by default under `~/.local/state`).
  init() {
    guard let folder = History.folder() else {
      path = nil
      return
    }
    let file = folder + "/history"
    path = History.makeFolders(folder) ? file : nil
    using_history()
    guard let path else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { Glibc.close(descriptor) }
    read_history(path)
  }

  private static func folder() -> String? {
    if let state = getenv("XDG_STATE_HOME").map({ String(cString: $0) }), state.hasPrefix("/") {
      return state + "/atelier"
    }
    return getenv("HOME").map { String(cString: $0) + "/.local/state/atelier" }
  }

  private static func makeFolders(_ folder: String) -> Bool {
    var path = ""
    for part in folder.split(separator: "/") {
      path += "/" + part
      if mkdir(path, 0o700) != 0, errno != EEXIST { return false }
    }
    return true
  }

  /// Adds an entry, of one line or several, unless it repeats the last one.
  func add(_ entry: String) {
    if let last = atl_history_last(), String(cString: last) == entry { return }
    add_history(entry)
    if let path { append_history(1, path) }
  }
}
