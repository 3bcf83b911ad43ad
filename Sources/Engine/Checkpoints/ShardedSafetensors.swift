internal import Files
internal import Surface
public import TensorCore

/// A model in several safetensors files, with an index (`*.safetensors.index.json`) that says which tensor lies where.
///
/// The index is `{"metadata": {…}, "weight_map": {"tensor": "file", …}}`; files lie in the index's own folder.
public final class ShardedSafetensors: Checkpoint {
  /// The path of the index.
  public let path: String
  public var format: String { "safetensors, sharded" }
  public let keys: [String]
  public let metadata: [String: String]
  private let home: [String: SafetensorsFile]
  private let operation: String

  /// Most files that an index may name.
  private static let shardLimit = 1000

  /// Opens the index and the header of every file it names, and checks that each tensor is where the index says.
  public init(path: String, for operation: String = "checkpoints.load") throws {
    self.path = path
    self.operation = operation
    func refused(_ text: String) -> EngineError {
      EngineError(operation, "\(path) is not a good index of safetensors files: \(text)")
    }
    let file = try InputFile(path, operation: operation)
    guard file.size <= SafetensorsHeader.sizeLimit else { throw refused("it has \(file.size) bytes") }
    let json: JSON
    do {
      json = try StrictJSON.parse(file.bytes(at: 0, count: file.size))
    } catch let problem as JSONProblem {
      throw refused("it is not valid JSON: \(problem.text) (byte \(problem.offset))")
    }
    guard case .object(let pairs) = json["weight_map"] else { throw refused("it has no weight_map") }
    guard pairs.count <= SafetensorsHeader.entryLimit else { throw refused("it names \(pairs.count) tensors") }
    var shards: [String: SafetensorsFile] = [:]
    var home: [String: SafetensorsFile] = [:]
    for pair in pairs {
      guard case .string(let name) = pair.value, Self.isPlain(name) else {
        throw refused("tensor \"\(pair.key)\" does not name a file of the same folder")
      }
      if shards[name] == nil {
        guard shards.count < Self.shardLimit else { throw refused("it names more than \(Self.shardLimit) files") }
        shards[name] = try SafetensorsFile(path: Self.folder(of: path) + name, for: operation)
      }
      guard let shard = shards[name], shard.entries[pair.key] != nil else {
        throw refused("\(name) does not hold the tensor \"\(pair.key)\"")
      }
      home[pair.key] = shard
    }
    self.home = home
    keys = pairs.map(\.key)
    metadata = shards.sorted { $0.key < $1.key }.reduce(into: [:]) { all, shard in
      all.merge(shard.value.metadata) { first, _ in first }
    }
  }

  /// Whether a file name stays in the index's folder.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
  }

  /// The folder part of a path with its slash; empty when it has none.
  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  public func facts(_ name: String) throws -> TensorFacts { try shard(name).facts(name) }

  public func tensor(_ name: String) throws -> Tensor { try shard(name).tensor(name) }

  public func tensor(_ name: String, _ shape: [Int]) throws -> Tensor { try shard(name).tensor(name, shape) }

  private func shard(_ name: String) throws -> SafetensorsFile {
    guard let shard = home[name] else { throw EngineError.noTensor(name, in: path, keys, operation) }
    return shard
  }
}

extension EngineError {
  /// The error for a name that a checkpoint does not have.
  static func noTensor(_ name: String, in path: String, _ keys: [String], _ operation: String) -> EngineError {
    let near = Suggestion.nearest(to: name, in: keys).map { "the nearest name is \"\($0)\"" }
    return EngineError(
      operation, "\(path) has no tensor \"\(name)\"",
      advice: near ?? "it has \(keys.count) \(keys.count == 1 ? "other" : "others")")
  }
}
