internal import CKernels
internal import Surface

// Writes in place: names that end in an underscore in scripts. They bump the storage's version, so that a value saved
// for backward and then changed is noticed.

extension Tensor {
  /// Throws when writing here would make gradients wrong.
  private func checkWritable(_ operation: String, value: Tensor?) throws {
    for axis in 0..<rank where strides[axis] == 0 && dims[axis] > 1 {
      throw EngineError(
        operation, "several elements of this tensor are the same memory (it was stretched by expand)",
        advice: "change a copy: t:clone()")
    }
    guard Autograd.isEnabled else { return }
    if wantsGradient {
      throw EngineError(
        operation, "this tensor asks for a gradient, so it must not change while operations are recorded",
        advice: "do it inside tensor.no_grad(function() … end)")
    }
    if isView, node != nil || value?.requiresGradient == true {
      throw EngineError(
        operation, "this tensor is a view of another, and gradients flow through one of them",
        advice: "compute a new tensor instead (tensor.where, tensor.cat), or change a clone")
    }
  }

  /// This tensor's elements and history as they are now, apart from the object that is about to change.
  private func before() -> Tensor {
    let old = alias()
    old.node = node
    old.outputIndex = outputIndex
    return old
  }

  /// Writes elements here: all of them or, when an interrupt is pending, none.
  private func overwrite(with source: Tensor) throws {
    try Interrupt.check()
    uninterrupted { _ = source.store(into: self) }
    storage.version += 1
  }

  /// Writes the elements of `value`, broadcast and converted, into this tensor.
  @discardableResult
  public func copy_(_ value: Tensor) throws -> Tensor {
    try checkWritable("copy_", value: value)
    guard Dims.broadcast(value.dims, dims) == dims else {
      throw EngineError("copy_", "the shape \(value.dims.text) does not fit into \(dims.text)")
    }
    let source = value.storage === storage ? try value.detached().copy() : value.detached()
    try overwrite(with: source)
    // What was here before no longer matters; the gradient goes to the new value alone.
    if Autograd.records(self, value) {
      node = nil
      if value.requiresGradient { _ = derived("copy_", from: [value]) { [$0.grad] } }
    }
    return self
  }

  /// Writes one number to every element.
  @discardableResult
  public func fill_(_ value: Double) throws -> Tensor {
    try checkWritable("fill_", value: nil)
    try Interrupt.check()
    fill(value)
    storage.version += 1
    node = nil
    return self
  }

  /// Adds `scale` · other, broadcast.
  @discardableResult
  public func add_(_ other: Tensor, scale: Double = 1) throws -> Tensor {
    if let one = try multiplier(of: other, "add_") {
      return try rewritten { ternary(CK_ADDCMUL, self, other, one, scale) }
    }
    return try update("add_", other) { old, other in scale == 1 ? try old + other : try old + other * scale }
  }

  /// Adds a number.
  @discardableResult
  public func add_(_ number: Double) throws -> Tensor {
    try update("add_", CK_ADD_SCALAR, number) { try $0 + number }
  }

  /// Subtracts `scale` · other, broadcast.
  @discardableResult
  public func sub_(_ other: Tensor, scale: Double = 1) throws -> Tensor {
    if let one = try multiplier(of: other, "sub_") {
      return try rewritten { ternary(CK_ADDCMUL, self, other, one, -scale) }
    }
    return try update("sub_", other) { old, other in scale == 1 ? try old - other : try old - other * scale }
  }

  /// Multiplies by a tensor, broadcast.
  @discardableResult
  public func mul_(_ other: Tensor) throws -> Tensor { try update("mul_", other) { try $0 * $1 } }

  /// Multiplies by a number.
  @discardableResult
  public func mul_(_ number: Double) throws -> Tensor {
    try update("mul_", CK_MUL_SCALAR, number) { try $0 * number }
  }

  /// Divides by a tensor, broadcast.
  @discardableResult
  public func div_(_ other: Tensor) throws -> Tensor { try update("div_", other) { try $0 / $1 } }

  /// Divides by a number.
  @discardableResult
  public func div_(_ number: Double) throws -> Tensor {
    try update("div_", CK_DIV_SCALAR, number) { try $0 / number }
  }

  /// Limits every element to [low, high]; NaN stays.
  @discardableResult
  public func clamp_(_ low: Double = -.infinity, _ high: Double = .infinity) throws -> Tensor {
    try update("clamp_", nil) { old, _ in try old.clamp(low, high) }
  }

  /// Writes a number where the mask holds; the mask broadcasts.
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: Double) throws -> Tensor {
    try update("masked_fill_", nil) { old, _ in try old.maskedFill(mask, value) }
  }

  /// `update` by one number; where nothing is recorded, floating elements are changed where they lie.
  private func update(
    _ name: String, _ kernel: ck_unary_op, _ number: Double, _ op: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    guard dtype.isFloating, !Autograd.records(self) else { return try update(name, nil) { old, _ in try op(old) } }
    try checkWritable(name, value: nil)
    return try rewritten {
      var nest = Nest.make(dims, strides, strides)
      Profile.kernel(moved: 2 * count * dtype.size)
      uninterrupted { _ = ck_unary(Int32(kernel.rawValue), dtype.code, &nest, base, base, number, 0) }
      storage.version += 1
    }
  }

  /// A one of this shape, where `self + scale · other` may be written straight into this memory: nothing is recorded, and
  /// the operands are of one type and shape and do not overlap crosswise. Else nil.
  private func multiplier(of other: Tensor, _ name: String) throws -> Tensor? {
    guard dtype.isFloating, other.dtype == dtype, other.dims == dims, !Autograd.records(self, other),
      other.storage !== storage || (other.offset == offset && other.strides == strides)
    else { return nil }
    try checkWritable(name, value: other)
    let one = try Tensor.full([], 1, dtype)
    return one.view(dims, Dims(repeating: 0, count: rank))
  }

  /// Runs a kernel that writes here: wholly or, when an interrupt is pending, not at all. What was recorded is gone.
  private func rewritten(_ kernel: () -> Void) throws -> Tensor {
    try Interrupt.check()
    kernel()
    node = nil
    return self
  }

  /// Replaces this tensor's elements by those of an op's result, in this memory, with the op's history.
  private func update(
    _ name: String, _ other: Tensor?, _ op: (Tensor, Tensor) throws -> Tensor
  ) throws -> Tensor {
    try checkWritable(name, value: other)
    if let other, Dims.broadcast(other.dims, dims) != dims {
      throw EngineError(name, "the shape \(other.dims.text) does not fit into \(dims.text)")
    }
    let old = before()
    let result = try op(old, other ?? old)
    guard result.dtype == dtype else {
      throw EngineError(
        name, "the result is \(result.dtype), which this tensor of \(dtype) cannot hold",
        advice: "convert it first: t:to(\"\(result.dtype)\")")
    }
    try overwrite(with: result.detached())
    node = result.node
    outputIndex = result.outputIndex
    return self
  }

  /// self + scale · a · b, into this memory, unrecorded; all dense f32 or f64 of one shape. For optimisers.
  package func addcmul_(_ a: Tensor, _ b: Tensor, _ scale: Double) { ternary(CK_ADDCMUL, self, a, b, scale) }

  /// self + scale · a / b, into this memory, unrecorded; all dense f32 or f64 of one shape. For optimisers.
  package func addcdiv_(_ a: Tensor, _ b: Tensor, _ scale: Double) { ternary(CK_ADDCDIV, self, a, b, scale) }

  /// self + weight · (a − self), into this memory, unrecorded; both dense f32 or f64 of one shape. For optimisers.
  package func lerp_(_ a: Tensor, _ weight: Double) { ternary(CK_LERP, self, a, self, weight) }

  private func ternary(_ op: ck_ternary_op, _ x: Tensor, _ y: Tensor, _ z: Tensor, _ p0: Double) {
    precondition(y.dtype == dtype && z.dtype == dtype && y.dims == dims && z.dims == dims)
    var nest = Nest.make(dims, strides, x.strides, y.strides, z.strides)
    Profile.kernel(moved: 4 * count * dtype.size)
    uninterrupted { _ = ck_ternary(Int32(op.rawValue), dtype.code, &nest, base, x.base, y.base, z.base, p0) }
    storage.version += 1
  }
}
