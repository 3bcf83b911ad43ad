internal import CKernels
internal import Surface

/// A noise texture for pictures: octaves of noise over coordinates that turn and stretch with the pixels.
package struct NoiseTexture {
  /// Which lattice: 32 bits of a mixed seed.
  package var seed: UInt32
  /// Pixels from one lattice point to the next, of the coarsest octave.
  package var size: Double
  /// Octaves, each twice as fine and half as strong.
  package var octaves = 1
  /// Gradient noise, about −1…1 and mostly near 0; else value noise, 0…1.
  package var gradient = true

  /// A texture of gradient noise.
  package init(seed: UInt32, size: Double, octaves: Int = 1, gradient: Bool = true) {
    (self.seed, self.size, self.octaves, self.gradient) = (seed, size, octaves, gradient)
  }

  /// The texture over a picture, f32 [1, 1, height, width].
  package func plane(_ height: Int, _ width: Int) throws -> Tensor {
    let out = try Tensor.empty(Dims([1, 1, height, width]), .f32, for: "noise")
    var plan = ck_noise()
    plan.height = Int64(height)
    plan.width = Int64(width)
    plan.octaves = Int64(octaves)
    plan.gradient = gradient
    plan.seed = seed
    plan.xx = Float(1 / size)
    plan.yy = Float(1 / size)
    plan.out = out.pixels
    try Tensor.runPicture("noise", CK_PICTURE_noise, plan, rows: width == 0 ? 0 : height, perChunk: 16)
    return out
  }
}

/// How strokes of a pen lie.
package struct StrokeLayers {
  /// Pixels between lines; the length of strokes in spacings; how far strokes stray, 0 to 1; the width of a fresh stroke
  /// in spacings.
  package var spacing: Double, length: Double, jitter: Double, nib: Double
  /// Each layer's direction, a unit vector (right, down), the most it covers, and its
  /// lattice.
  package var layers: [(direction: (x: Float, y: Float), most: Double, seed: UInt32)]

  /// Strokes of a spacing.
  package init(
    spacing: Double, length: Double, jitter: Double, nib: Double,
    layers: [(direction: (x: Float, y: Float), most: Double, seed: UInt32)]
  ) {
    (self.spacing, self.length, self.jitter, self.nib, self.layers) = (spacing, length, jitter, nib, layers)
  }

  /// The steps of a table.
  package static let steps = Int(CK_HATCH_STEPS)

  /// The paper left by strokes over a darkness f32 [N, 1, H, W] from 0 to 1: the same shape, 1 paper, 0 ink. `tables`
  /// says, for each layer, at which darkness of its own it covers 0, 1/32, … 1.
  package func paper(over darkness: Tensor, tables: [[Float]]) throws -> Tensor {
    guard darkness.dtype == .f32, darkness.rank == 4, darkness.dims[1] == 1, tables.count == layers.count,
      tables.allSatisfy({ $0.count == StrokeLayers.steps + 1 })
    else { preconditionFailure("strokes over \(darkness.dims.text)") }
    let dims = darkness.dims
    let x = try darkness.detached().contiguous(), out = try Tensor.empty(dims, .f32, for: "hatching")
    var plan = ck_hatch()
    plan.images = Int64(dims[0])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.layers = Int64(layers.count)
    (plan.spacing, plan.length, plan.jitter, plan.nib) = (Float(spacing), Float(length), Float(jitter), Float(nib))
    let directions = layers.flatMap { [$0.direction.x, $0.direction.y] }
    let most = layers.map { Float($0.most) }, seeds = layers.map(\.seed), table = Array(tables.joined())
    try withExtendedLifetime(x) {
      try directions.withUnsafeBufferPointer { directions in
        try most.withUnsafeBufferPointer { most in
          try seeds.withUnsafeBufferPointer { seeds in
            try table.withUnsafeBufferPointer { table in
              plan.directions = directions.baseAddress
              plan.most = most.baseAddress
              plan.seeds = seeds.baseAddress
              plan.tables = table.baseAddress
              plan.in = UnsafePointer(x.pixels)
              plan.out = out.pixels
              let pieces = x.count == 0 ? 0 : dims[0] * dims[2]
              try Tensor.runPicture("hatching", CK_PICTURE_hatch, plan, rows: pieces, perChunk: 8)
            }
          }
        }
      }
    }
    return out
  }
}
