internal import Surface
public import TensorCore

extension Filters {
  /// Settings of `xdog`: σ, k and one of two forms of the difference.
  public struct XDoG {
    /// Standard deviation of the narrow Gaussian, in pixels, 0.1 to 100: the width of lines.
    public var sigma = 1.4
    /// The wide Gaussian's standard deviation over the narrow one's, 1.01 to 10.
    public var k = 1.6
    /// Which of the published forms it follows.
    public var form = Form.sharpened(p: 21.7)
    /// Values of the difference from here on are white; nil: 0.31 (sharpened), −0.005 (difference).
    public var epsilon: Double?
    /// How steeply darker values fall to black; nil: 4.3 (sharpened), 60 (difference).
    public var phi: Double?

    /// What is thresholded.
    public enum Form: Sendable {
      /// U = (1 + p)·G_σ − p·G_kσ: the picture sharpened p times. Winnemöller, Kyprianidis, Olsen 2012.
      case sharpened(p: Double)
      /// U = G_σ − τ·G_kσ: the weighted difference. Winnemöller 2011. It is (1 − τ) times the sharpened form with
      /// p = τ / (1 − τ).
      case difference(tau: Double)
    }

    /// The standard settings.
    public init() {}

    var threshold: (epsilon: Double, phi: Double) {
      switch form {
      case .sharpened: (epsilon ?? 0.31, phi ?? 4.3)
      case .difference: (epsilon ?? -0.005, phi ?? 60)
      }
    }

    /// How much of the narrow and of the wide Gaussian's result makes up the difference.
    var shares: (narrow: Double, wide: Double) {
      switch form {
      case .sharpened(let p): (1 + p, p)
      case .difference(let tau): (1, tau)
      }
    }

    /// 1 where U ≥ ε, else 1 + tanh(φ·(U − ε)).
    func thresholded(_ u: Tensor) throws -> Tensor {
      let (epsilon, phi) = threshold
      // tanh(0) is 0: cutting at 0 is the first branch.
      return try ((u - epsilon).clamp(-.infinity, 0) * phi).tanh() + 1
    }

    /// The drawing of a batch, each channel by itself. Always by the plain blur: a difference is sharpened p times, and so
    /// would be the error of the coarse one.
    func ink(_ y: Tensor) throws -> Tensor {
      func blurred(_ sigma: Double) throws -> Tensor {
        try y.separable(Filters.gaussianKernel(sigma: sigma, truncate: 4), .reflect101)
      }
      let (a, b) = shares
      return try thresholded(blurred(sigma) * a - blurred(sigma * k) * b)
    }

    func check() throws {
      func require(_ holds: Bool, _ expected: String, _ came: Double) throws {
        if !holds { throw EngineError("filters.xdog", expected: expected, came: "\(came)") }
      }
      try require((0.1...100).contains(sigma), "a sigma between 0.1 and 100 pixels", sigma)
      try require((1.01...10).contains(k), "a k between 1.01 and 10", k)
      switch form {
      case .sharpened(let p): try require((0...1000).contains(p), "a p between 0 and 1000", p)
      case .difference(let tau): try require((0...1).contains(tau), "a tau between 0 and 1", tau)
      }
      try require((-100...100).contains(threshold.epsilon), "an epsilon between -100 and 100", threshold.epsilon)
      try require((0...1e6).contains(threshold.phi), "a phi between 0 and 1000000", threshold.phi)
    }
  }

  /// Draws a picture in ink: the luminance's extended difference of Gaussians U, thresholded softly:
  /// 1 where U ≥ ε, else 1 + tanh(φ·(U − ε)). All colour channels get the result, alpha stays. Differentiable.
  /// Source: Winnemöller 2011; Winnemöller, Kyprianidis, Olsen 2012.
  public static func xdog(_ image: Tensor, _ options: XDoG = .init(), scope: FilterScope = .init()) throws -> Tensor {
    try options.check()
    return try scope.apply("filters.xdog", to: image) { x in
      try onLuminance(of: x, options.ink)
    }
  }
}
