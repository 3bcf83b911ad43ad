import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The bilateral family: against OpenCV, against the definition, and the grid against the exact filter.
@Suite(.serialized) @MainActor struct BilateralTests {
  private struct Facts: Decodable {
    var picture, border: String
    var diameter: Int
    var sigmaColor, sigmaSpace: Double
  }

  @Test(.proves("filters.bilateral")) func `bilateral equals OpenCV`() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("bilateral.safetensors"))
    var cases = 0
    for name in file.keys.sorted() where name.hasPrefix("bilateral/") {
      let facts = try JSONDecoder().decode(Facts.self, from: Data(#require(file.metadata[name]).utf8))
      let options = Filters.Bilateral(
        sigmaColor: facts.sigmaColor, sigmaSpace: facts.sigmaSpace, diameter: facts.diameter,
        border: Border(rawValue: facts.border)!)
      let gap = try difference(
        Filters.bilateral(file.tensor("picture/" + facts.picture), options), file.tensor(name))
      #expect(gap <= 3e-6, "\(name) differs by \(gap)")
      cases += 1
    }
    #expect(cases == 18)
  }

  @Test(
    .proves("filters.joint_bilateral"),
    arguments: [[1, 3, 1], [2, 1, 1], [3, 3, 5], [1, 5, 3], [2, 1, 3], [1, 2, 4]])
  func `joint bilateral equals its definition`(counts: [Int]) throws {
    let (images, channels, guides) = (counts[0], counts[1], counts[2])
    let picture = try Pictures.noise([images, channels, 13, 41])
    let guide = try Pictures.noise(images == 2 ? [guides, 13, 41] : [images, guides, 13, 41], seed: 5)
    let options = Filters.Bilateral(sigmaColor: 0.4, sigmaSpace: 2, diameter: 7)
    let fast = try Filters.jointBilateral(picture, guide: guide, options)
    // In double precision the filter is the definition, tap by tap.
    let plain = try Filters.jointBilateral(picture.to(.f64), guide: guide.to(.f64), options)
    #expect(try plain.dtype == .f64 && difference(fast, plain) < 2e-6)
  }

  @Test func `the definition agrees with plain loops`() throws {
    let (height, width, radius) = (6, 7, 2)
    let picture = try Pictures.noise([3, height, width], .f64), guide = try Pictures.noise([2, height, width], seed: 9)
    let options = Filters.Bilateral(sigmaColor: 0.3, sigmaSpace: 1.5, diameter: 5, border: .replicate)
    // Two channels are grey and alpha: only the first counts.
    let result = try Filters.jointBilateral(picture, guide: guide.to(.f64), options).doubles()
    let x = try picture.doubles(), g = try guide.doubles()
    for c in 0..<3 {
      for y in 0..<height {
        for i in 0..<width {
          var (sum, total) = (0.0, 0.0)
          for dy in -radius...radius {
            for dx in -radius...radius where dy * dy + dx * dx <= radius * radius {
              let row = min(max(y + dy, 0), height - 1), column = min(max(i + dx, 0), width - 1)
              let gap = g[row * width + column] - g[y * width + i]
              let weight = exp(-Double(dy * dy + dx * dx) / 4.5 - gap * gap / 0.18)
              sum += weight * x[(c * height + row) * width + column]
              total += weight
            }
          }
          #expect(abs(result[(c * height + y) * width + i] - sum / total) < 1e-9)
        }
      }
    }
  }

  @Test func `the grid comes near the exact filter inside the picture`() throws {
    let picture = try Pictures.scene(150, 170)
    for sigma in [4.0, 9.0] {
      var exact = Filters.Bilateral(sigmaColor: 0.3, sigmaSpace: sigma, diameter: 6 * Int(sigma) + 1)
      let wanted = try Filters.bilateral(picture, exact)
      exact.diameter = 0
      exact.mode = .grid
      let grid = try Filters.bilateral(picture, exact)
      let margin = 3 * Int(sigma)
      func inner(_ t: Tensor) throws -> Tensor {
        try t.narrow(1, margin, 150 - 2 * margin).narrow(2, margin, 170 - 2 * margin)
      }
      #expect(try difference(inner(grid), inner(wanted)) < 0.02)
      #expect(try (inner(grid) - inner(wanted)).abs().mean().item() < 0.003)
    }
  }

  @Test func `settings that make no sense are refused`() throws {
    let picture = try Pictures.noise([3, 9, 9])
    func refused(_ part: String, _ options: Filters.Bilateral) {
      let text = message { _ = try Filters.bilateral(picture, options) }
      #expect(text.hasPrefix("filters.bilateral: ") && text.contains(part), "\(text)")
    }
    refused("mode = \"grid\"", .init(sigmaSpace: 300))
    refused("no diameter", .init(diameter: 9, mode: .grid))
    refused("at least 1 pixel", .init(sigmaSpace: 0.5, mode: .grid))
    refused("between 0.001 and 1000", .init(sigmaColor: 0))
    #expect(try Filters.bilateral(picture, .init(sigmaSpace: 300, mode: .grid)).shape == picture.shape)
  }
}
