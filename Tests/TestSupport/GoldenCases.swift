internal import Checkpoints
internal import Foundation
public import TensorCore

/// One case of Tests/Golden/ops: operands, parameters, results and gradients that PyTorch computed.
public struct GoldenCase {
  public let op: String
  public let sample: String
  public let parameters: OpParameters
  public let isStrided: Bool
  public let inputs: [Tensor]
  public let outputs: [Tensor]
  /// The weight of each element of the first result; nil for cases without gradients.
  public let cotangent: Tensor?
  /// Gradients by input; nil where there is none.
  public let gradients: [Tensor?]

  public var name: String { "\(op)/\(sample)" }

  private struct Facts: Decodable {
    let inputs: Int
    let outputs: Int
    let strided: Bool
  }

  private init(_ key: String, _ facts: String, _ file: SafetensorsFile) throws {
    let parts = key.split(separator: "/")
    (op, sample) = (String(parts[0]), String(parts[1]))
    let json = Data(facts.utf8)
    let counts = try JSONDecoder().decode(Facts.self, from: json)
    isStrided = counts.strided
    let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
    parameters = OpParameters((object?["params"] as? [String: Any] ?? [:]).compactMapValues(GoldenCase.parameter))
    let keys = Set(file.keys)
    func optional(_ name: String) throws -> Tensor? {
      keys.contains("\(key)/\(name)") ? try file.tensor("\(key)/\(name)") : nil
    }
    inputs = try (0..<counts.inputs).map { try file.tensor("\(key)/input\($0)") }
    outputs = try (0..<counts.outputs).map { try file.tensor("\(key)/output\($0)") }
    cotangent = try optional("cotangent")
    gradients = try (0..<counts.inputs).map { try optional("grad\($0)") }
  }

  private static func parameter(_ value: Any) -> OpParameter? {
    switch value {
    case let text as String: .text(text)
    case let list as [Double]: .numbers(list)
    case let number as NSNumber:
      CFGetTypeID(number) == CFBooleanGetTypeID() ? .flag(number.boolValue) : .number(number.doubleValue)
    default: nil
    }
  }

  /// Names of the golden files of operations, sorted.
  public static var families: [String] {
    let files = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.golden("ops"))
    return (files ?? []).filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) }.sorted()
  }

  /// Every case of a family.
  public static func all(in family: String) throws -> [GoldenCase] {
    let file = try SafetensorsFile(path: Fixtures.golden("ops/\(family).safetensors"))
    return try file.metadata.filter { $0.key.contains("/") }.sorted { $0.key < $1.key }.map {
      try GoldenCase($0.key, $0.value, file)
    }
  }
}
