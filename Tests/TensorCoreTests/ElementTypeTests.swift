import Surface
import TensorCore
import TestSupport
import Testing

/// Element types: what mixes with what, and how values convert.
@Suite(.serialized) @MainActor
struct ElementTypeTests {
  private func tensor(_ type: ElementType) throws -> Tensor { try Tensor.full([2], 1, type) }

  @Test("The promotion table: f64 over f32 over integers, bool under all, the rest refused")
  func promotion() throws {
    for a in ElementType.allCases {
      for b in ElementType.allCases {
        let expected: ElementType? =
          if a == b { a == .bool ? .i64 : a } else if a == .bool { b } else if b == .bool {
            a
          } else if a.isFloating
            && b.isFloating
          { [a, b].contains(.f64) && [a, b].contains(.f32) ? .f64 : nil } else if a.isFloating {
            a
          } else if b
            .isFloating
          { b } else { nil }
        if let expected {
          #expect(try (tensor(a) + tensor(b)).dtype == expected, "\(a) + \(b)")
          #expect(try (tensor(a) + tensor(b)).floats() == [2, 2], "\(a) + \(b)")
          #expect(try Tensor.lt(tensor(a), tensor(b)).dtype == .bool)
        } else {
          #expect(
            message { _ = try tensor(a) + tensor(b) }.hasPrefix("add: the element types \(a) and \(b) do not mix"))
          #expect(message { _ = try Tensor.lt(tensor(a), tensor(b)) }.hasPrefix("lt: the element types"))
        }
      }
    }
  }

  @Test("Numbers take the tensor's type; fractions turn integers into f32")
  func numbers() throws {
    for type in ElementType.allCases where type.isFloating {
      #expect(try (tensor(type) + 1).dtype == type && (tensor(type) * 0.5).dtype == type)
    }
    #expect(try (tensor(.i32) + 1).dtype == .i32)
    #expect(try (tensor(.i32) + 0.5).dtype == .f32)
    #expect(try (tensor(.i32) / 2).dtype == .f32)
    #expect(try (tensor(.u8) / tensor(.u8)).dtype == .f32)
    #expect(try (tensor(.bool) + 1).dtype == .f32)
    #expect(try tensor(.i64).exp().dtype == .f32)
    #expect(try tensor(.bf16).exp().dtype == .bf16)
    #expect(try tensor(.i16).sum().dtype == .i64)
    #expect(try tensor(.bool).sum().item() == 2)
    #expect(try tensor(.i32).mean().dtype == .f32)
    #expect(try tensor(.f16).matmul(tensor(.f16)).dtype == .f16)
  }

  @Test("Integers keep all their bits")
  func largeIntegers() throws {
    let big = try Tensor(integers: [(1 << 53) + 1, -(1 << 60) + 3, .max], [3])
    #expect(try big.integers() == [(1 << 53) + 1, -(1 << 60) + 3, .max])
    #expect(try (big - 2).integers() == [(1 << 53) - 1, -(1 << 60) + 1, .max - 2])
    #expect(try big.max().integers() == [.max])
    #expect(try Tensor.eq(big, big + 1).integers() == [0, 0, 0])
    #expect(try Tensor.zeros([1], .i64).fill_(Double(1 << 60)).integers() == [1 << 60])
  }

  @Test("Fractions are cut toward zero and saturate; NaN becomes 0; anything but 0 is true")
  func conversion() throws {
    let x = try Tensor([-1.9, 1.9, 300, -300, 1e20, -1e20, .nan, .infinity], [8])
    #expect(try x.to(.i8).integers() == [-1, 1, 127, -128, 127, -128, 0, 127])
    #expect(try x.to(.u8).integers() == [0, 1, 255, 0, 255, 0, 0, 255])
    #expect(try x.to(.i64).integers() == [-1, 1, 300, -300, .max, .min, 0, .max])
    #expect(try Tensor([0, -0.0, 0.1, .nan], [4]).to(.bool).integers() == [0, 0, 1, 1])
    #expect(try Tensor(integers: [-1, 256, 0], [3]).to(.bool).integers() == [1, 1, 0])
  }

  @Test("Every type through every other keeps small whole numbers", arguments: ElementType.allCases)
  func everyPair(_ from: ElementType) throws {
    let values: [Float] = from == .bool ? [0, 1, 1] : [0, 1, 100]
    let x = try Tensor(values, [3]).to(from)
    for to in ElementType.allCases {
      #expect(try x.to(to).floats() == (to == .bool ? [0, 1, 1] : values), "\(from) to \(to)")
    }
  }

  @Test("Names of types, and what is no name")
  func names() throws {
    #expect(try ElementType(named: "float32", for: "to") == .f32)
    #expect(try ElementType(named: "long", for: "to") == .i64)
    #expect(
      message { _ = try ElementType(named: "f8", for: "tensor.zeros") }
        == "tensor.zeros: knows no element type \"f8\"; the types are f32, f64, bf16, f16, i64, i32, i16, i8, u8, bool")
  }
}
