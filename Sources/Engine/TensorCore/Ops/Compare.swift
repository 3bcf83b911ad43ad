internal import CKernels
internal import Surface

// Comparisons make tensors of bool (0 and 1); they have no gradient.

extension ck_compare_op {
  /// The name that a script calls the comparison by.
  fileprivate var scriptName: String {
    switch self {
    case CK_EQ: "eq"
    case CK_NE: "ne"
    case CK_LT: "lt"
    case CK_LE: "le"
    case CK_GT: "gt"
    default: "ge"
    }
  }
}

extension Tensor {
  /// The comparison of two tensors; `name` is what errors show, by default the comparison's own.
  static func compare(_ op: ck_compare_op, _ a: Tensor, _ b: Tensor, for name: String? = nil) throws -> Tensor {
    let name = name ?? op.scriptName
    let target = try a.broadcastShape(with: b, name)
    let type = try ElementType.promoted(a.dtype, b.dtype, name)
    let (a, b) = try Autograd.noGradient { (try a.converted(to: type), try b.converted(to: type)) }
    let y = try empty(target, .bool, for: name)
    var nest = Nest.make(target, y.strides, a.strides(over: target), b.strides(over: target))
    let flags = y.base.assumingMemoryBound(to: UInt8.self)
    Profile.kernel(moved: (a.count + b.count) * type.size + y.count)
    try finish(ck_compare(Int32(op.rawValue), type.code, &nest, flags, a.base, b.base), name)
    return y
  }

  /// The comparison with a number.
  func compare(_ op: ck_compare_op, _ number: Double, for name: String? = nil) throws -> Tensor {
    let name = name ?? op.scriptName
    let y = try Tensor.empty(dims, .bool, for: name)
    var nest = Nest.make(dims, y.strides, strides)
    let flags = y.base.assumingMemoryBound(to: UInt8.self)
    Profile.kernel(moved: count * (dtype.size + 1))
    try finish(ck_compare_scalar(Int32(op.rawValue), dtype.code, &nest, flags, base, number), name)
    return y
  }

  /// Where a equals b.
  public static func eq(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_EQ, a, b) }
  /// Where a differs from b.
  public static func ne(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_NE, a, b) }
  /// Where a is below b.
  public static func lt(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_LT, a, b) }
  /// Where a is at most b.
  public static func le(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_LE, a, b) }
  /// Where a is above b.
  public static func gt(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_GT, a, b) }
  /// Where a is at least b.
  public static func ge(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(CK_GE, a, b) }
  /// Where an element equals a number.
  public func eq(_ number: Double) throws -> Tensor { try compare(CK_EQ, number) }
  /// Where an element differs from a number.
  public func ne(_ number: Double) throws -> Tensor { try compare(CK_NE, number) }
  /// Where an element is below a number.
  public func lt(_ number: Double) throws -> Tensor { try compare(CK_LT, number) }
  /// Where an element is at most a number.
  public func le(_ number: Double) throws -> Tensor { try compare(CK_LE, number) }
  /// Where an element is above a number.
  public func gt(_ number: Double) throws -> Tensor { try compare(CK_GT, number) }
  /// Where an element is at least a number.
  public func ge(_ number: Double) throws -> Tensor { try compare(CK_GE, number) }

  /// a where the mask holds (is not 0), b elsewhere; all three broadcast.
  public static func `where`(_ mask: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let type = try ElementType.promoted(a.dtype, b.dtype, "where")
    let (a, b, m) = (try a.converted(to: type), try b.converted(to: type), try mask.detached().converted(to: .bool))
    let target = try whereShape(m, a, b)
    let y = try empty(target, type, for: "where")
    var nest = Nest.make(
      target, y.strides, m.strides(over: target), a.strides(over: target), b.strides(over: target))
    Profile.kernel(moved: y.count * (3 * type.size + 1))
    try finish(ck_where(type.code, &nest, y.base, m.base.assumingMemoryBound(to: UInt8.self), a.base, b.base), "where")
    guard Autograd.records(a, b) else { return y }
    return y.derived("where", from: [a, b], saving: [m]) { pull in
      let zero = try full([], 0, type)
      return [
        pull.wants(0) ? try `where`(m, pull.grad, zero) : nil,
        pull.wants(1) ? try `where`(m, zero, pull.grad) : nil,
      ]
    }
  }

  private static func whereShape(_ mask: Tensor, _ a: Tensor, _ b: Tensor) throws -> Dims {
    guard let values = Dims.broadcast(a.dims, b.dims), let target = Dims.broadcast(mask.dims, values) else {
      throw EngineError(
        "where", "the shapes \(mask.dims.text) (mask), \(a.dims.text) and \(b.dims.text) do not fit together",
        advice: "sizes must be equal or 1, counted from the last axis")
    }
    return target
  }

  /// This tensor with `value` where the mask holds.
  public func maskedFill(_ mask: Tensor, _ value: Double) throws -> Tensor {
    guard Dims.broadcast(mask.dims, dims) != nil else {
      throw EngineError(
        "masked_fill", "a mask of \(mask.dims.text) does not fit a tensor of \(dims.text)",
        advice: "sizes must be equal or 1, counted from the last axis")
    }
    return try Tensor.where(mask, Tensor.full([], value, dtype), self)
  }

  /// Whether all elements agree within |a − b| ≤ atol + rtol·|b|. NaN equals nothing.
  public func isClose(to other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8) throws -> Bool {
    try Autograd.noGradient {
      let (a, b) = (try detached().converted(to: .f64), try other.detached().converted(to: .f64))
      let limit = try b.abs() * rtol + atol
      let same = try Tensor.eq(a, b)  // equal infinities
      let near = try Tensor.le((a - b).abs(), limit)
      return try Tensor.where(same, same, near).all().item() != 0
    }
  }
}
