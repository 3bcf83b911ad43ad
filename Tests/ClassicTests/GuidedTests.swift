import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The guided filter against the paper's algorithm over OpenCV's box sums, and its own definition.
@Suite(.serialized) @MainActor struct GuidedTests {
  private struct Facts: Decodable {
    var picture, guide: String
    var radius: Int
    var eps: Double
  }

  @Test(.proves("filters.guided")) func `guided equals the paper's algorithm`() throws {
    let file = try SafetensorsFile(path: Fixtures.golden("bilateral.safetensors"))
    var cases = 0
    for name in file.keys.sorted() where name.hasPrefix("guided/") {
      let facts = try JSONDecoder().decode(Facts.self, from: Data(#require(file.metadata[name]).utf8))
      let picture = try file.tensor("picture/" + facts.picture), guide = try file.tensor("picture/" + facts.guide)
      for given in [true, false] where given || facts.guide == facts.picture {
        let result = try Filters.guided(
          picture, guide: given ? guide : nil, radius: facts.radius, epsilon: facts.eps)
        let gap = try difference(result, file.tensor(name))
        #expect(gap <= 1e-5, "\(name) differs by \(gap)")
      }
      cases += 1
    }
    #expect(cases == 6)
  }

  @Test(arguments: [[1, 3, 3], [2, 1, 3], [2, 3, 1], [3, 5, 1]])
  func `the kernel agrees with tensor operations`(counts: [Int]) throws {
    let picture = try Pictures.noise([counts[0], counts[1], 105, 211])
    let guide = try Pictures.noise([counts[0] == 2 ? 1 : counts[0], counts[2], 105, 211], seed: 3)
    for radius in [1, 7, 60] {
      let fast = try Filters.guided(picture, guide: guide, radius: radius, epsilon: 0.01)
      let plain = try Filters.guided(picture.to(.f64), guide: guide.to(.f64), radius: radius, epsilon: 0.01)
      #expect(try plain.dtype == .f64 && difference(fast, plain) < 3e-6)
    }
  }

  @Test func `a line over the guide stays, an edge of the guide does not blur`() throws {
    let guide = try Pictures.scene(40, 60)
    let line = try guide.narrow(0, 0, 1) * 0.5 - guide.narrow(0, 1, 1) * 0.25 + guide.narrow(0, 2, 1) * 0.1 + 0.3
    #expect(try difference(Filters.guided(line, guide: guide, radius: 3, epsilon: 1e-6), line) < 2e-3)
    let noise = try Pictures.noise([1, 40, 60])
    #expect(try Filters.guided(noise, guide: guide, radius: 6, epsilon: 0.1).std().item() < 0.35 * noise.std().item())
  }

  @Test(.checksGradient(of: "filters.guided", "filters.bilateral", "filters.joint_bilateral"))
  func `the gradient reaches picture and guide`() throws {
    let picture = try Pictures.noise([2, 5, 6], .f64), guide = try Pictures.noise([3, 5, 6], seed: 8, .f64)
    try follows(picture) { try Filters.guided($0, guide: guide, radius: 2, epsilon: 0.05) }
    try follows(guide) { try Filters.guided(picture, guide: $0, radius: 1, epsilon: 0.05) }
    let joint = Filters.Bilateral(sigmaColor: 0.5, sigmaSpace: 1.5, diameter: 3)
    try follows(guide) { try Filters.jointBilateral(picture, guide: $0, joint) }
    try follows(picture) { try Filters.jointBilateral($0, guide: guide, joint) }
    try follows(guide) { try Filters.bilateral($0, joint) }
  }

  @Test func `guides that do not fit are refused`() throws {
    let picture = try Pictures.noise([3, 9, 9])
    func refused(_ part: String, _ guide: Tensor) {
      let text = message { _ = try Filters.guided(picture, guide: guide) }
      #expect(text.hasPrefix("filters.guided: ") && text.contains(part), "\(text)")
    }
    refused("as large as the picture, 9×9", try Pictures.noise([3, 9, 8]))
    refused("a guide C×H×W", try Pictures.noise([9, 9]))
    refused("a guide C×H×W", try Pictures.noise([3, 9, 9]).to(.u8))
  }
}

/// Whether the gradient agrees with the difference quotient in a direction.
@MainActor func follows(_ x: Tensor, _ f: (Tensor) throws -> Tensor) throws {
  let weights = try Pictures.noise(f(x).shape, seed: 11, .f64)
  let direction = try Pictures.noise(x.shape, seed: 12, .f64)
  func value(_ t: Double) throws -> Double { try (f(x + direction * t) * weights).sum().item() }
  let leaf = try x.copy()
  try leaf.setRequiresGradient()
  try (f(leaf) * weights).sum().backward()
  let analytic = try (leaf.gradient! * direction).sum().item(), numeric = try (value(1e-6) - value(-1e-6)) / 2e-6
  #expect(abs(analytic - numeric) <= 1e-5 * max(1, abs(numeric)), "\(analytic) and \(numeric)")
}
