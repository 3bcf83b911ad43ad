internal import CKernels
internal import Surface

/// Rows and columns that stand around planes, shown from the planes themselves.
struct PictureFrame {
  let height, width, left: Int
  /// Where the rows and columns of the framed plane come from.
  let fromRows, fromColumns: [Int32]

  /// amounts: left, right, top, bottom.
  init(height: Int, width: Int, _ amounts: [Int], _ mode: PadMode) {
    (self.height, self.width, left) = (height, width, amounts[0])
    fromRows = (-amounts[2]..<(height + amounts[3])).map { Int32(PictureFrame.source($0, height, mode)) }
    fromColumns = (-amounts[0]..<(width + amounts[1])).map { Int32(PictureFrame.source($0, width, mode)) }
  }

  /// The position inside that a position outside stands for.
  static func source(_ position: Int, _ size: Int, _ mode: PadMode) -> Int {
    switch mode {
    case .circular: (position + size) % size
    case .reflect where position < 0: -position
    case .reflect where position >= size: 2 * (size - 1) - position
    default: Swift.min(Swift.max(position, 0), size - 1)
    }
  }

  /// The framed rows that show each row of the plane: those of row l from starts[l] on.
  var shownBy: (starts: [Int32], rows: [Int32]) {
    var lists = [[Int32]](repeating: [], count: height)
    for (row, from) in fromRows.enumerated() { lists[Int(from)].append(Int32(row)) }
    return (lists.reduce(into: [0]) { $0.append($0.last! + Int32($1.count)) }, lists.flatMap(\.self))
  }
}

extension Tensor {
  /// The last two axes within a frame. self: f32.
  func framed(_ frame: PictureFrame) throws -> Tensor {
    let dense = try detached().contiguous(), planes = count / (frame.height * frame.width)
    let (height, width) = (frame.fromRows.count, frame.fromColumns.count)
    let y = try Tensor.empty(Dims(shape.dropLast(2) + [height, width]), .f32, for: "pad")
    try withExtendedLifetime(dense) {
      try frame.fromRows.withUnsafeBufferPointer { rows in
        try frame.fromColumns.withUnsafeBufferPointer { columns in
          let plan = ck_frame(
            height: Int64(frame.height), width: Int64(frame.width), out_height: Int64(height),
            out_width: Int64(width), left: Int64(frame.left), from_rows: rows.baseAddress,
            from_columns: columns.baseAddress, x: UnsafePointer(dense.pixels), y: y.pixels)
          try Tensor.runPicture(
            "pad", CK_PICTURE_frame, plan, rows: planes * height, perChunk: (1 << 16) / width + 1)
        }
      }
    }
    guard Autograd.records(self) else { return y }
    return y.derived("pad", from: [self]) { [try $0.grad.unframed(frame)] }
  }

  /// The adjoint of `framed`: what shows a place is added up there.
  func unframed(_ frame: PictureFrame) throws -> Tensor {
    let dense = try detached().contiguous(), (height, width) = (frame.fromRows.count, frame.fromColumns.count)
    let y = try Tensor.empty(Dims(shape.dropLast(2) + [frame.height, frame.width]), .f32, for: "pad")
    let (starts, rows) = frame.shownBy, planes = count / (height * width)
    try withExtendedLifetime(dense) {
      try starts.withUnsafeBufferPointer { starts in
        try rows.withUnsafeBufferPointer { rows in
          try frame.fromColumns.withUnsafeBufferPointer { columns in
            let plan = ck_frame_back(
              height: Int64(frame.height), width: Int64(frame.width), out_height: Int64(height),
              out_width: Int64(width), left: Int64(frame.left), starts: starts.baseAddress, rows: rows.baseAddress,
              from_columns: columns.baseAddress, g: UnsafePointer(dense.pixels), dx: y.pixels)
            try Tensor.runPicture(
              "pad", CK_PICTURE_frame_back, plan, rows: planes * frame.height, perChunk: (1 << 16) / width + 1)
          }
        }
      }
    }
    guard Autograd.records(self) else { return y }
    return y.derived("unpad", from: [self]) { [try $0.grad.framed(frame)] }
  }
}
