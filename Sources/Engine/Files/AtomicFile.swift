package import Glibc
package import Surface

/// Writes a file so that its name never holds half of it: the bytes go to a temporary name in the same folder, which
/// is renamed when everything is there and removed when anything fails. An existing file stays untouched until then.
package enum AtomicFile {
  /// Calls `body` with a stream to write to, then gives the file its name. Errors name the path and the reason; what
  /// `body` throws is thrown on. `durable` waits until the bytes are on the disk, for what took hours to make.
  package static func write(
    _ path: String, operation: String, durable: Bool = false, _ body: (UnsafeMutablePointer<FILE>) throws -> Void
  ) throws {
    // A file-size limit must be an error and not the end of the process: without its signal, write(2) says EFBIG.
    signal(SIGXFSZ, SIG_IGN)
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw EngineError(
        operation, expected: "the path of a file", came: path.isEmpty ? "\"\"" : "a path with a NUL byte")
    }
    let target = try destination(path, operation)
    let (descriptor, temporary) = try create(beside: target.path, for: path, operation)
    var finished = false
    defer { if !finished { unlink(temporary) } }
    if let mode = target.mode { fchmod(descriptor, mode) }
    guard let stream = fdopen(descriptor, "wb") else {
      let code = errno
      close(descriptor)
      throw failure(path, operation, code)
    }
    do {
      try body(stream)
    } catch {
      fclose(stream)
      throw error
    }
    if durable, fflush(stream) != 0 || fsync(descriptor) != 0 {
      let code = errno
      fclose(stream)
      throw failure(path, operation, code)
    }
    // The last buffer is written here, so this is where a full disk often shows.
    guard fclose(stream) == 0 else { throw failure(path, operation, errno) }
    guard rename(temporary, target.path) == 0 else { throw failure(path, operation, errno) }
    finished = true
  }

  /// The error for a path that cannot be written because of an errno.
  package static func failure(_ path: String, _ operation: String, _ code: Int32) -> EngineError {
    let folder = folder(of: path)
    let reason: String
    var advice: String?
    switch code {
    case ENOSPC, EDQUOT: (reason, advice) = ("the disk is full", "make room or save somewhere else")
    case EFBIG: (reason, advice) = ("the file would be larger than the limit for files", "see ulimit -f")
    case EROFS: (reason, advice) = ("the file system is read-only", "save somewhere else")
    case EACCES, EPERM: (reason, advice) = ("permission denied", "save somewhere else")
    case ENOENT where access(folder, F_OK) == 0:
      (reason, advice) = ("the folder \(folder) takes no new files", "save somewhere else")
    case ENOENT: (reason, advice) = ("the folder \(folder) does not exist", "create it first")
    case ENOTDIR: (reason, advice) = ("a part of \(folder) is not a folder", nil)
    case EISDIR: (reason, advice) = ("it is a folder", "add a file name")
    case ENAMETOOLONG: (reason, advice) = ("the name is too long", nil)
    default: reason = String(cString: strerror(code))
    }
    return EngineError(operation, "cannot write \(path): \(reason); nothing was written", advice: advice)
  }

  /// Where the bytes finally go (a symbolic link is followed, so that it stays one) and the mode to keep.
  private static func destination(_ path: String, _ operation: String) throws -> (path: String, mode: mode_t?) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno != ENOENT { throw failure(path, operation, errno) }
      if path.hasSuffix("/") { throw failure(path, operation, EISDIR) }
      return (path, nil)
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw failure(path, operation, EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG, let real = realpath(path, nil) else {
      throw EngineError(operation, "cannot write \(path): it is not a regular file")
    }
    defer { free(real) }
    return (String(cString: real), status.st_mode & 0o7777)
  }

  /// Creates a file of a new name in the folder of `target`.
  private static func create(
    beside target: String, for path: String, _ operation: String
  ) throws -> (descriptor: Int32, path: String) {
    for attempt in 0..<1000 {
      let temporary = "\(folder(of: target))/.atelier-\(getpid())-\(attempt).tmp"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      if errno != EEXIST { throw failure(path, operation, errno) }
    }
    throw failure(path, operation, EEXIST)
  }

  /// The folder part of a path, `.` when it has none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
