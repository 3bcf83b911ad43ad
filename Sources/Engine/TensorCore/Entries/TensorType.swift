public import Surface

extension Tensor: Scriptable {
  /// What a script may do with tensors.
  public static var scriptType: ScriptType { TensorEntries.type }

  /// Bytes that this tensor keeps alive; views count little, their storage counts once with its first tensor.
  public var nativeBytes: Int { isView ? 64 : storage.bytes + 256 }

  /// Sizes and element type: `tensor 3×256×256 f32`, `tensor scalar f32`.
  public var brief: String { "tensor \(shape.shapeText) \(dtype.rawValue)" }
}

/// Everything that a script may call on tensors: the table `tensor` and the methods.
public enum TensorEntries {
  /// The script type of tensors; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "tensor", summary: "an array of numbers with any number of axes, which can carry gradients",
    methods: methods(), operators: operators(), index: SubscriptEntries.index, assign: SubscriptEntries.assign,
    answers: ForeignNames.answers,
    globals: ForeignNames.globals)

  /// Functions of the table `tensor`.
  public static func functions() -> [Function] {
    CreationEntries.all() + LikeEntries.functions() + RandomEntries.all() + GradientEntries.functions()
      + JoinEntries.functions() + ArithmeticEntries.functions() + SelectionEntries.functions()
      + LinearAlgebraEntries.functions() + FourierEntries.all()
  }

  static func methods() -> [Function] {
    InspectEntries.all() + ArithmeticEntries.methods() + ElementwiseEntries.all() + ReduceEntries.all()
      + MovementEntries.all() + JoinEntries.methods() + IndexEntries.all() + SelectionEntries.methods()
      + LogicEntries.methods() + GradientEntries.methods() + InPlaceEntries.all()
      + LinearAlgebraEntries.methods()
  }

  static func operators() -> [String: Function] {
    var table = ArithmeticEntries.operators()
    table["len"] = Function(
      .operation("tensor"), "#", "The first size.", returns: "an integer", example: "assert(#tensor.zeros(4, 2) == 4)"
    ) { arguments in
      let tensor = try arguments.tensor(0)
      guard tensor.rank > 0 else { throw EngineError("#", "a scalar tensor has no length", advice: "use t:item()") }
      return .integer(tensor.shape[0])
    }
    return table
  }
}
