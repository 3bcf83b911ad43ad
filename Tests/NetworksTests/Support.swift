import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Layers
import Networks

/// What a case of Tests/Golden/networks.safetensors says of itself.
struct Case: Decodable {
  /// Values in all parameters.
  let count: Int
  /// Shapes of the inputs, whose values are `factor` · u + `offset` of the stream that follows `torch.manual_seed(2)`.
  let inputs: [[Int]]
  let factor: Double
  let offset: Double
  /// The shape of the result.
  let output: [Int]
  /// Names in `state_dict`, in order.
  let names: [String]

  init(_ name: String, _ file: SafetensorsFile) throws {
    self = try JSONDecoder().decode(Case.self, from: Data(try #require(file.metadata[name]).utf8))
  }
}

/// Makes a model as a script does.
func model(_ name: String, _ options: [(key: String, value: Value)] = []) throws -> LayerObject {
  let function = try #require(ModelEntries.all().first { $0.name == name })
  guard case .object(let object as LayerObject) = try function.call([], options: options) else {
    throw EngineError("test", "models.\(name) gives no layer")
  }
  return object
}

/// The elements that the golden files hold of a tensor, as `sample` of Scripts/golden/networks.py takes them.
func sample(_ x: Tensor) throws -> [Double] {
  func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
  let values = try x.detached().doubles()
  var step = max((values.count + 511) / 512, 1)
  while divisor(step, values.count) > 1 { step += 1 }
  return stride(from: 0, to: values.count, by: step).map { values[$0] }
}

/// The largest difference, relative to the largest of the expected magnitudes. Values of deep layers and gradients are
/// small, so nothing is relative to 1.
func error(_ actual: [Double], _ expected: [Double]) -> Double {
  guard actual.count == expected.count, let scale = expected.map(abs).max(), scale > 0 else { return .infinity }
  return zip(actual, expected).reduce(0) { max($0, $1.0.isFinite ? abs($1.0 - $1.1) / scale : .infinity) }
}
