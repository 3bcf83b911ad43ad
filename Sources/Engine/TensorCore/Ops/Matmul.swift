internal import Surface

extension Tensor {
  /// Matrix product of the last two axes; axes before them broadcast. A vector counts as one row on the left and one
  /// column on the right, as in PyTorch. self: [*, M, K], other: [*, K, N] → [*, M, N].
  public func matmul(_ other: Tensor) throws -> Tensor {
    let type = try ElementType.promoted(dtype, other.dtype, "matmul")
    guard rank > 0, other.rank > 0, dims[rank - 1] == other.dims[Swift.max(other.rank - 2, 0)] else {
      throw EngineError(
        "matmul", "the shapes \(dims.text) and \(other.dims.text) do not fit together",
        advice: rank == 0 || other.rank == 0
          ? "a scalar has no rows or columns: use * instead"
          : "the last size of the first must be the last but one of the second")
    }
    let floating: ElementType = type.isFloating ? type : .f32
    let (a, b) = (try converted(to: floating), try other.converted(to: floating))
    let left = a.rank == 1 ? try a.unsqueeze(0) : a
    let right = b.rank == 1 ? try b.unsqueeze(1) : b
    var y = try Tensor.batchedProduct(left, right)
    if b.rank == 1 { y = try y.squeeze(-1) }
    if a.rank == 1 { y = try y.squeeze(b.rank == 1 ? -1 : -2) }
    return y
  }

  /// a [*, M, K] by b [*, K, N], both of rank 2 or more.
  private static func batchedProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    if a.rank == 2 && b.rank == 2 { return try product(a, b) }
    let (m, k, n) = (a.dims[a.rank - 2], a.dims[a.rank - 1], b.dims[b.rank - 1])
    let (aBatch, bBatch) = (Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    if bBatch.allSatisfy({ $0 == 1 }), bBatch.count <= aBatch.count {
      // One right matrix for all: the batch joins the rows.
      let rows = try product(a.reshape([aBatch.reduce(m, *), k]), b.reshape([k, n]))
      return try rows.reshape(aBatch + [m, n])
    }
    guard let batch = Dims.broadcast(Dims(aBatch), Dims(bBatch)) else {
      throw EngineError(
        "matmul", "the batch axes of \(a.dims.text) and \(b.dims.text) do not fit together",
        advice: "sizes before the last two must be equal or 1")
    }
    let left = try a.expand(batch.array + [m, k]).reshape([batch.product, m, k])
    let right = try b.expand(batch.array + [k, n]).reshape([batch.product, k, n])
    return try product(left, right).reshape(batch.array + [m, n])
  }

  /// The recorded product of two matrices, or of two equally long batches of them.
  private static func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let y = try forward(a, b)
    guard Autograd.records(a, b) else { return y }
    // Each operand is kept only for the other one's gradient.
    let (left, right) = (b.requiresGradient ? a : nil, a.requiresGradient ? b : nil)
    return y.derived("matmul", from: [a, b], saving: [left, right].compactMap(\.self)) { pull in
      [
        pull.wants(0) ? try product(pull.grad, right!.transposed()) : nil,
        pull.wants(1) ? try product(left!.transposed(), pull.grad) : nil,
      ]
    }
  }

  private static func forward(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let batch = a.rank == 3 ? a.dims[0] : 1
    let (m, k, n) = (a.dims[a.rank - 2], a.dims[a.rank - 1], b.dims[b.rank - 1])
    var shape = Dims()
    if a.rank == 3 { shape.append(batch) }
    shape.append(m)
    shape.append(n)
    // bf16 and f16 compute in f32.
    let type: ElementType = a.dtype == .f64 ? .f64 : .f32
    let y = try empty(shape, type, for: "matmul")
    if y.count == 0 { return try y.converted(to: a.dtype) }
    if k == 0 {
      y.fill(0)
      return try y.converted(to: a.dtype)
    }
    let left = try a.detached().converted(to: type).matrixLike(),
      right = try b.detached().converted(to: type).matrixLike()
    let plan = MatmulPlan(
      batch: batch, m: m, n: n, k: k, left: left.matrixStrides, right: right.matrixStrides)
    try MatmulKernels.product(plan, type, left.base, right.base, into: y.base)
    return try y.converted(to: a.dtype)
  }

  /// This tensor, or a dense copy where neither of its last two axes has neighbouring elements.
  private func matrixLike() throws -> Tensor {
    let (rows, columns) = (dims[rank - 2], dims[rank - 1])
    let (rowStep, columnStep) = (strides[rank - 2], strides[rank - 1])
    let plain = (columnStep == 1 || columns == 1) && rowStep >= columns
    let flipped = (rowStep == 1 || rows == 1) && columnStep >= rows
    let batchFits = rank == 2 || strides[0] >= 0
    return (plain || flipped) && batchFits ? self : try copy()
  }

  /// Batch, row and column strides; strides of axes of size 1 are made those of a dense matrix.
  private var matrixStrides: SIMD3<Int> {
    let (rows, columns) = (dims[rank - 2], dims[rank - 1])
    var (rowStep, columnStep) = (strides[rank - 2], strides[rank - 1])
    if columns == 1 && rows == 1 {
      (rowStep, columnStep) = (1, 1)
    } else if columns == 1 {
      columnStep = rowStep == 1 ? Swift.max(rows, 1) : 1
    } else if rows == 1 {
      rowStep = columnStep == 1 ? columns : 1
    }
    return SIMD3(rank == 3 ? strides[0] : 0, rowStep, columnStep)
  }

  /// x · wᵀ (+ b). x: [*, in], w: [out, in], b: [out] → [*, out].
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
    guard weight.rank == 2, rank > 0, dims[rank - 1] == weight.dims[1] else {
      throw EngineError(
        "linear", "an input of \(dims.text) and weights of \(weight.dims.text) do not fit together",
        advice: "the input's last size must be the weights' second: they are [outputs, inputs]")
    }
    if let bias, bias.dims != Dims([weight.dims[0]]) {
      throw EngineError("linear", expected: "a bias of \(weight.dims[0])", came: bias.dims.text)
    }
    let y = try matmul(weight.transposed())
    return try bias.map { try y + $0 } ?? y
  }
}
