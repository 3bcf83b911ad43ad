internal import Surface
public import TensorCore

/// Group normalisation of [N, C, …]. weight, bias [C]. Wu & He 2018, arXiv 1803.08494.
public struct GroupNorm: Layer {
  /// The factor of each channel or feature.
  public let weight: Parameter?
  /// Added to each channel or feature.
  public let bias: Parameter?
  /// Groups of channels, each with its own mean and variance.
  public let groups: Int
  /// Channels of the input.
  public let channels: Int
  /// Added to the variance.
  public let eps: Double

  /// Takes `weight` and `bias` from `weights` when `affine`.
  public init(_ weights: Weights, _ groups: Int, _ channels: Int, eps: Double = 1e-5, affine: Bool = true) throws {
    try checkSizes("nn.GroupNorm", ("groups", groups), ("channels", channels))
    guard channels % groups == 0 else {
      throw EngineError("nn.GroupNorm", "\(groups) groups do not divide \(channels) channels")
    }
    weight = affine ? try weights("weight", [channels], .ones) : nil
    bias = affine ? try weights("bias", [channels], .zeros) : nil
    (self.groups, self.channels, self.eps) = (groups, channels, eps)
  }

  public var kind: String { "GroupNorm" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }
  public var details: String {
    "\(groups), \(channels), eps=\(Python.text(eps)), affine=\(Python.text(weight != nil)), "
      + "bias=\(Python.text(bias != nil))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try checkChannels(x, channels, "nn.GroupNorm")
    return try x.groupNorm(groups, weight: weight?.tensor, bias: bias?.tensor, eps: eps)
  }
}

/// Instance normalisation of [N, C, H, W] or [C, H, W], without running statistics. weight, bias [C].
/// Ulyanov et al. 2016, arXiv 1607.08022.
public struct InstanceNorm2d: Layer {
  /// The factor of each channel or feature.
  public let weight: Parameter?
  /// Added to each channel or feature.
  public let bias: Parameter?
  /// Channels of the input.
  public let channels: Int
  /// Added to the variance.
  public let eps: Double

  /// Takes `weight` and `bias` from `weights` when `affine`.
  public init(_ weights: Weights, _ channels: Int, eps: Double = 1e-5, affine: Bool = false) throws {
    try checkSizes("nn.InstanceNorm2d", ("channels", channels))
    weight = affine ? try weights("weight", [channels], .ones) : nil
    bias = affine ? try weights("bias", [channels], .zeros) : nil
    (self.channels, self.eps) = (channels, eps)
  }

  public var kind: String { "InstanceNorm2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }
  public var details: String {
    "\(channels), eps=\(Python.text(eps)), momentum=0.1, affine=\(Python.text(weight != nil)), "
      + "bias=\(Python.text(bias != nil)), track_running_stats=False"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    let batch = x.rank == 3 ? try x.unsqueeze(0) : x
    try checkChannels(batch, channels, "nn.InstanceNorm2d", rank: 4)
    let y = try batch.instanceNorm(weight: weight?.tensor, bias: bias?.tensor, eps: eps)
    return x.rank == 3 ? try y.squeeze(0) : y
  }
}

/// Batch normalisation of [N, C, H, W]. weight, bias, running_mean, running_var [C]; num_batches_tracked scalar.
/// In training the batch's statistics count and move the running ones. Ioffe & Szegedy 2015, arXiv 1502.03167.
public struct BatchNorm2d: Layer {
  /// The factor of each channel or feature.
  public let weight: Parameter?
  /// Added to each channel or feature.
  public let bias: Parameter?
  /// The mean that evaluation uses.
  public let runningMean: Parameter?
  /// The variance that evaluation uses.
  public let runningVariance: Parameter?
  /// How many batches the running values have seen.
  public let batchesTracked: Parameter?
  /// Channels of the input.
  public let channels: Int
  /// Added to the variance.
  public let eps: Double
  /// The weight of a new batch in the running statistics.
  public let momentum: Double

  /// Takes `weight` and `bias` (when `affine`) and the running statistics (when `tracks`) from `weights`.
  public init(
    _ weights: Weights, _ channels: Int, eps: Double = 1e-5, momentum: Double = 0.1, affine: Bool = true,
    tracks: Bool = true
  ) throws {
    try checkSizes("nn.BatchNorm2d", ("channels", channels))
    weight = affine ? try weights("weight", [channels], .ones) : nil
    bias = affine ? try weights("bias", [channels], .zeros) : nil
    runningMean = tracks ? try weights("running_mean", [channels], .zeros, isTrained: false) : nil
    runningVariance = tracks ? try weights("running_var", [channels], .ones, isTrained: false) : nil
    // Old checkpoints lack this count and nothing is computed from it: it always begins at 0.
    batchesTracked = tracks ? try Parameter("num_batches_tracked", Tensor.zeros([], .i64), isTrained: false) : nil
    (self.channels, self.eps, self.momentum) = (channels, eps, momentum)
  }

  public var kind: String { "BatchNorm2d" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }
  public var buffers: [NamedParameter] {
    named(("running_mean", runningMean), ("running_var", runningVariance), ("num_batches_tracked", batchesTracked))
  }
  public var details: String {
    "\(channels), eps=\(Python.text(eps)), momentum=\(Python.text(momentum)), affine=\(Python.text(weight != nil)), "
      + "bias=\(Python.text(bias != nil)), track_running_stats=\(Python.text(runningMean != nil))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try checkChannels(x, channels, "nn.BatchNorm2d", rank: 4)
    guard !training, let runningMean, let runningVariance else {
      if training { try track(x) }
      return try x.batchNorm(mean: nil, variance: nil, weight: weight?.tensor, bias: bias?.tensor, eps: eps)
    }
    return try x.batchNorm(
      mean: runningMean.tensor, variance: runningVariance.tensor, weight: weight?.tensor, bias: bias?.tensor, eps: eps)
  }

  /// Moves the running statistics towards those of a batch (unbiased variance).
  private func track(_ x: Tensor) throws {
    guard x.count > channels else {
      throw EngineError(
        "nn.BatchNorm2d", expected: "more than one value per channel in training", came: x.shape.shapeText,
        advice: "use a larger batch, or call m:eval()")
    }
    guard let runningMean, let runningVariance, let batchesTracked else { return }
    try Autograd.noGradient {
      let batch = x.detached()
      let mean = try batch.mean([0, 2, 3]), variance = try batch.variance([0, 2, 3], correction: 1)
      try runningMean.load(runningMean.tensor * (1 - momentum) + mean * momentum)
      try runningVariance.load(runningVariance.tensor * (1 - momentum) + variance * momentum)
      try batchesTracked.tensor.add_(1)
    }
  }
}

/// Layer normalisation over the last axes. weight, bias of their shape. Ba et al. 2016, arXiv 1607.06450.
public struct LayerNorm: Layer {
  /// The factor of each channel or feature.
  public let weight: Parameter?
  /// Added to each channel or feature.
  public let bias: Parameter?
  /// Sizes of the axes normalised over.
  public let shape: [Int]
  /// Added to the variance.
  public let eps: Double

  /// Takes `weight` and `bias` from `weights` when `affine`; `bias: false` leaves the bias out.
  public init(
    _ weights: Weights, _ shape: [Int], eps: Double = 1e-5, affine: Bool = true, bias: Bool = true
  ) throws {
    guard !shape.isEmpty, shape.count <= 8 else {
      throw EngineError("nn.LayerNorm", expected: "1 to 8 sizes", came: "\(shape.count)")
    }
    for size in shape { try checkSizes("nn.LayerNorm", ("a size", size)) }
    weight = affine ? try weights("weight", shape, .ones) : nil
    self.bias = affine && bias ? try weights("bias", shape, .zeros) : nil
    (self.shape, self.eps) = (shape, eps)
  }

  public var kind: String { "LayerNorm" }
  public var parameters: [NamedParameter] { named(("weight", weight), ("bias", bias)) }
  public var details: String {
    "\(Python.text(shape)), eps=\(Python.text(eps)), elementwise_affine=\(Python.text(weight != nil)), "
      + "bias=\(Python.text(bias != nil))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.layerNorm(shape, weight: weight?.tensor, bias: bias?.tensor, eps: eps)
  }
}

/// Throws unless an input has the channels, and the number of axes, that a layer was made for.
func checkChannels(_ x: Tensor, _ channels: Int, _ operation: String, rank: Int? = nil) throws {
  guard x.rank >= 2, rank == nil || x.rank == rank, x.shape[1] == channels else {
    throw EngineError(
      operation, expected: "an input [N, \(channels), \(rank == 4 ? "H, W" : "…")]", came: x.shape.shapeText)
  }
}
