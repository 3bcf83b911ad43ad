import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The linear filters and XDoG against SciPy (and OpenCV, whose agreement the golden script asserts).
@Suite(.serialized) @MainActor struct FilterGoldenTests {
  private struct Facts: Decodable {
    var picture: String
    var kernel: String?
    var border: String?
    var flip: Bool?
    var sigma, truncate, k, p, tau, epsilon, phi, smoothing: Double?
  }

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Fixtures.golden("filters.safetensors")) }

  /// Runs a comparison over all cases of a family and returns their number.
  private func each(_ family: String, tolerance: Double, _ work: (Tensor, Facts) throws -> Tensor) throws -> Int {
    var cases = 0
    for name in file.keys.sorted() where name.hasPrefix(family + "/") {
      guard let text = file.metadata[name] else { continue }
      let facts = try JSONDecoder().decode(Facts.self, from: Data(text.utf8))
      let result = try work(file.tensor("picture/" + facts.picture), facts)
      let gap = try difference(result, file.tensor(name))
      #expect(gap <= tolerance, "\(name) differs by \(gap)")
      cases += 1
    }
    return cases
  }

  @Test(.proves("filters.convolve")) func `convolve equals SciPy and OpenCV`() throws {
    let cases = try each("convolve", tolerance: 1e-4) { picture, facts in
      let options = Filters.Convolution(border: Border(rawValue: facts.border!)!, flip: facts.flip ?? false)
      return try Filters.convolve(picture, file.tensor("kernel/" + facts.kernel!), options)
    }
    #expect(cases > 60)
  }

  @Test(.proves("filters.gaussian")) func `gaussian equals SciPy and OpenCV`() throws {
    let cases = try each("gaussian", tolerance: 2e-6) { picture, facts in
      try Filters.gaussian(
        picture, sigma: facts.sigma!, truncate: facts.truncate!, border: Border(rawValue: facts.border!)!)
    }
    #expect(cases > 50)
  }

  @Test(.proves("filters.xdog")) func `xdog equals its formula over SciPy's Gaussians`() throws {
    let cases = try each("xdog", tolerance: 1e-4) { picture, facts in
      var options = Filters.XDoG()
      options.sigma = facts.sigma!
      options.k = facts.k!
      options.form = facts.p.map { .sharpened(p: $0) } ?? .difference(tau: facts.tau!)
      options.epsilon = facts.epsilon
      options.phi = facts.phi
      return try Filters.xdog(picture, options)
    }
    #expect(cases == 12)
  }

  @Test func `the structure tensor equals SciPy's Sobel products`() throws {
    let cases = try each("structure", tolerance: 1e-6) { picture, facts in
      try Filters.structureTensor(picture.unsqueeze(0), smoothing: facts.smoothing!).squeeze(0)
    }
    #expect(cases == 1)
  }
}
