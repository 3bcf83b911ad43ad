public import Surface

/// Everything of the table `nn`.
public enum NNEntries {
  /// Functions on tensors and functions that make layers.
  public static func all() -> [Function] {
    FunctionEntries.all() + WindowEntries.all() + NormPoolEntries.all() + LossEntries.all()
      + ParameterLayerEntries.all() + PlainLayerEntries.all() + ArrangementEntries.all()
  }
}
