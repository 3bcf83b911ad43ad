import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// The domain transform, what is built on it, and smoothing by gradients, against the papers' formulas in NumPy in f64;
/// the golden script asserts that OpenCV and medpy agree where they have them.
@Suite(.serialized) @MainActor struct DomainGoldenTests {
  private struct Facts: Decodable {
    var picture: String
    var mode: String?
    var iterations: Int?
    var space, color, shade, kappa, step, cost: Double?
  }

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Fixtures.golden("filters_domain.safetensors")) }

  /// Runs a comparison over all cases of a family, in f32 and in f64, which take different code, and returns the number
  /// of cases.
  private func each(_ family: String, tolerance: Double, _ work: (Tensor, Facts) throws -> Tensor) throws -> Int {
    var cases = 0
    for name in file.keys.sorted() where name.hasPrefix(family + "/") {
      guard let text = file.metadata[name] else { continue }
      let facts = try JSONDecoder().decode(Facts.self, from: Data(text.utf8))
      let picture = try file.tensor("picture/" + facts.picture), wanted = try file.tensor(name)
      for type in [ElementType.f32, .f64] {
        let gap = try difference(work(picture.to(type), facts), wanted.to(type))
        #expect(gap <= tolerance, "\(name) of \(type) differs by \(gap)")
      }
      cases += 1
    }
    return cases
  }

  @Test(.proves("filters.domain_transform")) func `domain_transform equals the paper's formulas and OpenCV`() throws {
    let cases = try each("domain", tolerance: 2e-6) { picture, facts in
      var options = Filters.DomainTransform()
      options.mode = DomainMode(rawValue: facts.mode!)!
      options.sigmaSpace = facts.space!
      options.sigmaColor = facts.color!
      options.iterations = facts.iterations!
      return try Filters.domainTransform(picture, options)
    }
    #expect(cases == 21)
  }

  @Test(.proves("filters.detail_enhance")) func `detail_enhance equals its formula over scikit-image's Lab`() throws {
    let cases = try each("detail", tolerance: 2e-5) { picture, facts in
      var options = Filters.DetailEnhance()
      options.sigmaSpace = facts.space!
      options.sigmaColor = facts.color!
      return try Filters.detailEnhance(picture, options)
    }
    #expect(cases == 1)
  }

  @Test(.proves("filters.pencil_sketch")) func `pencil_sketch equals counted boxes and OpenCV`() throws {
    let cases = try each("pencil", tolerance: 1e-6) { picture, facts in
      var options = Filters.PencilSketch()
      options.mode = PencilMode(rawValue: facts.mode!)!
      options.sigmaSpace = facts.space!
      options.sigmaColor = facts.color!
      options.shade = facts.shade!
      return try Filters.pencilSketch(picture, options)
    }
    #expect(cases == 2)
  }

  @Test(.proves("filters.stylize")) func `stylize equals its formula and OpenCV`() throws {
    let cases = try each("stylize", tolerance: 1e-5) { picture, facts in
      var options = Filters.Stylize()
      options.sigmaSpace = facts.space!
      options.sigmaColor = facts.color!
      return try Filters.stylize(picture, options)
    }
    #expect(cases == 1)
  }

  @Test(.proves("filters.l0_smooth")) func `l0_smooth equals a direct solution`() throws {
    let cases = try each("l0", tolerance: 2e-4) { picture, facts in
      var options = Filters.L0Smooth()
      options.lambda = facts.cost!
      options.kappa = facts.kappa!
      return try Filters.l0Smooth(picture, options)
    }
    #expect(cases == 6)
  }

  @Test(.proves("filters.diffusion")) func `diffusion equals its formula and medpy`() throws {
    let cases = try each("diffusion", tolerance: 1e-6) { picture, facts in
      var options = Filters.Diffusion()
      options.mode = DiffusionMode(rawValue: facts.mode!)!
      options.iterations = facts.iterations!
      options.kappa = facts.kappa!
      options.step = facts.step!
      return try Filters.diffusion(picture, options)
    }
    #expect(cases == 12)
  }
}
