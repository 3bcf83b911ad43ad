internal import Surface
public import TensorCore

#if canImport(Glibc)
  internal import Glibc
#endif

/// First values drawn from a generator: parameters asked for in PyTorch's order get PyTorch's values after
/// `torch.manual_seed`, bit for bit where they are uniform.
public struct RandomWeights: TensorSource {
  private let generator: RandomGenerator

  /// Draws from a generator; the shared one unless told otherwise.
  public init(_ generator: RandomGenerator = .shared) { self.generator = generator }

  public func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
    throw EngineError("weights", "'\(name)' has no rule for its first values", advice: "load it from a file")
  }

  public func tensor(_ name: String, _ shape: [Int], _ initial: Initial) throws -> Tensor {
    switch initial {
    case .zeros: try Tensor.zeros(shape)
    case .ones: try Tensor.ones(shape)
    case .normal: try generator.normal(shape)
    case .uniform(let bound): try uniform(shape, bound)
    }
  }

  /// `uniform_(−bound, bound)` in f32: from + (to − from)·u with one rounding, as PyTorch's kernels compute it.
  private func uniform(_ shape: [Int], _ bound: Double) throws -> Tensor {
    let (from, to) = (Float(-bound), Float(bound))
    let range = to - from
    let draws = try generator.uniform(shape)
    return try Tensor.build(shape) { out in
      try draws.withFloats { u in
        for i in 0..<u.count { out[i] = from.addingProduct(u[i], range) }
      }
    }
  }
}

extension Weights {
  /// Weights drawn from a generator; the shared one unless told otherwise.
  public static func random(_ generator: RandomGenerator = .shared) -> Weights { Weights(RandomWeights(generator)) }
}

extension Initial {
  /// PyTorch's default for weights of linear and convolution layers, `kaiming_uniform_(a = √5)`: the same steps in
  /// the same order, because the bound's last digit shows in every draw. He et al. 2015, arXiv 1502.01852.
  /// `slope`: that of the leaky ReLU which follows; 0 is He's own rule.
  public static func kaiming(fanIn: Double, slope: Double = (5.0).squareRoot()) -> Initial {
    let deviation = (2 / (1 + slope * slope)).squareRoot() / fanIn.squareRoot()
    return fanIn > 0 ? .uniform((3.0).squareRoot() * deviation) : .zeros
  }

  /// PyTorch's default for their biases: uniform in ±1/√fanIn.
  static func bias(fanIn: Double) -> Initial { fanIn > 0 ? .uniform(1 / fanIn.squareRoot()) : .zeros }
}
