import Testing

/// A broken safetensors file and what its error must say.
struct HostileFile: CustomTestStringConvertible, Sendable {
  let name: String
  let bytes: [UInt8]
  /// A part of the message.
  let says: String
  var testDescription: String { name }

  /// Bytes as they are.
  init(_ name: String, raw: [UInt8], _ says: String) {
    self.name = name
    bytes = raw
    self.says = says
  }

  /// A header, its length before it, and that many bytes of data.
  init(_ name: String, _ header: String, data: Int = 0, _ says: String) {
    self.init(name, header: Array(header.utf8), data: data, says)
  }

  init(_ name: String, header: [UInt8], data: Int = 0, _ says: String) {
    self.init(name, raw: Self.number(header.count) + header + [UInt8](repeating: 0, count: data), says)
  }

  /// A header of one tensor `w` with its own fields.
  init(_ name: String, tensor fields: String, data: Int = 8, _ says: String) {
    self.init(name, "{\"w\":{\(fields)}}", data: data, says)
  }

  /// 64 bits, little-endian.
  static func number(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  static let all: [HostileFile] = prefixes + json + entries + coverage + foreign

  private static let prefixes: [HostileFile] = [
    .init("empty file", raw: [], "it is empty"),
    .init("seven bytes", raw: [1, 2, 3, 4, 5, 6, 7], "it has only 7 bytes"),
    .init("no header", raw: number(0), "its header is too short (0 bytes)"),
    .init("header past the end", raw: number(100) + Array("{}".utf8), "claims 100 bytes, but the file has only 10"),
    .init("header past the cap", raw: number(100_000_001) + Array("{}".utf8), "more than the format's 100000000"),
    .init("header of 2^64 - 1", raw: [UInt8](repeating: 255, count: 8) + Array("{}".utf8), "more than the format's"),
    .init("header of 2^63", raw: number(.min) + Array("{}".utf8), "more than the format's"),
  ]

  private static let json: [HostileFile] = [
    .init("not a brace first", " {}", "does not start with a brace"),
    .init("an array", "[1]", "does not start with a brace"),
    .init("zeros", header: [0, 0, 0, 0], "does not start with a brace"),
    .init("cut JSON", "{\"a\":{", "expected a name in quotes"),
    .init("no closing brace", "{\"a\":1", "closing brace"),
    .init("text after the end", "{}x", "text after the end"),
    .init("zero bytes as padding", header: Array("{}".utf8) + [0, 0], "text after the end"),
    .init("two objects", "{}{}", "text after the end"),
    .init("invalid UTF-8", header: Array("{\"".utf8) + [0xC3, 0x28] + Array("\":1}".utf8), "not valid UTF-8"),
    .init("overlong UTF-8", header: Array("{\"".utf8) + [0xC0, 0xAF] + Array("\":1}".utf8), "not valid UTF-8"),
    .init("half a surrogate pair", #"{"\ud800":1}"#, "half a surrogate pair"),
    .init("the other half", #"{"\udc00":1}"#, "half a surrogate pair"),
    .init("unknown escape", #"{"\x41":1}"#, "unknown escape"),
    .init("bad hexadecimal", #"{"\u00g0":1}"#, "four hexadecimal digits"),
    .init("control character", "{\"a\nb\":1}", "control character"),
    .init("open string", "{\"a", "without its closing quote"),
    .init("trailing comma", "{\"a\":1,}", "expected a name in quotes"),
    .init("bare word", "{\"a\":nan}", "expected a value"),
    .init("leading zero", "{\"a\":01}", "needless zero"),
    .init("plus sign", "{\"a\":+1}", "expected a value"),
    .init("dot without digits", "{\"a\":1.}", "expected a value"),
    .init("too deep", "{\"a\":" + String(repeating: "[", count: 100_000), "more than 16 levels"),
    .init("duplicate tensors", "{\"a\":{},\"a\":{}}", "the name \"a\" stands twice"),
    .init("duplicates by escape", #"{"a":{},"\u0061":{}}"#, "the name \"a\" stands twice"),
    .init("duplicate fields", tensor: #""dtype":"F32","dtype":"F32""#, "the name \"dtype\" stands twice"),
    .init("metadata not a table", "{\"__metadata__\":[]}", "__metadata__ is not a table"),
    .init("metadata not strings", "{\"__metadata__\":{\"a\":1}}", "entry \"a\" is not a string"),
    .init("metadata nested", "{\"__metadata__\":{\"a\":{}}}", "entry \"a\" is not a string"),
    .init("two metadata", "{\"__metadata__\":{},\"__metadata__\":{}}", "stands twice"),
  ]

  private static let entries: [HostileFile] = [
    .init("entry not an object", "{\"w\":1}", "\"w\" is not described by an object"),
    .init("no dtype", tensor: #""shape":[2],"data_offsets":[0,8]"#, "has no dtype"),
    .init("dtype a number", tensor: #""dtype":32,"shape":[2],"data_offsets":[0,8]"#, "has no dtype"),
    .init("unknown dtype", tensor: #""dtype":"F31","shape":[2],"data_offsets":[0,8]"#, "unknown dtype \"F31\""),
    .init("no shape", tensor: #""dtype":"F32","data_offsets":[0,8]"#, "has no shape"),
    .init("shape a number", tensor: #""dtype":"F32","shape":2,"data_offsets":[0,8]"#, "has no shape"),
    .init("negative size", tensor: #""dtype":"F32","shape":[-2],"data_offsets":[0,8]"#, "has no shape"),
    .init("fractional size", tensor: #""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#, "has no shape"),
    .init(
      "size past 2^63", tensor: #""dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]"#, "has no shape"),
    .init("size a string", tensor: #""dtype":"F32","shape":["2"],"data_offsets":[0,8]"#, "has no shape"),
    .init(
      "65 axes",
      tensor: "\"dtype\":\"F32\",\"shape\":[\([String](repeating: "1", count: 65).joined(separator: ","))],"
        + "\"data_offsets\":[0,4]", data: 4, "64 at most"),
    .init(
      "product overflows", tensor: #""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]"#,
      "no size in whole bytes that fits"),
    .init(
      "product overflows to 8", tensor: #""dtype":"F32","shape":[4611686018427387905,2],"data_offsets":[0,8]"#,
      "no size in whole bytes that fits"),
    .init(
      "overflow hidden by a 0", tensor: #""dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]"#,
      data: 0, "no size in whole bytes that fits"),
    .init("half a byte", tensor: #""dtype":"F4","shape":[3],"data_offsets":[0,1]"#, data: 1, "whole bytes"),
    .init("no offsets", tensor: #""dtype":"F32","shape":[2]"#, "has no data_offsets"),
    .init("one offset", tensor: #""dtype":"F32","shape":[2],"data_offsets":[0]"#, "has no data_offsets"),
    .init("three offsets", tensor: #""dtype":"F32","shape":[2],"data_offsets":[0,8,8]"#, "has no data_offsets"),
    .init("offsets reversed", tensor: #""dtype":"F32","shape":[2],"data_offsets":[8,0]"#, "has no data_offsets"),
    .init("offsets negative", tensor: #""dtype":"F32","shape":[2],"data_offsets":[-8,0]"#, "has no data_offsets"),
    .init("offsets too short", tensor: #""dtype":"F32","shape":[2],"data_offsets":[0,4]"#, "needs 8 bytes"),
    .init("offsets too long", tensor: #""dtype":"F32","shape":[1],"data_offsets":[0,8]"#, "needs 4 bytes"),
    .init(
      "long name", "{\"\(String(repeating: "n", count: 5000))\":{}}", "has 5000 bytes, more than the 4096 allowed"),
    .init(
      "too many tensors", "{" + (0...100_000).map { "\"\($0)\":{}" }.joined(separator: ",") + "}",
      "100001 tensors, more than the 100000 allowed"),
  ]

  /// A header of tensors of 4 bytes each with these offsets.
  private static func offsets(_ name: String, _ begins: [Int], data: Int, _ says: String) -> HostileFile {
    let entries = begins.enumerated().map {
      "\"t\($0.offset)\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[\($0.element),\($0.element + 4)]}"
    }
    return .init(name, "{\(entries.joined(separator: ","))}", data: data, says)
  }

  private static let coverage: [HostileFile] = [
    offsets("hole at the start", [4], data: 8, "\"t0\" begins at byte 4 of the data, after a hole of 4 bytes"),
    offsets("hole between", [8, 0], data: 12, "\"t0\" begins at byte 8 of the data, after a hole of 4 bytes"),
    offsets("overlap", [0, 2], data: 6, "\"t1\" begins at byte 2 of the data, inside the tensor before it"),
    offsets("the same bytes twice", [0, 0], data: 4, "begins at byte 0 of the data, inside the tensor before it"),
    offsets("cut off", [0, 4], data: 7, "need 8 bytes of data, but only 7 follow the header"),
    offsets("far past the end", [0, 4_611_686_018_427_387_904], data: 8, "after a hole"),
    offsets("bytes left over", [0], data: 5, "1 bytes follow the last tensor"),
    .init("data without tensors", "{}", data: 1, "1 bytes follow the last tensor"),
  ]

  private static let foreign: [HostileFile] = [
    .init("torch.save", raw: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 60), "is a zip archive, as torch.save"),
    .init("old torch.save", raw: [0x80, 2, 0x8A, 0x0A] + [UInt8](repeating: 7, count: 60), "is a Python pickle"),
    .init("numpy", raw: [0x93] + Array("NUMPY".utf8) + [UInt8](repeating: 7, count: 60), "is a NumPy array"),
    .init("GGUF", raw: Array("GGUF".utf8) + [UInt8](repeating: 7, count: 60), "is a GGUF file"),
    .init("LFS pointer", raw: Array("version https://git-lfs.github.com/spec/v1".utf8), "is a Git LFS pointer"),
    .init("text", raw: Array("hello, this is no model at all".utf8), "more than the format's"),
  ]
}
