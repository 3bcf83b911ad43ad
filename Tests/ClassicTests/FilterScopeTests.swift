import Classic
import Surface
import TensorCore
import TestSupport
import Testing

/// Strength, masks, threads, gradients and bad input, for every filter.
@Suite(.serialized) @MainActor struct FilterScopeTests {
  @Test(arguments: FilterSample.all) func `strength blends from the very picture`(filter: FilterSample) throws {
    for type in [ElementType.f32, .bf16, .f64] {
      let picture = try Pictures.noise([3, 20, 24], type)
      let none = try filter.apply(picture, .init(strength: 0))
      #expect(try identical(none, picture) && none !== picture)
      let full = try filter.apply(picture)
      #expect(full.dtype == type)
      if type == .bf16 { continue }
      let half = try filter.apply(picture, .init(strength: 0.25))
      #expect(try difference(half, picture * 0.75 + full * 0.25) < 1e-6)
    }
    // The copy is the caller's own.
    let picture = try Pictures.noise([1, 4, 4])
    _ = try filter.apply(picture, .init(strength: 0)).mul_(0.0)
    #expect(try picture.max().item() > 0)
  }

  @Test(arguments: FilterSample.all) func `a mask limits the filter`(filter: FilterSample) throws {
    let picture = try Pictures.noise([3, 16, 30])
    let mask = try Tensor.cat([Tensor.zeros([16, 10]), Tensor.full([16, 10], 0.5), Tensor.ones([16, 10])], 1)
    let full = try filter.apply(picture)
    for shape in [[16, 30], [1, 16, 30], [1, 1, 16, 30]] {
      let result = try filter.apply(picture, .init(mask: mask.reshape(shape)))
      #expect(try identical(result.narrow(2, 0, 10), picture.narrow(2, 0, 10)))
      #expect(try identical(result.narrow(2, 20, 10), full.narrow(2, 20, 10)))
      #expect(try difference(result, picture + (full - picture) * mask) < 1e-6)
    }
    let booleans = try filter.apply(picture, .init(mask: mask.gt(0.7)))
    #expect(try identical(booleans.narrow(2, 0, 20), picture.narrow(2, 0, 20)))
    let batch = try Tensor.stack([picture, picture])
    let each = try Tensor.stack([Tensor.zeros([1, 16, 30]), Tensor.ones([1, 16, 30])])
    let result = try filter.apply(batch, .init(mask: each))
    #expect(try identical(result.select(0, 0), picture) && difference(result.select(0, 1), full) < 1e-6)
  }

  @Test func `feathering softens a mask over its radius and no further`() throws {
    let picture = try Tensor.zeros([1, 8, 60])
    let mask = try Tensor.cat([Tensor.zeros([8, 30]), Tensor.ones([8, 30])], 1)
    // A filter that turns black into white shows the mask itself.
    let shift = FilterScope(mask: mask, feather: 6)
    var options = Filters.XDoG()
    options.form = .sharpened(p: 0)
    options.epsilon = -1
    let row = try Filters.xdog(picture, options, scope: shift).select(0, 0).select(0, 4).floats()
    #expect(row[0..<24].allSatisfy { $0 == 0 } && row[36...].allSatisfy { $0 > 0.99999 })
    #expect(zip(row[24..<36], row[25..<37]).allSatisfy { $0 < $1 })
    #expect(abs(row[29] + row[30] - 1) < 1e-5)
  }

  @Test(arguments: FilterSample.all) func `bytes do not depend on threads`(filter: FilterSample) throws {
    let before = Runtime.threads
    defer { try? Runtime.setThreads(before) }
    let picture = try Pictures.noise([3, 130, 170])
    let results = try [1, 2, 5].map { threads in
      try Runtime.setThreads(threads)
      return try filter.apply(picture)
    }
    #expect(try identical(results[0], results[1]) && identical(results[0], results[2]))
  }

  /// The gradient along a random direction against the difference quotient, in f64.
  private func checkGradient(_ x: Tensor, _ f: (Tensor) throws -> Tensor) throws {
    let weights = try Pictures.noise(f(x).shape, seed: 11, .f64) - 0.5
    let direction = try Pictures.noise(x.shape, seed: 12, .f64) - 0.5
    func value(_ t: Double) throws -> Double {
      try Autograd.noGradient { try (f(x + direction * t) * weights).sum().item() }
    }
    let leaf = try x.copy()
    try leaf.setRequiresGradient()
    try (f(leaf) * weights).sum().backward()
    let analytic = try (leaf.gradient! * direction).sum().item()
    let numeric = try (value(1e-6) - value(-1e-6)) / 2e-6
    #expect(abs(analytic - numeric) <= 1e-5 * max(1, abs(numeric)), "\(analytic) and \(numeric)")
  }

  @Test(.checksGradient(of: "filters.cartoon"), arguments: FilterSample.differentiable)
  func `gradients of every filter agree with difference quotients`(filter: FilterSample) throws {
    try checkGradient(Pictures.noise([2, 3, 7, 9], .f64)) { try filter.apply($0) }
  }

  @Test(.checksGradient(of: "filters.convolve", "filters.gaussian", "filters.xdog", "filters.kuwahara"))
  func `gradients agree with difference quotients`() throws {
    let picture = try Pictures.noise([2, 3, 7, 9], .f64)
    let kernel = try Pictures.noise([4, 3], seed: 3, .f64)
    for border in Border.allCases {
      try checkGradient(picture) { try Filters.convolve($0, kernel, .init(border: border)) }
      try checkGradient(picture) { try Filters.gaussian($0, sigma: 1.5, border: border) }
    }
    try checkGradient(kernel) { try Filters.convolve(picture, $0, .init(normalize: true, flip: true)) }
    for form in [Filters.XDoG.Form.sharpened(p: 3), .difference(tau: 0.9)] {
      var options = Filters.XDoG()
      options.form = form
      options.epsilon = 0.7
      options.phi = 2
      try checkGradient(picture) { try Filters.xdog($0, options) }
    }
    let mask = try Pictures.noise([7, 9], seed: 4, .f64), gaussian = FilterSample(name: "gaussian")
    try checkGradient(picture) { try gaussian.apply($0, .init(strength: 0.6, mask: mask, feather: 2)) }
    try checkGradient(mask) { try gaussian.apply(picture, .init(mask: $0)) }
    let refused = FilterSample(name: "kuwahara", options: ["mode": "anisotropic"])
    try checkGradient(picture) { try refused.apply($0, .init(strength: 0)) }
  }

  @Test func `the window kernel and conv2d are one filter, gradients included`() throws {
    let cases = [([3, 9, 90], [3, 5]), ([1, 6, 7], [4, 2]), ([2, 3, 20], [1, 1]), ([1, 8, 41], [8, 9])]
    for (shape, size) in cases {
      let picture = try Pictures.noise(shape), kernel = try Pictures.noise(size, seed: 9) - 0.4
      let weights = try Pictures.noise(shape, seed: 10)
      let results = try [ElementType.f32, .f64].map { type in
        let leaf = try picture.to(type).copy()
        try leaf.setRequiresGradient()
        let result = try Filters.convolve(leaf, kernel, .init(border: .zeros))
        try (result * weights).sum().backward()
        return (result, leaf.gradient!)
      }
      #expect(try difference(results[0].0, results[1].0) < 1e-5)
      #expect(try difference(results[0].1, results[1].1) < 1e-5)
    }
  }

  @Test(.checksGradient(of: "filters.hatching", "filters.watercolor", "filters.flow_xdog"))
  func `what has no gradient says so`() throws {
    let picture = try Pictures.noise([3, 8, 20])
    try picture.setRequiresGradient()
    for filter in FilterSample.all where filter.gradient == .refused {
      let text = message { try filter.apply(picture).sum().backward() }
      #expect(text.contains("no gradient"), "\(filter.testDescription): \(text)")
    }
  }

  @Test(arguments: FilterSample.all) func `an interrupt ends a long filter`(filter: FilterSample) throws {
    let picture = try Pictures.noise([3, 200, 200])
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try filter.apply(picture) }
  }
}
