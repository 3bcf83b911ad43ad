internal import Surface

extension Autograd {
  /// Runs `body` without keeping what it computes in between, and runs it again when gradients are asked for: less
  /// memory for more time. The gradients are those of a plain run, also for tensors that `body` captured (parameters)
  /// and for second derivatives. The second run repeats the draws of the shared random generator, so dropout drops the
  /// same elements; whatever else `body` changes (running statistics) is changed twice.
  ///
  /// `inputs` are handed to `body`; changing them, or captured parameters, in place before backward is an error.
  /// Chen et al. 2016, arXiv 1604.06174; PyTorch's `checkpoint`.
  public static func recompute(
    _ inputs: [Tensor], _ body: @escaping ([Tensor]) throws -> [Tensor]
  ) throws -> [Tensor] {
    guard isEnabled else { return try body(inputs) }
    let (draws, start) = (RandomGenerator.shared.place, Node.youngest)
    let made = try body(inputs)
    let shapes = made.map(\.dims)
    let places = made.indices.filter { made[$0].requiresGradient }
    if places.isEmpty { return made }
    let border = border(below: places.map { made[$0].edge }, since: start)
    let parameters = border.compactMap { if case .leaf(let leaf) = $0 { leaf } else { nil } }
    let node = Node("recompute", edges: border, saving: inputs + parameters, outputs: places.count) { pull in
      let (again, start) = try repeated(from: draws) { try body(inputs) }
      guard again.map(\.dims) == shapes, places.allSatisfy({ again[$0].requiresGradient }) else {
        throw EngineError(
          "recompute", "the function gave other results when it ran again",
          advice: "what it computes must depend on nothing that changes meanwhile")
      }
      let asked = places.indices.filter { pull.gradients[$0] != nil }
      return try gradients(
        of: asked.map { again[places[$0]] }, at: border, seeds: asked.map { pull.gradients[$0]! }, since: start)
    }
    // Objects without the graph that led here: it goes when `made` goes.
    let results = made.map { $0.alias() }
    for (output, place) in places.enumerated() {
      results[place].node = node
      results[place].outputIndex = output
    }
    return results
  }

  /// The recorded results of a body that draws the same random numbers as before, and the age of what it recorded.
  private static func repeated(
    from draws: RandomGenerator.Place, _ body: () throws -> [Tensor]
  ) throws -> (results: [Tensor], start: Int) {
    let (now, start) = (RandomGenerator.shared.place, Node.youngest)
    RandomGenerator.shared.place = draws
    defer { RandomGenerator.shared.place = now }
    return (try with(enabled: true, body), start)
  }

  /// The edges that lead out of the part of a graph that is younger than a sequence number, each once.
  private static func border(below roots: [Edge], since: Int) -> [Edge] {
    var border: [Edge] = []
    var inside = Set<ObjectIdentifier>(), leaves = Set<ObjectIdentifier>(), outside = Set<OutputKey>()
    var stack = roots
    while let edge = stack.popLast() {
      switch edge {
      case .none: continue
      case .leaf(let leaf):
        if leaves.insert(ObjectIdentifier(leaf)).inserted { border.append(edge) }
      case .node(let node, let output) where node.sequence <= since:
        let key = OutputKey(node: ObjectIdentifier(node), output: output)
        if outside.insert(key).inserted { border.append(edge) }
      case .node(let node, _):
        if inside.insert(ObjectIdentifier(node)).inserted { stack += node.edges }
      }
    }
    return border
  }

  /// One output of one node.
  private struct OutputKey: Hashable {
    let node: ObjectIdentifier
    let output: Int
  }
}
