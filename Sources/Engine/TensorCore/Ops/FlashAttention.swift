internal import CKernels
internal import Surface

/// One call of attention for the tiled kernel. Operands: f32, their last axis dense; leading axes that stretch to `batch`.
struct FlashAttention {
  private let q: Tensor, k: Tensor, v: Tensor, mask: Tensor?
  private let batch: [Int]
  private let length: Int, sources: Int, size: Int, width: Int
  private let isCausal: Bool
  private let scale: Double

  /// nil where the kernel does not serve: other types than f32, empty operands, queries or values of more than 512
  /// elements.
  init?(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, isCausal: Bool, scale: Double, batch: [Int]
  ) throws {
    (length, sources, size, width) = (q.dims[q.rank - 2], k.dims[k.rank - 2], q.dims[q.rank - 1], v.dims[v.rank - 1])
    let most = Int(CK_ATTENTION_SIZE)
    guard q.dtype == .f32, size <= most, width <= most, !(batch + [length, sources, size, width]).contains(0) else {
      return nil
    }
    (self.q, self.k, self.v) = (try q.denseRows(), try k.denseRows(), try v.denseRows())
    (self.mask, self.batch, self.isCausal, self.scale) = (mask?.detached(), batch, isCausal, scale)
  }

  /// The result [*, L, E]; where backward will follow, also what it reads of every query, [*, 2, L].
  func forward(forBackward: Bool) throws -> (y: Tensor, sums: Tensor?) {
    let y = try Tensor.empty(Dims(batch + [length, width]), .f32, for: "attention")
    let sums = try forBackward ? Tensor.empty(Dims(batch + [2, length]), .f32, for: "attention") : nil
    var plan = plan(y, sums)
    let scratch = try scratch(&plan, backward: false)
    try Profile.measure("attention: tiles", flops: operations(products: 2)) {
      Profile.path("own tiles")
      try withExtendedLifetime(scratch) {
        ck_attention_forward(&plan, scratch.floatPlaces)
        try finish(0, "attention")
      }
    }
    return (y, sums)
  }

  /// Gradients of q, k and v over the whole `batch`, those that are wanted; y and sums as `forward` gave them.
  func backward(_ grad: Tensor, _ y: Tensor, _ sums: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let shapes = [[length, size], [sources, size], [sources, width]]
    let gradients = try zip(wants, shapes).map { wanted, shape in
      try wanted ? Tensor.empty(Dims(batch + shape), .f32, for: "attention") : nil
    }
    var plan = plan(y, sums)
    let grad = try grad.denseRows()
    plan.grad = rows(grad)
    plan.dq = gradients[0]?.floatPlaces
    plan.dk = gradients[1]?.floatPlaces
    plan.dv = gradients[2]?.floatPlaces
    let scratch = try scratch(&plan, backward: true)
    let products = wants.reduce(2) { $0 + ($1 ? 1 : 0) }
    try Profile.measure("attention: tiles", flops: operations(products: products)) {
      Profile.path("own tiles")
      try withExtendedLifetime((grad, y, sums, scratch)) {
        ck_attention_backward(&plan, scratch.floatPlaces)
        try finish(0, "attention")
      }
    }
    return gradients
  }

  private func operations(products: Int) -> Double {
    (batch + [length, sources]).reduce(Double(products * (size + width))) { $0 * Double($1) }
  }

  private func scratch(_ plan: inout ck_attention, backward: Bool) throws -> Tensor {
    try Tensor.empty(Dims([Int(ck_attention_scratch(&plan, backward))]), .f32, for: "attention")
  }

  private func plan(_ y: Tensor, _ sums: Tensor?) -> ck_attention {
    var plan = ck_attention()
    plan.axes = Int32(batch.count)
    FlashAttention.copy(batch, into: &plan.batch)
    plan.length = Int64(length)
    plan.sources = Int64(sources)
    plan.size = Int64(size)
    plan.width = Int64(width)
    plan.is_causal = isCausal
    plan.scale = Float(scale)
    (plan.q, plan.k, plan.v) = (rows(q), rows(k), rows(v))
    if let mask {
      let strides = mask.strides(over: Dims(batch + [length, sources])).array
      plan.mask.base = UnsafeRawPointer(mask.base)
      plan.mask.kind = Int32(mask.dtype == .bool ? CK_MASK_BOOL : CK_MASK_ADDED)
      plan.mask.row = Int64(strides[batch.count])
      plan.mask.column = Int64(strides[batch.count + 1])
      FlashAttention.copy(strides.dropLast(2), into: &plan.mask.batch)
    }
    plan.out = y.floatPlaces
    plan.sums = sums?.floatPlaces
    return plan
  }

  private func rows(_ x: Tensor) -> ck_attention_rows {
    let strides = x.strides(over: Dims(batch + x.shape.suffix(2))).array
    var rows = ck_attention_rows()
    rows.base = UnsafePointer(x.floatPlaces)
    rows.row = Int64(strides[batch.count])
    FlashAttention.copy(strides.dropLast(2), into: &rows.batch)
    return rows
  }

  private static func copy<Row>(_ values: some Sequence<Int>, into row: inout Row) {
    withUnsafeMutableBytes(of: &row) { bytes in
      let words = bytes.assumingMemoryBound(to: Int64.self)
      for (place, value) in values.enumerated() { words[place] = Int64(value) }
    }
  }
}

extension Tensor {
  /// The elements without history, each row's side by side.
  fileprivate func denseRows() throws -> Tensor {
    dims[rank - 1] == 1 || strides[rank - 1] == 1 ? detached() : try detached().contiguous()
  }

  fileprivate var floatPlaces: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  /// Attention by the tiled kernel, or nil where it does not serve. Backward computes the scores again, tile by tile; for
  /// second derivatives it goes through the definition instead.
  func flashAttention(
    _ keys: Tensor, _ values: Tensor, mask: Tensor?, isCausal: Bool, scale: Double, batch: [Int]
  ) throws -> Tensor? {
    let records = Autograd.records([self, keys, values])
    guard
      let call = try FlashAttention(self, keys, values, mask: mask, isCausal: isCausal, scale: scale, batch: batch)
    else { return nil }
    let (y, sums) = try call.forward(forBackward: records)
    guard records, let sums else { return y }
    let saved = [self, keys, values] + (mask.map { [$0] } ?? [])
    return y.derived("attention", from: [self, keys, values], saving: saved, keepsOutput: true) { pull in
      let wants = (0..<3).map(pull.wants)
      guard Autograd.isEnabled else { return try call.backward(pull.grad, pull.output, sums, wants: wants) }
      let start = Node.youngest
      let again = try self.plainAttention(keys, values, mask: mask, isCausal: isCausal, scale: scale)
      return try Autograd.gradients(
        of: [again], at: [self.edge, keys.edge, values.edge], seeds: [pull.grad], since: start)
    }
  }
}
