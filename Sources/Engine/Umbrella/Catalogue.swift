@_exported public import Checkpoints
@_exported public import Classic
@_exported public import Imaging
@_exported public import Layers
@_exported public import Methods
@_exported public import Metrics
@_exported public import Networks
@_exported public import Plots
@_exported public import Surface
@_exported public import TensorCore

/// The one list of everything that a script may call.
public enum Catalogue {
  /// The version of the program, as `atelier --version` and `atelier.version` give it.
  public static let version = EngineVersion.text

  /// Functions and values of the global tables.
  public static func functions() -> [Function] {
    AtelierEntries.all() + ProgressEntries.all() + ProfileEntries.all() + ShowEntry.all()
      + TensorEntries.functions() + CheckpointEntries.all() + ImageEntries.all() + SceneEntries.all()
      + FilterEntries.all() + MethodEntries.all()
      + NNEntries.all() + ModelEntries.all() + OptimEntries.all() + MetricEntries.all() + PlotEntries.all()
  }

  /// What each global table is for, in a sentence.
  public static let tables = [
    "atelier": "The program itself: version, random seed, threads, memory, time.",
    "checkpoints": "Files of tensors: safetensors, read with every check and written all or nothing.",
    "filters": "Filters on pictures; every one takes strength, mask and feather.",
    "images": "Pictures: reading, writing, resizing, arranging.",
    "metrics": "How far two pictures are apart, as numbers for reading.",
    "models": "Published networks, with first values drawn from a seed; each is a layer like those of nn.",
    "nn": "Networks: functions on tensors by lower-case names, layers with their parameters by upper-case ones.",
    "optim": "Optimisers, which change parameters by their gradients.",
    "plot": "Drawings of data: lines, histograms, heat maps and loss curves, as text in the terminal, PNG and SVG.",
    "scenes": "Procedural pictures, so that nothing needs to be downloaded.",
    "transfer": "Style methods, each called as transfer.NAME{content = …, style = …}; every filter is one.",
    "tensor": "Arrays of numbers with any number of axes, which can carry gradients.",
  ]

  /// What belongs together in a table, under titles, for the reference pages.
  public static var groups: [String: [(title: String, names: [String])]] {
    let families = FilterEntries.families().map { (title: $0.title, names: $0.functions.map(\.name)) }
    return ["filters": [("Styles made of filters", ["chain", "preset", "presets", "fit"])] + families]
  }

  /// The classes whose objects scripts hold.
  public static func types() -> [ScriptType] {
    [Tensor.scriptType, LayerObject.scriptType, PictureFolder.scriptType, Plot.scriptType]
      + MethodEntries.types + [ProgressEntries.type, ProfileEntries.type] + OptimEntries.types()
  }
}
