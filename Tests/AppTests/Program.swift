import Foundation
import TestSupport

/// The built program, run as a user runs it.
enum Program {
  /// How a run ended.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The executable stands beside the test bundle, or in the build folder of the package.
  static let path: String = {
    var candidates = CommandLine.arguments.prefix(1).map { ($0 as NSString).deletingLastPathComponent + "/atelier" }
    candidates.append(Fixtures.root.appending(path: ".build/release/atelier").path)
    candidates.append(FileManager.default.currentDirectoryPath + "/.build/release/atelier")
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "atelier is not built"
  }()

  /// Runs the program to its end. `input` is its standard input (empty when nil).
  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:], folder: String? = nil
  ) throws -> Result {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files instead of pipes: nothing can block on a full one.
    let names = [
      try scratch.file("input", Array((input ?? "").utf8)), try scratch.file("output", []),
      try scratch.file("errors", []),
    ]
    process.standardInput = FileHandle(forReadingAtPath: names[0])
    process.standardOutput = FileHandle(forWritingAtPath: names[1])
    process.standardError = FileHandle(forWritingAtPath: names[2])
    try process.run()
    process.waitUntilExit()
    let texts = try names[1...].map { String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
