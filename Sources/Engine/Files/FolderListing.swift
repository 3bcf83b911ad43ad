internal import Glibc
internal import Surface

/// What lies in a folder.
package enum FolderListing {
  /// Folders inside folders are followed to this depth.
  private static let deepest = 32

  /// Paths of the files in a folder, relative to it, in no particular order; hidden ones (`.name`) are left out.
  /// Throws when the folder cannot be listed; folders inside that cannot are left out.
  ///
  /// - Parameter recursive: also what lies in folders inside. Symbolic links to folders are not followed, so that a
  ///   link to a folder above does not go round for ever.
  package static func files(in folder: String, recursive: Bool, operation: String) throws -> [String] {
    guard !folder.isEmpty, !folder.utf8.contains(0) else {
      throw EngineError(
        operation, expected: "the path of a folder", came: folder.isEmpty ? "\"\"" : "a path with a NUL byte")
    }
    guard let stream = opendir(folder) else {
      let code = errno
      let reason =
        switch code {
        case ENOENT: "there is no folder \(folder)"
        case ENOTDIR: "\(folder) is not a folder"
        case EACCES, EPERM: "cannot list \(folder): permission denied"
        default: "cannot list \(folder): \(String(cString: strerror(code)))"
        }
      throw EngineError(operation, reason)
    }
    var found: [String] = []
    try walk(stream, folder, "", recursive ? deepest : 0, &found)
    return found
  }

  /// Adds the files of an open folder, which is closed, under a prefix.
  private static func walk(
    _ stream: OpaquePointer, _ folder: String, _ prefix: String, _ depth: Int, _ found: inout [String]
  ) throws {
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      try Interrupt.check()
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix(".") { continue }
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        guard depth > 0, let inner = opendir("\(folder)/\(name)") else { continue }
        try walk(inner, "\(folder)/\(name)", "\(prefix)\(name)/", depth - 1, &found)
      } else if stat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        found.append(prefix + name)
      }
    }
  }
}
