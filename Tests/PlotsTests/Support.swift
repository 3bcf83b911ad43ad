import Plots
import Surface
import TensorCore
import Testing

/// Calls an entry as a script would.
@MainActor @discardableResult
func call(_ name: String, _ arguments: Value...) throws -> Value {
  let function = try #require((PlotEntries.all() + Plot.scriptType.methods).first { $0.qualifiedName == name })
  return try arguments.withUnsafeBufferPointer { values in
    let arguments = Arguments(function, values.baseAddress!, count: values.count)
    try arguments.checkCount()
    return try function.body(arguments)
  }
}

/// The plot that an entry gives.
@MainActor func plot(_ name: String, _ arguments: Value...) throws -> Plot {
  let function = try #require(PlotEntries.all().first { $0.qualifiedName == name })
  let result = try arguments.withUnsafeBufferPointer { values in
    try function.body(Arguments(function, values.baseAddress!, count: values.count))
  }
  guard case .object(let object) = result else { throw EngineError("test", "no object but \(result.brief)") }
  return try #require(object as? Plot)
}

/// A list of numbers.
func list(_ values: [Double]) -> Value { .table(Table(list: values.map { .number($0) })) }

/// A list of numbers.
func list(_ values: Double...) -> Value { list(values) }

/// A table by name.
func options(_ fields: (String, Value)...) -> Value { .table(Table(fields: fields.map { (key: $0.0, value: $0.1) })) }

/// A string.
func text(_ text: String) -> Value { .string(text) }

/// Numbers that look random, from 0 to 1, the same for the same seed.
func noise(_ count: Int, seed: UInt64 = 7) -> [Double] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 0x1p53
  }
}

/// The dots of a braille drawing, found by reading its characters again.
struct DotMap {
  private let rows: [[UInt32]]

  /// Reads the lines of the plot's area: those from the first row with an axis on (`│` or `┤`), what stands right of it.
  init(_ drawing: String) {
    rows = drawing.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
      guard let axis = line.firstIndex(where: { "│┤".contains($0) }) else { return nil }
      return line[line.index(after: axis)...].unicodeScalars.map {
        (0x2800...0x28FF).contains($0.value) ? $0.value : 0x2800
      }
    }
  }

  var height: Int { rows.count * 4 }

  /// Whether a dot is set; x to the right, y down.
  func isSet(_ x: Int, _ y: Int) -> Bool {
    guard rows.indices.contains(y / 4), rows[y / 4].indices.contains(x / 2) else { return false }
    // Unicode numbers a cell's dots 1 2 3 7 down the left side and 4 5 6 8 down the right.
    let bit = [[0, 1, 2, 6], [3, 4, 5, 7]][x % 2][y % 4]
    return (rows[y / 4][x / 2] - 0x2800) >> UInt32(bit) & 1 == 1
  }

  /// How many dots are set.
  var count: Int { rows.joined().reduce(0) { $0 + ($1 - 0x2800).nonzeroBitCount } }
}
