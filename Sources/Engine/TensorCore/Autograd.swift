internal import Surface

/// What a pullback gets: the gradients of its op's outputs, and what it needs to know to do no work in vain.
package struct Pull {
  /// Gradients by output; nil where nothing flowed back.
  package let gradients: [Tensor?]
  /// The op's outputs (only for ops recorded with `keepsOutput`), with their history where second derivatives are
  /// wanted.
  package let outputs: [Tensor]
  fileprivate let wanted: UInt64

  /// The gradient of the only output.
  package var grad: Tensor { gradients[0]! }
  /// The only output (only for ops recorded with `keepsOutput`).
  package var output: Tensor { outputs[0] }
  /// Whether the gradient for an input is asked for.
  package func wants(_ input: Int) -> Bool { wanted & (1 << UInt64(input)) != 0 }
}

/// Maps the gradient of an op's output to the gradients of its inputs, in their order.
package typealias Pullback = (Pull) throws -> [Tensor?]

/// Where a gradient goes on to.
enum Edge {
  case none
  case leaf(Tensor)
  case node(Node, output: Int)
}

/// One recorded operation.
package final class Node {
  let name: String
  fileprivate(set) var edges: [Edge]
  fileprivate var pullback: Pullback?
  /// Shapes and types of the inputs, to which gradients of broadcast inputs are summed back; nil where they come summed.
  fileprivate let inputs: [(dims: Dims, dtype: ElementType)?]
  /// Storages that must not have changed since, with their versions then.
  fileprivate var saved: [(storage: Storage, version: Int)]
  /// The outputs without history (their history would be a cycle), where the pullback reads them.
  fileprivate var savedOutputs: [Tensor]
  fileprivate let outputs: Int
  /// Grows from node to node: an op's inputs are older than the op.
  let sequence: Int

  nonisolated(unsafe) private static var counter = 0

  /// The sequence number of the youngest node.
  static var youngest: Int { counter }

  fileprivate convenience init(
    _ name: String, _ inputs: [Tensor], saving: [Tensor], keeping kept: [Tensor], outputs: Int,
    _ pullback: @escaping Pullback
  ) {
    self.init(
      name, inputs.map(\.edge), inputs.map { ($0.dims, $0.dtype) }, saving: saving, keeping: kept, outputs: outputs,
      pullback)
  }

  /// A node over edges whose gradients arrive in the right shapes.
  convenience init(
    _ name: String, edges: [Edge], saving: [Tensor], outputs: Int, _ pullback: @escaping Pullback
  ) {
    self.init(
      name, edges, edges.map { _ in nil }, saving: saving, keeping: [], outputs: outputs, pullback)
  }

  private init(
    _ name: String, _ edges: [Edge], _ inputs: [(dims: Dims, dtype: ElementType)?], saving: [Tensor],
    keeping kept: [Tensor], outputs: Int, _ pullback: @escaping Pullback
  ) {
    self.name = name
    self.edges = edges
    self.inputs = inputs
    self.pullback = pullback
    saved = saving.map { ($0.storage, $0.storage.version) }
    for output in kept { saved.append((output.storage, output.storage.version)) }
    savedOutputs = kept.map { $0.alias() }
    self.outputs = outputs
    Node.counter += 1
    sequence = Node.counter
  }

  deinit { release() }

  /// Lets go of everything saved; `backward` without `retain_graph` does this as it passes.
  fileprivate func release() {
    savedOutputs = []
    saved = []
    Trash.drop(&pullback, &edges)
  }

  fileprivate var wanted: UInt64 {
    var bits: UInt64 = 0
    for (position, edge) in edges.enumerated() {
      if case .none = edge { continue }
      bits |= 1 << UInt64(position)
    }
    return bits
  }

  /// Runs the pullback on gathered gradients.
  fileprivate func pull(_ gradients: [Tensor?], createGraph: Bool) throws -> [Tensor?] {
    guard let pullback else {
      throw EngineError(
        "backward", "the graph of '\(name)' was used already and its values are freed",
        advice: "ask for y:backward{retain_graph = true} the first time")
    }
    for (storage, version) in saved where storage.version != version {
      throw EngineError(
        "backward", "a value that '\(name)' needs for its gradient was changed in place after it was used",
        advice: "change a copy instead (t:clone()), or use the op without the underscore")
    }
    let kept = createGraph ? savedOutputs.enumerated().map { $1.alias(of: self, output: $0) } : savedOutputs
    let result = try pullback(Pull(gradients: gradients, outputs: kept, wanted: wanted))
    precondition(result.count == inputs.count, "the pullback of \(name) returned \(result.count) gradients")
    return try zip(result, inputs).map { gradient, input in
      guard let gradient, let input else { return gradient }
      return try gradient.summed(to: input.dims).converted(to: input.dtype)
    }
  }
}

/// Takes apart long chains of nodes without recursion: releasing a node releases the values it saved, whose nodes
/// release theirs, and so on, which would use a stack frame per op.
enum Trash {
  nonisolated(unsafe) private static var heap: [(Pullback?, [Edge], Node?)] = []
  nonisolated(unsafe) private static var emptying = false

  static func drop(_ pullback: inout Pullback?, _ edges: inout [Edge]) {
    if pullback == nil && edges.isEmpty { return }
    heap.append((pullback, edges, nil))
    pullback = nil
    edges = []
    empty()
  }

  static func drop(_ node: inout Node?) {
    heap.append((nil, [], node))
    node = nil
    empty()
  }

  private static func empty() {
    if emptying { return }
    emptying = true
    while let last = heap.popLast() { _ = last }
    emptying = false
  }
}

/// Reverse-mode differentiation.
public enum Autograd {
  /// Whether ops are recorded.
  nonisolated(unsafe) package internal(set) static var isEnabled = true

  /// Runs `body` without recording anything.
  public static func noGradient<R>(_ body: () throws -> R) rethrows -> R { try with(enabled: false, body) }

  /// Runs `body` with recording on or off.
  package static func with<R>(enabled: Bool, _ body: () throws -> R) rethrows -> R {
    let before = isEnabled
    isEnabled = enabled
    defer { isEnabled = before }
    return try body()
  }

  /// Whether an op on these inputs must be recorded.
  @inline(__always)
  static func records(_ a: Tensor) -> Bool { isEnabled && a.requiresGradient }
  @inline(__always)
  static func records(_ a: Tensor, _ b: Tensor) -> Bool { isEnabled && (a.requiresGradient || b.requiresGradient) }
  static func records(_ inputs: [Tensor]) -> Bool { isEnabled && inputs.contains(where: \.requiresGradient) }

  /// Gradients of outputs with respect to given tensors; nil where an input does not matter.
  /// - Parameters:
  ///   - outputs: tensors with history; without `seeds` each must hold one element.
  ///   - seeds: gradients of the outputs, of their shapes.
  ///   - createGraph: records the gradient computation, for second derivatives.
  public static func gradients(
    of outputs: [Tensor], with inputs: [Tensor], seeds: [Tensor]? = nil, createGraph: Bool = false,
    retainGraph: Bool? = nil
  ) throws -> [Tensor?] {
    let run = try Run(outputs, seeds, createGraph: createGraph, retain: retainGraph ?? createGraph)
    return try run.gradients(with: inputs)
  }

  /// Gradients that arrive at edges from the part of the graph that is younger than a sequence number.
  static func gradients(of outputs: [Tensor], at edges: [Edge], seeds: [Tensor], since: Int) throws -> [Tensor?] {
    let run = try Run(outputs, seeds, createGraph: isEnabled, retain: isEnabled, since: since)
    return try run.gradients(at: edges)
  }
}

/// One pass of backward.
private final class Run {
  private var gathered: [ObjectIdentifier: [Tensor?]] = [:]
  private var leaves: [ObjectIdentifier: (leaf: Tensor, gradient: Tensor)] = [:]
  private var order: [Node] = []
  private var watched: [ObjectIdentifier: [(position: Int, output: Int)]] = [:]
  private var found: [Tensor?] = []
  private var taken: Set<ObjectIdentifier> = []
  private let createGraph: Bool
  private let retain: Bool
  /// The sequence number of the youngest node that is left alone.
  private let since: Int

  init(_ outputs: [Tensor], _ seeds: [Tensor]?, createGraph: Bool, retain: Bool, since: Int = 0) throws {
    self.createGraph = createGraph
    self.retain = retain
    self.since = since
    for seed in seeds ?? [] { taken.insert(ObjectIdentifier(seed.storage)) }
    for (position, output) in outputs.enumerated() {
      try add(try Run.seed(output, seeds?[position]), to: output.edge)
    }
    collect(outputs.compactMap(\.node))
  }

  private static func seed(_ output: Tensor, _ given: Tensor?) throws -> Tensor {
    guard output.requiresGradient else {
      throw EngineError(
        "backward", "nothing in this tensor's history asked for a gradient",
        advice: "call requires_grad_() on the inputs before computing with them")
    }
    if let given {
      guard given.dims == output.dims else {
        throw EngineError("backward", expected: "a gradient of \(output.dims.text)", came: given.dims.text)
      }
      return try given.converted(to: output.dtype)
    }
    guard output.count == 1 else {
      throw EngineError(
        "backward", expected: "a tensor of one element (a loss)", came: "one of \(output.dims.text)",
        advice: "reduce it first, as in y:sum():backward(), or pass the gradient of y as an argument")
    }
    return try Tensor.full(output.shape, 1, output.dtype)
  }

  /// All nodes below some, newest first.
  private func collect(_ roots: [Node]) {
    var seen = Set<ObjectIdentifier>()
    var stack = roots
    while let node = stack.popLast() {
      guard node.sequence > since, seen.insert(ObjectIdentifier(node)).inserted else { continue }
      order.append(node)
      for case .node(let below, _) in node.edges { stack.append(below) }
    }
    order.sort { $0.sequence > $1.sequence }
  }

  private func add(_ gradient: Tensor, to edge: Edge) throws {
    switch edge {
    case .none: return
    case .leaf(let leaf):
      let id = ObjectIdentifier(leaf)
      leaves[id] = (leaf, try leaves[id].map { try $0.gradient + gradient } ?? gradient)
    case .node(let node, let output):
      let id = ObjectIdentifier(node)
      var slots = gathered[id] ?? [Tensor?](repeating: nil, count: node.outputs)
      slots[output] = try slots[output].map { try $0 + gradient } ?? gradient
      gathered[id] = slots
    }
  }

  /// Runs all pullbacks. Without recording unless second derivatives are wanted.
  private func run() throws {
    let depth = Profile.begin("backward")
    defer { Profile.end(depth) }
    try Autograd.with(enabled: createGraph) {
      for node in order {
        guard let gradients = gathered.removeValue(forKey: ObjectIdentifier(node)) else { continue }
        for (position, output) in watched[ObjectIdentifier(node)] ?? [] { found[position] = gradients[output] }
        try Interrupt.check()
        let below = try Profile.measure(node.name) { try node.pull(gradients, createGraph: createGraph) }
        for (gradient, edge) in zip(below, node.edges) {
          if let gradient { try add(gradient, to: edge) }
        }
        if !retain { node.release() }
      }
      order = []
    }
  }

  /// Adds every leaf's gradient to what it holds.
  func accumulate() throws {
    try run()
    for (leaf, gradient) in leaves.values {
      if let held = leaf.gradient {
        leaf.gradient = try Autograd.with(enabled: createGraph) { try held + gradient }
      } else {
        leaf.gradient = createGraph ? gradient : try owned(gradient)
      }
    }
  }

  /// A gradient that shares memory with no other leaf's (nor with a seed), so that in-place changes stay private.
  private func owned(_ gradient: Tensor) throws -> Tensor {
    let dense = try gradient.contiguous()
    return taken.insert(ObjectIdentifier(dense.storage)).inserted ? dense : try dense.copy()
  }

  func gradients(at edges: [Edge]) throws -> [Tensor?] {
    try run()
    return edges.map { edge in
      switch edge {
      case .none: nil
      case .leaf(let leaf): leaves[ObjectIdentifier(leaf)]?.gradient
      case .node(let node, let output): gathered[ObjectIdentifier(node)]?[output]
      }
    }
  }

  func gradients(with inputs: [Tensor]) throws -> [Tensor?] {
    found = [Tensor?](repeating: nil, count: inputs.count)
    for (position, input) in inputs.enumerated() {
      if let node = input.node { watched[ObjectIdentifier(node), default: []].append((position, input.outputIndex)) }
    }
    try run()
    for (position, input) in inputs.enumerated() where input.node == nil {
      found[position] = leaves[ObjectIdentifier(input)]?.gradient
    }
    return found
  }
}

extension Tensor {
  /// Where a gradient of this tensor goes on to.
  var edge: Edge {
    if let node { return .node(node, output: outputIndex) }
    return wantsGradient ? .leaf(self) : .none
  }

  /// Records how this tensor, just computed, came about. Call only when `Autograd.records` said so.
  /// - Parameters:
  ///   - saving: inputs whose values the pullback reads; changing them in place before backward is then an error.
  ///   - keepsOutput: whether the pullback reads the output (as `pull.output`).
  package func derived(
    _ name: String, from inputs: [Tensor], saving: [Tensor] = [], keepsOutput: Bool = false,
    _ pullback: @escaping Pullback
  ) -> Tensor {
    node = Node(name, inputs, saving: saving, keeping: keepsOutput ? [self] : [], outputs: 1, pullback)
    return self
  }

  /// Records an op with several outputs; `keepsOutputs` as for one.
  package static func derive(
    _ outputs: [Tensor], _ name: String, from inputs: [Tensor], saving: [Tensor] = [], keepsOutputs: Bool = false,
    _ pullback: @escaping Pullback
  ) {
    let node = Node(
      name, inputs, saving: saving, keeping: keepsOutputs ? outputs : [], outputs: outputs.count, pullback)
    for (position, output) in outputs.enumerated() {
      output.node = node
      output.outputIndex = position
    }
  }

  /// Computes the gradient of this tensor with respect to every leaf that asked for one, and adds it to theirs.
  /// - Parameters:
  ///   - seed: gradient of this tensor; may be nil when it holds one element.
  ///   - createGraph: records the computation, so that gradients can be differentiated again.
  ///   - retainGraph: keeps what was saved, so that backward can run again.
  public func backward(_ seed: Tensor? = nil, createGraph: Bool = false, retainGraph: Bool? = nil) throws {
    let run = try Run([self], seed.map { [$0] }, createGraph: createGraph, retain: retainGraph ?? createGraph)
    try run.accumulate()
  }

  /// Asks for this leaf's gradient (or no longer). Throws for integers and for computed tensors.
  public func setRequiresGradient(_ wants: Bool = true) throws {
    if wants, !dtype.isFloating {
      throw EngineError(
        "requires_grad_", expected: "a floating-point tensor", came: "\(dtype)", advice: "convert it with t:to(\"f32\")"
      )
    }
    if !wants, node != nil {
      throw EngineError("requires_grad_", "this tensor was computed from others", advice: "use t:detach()")
    }
    wantsGradient = node == nil && wants
  }

  /// The same elements without history; writes to either show in both.
  public func detached() -> Tensor { requiresGradient ? alias() : self }

  /// A new tensor object over the same memory, without history.
  func alias() -> Tensor {
    Tensor(storage: storage, offset: offset, dims: dims, strides: strides, dtype: dtype, isView: true)
  }

  /// The same as an output of a node.
  fileprivate func alias(of node: Node, output: Int) -> Tensor {
    let tensor = alias()
    tensor.node = node
    tensor.outputIndex = output
    return tensor
  }
}
