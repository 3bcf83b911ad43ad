internal import Checkpoints
internal import Foundation
package import TensorCore

/// One case of Tests/Golden/ops: operands, parameters, results and gradients that PyTorch computed.
package struct GoldenCase {
  package let op: String
  package let sample: String
  package let parameters: OpParameters
  package let isStrided: Bool
  package let inputs: [Tensor]
  package let outputs: [Tensor]
  /// The weight of each element of the first result; nil for cases without gradients.
  package let cotangent: Tensor?
  /// Gradients by input; nil where there is none.
  package let gradients: [Tensor?]

  package var name: String { "\(op)/\(sample)" }

  /// Whether some operand is empty or all are single numbers: too little to show an operation at work.
  package var isTrivial: Bool { inputs.contains { $0.count == 0 } || inputs.allSatisfy { $0.count == 1 } }

  private struct Facts: Decodable {
    let inputs: Int
    let outputs: Int
    let strided: Bool
    let params: [String: Parameter]
  }

  private struct Parameter: Decodable {
    let value: OpParameter

    init(from decoder: any Decoder) throws {
      let field = try decoder.singleValueContainer()
      if let flag = try? field.decode(Bool.self) {
        value = .flag(flag)
      } else if let number = try? field.decode(Double.self) {
        value = .number(number)
      } else if let list = try? field.decode([Double].self) {
        value = .numbers(list)
      } else {
        value = .text(try field.decode(String.self))
      }
    }
  }

  private init(_ key: String, _ facts: String, _ file: SafetensorsFile) throws {
    let parts = key.split(separator: "/")
    (op, sample) = (String(parts[0]), String(parts[1]))
    let counts = try JSONDecoder().decode(Facts.self, from: Data(facts.utf8))
    isStrided = counts.strided
    parameters = OpParameters(counts.params.mapValues(\.value))
    let keys = Set(file.keys)
    func optional(_ name: String) throws -> Tensor? {
      keys.contains("\(key)/\(name)") ? try file.tensor("\(key)/\(name)") : nil
    }
    inputs = try (0..<counts.inputs).map { try file.tensor("\(key)/input\($0)") }
    outputs = try (0..<counts.outputs).map { try file.tensor("\(key)/output\($0)") }
    cotangent = try optional("cotangent")
    gradients = try (0..<counts.inputs).map { try optional("grad\($0)") }
  }

  /// Names of the golden files of operations, sorted.
  package static var families: [String] {
    let files = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.golden("ops"))
    return (files ?? []).filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) }.sorted()
  }

  /// Every case of a family.
  package static func all(in family: String) throws -> [GoldenCase] {
    let file = try SafetensorsFile(path: Fixtures.golden("ops/\(family).safetensors"))
    return try file.metadata.filter { $0.key.contains("/") }.sorted { $0.key < $1.key }.map {
      try GoldenCase($0.key, $0.value, file)
    }
  }
}
