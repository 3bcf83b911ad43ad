internal import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

extension Tensor {
  /// The tensor as the prompt shows it: a header line of shape and type, then the numbers as PyTorch lays them out
  /// (four digits, scientific where magnitudes differ widely, … in large tensors); a picture is summarised.
  public func display() -> String {
    let header = "tensor \(dims.text) \(dtype)" + (requiresGradient ? ", requires_grad" : "")
    if count == 0 { return header }
    if looksLikePicture, let summary = try? summary() { return header + summary }
    return header + "\n" + Printer(self).text
  }

  /// Three floating-point channels of at least 16 × 16 (or a batch of such).
  private var looksLikePicture: Bool {
    dtype.isFloating && (rank == 3 || rank == 4) && dims[rank - 3] == 3 && dims[rank - 2] >= 16 && dims[rank - 1] >= 16
  }

  private func summary() throws -> String {
    let x = detached()
    let bad = try Tensor.ne(x, x).sum().item()
    let numbers = [try x.min(), try x.max(), try x.mean()].map { (try? $0.item()) ?? .nan }
    let what = rank == 4 ? "\(dims[0]) pictures" : "picture"
    let texts = numbers.map { Printer.fixed($0, 4) }
    return
      " (\(what) \(dims[rank - 1]) wide, \(dims[rank - 2]) high; min \(texts[0]), max \(texts[1]), mean \(texts[2])"
      + (bad > 0 ? ", \(Int(bad)) NaN" : "") + ")"
  }
}

/// Lays out numbers as PyTorch does (its `_tensor_str.py`: precision 4, threshold 1000, edge items 3, width 80).
private struct Printer {
  private let tensor: Tensor
  private let shortened: Bool
  private var format: (Double) -> String = { Printer.fixed($0, 4) }
  private var width = 0

  init(_ tensor: Tensor) {
    self.tensor = tensor.detached()
    shortened = tensor.count > 1000
    let values = edgeValues(axis: 0, offset: tensor.offset)
    format = Printer.format(for: values, floating: tensor.dtype.isFloating)
    // Zeros, infinities and NaN do not count, as in PyTorch.
    let wide = tensor.dtype.isFloating ? values.filter { $0.isFinite && $0 != 0 } : values
    width = wide.map { format($0).count }.max() ?? 1
  }

  var text: String {
    tensor.rank == 0 ? format(value(tensor.offset)) : block(axis: 0, offset: tensor.offset, indent: 1)
  }

  /// The format that fits all shown values.
  private static func format(for values: [Double], floating: Bool) -> (Double) -> String {
    if !floating { return { String(integer($0)) } }
    let sizes = values.filter { $0.isFinite && $0 != 0 }.map(abs)
    guard let largest = sizes.max(), let smallest = sizes.min() else {
      return { $0.isFinite ? "0." : nonFinite($0) }
    }
    let whole = values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
    let wide = largest / smallest > 1000 || largest > 1e8
    if whole, !wide { return { $0.isFinite ? fixed($0, 0) + "." : nonFinite($0) } }
    if wide || smallest < 1e-4 { return { $0.isFinite ? scientific($0) : nonFinite($0) } }
    return { $0.isFinite ? fixed($0, 4) : nonFinite($0) }
  }

  /// The integer that a value stands for; what rounds past the largest of 64 bits is that one.
  private static func integer(_ x: Double) -> Int { Int(exactly: x) ?? (x < 0 ? Int.min : Int.max) }

  private static func nonFinite(_ x: Double) -> String { x.isNaN ? "nan" : x > 0 ? "inf" : "-inf" }
  static func fixed(_ x: Double, _ digits: Int32) -> String { printed("%.*f", digits, x) }
  private static func scientific(_ x: Double) -> String { printed("%.*e", 4, x) }

  private static func printed(_ format: String, _ digits: Int32, _ x: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 352)
    _ = withVaList([digits, x]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func value(_ offset: Int) -> Double {
    let address = tensor.storage.base + offset * tensor.dtype.size
    switch tensor.dtype {
    case .f32: return Double(address.load(as: Float.self))
    case .f64: return address.load(as: Double.self)
    case .i64: return Double(address.load(as: Int64.self))
    default:
      let one = tensor.view(Dims(), Dims(), offset: offset)
      return (try? one.doubles()[0]) ?? .nan
    }
  }

  /// The positions of an axis that are shown; nil stands for the gap.
  private func shown(_ axis: Int) -> [Int?] {
    let size = tensor.dims[axis]
    if !shortened || size <= 6 { return Array(0..<size) }
    return [0, 1, 2, nil, size - 3, size - 2, size - 1]
  }

  private func edgeValues(axis: Int, offset: Int) -> [Double] {
    if axis == tensor.rank { return [value(offset)] }
    return shown(axis).compactMap { $0 }.flatMap {
      edgeValues(axis: axis + 1, offset: offset + $0 * tensor.strides[axis])
    }
  }

  private func block(axis: Int, offset: Int, indent: Int) -> String {
    if axis == tensor.rank - 1 { return row(offset, indent) }
    let lines = shown(axis).map { position in
      position.map { block(axis: axis + 1, offset: offset + $0 * tensor.strides[axis], indent: indent + 1) } ?? "..."
    }
    let gap = "," + String(repeating: "\n", count: tensor.rank - 1 - axis) + String(repeating: " ", count: indent)
    return "[" + lines.joined(separator: gap) + "]"
  }

  private func row(_ offset: Int, _ indent: Int) -> String {
    let axis = tensor.rank - 1
    let items = shown(axis).map { position in
      guard let position else { return " ..." }
      let text = format(value(offset + position * tensor.strides[axis]))
      return String(repeating: " ", count: Swift.max(width - text.count, 0)) + text
    }
    // The row's own bracket does not count, as in PyTorch.
    let perLine = Swift.max(1, (81 - indent) / (width + 2))
    let lines = stride(from: 0, to: items.count, by: perLine).map {
      items[$0..<Swift.min($0 + perLine, items.count)].joined(separator: ", ")
    }
    return "[" + lines.joined(separator: ",\n" + String(repeating: " ", count: indent)) + "]"
  }
}
