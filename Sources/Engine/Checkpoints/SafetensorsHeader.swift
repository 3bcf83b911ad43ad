import Surface

/// An element type by its name in a safetensors file.
struct StoredType: Equatable {
  /// The name in the file: `F32`.
  let code: String
  /// Bits per element; some types pack several elements in a byte.
  let bits: Int
  /// Place in the library's own list; its writer puts higher places first.
  let place: Int

  /// Every type of the format, in the library's order.
  static let all: [StoredType] = [
    ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8), ("F8_E4M3", 8),
    ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8), ("F8_E5M2FNUZ", 8), ("I16", 16), ("U16", 16), ("F16", 16), ("BF16", 16),
    ("I32", 32), ("U32", 32), ("F32", 32), ("C64", 64), ("F64", 64), ("I64", 64), ("U64", 64),
  ].enumerated().map { StoredType(code: $0.element.0, bits: $0.element.1, place: $0.offset) }

  /// The type with a name, or nil.
  static func named(_ code: String) -> StoredType? { all.first { $0.code == code } }

  /// Bytes that elements of a shape take, or nil when that overflows or does not fill whole bytes.
  func bytes(_ shape: [Int]) -> Int? {
    var total = bits
    for size in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      total = product
    }
    return total % 8 == 0 ? total / 8 : nil
  }
}

/// One tensor of a safetensors file: where it lies and what it is.
struct StoredTensor {
  let name: String
  let type: StoredType
  let shape: [Int]
  /// Bytes relative to the end of the header.
  let range: Range<Int>
}

/// The checked header of a safetensors file: after this, every tensor lies inside the file, has as many bytes as its
/// shape asks for, and no two overlap.
///
/// The rules are those of huggingface/safetensors `tensor.rs`, and caps on the number of entries and on the length of
/// names, because a header within the format's 100 MB may still hold millions of them.
struct SafetensorsHeader {
  /// Largest header of the format, in bytes.
  static let sizeLimit = 100_000_000
  /// Most tensors accepted.
  static let entryLimit = 100_000
  /// Longest name of a tensor accepted, in bytes.
  static let nameLimit = 4096
  /// Most axes of a tensor accepted.
  static let rankLimit = 64

  /// In the order of their data.
  let tensors: [StoredTensor]
  let metadata: [String: String]

  /// Why a header is refused, as a clause that reads after the file's name.
  struct Problem: Error {
    let text: String
  }

  /// Checks the number that a file starts with. `fileSize` in bytes; returns the header's length.
  static func length(_ prefix: UInt64, fileSize: Int) throws -> Int {
    guard prefix <= UInt64(sizeLimit) else {
      throw Problem(text: "its header claims \(prefix) bytes, more than the format's \(sizeLimit)")
    }
    guard Int(prefix) <= fileSize - 8 else {
      throw Problem(text: "its header claims \(prefix) bytes, but the file has only \(fileSize)")
    }
    guard prefix >= 2 else { throw Problem(text: "its header is too short (\(prefix) bytes)") }
    return Int(prefix)
  }

  /// Checks a header against the number of bytes that follow it.
  init(_ bytes: [UInt8], dataSize: Int) throws {
    guard bytes.first == UInt8(ascii: "{") else { throw Problem(text: "its header does not start with a brace") }
    let json: JSON
    do {
      json = try StrictJSON.parse(bytes)
    } catch let problem as JSONProblem {
      throw Problem(text: "its header is not valid JSON: \(problem.text) (byte \(8 + problem.offset))")
    }
    guard case .object(var members) = json else { throw Problem(text: "its header is not a JSON object") }
    metadata = try Self.takeMetadata(&members)
    guard members.count <= Self.entryLimit else {
      throw Problem(text: "it lists \(members.count) tensors, more than the \(Self.entryLimit) allowed")
    }
    tensors = try members.map { try Self.entry($0.key, $0.value) }.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkCoverage(dataSize)
  }

  private static func takeMetadata(_ members: inout [JSON.Member]) throws -> [String: String] {
    guard let index = members.firstIndex(where: { $0.key == "__metadata__" }) else { return [:] }
    guard case .object(let pairs) = members.remove(at: index).value else {
      throw Problem(text: "its __metadata__ is not a table of strings")
    }
    var result: [String: String] = [:]
    for pair in pairs {
      guard case .string(let text) = pair.value else {
        throw Problem(text: "its __metadata__ entry \"\(pair.key)\" is not a string")
      }
      result[pair.key] = text
    }
    return result
  }

  private static func entry(_ name: String, _ json: JSON) throws -> StoredTensor {
    guard name.utf8.count <= nameLimit else {
      throw Problem(text: "a tensor's name has \(name.utf8.count) bytes, more than the \(nameLimit) allowed")
    }
    func refused(_ text: String) -> Problem { Problem(text: "tensor \"\(name)\" \(text)") }
    guard case .object = json else { throw refused("is not described by an object") }
    guard case .string(let code) = json["dtype"] else { throw refused("has no dtype") }
    guard let type = StoredType.named(code) else { throw refused("has the unknown dtype \"\(code)\"") }
    guard let shape = sizes(json["shape"]), shape.count <= rankLimit else {
      throw refused("has no shape made of whole numbers from 0 up, \(rankLimit) at most")
    }
    guard let offsets = sizes(json["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw refused("has no data_offsets made of a begin and an end not before it")
    }
    guard let bytes = type.bytes(shape) else {
      throw refused("of shape \(shape.shapeText) and dtype \(code) has no size in whole bytes that fits 63 bits")
    }
    guard bytes == offsets[1] - offsets[0] else {
      throw refused(
        "of shape \(shape.shapeText) and dtype \(code) needs \(bytes) bytes, its data_offsets span "
          + "\(offsets[1] - offsets[0])")
    }
    return StoredTensor(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// A list of whole numbers from 0 up, or nil.
  private static func sizes(_ json: JSON?) -> [Int]? {
    guard case .array(let items) = json else { return nil }
    var result: [Int] = []
    for item in items {
      guard case .integer(let size) = item, size >= 0 else { return nil }
      result.append(size)
    }
    return result
  }

  /// The data must start at 0 and follow each other without hole or overlap up to the end of the file.
  private func checkCoverage(_ dataSize: Int) throws {
    var end = 0
    for tensor in tensors {
      let begin = tensor.range.lowerBound
      guard begin == end else {
        throw Problem(
          text: "tensor \"\(tensor.name)\" begins at byte \(begin) of the data, "
            + (begin < end ? "inside the tensor before it" : "after a hole of \(begin - end) bytes"))
      }
      end = tensor.range.upperBound
    }
    guard end == dataSize else {
      throw Problem(
        text: end > dataSize
          ? "its tensors need \(end) bytes of data, but only \(dataSize) follow the header: the file is cut off"
          : "\(dataSize - end) bytes follow the last tensor")
    }
  }
}
