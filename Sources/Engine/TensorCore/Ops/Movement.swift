internal import CKernels
internal import Surface

// Views and rearrangements. Views share storage; their pullbacks put the gradient back where it came from.

extension Tensor {
  /// An axis counted from 0, or from the end when negative. Throws when there is no such axis.
  package func axis(_ axis: Int, _ operation: String) throws -> Int {
    let wanted = axis < 0 ? axis + rank : axis
    guard wanted >= 0, wanted < rank else {
      throw EngineError(
        operation, "there is no axis \(axis < 0 ? axis : axis &+ 1) in a \(rank == 0 ? "" : "tensor of ")\(dims.text)",
        advice: rank == 0 ? "a scalar has no axes" : "axes count from 1 to \(rank), or from -1 at the end")
    }
    return wanted
  }

  /// A view with other sizes and strides, unrecorded.
  func view(_ dims: Dims, _ strides: Dims, offset: Int? = nil) -> Tensor {
    Tensor(storage: storage, offset: offset ?? self.offset, dims: dims, strides: strides, dtype: dtype, isView: true)
  }

  /// The same elements in row-major order under another shape; one size may be −1 (what is left). A view where the
  /// strides allow it, else a copy.
  public func reshape(_ shape: [Int]) throws -> Tensor {
    let target = try reshaped(shape)
    if let strides = viewStrides(target) {
      let y = view(target, strides)
      guard Autograd.records(self) else { return y }
      return y.derived("reshape", from: [self]) { [dims] in [try $0.grad.reshape(dims.array)] }
    }
    return try copy().reshape(shape)
  }

  private func reshaped(_ shape: [Int]) throws -> Dims {
    var sizes = shape
    let free = sizes.indices.filter { sizes[$0] == -1 }
    let known = sizes.filter { $0 != -1 }.reduce((1, false)) { partial, size in
      let (product, overflow) = partial.0.multipliedReportingOverflow(by: size)
      return (product, partial.1 || overflow)
    }
    if free.count == 1, !known.1, known.0 > 0, count % known.0 == 0 { sizes[free[0]] = count / known.0 }
    let valid = sizes.allSatisfy { $0 >= 0 } && sizes.count <= Dims.most
    guard valid, !known.1, Dims(sizes).product == count else {
      throw EngineError(
        "reshape", "\(count) elements of \(dims.text) do not fill the shape \(shape.shapeText)",
        advice: "the sizes must multiply to \(count); one of them may be -1")
    }
    return Dims(sizes)
  }

  /// Strides that show this tensor under a shape of as many elements without copying, or nil.
  private func viewStrides(_ target: Dims) -> Dims? {
    if isContiguous { return target.rowMajorStrides }
    if count == 0 { return target.rowMajorStrides }
    var result = target.rowMajorStrides
    var to = target.count - 1
    var from = rank - 1
    while from >= 0 {
      // A run of axes of this tensor that is dense within itself…
      var run = dims[from]
      let step = strides[from]
      while from > 0, dims[from - 1] == 1 || (run != 1 && strides[from - 1] == step * run) {
        from -= 1
        run *= dims[from]
      }
      // …is covered by whole axes of the target.
      var covered = 1
      while to >= 0, covered < run || target[to] == 1 {
        result[to] = covered * step
        covered *= target[to]
        to -= 1
      }
      if covered != run { return nil }
      from -= 1
    }
    return result
  }

  /// The axes in another order: axis i of the result is axis `order[i]` of this tensor.
  public func permute(_ order: [Int]) throws -> Tensor {
    let axes = try order.map { try axis($0, "permute") }
    guard axes.count == rank, Set(axes).count == rank else {
      throw EngineError(
        "permute", expected: "each of the \(rank) axes once", came: order.map { $0 < 0 ? $0 : $0 &+ 1 }.listText)
    }
    let y = view(Dims(axes.map { dims[$0] }), Dims(axes.map { strides[$0] }))
    guard Autograd.records(self) else { return y }
    var back = axes
    for (position, axis) in axes.enumerated() { back[axis] = position }
    return y.derived("permute", from: [self]) { [try $0.grad.permute(back)] }
  }

  /// Two axes exchanged.
  public func transpose(_ a: Int, _ b: Int) throws -> Tensor {
    var order = Array(0..<rank)
    let (a, b) = (try axis(a, "transpose"), try axis(b, "transpose"))
    order.swapAt(a, b)
    return try permute(order)
  }

  /// The last two axes exchanged.
  func transposed() throws -> Tensor { try transpose(-2, -1) }

  /// An axis of size 1 put in front of an axis (0…rank, or negative from the end).
  public func unsqueeze(_ place: Int) throws -> Tensor {
    let axis = place < 0 ? place + rank + 1 : place
    guard axis >= 0, axis <= rank, rank < Dims.most else {
      throw EngineError(
        "unsqueeze", "cannot put an axis at \(place < 0 ? place : place &+ 1) of a tensor of \(dims.text)",
        advice: "places count from 1 to \(rank + 1)")
    }
    var (sizes, steps) = (dims, strides)
    sizes.insert(1, at: axis)
    steps.insert(axis < rank ? strides[axis] * dims[axis] : 1, at: axis)
    let y = view(sizes, steps)
    guard Autograd.records(self) else { return y }
    return y.derived("unsqueeze", from: [self]) { [dims] in [try $0.grad.reshape(dims.array)] }
  }

  /// Without an axis of size 1 (unchanged when it is larger), or without all of them.
  public func squeeze(_ place: Int? = nil) throws -> Tensor {
    let chosen = try place.map { try axis($0, "squeeze") }
    var (sizes, steps) = (Dims(), Dims())
    for axis in 0..<rank where dims[axis] != 1 || (chosen ?? axis) != axis {
      sizes.append(dims[axis])
      steps.append(strides[axis])
    }
    let y = view(sizes, steps)
    guard Autograd.records(self) else { return y }
    return y.derived("squeeze", from: [self]) { [dims] in [try $0.grad.reshape(dims.array)] }
  }

  /// Axes `from`…`through` joined into one.
  public func flatten(_ from: Int = 0, _ through: Int = -1) throws -> Tensor {
    if rank == 0 { return try reshape([1]) }
    let (first, last) = (try axis(from, "flatten"), try axis(through, "flatten"))
    guard first <= last else {
      throw EngineError("flatten", expected: "a first axis not after the last", came: "\(first + 1) and \(last + 1)")
    }
    let joined = (first...last).reduce(1) { $0 * dims[$1] }
    return try reshape(Array(shape[..<first]) + [joined] + Array(shape[(last + 1)...]))
  }

  /// Stretched to a larger shape without copying: axes of size 1 and new leading axes repeat. −1 keeps a size.
  public func expand(_ shape: [Int]) throws -> Tensor {
    var sizes = shape
    let shift = sizes.count - rank
    if shift >= 0 {
      for axis in 0..<rank where sizes[axis + shift] == -1 { sizes[axis + shift] = dims[axis] }
    }
    let target = try Tensor.checkedDims(sizes, for: "expand")
    guard shift >= 0, Dims.broadcast(dims, target) == target else {
      throw EngineError(
        "expand", "the shape \(dims.text) does not stretch to \(shape.shapeText)",
        advice: "only axes of size 1 stretch, and new axes come in front")
    }
    let y = view(target, strides(over: target))
    guard Autograd.records(self) else { return y }
    return y.derived("expand", from: [self]) { [$0.grad] }  // the tape sums over stretched axes
  }

  /// The sum over the axes along which a shape was stretched to this tensor's: the gradient of broadcasting.
  func summed(to target: Dims) throws -> Tensor {
    if dims == target { return self }
    let shift = rank - target.count
    let axes = (0..<rank).filter { $0 < shift || (target[$0 - shift] == 1 && dims[$0] != 1) }
    let summed = axes.isEmpty ? self : try sum(axes, keepdim: true)
    return try summed.reshape(target.array)
  }

  /// Positions start…start+length−1 of an axis, as a view. Negative starts count from the end.
  public func narrow(_ place: Int, _ start: Int, _ length: Int) throws -> Tensor {
    let axis = try axis(place, "narrow")
    let first = start < 0 ? start + dims[axis] : start
    guard first >= 0, length >= 0, first <= dims[axis] - length else {
      throw EngineError(
        "narrow",
        "\(length) positions from \(start < 0 ? start : start &+ 1) on do not lie within axis \(axis + 1) of a tensor of "
          + dims.text,
        advice: "its positions are 1 to \(dims[axis])")
    }
    return try slice(axis, first, length, step: 1)
  }

  /// Positions first, first+step, … (`length` of them) of an axis, as a view. Bounds are the caller's duty.
  package func slice(_ axis: Int, _ first: Int, _ length: Int, step: Int) throws -> Tensor {
    var (sizes, steps) = (dims, strides)
    sizes[axis] = length
    steps[axis] = strides[axis] * step
    let y = view(sizes, steps, offset: offset + (length > 0 ? first * strides[axis] : 0))
    guard Autograd.records(self) else { return y }
    return y.derived("slice", from: [self]) { [dims] pull in
      [try pull.grad.embedded(in: dims, axis: axis, first: first, step: step)]
    }
  }

  /// This tensor placed into zeros of a larger shape along one axis: the gradient of `slice`.
  private func embedded(in target: Dims, axis: Int, first: Int, step: Int) throws -> Tensor {
    let y = try Tensor.zeros(target.array, dtype)
    if count > 0 {
      var steps = y.strides
      steps[axis] *= step
      try cast(into: y.view(dims, steps, offset: first * y.strides[axis]))
    }
    guard Autograd.records(self) else { return y }
    let length = dims[axis]
    return y.derived("embed", from: [self]) { [try $0.grad.slice(axis, first, length, step: step)] }
  }

  /// One position of an axis; the axis disappears.
  public func select(_ place: Int, _ index: Int) throws -> Tensor {
    let axis = try axis(place, "select")
    let position = index < 0 ? index + dims[axis] : index
    guard position >= 0, position < dims[axis] else {
      throw EngineError(
        "select",
        "there is no position \(index < 0 ? index : index &+ 1) on axis \(axis + 1) of a tensor of \(dims.text)",
        advice: "positions count from 1 to \(dims[axis])")
    }
    let narrow = try slice(axis, position, 1, step: 1)
    var sizes = shape
    sizes.remove(at: axis)
    return try narrow.squeezed(axis, sizes)
  }

  private func squeezed(_ axis: Int, _ shape: [Int]) throws -> Tensor {
    var steps = strides
    steps.remove(at: axis)
    let y = view(Dims(shape), steps)
    guard Autograd.records(self) else { return y }
    return y.derived("select", from: [self]) { [dims] in [try $0.grad.reshape(dims.array)] }
  }

  /// The order of positions reversed along axes; a view.
  public func flip(_ places: [Int]) throws -> Tensor {
    let axes = try places.map { try axis($0, "flip") }
    var steps = strides
    var start = offset
    for axis in Set(axes) where dims[axis] > 0 {
      start += (dims[axis] - 1) * strides[axis]
      steps[axis] = -strides[axis]
    }
    let y = view(dims, steps, offset: start)
    guard Autograd.records(self) else { return y }
    return y.derived("flip", from: [self]) { [try $0.grad.flip(axes)] }
  }

  /// Positions shifted by n along an axis; what leaves at one end enters at the other.
  public func roll(_ n: Int, _ place: Int) throws -> Tensor {
    let axis = try axis(place, "roll")
    let size = dims[axis]
    let shift = size == 0 ? 0 : ((n % size) + size) % size
    if shift == 0 { return try copy() }
    return try Tensor.cat([slice(axis, size - shift, shift, step: 1), slice(axis, 0, size - shift, step: 1)], axis)
  }

  /// The tensor repeated along each axis (new leading axes where more counts than axes are given).
  public func `repeat`(_ counts: [Int]) throws -> Tensor {
    guard counts.count >= rank, counts.count <= Dims.most, counts.allSatisfy({ $0 >= 0 }) else {
      throw EngineError("repeat", expected: "a count of 0 or more for each of the \(rank) axes", came: counts.listText)
    }
    let sizes = [Int](repeating: 1, count: counts.count - rank) + shape
    let target = try Tensor.checkedDims(
      zip(sizes, counts).map { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }, for: "repeat")
    _ = try Tensor.byteCount(target, dtype, "repeat")
    if counts.allSatisfy({ $0 == 1 }) { return try copy().reshape(sizes) }
    var result = self
    var outer = 1
    for (axis, times) in counts.enumerated() {
      // One axis in the middle of three, stretched and copied.
      let inner = sizes[axis...].reduce(1, *)
      if times != 1 { result = try result.reshape([outer, 1, inner]).expand([outer, times, inner]).copy() }
      outer *= sizes[axis] * times
    }
    return try result.reshape(target.array)
  }

  /// Consecutive parts along an axis with the given sizes, as views.
  public func split(_ sizes: [Int], _ place: Int) throws -> [Tensor] {
    let axis = try axis(place, "split")
    guard sizes.allSatisfy({ (0...dims[axis]).contains($0) }), sizes.reduce(0, +) == dims[axis] else {
      throw EngineError("split", expected: "sizes that add up to \(dims[axis])", came: sizes.listText)
    }
    var first = 0
    return try sizes.map { size in
      defer { first += size }
      return try slice(axis, first, size, step: 1)
    }
  }

  /// Consecutive parts of one size along an axis (the last may be smaller), as views.
  public func split(every size: Int, _ place: Int) throws -> [Tensor] {
    guard size > 0 else { throw EngineError("split", expected: "a size of 1 or more", came: "\(size)") }
    let total = dims[try axis(place, "split")]
    return try split(stride(from: 0, to: Swift.max(total, 1), by: size).map { Swift.min(size, total - $0) }, place)
  }

  /// At most `parts` consecutive parts of one size along an axis (the last may be smaller), as views.
  public func chunk(_ parts: Int, _ place: Int) throws -> [Tensor] {
    guard parts > 0 else { throw EngineError("chunk", expected: "1 part or more", came: "\(parts)") }
    let total = dims[try axis(place, "chunk")]
    return try split(every: Swift.max((total - 1) / parts + 1, 1), place)
  }
}
