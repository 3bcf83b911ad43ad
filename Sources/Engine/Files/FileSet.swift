internal import Foundation
internal import Glibc
internal import Surface

/// A folder of files that a program writes as a whole: it appears complete or not at all, and replaces only a folder
/// that was written in this way before and holds nothing else.
package enum FileSet {
  /// The file that lists what belongs to the folder; it makes the folder ours.
  package static let list = "atelier-files.txt"

  /// Writes files, given by plain names, into a folder. `title` is the first line of the list.
  package static func write(
    _ files: [(name: String, bytes: [UInt8])], to folder: String, title: String, operation: String
  ) throws {
    let manager = FileManager.default
    let path = plain(folder)
    let exists = try replaceable(path, operation)
    let parent = AtomicFile.folder(of: path), mark = "\(getpid())"
    let (fresh, old) = ("\(parent)/.atelier-\(mark)-new", "\(parent)/.atelier-\(mark)-old")
    try? manager.removeItem(atPath: fresh)
    guard mkdir(fresh, 0o777) == 0 else { throw AtomicFile.failure(path, operation, errno) }
    defer { try? manager.removeItem(atPath: fresh) }
    let names = files.map(\.name).sorted() + [list]
    let text = title + "\n" + names.joined(separator: "\n") + "\n"
    for (name, bytes) in files + [(list, Array(text.utf8))] {
      try Interrupt.check()
      try AtomicFile.write("\(fresh)/\(name)", operation: operation) { stream in
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
          throw AtomicFile.failure(path, operation, errno)
        }
      }
    }
    if exists, rename(path, old) != 0 { throw AtomicFile.failure(path, operation, errno) }
    guard rename(fresh, path) == 0 else {
      let code = errno
      if exists { rename(old, path) }
      throw AtomicFile.failure(path, operation, code)
    }
    if exists { try? manager.removeItem(atPath: old) }
  }

  /// Throws unless a folder may be written: it is not there, empty, or ours.
  package static func check(_ folder: String, operation: String) throws {
    _ = try replaceable(plain(folder), operation)
  }

  /// The path without slashes at its end.
  private static func plain(_ folder: String) -> String {
    var path = folder
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Whether there is a folder of ours to replace; throws when something else has the name.
  private static func replaceable(_ path: String, _ operation: String) throws -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT, !path.isEmpty { return false }
      throw AtomicFile.failure(path, operation, errno)
    }
    let advice = "name a new folder"
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw EngineError(operation, "\(path) exists and is not a folder", advice: advice)
    }
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: path) else {
      throw EngineError(operation, "cannot read the folder \(path)", advice: advice)
    }
    if names.isEmpty { return true }
    let ours = (try? String(contentsOfFile: "\(path)/\(list)", encoding: .utf8))?.split(separator: "\n").map(
      String.init)
    guard let ours else {
      throw EngineError(operation, "the folder \(path) exists and was not written by this command", advice: advice)
    }
    if let other = names.sorted().first(where: { !ours.contains($0) }) {
      throw EngineError(
        operation, "the folder \(path) also holds \(other), which would be lost", advice: "move it away, or \(advice)")
    }
    return true
  }
}
