internal import CKernels
internal import Surface

/// What a tensor's elements are.
///
/// f32 is for computing (and what a script's numbers make); f64 for linear algebra and gradient checks; bf16 and f16
/// store compactly and compute through f32; the integers and bool hold ids, masks and file contents.
public enum ElementType: String, CaseIterable, Sendable {
  case f32, f64, bf16, f16, i64, i32, i16, i8, u8, bool

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32: 4
    case .bf16, .f16, .i16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Whether the type holds fractions: f64, f32, bf16 or f16.
  public var isFloating: Bool { self == .f32 || self == .f64 || self == .bf16 || self == .f16 }

  /// The type's number in the C kernels.
  var code: Int32 {
    switch self {
    case .f32: 0
    case .f64: 1
    case .bf16: 2
    case .f16: 3
    case .i64: 4
    case .i32: 5
    case .i16: 6
    case .i8: 7
    case .u8: 8
    case .bool: 9
    }
  }

  /// The type that a script names: short names as here, and the ones PyTorch users know.
  public init(named name: String, for operation: String) throws {
    let synonyms = [
      "float32": "f32", "float": "f32", "float64": "f64", "double": "f64", "bfloat16": "bf16", "float16": "f16",
      "half": "f16", "int64": "i64", "long": "i64", "int32": "i32", "int": "i32", "int16": "i16", "int8": "i8",
      "uint8": "u8",
    ]
    guard let type = ElementType(rawValue: synonyms[name] ?? name) else {
      throw EngineError(
        operation, "knows no element type \"\(name)\"",
        advice: "the types are " + ElementType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = type
  }

  /// The common type of two operands: f64 over f32 over integers, floating types over integers, bool under all.
  /// Everything else (bf16 with f32, i64 with u8, …) is not converted silently.
  static func promoted(_ a: ElementType, _ b: ElementType, _ operation: String) throws -> ElementType {
    if a == b { return a }
    if a == .bool { return b }
    if b == .bool { return a }
    switch (a.isFloating, b.isFloating) {
    case (true, false): return a
    case (false, true): return b
    case (true, true) where Set([a, b]) == [.f32, .f64]: return .f64
    default:
      throw EngineError(
        operation, "the element types \(a) and \(b) do not mix",
        advice: "convert one of them first, as in t:to(\"\(a.isFloating ? "f32" : a.rawValue)\")")
    }
  }
}
