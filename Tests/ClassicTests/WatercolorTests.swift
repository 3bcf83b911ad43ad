import Classic
import Foundation
import TensorCore
import TestSupport
import Testing

/// What only watercolor does: each part of it by itself.
@Suite(.serialized) @MainActor struct WatercolorTests {
  /// Nothing but the brush.
  private func bare(_ change: (inout Filters.Watercolor) -> Void = { _ in }) -> Filters.Watercolor {
    var options = Filters.Watercolor()
    (options.washes, options.wobble, options.edges, options.turbulence, options.granulation) = (0, 0, 0, 0, 0)
    (options.paper, options.lightness, options.saturation) = (0, 0, 1)
    change(&options)
    return options
  }

  private func deviation(_ picture: Tensor) throws -> Double { try picture.std().item() }

  @Test(.proves("filters.watercolor")) func `pigment darkens all but black and white`() throws {
    let color = try Tensor([0, 0.25, 0.5, 1], [4]), density = try Tensor([2, 1.5, 1.5, 2], [4])
    let result = try Filters.pigmented(color, density: density)
    #expect(try difference(result, Tensor([0, 0.15625, 0.375, 1], [4])) < 1e-7)
    // The same in the whole filter: dense pigment makes mid tones uneven, white and black not.
    let options = bare {
      $0.turbulence = 1
      $0.granulation = 1
    }
    for (tone, uneven) in [(0.0, false), (0.5, true), (1, false)] {
      let sheet = try Filters.watercolor(Tensor.full([3, 64, 64], tone), options)
      #expect(try (deviation(sheet) > 0.02) == uneven)
    }
  }

  @Test func `a plain ground shows nothing but grain`() throws {
    for tone in [0.1, 0.5, 1] {
      let ground = try Tensor.full([3, 80, 80], tone)
      // Without noise not even that; edges and washes have nothing to act on.
      let even = try Filters.watercolor(ground, bare { $0.edges = 2 })
      #expect(try difference(even, ground) < 1e-4)
      let paper = try Filters.watercolor(ground, bare { $0.paper = 1 })
      let grain = try paper / ground
      #expect(try grain.min().item() > 0.88 && grain.max().item() < 1.05 && deviation(paper) > 0.004 * tone)
      // Grain is fine: a blur takes it away.
      let soft = try Filters.gaussian(paper, sigma: 8)
      for channel in 0..<3 { #expect(try deviation(soft.select(0, channel)) < 0.003) }
    }
  }

  @Test func `pigment gathers on the darker side of an edge`() throws {
    let picture = try Tensor.cat([Tensor.full([1, 40, 40], 0.8), Tensor.full([1, 40, 40], 0.5)], 2)
    let row = try Filters.watercolor(picture, bare { $0.edges = 1 }).select(0, 0).select(0, 20).floats()
    #expect(abs(row[10] - 0.8) < 1e-3 && abs(row[70] - 0.5) < 1e-3)
    #expect(row[40..<44].min()! < 0.46, "\(row[36..<46])")
    #expect(row[34] > 0.79 && row[50] > 0.49)
    let without = try Filters.watercolor(picture, bare()).select(0, 0).select(0, 20).floats()
    #expect(without.min()! > 0.499)
  }

  @Test func `outlines tremble, washes are few`() throws {
    let picture = try Tensor.cat([Tensor.full([1, 96, 48], 0.9), Tensor.full([1, 96, 48], 0.3)], 2)
    func outline(_ options: Filters.Watercolor) throws -> Double {
      // The edge's place in each row is what its sum tells.
      try Filters.watercolor(picture, options).sum([0, 2]).std().item() / 0.6
    }
    #expect(try outline(bare()) < 0.01 && outline(bare { $0.wobble = 3 }) > 0.5)
    let slope = try Tensor.arange(0, 1, 1.0 / 256).reshape([1, 1, 256]).expand([1, 32, 256])
    let stepped = try Filters.watercolor(slope, bare { $0.washes = 4 })
    let plain = try Filters.watercolor(slope, bare())
    func steepest(_ t: Tensor) throws -> Double { try (t.narrow(2, 1, 255) - t.narrow(2, 0, 255)).max().item() }
    #expect(try steepest(stepped) > 3 * steepest(plain))
  }

  @Test func `a seed is a painting`() throws {
    let picture = try Pictures.scene(40, 60)
    let first = try Filters.watercolor(picture)
    #expect(try identical(first, Filters.watercolor(picture)))
    var other = Filters.Watercolor()
    other.seed = 2
    #expect(try difference(first, Filters.watercolor(picture, other)) > 0.05)
    #expect(try first.min().item() >= 0 && first.max().item() <= 1)
  }
}
