internal import CKernels
internal import Surface

/// What a subscript says about one axis; positions count from 0, negative ones from the end.
package enum Place {
  /// One position; the axis disappears.
  case at(Int)
  /// Positions first to last, both included, in steps.
  case span(Int, Int, step: Int)
  /// The whole axis.
  case all
}

extension Tensor {
  /// The view that a subscript names; axes that it does not mention stay whole.
  package func viewed(_ places: [Place]) throws -> Tensor {
    guard places.count <= rank else {
      throw EngineError(
        "index", expected: "at most \(rank) entries for a tensor of \(dims.text)", came: "\(places.count)")
    }
    var view = self
    var axis = 0
    for place in places {
      switch place {
      case .at(let position): view = try view.select(axis, position)
      case .all: axis += 1
      case .span(let first, let last, let step):
        view = try view.span(axis, first, last, step)
        axis += 1
      }
    }
    return view
  }

  private func span(_ axis: Int, _ first: Int, _ last: Int, _ step: Int) throws -> Tensor {
    let size = dims[axis]
    let from = first < 0 ? first + size : first
    let to = last < 0 ? last + size : last
    guard step > 0, from >= 0, to < size, from <= to + 1 else {
      throw EngineError(
        "index",
        "the range {\(Tensor.scriptPosition(first)), \(Tensor.scriptPosition(last))} is not within axis \(axis + 1) of a tensor of \(dims.text)",
        advice: "positions count from 1 to \(size), or from -1 at the end")
    }
    return try slice(axis, from, from > to ? 0 : (to - from) / step + 1, step: step)
  }

  /// A position as a script writes it.
  private static func scriptPosition(_ position: Int) -> Int { position < 0 ? position : position &+ 1 }

  /// The elements where a mask of this shape holds, in row-major order, as one axis.
  public func maskedSelect(_ mask: Tensor) throws -> Tensor {
    guard mask.dims == dims else {
      throw EngineError("masked_select", expected: "a mask of \(dims.text)", came: mask.dims.text)
    }
    let places = try mask.placesThatHold()
    return try reshape([count]).indexSelect(0, Tensor(integers: places, [places.count]))
  }

  /// Positions (from 0) of the elements that differ from 0: i64 [n, rank], in row-major order.
  public func nonzero() throws -> Tensor {
    let steps = dims.rowMajorStrides, axes = 0..<rank
    let rows = try detached().ne(0).placesThatHold()
    var places: [Int] = []
    places.reserveCapacity(rows.count * rank)
    try eachPiece(of: rows.count) { piece in
      for flat in rows[piece] { for axis in axes { places.append(flat / steps[axis] % Swift.max(dims[axis], 1)) } }
    }
    return try Tensor(integers: places, [rows.count, rank])
  }

  /// Where, counted along the row-major order, elements are not 0.
  func placesThatHold() throws -> [Int] {
    let flags = try detached().converted(to: .bool).contiguous()
    let values = flags.base.assumingMemoryBound(to: UInt8.self)
    var places: [Int] = []
    try withExtendedLifetime(flags) {
      try eachPiece(of: count) { piece in for place in piece where values[place] != 0 { places.append(place) } }
    }
    return places
  }
}
