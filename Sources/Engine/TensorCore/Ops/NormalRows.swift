internal import CKernels
internal import Surface

/// What follows a normalization or a convolution while its values are at hand.
public enum FusedActivation: Sendable {
  /// Nothing.
  case none
  /// max(x, 0).
  case relu
  /// x·σ(x).
  case silu

  fileprivate var code: Int32 {
    switch self {
    case .none: Int32(CK_ACTIVATION_NONE)
    case .relu: Int32(CK_ACTIVATION_RELU)
    case .silu: Int32(CK_ACTIVATION_SILU)
    }
  }

  package func applied(_ x: Tensor) throws -> Tensor {
    switch self {
    case .none: x
    case .relu: try x.relu()
    case .silu: try x.silu()
    }
  }

  /// The gradient before the activation, from the value there and the gradient after it; recorded.
  fileprivate func before(_ value: Tensor, _ g: Tensor) throws -> Tensor {
    switch self {
    case .none: return g
    case .relu: return try g * value.gt(0).converted(to: g.dtype)
    case .silu:
      let s = try value.sigmoid()
      return try g * s * (value * (1 - s) + 1)
    }
  }
}

/// Dense numbers in rows, each of which has its own mean and variance: `channels` × `area` numbers; row r has the channels
/// from (r mod groups)·channels on.
struct NormalRows {
  let groups, channels, area: Int
  let eps: Double
  let activation: FusedActivation

  var length: Int { channels * area }

  /// The shape that parameters of all channels broadcast from, beside rows as [rows / groups, groups, channels, area].
  private var parameterShape: [Int] { [1, groups, channels, 1] }

  /// activation((x − mean) / √(variance + eps) · weight + bias), in two passes over memory. x: f32.
  func normalized(_ x: Tensor, weight: Tensor?, bias: Tensor?) throws -> Tensor {
    let dense = try x.detached().contiguous()
    let (w, b) = (try weight?.detached().contiguous(), try bias?.detached().contiguous())
    let y = try Tensor.empty(x.dims, .f32, for: "normalization"), rows = x.count / length
    let inputs = [x] + [weight, bias].compactMap(\.self), records = Autograd.records(inputs)
    let moments = records ? try Tensor.empty(Dims([3, rows]), .f32, for: "normalization") : nil
    var plan = ck_normalize()
    (plan.groups, plan.channels, plan.area) = (Int64(groups), Int64(channels), Int64(area))
    (plan.eps, plan.activation) = (eps, activation.code)
    (plan.x, plan.y) = (UnsafePointer(dense.pixels), y.pixels)
    (plan.weight, plan.bias) = (w.map { UnsafePointer($0.pixels) }, b.map { UnsafePointer($0.pixels) })
    (plan.mean, plan.rest) = (moments?.pixels, moments.map { $0.pixels + rows })
    plan.inverse = moments.map { $0.pixels + 2 * rows }
    try withExtendedLifetime((dense, w, b, moments)) {
      try Tensor.runPicture("normalization", CK_PICTURE_normalize, plan, rows: rows, perChunk: perChunk)
    }
    guard records, let moments else { return y }
    return y.derived("normalization", from: inputs, saving: inputs) { pull in
      let found =
        Autograd.isEnabled
        ? try composedGradients(x, weight, bias, pull.grad) : try gradients(x, weight, bias, moments, pull)
      return [found[0]] + (weight == nil ? [] : [found[1]]) + (bias == nil ? [] : [found[2]])
    }
  }

  /// Rows that one thread takes at a time: a size that does not depend on the number of threads.
  private var perChunk: Int { (1 << 16) / length + 1 }

  /// Gradients of x, weight and bias. g' is the gradient before the activation, x̂ the normal value:
  /// dx = (w·g' − mean(w·g') − x̂·mean(w·g'·x̂)) / √(variance + eps), dw = Σ g'·x̂, db = Σ g'.
  private func gradients(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ moments: Tensor, _ pull: Pull
  ) throws -> [Tensor?] {
    let wantsParameters = (1...2).contains { $0 <= [weight, bias].compactMap(\.self).count && pull.wants($0) }
    // Channels of one number each have as many shares as there are numbers: sums over the rows are shorter.
    if wantsParameters, area == 1 { return try composedGradients(x, weight, bias, pull.grad) }
    let dense = try x.detached().contiguous(), g = try pull.grad.detached().contiguous()
    let (w, b) = (try weight?.detached().contiguous(), try bias?.detached().contiguous())
    let rows = x.count / length, dx = try Tensor.empty(x.dims, .f32, for: "normalization")
    let shares = wantsParameters ? try Tensor.empty(Dims([2, rows, channels]), .f32, for: "normalization") : nil
    var plan = ck_normalize_back()
    (plan.groups, plan.channels, plan.area) = (Int64(groups), Int64(channels), Int64(area))
    plan.activation = activation.code
    (plan.x, plan.g, plan.dx) = (UnsafePointer(dense.pixels), UnsafePointer(g.pixels), dx.pixels)
    (plan.weight, plan.bias) = (w.map { UnsafePointer($0.pixels) }, b.map { UnsafePointer($0.pixels) })
    (plan.mean, plan.rest) = (UnsafePointer(moments.pixels), UnsafePointer(moments.pixels + rows))
    plan.inverse = UnsafePointer(moments.pixels + 2 * rows)
    (plan.dweight, plan.dbias) = (shares?.pixels, shares.map { $0.pixels + rows * channels })
    try withExtendedLifetime((dense, g, w, b, moments)) {
      try Tensor.runPicture("normalization", CK_PICTURE_normalize_back, plan, rows: rows, perChunk: perChunk)
    }
    guard let shares else { return [dx, nil, nil] }
    let sums = try shares.reshape([2, rows / groups, groups * channels]).sum([1])
    return [dx, try sums.select(0, 0), try sums.select(0, 1)]
  }

  /// The same, composed of recorded ops: what second derivatives are taken of, and the oracle of the kernel.
  func composedGradients(_ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ g: Tensor) throws -> [Tensor?] {
    let shape = [x.count / length / groups, groups, channels, area]
    let split = try x.reshape(shape), centred = try split - split.mean([2, 3], keepdim: true)
    let inverse = try (centred.square().mean([2, 3], keepdim: true) + eps).rsqrt()
    let normal = try centred * inverse
    let (w, b) = (try weight?.reshape(parameterShape), try bias?.reshape(parameterShape))
    var value = normal
    if activation != .none {
      if let w { value = try value * w }
      if let b { value = try value + b }
    }
    let before = try activation.before(value, g.reshape(shape))
    let weighted = try w.map { try before * $0 } ?? before
    let slope = try (weighted * normal).mean([2, 3], keepdim: true)
    let dx = try (weighted - weighted.mean([2, 3], keepdim: true) - normal * slope) * inverse
    return [
      try dx.reshape(x.shape), try weight.map { try (before * normal).sum([0, 3]).reshape($0.shape) },
      try bias.map { try before.sum([0, 3]).reshape($0.shape) },
    ]
  }
}
