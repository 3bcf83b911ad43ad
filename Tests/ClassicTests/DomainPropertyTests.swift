import Classic
import TensorCore
import TestSupport
import Testing

/// What the fast kernels of the domain transform's family must share with their plain versions, and what only these
/// filters do.
@Suite(.serialized) @MainActor struct DomainPropertyTests {
  private static let sizes = [(3, 61, 83), (1, 16, 200), (5, 97, 1), (4, 1, 50), (2, 33, 32)]

  /// The largest difference between a filter in f32 (the kernels) and in f64 (tensor operations).
  private func gap(_ picture: Tensor, _ filter: (Tensor) throws -> Tensor) throws -> Double {
    try difference(filter(picture), filter(picture.to(.f64)))
  }

  @Test(arguments: DomainMode.allCases) func `kernels of the domain transform equal the plain version`(
    mode: DomainMode
  ) throws {
    for (channels, height, width) in Self.sizes {
      let picture = try Pictures.scene(height, width).repeat([2, 1, 1]).narrow(0, 0, channels)
      for (space, iterations) in [(4.0, 3), (90.0, 2), (700.0, 7)] {
        var options = Filters.DomainTransform()
        options.mode = mode
        options.sigmaSpace = space
        options.iterations = iterations
        #expect(try gap(picture) { try Filters.domainTransform($0, options) } < 4e-6, "\(height)×\(width), \(space)")
      }
    }
  }

  @Test func `kernels of the styles equal the plain versions`() throws {
    for (channels, height, width) in Self.sizes {
      let picture = try Pictures.scene(height, width).repeat([2, 1, 1]).narrow(0, 0, channels)
      #expect(try gap(picture) { try Filters.detailEnhance($0) } < 2e-5)
      #expect(try gap(picture) { try Filters.stylize($0) } < 2e-5)
      for mode in DiffusionMode.allCases {
        var options = Filters.Diffusion()
        options.mode = mode
        #expect(try gap(picture) { try Filters.diffusion($0, options) } < 2e-6)
      }
    }
  }

  /// Pictures with a strong edge, so that the distances' own gradients matter.
  @Test(
    .checksGradient(of: "filters.domain_transform", "filters.detail_enhance", "filters.stylize"),
    .checksGradient(of: "filters.pencil_sketch", "filters.diffusion"))
  func `gradients count the distances`() throws {
    let picture = try Pictures.scene(9, 12).to(.f64) * 0.8 + 0.05
    let direction = try Pictures.noise([3, 9, 12], seed: 5, .f64) - 0.5
    let weights = try Pictures.noise([3, 9, 12], seed: 6, .f64) - 0.5
    for filter in FilterSample.domain where filter.gradient == .flows {
      func value(_ t: Double) throws -> Double {
        try Autograd.noGradient { try (filter.apply(picture + direction * t) * weights).sum().item() }
      }
      let leaf = try picture.copy()
      try leaf.setRequiresGradient()
      try (filter.apply(leaf) * weights).sum().backward()
      let analytic = try (leaf.gradient! * direction).sum().item()
      let numeric = try (value(1e-6) - value(-1e-6)) / 2e-6
      #expect(abs(analytic - numeric) < 1e-5 * max(1, abs(numeric)), "\(filter): \(analytic) and \(numeric)")
    }
  }

  @Test(.checksGradient(of: "filters.l0_smooth"))
  func `L0 smoothing has no gradient but lets it pass where it does not act`() throws {
    let picture = try Pictures.scene(8, 9)
    try picture.setRequiresGradient()
    try Filters.l0Smooth(picture, scope: .init(strength: 0)).sum().backward()
    #expect(try picture.gradient!.floats().allSatisfy { $0 == 1 })
    #expect(throws: (any Error).self) { try Filters.l0Smooth(picture).sum().backward() }
  }

  @Test func `a picture that wants a gradient gets the same values`() throws {
    let picture = try Pictures.scene(40, 52)
    let plain = try Filters.stylize(picture)
    try picture.setRequiresGradient()
    #expect(try difference(Filters.stylize(picture), plain) < 1e-5)
  }

  @Test func `the domain transform of an even picture is a Gaussian of its sigma`() throws {
    // A single faint point: its distances hardly differ from 1, so the iterations' variances add up to sigma².
    let picture = try Tensor((0..<401).map { $0 == 200 ? 1e-4 : 0 }, [1, 1, 401])
    for mode in DomainMode.allCases {
      var options = Filters.DomainTransform()
      options.mode = mode
      options.sigmaSpace = 20
      options.sigmaColor = 1
      let spread = try Filters.domainTransform(picture, options).floats().map { Double($0) * 1e4 }
      let variance = spread.enumerated().reduce(0) { $0 + $1.element * Double(($1.offset - 200) * ($1.offset - 200)) }
      #expect(abs(spread.reduce(0, +) - 1) < 0.01 && abs(variance.squareRoot() - 20) < 0.5, "\(mode): \(variance)")
    }
  }

  @Test func `numbers that are none stay where the kernels are`() throws {
    var values = try Pictures.noise([3, 40, 50]).floats()
    values[20 * 50 + 20] = .nan
    values[(40 + 3) * 50 + 49] = .infinity
    let picture = try Tensor(values, [3, 40, 50])
    for mode in DomainMode.allCases {
      var options = Filters.DomainTransform()
      options.mode = mode
      #expect(try Filters.domainTransform(picture, options).shape == [3, 40, 50])
    }
    #expect(try Filters.pencilSketch(picture).shape == [3, 40, 50])
  }

  @Test func `detail of amount 1 keeps the picture and colors keep their hue`() throws {
    let picture = try Pictures.scene(30, 40) * 0.8 + 0.05
    var options = Filters.DetailEnhance()
    options.amount = 1
    #expect(try difference(Filters.detailEnhance(picture, options), picture) < 5e-6)
    let grey = try picture.narrow(0, 0, 1).expand([3, 30, 40]).copy()
    let crisp = try Filters.detailEnhance(grey)
    #expect(try difference(crisp.narrow(0, 0, 1), crisp.narrow(0, 2, 1)) < 1e-3)
    #expect(try difference(Filters.detailEnhance(grey.narrow(0, 0, 1)), crisp.narrow(0, 0, 1)) < 1e-6)
  }

  @Test func `L0 smoothing keeps the mean, leaves few slopes and does not wrap around`() throws {
    let picture = try Pictures.scene(48, 64), flat = try Filters.l0Smooth(picture)
    for channel in 0..<3 {
      let (a, b) = (try picture.select(0, channel).mean().item(), try flat.select(0, channel).mean().item())
      #expect(abs(a - b) < 1e-4)
    }
    func slopes(_ x: Tensor) throws -> Double {
      let change = try (x.narrow(2, 1, 63) - x.narrow(2, 0, 63)).abs().max([0])
      return try change.gt(1e-3).to(.f32).sum().item()
    }
    #expect(try slopes(flat) < 0.1 * slopes(picture))
    // Black at one side, white at the other, a gentle slope between: with joined borders both ends would turn grey.
    let slope = try (Tensor.arange(0, 64, 1).reshape([1, 1, 64]) / 63).expand([1, 16, 64]).copy()
    var options = Filters.L0Smooth()
    options.lambda = 0.0005
    let cut = try Filters.l0Smooth(slope, options)
    #expect(try cut.narrow(2, 0, 1).max().item() < 0.2 && cut.narrow(2, 63, 1).min().item() > 0.8)
  }

  @Test func `diffusion keeps each channel's mean and all channels share their edges`() throws {
    let picture = try Pictures.scene(32, 40)
    var options = Filters.Diffusion()
    options.iterations = 60
    let calm = try Filters.diffusion(picture, options)
    for channel in 0..<3 {
      let (a, b) = (try picture.select(0, channel).mean().item(), try calm.select(0, channel).mean().item())
      #expect(abs(a - b) < 1e-5)
    }
    // A faint step stays where another channel has a strong one; alone it goes.
    let step = try Tensor.cat([Tensor.zeros([1, 8, 8]), Tensor.ones([1, 8, 8])], 2)
    let together = try Filters.diffusion(Tensor.cat([step * 0.02, step, step], 0), options)
    let alone = try Filters.diffusion(step * 0.02, options)
    func height(_ x: Tensor) throws -> Double {
      try (x.narrow(2, 8, 1) - x.narrow(2, 7, 1)).narrow(0, 0, 1).mean().item()
    }
    #expect(try height(together) > 0.019 && height(alone) < 0.006)
  }
}
