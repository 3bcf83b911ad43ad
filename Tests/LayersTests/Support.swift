import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// A golden file, read through the engine's own reader.
func golden(_ name: String) throws -> SafetensorsFile { try SafetensorsFile(path: Fixtures.golden(name)) }

extension SafetensorsFile {
  /// A JSON object of the metadata.
  func facts(_ key: String) throws -> [String: Any] { try #require(json(key) as? [String: Any]) }

  /// A JSON list of integers of the metadata.
  func sizes(_ key: String) throws -> [Int] { try #require(json(key) as? [Int]) }

  private func json(_ key: String) throws -> Any {
    let text = try #require(metadata[key])
    return try JSONSerialization.jsonObject(with: Data(text.utf8))
  }
}

/// The largest difference of two tensors of one shape, relative where the wanted value exceeds 1.
func difference(_ a: Tensor, _ wanted: Tensor) throws -> Double {
  try #require(a.shape == wanted.shape)
  return zip(try a.doubles(), try wanted.doubles()).reduce(0) { most, pair in
    max(most, abs(pair.0 - pair.1) / max(abs(pair.1), 1))
  }
}

/// A Swift closure in a script's place.
final class Closure: Callable {
  private let body: ([Value]) throws -> [Value]
  init(_ body: @escaping ([Value]) throws -> [Value]) { self.body = body }
  func call(_ arguments: [Value]) throws -> [Value] { try body(arguments) }
}

/// Calls an entry as a script would.
func call(_ name: String, _ arguments: Value...) throws -> Value {
  let types = [LayerObject.scriptType] + OptimEntries.types()
  let all = NNEntries.all() + OptimEntries.all() + types.flatMap(\.methods)
  let function = try #require(all.first { $0.qualifiedName == name })
  return try arguments.withUnsafeBufferPointer { values in
    try function.body(Arguments(function, values.baseAddress!, count: values.count))
  }
}

/// The tensor that an entry gives.
func tensor(_ value: Value) throws -> Tensor {
  guard case .object(let object) = value else { throw EngineError("test", "no object but \(value.brief)") }
  return try #require(object as? Tensor)
}

/// The layer that an entry gives.
func layer(_ value: Value) throws -> LayerObject {
  guard case .object(let object) = value else { throw EngineError("test", "no object but \(value.brief)") }
  return try #require(object as? LayerObject)
}

/// A table of options.
func options(_ fields: (String, Value)...) -> Value { .table(Table(fields: fields.map { (key: $0.0, value: $0.1) })) }

/// A list of integers.
func list(_ values: Int...) -> Value { .table(Table(list: values.map { .integer($0) })) }
