internal import Surface

// Normalisations of f32 run as one kernel where rows of memory have moments of their own. The others, and second
// derivatives, are composed of recorded ops.

extension Tensor {
  /// Whether one kernel may normalize this with these parameters.
  private func takesNormalRows(_ parameters: Tensor?...) -> Bool {
    dtype == .f32 && count > 0 && !Tensor.composesNormalizations
      && parameters.allSatisfy { $0.map { $0.dtype == .f32 } ?? true }
  }

  /// Composes all normalizations of plain ops; for tests, which hold the kernel against them.
  nonisolated(unsafe) package static var composesNormalizations = false

  /// (x − mean) / √(variance + eps) over some axes (biased variance), then · weight + bias, which broadcast.
  private func normalized(_ axes: [Int], eps: Double, weight: Tensor?, bias: Tensor?) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let centred = try x - x.mean(axes, keepdim: true)
    let spread = try (centred.square().mean(axes, keepdim: true) + eps).rsqrt()
    var y = try centred * spread
    if let weight { y = try y * weight }
    if let bias { y = try y + bias }
    return y
  }

  /// A per-channel parameter [C] as [1, C, 1, …], checked.
  private func perChannel(_ parameter: Tensor?, _ name: String, _ operation: String) throws -> Tensor? {
    guard let parameter else { return nil }
    guard parameter.dims == Dims([dims[1]]) else {
      throw EngineError(operation, expected: "a \(name) of \(dims[1]) channels", came: parameter.dims.text)
    }
    return try parameter.reshape([1, dims[1]] + [Int](repeating: 1, count: rank - 2))
  }

  private func needChannels(_ operation: String, least: Int = 2) throws {
    guard rank >= least else {
      let wanted = least == 3 ? "an input [N, C, H, W]" : "an input [N, C, …]"
      throw EngineError(operation, expected: wanted, came: dims.text)
    }
  }

  /// Each picture's channels by their own mean and variance over places. self: [N, C, …]; weight, bias: [C].
  /// Ulyanov et al. 2016, arXiv 1607.08022 (biased variance).
  public func instanceNorm(weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) throws -> Tensor {
    try instanceNorm(weight: weight, bias: bias, eps: eps, then: .none)
  }

  /// The same, followed by an activation.
  package func instanceNorm(
    weight: Tensor?, bias: Tensor?, eps: Double = 1e-5, then activation: FusedActivation
  ) throws -> Tensor {
    try needChannels("instance_norm", least: 3)
    let (scale, shift) = (
      try perChannel(weight, "weight", "instance_norm"), try perChannel(bias, "bias", "instance_norm")
    )
    if takesNormalRows(weight, bias) {
      let area = shape[2...].product
      let rows = NormalRows(groups: dims[1], channels: 1, area: area, eps: eps, activation: activation)
      return try rows.normalized(self, weight: weight, bias: bias)
    }
    return try activation.applied(normalized(Array(2..<rank), eps: eps, weight: scale, bias: shift))
  }

  /// Groups of channels by their common mean and variance. self: [N, C, …]; weight, bias: [C]. Wu & He 2018.
  public func groupNorm(_ groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) throws -> Tensor
  {
    try groupNorm(groups, weight: weight, bias: bias, eps: eps, then: .none)
  }

  /// The same, followed by an activation.
  package func groupNorm(
    _ groups: Int, weight: Tensor?, bias: Tensor?, eps: Double = 1e-5, then activation: FusedActivation
  ) throws -> Tensor {
    try needChannels("group_norm")
    guard groups > 0, dims[1] % groups == 0 else {
      throw EngineError(
        "group_norm", expected: "a number of groups that divides \(dims[1]) channels", came: "\(groups)")
    }
    let (scale, shift) = (
      try perChannel(weight, "weight", "group_norm"), try perChannel(bias, "bias", "group_norm")
    )
    if takesNormalRows(weight, bias) {
      let channels = dims[1] / groups, area = shape[2...].product
      let rows = NormalRows(groups: groups, channels: channels, area: area, eps: eps, activation: activation)
      return try rows.normalized(self, weight: weight, bias: bias)
    }
    let parts = try reshape([dims[0], groups, count / Swift.max(dims[0] * groups, 1)])
    var y = try parts.normalized([2], eps: eps, weight: nil, bias: nil).reshape(shape)
    if let scale { y = try y * scale }
    if let shift { y = try y + shift }
    return try activation.applied(y)
  }

  /// Over the last axes, whose sizes `shape` gives. weight, bias: of that shape. Ba et al. 2016.
  public func layerNorm(_ shape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) throws -> Tensor
  {
    guard !shape.isEmpty, shape.count <= rank, Array(self.shape.suffix(shape.count)) == shape else {
      throw EngineError("layer_norm", expected: "an input that ends in \(shape.shapeText)", came: dims.text)
    }
    for (name, parameter) in [("weight", weight), ("bias", bias)] {
      if let parameter, parameter.shape != shape {
        throw EngineError("layer_norm", expected: "a \(name) of \(shape.shapeText)", came: parameter.dims.text)
      }
    }
    if takesNormalRows(weight, bias) {
      let rows = NormalRows(groups: 1, channels: shape.product, area: 1, eps: eps, activation: .none)
      return try rows.normalized(self, weight: weight, bias: bias)
    }
    return try normalized(Array((rank - shape.count)..<rank), eps: eps, weight: weight, bias: bias)
  }

  /// Channels by given statistics, or by those of the batch. self: [N, C, …]; mean, variance, weight, bias: [C].
  /// Ioffe & Szegedy 2015.
  public func batchNorm(
    mean: Tensor?, variance: Tensor?, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
  ) throws -> Tensor {
    try needChannels("batch_norm")
    let (scale, shift) = (
      try perChannel(weight, "weight", "batch_norm"), try perChannel(bias, "bias", "batch_norm")
    )
    guard let mean, let variance else {
      return try normalized([0] + Array(2..<rank), eps: eps, weight: scale, bias: shift)
    }
    let centre = try perChannel(mean, "mean", "batch_norm")!
    let spread = try (perChannel(variance, "variance", "batch_norm")! + eps).rsqrt()
    var y = try (self - centre) * spread
    if let scale { y = try y * scale }
    if let shift { y = try y + shift }
    return y
  }
}
