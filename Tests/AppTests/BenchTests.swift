import TestSupport
import Testing

/// `atelier bench`.
@Suite(.serialized) @MainActor struct BenchTests {
  @Test func printsARowForEveryWorkload() throws {
    let list = try Program.run(["bench", "--list"])
    let names = list.output.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(list.status == 0 && names.count > 20 && names.contains("matmul") && names.contains("attention"))
    let result = try Program.run(["bench", "--seconds", "0"])
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0].contains(#/at most [\d.]+ GFLOP\/s and [\d.]+ GB\/s/#), "\(lines[0])")
    #expect(lines[1].contains(#/time +GFLOP\/s +GB\/s +of peak +path +work/#), "\(lines[1])")
    #expect(lines.dropFirst(2).map { $0.prefix { $0 != " " } } == names)
    // Time, arithmetic or none, bytes or none, share, path.
    let form = #/[a-z0-9-]+ +[\d.]+ (s|ms|µs) +([\d.]+|-) +([\d.]+|-) +([\d.]+ %|-) +\S.*/#
    for line in lines.dropFirst(2) { #expect(line.wholeMatch(of: form) != nil, "\(line)") }
    let product = try #require(lines.first { $0.hasPrefix("matmul ") })
    #expect(product.contains(#/oneDNN matmul|own gemm/#), "\(product)")
  }

  @Test func choosesByTheBeginningOfNames() throws {
    let result = try Program.run(["bench", "--seconds", "0", "--threads", "1", "sum", "relu"])
    let names = result.output.split(separator: "\n").dropFirst(2).map { $0.prefix { $0 != " " } }
    #expect(names == ["relu", "sum", "sum-rows", "sum-columns"], "\(result.output)")
    #expect(result.output.contains("1 thread, v"))
  }

  @Test func refusesWhatItDoesNotKnow() throws {
    let unknown = try Program.run(["bench", "mtmul"])
    #expect(unknown.status == 1 && unknown.output.isEmpty)
    #expect(unknown.errors == "atelier: bench: there is no workload 'mtmul'; did you mean 'matmul'?\n")
    let long = try Program.run(["bench", "--seconds", "61"])
    #expect(long.status == 2 && long.errors.contains("--seconds must be 0 to 60"))
    let threads = try Program.run(["bench", "--threads", "0", "relu"])
    #expect(threads.status == 1 && threads.errors.contains("1 to 1024 threads"))
  }
}
