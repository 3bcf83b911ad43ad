public import TensorCore

/// A checkpoint of any format, opened: what it holds is known, the data is read when asked for.
public protocol Checkpoint: TensorSource {
  /// The format's name, as `checkpoints.inspect` says it.
  var format: String { get }
  /// Names of the tensors.
  var keys: [String] { get }
  /// Strings stored beside the tensors.
  var metadata: [String: String] { get }
  /// What is known of a tensor without reading its data. Throws when there is none of that name.
  func facts(_ name: String) throws -> TensorFacts
  /// A tensor with the shape and the element type it has in the file.
  func tensor(_ name: String) throws -> Tensor
}

/// What a checkpoint's header says about a tensor.
public struct TensorFacts: Sendable {
  public let name: String
  /// Our name of the element type where we have it, otherwise the format's own in lower case.
  public let dtype: String
  /// Sizes of the axes.
  public let shape: [Int]
  /// Bytes of data in the file.
  public let bytes: Int
}

/// Opening checkpoints.
public enum CheckpointReader {
  /// Opens a file of any format that can be read, by its name and content. `operation` is what errors start with.
  public static func open(_ path: String, for operation: String = "checkpoints.load") throws -> any Checkpoint {
    path.lowercased().hasSuffix(".safetensors.index.json")
      ? try ShardedSafetensors(path: path, for: operation) : try SafetensorsFile(path: path, for: operation)
  }
}
