import Checkpoints
import TensorCore
import TestSupport
import Testing

/// Random values from 0 to 1 in f64, the same for the same seed.
func noise(_ shape: [Int], seed: UInt64 = 7) throws -> Tensor {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  let values = (0..<shape.reduce(1, *)).map { _ -> Double in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 0x1p53
  }
  return try Tensor(doubles: values, shape)
}

/// Compares the gradient of ⟨u, f(x)⟩ along a random direction with central differences, in f64.
func checkGradient(
  _ what: String, at x: Tensor, within tolerance: Double = 1e-7, at place: SourceLocation = #_sourceLocation,
  _ function: (Tensor) throws -> Tensor
) throws {
  let leaf = try x.to(.f64).copy()
  try leaf.setRequiresGradient()
  let value = try function(leaf)
  let weight = try noise(value.shape, seed: 3) - 0.5
  let along = try noise(x.shape, seed: 4) - 0.5
  try (value * weight).sum().backward()
  let gradient = try #require(leaf.gradient, "\(what) has a gradient", sourceLocation: place)
  let exact = try (gradient * along).sum().item()
  func slope(_ step: Double) throws -> Double {
    let ahead = try function(x.to(.f64) + along * step), behind = try function(x.to(.f64) - along * step)
    return try ((ahead - behind) * weight).sum().item() / (2 * step)
  }
  let estimate = try slope(1e-6)
  let scale = try max(1, (gradient * along).abs().sum().item())
  #expect(abs(exact - estimate) <= tolerance * scale, "\(what): \(exact) beside \(estimate)", sourceLocation: place)
}

/// A file of Tests/Golden/imaging.
func goldens(_ name: String) throws -> SafetensorsFile {
  try SafetensorsFile(path: Fixtures.golden("imaging/\(name).safetensors"))
}
