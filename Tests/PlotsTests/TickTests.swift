import Plots
import Testing

/// Numbers beside axes.
@Suite(.serialized) @MainActor struct TickTests {
  /// An axis and what stands beside it.
  struct Row: CustomTestStringConvertible, Sendable {
    let low, high: Double
    let most: Int
    let labels: [String]
    var isLog = false
    var testDescription: String { "\(low) to \(high)\(isLog ? ", logarithmic" : "")" }

    init(_ low: Double, _ high: Double, _ most: Int, _ labels: [String], isLog: Bool = false) {
      (self.low, self.high, self.most, self.labels, self.isLog) = (low, high, most, labels, isLog)
    }
  }

  nonisolated static let rows = [
    Row(0, 1, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    Row(0, 0.1 + 0.2, 4, ["0.0", "0.1", "0.2", "0.3"]),
    Row(-1, 1, 5, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
    Row(-0.05, 0.05, 3, ["-0.05", "0.00", "0.05"]),
    Row(0, 100, 5, ["0", "50", "100"]),
    Row(3, 17, 8, ["4", "6", "8", "10", "12", "14", "16"]),
    Row(0, 1e-9, 6, ["0", "2e-10", "4e-10", "6e-10", "8e-10", "1e-9"]),
    Row(1, 1 + 3e-9, 4, ["1.000000000", "1.000000001", "1.000000002", "1.000000003"]),
    Row(0, 1e12, 3, ["0", "5e11", "1e12"]),
    Row(1e12, 1e12 + 2, 3, ["1000000000000", "1000000000001", "1000000000002"]),
    Row(0, 120_000, 4, ["0", "50000", "100000"]),
    Row(0, 3_000_000, 4, ["0", "1e6", "2e6", "3e6"]),
    Row(-2.5e300, 1e300, 8, ["-2.5e300", "-2e300", "-1.5e300", "-1e300", "-5e299", "0", "5e299", "1e300"]),
    Row(0, 3e-280, 4, ["0", "1e-280", "2e-280", "3e-280"]),
    Row(1, 1000, 8, ["1", "10", "100", "1000"], isLog: true),
    Row(1e-6, 1, 8, ["1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "0.1", "1"], isLog: true),
    Row(1, 1e12, 4, ["1", "1e4", "1e8", "1e12"], isLog: true),
    Row(1, 9, 4, ["1", "2", "5"], isLog: true),
    Row(0.3, 0.6, 5, ["0.3", "0.4", "0.5", "0.6"], isLog: true),
    Row(20, 90, 3, ["20", "50"], isLog: true),
    Row(101, 109, 5, ["102", "104", "106", "108"], isLog: true),
  ]

  @Test(arguments: rows) func labels(_ row: Row) {
    let scale = Scale(fitting: row.low, row.high, isLog: row.isLog, padding: 0)
    #expect(scale.ticks(most: row.most).map(\.label) == row.labels)
  }

  @Test("Ticks are at the numbers that they name, and never more than asked for") func values() throws {
    for (index, (a, b)) in zip(noise(300, seed: 5), noise(300, seed: 6)).enumerated() {
      let power = [1e-8, 1e-3, 1, 1e5, 1e11][index % 5]
      let (low, high) = (min(a, b) * power, max(a, b) * power)
      for isLog in [false, true] {
        let scale = Scale(fitting: low, high, isLog: isLog, padding: 0.05)
        for most in 2...9 {
          let ticks = scale.ticks(most: most)
          #expect((1...most).contains(ticks.count), "\(low) to \(high), at most \(most)")
          #expect(Set(ticks.map(\.label)).count == ticks.count, "labels are told apart")
          for tick in ticks {
            #expect(try #require(Double(tick.label)) == tick.value, "\(tick)")
            #expect((-1e-6...1 + 1e-6).contains(scale.place(tick.value)), "\(tick) lies on the axis")
          }
        }
      }
    }
  }

  @Test("An axis of one value is around it") func constant() {
    for value in [0, 5, -3e-9, 1e12, 1e300, 5e-324] {
      let scale = Scale(fitting: value, value, isLog: false, padding: 0.05)
      #expect(abs(scale.place(value) - 0.5) < 1e-9, "\(value)")
      #expect(!scale.ticks(most: 5).isEmpty, "\(value)")
    }
    #expect(Scale(fitting: 5e-324, 5e-324, isLog: true, padding: 0).place(5e-324) == 0.5)
  }
}
