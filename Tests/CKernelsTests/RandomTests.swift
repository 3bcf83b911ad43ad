import CKernels
import Foundation
import TestSupport
import Testing

@Suite(.serialized) @MainActor struct RandomTests {
  /// One line of the golden file: what, seed, count, values.
  private func lines() throws -> [[Substring]] {
    try String(contentsOfFile: Fixtures.golden("ckernels-random.txt"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
  }

  private func draw32(_ state: inout ck_mt, _ n: Int, normal: Bool) -> [Float] {
    var out = [Float](repeating: .nan, count: n)
    normal ? ck_mt_normal(&state, 0, Int64(n), &out) : ck_mt_uniform(&state, 0, Int64(n), &out)
    return out
  }

  private func draw64(_ state: inout ck_mt, _ n: Int, normal: Bool) -> [Double] {
    var out = [Double](repeating: .nan, count: n)
    normal ? ck_mt_normal(&state, 1, Int64(n), &out) : ck_mt_uniform(&state, 1, Int64(n), &out)
    return out
  }

  @Test func streamsEqualPyTorchs() throws {
    let golden = try lines()
    #expect(golden.count > 80)
    eachInstructionSet { isa in
      for line in golden {
        var state = ck_mt()
        ck_mt_seed(&state, UInt64(line[1])!)
        let n = Int(line[2])!
        let got: [String]
        switch line[0] {
        case "uniform32", "normal32":
          got = draw32(&state, n, normal: line[0] == "normal32").map { String($0.bitPattern, radix: 16) }
        case "uniform64":
          got = draw64(&state, n, normal: false).map { String($0.bitPattern, radix: 16) }
        case "normal64":
          // The C library's logarithm, sine and cosine may be another version than PyTorch's: the last bits are free.
          let values = draw64(&state, n, normal: true)
          let want = line.dropFirst(3).map { Double(bitPattern: UInt64($0, radix: 16)!) }
          #expect(zip(values, want).allSatisfy { abs($0 - $1) <= 1e-14 * abs($1) }, "\(isa) \(line[0]) \(line[1]) \(n)")
          continue
        case "sum":
          got = [String(draw32(&state, n, normal: true).reduce(UInt64(0)) { $0 &+ UInt64($1.bitPattern) })]
        default:
          var values = [Int64](repeating: -1, count: n)
          switch line[0] {
          case "permutation": ck_mt_randperm(&state, Int64(n), &values)
          case "integers": ck_mt_integers(&state, Int64(n), -5, 1000, &values)
          default: ck_mt_integers(&state, Int64(n), -9, 1 << 45, &values)
          }
          got = values.map { String($0) }
        }
        #expect(got == line.dropFirst(3).map { String($0) }, "\(isa) \(line[0]) seed \(line[1]) count \(n)")
      }
    }
  }

  @Test func countersGiveTheSameValuesFromAnyCount() {
    var first: [Float] = []
    eachInstructionSet { isa in
      var long = [Float](repeating: .nan, count: 40_000)
      ck_philox_normal(7, 9, 40_000, &long)
      for n in [0, 1, 3, 4, 5, 63, 64, 65, 1000] {
        var short = [Float](repeating: .nan, count: n)
        ck_philox_normal(7, 9, Int64(n), &short)
        #expect(short == Array(long.prefix(n)), "\(isa) \(n)")
      }
      if first.isEmpty { first = long }
      #expect(first == long, "\(isa): another instruction set, other values")
      let mean = long.reduce(0, +) / 40_000
      let variance = long.reduce(0) { $0 + $1 * $1 } / 40_000
      #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.03)
      var other = [Float](repeating: .nan, count: 100)
      ck_philox_normal(7, 10, 100, &other)
      #expect(other != Array(long.prefix(100)))
    }
  }

  @Test func countersAreThePublishedGenerator() {
    // Known answer of Philox4x32-10 for counter and key zero, from the authors' Random123 test vectors.
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    eachInstructionSet { isa in
      var out = [Float](repeating: .nan, count: 4)
      ck_philox_uniform(0, 0, 4, &out)
      #expect(out == words.map { Float($0 >> 8) * 0x1p-24 }, "\(isa)")
    }
  }
}
