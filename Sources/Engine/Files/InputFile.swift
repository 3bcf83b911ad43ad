package import Glibc
internal import Surface

/// A regular file opened for reading at any position. It stays readable when its name is removed or given to another
/// file; when another program cuts it short, reading is an error and not a crash (which is why it is not mapped).
package final class InputFile {
  package let path: String
  /// Bytes, when it was opened.
  package let size: Int
  private let descriptor: Int32
  private let operation: String

  /// Opens a file; a missing file, a folder or a device is an error that names the path.
  package init(_ path: String, operation: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw EngineError(
        operation, expected: "the path of a file", came: path.isEmpty ? "\"\"" : "a path with a NUL byte")
    }
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write into it.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path, operation, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      close(descriptor)
      throw EngineError(operation, "cannot read \(path): it is \(isFolder ? "a folder" : "not a regular file")")
    }
    self.path = path
    self.operation = operation
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from `offset` on. Stops for an interrupt between pieces.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      try Interrupt.check()
      let piece = min(buffer.count - done, 16 << 20)
      let count = pread(descriptor, buffer.baseAddress! + done, piece, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path, operation, errno) }
      guard count > 0 else {
        throw EngineError(
          operation, "cannot read \(path): it ends at byte \(offset + done)", advice: "was it cut short?")
      }
      done += count
      Work.reached(done, of: buffer.count)
    }
  }

  /// `count` bytes from `offset` on.
  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(
        at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      filled = count
    }
  }

  /// A stream over the file from its beginning, for libraries that read through stdio; the caller closes it.
  package func stream() throws -> UnsafeMutablePointer<FILE> {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0, lseek(copy, 0, SEEK_SET) == 0, let stream = fdopen(copy, "rb") else {
      let code = errno
      if copy >= 0 { close(copy) }
      throw Self.failure(path, operation, code)
    }
    return stream
  }

  /// The file beside a missing one whose name is nearest, when one is near.
  private static func neighbor(of path: String) -> String? {
    let folder = AtomicFile.folder(of: path)
    guard let name = path.split(separator: "/").last, let listing = opendir(folder) else { return nil }
    defer { closedir(listing) }
    var names: [String] = []
    while names.count < 10_000, let entry = readdir(listing) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return Suggestion.nearest(to: String(name), in: names)
  }

  private static func failure(_ path: String, _ operation: String, _ code: Int32) -> EngineError {
    switch code {
    case ENOENT:
      EngineError(operation, "there is no file \(path)", advice: neighbor(of: path).map { "did you mean \($0)?" })
    case EACCES, EPERM: EngineError(operation, "cannot read \(path): permission denied")
    default: EngineError(operation, "cannot read \(path): \(String(cString: strerror(code)))")
    }
  }
}
