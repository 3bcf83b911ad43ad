internal import CKernels
internal import Surface

/// A strided view of memory with an element type; the value that every part of the engine speaks.
///
/// Logical order of pictures and features is NCHW, row-major. Views share storage. Not Sendable: one engine thread
/// issues all work.
public final class Tensor {
  package let storage: Storage
  /// First element, counted in elements from the storage's base.
  package let offset: Int
  /// Sizes of the axes.
  package let dims: Dims
  /// Steps between neighbours along each axis, in elements; 0 along expanded axes.
  package let strides: Dims
  /// The type of every element.
  public let dtype: ElementType
  /// Whether this tensor was made as a view of another.
  package let isView: Bool

  /// What computed this tensor, when something upstream wants a gradient.
  package internal(set) var node: Node?
  /// Which output of `node` this is.
  package internal(set) var outputIndex = 0
  /// Whether a script or optimiser asked for this leaf's gradient.
  package internal(set) var wantsGradient = false
  /// The gradient gathered by `backward`, of this tensor's shape; leaves only.
  public package(set) var gradient: Tensor?

  init(storage: Storage, offset: Int, dims: Dims, strides: Dims, dtype: ElementType, isView: Bool) {
    self.storage = storage
    self.offset = offset
    self.dims = dims
    self.strides = strides
    self.dtype = dtype
    self.isView = isView
  }

  deinit { if node != nil { Trash.drop(&node) } }

  /// Sizes of the axes.
  public var shape: [Int] { dims.array }
  /// The number of axes.
  public var rank: Int { dims.count }
  /// The number of elements.
  public var count: Int { dims.product }

  /// Whether gradients flow through or into this tensor.
  public var requiresGradient: Bool { wantsGradient || node != nil }

  /// Address of the first element.
  var base: UnsafeMutableRawPointer { storage.base + offset &* dtype.size }

  /// Whether the elements lie densely in row-major order.
  package var isContiguous: Bool {
    var expected = 1
    var axis = dims.count - 1
    while axis >= 0 {
      if dims[axis] != 1 {
        if strides[axis] != expected { return dims.product == 0 }
        expected &*= dims[axis]
      }
      axis -= 1
    }
    return true
  }
}

// MARK: - Making tensors

extension Tensor {
  /// Memory for a shape, contents undefined. Throws when the number of elements overflows or does not fit.
  @inline(__always)
  package static func empty(_ dims: Dims, _ dtype: ElementType, for operation: String = "tensor") throws -> Tensor {
    let bytes = try byteCount(dims, dtype, operation)
    return Tensor(
      storage: try Storage(bytes: bytes, for: operation), offset: 0, dims: dims, strides: dims.rowMajorStrides,
      dtype: dtype, isView: false)
  }

  static func byteCount(_ dims: Dims, _ dtype: ElementType, _ operation: String) throws -> Int {
    var bytes = dtype.size
    for axis in 0..<dims.count {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dims[axis])
      if overflow || product < 0 || product > 1 << 50 {
        throw EngineError(
          operation, "a tensor of \(dims.text) elements of \(dtype) does not fit into memory",
          advice: "use a smaller size")
      }
      bytes = product
    }
    return bytes
  }

  /// A shape from sizes that a user gave: at most eight, none negative.
  package static func checkedDims(_ shape: [Int], for operation: String) throws -> Dims {
    if shape.count > Dims.most {
      throw EngineError(operation, expected: "at most \(Dims.most) axes", came: "\(shape.count)")
    }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw EngineError(operation, expected: "sizes of 0 or more", came: "\(negative)")
    }
    let elements = shape.reduce((1, false)) { partial, size in
      let (product, overflow) = partial.0.multipliedReportingOverflow(by: Swift.max(size, 1))
      return (product, partial.1 || overflow)
    }
    // Views need no memory, but their elements must be countable.
    if elements.1 || elements.0 > 1 << 53 {
      throw EngineError(
        operation, "a tensor of \(shape.shapeText) has too many elements to count", advice: "use a smaller size")
    }
    return Dims(shape)
  }

  /// A tensor of one value.
  public static func full(_ shape: [Int], _ value: Double, _ dtype: ElementType = .f32) throws -> Tensor {
    try filled(shape, value, dtype, for: "full")
  }

  /// `full` under the name that errors shall show.
  static func filled(_ shape: [Int], _ value: Double, _ dtype: ElementType, for operation: String) throws -> Tensor {
    let tensor = try empty(checkedDims(shape, for: operation), dtype, for: operation)
    var nest = Nest.of(tensor)
    // Nobody has this memory yet, so the fill may be given up; the pages of gigabytes take seconds.
    try finish(ck_fill(dtype.code, &nest, tensor.base, value, saturated(value)), operation)
    return tensor
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], _ dtype: ElementType = .f32) throws -> Tensor {
    try filled(shape, 0, dtype, for: "zeros")
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], _ dtype: ElementType = .f32) throws -> Tensor {
    try filled(shape, 1, dtype, for: "ones")
  }

  /// A tensor from values in row-major order. Throws when their number is not the shape's.
  public convenience init(_ values: [Float], _ shape: [Int]) throws {
    try self.init(copying: values, shape, .f32)
  }

  /// A tensor of f64 from values in row-major order.
  public convenience init(doubles values: [Double], _ shape: [Int]) throws {
    try self.init(copying: values, shape, .f64)
  }

  /// A tensor of i64 from values in row-major order.
  public convenience init(integers values: [Int], _ shape: [Int]) throws {
    try self.init(copying: values, shape, .i64)
  }

  private convenience init<T>(copying values: [T], _ shape: [Int], _ dtype: ElementType) throws {
    let dims = try Tensor.checkedDims(shape, for: "tensor")
    guard values.count == dims.product else {
      throw EngineError("tensor", expected: "\(dims.product) values for \(dims.text)", came: "\(values.count)")
    }
    let storage = try Storage(bytes: values.count * dtype.size, for: "tensor")
    try values.withUnsafeBytes {
      guard let source = $0.baseAddress else { return }
      try eachPiece(of: $0.count, size: 1 << 25) { piece in
        (storage.base + piece.lowerBound).copyMemory(from: source + piece.lowerBound, byteCount: piece.count)
      }
    }
    self.init(storage: storage, offset: 0, dims: dims, strides: dims.rowMajorStrides, dtype: dtype, isView: false)
  }

  /// An f32 tensor whose row-major elements `fill` writes; for codecs.
  package static func build(
    _ shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws -> Tensor {
    let tensor = try empty(checkedDims(shape, for: "tensor"), .f32)
    let elements = tensor.base.assumingMemoryBound(to: Float.self)
    try fill(UnsafeMutableBufferPointer(start: elements, count: tensor.count))
    return tensor
  }

  /// A tensor of any type whose row-major little-endian bytes `fill` writes; for file readers.
  package static func fromBytes(
    _ shape: [Int], _ dtype: ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> Tensor {
    let tensor = try empty(checkedDims(shape, for: "tensor"), dtype)
    try fill(UnsafeMutableRawBufferPointer(start: tensor.base, count: tensor.storage.bytes))
    return tensor
  }

  /// Writes one value to every element, without regard to gradients or versions.
  func fill(_ value: Double) {
    var nest = Nest.of(self)
    uninterrupted { _ = ck_fill(dtype.code, &nest, base, value, Tensor.saturated(value)) }
  }

  /// The integer that a number becomes in an integer tensor.
  static func saturated(_ value: Double) -> Int64 {
    value.isNaN ? 0 : value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
  }
}

// MARK: - Reading tensors

extension Tensor {
  /// The elements in row-major order, as f32.
  public func floats() throws -> [Float] { try elements(as: .f32) }

  /// The elements in row-major order, as f64.
  public func doubles() throws -> [Double] { try elements(as: .f64) }

  /// The elements in row-major order, as 64-bit integers (fractions are cut off).
  public func integers() throws -> [Int] { try elements(as: .i64) }

  private func elements<T>(as type: ElementType) throws -> [T] {
    let dense = try detached().converted(to: type).contiguous()
    let values = dense.base.assumingMemoryBound(to: T.self), count = count
    return try withExtendedLifetime(dense) {
      try Array(unsafeUninitializedCapacity: count) { buffer, filled in
        try eachPiece(of: count, size: 1 << 22) { piece in
          (buffer.baseAddress! + piece.lowerBound).initialize(from: values + piece.lowerBound, count: piece.count)
          filled = piece.upperBound
        }
      }
    }
  }

  private func checkSingle() throws {
    guard count == 1 else {
      throw EngineError(
        "item", expected: "a tensor of one element", came: "one of \(dims.text)",
        advice: "pick an element first, as in t[1], or reduce it, as in t:sum()")
    }
  }

  /// The only element, as an integer: every i64 exactly. Throws when there are more or none.
  package func wholeItem() throws -> Int {
    try checkSingle()
    return try integers()[0]
  }

  /// The only element, as a number; integers beyond 2⁵³ are rounded. Throws when there are more or none.
  public func item() throws -> Double {
    try checkSingle()
    switch dtype {
    case .f32: return Double(base.load(as: Float.self))
    case .f64: return base.load(as: Double.self)
    case .i64: return Double(base.load(as: Int64.self))
    default: return try doubles()[0]
    }
  }

  /// The elements as dense f32 for the time of `body`, copied only when they lie otherwise; for codecs.
  package func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) throws -> R {
    let dense = try detached().converted(to: .f32).contiguous()
    return try withExtendedLifetime(dense) {
      try body(UnsafeBufferPointer(start: dense.base.assumingMemoryBound(to: Float.self), count: count))
    }
  }

  /// The elements as dense row-major little-endian bytes of their type for the time of `body`; for file writers.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    let dense = try detached().contiguous()
    return try withExtendedLifetime(dense) {
      try body(UnsafeRawBufferPointer(start: dense.base, count: count * dtype.size))
    }
  }
}
