import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// Fourier transforms beside their definition, and the laws that hold for every size.
@Suite(.serialized) @MainActor
struct FourierTests {
  /// Σ x·e^(−2πi·jk/n) as it is written, in f64.
  private func definition(_ x: Tensor) throws -> Tensor {
    let n = x.shape[0], values = try x.doubles()
    var result: [Double] = []
    for k in 0..<n {
      let angles = (0..<n).map { -2 * Double.pi * Double($0 * k % n) / Double(n) }
      result.append(zip(values, angles).reduce(0) { $0 + $1.0 * cos($1.1) })
      result.append(zip(values, angles).reduce(0) { $0 + $1.0 * sin($1.1) })
    }
    return try Tensor(doubles: result, [n, 2])
  }

  @Test(
    "Every length from 1 to 40, and larger primes, equals the definition; as rows and as columns",
    arguments: [
      ElementType.f32, .f64,
    ])
  func lengths(_ type: ElementType) throws {
    let tolerance = type == .f64 ? 1e-14 : 1e-6
    for n in Array(1...40) + [97, 509, 512] {
      let x = try Tensor.normalNoise([n], seed: UInt64(n)).to(type)
      let exact = try definition(x)
      try expectClose(x.fft(), exact, within: tolerance, "fft of \(n)")
      // 19 equal columns: a whole group of neighbours and a rest.
      let columns = try x.unsqueeze(1).expand([n, 19]).fft(0)
      try expectClose(columns, exact.unsqueeze(1).expand([n, 19, 2]), within: tolerance, "columns of \(n)")
      try expectClose(x.fft().ifft().select(-1, 0), x, within: tolerance, "there and back, \(n)")
    }
  }

  @Test("Two axes: there and back, Parseval's equation, and the half that tells the whole")
  func planes() throws {
    for (h, w) in [(1, 1), (1, 7), (7, 1), (4, 6), (5, 9), (17, 32), (64, 31)] {
      let x = try Tensor.normalNoise([2, h, w], seed: UInt64(h * 100 + w)).to(.f64), what = "\(h)×\(w)"
      let f = try x.fft2()
      #expect(f.shape == [2, h, w, 2])
      try expectClose(f.ifft2().select(-1, 0), x, within: 1e-14, "ifft2, \(what)")
      for norm in FourierNorm.allCases {
        let half = try x.rfft2(norm: norm)
        try expectClose(half, x.fft2(norm: norm).narrow(2, 0, w / 2 + 1), within: 1e-14, "rfft2, \(what)")
        try expectClose(half.irfft2(width: w, norm: norm), x, within: 1e-14, "irfft2, \(what), \(norm)")
      }
      let energy = try (x.square().sum().item(), x.fft2(norm: .ortho).square().sum().item())
      #expect(abs(energy.0 - energy.1) < 1e-10 * energy.0)
    }
  }

  @Test("A product of transforms is a circular convolution")
  func convolution() throws {
    let x = try Tensor.normalNoise([12, 10], seed: 1).to(.f64), k = try Tensor.normalNoise([3, 3], seed: 2).to(.f64)
    let (a, b) = (try x.fft2(), try k.pad([0, 7, 0, 9]).fft2())
    let (ar, ai, br, bi) = (try a.select(-1, 0), try a.select(-1, 1), try b.select(-1, 0), try b.select(-1, 1))
    let product = try Tensor.stack([ar * br - ai * bi, ar * bi + ai * br], -1)
    let padded = try x.reshape([1, 1, 12, 10]).pad([2, 0, 2, 0], mode: .circular)
    let direct = try padded.conv2d(k.flip([0, 1]).reshape([1, 1, 3, 3])).reshape([12, 10])
    try expectClose(product.ifft2().select(-1, 0), direct, within: 1e-13, "circular convolution")
  }

  @Test("Where pairs start in memory does not matter, and integers compute as f32")
  func starts() throws {
    let memory = try Tensor.normalNoise([7 * 6 * 2 + 8], seed: 4)
    let x = try memory.narrow(0, 0, 84).reshape([7, 6, 2]).copy()
    for start in 0...5 {
      let view = try memory.narrow(0, start, 84).copy_(x.reshape([84])).reshape([7, 6, 2])
      try expectSameBytes(view.fft2(complex: true), x.fft2(complex: true), "from element \(start)")
    }
    let whole = try Tensor(integers: [1, 2, 3, 4], [4])
    try expectSameBytes(whole.fft(), whole.to(.f32).fft(), "integers")
  }

  @Test("Shifts are undone by their inverses")
  func shifts() throws {
    let x = try Tensor.normalNoise([5, 8, 2], seed: 1)
    try expectSameBytes(x.fftshift([0, 1]).ifftshift([0, 1]), x, "both shifts")
    #expect(try x.fftshift([0, 1]).select(0, 2).select(0, 4).isClose(to: x.select(0, 0).select(0, 0)))
  }
}
