internal import Surface

extension Tensor {
  /// Scaled dot-product attention, softmax(q·kᵀ·scale + mask)·v. self: queries [*, L, D], keys: [*, S, D],
  /// values: [*, S, E] → [*, L, E]; leading axes broadcast.
  /// - Parameters:
  ///   - mask: broadcasts to [*, L, S]; bool: true lets a query see a key; floating: added to the scores. A query that
  ///     sees nothing gets zeros, and passes back a gradient of zero.
  ///   - isCausal: query i sees the keys up to i, also where L and S differ.
  ///   - scale: 1/√D when nil.
  ///
  /// Vaswani et al. 2017, arXiv 1706.03762; PyTorch's `scaled_dot_product_attention`. Without gradients the scores
  /// exist in tiles only, never as a whole matrix L×S; in f32, bf16 and f16 (which are computed in f32) neither with
  /// gradients of first order, unless the mask's own is wanted.
  public func attention(
    _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil, isCausal: Bool = false, scale: Double? = nil
  ) throws -> Tensor {
    let batch = try attentionBatch(keys, values, mask, isCausal)
    let both = try ElementType.promoted(dtype, keys.dtype, "attention")
    var type = try ElementType.promoted(both, values.dtype, "attention")
    if !type.isFloating { type = .f32 }
    // Half floats are computed in f32.
    let computed: ElementType = type == .f64 ? .f64 : .f32
    let (q, k, v) = (
      try converted(to: computed), try keys.converted(to: computed), try values.converted(to: computed)
    )
    let bias = mask?.dtype == .bool ? mask : try mask?.converted(to: computed)
    let factor = scale ?? 1 / Double(Swift.max(dims[rank - 1], 1)).squareRoot()
    let y = try q.attention(k, v, bias: bias, isCausal: isCausal, scale: factor, batch: batch)
    return try y.converted(to: type)
  }

  /// Chooses the way: the kernel in tiles, the definition in tiles, or, where it is small or its gradient is wanted, the
  /// definition. Operands of one type, f32 or f64.
  private func attention(
    _ k: Tensor, _ v: Tensor, bias: Tensor?, isCausal: Bool, scale: Double, batch: [Int]
  ) throws -> Tensor {
    // The gradient of a mask is as large as the scores themselves.
    if !Autograd.records(bias.map { [$0] } ?? []),
      let y = try flashAttention(k, v, mask: bias, isCausal: isCausal, scale: scale, batch: batch)
    {
      return y
    }
    let scores = (batch + [dims[rank - 2], k.dims[k.rank - 2]]).reduce(1) { $0.multipliedFully(by: $1) }
    if scores <= Tensor.attentionTile || Autograd.records([self, k, v] + (bias.map { [$0] } ?? [])) {
      return try plainAttention(k, v, mask: bias, isCausal: isCausal, scale: scale)
    }
    return try tiledAttention(k, v, mask: bias, isCausal: isCausal, scale: scale, batch: batch)
  }

  /// Scores that lie in memory at once without gradients.
  private static let attentionTile = 1 << 19

  /// The whole matrix of scores at once, differentiable: the definition, and the oracle of the tiles.
  /// `firstRow`: the position of the first query, for causal tiles.
  package func plainAttention(
    _ keys: Tensor, _ values: Tensor, mask: Tensor?, isCausal: Bool, scale: Double, firstRow: Int = 0
  ) throws -> Tensor {
    var scores = try (self * scale).matmul(keys.transposed())
    let (length, sources) = (dims[rank - 2], keys.dims[keys.rank - 2])
    if isCausal {
      let rows = try Tensor.arange(Double(firstRow), Double(firstRow + length), 1, .i64).unsqueeze(1)
      let seen = try Tensor.ge(rows, Tensor.arange(0, Double(sources), 1, .i64))
      scores = try scores.maskedFill(seen.eq(0), -.infinity)
    }
    guard let mask, sources > 0 else { return try scores.softmax(-1).matmul(values) }
    scores = mask.dtype == .bool ? try scores.maskedFill(mask.eq(0), -.infinity) : try scores + mask
    let blind = try scores.detached().max([-1], keepdim: true).eq(-.infinity)
    return try scores.maskedFill(blind, 0).softmax(-1).maskedFill(blind, 0).matmul(values)
  }

  /// Several heads, or some rows of one head, at a time. Unrecorded.
  package func tiledAttention(
    _ keys: Tensor, _ values: Tensor, mask: Tensor?, isCausal: Bool, scale: Double, batch: [Int]
  ) throws -> Tensor {
    let count = batch.reduce(1, *)
    func flat(_ x: Tensor) throws -> Tensor {
      let matrix = Array(x.shape.suffix(2))
      return try x.expand(batch + matrix).reshape([count] + matrix)
    }
    let (q, k, v) = (try flat(self), try flat(keys), try flat(values))
    let (length, sources) = (q.dims[1], k.dims[1])
    let y = try Tensor.empty(Dims([count, length, v.dims[2]]), dtype, for: "attention")
    // A mask that differs from head to head is looked up head by head.
    let isShared = mask?.shape.dropLast(2).allSatisfy { $0 == 1 } ?? true
    let heads =
      isShared ? Swift.min(Swift.max(Tensor.attentionTile / length.multipliedFully(by: sources), 1), count) : 1
    let rows = Swift.min(Swift.max(Tensor.attentionTile / (heads * sources), 1), length)
    for head in stride(from: 0, to: count, by: heads) {
      let here = Swift.min(heads, count - head)
      for row in stride(from: 0, to: length, by: rows) {
        try Interrupt.check()
        let some = Swift.min(rows, length - row)
        // Later keys are hidden from all rows of a causal tile.
        let seen = isCausal ? Swift.min(row + some, sources) : sources
        let part = try q.narrow(0, head, here).narrow(1, row, some).plainAttention(
          k.narrow(0, head, here).narrow(1, 0, seen), v.narrow(0, head, here).narrow(1, 0, seen),
          mask: mask?.attentionMask(head, of: batch, row, some), isCausal: isCausal, scale: scale, firstRow: row)
        try part.cast(into: y.narrow(0, head, here).narrow(1, row, some))
        Work.reached(head * length + here * (row + some), of: count * length)
      }
    }
    return try y.reshape(batch + [length, v.dims[2]])
  }

  /// The part of a mask for some rows of one head (of any head where all share the mask), of two axes or fewer.
  private func attentionMask(_ head: Int, of batch: [Int], _ row: Int, _ rows: Int) throws -> Tensor {
    var (part, rest) = (self, head)
    for (axis, size) in batch.enumerated().reversed() {
      // Counted from the last axis: a mask may have fewer axes than the batch.
      let own = axis - batch.count + rank - 2
      if own >= 0 { part = try part.select(own, dims[own] == 1 ? 0 : rest % size) }
      rest /= size
    }
    return part.rank == 2 && part.dims[0] > 1 ? try part.narrow(0, row, rows) : part
  }

  /// Every check; the common leading axes.
  private func attentionBatch(_ keys: Tensor, _ values: Tensor, _ mask: Tensor?, _ isCausal: Bool) throws -> [Int] {
    guard rank >= 2, keys.rank >= 2, values.rank >= 2, dims[rank - 1] == keys.dims[keys.rank - 1],
      keys.dims[keys.rank - 2] == values.dims[values.rank - 2],
      let some = Dims.broadcast(Dims(shape.dropLast(2)), Dims(keys.shape.dropLast(2))),
      let batch = Dims.broadcast(some, Dims(values.shape.dropLast(2)))
    else {
      throw EngineError(
        "attention", expected: "queries [N, heads, L, D], keys [N, heads, S, D] and values [N, heads, S, E]",
        came: "\(dims.text), \(keys.dims.text) and \(values.dims.text)")
    }
    guard let mask else { return batch.array }
    guard !isCausal else {
      throw EngineError("attention", "takes either a mask or is_causal, not both", advice: "put both into the mask")
    }
    guard mask.dtype == .bool || mask.dtype.isFloating else {
      throw EngineError(
        "attention", expected: "a mask of bool (what may be seen) or of numbers to add", came: "\(mask.dtype)",
        advice: "compare, as in m:gt(0), for a mask of bool")
    }
    let scores = Dims(batch.array + [dims[rank - 2], keys.dims[keys.rank - 2]])
    guard Dims.broadcast(mask.dims, scores) == scores else {
      throw EngineError("attention", expected: "a mask that stretches to \(scores.text)", came: mask.dims.text)
    }
    return batch.array
  }
}

extension Int {
  /// The product, or the largest integer where it overflows.
  fileprivate func multipliedFully(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
