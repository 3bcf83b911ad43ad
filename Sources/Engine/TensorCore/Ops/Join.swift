internal import CKernels
internal import Surface

/// What stands outside a picture or feature map.
public enum PadMode: String, CaseIterable, Sendable {
  /// A constant.
  case zeros
  /// Mirrored at the edge element, which is not repeated: dcb|abcd|cba.
  case reflect
  /// The edge element repeated.
  case replicate
  /// The other side.
  case circular
}

extension Tensor {
  /// Tensors one behind the other along an axis. All other sizes and the element types must be equal.
  public static func cat(_ parts: [Tensor], _ place: Int = 0) throws -> Tensor {
    guard let first = parts.first else { throw EngineError("cat", expected: "at least one tensor", came: "none") }
    let axis = try first.axis(place, "cat")
    var target = first.dims
    target[axis] = 0
    for (position, part) in parts.enumerated() {
      guard part.dtype == first.dtype else {
        throw EngineError(
          "cat", expected: "tensors of one type, \(first.dtype)", came: "\(part.dtype) (number \(position + 1))")
      }
      var other = part.dims
      if other.count == target.count { other[axis] = 0 }
      var plain = first.dims
      plain[axis] = 0
      guard other == plain else {
        throw EngineError(
          "cat",
          "the shapes \(first.dims.text) and \(part.dims.text) (number \(position + 1)) differ outside axis \(axis + 1)"
        )
      }
      let (sum, overflow) = target[axis].addingReportingOverflow(part.dims[axis])
      target[axis] = overflow ? .max : sum
      if overflow { break }
    }
    let y = try empty(target, first.dtype, for: "cat")
    var start = 0
    for part in parts where part.count > 0 {
      try part.cast(into: y.view(part.dims, y.strides, offset: start * y.strides[axis]))
      start += part.dims[axis]
    }
    guard Autograd.records(parts) else { return y }
    let sizes = parts.map { $0.dims[axis] }
    return y.derived("cat", from: parts) { try $0.grad.split(sizes, axis) }
  }

  /// Tensors of one shape side by side along a new axis.
  public static func stack(_ parts: [Tensor], _ place: Int = 0) throws -> Tensor {
    guard let first = parts.first else { throw EngineError("stack", expected: "at least one tensor", came: "none") }
    for (position, part) in parts.enumerated() where part.dims != first.dims {
      throw EngineError(
        "stack",
        "the shapes \(first.dims.text) and \(part.dims.text) (number \(position + 1)) differ; they must be equal")
    }
    let axis = place < 0 ? place + first.rank + 1 : place
    guard axis >= 0, axis <= first.rank, first.rank < Dims.most else {
      throw EngineError(
        "stack", "cannot put an axis at \(place < 0 ? place : place &+ 1) of a tensor of \(first.dims.text)",
        advice: "places count from 1 to \(first.rank + 1)")
    }
    return try cat(parts.map { try $0.unsqueeze(axis) }, axis)
  }

  /// Elements added around the last axes: `amounts` holds before and after for the last axis, then for the one before
  /// it, and so on (left, right, top, bottom for a picture). Negative amounts crop.
  public func pad(_ amounts: [Int], mode: PadMode = .zeros, value: Double = 0) throws -> Tensor {
    guard amounts.count % 2 == 0, amounts.count / 2 <= rank else {
      throw EngineError(
        "pad", expected: "two amounts for each of at most \(rank) axes", came: "\(amounts.count) amounts",
        advice: "for a picture: {left, right, top, bottom}")
    }
    if mode != .zeros, dtype == .f32, amounts.count == 4, count > 0, amounts.allSatisfy({ $0 >= 0 }) {
      for pair in 0..<2 { try checkPadding(rank - 1 - pair, amounts[2 * pair], amounts[2 * pair + 1], mode) }
      return try framed(PictureFrame(height: dims[rank - 2], width: dims[rank - 1], amounts, mode))
    }
    var result = self
    for pair in 0..<(amounts.count / 2) {
      let (before, after) = (amounts[2 * pair], amounts[2 * pair + 1])
      if before != 0 || after != 0 { result = try result.padAxis(rank - 1 - pair, before, after, mode, value) }
    }
    return result
  }

  private func padAxis(_ axis: Int, _ before: Int, _ after: Int, _ mode: PadMode, _ value: Double) throws -> Tensor {
    try checkPadding(axis, before, after, mode)
    if mode == .zeros { return try padConstant(axis, before, after, value) }
    let size = dims[axis]
    let places = (-before..<(size + after)).map { PictureFrame.source($0, size, mode) }
    return try indexSelect(axis, Tensor(integers: places, [places.count]))
  }

  private func checkPadding(_ axis: Int, _ before: Int, _ after: Int, _ mode: PadMode) throws {
    let size = dims[axis]
    let limit = mode == .reflect ? size - 1 : mode == .circular ? size : .max
    guard before.magnitude < 1 << 40, after.magnitude < 1 << 40, before <= limit, after <= limit,
      Swift.min(before, 0) + Swift.min(after, 0) + size >= 0, mode == .zeros || size > 0
    else {
      throw EngineError(
        "pad", "cannot pad axis \(axis + 1) of \(dims.text) by \(before) and \(after) (\(mode.rawValue))",
        advice: mode == .reflect ? "reflection needs less than the size itself" : nil)
    }
  }

  private func padConstant(_ axis: Int, _ before: Int, _ after: Int, _ value: Double) throws -> Tensor {
    let (cutFront, cutBack) = (Swift.max(-before, 0), Swift.max(-after, 0))
    let kept = try slice(axis, cutFront, dims[axis] - cutFront - cutBack, step: 1)
    let (front, back) = (Swift.max(before, 0), Swift.max(after, 0))
    if front == 0 && back == 0 { return try kept.copy() }
    var target = kept.dims
    target[axis] += front + back
    let y = try Tensor.empty(target, dtype, for: "pad")
    y.fill(value)
    if kept.count > 0 { try kept.cast(into: y.view(kept.dims, y.strides, offset: front * y.strides[axis])) }
    guard Autograd.records(kept) else { return y }
    let length = kept.dims[axis]
    return y.derived("pad", from: [kept]) { [try $0.grad.slice(axis, front, length, step: 1)] }
  }
}
