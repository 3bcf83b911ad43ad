import Classic
import Foundation
import TensorCore
import Testing

/// What only the right filter does.
@Suite(.serialized) @MainActor struct FilterPropertyTests {
  private func dot(_ size: Int) throws -> Tensor {
    var values = [Float](repeating: 0, count: size * size)
    values[size / 2 * size + size / 2] = 1
    return try Tensor(values, [1, size, size])
  }

  private func kuwahara(_ picture: Tensor, _ mode: KuwaharaMode, _ radius: Int) throws -> Tensor {
    var options = Filters.Kuwahara()
    options.mode = mode
    options.radius = radius
    return try Filters.kuwahara(picture, options)
  }

  @Test func `a Gaussian has its variance and composes`() throws {
    let point = try dot(81)
    let once = try Filters.gaussian(point, sigma: 5, truncate: 8).doubles()
    var (mass, spread) = (0.0, 0.0)
    for (place, value) in once.enumerated() {
      let x = Double(place % 81 - 40)
      mass += value
      spread += value * x * x
    }
    #expect(abs(mass - 1) < 1e-5 && abs(spread - 25) < 1e-3)
    let twice = try Filters.gaussian(Filters.gaussian(point, sigma: 3, truncate: 8), sigma: 4, truncate: 8)
    #expect(try difference(twice, Filters.gaussian(point, sigma: 5, truncate: 8)) < 1e-6)
  }

  @Test func `large blurs of small pictures reach the mean`() throws {
    let picture = try Pictures.noise([2, 5, 9])
    let flat = try Filters.gaussian(picture, sigma: 300, border: .circular)
    #expect(try difference(flat, picture.mean([1, 2], keepdim: true).expand([2, 5, 9])) < 1e-5)
  }

  @Test func `wrapped borders move with the picture`() throws {
    let picture = try Pictures.noise([3, 11, 14])
    let kernel = try Pictures.noise([4, 5], seed: 3)
    let options = Filters.Convolution(border: .circular)
    let moved = try Filters.convolve(picture.roll(3, 2).roll(-2, 1), kernel, options)
    #expect(try difference(moved, Filters.convolve(picture, kernel, options).roll(3, 2).roll(-2, 1)) < 1e-5)
    let soft = try Filters.gaussian(picture.roll(3, 2), sigma: 2, border: .circular)
    #expect(try difference(soft, Filters.gaussian(picture, sigma: 2, border: .circular).roll(3, 2)) < 1e-6)
  }

  @Test func `a kernel's anchor is right and below the middle, turned or not`() throws {
    let point = try dot(9)
    let kernel = try Tensor((1...8).map(Float.init), [2, 4])
    // Correlation writes the kernel turned by 180 degrees around its anchor (1, 2).
    let out = try Filters.convolve(point, kernel)
    #expect(try out.select(0, 0).narrow(0, 4, 2).narrow(1, 3, 4).floats() == [8, 7, 6, 5, 4, 3, 2, 1])
    let turned = try Filters.convolve(point, kernel, .init(flip: true))
    #expect(try turned.select(0, 0).narrow(0, 3, 2).narrow(1, 2, 4).floats() == [1, 2, 3, 4, 5, 6, 7, 8])
    let even = try Filters.convolve(Tensor.full([1, 4, 4], 0.5), kernel, .init(normalize: true))
    #expect(try difference(even, Tensor.full([1, 4, 4], 0.5)) < 1e-6)
  }

  @Test func `classic Kuwahara keeps corners that medians and blurs round off`() throws {
    var values = [Float](repeating: 0.25, count: 24 * 24)
    for y in 8..<24 { for x in 0..<15 { values[y * 24 + x] = 0.75 } }
    let corner = try Tensor(values, [1, 24, 24])
    #expect(try difference(kuwahara(corner, .classic, 4), corner) < 1e-6)
    #expect(try difference(Filters.gaussian(corner, sigma: 1), corner) > 0.1)
  }

  @Test(arguments: KuwaharaMode.allCases) func `Kuwahara turns with the picture`(mode: KuwaharaMode) throws {
    let picture = try Pictures.noise([3, 19, 23])
    let turned = try kuwahara(picture.transpose(1, 2).flip([2]), mode, 3)
    let expected = try kuwahara(picture, mode, 3).transpose(1, 2).flip([2])
    let gaps = try (turned - expected).abs().floats().sorted()
    #expect(gaps[gaps.count * 49 / 50] < 1e-4)
  }

  @Test(arguments: KuwaharaMode.allCases) func `Kuwahara stays within the picture's values`(mode: KuwaharaMode) throws {
    let picture = try Pictures.noise([3, 17, 33])
    let result = try kuwahara(picture, mode, 4)
    for c in 0..<3 {
      let (all, plane) = (try picture.select(0, c), try result.select(0, c))
      #expect(try plane.min().item() >= all.min().item() - 1e-6 && plane.max().item() <= all.max().item() + 1e-6)
    }
    #expect(try result.std().item() < 0.75 * picture.std().item())
  }

  @Test func `anisotropic Kuwahara keeps thin lines best`() throws {
    // Slanted lines three pixels wide under noise: sectors along the lines find even ground, round ones do not.
    var values: [Float] = []
    for y in 0..<64 { for x in 0..<64 { values.append((2 * x + y) % 16 < 6 ? 0.9 : 0.1) } }
    let clean = try Tensor(values, [1, 64, 64])
    let noisy = try clean + (Pictures.noise([1, 64, 64]) - 0.5) * 0.2
    func error(_ mode: KuwaharaMode) throws -> Double {
      try (kuwahara(noisy, mode, 5) - clean).narrow(1, 12, 40).narrow(2, 12, 40).square().mean().item()
    }
    #expect(try error(.anisotropic) < 0.5 * error(.generalized))
  }

  @Test func `XDoG's two forms are one`() throws {
    let picture = try Pictures.scene(40, 50)
    var sharpened = Filters.XDoG()
    sharpened.form = .sharpened(p: 19)
    sharpened.epsilon = 0.4
    sharpened.phi = 5
    var weighted = sharpened
    weighted.form = .difference(tau: 0.95)
    weighted.epsilon = 0.4 * 0.05
    weighted.phi = 5 / 0.05
    #expect(try difference(Filters.xdog(picture, sharpened), Filters.xdog(picture, weighted)) < 1e-3)
  }

  @Test func `XDoG is white on light ground and black on the dark side of edges`() throws {
    let picture = try Pictures.scene(60, 60)
    let ink = try Filters.xdog(picture)
    #expect(try ink.shape == picture.shape && difference(ink.select(0, 0), ink.select(0, 2)) == 0)
    #expect(try ink.max().item() == 1 && ink.min().item() < 0.01 && ink.min().item() >= 0)
    let alpha = try Pictures.noise([1, 60, 60], seed: 5)
    let painted = try Filters.xdog(Tensor.cat([picture, alpha]))
    #expect(try identical(painted.narrow(0, 3, 1), alpha) && identical(painted.narrow(0, 0, 3), ink))
  }
}
