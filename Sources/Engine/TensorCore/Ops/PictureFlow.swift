internal import CKernels
internal import Surface

// Filters across and along the flow of a picture's edges.

extension Tensor {
  /// Sums on a line across the flow: out = weights[0]·x + Σ over t ≥ 1 of weights[t] times the two values t pixels away
  /// from the pixel on the line across the flow, read between four pixels and kept inside the picture.
  ///
  /// self: f32 [N, 1, H, W]; tensor: its structure tensor f32 [N, 3, H, W] (E, F, G of (E F; F G)). The flow is the unit
  /// vector of least change, [N, 2, H, W] (right, down), the x axis where nothing changes. No gradient.
  package func acrossFlow(of tensor: Tensor, weights: [Float]) throws -> (values: Tensor, flow: Tensor) {
    guard dtype == .f32, rank == 4, dims[1] == 1, tensor.dtype == .f32, !weights.isEmpty,
      tensor.shape == [dims[0], 3, dims[2], dims[3]]
    else { preconditionFailure("acrossFlow: a picture of \(dims.text), a tensor of \(tensor.dims.text)") }
    let x = try detached().contiguous(), field = try tensor.detached().contiguous()
    let out = try Tensor.empty(dims, .f32, for: "flow")
    let flow = try Tensor.empty(Dims([dims[0], 2, dims[2], dims[3]]), .f32, for: "flow")
    var plan = ck_flow_across()
    plan.images = Int64(dims[0])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.taps = Int64(weights.count - 1)
    let pieces = count == 0 ? 0 : dims[0] * dims[2]
    try withExtendedLifetime((x, field)) {
      try weights.withUnsafeBufferPointer { weights in
        plan.weights = weights.baseAddress
        plan.x = UnsafePointer(x.pixels)
        plan.tensor = UnsafePointer(field.pixels)
        plan.flow = flow.pixels
        plan.out = out.pixels
        try Tensor.runPicture("flow", CK_PICTURE_flow_across, plan, rows: pieces, perChunk: 8)
      }
    }
    return (out, flow)
  }

  /// Sums along the flow: out = weights[0]·x + Σ over t ≥ 1 of weights[t] times the values after t steps of one pixel
  /// along the flow, ahead and back (midpoint rule, directions of the nearest pixel), kept inside the picture.
  ///
  /// self: f32 [N, C, H, W]; flow: f32 unit vectors [N, 2, H, W] (right, down), whose signs do not matter. No gradient.
  /// Source: line integral convolution, Cabral and Leedom 1993.
  package func alongFlow(_ flow: Tensor, weights: [Float]) throws -> Tensor {
    guard dtype == .f32, rank == 4, flow.dtype == .f32, !weights.isEmpty,
      flow.shape == [dims[0], 2, dims[2], dims[3]]
    else { preconditionFailure("alongFlow: a picture of \(dims.text), a flow of \(flow.dims.text)") }
    let x = try detached().contiguous(), field = try flow.detached().contiguous()
    let out = try Tensor.empty(dims, .f32, for: "flow")
    var plan = ck_flow_along()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.taps = Int64(weights.count - 1)
    let pieces = count == 0 ? 0 : dims[0] * dims[2]
    try withExtendedLifetime((x, field)) {
      try weights.withUnsafeBufferPointer { weights in
        plan.weights = weights.baseAddress
        plan.x = UnsafePointer(x.pixels)
        plan.flow = UnsafePointer(field.pixels)
        plan.out = out.pixels
        try Tensor.runPicture("flow", CK_PICTURE_flow_along, plan, rows: pieces, perChunk: 8)
      }
    }
    return out
  }
}
