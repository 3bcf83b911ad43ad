public import Surface
public import TensorCore

/// What an update rule remembers of one parameter.
public struct OptimizerState {
  /// Updates so far.
  public var steps = 0
  /// Moments by PyTorch's names.
  public var moments: [String: Tensor] = [:]

  /// A moment that begins as zeros like `parameter`.
  mutating func moment(_ name: String, like parameter: Tensor) throws -> Tensor {
    if let held = moments[name] { return held }
    let zeros = try Tensor.zeros(parameter.shape, parameter.dtype)
    moments[name] = zeros
    return zeros
  }
}

/// How one parameter changes by its gradient. Nothing here is recorded.
public protocol UpdateRule {
  /// `sgd`, `adam`, …
  var name: String { get }
  /// PyTorch's option names and values, the learning rate aside.
  var options: [(name: String, value: Value)] { get }
  /// Names of the moments it keeps, each of the parameter's shape.
  var moments: [String] { get }
  /// Changes the parameter in place.
  func update(_ parameter: Tensor, _ gradient: Tensor, rate: Double, _ state: inout OptimizerState) throws
}

/// A learning rate, or one that depends on the step (counted from 1).
public enum LearningRate {
  case constant(Double)
  case schedule((Int) throws -> Double)
}

/// Changes parameters by their gradients; works in the memory that layers hold.
public final class Optimizer: Scriptable {
  /// Leaf tensors, each once.
  public let parameters: [Tensor]
  public let rule: any UpdateRule
  public var rate: LearningRate
  /// Calls of `step` so far.
  public private(set) var steps = 0
  private var states: [OptimizerState]

  /// Throws when there is nothing to change, or a tensor was computed from others.
  public init(_ parameters: [Tensor], _ rule: any UpdateRule, rate: LearningRate) throws {
    var seen = Set<ObjectIdentifier>()
    self.parameters = parameters.filter { seen.insert(ObjectIdentifier($0)).inserted }
    self.rule = rule
    self.rate = rate
    states = self.parameters.map { _ in OptimizerState() }
    let operation = "optim.\(rule.name)"
    guard !parameters.isEmpty else { throw EngineError(operation, "got no parameters to change") }
    for (position, parameter) in self.parameters.enumerated() where parameter.node != nil {
      throw EngineError(
        operation, "parameter \(position + 1) was computed from others",
        advice: "only tensors that were made directly can be changed: make it, then call requires_grad_()")
    }
    if case .constant(let value) = rate { try Optimizer.check(value, operation) }
  }

  /// Changes every parameter that has a gradient.
  public func step() throws {
    try Interrupt.check()
    let current = try rate(at: steps + 1)
    try Autograd.noGradient {
      for (position, parameter) in parameters.enumerated() {
        guard let gradient = parameter.gradient else { continue }
        states[position].steps += 1
        try rule.update(parameter, gradient.detached(), rate: current, &states[position])
      }
    }
    steps += 1
  }

  /// Forgets the gradients of all parameters.
  public func zeroGradients() {
    for parameter in parameters { parameter.gradient = nil }
  }

  /// The rate of a step, counted from 1.
  public func rate(at step: Int) throws -> Double {
    switch rate {
    case .constant(let value): return value
    case .schedule(let schedule):
      let value = try schedule(step)
      try Optimizer.check(value, "optim.\(rule.name)")
      return value
    }
  }

  static func check(_ rate: Double, _ operation: String) throws {
    guard rate >= 0, rate.isFinite else {
      throw EngineError(operation, expected: "a learning rate of 0 or more", came: "\(rate)")
    }
  }

  public static var scriptType: ScriptType { OptimEntries.type }

  /// Bytes of the moments that it keeps or will keep.
  public var nativeBytes: Int {
    parameters.reduce(256) { $0 + $1.count * $1.dtype.size * rule.moments.count }
  }

  /// As PyTorch prints it, in one line.
  public func display() -> String {
    let kind = ["sgd": "SGD", "adam": "Adam", "adamw": "AdamW"][rule.name] ?? rule.name
    let facts = rule.options.map { "\($0.name)=\(Optimizer.text($0.value))" }.joined(separator: ", ")
    let rateText = if case .constant(let value) = rate { Python.text(value) } else { "schedule" }
    return "\(kind)(\(parameters.count) tensors, lr=\(rateText)\(facts.isEmpty ? "" : ", " + facts))"
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .number(let number): Python.text(number)
    case .table(let table): "(" + table.list.map(text).joined(separator: ", ") + ")"
    default: value.brief
    }
  }
}

// MARK: - Saving and going on

extension Optimizer {
  /// `{steps, state = {{step, exp_avg, …}, …}, param_groups = {{lr, …, params}}}` as in PyTorch, positions from 1. The
  /// tensors share memory with the optimiser.
  public func stateDict() throws -> Table {
    let entries = zip(states, parameters).map { state, _ -> Value in
      let moments = state.moments.sorted { $0.key < $1.key }.map { (key: $0.key, value: Value.object($0.value)) }
      return .table(Table(fields: state.steps == 0 ? [] : [("step", .integer(state.steps))] + moments))
    }
    let params = Table(list: parameters.indices.map { .integer($0 + 1) })
    var group: [(key: String, value: Value)] = [("lr", .number(try rate(at: max(steps, 1))))]
    group += rule.options.map { ($0.name, $0.value) }
    group.append(("params", .table(params)))
    return Table(fields: [
      ("steps", .integer(steps)), ("state", .table(Table(list: entries))),
      ("param_groups", .table(Table(list: [.table(Table(fields: group))]))),
    ])
  }

  /// Step counts that a state may hold: far from overflow.
  private static let counts = 0...(1 << 48)

  /// Takes over moments and step counts (copied) and, unless a schedule gives it, the learning rate. Nothing is changed
  /// unless everything fits.
  public func load(_ table: Table) throws {
    func misfit(_ text: String) -> EngineError { EngineError("optimizer:load_state_dict", text) }
    guard case .table(let list)? = table["state"], list.list.count == parameters.count else {
      throw misfit("the table must hold 'state' with an entry for each of the \(parameters.count) parameters")
    }
    guard let total = (table["steps"] ?? .integer(0)).exactInteger, Optimizer.counts.contains(total) else {
      throw misfit("'steps' must be an integer of 0 or more")
    }
    let loaded = try list.list.enumerated().map { position, value -> OptimizerState in
      guard case .table(let entry) = value else { throw misfit("entry \(position + 1) of 'state' is \(value.kind)") }
      return try state(from: entry, position, misfit)
    }
    if case .constant = rate, case .table(let groups)? = table["param_groups"],
      case .table(let group)? = groups.list.first, let value = group["lr"]?.double
    {
      try Optimizer.check(value, "optimizer:load_state_dict")
      rate = .constant(value)
    }
    (states, steps) = (loaded, total)
  }

  private func state(
    from entry: Table, _ position: Int, _ misfit: (String) -> EngineError
  ) throws -> OptimizerState {
    var state = OptimizerState()
    if entry.fields.isEmpty { return state }
    guard let steps = entry["step"]?.exactInteger, Optimizer.counts.contains(steps) else {
      throw misfit("entry \(position + 1) of 'state' lacks 'step', an integer of 0 or more")
    }
    state.steps = steps
    for (name, value) in entry.fields where name != "step" {
      guard rule.moments.contains(name), case .object(let object as Tensor) = value else {
        throw misfit("entry \(position + 1) of 'state' holds '\(name)', which \(rule.name) does not keep")
      }
      guard object.shape == parameters[position].shape else {
        throw misfit(
          "'\(name)' of parameter \(position + 1) must have the shape \(parameters[position].shape.shapeText), "
            + "it has \(object.shape.shapeText)")
      }
      state.moments[name] = try Autograd.noGradient { try object.to(parameters[position].dtype).copy() }
    }
    return state
  }
}
