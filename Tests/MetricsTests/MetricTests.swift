import Surface
import TensorCore
import TestSupport
import Testing

import Metrics

/// The similarity kernel beside its definition, what metrics refuse, and what they leave alone.
@Suite(.serialized) @MainActor struct MetricTests {
  /// Structural similarity window by window, straight from the definition: central moments instead of differences of
  /// raw ones.
  private static func plain(_ a: Tensor, _ b: Tensor, _ window: SimilarityWindow) throws -> [Double] {
    let (x, y) = (try a.doubles(), try b.doubles()), taps = window.taps.count
    let (height, width) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    var results: [Double] = []
    for plane in 0..<a.count / (height * width) {
      for top in 0...height - taps {
        for left in 0...width - taps {
          var places: [(place: Int, weight: Double)] = []
          for i in 0..<taps {
            for j in 0..<taps {
              places.append(((plane * height + top + i) * width + left + j, window.taps[i] * window.taps[j]))
            }
          }
          let mx = places.reduce(0) { $0 + $1.weight * x[$1.place] }
          let my = places.reduce(0) { $0 + $1.weight * y[$1.place] }
          func moment(_ p: [Double], _ mp: Double, _ q: [Double], _ mq: Double) -> Double {
            window.covariance * places.reduce(0) { $0 + $1.weight * (p[$1.place] - mp) * (q[$1.place] - mq) }
          }
          let contrast =
            (2 * moment(x, mx, y, my) + window.c2) / (moment(x, mx, x, mx) + moment(y, my, y, my) + window.c2)
          results.append(contrast * (2 * mx * my + window.c1) / (mx * mx + my * my + window.c1))
        }
      }
    }
    return results
  }

  @Test("The kernel equals the definition, at every width of its blocks", arguments: [1, 2, 3, 4, 7, 11])
  func definition(_ taps: Int) throws {
    let weights = (0..<taps).map { 1 + Double($0 * (taps - 1 - $0)) }
    let sum = weights.reduce(0, +)
    let window = SimilarityWindow(taps: weights.map { $0 / sum }, c1: 1e-4, c2: 9e-4, covariance: 1.1)
    for shape in [
      [taps, taps], [2, taps + 2, taps + 6], [1, 2, taps + 1, taps + 7], [taps + 3, taps + 8], [12, 41],
    ] {
      let a = try Tensor.normalNoise(shape, seed: 3), b = try a * 0.7 + Tensor.normalNoise(shape, seed: 4) * 0.2
      let expected = try Self.plain(a, b, window)
      let (means, map) = try a.similarity(to: b, window, map: true)
      let values = try #require(map).doubles()
      #expect(values.count == expected.count)
      for (value, wanted) in zip(values, expected) { #expect(abs(value - wanted) < 1e-6) }
      let mean = means.reduce(0) { $0 + $1.similarity } / Double(means.count)
      #expect(abs(mean - expected.reduce(0, +) / Double(expected.count)) < 1e-12, "\(shape)")
    }
  }

  /// Noise from 0 to 1.
  private func noise(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try (Tensor.normalNoise(shape, seed: seed) * 0.25 + 0.5).clamp(0, 1)
  }

  @Test("Threads and layouts change no bit; equal pictures give exactly 1")
  func exact() throws {
    let before = Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let a = try noise([3, 200, 301], seed: 5)
    let b = try (a + Tensor.normalNoise([3, 200, 301], seed: 6) * 0.1).clamp(0, 1)
    let turned = (try a.transpose(1, 2).contiguous().transpose(1, 2), try b.flip([2]).flip([2]))
    var values: Set<Double> = []
    for threads in [1, 2, 5] {
      try Runtime.setThreads(threads)
      values.insert(try Metrics.ssim(a, b))
      values.insert(try Metrics.ssim(turned.0, turned.1))
      #expect(try Metrics.ssim(a, a) == 1 && Metrics.msSsim(a, a) == 1)
    }
    #expect(values.count == 1)
    #expect(try Metrics.psnr(a, a) == .infinity && Metrics.mse(a, a) == 0 && Metrics.gramDistance(a, a) == 0)
  }

  @Test("Nothing is recorded, and nothing changed") func reading() throws {
    let a = try noise([1, 170, 170], seed: 7), b = try noise([1, 170, 170], seed: 8)
    let bytes = try elementBytes(a)
    try a.setRequiresGradient()
    _ = try (Metrics.mse(a, b), Metrics.ssim(a, b), Metrics.msSsim(a, b), Metrics.gramDistance(a, b))
    let map = try Metrics.ssimMap(a, b).map
    #expect(!map.requiresGradient && a.gradient == nil && map.shape == a.shape)
    #expect(try elementBytes(a) == bytes)
  }

  @Test("An interrupt ends a comparison") func interrupt() throws {
    let a = try Tensor.zeros([200, 200])
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try Metrics.ssim(a, a) }
  }

  /// Calls an entry as a script would.
  private func call(_ name: String, _ a: Value, _ b: Value, _ options: [(String, Value)] = []) throws {
    let function = try #require(MetricEntries.all().first { $0.name == name })
    let given: Value = .table(Table(fields: options.map { (key: $0.0, value: $0.1) }))
    try [a, b, given].withUnsafeBufferPointer {
      let arguments = Arguments(function, $0.baseAddress!, count: options.isEmpty ? 2 : 3)
      try arguments.checkCount()
      _ = try function.body(arguments)
    }
  }

  @Test("Bad input is refused in one clear sentence") func refusals() throws {
    let small = Value.object(try Tensor.zeros([3, 10, 200])), other = Value.object(try Tensor.zeros([3, 200, 10]))
    let middle = Value.object(try Tensor.zeros([160, 300])), bytes = Value.object(try Tensor.zeros([20, 20], .u8))
    let empty = Value.object(try Tensor.zeros([0, 4]))
    func refused(_ text: String, _ name: String, _ a: Value, _ b: Value, _ options: (String, Value)...) {
      #expect(message { try call(name, a, b, options) } == text)
    }
    refused("metrics.mse: expected two tensors of one shape, got 3×10×200 and 3×200×10", "mse", small, other)
    refused("metrics.psnr: expected tensors with elements, got two of 0×4", "psnr", empty, empty)
    refused("metrics.mse: argument 2 ('b') must be a tensor, got 3", "mse", small, .integer(3))
    refused(
      "metrics.psnr: option 'data_range' must be between 1e-30 and 1e+30, got -1", "psnr", small, small,
      ("data_range", .number(-1)))
    refused(
      "metrics.ssim: expected pictures of at least 11×11 pixels, the size of the window, got 10×200", "ssim", small,
      small)
    refused(
      "metrics.ssim: expected two pictures H×W, C×H×W or N×C×H×W of one shape, got 160×300 and 20×20", "ssim", middle,
      bytes)
    refused(
      "metrics.ssim: expected pictures of floating-point numbers, got u8 and u8; convert them with t:to(\"f32\") and "
        + "name their data_range", "ssim", bytes, bytes)
    refused(
      "metrics.ssim: option 'win_size' is the side of the uniform window; add gaussian_weights = false, or give sigma",
      "ssim", middle, middle, ("win_size", .integer(9)))
    refused(
      "metrics.ssim: expected an odd win_size of 3 or more, got 8", "ssim", middle, middle,
      ("gaussian_weights", .bool(false)), ("win_size", .integer(8)))
    refused(
      "metrics.ssim: option 'sigma' must be between 0.2 and 100 pixels, got NaN", "ssim", middle, middle,
      ("sigma", .number(.nan)))
    refused(
      "metrics.ms_ssim: expected pictures of at least 161×161 pixels, so that 5 scales fit, got 160×300; "
        + "use metrics.ssim, or give fewer weights", "ms_ssim", middle, middle)
    refused(
      "metrics.ms_ssim: expected 1 to 12 weights of 0 or more, one for each scale, got [-1.0]", "ms_ssim", middle,
      middle, ("weights", .table(Table(list: [.number(-1)]))))
    refused(
      "metrics.gram_distance: expected features C×H×W or N×C×H×W of floating-point numbers, got a tensor of 160×300 "
        + "f32", "gram_distance", middle, middle)
    refused(
      "metrics.gram_distance: expected two sets of equally many features, got 3×10×200 and 1×160×300; compare the "
        + "features of one layer; only height and width may differ", "gram_distance", small,
      .object(try Tensor.zeros([1, 160, 300])))
  }
}
