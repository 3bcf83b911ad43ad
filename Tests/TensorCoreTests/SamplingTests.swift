import Surface
import TensorCore
import TestSupport
import Testing

/// Sampling by the kernel beside its definition, which gradients go through.
@Suite(.serialized) @MainActor
struct SamplingTests {
  @Test("The kernel equals the definition", arguments: SamplingMode.allCases, SamplingPadding.allCases)
  func kernel(mode: SamplingMode, padding: SamplingPadding) throws {
    for (height, width, places) in [
      (7, 5, (9, 11)), (1, 6, (3, 70)), (4, 1, (65, 2)), (1, 1, (2, 2)), (30, 40, (50, 60)),
    ] {
      for type in [ElementType.f32, .f64] {
        for alignCorners in [false, true] {
          let x = try Tensor.normalNoise([2, 3, height, width], seed: 1).to(type)
          let grid = try (Tensor.noise([2, places.0, places.1, 2], seed: 2) * 5 - 2.5).to(type)
          let settings = SampleSettings(mode: mode, padding: padding, alignCorners: alignCorners)
          let wanted = try x.composedSample(grid, settings)
          let found = try x.gridSample(grid, mode, padding: padding, alignCorners: alignCorners)
          let what = "\(mode) \(padding) \(height)×\(width) \(type) \(alignCorners)"
          try expectClose(found, wanted, within: type == .f32 ? 4e-6 : 1e-13, what)
        }
      }
    }
  }
}
