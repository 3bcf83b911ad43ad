import Imaging
import TensorCore
import Testing

/// The kernel's noise against the scalar one.
@Suite(.serialized) @MainActor struct NoiseTextureTests {
  @Test(arguments: [(1, true), (4, true), (1, false), (3, false)])
  func `a texture is the noise at its pixels`(octaves: Int, gradient: Bool) throws {
    for (height, width, size) in [(9, 37, 3.2), (5, 7, 40), (1, 1, 2), (3, 16, 1)] {
      let noise = Noise(seed: 11)
      let texture = NoiseTexture(seed: noise.key, size: size, octaves: octaves, gradient: gradient)
      let plane = try texture.plane(height, width).floats()
      let step = Float(1 / size)
      for y in 0..<height {
        for x in 0..<width {
          let (u, v) = (Float(x) * step, Float(y) * step)
          let expected =
            gradient ? noise.turbulence(u, v, octaves: octaves) : noise.fractal(u, v, octaves: octaves)
          #expect(abs(plane[y * width + x] - expected) < 1e-5)
        }
      }
    }
  }
}
