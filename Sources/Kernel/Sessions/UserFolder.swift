internal import Glibc

/// Where the program keeps what belongs to the user.
public enum UserFolder {
  /// A variable of the environment that is set to something.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `$XDG_STATE_HOME/atelier`, by default `~/.local/state/atelier`: history and progress. Nil where the environment names
  /// no place.
  public static var state: String? { folder("XDG_STATE_HOME", "/.local/state") }

  /// `$XDG_CONFIG_HOME/atelier`, by default `~/.config/atelier`: the start-up file.
  static var configuration: String? { folder("XDG_CONFIG_HOME", "/.config") }

  private static func folder(_ name: String, _ standard: String) -> String? {
    let base = variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = variable("HOME").flatMap { $0.hasPrefix("/") ? $0 + standard : nil }
    return (base ?? home).map { $0 + "/atelier" }
  }

  /// Makes a folder and those above it, for the user alone; false when that fails.
  @discardableResult
  public static func make(_ folder: String) -> Bool {
    var path = ""
    for part in folder.split(separator: "/") {
      path += "/" + part
      if mkdir(path, 0o700) != 0, errno != EEXIST { return false }
    }
    return true
  }
}
