internal import Files
internal import Surface
public import TensorCore

/// A safetensors file, opened and checked. The data of a tensor is read when it is asked for.
public final class SafetensorsFile: Checkpoint {
  /// Where the file was found.
  public let path: String
  public var format: String { "safetensors" }
  /// The strings stored beside the tensors.
  public let metadata: [String: String]
  /// Names of the tensors, in the order of their data.
  public let keys: [String]
  let entries: [String: StoredTensor]
  private let file: InputFile
  private let dataStart: Int
  private let operation: String

  /// Opens a file and checks its whole header; everything wrong with it is found here. `operation` is what errors
  /// start with.
  public init(path: String, for operation: String = "checkpoints.load") throws {
    self.path = path
    self.operation = operation
    file = try InputFile(path, operation: operation)
    do {
      guard file.size >= 8 else {
        throw SafetensorsHeader.Problem(
          text: file.size == 0 ? "it is empty" : "it has only \(file.size) bytes, too few for a header")
      }
      let prefix = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let length = try SafetensorsHeader.length(prefix, fileSize: file.size)
      let header = try SafetensorsHeader(
        file.bytes(at: 8, count: length), dataSize: file.size - 8 - length)
      dataStart = 8 + length
      metadata = header.metadata
      keys = header.tensors.map(\.name)
      entries = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
    } catch let problem as SafetensorsHeader.Problem {
      if let other = try Self.foreignFormat(of: file) {
        throw EngineError(
          operation, "\(path) is \(other), not a safetensors file",
          advice: "convert it with save_file of Python's safetensors.torch")
      }
      throw EngineError(operation, "\(path) is not a good safetensors file: \(problem.text)")
    }
  }

  /// What a file that is no safetensors file may be instead, by its first bytes, as a noun with its article.
  private static func foreignFormat(of file: InputFile) throws -> String? {
    let signatures: [(String, String)] = [
      ("PK\u{3}\u{4}", "a zip archive, as torch.save and numpy.savez write"),
      ("\u{80}\u{2}", "a Python pickle, as old versions of torch.save write"),
      ("\u{93}NUMPY", "a NumPy array"), ("\u{89}HDF", "an HDF5 file"), ("GGUF", "a GGUF file"),
      ("version https://git-lfs", "a Git LFS pointer and not the file itself"),
    ]
    let head = try file.bytes(at: 0, count: min(32, file.size))
    return signatures.first { head.starts(with: $0.0.unicodeScalars.map { UInt8($0.value) }) }?.1
  }

  /// One tensor with the shape and the element type it has in the file.
  public func tensor(_ name: String) throws -> Tensor {
    let entry = try entry(name)
    guard let type = entry.type.elementType else {
      throw EngineError(
        operation, "\(path): tensor \"\(name)\" has the element type \(entry.type.code), which Atelier does not have",
        advice: "it reads " + StoredType.all.filter { $0.elementType != nil }.map(\.code).joined(separator: ", "))
    }
    return try Tensor.fromBytes(entry.shape, type) { bytes in
      try file.read(
        at: dataStart + entry.range.lowerBound,
        into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<entry.range.count]))
      if type == .bool { for index in 0..<entry.range.count where bytes[index] > 1 { bytes[index] = 1 } }
    }
  }

  /// One tensor, which must have the given shape.
  public func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
    let entry = try entry(name)
    guard entry.shape == shape else {
      throw EngineError(
        operation, "\(path): tensor \"\(name)\" must have the shape \(shape.shapeText), it has \(entry.shape.shapeText)"
      )
    }
    return try tensor(name)
  }

  public func facts(_ name: String) throws -> TensorFacts {
    let entry = try entry(name)
    return TensorFacts(
      name: name, dtype: entry.type.elementType?.rawValue ?? entry.type.code.lowercased(), shape: entry.shape,
      bytes: entry.range.count)
  }

  private func entry(_ name: String) throws -> StoredTensor {
    guard let entry = entries[name] else { throw EngineError.noTensor(name, in: path, keys, operation) }
    return entry
  }
}

extension StoredType {
  /// Our element type of the same layout, or nil when there is none.
  var elementType: ElementType? {
    switch code {
    case "BOOL": .bool
    case "U8": .u8
    case "I8": .i8
    case "I16": .i16
    case "F16": .f16
    case "BF16": .bf16
    case "I32": .i32
    case "F32": .f32
    case "F64": .f64
    case "I64": .i64
    default: nil
    }
  }

  /// How an element type is stored.
  init(_ type: ElementType) {
    guard let stored = StoredType.all.first(where: { $0.elementType == type }) else {
      preconditionFailure("safetensors has no element type for \(type)")
    }
    self = stored
  }
}
