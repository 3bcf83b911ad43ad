internal import CKernels
internal import Surface

// Reading and writing by positions. Positions count from 0 here; the script's surface converts.

extension Tensor {
  /// Index tensors as dense i64 with negatives counted from the end.
  private func positions(_ size: Int, _ operation: String) throws -> Tensor {
    guard !dtype.isFloating, dtype != .bool else {
      throw EngineError(
        operation, expected: "integer positions", came: "a tensor of \(dtype)", advice: "convert it with t:to(\"i64\")")
    }
    let whole = try detached().converted(to: .i64)
    return try Tensor.where(whole.compare(CK_LT, 0), whole + Double(size), whole)
  }

  private func throwOutside(_ bad: Int64, _ axis: Int, _ operation: String) throws -> Never {
    throw EngineError(
      operation, "there is no position \(bad + 1) on axis \(axis + 1) of a tensor of \(dims.text)",
      advice: "positions count from 1 to \(dims[axis])")
  }

  /// result[i] = self[i with axis := index[i]]; `index` has this tensor's rank, and along other axes no larger sizes.
  public func gather(_ place: Int, _ index: Tensor) throws -> Tensor {
    let axis = try axis(place, "gather")
    return try gathered(axis, try checkedIndex(index, axis, "gather"), "gather")
  }

  /// `gather` with positions that are i64 and not negative.
  func gathered(_ axis: Int, _ positions: Tensor, _ operation: String) throws -> Tensor {
    let y = try Tensor.empty(positions.dims, dtype, for: operation)
    var steps = strides
    steps[axis] = 0
    var nest = Nest.make(y.dims, y.strides, positions.strides, steps)
    var bad: Int64 = 0
    Profile.kernel(moved: y.count * (2 * dtype.size + 8))
    let status = ck_gather(
      dtype.code, &nest, y.base, positions.base.assumingMemoryBound(to: Int64.self), base, Int64(strides[axis]),
      Int64(dims[axis]), &bad)
    if status == 1 { try throwOutside(bad, axis, operation) }
    try finish(status, operation)
    guard Autograd.records(self) else { return y }
    return y.derived(operation, from: [self], saving: [positions]) { [dims, dtype] pull in
      [try Tensor.zeros(dims.array, dtype).scattered(axis, positions, pull.grad)]
    }
  }

  private func checkedIndex(_ index: Tensor, _ axis: Int, _ operation: String) throws -> Tensor {
    guard index.rank == rank, (0..<rank).allSatisfy({ $0 == axis || index.dims[$0] <= dims[$0] }) else {
      throw EngineError(
        operation, expected: "an index of \(rank) axes, no larger than \(dims.text) outside axis \(axis + 1)",
        came: index.dims.text)
    }
    return try index.positions(dims[axis], operation)
  }

  /// A copy with `source` added at the places that `index` names along an axis; equal places add up in order.
  public func scatterAdd(_ place: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
    let axis = try axis(place, "scatter_add")
    let positions = try checkedIndex(index, axis, "scatter_add")
    guard source.dims == positions.dims, source.dtype == dtype else {
      throw EngineError(
        "scatter_add", expected: "values of \(positions.dims.text) \(dtype)",
        came: "\(source.dims.text) \(source.dtype)")
    }
    return try scattered(axis, positions, source)
  }

  /// `scatterAdd` with positions that are i64 and not negative.
  private func scattered(_ axis: Int, _ positions: Tensor, _ source: Tensor) throws -> Tensor {
    let y = try Autograd.noGradient { try copy() }
    var steps = y.strides
    steps[axis] = 0
    var nest = Nest.make(source.dims, source.strides, positions.strides, steps)
    var bad: Int64 = 0
    Profile.kernel(moved: source.count * (3 * dtype.size + 8))
    let status = ck_scatter_add(
      dtype.code, &nest, source.base, positions.base.assumingMemoryBound(to: Int64.self), y.base,
      Int64(y.strides[axis]), Int64(dims[axis]), &bad)
    if status == 1 { try throwOutside(bad, axis, "scatter_add") }
    try finish(status, "scatter_add")
    guard Autograd.records(self, source) else { return y }
    return y.derived("scatter_add", from: [self, source], saving: [positions]) {
      [$0.grad, $0.wants(1) ? try $0.grad.gathered(axis, positions, "gather") : nil]
    }
  }

  /// Whole slices picked along an axis: result's axis has the length of `index` (one axis).
  public func indexSelect(_ place: Int, _ index: Tensor) throws -> Tensor {
    let axis = try axis(place, "index_select")
    guard index.rank <= 1 else {
      throw EngineError("index_select", expected: "positions in one axis", came: "a tensor of \(index.dims.text)")
    }
    var shape = [Int](repeating: 1, count: rank)
    shape[axis] = index.count
    var target = self.shape
    target[axis] = index.count
    // Only the short list is converted and checked for negatives; stretched, it costs no memory.
    let positions = try index.positions(dims[axis], "index_select").reshape(shape).expand(target)
    return try gathered(axis, positions, "index_select")
  }

  /// Rows of this table [rows, features] by their ids, counted from 0: ids [*] → [*, features].
  public func embedding(_ ids: Tensor) throws -> Tensor {
    guard rank == 2 else { throw EngineError("embedding", expected: "weights [ids, features]", came: dims.text) }
    guard !ids.dtype.isFloating, ids.dtype != .bool else {
      throw EngineError(
        "embedding", expected: "integer ids", came: "a tensor of \(ids.dtype)", advice: "convert it with t:to(\"i64\")")
    }
    let whole = try ids.detached().converted(to: .i64).reshape([ids.count])
    let bad = try Autograd.noGradient { try whole.integers().first { $0 < 0 || $0 >= dims[0] } }
    if let bad {
      throw EngineError(
        "embedding", "there is no id \(bad) among \(dims[0]) rows", advice: "ids count from 0 to \(dims[0] - 1)")
    }
    return try indexSelect(0, whole).reshape(ids.shape + [dims[1]])
  }
}
