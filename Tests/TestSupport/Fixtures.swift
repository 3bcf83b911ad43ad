public import Foundation

/// Where tests find their files.
public enum Fixtures {
  /// The package's folder.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file of Tests/Golden.
  public static func golden(_ name: String) -> String { root.appending(path: "Tests/Golden/\(name)").path }

  /// A file of the folder `shared` beside the package, or nil where it is absent: then the test is skipped.
  public static func shared(_ name: String) -> String? {
    let path = root.deletingLastPathComponent().appending(path: "shared/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// A folder that lives as long as this object.
public final class Scratch {
  /// The folder's path.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    // In memory where that can be had: thousands of small files would make a disk the slowest part of the tests.
    let memory = URL(fileURLWithPath: "/dev/shm")
    let home = FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    let url = home.appending(path: "atelier-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder and returns its path.
  public func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
    return self(name)
  }

  /// Names of what is in the folder, sorted.
  public var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// The bytes of a file.
public func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The message of what `body` throws, or an empty string when it does not throw: `#expect(message { … }.contains("x"))`.
public func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}
