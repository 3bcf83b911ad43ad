public import Surface

extension Tensor: Scriptable {
  /// What a script may do with tensors.
  public static var scriptType: ScriptType { TensorEntries.type }

  /// Bytes that this tensor keeps alive; views count little, their storage counts once with its first tensor.
  public var nativeBytes: Int { isView ? 64 : storage.bytes + 256 }
}

/// Everything that a script may call on tensors: the table `tensor` and the methods.
public enum TensorEntries {
  /// The script type of tensors; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "tensor", summary: "an array of numbers with any number of axes, which can carry gradients",
    methods: methods(), operators: operators(), index: SubscriptEntries.index, assign: SubscriptEntries.assign,
    answers: [
      "T": "transpose names its axes: t:transpose(1, 2)",
      "dims": "use t:dim() for the number of axes, t:shape() for sizes",
      "numpy": "a tensor's numbers as a Lua table: t:tolist()", "len": "use #t or t:size(1)",
      "astype": "use t:to(\"i64\")", "cuda": "Atelier computes on the CPU; leave it out",
      "float": "use t:to(\"f32\")", "long": "use t:to(\"i64\")", "double": "use t:to(\"f64\")",
      "requires_grad": "ask with t:requires_grad(), set with t:requires_grad_()", "grad": "call it: t:grad()",
      "add": "write t + u (or t:add_(u) to change t)", "sub": "write t - u (or t:add_(-u) to change t)",
      "mul": "write t * u (or t:mul_(u) to change t)", "div": "write t / u (or t:mul_(1 / u) to change t)",
      "neg": "write -t", "mod": "write t % u", "clip": "it is called clamp: t:clamp(0, 1)",
      "copy": "it is called clone: t:clone()", "concat": "tensors are joined by tensor.cat({t, u}, 1)",
      "concatenate": "tensors are joined by tensor.cat({t, u}, 1)", "int": "use t:to(\"i32\")",
      "cpu": "Atelier computes on the CPU; leave it out", "device": "Atelier computes on the CPU; leave it out",
      "median": "there is no median of a tensor", "bool": "use t:to(\"bool\")", "half": "use t:to(\"f16\")",
    ])

  /// Functions of the table `tensor`.
  public static func functions() -> [Function] {
    CreationEntries.all() + RandomEntries.all() + GradientEntries.functions() + JoinEntries.functions()
      + ArithmeticEntries.functions()
  }

  static func methods() -> [Function] {
    InspectEntries.all() + ArithmeticEntries.methods() + ElementwiseEntries.all() + ReduceEntries.all()
      + MovementEntries.all() + JoinEntries.methods() + IndexEntries.all() + GradientEntries.methods()
      + InPlaceEntries.all()
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
