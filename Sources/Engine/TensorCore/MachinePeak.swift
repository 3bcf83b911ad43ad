internal import CKernels
public import Surface

extension Runtime {
  nonisolated(unsafe) private static var peaks: [Int: MachinePeak] = [:]

  /// What this machine can do at most in f32 on the threads in use, measured when first asked for: takes about 0.3 s
  /// and, for a moment, 192 MiB. nil when an interrupt stopped the measurement, or where it would be part of a profile.
  ///
  /// Arithmetic is the better of independent multiply-adds in registers and a product of 1024 × 1024 matrices; memory a
  /// sum of two arrays that no cache holds.
  public static var peak: MachinePeak? {
    start()
    if let known = peaks[threads] { return known }
    guard !Profile.isOn, let product = try? productRate() else { return nil }
    let registers = ck_peak_flops(0.05), memory = ck_peak_bytes(0.1)
    guard registers > 0, memory > 0 else { return nil }
    let found = MachinePeak(flops: Swift.max(registers, product), bytesPerSecond: memory)
    peaks[threads] = found
    return found
  }

  /// Multiplications and additions per second of the fastest of some products.
  private static func productRate() throws -> Double {
    let size = 1024
    let plan = MatmulPlan(
      batch: 1, m: size, n: size, k: size, left: SIMD3(0, size, 1), right: SIMD3(0, size, 1))
    let x = try Tensor.full([size, size], 0.5, .f32), y = try Tensor.empty(x.dims, .f32, for: "matmul")
    var best = 0.0
    for _ in 0..<8 {
      let clock = ContinuousClock()
      let seconds = try clock.measure { try MatmulKernels.product(plan, .f32, x.base, x.base, into: y.base) }
      best = Swift.max(best, plan.operations / (seconds / .seconds(1)))
    }
    return best
  }
}

extension ConvolutionPlan {
  /// Bytes that a convolution or one of its gradients has to read and write at least.
  func moved(_ type: ElementType) -> Int {
    (inputShape.product + outputShape.product + weightShape.product) * type.size
  }
}

extension MatmulPlan {
  /// Bytes that a product has to read and write at least; a matrix shared by a batch counts once.
  func moved(_ type: ElementType) -> Int {
    let left = (self.left.x == 0 ? 1 : batch) * m * k, right = (self.right.x == 0 ? 1 : batch) * k * n
    return (left + right + batch * m * n) * type.size
  }
}
