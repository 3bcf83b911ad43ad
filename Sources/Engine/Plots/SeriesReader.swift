internal import Surface
internal import TensorCore

/// Reads numbers and series out of what a script gives.
struct SeriesReader {
  /// The function's name, for messages.
  let operation: String
  /// Whether tensors of any shape are taken, as a heap of numbers.
  var flattens = false

  /// Most series that one plot takes.
  private static let mostSeries = 64

  /// One series as it was given.
  struct Series {
    var label: String
    var x: [Double]?
    let y: [Double]
    /// The values are of single precision.
    let isSingle: Bool
  }

  /// One series (a tensor or a list of numbers), or several: by name, or in a list.
  func series(_ value: Value, _ what: String) throws -> [Series] {
    guard case .table(let table) = value, !isNumbers(table) else { return [try one(value, what, label: "")] }
    if isCurve(table) { return [try one(value, what, label: "")] }
    guard table.list.isEmpty || table.fields.isEmpty else {
      throw EngineError(
        operation, "\(what) mixes values by position and by name ('\(table.fields[0].key)')",
        advice: "give either a list of series or series by name")
    }
    guard table.list.count + table.fields.count <= SeriesReader.mostSeries else {
      throw EngineError(
        operation, expected: "at most \(SeriesReader.mostSeries) series",
        came: "\(table.list.count + table.fields.count)")
    }
    return try table.list.enumerated().map { try one($1, "series \($0 + 1)", label: "") }
      + table.fields.map { try one($0.value, "series '\($0.key)'", label: Cells.plain($0.key)) }
  }

  /// Whether a list is of numbers, to judge by its first element; scalar tensors count, as losses are collected.
  private func isNumbers(_ table: Table) -> Bool {
    guard let first = table.list.first else { return table.fields.isEmpty }
    switch first {
    case .table: return false
    case .object(let object): return (object as? Tensor)?.rank == 0
    default: return true
    }
  }

  /// Whether a table is one curve {x = …, y = …}.
  private func isCurve(_ table: Table) -> Bool {
    table.list.isEmpty && table.fields.map(\.key) == ["x", "y"]
  }

  private func one(_ value: Value, _ what: String, label: String) throws -> Series {
    if case .table(let table) = value, isCurve(table), let x = table["x"], let y = table["y"] {
      let (values, isSingle) = try numbers(y, "y of \(what)")
      return try checked(
        Series(label: label, x: try numbers(x, "x of \(what)").values, y: values, isSingle: isSingle), what)
    }
    let (values, isSingle) = try numbers(value, what)
    return Series(label: label, x: nil, y: values, isSingle: isSingle)
  }

  /// Throws when x and y differ in length.
  func checked(_ series: Series, _ what: String) throws -> Series {
    if let x = series.x, x.count != series.y.count {
      throw EngineError(
        operation,
        "x and y differ in length: \(x.count) and \(series.y.count) values" + (what.isEmpty ? "" : " (\(what))")
      )
    }
    return series
  }

  /// The numbers of a tensor of one axis or of a list.
  func numbers(_ value: Value, _ what: String) throws -> (values: [Double], isSingle: Bool) {
    switch value {
    case .object(let tensor as Tensor):
      guard flattens || tensor.rank == 1 else {
        throw EngineError(
          operation, expected: "\(what) as a tensor of one axis or a list of numbers",
          came: "a tensor of \(tensor.shape.shapeText)", advice: advice(tensor.shape))
      }
      return (try tensor.doubles(), tensor.dtype.isFloating && tensor.dtype != .f64)
    case .table(let table) where table.fields.isEmpty:
      let values = try table.list.enumerated().map { index, element in
        if let number = element.double { return number }
        if case .object(let tensor as Tensor) = element, tensor.count == 1 { return try tensor.item() }
        throw EngineError(
          operation, expected: "numbers in \(what)", came: "\(element.brief) at place \(index + 1)")
      }
      return (values, false)
    default:
      throw EngineError(operation, expected: "\(what) as a tensor of one axis or a list of numbers", came: value.brief)
    }
  }

  private func advice(_ shape: [Int]) -> String {
    if shape.isEmpty { return "one number is no series; collect several in a list" }
    if shape.count == 2, shape[1] == 2 {
      return "of complex numbers draw the parts: {re = t:select(2, 1), im = t:select(2, 2)}"
    }
    if shape.count == 2 {
      return "its rows as series: {t[1], t[2]}; all its values in one: t:flatten(); as colours: plot.image"
    }
    return "pick one row, as in t[1][1], or take all values with t:flatten()"
  }
}
