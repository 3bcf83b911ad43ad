public import Surface
public import TensorCore

/// A learning rate, or one that depends on the step (counted from 1).
public enum LearningRate {
  case constant(Double)
  case schedule((Int) throws -> Double)
}

/// A value of the state by its name in `state_dict`.
public typealias NamedTensor = (name: String, tensor: Tensor)

/// What changes the parameters of an optimiser, and remembers what it needs from step to step.
protocol OptimizationMethod: AnyObject {
  /// `sgd`, `adam`, `lbfgs`, …
  var name: String { get }
  /// PyTorch's name of the class.
  var title: String { get }
  /// PyTorch's option names and values, the learning rate aside.
  var options: [(name: String, value: Value)] { get }
  /// Bytes that it keeps, or will keep, for parameters.
  func bytes(for parameters: [Tensor]) -> Int
  /// Changes the parameters by their gradients. Not recorded. `closure` computes loss and gradients anew.
  func step(_ parameters: [Tensor], rate: Double, _ closure: (() throws -> Double?)?) throws -> Double?
  /// What it remembers, as tensors by name.
  func state() throws -> [NamedTensor]
  /// Takes over what `state` gave; changes nothing where something does not fit.
  func load(_ state: StateReader, for parameters: [Tensor]) throws
}

/// Changes parameters by their gradients; works in the memory that layers hold.
public final class Optimizer: Scriptable {
  /// Leaf tensors, each once.
  public let parameters: [Tensor]
  /// The learning rate; may be changed between steps.
  public var rate: LearningRate
  /// Calls of `step` so far.
  public private(set) var steps = 0
  private let method: any OptimizationMethod

  /// An optimiser that looks at each parameter alone. Throws when there is nothing to change, or a tensor was computed
  /// from others.
  public convenience init(_ parameters: [Tensor], _ rule: any UpdateRule, rate: LearningRate) throws {
    try self.init(parameters, method: EachParameter(rule), rate: rate)
  }

  /// L-BFGS over all parameters together, which must be of one element type; its steps need a closure.
  public convenience init(_ parameters: [Tensor], _ options: LBFGSOptions, rate: LearningRate = .constant(1)) throws {
    try self.init(parameters, method: LBFGS(options), rate: rate)
    guard Set(parameters.map(\.dtype)).count == 1 else {
      throw EngineError("optim.lbfgs", expected: "parameters of one element type", came: "several")
    }
  }

  private init(_ parameters: [Tensor], method: any OptimizationMethod, rate: LearningRate) throws {
    self.parameters = parameters.eachOnce
    self.method = method
    self.rate = rate
    let operation = "optim.\(method.name)"
    guard !parameters.isEmpty else { throw EngineError(operation, "got no parameters to change") }
    for (position, parameter) in self.parameters.enumerated() where parameter.node != nil {
      throw EngineError(
        operation, "parameter \(position + 1) was computed from others",
        advice: "only tensors that were made directly can be changed: make it, then call requires_grad_()")
    }
    if case .constant(let value) = rate { try Optimizer.check(value, operation) }
  }

  /// Changes every parameter that has a gradient.
  /// - Parameter closure: called before the change, and by L-BFGS several times: forgets the gradients, computes the loss
  ///   and its gradients, and returns the loss.
  /// - Returns: the loss of the closure's first call.
  @discardableResult
  public func step(_ closure: (() throws -> Double?)? = nil) throws -> Double? {
    try Interrupt.check()
    let current = try rate(at: steps + 1)
    let recording = closure.map { closure in { try Autograd.with(enabled: true, closure) } }
    let loss = try Autograd.noGradient { try method.step(parameters, rate: current, recording) }
    steps += 1
    return loss
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
      try Optimizer.check(value, "optim.\(method.name)")
      return value
    }
  }

  static func check(_ rate: Double, _ operation: String) throws {
    guard rate >= 0, rate.isFinite else {
      throw EngineError(operation, expected: "a learning rate of 0 or more", came: "\(rate)")
    }
  }

  /// What a script may do with optimisers.
  public static var scriptType: ScriptType { OptimEntries.type }

  /// Bytes of the moments that it keeps or will keep.
  public var nativeBytes: Int { 256 + method.bytes(for: parameters) }

  /// As PyTorch prints it, in one line.
  public func display() -> String {
    let facts = method.options.map { "\($0.name)=\($0.value.asPython)" }.joined(separator: ", ")
    let rateText = if case .constant(let value) = rate { Python.text(value) } else { "schedule" }
    return "\(method.title)(\(parameters.count) tensors, lr=\(rateText)\(facts.isEmpty ? "" : ", " + facts))"
  }
}

// MARK: - Saving and going on

extension Optimizer {
  /// Everything that a run needs to go on as if it had not stopped, as tensors by name, which
  /// `checkpoints.save` can write: `steps`, `lr` (unless a schedule gives it), `sizes` (elements of each parameter), and what the
  /// method remembers: `1.exp_avg` is a moment of parameter 1. Moments share memory with the optimiser.
  public func stateDict() throws -> [NamedTensor] {
    var state: [NamedTensor] = [
      ("steps", try Tensor(integers: [steps], [])),
      ("sizes", try Tensor(integers: parameters.map(\.count), [parameters.count])),
    ]
    if case .constant(let value) = rate { state.append(("lr", try Tensor(doubles: [value], []))) }
    return state + (try method.state())
  }

  /// Takes over (copies) what `stateDict` gave. Nothing is changed unless everything fits.
  public func load(_ state: [NamedTensor]) throws {
    let reader = StateReader(state, for: "optimizer:load_state_dict")
    let total = try reader.count("steps")
    let sizes = try reader.tensor("sizes").integers()
    guard sizes == parameters.map(\.count) else {
      throw reader.misfit(
        "it belongs to \(sizes.count) parameters of \(sizes.reduce(0, &+)) elements, this optimizer has "
          + "\(parameters.count) of \(parameters.reduce(0) { $0 + $1.count })")
    }
    let value = try reader.has("lr") ? reader.number("lr") : nil
    if let value { try Optimizer.check(value, reader.operation) }
    try Autograd.noGradient { try method.load(reader, for: parameters) }
    if case .constant = rate, let value { rate = .constant(value) }
    steps = total
  }
}

/// Reads a table of tensors by name, with errors that say what does not fit.
struct StateReader {
  let operation: String
  private let values: [String: Tensor]

  init(_ state: [NamedTensor], for operation: String) {
    self.operation = operation
    values = Dictionary(state.map { ($0.name, $0.tensor) }) { _, last in last }
  }

  var names: [String] { values.keys.sorted() }
  func has(_ name: String) -> Bool { values[name] != nil }

  func misfit(_ text: String) -> EngineError { EngineError(operation, "the state does not fit: " + text) }

  /// A tensor that must be there.
  func tensor(_ name: String) throws -> Tensor {
    guard let value = values[name] else { throw misfit("'\(name)' is missing") }
    return value
  }

  /// A copy of a tensor of a known shape, in a known type.
  func copy(_ name: String, _ shape: [Int], _ dtype: ElementType) throws -> Tensor {
    let value = try tensor(name)
    guard value.shape == shape else {
      throw misfit("'\(name)' must have the shape \(shape.shapeText), it has \(value.shape.shapeText)")
    }
    return try Autograd.noGradient { try value.detached().to(dtype).copy() }
  }

  /// One number.
  func number(_ name: String) throws -> Double {
    let value = try tensor(name)
    guard value.count == 1 else { throw misfit("'\(name)' must be one number, it is \(value.shape.shapeText)") }
    return try value.item()
  }

  /// One whole number of 0 or more, far from overflow.
  func count(_ name: String) throws -> Int {
    guard let value = Int(exactly: try number(name)), (0...(1 << 48)).contains(value) else {
      throw misfit("'\(name)' must be a whole number of 0 or more")
    }
    return value
  }
}

extension [Tensor] {
  /// The tensors without repetitions, in order.
  var eachOnce: [Tensor] {
    var seen = Set<ObjectIdentifier>()
    return filter { seen.insert(ObjectIdentifier($0)).inserted }
  }
}

extension Value {
  /// The value as Python prints it.
  var asPython: String {
    switch self {
    case .none: "None"
    case .bool(let flag): Python.text(flag)
    case .number(let number): Python.text(number)
    case .table(let table): "(" + table.list.map(\.asPython).joined(separator: ", ") + ")"
    default: brief
    }
  }
}
