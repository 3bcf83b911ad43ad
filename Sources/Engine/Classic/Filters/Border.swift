internal import Surface
package import TensorCore

/// What stands outside a picture; names and rules as OpenCV's. All repeat without end, so that a window may be larger
/// than the picture.
public enum Border: String, CaseIterable, Sendable {
  /// Mirrored at the edge pixel, which is not repeated: dcb|abcd|cba.
  case reflect101 = "reflect_101"
  /// Mirrored behind the edge pixel, which is repeated: cba|abcd|dcb.
  case reflect
  /// The edge pixel: aaa|abcd|ddd.
  case replicate
  /// Black: 000|abcd|000.
  case zeros
  /// The other side: bcd|abcd|abc.
  case circular

  /// The position within 0..<size that a position anywhere stands for; nil where nothing stands.
  package func source(_ position: Int, _ size: Int) -> Int? {
    if position >= 0 && position < size { return position }
    switch self {
    case .zeros: return nil
    case .replicate: return Swift.min(Swift.max(position, 0), size - 1)
    case .circular: return Border.wrapped(position, size)
    case .reflect:
      let place = Border.wrapped(position, 2 * size)
      return place < size ? place : 2 * size - 1 - place
    case .reflect101:
      if size == 1 { return 0 }
      let place = Border.wrapped(position, 2 * size - 2)
      return place < size ? place : 2 * size - 2 - place
    }
  }

  private static func wrapped(_ position: Int, _ period: Int) -> Int {
    let rest = position % period
    return rest < 0 ? rest + period : rest
  }
}

extension Tensor {
  /// Rows or columns added around an axis by a border rule.
  package func padded(axis: Int, _ before: Int, _ after: Int, _ border: Border) throws -> Tensor {
    if before == 0 && after == 0 { return self }
    let size = shape[axis]
    if border == .zeros {
      var amounts = [Int](repeating: 0, count: 2 * (rank - axis))
      amounts[amounts.count - 2] = before
      amounts[amounts.count - 1] = after
      return try pad(amounts, mode: .zeros)
    }
    let places = (-before..<(size + after)).map { border.source($0, size) ?? 0 }
    return try indexSelect(axis, Tensor(integers: places, [places.count]))
  }

  /// Rows and columns added around the pictures of a batch.
  package func padded(top: Int, bottom: Int, left: Int, right: Int, _ border: Border) throws -> Tensor {
    try padded(axis: rank - 1, left, right, border).padded(axis: rank - 2, top, bottom, border)
  }
}
