internal import Surface

/// Sizes or strides of up to eight axes, kept inside the value: a tensor needs no array for its shape.
package struct Dims: Equatable, Sendable {
  /// The most axes a tensor may have.
  package static let most = 8

  /// The number of axes.
  package private(set) var count: Int
  private var values: InlineArray<8, Int>

  /// No axes: a scalar's shape.
  package init() {
    count = 0
    values = InlineArray(repeating: 0)
  }

  /// The first eight of an array; longer arrays are refused before they get here.
  package init(_ array: some Collection<Int>) {
    precondition(array.count <= Dims.most, "a tensor has at most \(Dims.most) axes")
    self.init()
    for value in array { append(value) }
  }

  /// `count` axes of one value.
  package init(repeating value: Int, count: Int) {
    self.init()
    for _ in 0..<count { append(value) }
  }

  @inline(__always)
  package subscript(_ axis: Int) -> Int {
    get {
      assert(axis < count)
      return values[axis]
    }
    set { values[axis] = newValue }
  }

  /// Adds an axis at the end.
  package mutating func append(_ value: Int) {
    precondition(count < Dims.most, "a tensor has at most \(Dims.most) axes")
    values[count] = value
    count += 1
  }

  /// Puts an axis before another.
  package mutating func insert(_ value: Int, at axis: Int) {
    append(value)
    var position = count - 1
    while position > axis {
      values[position] = values[position - 1]
      position -= 1
    }
    values[axis] = value
  }

  /// Takes an axis out.
  package mutating func remove(at axis: Int) {
    for position in axis..<(count - 1) { values[position] = values[position + 1] }
    count -= 1
  }

  /// All values as an array.
  package var array: [Int] { (0..<count).map { values[$0] } }

  /// The product of all values: the number of elements of a shape.
  @inline(__always)
  package var product: Int {
    var result = 1
    for axis in 0..<count { result &*= values[axis] }
    return result
  }

  /// Row-major strides of this shape.
  package var rowMajorStrides: Dims {
    var strides = self
    var step = 1
    var axis = count - 1
    while axis >= 0 {
      strides.values[axis] = step
      step &*= Swift.max(values[axis], 1)
      axis -= 1
    }
    return strides
  }

  @inline(__always)
  package static func == (a: Dims, b: Dims) -> Bool {
    guard a.count == b.count else { return false }
    for axis in 0..<a.count where a.values[axis] != b.values[axis] { return false }
    return true
  }

  /// The shape as errors print it.
  package var text: String { array.shapeText }
}

extension Collection<Int> {
  /// Numbers as errors list them: `1, 2`.
  var listText: String { map(String.init).joined(separator: ", ") }
}
