import TensorCore
import TestSupport
import Testing

/// Operations that filters of pictures are built from.
@Suite(.serialized) @MainActor struct PictureOpsTests {
  private func values(_ shape: [Int], _ type: ElementType) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor(doubles: (0..<count).map { Double(($0 * 7919) % 101) / 101 - 0.3 }, shape).to(type)
  }

  @Test func `a recurrence equals its loop`() throws {
    for type in [ElementType.f32, .f64] {
      for axis in 0..<3 {
        let (a, b) = (try values([3, 4, 5], type), try values([3, 4, 5], type) * 2 + 0.1)
        for backward in [false, true] {
          let h = try a.recurrence(b, axis: axis, backward: backward)
          let places = Array(0..<a.shape[axis])
          var before = try Tensor.zeros(b.select(axis, 0).shape, type)
          for j in backward ? places.reversed() : places {
            before = try b.select(axis, j) + a.select(axis, j) * before
            #expect(try (h.select(axis, j) - before).abs().max().item() < 1e-6)
          }
        }
      }
    }
  }

  @Test func `a recurrence has first and second gradients`() throws {
    let b = try values([2, 5], .f64) + 0.2, step = 1e-5
    for backward in [false, true] {
      /// Σ h², the first gradient's squares added up, and both gradients at one place, with that place moved.
      func look(_ moved: Double) throws -> (loss: Double, square: Double, first: Double, second: Double) {
        var numbers = try values([2, 5], .f64).doubles()
        numbers[2] += moved
        let a = try Tensor(doubles: numbers, [2, 5]).to(.f64), c = try b.copy()
        try a.setRequiresGradient()
        try c.setRequiresGradient()
        let loss = try a.recurrence(c, axis: 1, backward: backward).pow(2).sum()
        let slopes = try Autograd.gradients(of: [loss], with: [a, c], createGraph: true)
        let square = try slopes[0]!.pow(2).sum() + slopes[1]!.pow(2).sum()
        let second = try Autograd.gradients(of: [square], with: [a])[0]!
        return (try loss.item(), try square.item(), try slopes[0]!.doubles()[2], try second.doubles()[2])
      }
      let (here, up, down) = (try look(0), try look(step), try look(-step))
      #expect(abs((up.loss - down.loss) / (2 * step) - here.first) < 1e-6)
      #expect(abs((up.square - down.square) / (2 * step) - here.second) < 1e-5)
    }
  }

  @Test func `a cosine transform equals its sum and comes back`() throws {
    for type in [ElementType.f32, .f64] {
      for (height, width) in [(5, 7), (1, 6), (8, 1), (1, 1), (90, 130)] {
        let x = try values([2, height, width], type), y = try x.cosine2()
        func table(_ n: Int) throws -> Tensor {
          let angles = (0..<n * n).map { Double.pi * Double($0 / n) * (Double($0 % n) + 0.5) / Double(n) }
          return try (Tensor(doubles: angles, [n, n]).cos() * 2).to(type)
        }
        let rows = try x.matmul(table(width).transpose(0, 1))
        let wanted = try table(height).expand([2, height, height]).matmul(rows)
        #expect(try (y - wanted).abs().max().item() < 1e-5 * Double(height * width + 9))
        #expect(try (y.cosine2(inverse: true) - x).abs().max().item() < 2e-6)
      }
    }
  }
}
