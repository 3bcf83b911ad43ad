import CKernels
import Foundation
import Testing

/// Not isolated: it runs on the team's threads.
private func countChunk(_ context: UnsafeMutableRawPointer?, _ chunk: Int64) {
  context!.assumingMemoryBound(to: Int32.self)[Int(chunk)] += 1
}

/// Not isolated either: counts the number of the thread that runs it, between two meetings of all.
private func countThread(_ context: UnsafeMutableRawPointer?) {
  let counts = context!.assumingMemoryBound(to: Int32.self)
  Libgomp.barrier()
  counts[Int(Libgomp.number())] += 1
  Libgomp.barrier()
  if counts[Int(Libgomp.number()) ^ 1] != counts[Int(Libgomp.number())] { counts[63] = 1 }
  Libgomp.barrier()
}

/// The functions that oneDNN finds under libgomp's names.
private enum Libgomp {
  typealias Region = @convention(c) (UnsafeMutableRawPointer?) -> Void
  static let parallel = found(
    "GOMP_parallel", as: (@convention(c) (Region, UnsafeMutableRawPointer?, UInt32, UInt32) -> Void).self)
  static let barrier = found("GOMP_barrier", as: (@convention(c) () -> Void).self)
  static let number = found("omp_get_thread_num", as: (@convention(c) () -> Int32).self)

  private static func found<T>(_ name: String, as type: T.Type) -> T { unsafeBitCast(dlsym(nil, name)!, to: type) }
}

@Suite(.serialized) @MainActor struct TeamTests {
  @Test("oneDNN's calls of libgomp reach our team, all of them")
  func names() throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps"))
    var maps = Data()
    while let more = try file.read(upToCount: 1 << 16), !more.isEmpty { maps += more }
    let lines = String(decoding: maps, as: UTF8.self).split(separator: "\n")
    let path = try #require(lines.first { $0.contains("libdnnl") }?.split(separator: " ").last)
    let library = try Data(contentsOf: URL(fileURLWithPath: String(path)), options: .mappedIfSafe)
    // The table of names comes first; what looks like one further on is none.
    var names: [String] = []
    for start in ["\0GOMP_", "\0omp_"] {
      var place = library.startIndex
      while let hit = library.range(of: Data(start.utf8), in: place..<library.endIndex) {
        let end = try #require(library[hit.upperBound...].firstIndex(of: 0))
        names.append(String(decoding: library[(hit.lowerBound + 1)..<end], as: UTF8.self))
        place = end
      }
    }
    names.removeAll { $0.hasPrefix("GOMP_") && $0.last!.isNumber }  // versions
    #expect(names.contains("GOMP_parallel"))
    let libgomp = try #require(dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD), "oneDNN loads it")
    defer { dlclose(libgomp) }
    for name in names {
      let (ours, theirs) = (dlsym(nil, name), dlsym(libgomp, name))
      #expect(ours != nil && theirs != nil && ours != theirs, "\(name)")
    }
  }

  @Test("Every number of a thread runs once, on more threads than cores too, and all meet at barriers")
  func numbers() {
    for size in [2, 4, 8, 32] {
      var counts = [Int32](repeating: 0, count: 64)
      for _ in 0..<50 { Libgomp.parallel(countThread, &counts, UInt32(size), 0) }
      #expect(counts[..<size].allSatisfy { $0 == 50 } && counts[size...].allSatisfy { $0 == 0 }, "\(size): \(counts)")
    }
  }

  /// The bytes of every parallel operation on inputs large enough to be cut into chunks.
  private func everything() -> [String: Data] {
    var dice = Dice(71)
    let (rows, cols) = (513, 700)
    let x = Operand(.f32, [rows, cols], .contiguous)
    x.block.fill(&dice)
    var results: [String: Data] = [:]
    func keep(_ name: String, _ kind: Kind, _ count: Int, _ body: (UnsafeMutableRawPointer) -> Int32) {
      let out = Block(kind, count)
      #expect(body(out.memory) == 0, "\(name)")
      results[name] = out.data
    }
    var flat = nest([rows * cols], [[1], [1], [1]])
    keep("exp", .f32, rows * cols) { ck_unary(Int32(CK_EXP.rawValue), 0, &flat, $0, x.pointer, 0, 0) }
    keep("add", .f32, rows * cols) { ck_binary(Int32(CK_ADD.rawValue), 0, &flat, $0, x.pointer, x.pointer, 0, 0) }
    var turned = nest([cols, rows], [[rows, 1], [1, cols]])
    keep("turn", .f32, rows * cols) { ck_cast(0, 0, &turned, $0, x.pointer) }
    var (none, all) = (nest([], [[], []]), nest([rows, cols], [[cols, 1]]))
    var (byRow, alongRow) = (nest([rows], [[1], [cols]]), nest([cols], [[1]]))
    var (byColumn, alongColumn) = (nest([cols], [[1], [1]]), nest([rows], [[cols]]))
    let sum = Int32(CK_SUM.rawValue)
    keep("sum", .f32, 1) { ck_reduce(sum, 0, &none, &all, $0, x.pointer) }
    keep("row sums", .f32, rows) { ck_reduce(sum, 0, &byRow, &alongRow, $0, x.pointer) }
    keep("column sums", .f32, cols) { ck_reduce(sum, 0, &byColumn, &alongColumn, $0, x.pointer) }
    var lines = nest([rows], [[cols], [cols]])
    keep("softmax", .f32, rows * cols) { ck_softmax(false, 0, &lines, Int64(cols), 1, 1, $0, x.pointer) }
    keep("product", .f32, rows * rows) {
      ck_gemm(
        0, Int64(rows), Int64(rows), Int64(cols), x.pointer, Int64(cols), 1, x.pointer, 1, Int64(cols), $0, Int64(rows))
    }
    let index = (0..<rows * cols).map { Int64($0 % 7 * 31 % 40) }
    var places = nest([rows, cols], [[cols, 1], [cols, 1], [0, 1]])
    keep("scatter", .f32, 40 * cols) { out in
      memset(out, 0, 40 * cols * 4)
      var bad: Int64 = 0
      return ck_scatter_add(0, &places, x.pointer, index, out, Int64(cols), 40, &bad)
    }
    keep("philox", .f32, 100_000) {
      ck_philox_normal(1, 2, 100_000, $0.assumingMemoryBound(to: Float.self))
      return 0
    }
    keep("normal", .f32, 100_003) {
      var state = ck_mt()
      ck_mt_seed(&state, 3)
      ck_mt_normal(&state, 0, 100_003, $0)
      return 0
    }
    return results
  }

  @Test func anyNumberOfThreadsGivesTheSameBytes() {
    let usual = ck_threads()
    defer { ck_set_threads(usual) }
    eachInstructionSet { isa in
      ck_set_threads(1)
      let one = everything()
      for threads: Int32 in [2, 5] {
        ck_set_threads(threads)
        #expect(ck_threads() == threads)
        for (name, data) in everything() { #expect(data == one[name], "\(isa) \(name) on \(threads) threads") }
      }
    }
  }

  @Test func everyChunkRunsOnce() {
    let usual = ck_threads()
    defer { ck_set_threads(usual) }
    for threads: Int32 in [1, 2, 5] {
      ck_set_threads(threads)
      for chunks in [0, 1, 2, 3, 100] {
        let seen = Block(.i32, chunks)
        for i in 0..<chunks { seen.set(i, 0) }
        ck_parallel(Int64(chunks), countChunk, seen.memory)
        #expect((0..<chunks).allSatisfy { seen[$0] == 1 }, "\(chunks) chunks on \(threads) threads")
      }
    }
  }

  @Test func aRaisedFlagEndsALongCall() {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    defer {
      ck_set_interrupt(nil)
      flag.deallocate()
    }
    flag.pointee = 1
    ck_set_interrupt(flag)
    let n = 1 << 20
    var out = [Float](repeating: 5, count: n)
    var shape = nest([n], [[1], [1]])
    _ = ck_unary(Int32(CK_EXP.rawValue), 0, &shape, &out, out, 0, 0)
    #expect(out.last == 5)
    flag.pointee = 0
    _ = ck_unary(Int32(CK_EXP.rawValue), 0, &shape, &out, out, 0, 0)
    #expect(out.last != 5)
  }

  @Test func capsChooseTheTable() {
    let best = String(cString: ck_best_isa())
    #expect(["v2", "v3", "v4"].contains(best))
    #expect(String(cString: ck_start("v2")) == "v2")
    #expect(String(cString: ck_isa()) == "v2")
    #expect(String(cString: ck_start("nonsense")) == best)
    #expect(String(cString: ck_start(nil)) == best)
  }

  @Test func peaksAreMeasuredAndStopWhenInterrupted() {
    #expect(ck_peak_flops(0.002) > 0 && ck_peak_bytes(0.002) > 0)
    var stop: Int32 = 1
    withUnsafePointer(to: &stop) {
      ck_set_interrupt($0)
      #expect(ck_peak_flops(0.002) == 0 && ck_peak_bytes(0.002) == 0)
      ck_set_interrupt(nil)
    }
  }
}
