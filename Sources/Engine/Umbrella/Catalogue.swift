@_exported public import Checkpoints
@_exported public import Classic
@_exported public import Imaging
@_exported public import Layers
@_exported public import Metrics
@_exported public import Surface
@_exported public import TensorCore

/// The one list of everything that a script may call.
public enum Catalogue {
  /// The version of the program, as `atelier --version` and `atelier.version` give it.
  public static let version = EngineVersion.text

  /// Functions and values of the global tables.
  public static func functions() -> [Function] {
    AtelierEntries.all() + TensorEntries.functions() + CheckpointEntries.all() + ImageEntries.all()
      + SceneEntries.all() + FilterEntries.all()
      + NNEntries.all() + OptimEntries.all() + MetricEntries.all()
  }

  /// The classes whose objects scripts hold.
  public static func types() -> [ScriptType] { [Tensor.scriptType, LayerObject.scriptType, Optimizer.scriptType] }
}
