import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// Optimisers step by step against PyTorch, and their state.
@Suite(.serialized) @MainActor struct OptimizerTests {
  nonisolated static let cases = [
    "sgd", "sgd_momentum", "sgd_dampening", "sgd_nesterov", "sgd_weight_decay", "adam", "adam_betas",
    "adam_weight_decay", "adam_amsgrad", "adamw", "adamw_weight_decay", "rmsprop", "rmsprop_momentum",
    "rmsprop_centered", "adagrad", "adagrad_decay",
  ]

  /// The optimiser that a golden case describes, made through the script's entry.
  static func make(_ facts: [String: Any], _ parameters: [Tensor]) throws -> Optimizer {
    let name = try #require(facts["optimizer"] as? String)
    let given = try #require(facts["options"] as? [String: Any])
    let fields = given.sorted { $0.key < $1.key }.map { key, value -> (key: String, value: Value) in
      if let pair = value as? [Double] { return (key, .table(Table(list: pair.map { .number($0) }))) }
      if ["nesterov", "amsgrad", "centered"].contains(key) { return (key, .bool(value as? Bool ?? false)) }
      return (key, .number(value as? Double ?? .nan))
    }
    let list = Table(list: parameters.map { .object($0) })
    let made = try call("optim.\(name)", .table(list), .table(Table(fields: fields)))
    guard case .object(let object) = made else { throw EngineError("test", "no object") }
    return try #require(object as? Optimizer)
  }

  @Test(.proves("optim.sgd", "optim.adam", "optim.adamw", "optim.rmsprop", "optim.adagrad"), arguments: cases)
  func twentySteps(_ name: String) throws {
    let file = try golden("optimizers.safetensors")
    let (a, b) = (try file.tensor("a"), try file.tensor("b"))
    let path = try file.tensor("\(name)/parameters")
    let x = try path.select(0, 0).copy()
    try x.setRequiresGradient()
    let optimizer = try Self.make(file.facts(name), [x])
    for step in 1...20 {
      optimizer.zeroGradients()
      try (0.5 * a * x.pow(2) + 0.1 * x.pow(4) - b * x).sum().backward()
      try optimizer.step()
      for (mine, wanted) in zip(try x.doubles(), try path.select(0, step).doubles()) {
        #expect(abs(mine - wanted) <= 1e-5 * max(abs(wanted), 1e-2), "step \(step)")
      }
    }
  }

  @Test func allGoldenCasesAreRun() throws {
    let keys = try golden("optimizers.safetensors").keys.filter { $0.hasSuffix("/parameters") }
    #expect(Set(keys.map { String($0.dropLast(11)) }) == Set(Self.cases))
  }

  @Test func trainingCurveEqualsPyTorch() throws {
    let file = try golden("train_coordinates.safetensors")
    RandomGenerator.shared.seed(7)
    let w = Weights.random()
    let network = LayerObject(
      try Sequential(
        try Linear(w, 2, 32), Activation.tanh, try Linear(w, 32, 32), Activation.tanh, try Linear(w, 32, 3),
        Activation.sigmoid))
    for (name, value) in network.stateDict() {
      #expect(try value.floats().map(\.bitPattern) == file.tensor(name).floats().map(\.bitPattern), "\(name)")
    }
    let (inputs, targets) = (try file.tensor("inputs"), try file.tensor("targets"))
    let rateText = try #require(file.metadata["lr"])
    let rate = try #require(Double(rateText))
    let optimizer = try Optimizer(network.parameters(), try Adam(), rate: .constant(rate))
    for (step, wanted) in try file.tensor("losses").doubles().enumerated() {
      optimizer.zeroGradients()
      let loss = try network(inputs).mseLoss(targets)
      try loss.backward()
      try optimizer.step()
      #expect(try abs(loss.item() - wanted) <= 1e-4 * wanted, "step \(step)")
    }
  }

  /// A parameter and one step of a loss on it.
  private func problem() throws -> (Tensor, () throws -> Void) {
    let x = try Tensor([1, -2, 3], [3])
    try x.setRequiresGradient()
    return (
      x,
      {
        x.gradient = nil
        try x.pow(4).sum().backward()
      }
    )
  }

  @Test func stateGoesOnWhereItStopped() throws {
    let rules: [any UpdateRule] = [try SGD(momentum: 0.9), try Adam(), try Adam(decoupled: true, amsgrad: true)]
    for rule in rules {
      let (x, gradient) = try problem()
      let first = try Optimizer([x], rule, rate: .constant(0.01))
      for _ in 0..<3 {
        try gradient()
        try first.step()
      }
      let (y, other) = try problem()
      try Autograd.noGradient { _ = try y.copy_(x) }
      let second = try Optimizer([y], rule, rate: .constant(1))
      try second.load(first.stateDict())
      #expect(try second.steps == 3 && second.rate(at: 4) == 0.01)
      for _ in 0..<3 {
        try gradient()
        try first.step()
        try other()
        try second.step()
      }
      #expect(try x.floats() == y.floats(), "\(rule.name)")
    }
  }

  @Test func stateThatDoesNotFit() throws {
    let (x, gradient) = try problem()
    let optimizer = try Optimizer([x], try Adam(), rate: .constant(0.1))
    try gradient()
    try optimizer.step()
    let larger = try Tensor.ones([4])
    try larger.setRequiresGradient()
    let other = try Optimizer([larger], try Adam(), rate: .constant(0.1))
    let text = message { try other.load(try optimizer.stateDict()) }
    #expect(text.contains("1 parameters of 3 elements") && text.contains("1 of 4"))
    #expect(message { try other.load([]) }.contains("'steps' is missing"))
    var endless = try optimizer.stateDict()
    endless[0].tensor = try Tensor(integers: [.max], [])
    #expect(message { try optimizer.load(endless) }.contains("'steps' must be a whole number"))
    let sgd = try Optimizer([x], try SGD(), rate: .constant(0.1))
    #expect(message { try sgd.load(try optimizer.stateDict()) }.contains("sgd does not keep"))
  }

  @Test func closureRateAndUntouchedParameters() throws {
    let (x, _) = try problem()
    let unused = try Tensor.ones([2])
    try unused.setRequiresGradient()
    let schedule = Closure { [.number(0.5 / (($0[0].double ?? 0) * 10))] }
    let made = try call(
      "optim.sgd", .table(Table(list: [.object(x), .object(unused)])), options(("lr", .function(schedule))))
    let closure = Closure { _ in
      let loss = try x.sum()
      try loss.backward()
      return [.object(loss)]
    }
    #expect(try tensor(call("optimizer:step", made, .function(closure))).item() == 2)
    #expect(try x.floats() == [0.95, -2.05, 2.95] && unused.floats() == [1, 1])
    #expect(try call("optimizer:lr", made).double == 0.025)
    #expect(try call("optimizer:lr", made, .number(0.25)).double == 0.25)
  }

  @Test func badInput() throws {
    let (x, _) = try problem()
    let list = Value.table(Table(list: [.object(x)]))
    #expect(message { _ = try call("optim.adam", .table(Table(list: []))) }.contains("no parameters"))
    #expect(message { _ = try call("optim.adam", list, options(("lr", .number(-1)))) }.contains("at least 0"))
    #expect(message { _ = try call("optim.adam", list, options(("lr", .number(.nan)))) }.contains("NaN"))
    #expect(message { _ = try call("optim.adam", list, options(("beta", .number(1)))) }.contains("'betas'"))
    #expect(message { _ = try call("optim.sgd", list, options(("nesterov", .bool(true)))) }.contains("nesterov needs"))
    let computed = try x * 2
    #expect(
      message { _ = try call("optim.sgd", .table(Table(list: [.object(computed)]))) }.contains("computed from others"))
    let plain = try Tensor.ones([2])
    #expect(message { _ = try call("optim.sgd", .table(Table(list: [.object(plain)]))) }.contains("requires_grad_"))
    #expect(message { _ = try call("optim.sgd", .table(Table(list: [.integer(3)]))) }.contains("place 1"))
    let schedule = options(("lr", .function(Closure { _ in [.string("fast")] })))
    let made = try call("optim.sgd", list, schedule)
    #expect(message { _ = try call("optimizer:step", made) }.contains("expected a number"))
  }
}
