internal import CKernels
internal import Surface

extension Tensor {
  /// The elements in another type; this tensor itself when it has that type already. Floating values cut to integers
  /// toward zero, saturating.
  public func to(_ type: ElementType) throws -> Tensor { try converted(to: type) }

  @inline(__always)
  package func converted(to type: ElementType) throws -> Tensor {
    type == dtype ? self : try cast(to: type)
  }

  private func cast(to type: ElementType) throws -> Tensor {
    let y = try Tensor.empty(dims, type, for: "to")
    try cast(into: y)
    guard Autograd.records(self), type.isFloating else { return y }
    return y.derived("to", from: [self]) { [dtype] in [try $0.grad.converted(to: dtype)] }
  }

  /// Writes this tensor's elements, converted, into another of the same shape.
  func cast(into out: Tensor) throws { try finish(store(into: out), "to") }

  /// `cast(into:)` that leaves the question of an interrupt to the caller.
  func store(into out: Tensor) -> Int32 {
    var nest =
      dims == out.dims && isContiguous && out.isContiguous
      ? Nest.dense(count, operands: 2) : Nest.make(out.dims, out.strides, strides(over: out.dims))
    Profile.kernel(moved: count * (dtype.size + out.dtype.size))
    return ck_cast(dtype.code, out.dtype.code, &nest, out.base, base)
  }

  /// The same elements in dense row-major order: this tensor itself when they lie so already.
  package func contiguous() throws -> Tensor { isContiguous ? self : try copy() }

  /// A copy in memory of its own, dense.
  public func copy() throws -> Tensor {
    let y = try Tensor.empty(dims, dtype, for: "clone")
    try cast(into: y)
    guard Autograd.records(self) else { return y }
    return y.derived("clone", from: [self]) { [$0.grad] }
  }
}
