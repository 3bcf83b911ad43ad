import Checkpoints
import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// Box, large Gaussians, sharpening, reliefs, derivatives, waves, edges and levels against OpenCV, scikit-image, SciPy
/// and Pillow.
@Suite(.serialized) @MainActor struct FilterLinearGoldenTests {
  private struct Facts: Decodable {
    var picture: String
    var border, relief, direction, kind: String?
    var size, height, bits, rows, columns: Int?
    var sigma, amount, angle, depth, scale, wavelength, aspect, phase, low, high, k: Double?
    var normalize: Bool?
  }

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Fixtures.golden("filters_linear.safetensors")) }

  /// Compares all cases of a family; `gap` says how far a result is from its golden.
  private func each(
    _ family: String, cases: Int, tolerance: Double, gap: (Tensor, Tensor) throws -> Double = difference,
    _ work: (Tensor, Facts) throws -> Tensor
  ) throws {
    var found = 0
    for name in file.keys.sorted() where name.hasPrefix(family + "/") {
      let text = try #require(file.metadata[name])
      let facts = try JSONDecoder().decode(Facts.self, from: Data(text.utf8))
      let result = try gap(work(file.tensor("picture/" + facts.picture), facts), file.tensor(name))
      #expect(result <= tolerance, "\(name) differs by \(result)")
      found += 1
    }
    #expect(found == cases)
  }

  private func border(_ facts: Facts) -> Border { facts.border.flatMap(Border.init) ?? .reflect101 }

  @Test(.proves("filters.box")) func `box equals OpenCV and SciPy`() throws {
    try each("box", cases: 8, tolerance: 1e-6) { picture, facts in
      try Filters.box(picture, columns: facts.size!, rows: facts.height!, border: border(facts))
    }
  }

  @Test func `large Gaussians equal SciPy up to what it cuts off`() throws {
    try each("gaussian", cases: 2, tolerance: 1.2e-4) { picture, facts in
      try Filters.gaussian(picture, sigma: facts.sigma!, border: border(facts))
    }
  }

  @Test(.proves("filters.unsharp")) func `unsharp equals scikit-image`() throws {
    try each("unsharp", cases: 3, tolerance: 2e-6) { picture, facts in
      var options = Filters.Unsharp()
      options.sigma = facts.sigma!
      options.amount = facts.amount!
      options.border = border(facts)
      return try Filters.unsharp(picture, options)
    }
  }

  @Test(.proves("filters.emboss")) func `emboss equals OpenCV and SciPy`() throws {
    try each("emboss", cases: 4, tolerance: 2e-6) { picture, facts in
      var options = Filters.Emboss()
      options.angle = facts.angle!
      options.depth = facts.depth!
      options.relief = Filters.Relief(rawValue: facts.relief!)!
      return try Filters.emboss(picture, options)
    }
  }

  @Test(.proves("filters.sobel")) func `sobel equals OpenCV and scikit-image`() throws {
    // OpenCV's whole-number kernels of size 7 add up to hundreds.
    try each("sobel", cases: 7, tolerance: 2e-4) { picture, facts in
      var options = Filters.Sobel()
      options.size = facts.size!
      options.direction = Filters.SobelDirection(rawValue: facts.direction!)!
      options.normalize = facts.normalize!
      options.scale = facts.scale!
      options.offset = 0
      return try Filters.sobel(picture, options)
    }
  }

  @Test(.proves("filters.laplacian")) func `laplacian equals OpenCV and SciPy`() throws {
    try each("laplacian", cases: 5, tolerance: 1e-3) { picture, facts in
      var options = Filters.Laplacian()
      options.kind = Filters.LaplacianKind(rawValue: facts.kind!)!
      options.size = facts.size ?? 3
      options.scale = 1
      options.offset = 0
      return try Filters.laplacian(picture, options)
    }
  }

  @Test(.proves("filters.gabor")) func `gabor equals OpenCV`() throws {
    try each("gabor", cases: 4, tolerance: 2e-5) { picture, facts in
      var options = Filters.Gabor()
      options.sigma = facts.sigma!
      options.angle = facts.angle!
      options.wavelength = facts.wavelength!
      options.aspect = facts.aspect!
      options.phase = facts.phase!
      options.size = facts.size
      options.normalize = false
      options.orientations = 1
      options.scale = 1
      let kernel = options.kernel(angle: options.angle)
      #expect(kernel.rows == facts.rows! && kernel.columns == facts.columns!)
      return try Filters.gabor(picture, options)
    }
  }

  @Test(.proves("filters.canny")) func `canny equals scikit-image in at least 99 percent of the pixels`() throws {
    let share = { (a: Tensor, b: Tensor) in try (a - b.to(.f32)).abs().mean().item() }
    try each("canny", cases: 5, tolerance: 0.01, gap: share) { picture, facts in
      var options = Filters.Canny()
      options.sigma = facts.sigma!
      options.low = facts.low!
      options.high = facts.high!
      return try Filters.canny(picture, options)
    }
  }

  @Test(.proves("filters.dog")) func `dog equals scikit-image`() throws {
    try each("dog", cases: 2, tolerance: 2e-6) { picture, facts in
      var options = Filters.DifferenceOfGaussians()
      options.sigma = facts.sigma!
      options.k = facts.k!
      options.scale = 1
      options.offset = 0
      return try Filters.dog(picture, options)
    }
  }

  @Test(.proves("filters.posterize")) func `posterize equals Pillow`() throws {
    let levels = { (a: Tensor, b: Tensor) in try difference(a * 255, b.to(.f32)) }
    try each("posterize", cases: 5, tolerance: 1e-3, gap: levels) { picture, facts in
      try Filters.posterize(picture, .bits(facts.bits!))
    }
  }
}
