public import Surface
public import TensorCore

/// What an update rule remembers of one parameter.
public struct OptimizerState {
  /// Updates so far.
  public var steps = 0
  /// Moments by PyTorch's names.
  public var moments: [String: Tensor] = [:]

  /// Before the first update.
  public init() {}

  /// A moment that begins as a tensor like `parameter`, filled with `value`.
  mutating func moment(_ name: String, like parameter: Tensor, from value: Double = 0) throws -> Tensor {
    if let held = moments[name] { return held }
    let made = try Tensor.full(parameter.shape, value, parameter.dtype)
    moments[name] = made
    return made
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

/// Runs a rule on every parameter that has a gradient.
final class EachParameter: OptimizationMethod {
  private let rule: any UpdateRule
  /// By the parameters' positions; empty before the first step.
  private var states: [OptimizerState] = []

  init(_ rule: any UpdateRule) { self.rule = rule }

  var name: String { rule.name }
  var title: String {
    ["sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad"][name] ?? name
  }
  var options: [(name: String, value: Value)] { rule.options }

  func bytes(for parameters: [Tensor]) -> Int {
    parameters.reduce(0) { $0 + $1.count * $1.dtype.size * rule.moments.count }
  }

  func step(_ parameters: [Tensor], rate: Double, _ closure: (() throws -> Double?)?) throws -> Double? {
    let loss = try closure?()
    if states.isEmpty { states = parameters.map { _ in OptimizerState() } }
    for (position, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      states[position].steps += 1
      try rule.update(parameter, gradient.detached(), rate: rate, &states[position])
    }
    return loss
  }

  func state() throws -> [NamedTensor] {
    try states.enumerated().flatMap { position, state -> [NamedTensor] in
      if state.steps == 0 { return [] }
      let moments = state.moments.sorted { $0.key < $1.key }.map { ("\(position + 1).\($0.key)", $0.value) }
      return [("\(position + 1).step", try Tensor(integers: [state.steps], []))] + moments
    }
  }

  func load(_ state: StateReader, for parameters: [Tensor]) throws {
    var loaded = parameters.map { _ in OptimizerState() }
    for name in state.names where !["steps", "sizes", "lr"].contains(name) {
      let parts = name.split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let number = Int(parts[0]), (1...parameters.count).contains(number),
        parts[1] == "step" || rule.moments.contains(String(parts[1]))
      else { throw state.misfit("it holds '\(name)', which \(rule.name) does not keep") }
      if parts[1] == "step" {
        loaded[number - 1].steps = try state.count(name)
      } else {
        let parameter = parameters[number - 1]
        loaded[number - 1].moments[String(parts[1])] = try state.copy(name, parameter.shape, parameter.dtype)
      }
    }
    states = loaded
  }
}
