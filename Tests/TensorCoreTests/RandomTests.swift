import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// PyTorch's CPU stream, draw by draw, and the counter-based generator.
@Suite(.serialized) @MainActor
struct RandomTests {
  private func golden() throws -> SafetensorsFile { try SafetensorsFile(path: Fixtures.golden("random.safetensors")) }

  private func draw(_ kind: String, _ count: Int, _ generator: RandomGenerator) throws -> Tensor? {
    switch kind {
    case "rand": try generator.uniform([count])
    case "rand64": try generator.uniform([count], .f64)
    case "randn": try generator.normal([count])
    case "randn64": try generator.normal([count], .f64)
    case "randperm": try generator.permutation(count)
    case "randint": try generator.integers([count], below: 1000)
    default: nil
    }
  }

  /// rand, randperm and randint bit for bit; randn in f32 within 2 units of the last place, in f64 within 4.
  private func compare(_ kind: String, _ actual: Tensor, _ expected: Tensor, _ what: String) throws {
    guard kind.hasPrefix("randn") else { return try expectSameBytes(actual, expected, what) }
    for (a, b) in zip(try actual.doubles(), try expected.doubles()) {
      let unit = kind == "randn" ? Double(Float(b).ulp) : b.ulp
      #expect(abs(a - b) <= (kind == "randn" ? 2 : 4) * unit, "\(what): \(a) beside \(b)")
    }
  }

  @Test("The first draws after seeding")
  func firstDraws() throws {
    let file = try golden()
    var kinds = Set<String>()
    for key in file.keys where !key.hasPrefix("sequence/") && !key.hasPrefix("init/") {
      let parts = key.split(separator: "/").map(String.init)
      let generator = RandomGenerator(seed: try #require(UInt64(parts[1])))
      guard let actual = try draw(parts[0], try #require(Int(parts[2])), generator) else {
        Issue.record("nothing draws \(key)")
        continue
      }
      kinds.insert(parts[0])
      try compare(parts[0], actual, file.tensor(key), key)
    }
    #expect(kinds == ["rand", "rand64", "randn", "randn64", "randperm", "randint"])
  }

  private struct Step: Decodable {
    let kind: String
    let count: Int

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      kind = try list.decode(String.self)
      count = try list.decode(Int.self)
    }
  }

  @Test("Several draws in a row from one generator")
  func sequences() throws {
    let file = try golden()
    let steps = try JSONDecoder().decode([Step].self, from: Data(try #require(file.metadata["sequence"]).utf8))
    let seeds = Set(file.keys.filter { $0.hasPrefix("sequence/") }.map { String($0.split(separator: "/")[1]) })
    #expect(seeds.count >= 3)
    for seed in seeds {
      let generator = RandomGenerator(seed: 99)
      generator.seed(try #require(UInt64(seed)))
      for (number, step) in steps.enumerated() {
        let key = "sequence/\(seed)/\(number)"
        let actual = try #require(try draw(step.kind, step.count, generator))
        try compare(step.kind, actual, file.tensor(key), key)
      }
    }
  }

  @Test("Shapes do not matter to the stream, and integers are refused")
  func shapes() throws {
    let a = try RandomGenerator(seed: 7).normal([6, 5]), b = try RandomGenerator(seed: 7).normal([30])
    #expect(try a.floats() == b.floats())
    #expect(try RandomGenerator(seed: 7).uniform([0]).count == 0)
    #expect(
      message { _ = try RandomGenerator(seed: 7).uniform([2], .i32) } == "rand: expected a floating-point type, got i32"
    )
    #expect(
      message { _ = try RandomGenerator(seed: 7).permutation(-1) } == "randperm: expected a number of 0 or more, got -1"
    )
  }

  @Test("A stream goes on from a snapshot, half-used pairs of normal numbers included")
  func snapshots() throws {
    for draws in [0, 1, 3, 700] {
      let (generator, other) = (RandomGenerator(seed: 11), RandomGenerator(seed: 12))
      _ = try generator.normal([draws])  // an odd number of few leaves a spare one
      let snapshot = try generator.snapshot()
      let wanted = try [generator.normal([5]), generator.uniform([7]), generator.permutation(9)]
      try other.restore(snapshot)
      for (a, b) in zip(try [other.normal([5]), other.uniform([7]), other.permutation(9)], wanted) {
        try expectSameBytes(a, b, "after \(draws) draws")
      }
    }
  }

  @Test("What is no snapshot, and an empty range, are refused")
  func refusals() throws {
    let generator = RandomGenerator(seed: 1)
    #expect(
      message { try generator.restore(Tensor.zeros([3])) }
        == "random_state: expected i64 [627], got f32 [3]; give what atelier.random_state() returned")
    let broken = try generator.snapshot()
    try broken.narrow(0, 624, 1).fill_(9999)
    #expect(message { try generator.restore(broken) }.contains("not those of a random stream"))
    let first = try RandomGenerator(seed: 1).uniform([3]).floats()
    #expect(try generator.uniform([3]).floats() == first)
    #expect(
      message { _ = try generator.integers([2], from: 3, below: 3) }
        == "randint: expected a lower end below the upper one, got 3 and 3")
    #expect(message { _ = try generator.integers([2], from: .min, below: .max) }.contains("randint"))
  }

  @Test("Philox noise depends on seed, stream and position only")
  func philox() throws {
    let whole = try Tensor.noise([100_003], seed: 5).floats()
    #expect(try Tensor.noise([1000], seed: 5).floats() == Array(whole[..<1000]))
    #expect(try Tensor.noise([1000], seed: 5, stream: 1).floats() != Array(whole[..<1000]))
    #expect(try Tensor.noise([1000], seed: 6).floats() != Array(whole[..<1000]))
    #expect(whole.allSatisfy { $0 >= 0 && $0 < 1 })
    let before = Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let normal = try Tensor.normalNoise([100_003], seed: 5)
    for threads in [1, 2, 5] {
      try Runtime.setThreads(threads)
      #expect(try Tensor.noise([100_003], seed: 5).floats() == whole)
      try expectSameBytes(Tensor.normalNoise([100_003], seed: 5), normal, "normal noise on \(threads) threads")
    }
    #expect(abs(try normal.mean().item()) < 0.02)
    #expect(abs(try normal.std().item() - 1) < 0.02)
    #expect(abs(try Tensor.noise([100_003], seed: 5).mean().item() - 0.5) < 0.005)
  }

  /// Salmon et al., SC 2011: known answers of Philox4x32-10 for key 0, counter 0. The first word is 6627e8d5₁₆.
  @Test("Philox's published first words")
  func knownAnswer() throws {
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    let values = try Tensor.noise([4], seed: 0).floats()
    #expect(values == words.map { Float($0 >> 8) * 0x1p-24 })
  }
}
