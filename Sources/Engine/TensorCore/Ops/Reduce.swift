internal import CKernels
internal import Surface

// Reductions over some axes or all. Sums of integers and bools are i64; means of integers are f32.

/// The shapes of one reduction: which axes go, what remains.
private struct ReducePlan {
  let reduced: [Int]
  /// Output shape with the reduced axes left out or kept as 1.
  let output: Dims
  /// The same with every reduced axis kept as 1.
  let kept: Dims

  init(_ x: Tensor, _ axes: [Int]?, keepdim: Bool, _ operation: String) throws {
    let all = try (axes ?? Array(0..<x.rank)).map { try x.axis($0, operation) }
    guard Set(all).count == all.count else {
      throw EngineError(operation, expected: "each axis once", came: all.map { $0 + 1 }.listText)
    }
    reduced = all.sorted()
    var (output, kept) = (Dims(), Dims())
    for axis in 0..<x.rank {
      let gone = reduced.contains(axis)
      kept.append(gone ? 1 : x.dims[axis])
      if !gone { output.append(x.dims[axis]) } else if keepdim { output.append(1) }
    }
    self.output = output
    self.kept = kept
  }

  /// Loops over the kept axes (output and input) and over the reduced ones (input).
  func nests(_ x: Tensor, _ y: Tensor) -> (outer: ck_nest, inner: ck_nest) {
    let dense = kept.rowMajorStrides
    var (outer, outSteps, inSteps) = (Dims(), Dims(), Dims())
    var (inner, innerSteps) = (Dims(), Dims())
    for axis in 0..<x.rank {
      if reduced.contains(axis) {
        inner.append(x.dims[axis])
        innerSteps.append(x.strides[axis])
      } else {
        outer.append(x.dims[axis])
        outSteps.append(dense[axis])
        inSteps.append(x.strides[axis])
      }
    }
    return (Nest.make(outer, outSteps, inSteps), Nest.make(inner, innerSteps))
  }
}

extension Tensor {
  private func reduced(_ op: ck_reduce_op, _ plan: ReducePlan, _ type: ElementType) throws -> Tensor {
    let y = try Tensor.empty(plan.output, type)
    var (outer, inner) = plan.nests(self, y)
    Profile.kernel(moved: count * dtype.size + y.count * type.size)
    let status = ck_reduce(Int32(op.rawValue), dtype.code, &outer, &inner, y.base, base)
    try finish(status, "reduction")
    return y
  }

  /// The tensor itself, or integers and masks as i64.
  var summable: Tensor {
    get throws { dtype.isFloating ? self : try converted(to: .i64) }
  }

  /// The sum over some axes, or all.
  public func sum(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = try summable
    let plan = try ReducePlan(x, axes, keepdim: keepdim, "sum")
    let y = try x.reduced(CK_SUM, plan, x.dtype)
    guard Autograd.records(x) else { return y }
    let shape = x.shape
    return y.derived("sum", from: [x]) { [try $0.grad.reshape(plan.kept.array).expand(shape)] }
  }

  /// The mean over some axes, or all. Throws where there is nothing to average.
  public func mean(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let plan = try ReducePlan(x, axes, keepdim: keepdim, "mean")
    let number = plan.reduced.reduce(1) { $0 * x.dims[$1] }
    return try x.sum(axes, keepdim: keepdim) / Double(number)
  }

  /// The variance over some axes, or all: squared distance from the mean, divided by n − `correction`.
  public func variance(_ axes: [Int]? = nil, correction: Int = 1, keepdim: Bool = false) throws -> Tensor {
    try variance(axes, correction, keepdim, "var")
  }

  private func variance(_ axes: [Int]?, _ correction: Int, _ keepdim: Bool, _ operation: String) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let plan = try ReducePlan(x, axes, keepdim: keepdim, operation)
    let number = plan.reduced.reduce(1) { $0 * x.dims[$1] }
    let centred = try x - x.mean(axes, keepdim: true).reshape(plan.kept.array)
    // A divisor of 0 or less gives NaN or infinity, as in PyTorch.
    return try centred.square().sum(axes, keepdim: keepdim) / Double(Swift.max(number - correction, 0))
  }

  /// The standard deviation: the square root of `variance`.
  public func std(_ axes: [Int]? = nil, correction: Int = 1, keepdim: Bool = false) throws -> Tensor {
    try variance(axes, correction, keepdim, "std").sqrt()
  }

  /// The product over some axes, or all.
  public func prod(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = try summable
    let plan = try ReducePlan(x, axes, keepdim: keepdim, "prod")
    let y = try x.reduced(CK_PROD, plan, x.dtype)
    guard Autograd.records(x) else { return y }
    return y.derived("prod", from: [x], saving: [x]) { pull in
      [try pull.grad.reshape(plan.kept.array) * x.productsOfOthers(plan.reduced)]
    }
  }

  /// At each element the product of all others along the axes: exact where elements are 0.
  private func productsOfOthers(_ axes: [Int]) throws -> Tensor {
    // With zeros set to 1: p = product of the non-zeros, z = number of zeros. Others' product is p/x at a non-zero
    // where z = 0, p at the only zero, and 0 elsewhere.
    let zero = try detached().eq(0)
    let filled = try maskedFill(zero, 1)
    let product = try filled.differentiableProduct(axes)
    let zeros = try zero.converted(to: dtype).sum(axes, keepdim: true)
    let none = try zeros.eq(0), one = try zeros.eq(1)
    let atZero = try product * (zero.converted(to: dtype) * one.converted(to: dtype))
    let elsewhere = try product / filled * (none.converted(to: dtype))
    return try atZero + elsewhere
  }

  /// The product with kept axes, recorded as exp Σ log|x| with its sign so that it can be differentiated again.
  private func differentiableProduct(_ axes: [Int]) throws -> Tensor {
    if !Autograd.isEnabled { return try prod(axes, keepdim: true) }
    let sign = try detached().sign().prod(axes, keepdim: true)
    return try abs().log().sum(axes, keepdim: true).exp() * sign
  }

  private func extremum(
    _ op: ck_reduce_op, _ name: String, _ axes: [Int]?, _ keepdim: Bool
  ) throws -> Tensor {
    let x = dtype == .bool ? try converted(to: .u8) : self
    let plan = try ReducePlan(x, axes, keepdim: keepdim, name)
    guard plan.reduced.allSatisfy({ x.dims[$0] > 0 }) else {
      let empty = plan.reduced.first { x.dims[$0] == 0 }!
      throw EngineError(name, "axis \(empty + 1) of \(dims.text) is empty, so it has no \(name)imum")
    }
    let y = try x.reduced(op, plan, x.dtype)
    guard Autograd.records(x) else { return y }
    return y.derived(name, from: [x], saving: [x], keepsOutput: true) { pull in
      // Equal extremes share the gradient, as torch.amax does.
      let hits = try Tensor.eq(x.detached(), pull.output.detached().reshape(plan.kept.array)).converted(to: x.dtype)
      let share = try hits / hits.sum(plan.reduced, keepdim: true)
      return [try pull.grad.reshape(plan.kept.array) * share]
    }
  }

  /// The largest element over some axes, or all; NaN wins.
  public func max(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try extremum(CK_RMAX, "max", axes, keepdim)
  }

  /// The smallest element over some axes, or all; NaN wins.
  public func min(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try extremum(CK_RMIN, "min", axes, keepdim)
  }

  /// Whether any element over some axes, or all, differs from 0; bool.
  public func any(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = detached()
    return try x.reduced(CK_ANY, ReducePlan(x, axes, keepdim: keepdim, "any"), .bool)
  }

  /// Whether all elements over some axes, or all, differ from 0; bool.
  public func all(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = detached()
    return try x.reduced(CK_ALL, ReducePlan(x, axes, keepdim: keepdim, "all"), .bool)
  }

  /// The Euclidean norm over some axes, or all.
  public func norm(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let plan = try ReducePlan(x, axes, keepdim: keepdim, "norm")
    let y = try x.reduced(CK_SUMSQ, plan, x.dtype)
    try y.run(CK_SQRT, into: y)
    guard Autograd.records(x) else { return y }
    return y.derived("norm", from: [x], saving: [x], keepsOutput: true) { pull in
      // x / |x|, and 0 for the zero vector.
      let length = try pull.output.reshape(plan.kept.array)
      let safe = try length.maskedFill(length.detached().eq(0), 1)
      return [try pull.grad.reshape(plan.kept.array) * (x / safe)]
    }
  }

  /// log Σ e^x over some axes, or all, without overflow.
  public func logSumExp(_ axes: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let plan = try ReducePlan(x, axes, keepdim: keepdim, "logsumexp")
    if plan.reduced.contains(where: { x.dims[$0] == 0 }) {
      return try x.sum(axes, keepdim: keepdim).log()  // log 0: minus infinity
    }
    let top = try x.detached().max(axes, keepdim: true).reshape(plan.kept.array)
    let finite = try Tensor.where(top.abs().eq(.infinity), Tensor.full([], 0, x.dtype), top)
    let sum = try (x - finite).exp().sum(axes, keepdim: keepdim)
    return try sum.log() + finite.reshape(plan.output.array)
  }

  /// Positions (from 0, i64) of the largest element along an axis, or in row-major order over everything.
  public func argmax(_ place: Int? = nil, keepdim: Bool = false) throws -> Tensor {
    try arg(smallest: false, "argmax", place, keepdim)
  }

  /// Positions (from 0, i64) of the smallest element along an axis, or in row-major order over everything.
  public func argmin(_ place: Int? = nil, keepdim: Bool = false) throws -> Tensor {
    try arg(smallest: true, "argmin", place, keepdim)
  }

  private func arg(smallest: Bool, _ name: String, _ place: Int?, _ keepdim: Bool) throws -> Tensor {
    let wanted = smallest ? "minimum" : "maximum"
    guard let place else {
      guard count > 0 else {
        throw EngineError(name, "a tensor of \(dims.text) has no elements, so it has no \(wanted)")
      }
      let flat = try detached().reshape([count]).arg(smallest: smallest, name, 0, false)
      return keepdim ? try flat.reshape([Int](repeating: 1, count: rank)) : flat
    }
    let x = detached()
    let axis = try x.axis(place, name)
    guard dims[axis] > 0 else {
      throw EngineError(name, "axis \(axis + 1) of \(dims.text) is empty, so it has no \(wanted)")
    }
    let plan = try ReducePlan(x, [axis], keepdim: keepdim, name)
    let y = try Tensor.empty(plan.output, .i64)
    var (outer, _) = plan.nests(x, y)
    Profile.kernel(moved: count * dtype.size + y.count * 8)
    let status = ck_arg(
      smallest, dtype.code, &outer, Int64(dims[axis]), Int64(strides[axis]), y.base.assumingMemoryBound(to: Int64.self),
      base)
    try finish(status, name)
    return y
  }

  /// Running sums along an axis.
  public func cumsum(_ place: Int) throws -> Tensor {
    let x = try summable
    let axis = try x.axis(place, "cumsum")
    let y = try Tensor.empty(x.dims, x.dtype, for: "cumsum")
    var (sizes, outSteps, inSteps) = (x.dims, y.strides, x.strides)
    sizes.remove(at: axis)
    outSteps.remove(at: axis)
    inSteps.remove(at: axis)
    var outer = Nest.make(sizes, outSteps, inSteps)
    Profile.kernel(moved: 2 * x.count * x.dtype.size)
    let status = ck_cumsum(
      x.dtype.code, &outer, Int64(x.dims[axis]), Int64(y.strides[axis]), Int64(x.strides[axis]), y.base, x.base)
    try finish(status, "cumsum")
    guard Autograd.records(x) else { return y }
    return y.derived("cumsum", from: [x]) { [try $0.grad.flip([axis]).cumsum(axis).flip([axis])] }
  }

  /// The elements in order along an axis, and their positions (from 0). Stable; NaN counts as largest.
  public func sort(_ place: Int = -1, descending: Bool = false) throws -> (values: Tensor, positions: Tensor) {
    let axis = try axis(place, "sort")
    let positions = try detached().sortedPositions(axis, descending)
    return (try gather(axis, positions), positions)
  }

  /// The positions (from 0) that sort an axis; stable, NaN counts as largest.
  func sortedPositions(_ axis: Int, _ descending: Bool) throws -> Tensor {
    let values = try Tensor.empty(dims, dtype), positions = try Tensor.empty(dims, .i64)
    var (sizes, outSteps, inSteps) = (dims, values.strides, strides)
    sizes.remove(at: axis)
    outSteps.remove(at: axis)
    inSteps.remove(at: axis)
    var outer = Nest.make(sizes, outSteps, inSteps)
    Profile.path("own kernel")
    let status = ck_sort(
      descending, dtype.code, &outer, Int64(dims[axis]), Int64(values.strides[axis]), Int64(strides[axis]), values.base,
      positions.base.assumingMemoryBound(to: Int64.self), base)
    try finish(status, "sort")
    return positions
  }

  /// The k largest (or smallest) elements along an axis in order, and their positions (from 0).
  public func topk(_ k: Int, _ place: Int = -1, largest: Bool = true) throws -> (values: Tensor, positions: Tensor) {
    let axis = try axis(place, "topk")
    guard k >= 0, k <= dims[axis] else {
      throw EngineError("topk", expected: "k from 0 to \(dims[axis]), the size of axis \(axis + 1)", came: "\(k)")
    }
    let positions = try detached().sortedPositions(axis, largest).slice(axis, 0, k, step: 1).contiguous()
    return (try gather(axis, positions), positions)
  }

  /// e^x / Σ e^x along an axis.
  public func softmax(_ place: Int) throws -> Tensor {
    let y = try softmaxForward(place, logarithm: false)
    let (x, axis) = (dtype.isFloating ? self : y, y.axisAlready(place))
    guard Autograd.records(x) else { return y }
    return y.derived("softmax", from: [x], keepsOutput: true) { pull in
      let weighted = try pull.grad * pull.output
      return [try weighted - pull.output * weighted.sum([axis], keepdim: true)]
    }
  }

  /// log(e^x / Σ e^x) along an axis, without overflow.
  public func logSoftmax(_ place: Int) throws -> Tensor {
    let y = try softmaxForward(place, logarithm: true)
    let (x, axis) = (dtype.isFloating ? self : y, y.axisAlready(place))
    guard Autograd.records(x) else { return y }
    return y.derived("log_softmax", from: [x], keepsOutput: true) { pull in
      [try pull.grad - pull.output.exp() * pull.grad.sum([axis], keepdim: true)]
    }
  }

  private func axisAlready(_ place: Int) -> Int { place < 0 ? place + rank : place }

  private func softmaxForward(_ place: Int, logarithm: Bool) throws -> Tensor {
    let x = dtype.isFloating ? self : try converted(to: .f32)
    let name = logarithm ? "log_softmax" : "softmax"
    let axis = try x.axis(place, name)
    let y = try Tensor.empty(x.dims, x.dtype, for: name)
    var (sizes, outSteps, inSteps) = (x.dims, y.strides, x.strides)
    sizes.remove(at: axis)
    outSteps.remove(at: axis)
    inSteps.remove(at: axis)
    var outer = Nest.make(sizes, outSteps, inSteps)
    Profile.kernel(moved: 2 * x.count * x.dtype.size)
    let status = ck_softmax(
      logarithm, x.dtype.code, &outer, Int64(x.dims[axis]), Int64(y.strides[axis]), Int64(x.strides[axis]), y.base,
      x.base)
    try finish(status, name)
    return y
  }
}
