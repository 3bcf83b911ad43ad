internal import CKernels
internal import Surface

// Orders, middles, triangles: ops made of other ops, whose gradients follow from theirs. Positions count from 0 here.

extension Tensor {
  /// The positions (from 0, i64) that put the elements in order along an axis. Stable; NaN counts as largest.
  public func argsort(_ place: Int = -1, descending: Bool = false) throws -> Tensor {
    try detached().sortedPositions(axis(place, "argsort"), descending)
  }

  /// The median over everything: of an even number of elements the lower of the middle two; NaN if there is one.
  public func median() throws -> Tensor {
    guard count > 0 else {
      throw EngineError("median", "a tensor of \(dims.text) has no elements, so it has no median")
    }
    return try reshape([count]).median(0).values
  }

  /// The median along an axis, as above, and its position (from 0).
  public func median(_ place: Int, keepdim: Bool = false) throws -> (values: Tensor, positions: Tensor) {
    let axis = try axis(place, "median")
    let size = dims[axis]
    guard size > 0 else {
      throw EngineError("median", "axis \(axis + 1) of \(dims.text) is empty, so it has no median")
    }
    let order = try detached().sortedPositions(axis, false)
    // NaN stands last.
    let last = try order.slice(axis, size - 1, 1, step: 1)
    let broken = try detached().gather(axis, last).isNaN()
    let positions = try Tensor.where(broken, last, order.slice(axis, (size - 1) / 2, 1, step: 1))
    let values = try gather(axis, positions)
    return keepdim ? (values, positions) : (try values.squeeze(axis), try positions.squeeze(axis))
  }

  /// The value below which each share of the elements lies, along an axis or over everything: between two neighbours
  /// in order by linear interpolation, as torch.quantile. NaN if there is one.
  /// - Parameter shares: numbers from 0 (the minimum) to 1 (the maximum); one result for each.
  public func quantile(_ shares: [Double], _ place: Int? = nil, keepdim: Bool = false) throws -> [Tensor] {
    if let wrong = shares.first(where: { !(0...1).contains($0) }) {
      throw EngineError("quantile", expected: "shares from 0 to 1", came: "\(wrong)")
    }
    guard let place else {
      guard count > 0 else {
        throw EngineError("quantile", "a tensor of \(dims.text) has no elements, so it has no quantiles")
      }
      let ones = [Int](repeating: 1, count: keepdim ? rank : 0)
      return try reshape([count]).quantile(shares, 0).map { try $0.reshape(ones) }
    }
    let axis = try axis(place, "quantile")
    let size = dims[axis]
    guard size > 0 else {
      throw EngineError("quantile", "axis \(axis + 1) of \(dims.text) is empty, so it has no quantiles")
    }
    let sorted = try (dtype.isFloating ? self : converted(to: .f32)).sort(axis).values
    let last = try sorted.slice(axis, size - 1, 1, step: 1)
    let broken = try last.detached().isNaN()
    return try shares.map { share in
      let place = share * Double(size - 1)
      let below = Int(place)
      var value = try sorted.slice(axis, below, 1, step: 1)
      if place > Double(below) {
        value = try value.lerp(sorted.slice(axis, below + 1, 1, step: 1), place - Double(below))
      }
      value = try Tensor.where(broken, last, value)
      return keepdim ? value : try value.squeeze(axis)
    }
  }

  /// The different elements in ascending order, without history; for each element of this tensor its position (from 0)
  /// among them, in this tensor's shape; how often each occurs. Every NaN counts as different.
  public func unique() throws -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    let flat = try detached().reshape([count])
    let (sorted, order) = try flat.sort(0)
    var starts = count > 0 ? [0] : []
    if count > 1 {
      let changes = try Tensor.ne(sorted.slice(0, 1, count - 1, step: 1), sorted.slice(0, 0, count - 1, step: 1))
      starts += try changes.placesThatHold().map { $0 + 1 }
    }
    var inverse = [Int](repeating: 0, count: count)
    let places = try order.integers()
    var counts: [Int] = []
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1] : count
      if number & 0xffff == 0 { try Interrupt.check() }
      for place in start..<end { inverse[places[place]] = number }
      counts.append(end - start)
    }
    return (
      try sorted.indexSelect(0, Tensor(integers: starts, [starts.count])), try Tensor(integers: inverse, shape),
      try Tensor(integers: counts, [counts.count])
    )
  }

  /// Running products along an axis; of integers and masks as i64.
  public func cumprod(_ place: Int) throws -> Tensor {
    var y = try summable
    let axis = try y.axis(place, "cumprod")
    _ = try Tensor.byteCount(y.dims, y.dtype, "cumprod")
    let size = y.dims[axis]
    if size <= 1 { return try y.copy() }
    // Each round every element takes in what the one `reach` before it has gathered (Hillis & Steele 1986): few ops,
    // and exact gradients where elements are 0.
    var reach = 1
    while reach < size {
      let head = try y.slice(axis, 0, reach, step: 1)
      let tail = try y.slice(axis, reach, size - reach, step: 1) * y.slice(axis, 0, size - reach, step: 1)
      y = try Tensor.cat([head, tail], axis)
      reach *= 2
    }
    return y
  }
}

// MARK: - Matrices

extension Tensor {
  /// The last two axes' elements on the given diagonal and below it, zeros above. Diagonal 0 is the main one, positive
  /// ones lie to its right.
  public func tril(_ diagonal: Int = 0) throws -> Tensor { try triangle("tril", CK_LE, diagonal) }

  /// The last two axes' elements on the given diagonal and above it, zeros below.
  public func triu(_ diagonal: Int = 0) throws -> Tensor { try triangle("triu", CK_GE, diagonal) }

  private func triangle(_ name: String, _ side: ck_compare_op, _ diagonal: Int) throws -> Tensor {
    guard rank >= 2 else { throw EngineError(name, expected: "a matrix or a batch of matrices", came: dims.text) }
    let rows = try Tensor.arange(0, Double(dims[rank - 2]), 1, .i64).unsqueeze(1)
    let columns = try Tensor.arange(0, Double(dims[rank - 1]), 1, .i64)
    let kept = try (columns - rows).compare(side, Double(diagonal))
    return try Tensor.where(kept, self, Tensor.full([], 0, dtype))
  }

  /// Every product of an element of this vector [N] and one of another [M]: [N, M].
  public func outer(_ other: Tensor) throws -> Tensor {
    guard rank == 1, other.rank == 1 else {
      throw EngineError("outer", expected: "two vectors", came: "\(dims.text) and \(other.dims.text)")
    }
    return try unsqueeze(1) * other
  }

  /// A vector [N] as the diagonal of a matrix of zeros [N, N]; the main diagonal of a matrix as a vector.
  public func diag() throws -> Tensor {
    guard rank == 1 || rank == 2 else { throw EngineError("diag", expected: "a vector or a matrix", came: dims.text) }
    if rank == 1 {
      return try Tensor.where(Tensor.eye(dims[0], nil, .bool), self, Tensor.full([], 0, dtype))
    }
    let length = Swift.min(dims[0], dims[1])
    let places = try Tensor.arange(0, Double(length), 1, .i64) * Double(dims[1] + 1)
    return try reshape([count]).indexSelect(0, places)
  }
}

// MARK: - Parts

extension Tensor {
  /// Each position of an axis `n` times in a row.
  public func repeatInterleave(_ n: Int, _ place: Int) throws -> Tensor {
    let axis = try axis(place, "repeat_interleave")
    let (total, overflow) = dims[axis].multipliedReportingOverflow(by: n)
    guard n >= 0, !overflow, total < 1 << 48 else {
      throw EngineError("repeat_interleave", expected: "a number of times that fits into memory", came: "\(n)")
    }
    if n == 0 { return try slice(axis, 0, 0, step: 1).copy() }
    let places = try (Tensor.arange(0, Double(total), 1, .f64) / Double(n)).floor().converted(to: .i64)
    return try indexSelect(axis, places)
  }

  /// The positions of an axis one by one, as views without that axis.
  public func unbind(_ place: Int) throws -> [Tensor] {
    let axis = try axis(place, "unbind")
    guard dims[axis] <= 1 << 20 else {
      throw EngineError("unbind", "axis \(axis + 1) of \(dims.text) has too many positions to take apart")
    }
    return try (0..<dims[axis]).map { try select(axis, $0) }
  }

  /// Vectors stretched over a common grid: result i varies along axis i alone, with the elements of vector i. With
  /// `swapped` (numpy's "xy") the first two axes change places, as for columns and rows of a picture.
  public static func meshgrid(_ vectors: [Tensor], swapped: Bool = false) throws -> [Tensor] {
    if let wrong = vectors.first(where: { $0.rank > 1 }) {
      throw EngineError("meshgrid", expected: "vectors", came: "a tensor of \(wrong.dims.text)")
    }
    guard vectors.count <= Dims.most else {
      throw EngineError("meshgrid", expected: "at most \(Dims.most) vectors", came: "\(vectors.count)")
    }
    let sizes = vectors.map(\.count)
    let grids = try vectors.enumerated().map { axis, vector in
      var shape = [Int](repeating: 1, count: vectors.count)
      shape[axis] = sizes[axis]
      return try vector.reshape(shape).expand(sizes)
    }
    return swapped && grids.count > 1 ? try grids.map { try $0.transpose(0, 1) } : grids
  }
}
