internal import CKernels
internal import Surface

/// Weights of a resampling along one axis: output j is Σ over t of weights[j·taps + t] · x[starts[j] + t].
public struct TapTable: Sendable {
  /// The number of outputs.
  public let outputs: Int
  /// The number of weights of each output; shorter rows are padded with zeros.
  public let taps: Int
  /// The first input position of each output.
  public let starts: [Int32]
  /// outputs × taps weights.
  public let weights: [Float]

  /// A table from its parts, which must fit together.
  public init(outputs: Int, taps: Int, starts: [Int32], weights: [Float]) {
    precondition(starts.count == outputs && weights.count == outputs * taps, "a tap table's parts must fit together")
    self.outputs = outputs
    self.taps = taps
    self.starts = starts
    self.weights = weights
  }

  /// The table of the adjoint map, from `outputs` positions back to `inputs`: the gradient of resampling.
  func transposed(inputs: Int) -> TapTable {
    var rows = [[(position: Int32, weight: Float)]](repeating: [], count: inputs)
    for output in 0..<outputs {
      for tap in 0..<taps {
        let weight = weights[output * taps + tap]
        let input = Swift.min(Swift.max(Int(starts[output]) + tap, 0), inputs - 1)
        if weight != 0 { rows[input].append((Int32(output), weight)) }
      }
    }
    let spans = rows.map { row in (row.map(\.position).min() ?? 0, row.map(\.position).max() ?? -1) }
    let width = Int(spans.map { $0.1 - $0.0 + 1 }.max() ?? 0)
    var table = [Float](repeating: 0, count: inputs * width)
    for (input, row) in rows.enumerated() {
      for entry in row { table[input * width + Int(entry.position - spans[input].0)] += entry.weight }
    }
    return TapTable(outputs: inputs, taps: width, starts: spans.map(\.0), weights: table)
  }
}

extension Tensor {
  /// Resamples along one axis by a table of weights; f32 or f64 (other types become f32).
  public func resample(axis place: Int, taps table: TapTable) throws -> Tensor {
    let x = dtype == .f32 || dtype == .f64 ? self : try converted(to: .f32)
    let axis = try x.axis(place, "resample")
    guard x.dims[axis] > 0 || table.outputs == 0 else {
      throw EngineError("resample", "axis \(axis + 1) of \(dims.text) is empty")
    }
    var target = x.dims
    target[axis] = table.outputs
    let y = try Tensor.empty(target, x.dtype, for: "resample")
    var (sizes, outSteps, inSteps) = (x.dims, y.strides, x.strides)
    sizes.remove(at: axis)
    outSteps.remove(at: axis)
    inSteps.remove(at: axis)
    var outer = Nest.make(sizes, outSteps, inSteps)
    Profile.kernel(moved: (x.count + y.count) * x.dtype.size)
    let status = ck_resample(
      x.dtype.code, &outer, Int64(x.dims[axis]), Int64(x.strides[axis]), Int64(table.outputs), Int64(y.strides[axis]),
      Int64(table.taps), table.starts, table.weights, y.base, x.base)
    try finish(status, "resample")
    guard Autograd.records(x) else { return y }
    let size = x.dims[axis]
    return y.derived("resample", from: [x]) { [try $0.grad.resample(axis: axis, taps: table.transposed(inputs: size))] }
  }
}
