internal import Files
internal import Glibc
internal import Surface
public import TensorCore

/// Writing safetensors files, byte for byte as the reference library does (its metadata order is random, ours sorted).
public enum Safetensors {
  /// Writes named tensors, with strings beside them, to a file. The file appears under its name only when complete.
  /// A tensor that is a view is stored as the view's elements. `operation` is what errors start with.
  public static func write(
    _ tensors: [(String, Tensor)], metadata: [String: String] = [:], to path: String,
    for operation: String = "checkpoints.save"
  ) throws {
    try checkNames(tensors.map(\.0), operation)
    let ordered = tensors.map { (name: $0.0, tensor: $0.1, type: StoredType($0.1.dtype)) }.sorted {
      // Names are compared by their bytes, as the library does.
      $0.type.place != $1.type.place
        ? $0.type.place > $1.type.place : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    let header = try header(ordered, metadata, operation)
    try AtomicFile.write(path, operation: operation, durable: true) { stream in
      try header.withUnsafeBytes { try put($0, to: stream, path, operation) }
      let total = ordered.reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.size }
      var done = 0
      for entry in ordered {
        try entry.tensor.withBytes { try put($0, to: stream, path, operation, (done, total)) }
        done += entry.tensor.count * entry.tensor.dtype.size
      }
    }
  }

  private static func checkNames(_ names: [String], _ operation: String) throws {
    var seen = Set<String>()
    for name in names {
      guard name != "__metadata__" else {
        throw EngineError(operation, "no tensor may be named __metadata__; the format keeps that name for itself")
      }
      guard name.utf8.count <= SafetensorsHeader.nameLimit else {
        throw EngineError(
          operation, expected: "names of at most \(SafetensorsHeader.nameLimit) bytes", came: "\(name.utf8.count) bytes"
        )
      }
      guard seen.insert(name).inserted else { throw EngineError(operation, "the name \"\(name)\" stands twice") }
    }
    guard names.count <= SafetensorsHeader.entryLimit else {
      throw EngineError(operation, expected: "at most \(SafetensorsHeader.entryLimit) tensors", came: "\(names.count)")
    }
  }

  /// Length and text of the header, padded with spaces so that the data starts at a multiple of 8.
  private static func header(
    _ tensors: [(name: String, tensor: Tensor, type: StoredType)], _ metadata: [String: String], _ operation: String
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
        "\($0.key.quotedJSON):\($0.value.quotedJSON)"
      }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var begin = 0
    for (name, tensor, type) in tensors {
      let (end, overflow) = begin.addingReportingOverflow(tensor.count * tensor.dtype.size)
      guard !overflow else { throw EngineError(operation, "the tensors together are too large for one file") }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(name.quotedJSON):{\"dtype\":\"\(type.code)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
    guard text.count <= SafetensorsHeader.sizeLimit else {
      throw EngineError(
        operation,
        "names and metadata need a header of \(text.count) bytes, more than the format's "
          + "\(SafetensorsHeader.sizeLimit)")
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }

  /// Writes bytes in pieces, so that an interrupt need not wait for gigabytes.
  private static func put(
    _ bytes: UnsafeRawBufferPointer, to stream: UnsafeMutablePointer<FILE>, _ path: String, _ operation: String,
    _ place: (before: Int, total: Int) = (0, 0)
  ) throws {
    var done = 0
    while done < bytes.count {
      try Interrupt.check()
      let piece = min(bytes.count - done, 16 << 20)
      guard fwrite(bytes.baseAddress! + done, 1, piece, stream) == piece else {
        throw AtomicFile.failure(path, operation, errno)
      }
      done += piece
      Work.reached(place.before + done, of: place.total)
    }
  }
}
