import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Metrics

/// Metrics beside scikit-image's values (Scripts/golden/metrics.py).
@Suite(.serialized) @MainActor struct GoldenMetrics {
  private struct Facts: Decodable {
    struct Options: Decodable {
      var gaussian_weights: Bool
      var use_sample_covariance: Bool
      var sigma, K1, K2, data_range: Double?
      var win_size: Int?
    }

    var value: Double
    var options: Options?
    var weights: [Double]?
  }

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Fixtures.golden("metrics.safetensors")) }

  /// The cases of a metric: the pair's name, the case's key, its facts.
  private func cases(_ metric: String) throws -> [(name: String, key: String, facts: Facts)] {
    try file.metadata.keys.sorted().compactMap { key in
      let parts = key.split(separator: "/")
      guard parts.count > 1, parts[1] == metric else { return nil }
      return (String(parts[0]), key, try JSONDecoder().decode(Facts.self, from: Data(file.metadata[key]!.utf8)))
    }
  }

  private func pair(_ name: String) throws -> (Tensor, Tensor) {
    (try file.tensor(name + "/a"), try file.tensor(name + "/b"))
  }

  private static func settings(_ options: Facts.Options) -> Metrics.Similarity {
    var settings = Metrics.Similarity()
    settings.gaussianWeights = options.gaussian_weights
    settings.useSampleCovariance = options.use_sample_covariance
    settings.sigma = options.sigma ?? settings.sigma
    settings.windowSize = options.win_size ?? settings.windowSize
    settings.k1 = options.K1 ?? settings.k1
    settings.k2 = options.K2 ?? settings.k2
    settings.dataRange = options.data_range ?? settings.dataRange
    return settings
  }

  @Test("Mean squares and signal-to-noise ratios", .proves("metrics.mse", "metrics.psnr"))
  func squares() throws {
    for (name, key, facts) in try cases("mse") {
      let (a, b) = try pair(name)
      #expect(try abs(Metrics.mse(a, b) - facts.value) < 1e-8, "\(key)")
      #expect(try abs(Metrics.mse(a.to(.f64), b) - facts.value) < 1e-12, "\(key)")
    }
    let ratios = try cases("psnr")
    for (name, key, facts) in ratios {
      let (a, b) = try pair(name)
      #expect(try abs(Metrics.psnr(a, b) - facts.value) < 1e-5, "\(key)")
      let wide = try Metrics.psnr(a * 255, b * 255, dataRange: 255)
      #expect(abs(wide - facts.value) < 1e-5, "\(key)")
    }
    #expect(ratios.count == 5)
  }

  @Test("Edge preservation beside NumPy's correlation of SciPy's Laplacians", .proves("metrics.edge_preservation"))
  func edges() throws {
    let all = try cases("edge_preservation")
    #expect(all.count == 5)
    for (name, key, facts) in all {
      let (a, b) = try pair(name)
      #expect(try abs(Metrics.edgePreservation(a, b) - facts.value) < 1e-9, "\(key)")
      #expect(try abs(Metrics.edgePreservation(a, 1 - a * 3) + 1) < 1e-6, "\(key): a negative")
    }
    let flat = try Tensor.full([3, 5, 5], 0.3), noise = try Tensor.normalNoise([3, 5, 5], seed: 1)
    #expect(try Metrics.edgePreservation(flat, flat) == 1 && Metrics.edgePreservation(flat, noise) == 0)
    #expect(throws: EngineError.self) { try Metrics.edgePreservation(flat.narrow(1, 0, 2), flat.narrow(1, 0, 2)) }
  }

  @Test("Structural similarity and its map", .proves("metrics.ssim"))
  func similarity() throws {
    let all = try cases("ssim")
    #expect(all.count == 21)
    for (name, key, facts) in all {
      let (a, b) = try pair(name)
      let settings = Self.settings(try #require(facts.options))
      #expect(try abs(Metrics.ssim(a, b, settings) - facts.value) < 1e-7, "\(key)")
      guard name != "square" else { continue }
      let (value, map) = try Metrics.ssimMap(a, b, settings)
      #expect(abs(value - facts.value) < 1e-7, "\(key)")
      try expectClose(map, file.tensor(key + "/map"), within: 1e-6, key)
    }
  }

  @Test("Structural similarity over scales", .proves("metrics.ms_ssim"))
  func scales() throws {
    let (a, b) = try pair("scales")
    for (_, key, facts) in try cases("ms_ssim") {
      let weights = try #require(facts.weights)
      // Every picture is measured alone; the script flips one of its three from top to bottom.
      let three = try Tensor.stack([a, 1 - a, a.flip([0])])
      let value =
        weights.count == 5
        ? try Metrics.msSsim(a, b) : try Metrics.msSsim(three, Tensor.stack([b, b, b]), weights: weights)
      #expect(abs(value - facts.value) < 1e-6, "\(key): \(value)")
    }
  }

  @Test("Gram distances by their definition", .proves("metrics.gram_distance"))
  func gram() throws {
    let shapes: [(a: [Int], b: [Int])] = [
      ([4, 5, 6], [4, 7, 3]), ([2, 3, 4, 4], [2, 3, 2, 9]), ([1, 8, 8], [1, 8, 8]),
    ]
    for (shape, other) in shapes {
      let a = try Tensor.normalNoise(shape, seed: 1), b = try Tensor.normalNoise(other, seed: 2)
      func sizes(_ axes: Int) -> [Double] { [shape, other].map { Double($0.suffix(axes).reduce(1, *)) } }
      let divisors = ["none": [1, 1], "hw": sizes(2), "chw": sizes(3)]
      for (normalize, divisors) in divisors {
        let expected = try Self.gramDistance(a, b, divisors)
        let value = try Metrics.gramDistance(a, b, normalize: normalize)
        #expect(abs(value - expected) < 1e-5 * max(expected, 1e-3), "\(shape) \(normalize): \(value), \(expected)")
      }
    }
  }

  /// Sums over every pair of channels and every place, one by one.
  private static func gramDistance(_ a: Tensor, _ b: Tensor, _ divisors: [Double]) throws -> Double {
    let batch = a.rank == 4 ? a.shape[0] : 1, channels = a.shape[a.rank - 3]
    func products(_ x: Tensor, _ divisor: Double) throws -> [Double] {
      let values = try x.doubles(), places = values.count / (batch * channels)
      var products: [Double] = []
      for n in 0..<batch {
        for i in 0..<channels {
          for j in 0..<channels {
            let (p, q) = ((n * channels + i) * places, (n * channels + j) * places)
            products.append((0..<places).reduce(0) { $0 + values[p + $1] * values[q + $1] } / divisor)
          }
        }
      }
      return products
    }
    let (left, right) = (try products(a, divisors[0]), try products(b, divisors[1]))
    return zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(left.count)
  }
}
