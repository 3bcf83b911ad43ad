public import Surface

/// Everything of the table `nn`.
public enum NNEntries {
  /// Functions on tensors and functions that make layers.
  public static func all() -> [Function] {
    let functions = FunctionEntries.all() + WindowEntries.all() + NormPoolEntries.all() + LossEntries.all()
    return functions.explained(by: NNRecipes.all)
      + ParameterLayerEntries.all() + PlainLayerEntries.all() + ArrangementEntries.all()
  }
}
