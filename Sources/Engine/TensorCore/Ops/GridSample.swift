internal import CKernels
internal import Surface

/// How `gridSample` finds values between the elements of a feature map.
public enum SamplingMode: String, CaseIterable, Sendable {
  /// Linear between two elements along each axis.
  case bilinear
  /// The nearest element; halves go to the even one.
  case nearest
  /// Cubic through four elements along each axis (a = −0.75).
  case bicubic

  fileprivate var code: Int32 {
    switch self {
    case .nearest: Int32(CK_SAMPLE_NEAREST)
    case .bilinear: Int32(CK_SAMPLE_LINEAR)
    case .bicubic: Int32(CK_SAMPLE_CUBIC)
    }
  }
}

/// What `gridSample` finds outside a feature map.
public enum SamplingPadding: String, CaseIterable, Sendable {
  case zeros
  /// The nearest element of the border.
  case border
  /// The map mirrored: at the centres of its outer elements when corners are aligned, else at their outer edges.
  case reflection

  fileprivate var code: Int32 {
    switch self {
    case .zeros: Int32(CK_OUTSIDE_ZERO)
    case .border: Int32(CK_OUTSIDE_BORDER)
    case .reflection: Int32(CK_OUTSIDE_MIRROR)
    }
  }
}

/// What `gridSample` is told.
package struct SampleSettings {
  let mode: SamplingMode
  let padding: SamplingPadding
  let alignCorners: Bool

  package init(mode: SamplingMode, padding: SamplingPadding, alignCorners: Bool) {
    (self.mode, self.padding, self.alignCorners) = (mode, padding, alignCorners)
  }
}

/// One axis of a map that is sampled; places are counted in elements from 0.
private struct SampledAxis {
  let size: Int
  let mode: SamplingMode
  let padding: SamplingPadding
  let alignCorners: Bool

  init(size: Int, _ settings: SampleSettings) {
    self.size = size
    (mode, padding, alignCorners) = (settings.mode, settings.padding, settings.alignCorners)
  }

  /// Places from coordinates of −1 to 1.
  func places(_ coordinates: Tensor) throws -> Tensor {
    if alignCorners { return try (coordinates + 1) * 0.5 * Double(size - 1) }
    return try ((coordinates + 1) * Double(size) - 1) * 0.5
  }

  /// Places brought inside as the padding says; with zeros they stay.
  func inside(_ places: Tensor) throws -> Tensor {
    switch padding {
    case .zeros: return places
    case .border: return try places.clamp(0, Double(size - 1))
    case .reflection:
      let low = alignCorners ? 0 : -0.5
      let span = alignCorners ? Double(size - 1) : Double(size)
      if span == 0 { return try places * 0 }
      let distance = try (places - low).abs()
      let turns = try (distance.detached() / span).floor()
      let isOdd = try turns - (turns * 0.5).floor() * 2
      // There and back: the rest of the way counts from the other end after an odd number of turns.
      let rest = try distance - turns * span
      return try (isOdd * span + rest * (1 - isOdd * 2) + low).clamp(0, Double(size - 1))
    }
  }

  /// The elements that every place reads and their weights, tap by tap.
  func taps(_ coordinates: Tensor) throws -> [(position: Tensor, weight: Tensor)] {
    let places = try places(coordinates)
    switch mode {
    case .nearest:
      // No slope anywhere, but the grid's gradient is there: zeros.
      let place = try inside(places)
      return [try tap(place.detached().round(), place * 0 + 1)]
    case .bilinear:
      let place = try inside(places)
      let first = try place.detached().floor()
      let part = try place - first
      return [try tap(first, 1 - part), try tap(first + 1, part)]
    case .bicubic:
      // Each of the four places is brought inside on its own, as in PyTorch.
      let first = try places.detached().floor()
      let part = try places - first
      return try [-1.0, 0, 1, 2].map { try tap(inside(first + $0), SampledAxis.cubic(part, $0)) }
    }
  }

  /// The element at a whole place; outside it weighs nothing.
  private func tap(_ place: Tensor, _ weight: Tensor) throws -> (position: Tensor, weight: Tensor) {
    let last = Double(size - 1)
    let position = try place.clamp(0, last).converted(to: .i64)
    if padding != .zeros { return (position, weight) }
    let isInside = try place.ge(0).converted(to: place.dtype) * place.le(last).converted(to: place.dtype)
    return (position, try weight * isInside)
  }

  /// Keys' cubic kernel (a = −0.75) of a place that lies `part` behind tap 0. Keys 1981.
  private static func cubic(_ part: Tensor, _ tap: Double) throws -> Tensor {
    let a = -0.75
    // The tap is known, and with it the sign of the distance.
    let x = tap > 0 ? try tap - part : try part - tap
    if tap == 0 || tap == 1 { return try (x * (a + 2) - (a + 3)) * x * x + 1 }
    return try ((x * a - 5 * a) * x + 8 * a) * x - 4 * a
  }
}

extension Tensor {
  /// Values of a feature map at given places. self: [N, C, H, W]; grid: [N, H′, W′, 2], each place (x, y) from −1 (left,
  /// top) to 1 → [N, C, H′, W′]. `alignCorners`: whether −1 and 1 are the centres of the outer elements rather than
  /// their outer edges. Differentiable in both. Jaderberg et al. 2015, arXiv 1506.02025; PyTorch's `grid_sample`.
  public func gridSample(
    _ grid: Tensor, _ mode: SamplingMode = .bilinear, padding: SamplingPadding = .zeros, alignCorners: Bool = false
  ) throws -> Tensor {
    guard rank == 4, grid.rank == 4, grid.dims[0] == dims[0], grid.dims[3] == 2, dims[2] > 0, dims[3] > 0 else {
      throw EngineError(
        "grid_sample", expected: "an input [N, C, H, W] with elements and a grid [N, H′, W′, 2]",
        came: "\(dims.text) and \(grid.dims.text)")
    }
    let common = try ElementType.promoted(dtype, grid.dtype, "grid_sample")
    let type: ElementType = common == .f64 ? .f64 : .f32
    let (x, places) = (try converted(to: type), try grid.converted(to: type))
    let settings = SampleSettings(mode: mode, padding: padding, alignCorners: alignCorners)
    return try x.sampled(places, settings).converted(to: dtype.isFloating ? dtype : type)
  }

  /// The kernel forward; backward goes through the operations of `composedSample`, which can be differentiated again.
  private func sampled(_ grid: Tensor, _ settings: SampleSettings) throws -> Tensor {
    let (x, places) = (try detached().contiguous(), try grid.detached().contiguous())
    let y = try Tensor.empty(Dims([dims[0], dims[1], grid.dims[1], grid.dims[2]]), dtype, for: "grid_sample")
    var plan = ck_sampling()
    plan.batch = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.places = Int64(grid.dims[1] * grid.dims[2])
    plan.mode = settings.mode.code
    plan.padding = settings.padding.code
    plan.align_corners = settings.alignCorners
    Profile.kernel(moved: (x.count + places.count + y.count) * dtype.size)
    try finish(ck_grid_sample(dtype.code, &plan, x.base, places.base, y.base), "grid_sample")
    guard Autograd.records(self, grid) else { return y }
    return y.derived("grid_sample", from: [self, grid], saving: [self, grid]) { pull in
      let start = Node.youngest
      let again = try Autograd.with(enabled: true) { try self.composedSample(grid, settings) }
      return try Autograd.gradients(of: [again], at: [self.edge, grid.edge], seeds: [pull.grad], since: start)
    }
  }

  /// The definition in other operations: f32 or f64, grid of the same type.
  package func composedSample(_ grid: Tensor, _ settings: SampleSettings) throws -> Tensor {
    let places = try grid.reshape([dims[0], grid.dims[1] * grid.dims[2], 2])
    let rows = SampledAxis(size: dims[2], settings), columns = SampledAxis(size: dims[3], settings)
    let down = try rows.taps(places.select(2, 1)), right = try columns.taps(places.select(2, 0))
    let flat = try reshape([dims[0], dims[1], dims[2] * dims[3]])
    var sum: Tensor?
    for (row, below) in down {
      for (column, beside) in right {
        try Interrupt.check()
        let index = try (row * Double(dims[3]) + column).unsqueeze(1).expand([dims[0], dims[1], row.dims[1]])
        let part = try flat.gathered(2, index, "grid_sample") * (below * beside).unsqueeze(1)
        sum = try sum.map { try $0 + part } ?? part
      }
    }
    return try sum!.reshape([dims[0], dims[1], grid.dims[1], grid.dims[2]])
  }
}
