import Foundation
import TestSupport
import Testing

/// Small operations from Lua ask the system for what the result needs (the tensor and its storage; Lua's values and the
/// elements come from pools) and nothing besides: no list of arguments, no shape, no closure. Counted from outside: the program runs with a library in front
/// of the C library's that counts the requests for memory.
@Suite(.serialized) @MainActor struct AllocationTests {
  /// Counts calls, and prints their number when the program ends.
  private static let counter = """
    #define _GNU_SOURCE
    #include <stddef.h>
    #include <stdio.h>
    extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);
    static _Atomic long count;
    void *malloc(size_t size) { count++; return __libc_malloc(size); }
    void *calloc(size_t number, size_t size) { count++; return __libc_calloc(number, size); }
    void *realloc(void *old, size_t size) { count++; return __libc_realloc(old, size); }
    void *memalign(size_t alignment, size_t size) { count++; return __libc_memalign(alignment, size); }
    void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
    int posix_memalign(void **to, size_t alignment, size_t size) {
      *to = memalign(alignment, size);
      return *to ? 0 : 12;
    }
    __attribute__((destructor)) static void report(void) { fprintf(stderr, "requests %ld\\n", count); }
    """

  private static func script(_ turns: Int) -> String {
    "local x, y = tensor.randn(8, 8), tensor.randn(8, 8) local z = x for _ = 1, \(turns) do z = (z + y) * 0.5 end"
  }

  /// The program stands beside the tests.
  nonisolated private static let program: String? = {
    let beside = CommandLine.arguments.prefix(1).map { ($0 as NSString).deletingLastPathComponent + "/atelier" }
    return (beside + [Fixtures.root.appending(path: ".build/release/atelier").path]).first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }()

  @Test("A small operation makes two requests for memory: the tensor, its storage")
  func requestsPerOperation() throws {
    let scratch = try Scratch()
    let source = try scratch.file("counter.c", Array(Self.counter.utf8))
    let compiled = try run("/usr/bin/env", ["clang", "-shared", "-fPIC", "-O1", "-o", scratch("counter.so"), source])
    try #require(compiled.status == 0, "\(compiled.errors)")
    func requests(_ turns: Int) throws -> Int {
      let program = try #require(Self.program)
      let result = try run(program, ["-e", Self.script(turns)], environment: ["LD_PRELOAD": scratch("counter.so")])
      try #require(result.status == 0, "\(result.errors)")
      let last = try #require(result.errors.split(separator: "\n").last { $0.hasPrefix("requests ") })
      return try #require(Int(last.dropFirst(9)))
    }
    // The difference leaves out the program's start. Each turn is two operations.
    let (few, many) = (try requests(10_000), try requests(20_000))
    let each = Double(many - few) / 20_000
    #expect(each > 1 && each < 2.5, "\(each) requests per operation")
  }

  private func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, errors: String) {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: try scratch.file("errors", []))
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: try bytes(of: scratch("errors")), as: UTF8.self))
  }
}
