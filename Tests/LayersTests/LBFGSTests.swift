import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// L-BFGS beside PyTorch's, outer step by outer step (Scripts/golden/lbfgs.py).
@Suite(.serialized) @MainActor struct LBFGSTests {
  nonisolated static let cases = [
    "rosenbrock_wolfe", "rosenbrock_wolfe_short_memory", "rosenbrock_fixed", "convolution_wolfe", "convolution_fixed",
    "convolution_few_evaluations", "convolution_neural_style",
  ]

  /// A golden problem: its parameters and loss, and the entry's options.
  private struct Problem {
    let parameters: [Tensor]
    let loss: () throws -> Tensor
    let options: [(key: String, value: Value)]

    init(_ name: String, _ file: SafetensorsFile) throws {
      let facts: [String: Any] = try file.facts(name)
      let type: ElementType = facts["dtype"] as? String == "f64" ? .f64 : .f32
      func leaf(_ key: String) throws -> Tensor {
        let x = try file.tensor(key).to(type).copy()
        try x.setRequiresGradient()
        return x
      }
      if facts["problem"] as? String == "rosenbrock" {
        let x = try leaf("rosenbrock/start")
        parameters = [x]
        loss = {
          let (a, b) = (try x.narrow(0, 0, 5), try x.narrow(0, 1, 5))
          return try (100 * (b - a.square()).square() + (1 - a).square()).sum()
        }
      } else {
        let (weight, bias) = (try leaf("convolution/weight"), try leaf("convolution/bias"))
        let (x, target) = (
          try file.tensor("convolution/input").to(type), try file.tensor("convolution/target").to(type)
        )
        parameters = [weight, bias]
        loss = { try x.conv2d(weight, bias: bias).mseLoss(target) }
      }
      let given = try #require(facts["options"] as? [String: Any])
      options = given.sorted { $0.key < $1.key }.compactMap { key, value in
        if name.hasSuffix("neural_style"), key.hasPrefix("tolerance") { return nil }
        if key == "line_search_fn" { return ("line_search", .string("strong_wolfe")) }
        return (key, .number(value as? Double ?? .nan))
      }
    }

    func flat() throws -> [Double] { try parameters.flatMap { try $0.doubles() } }
  }

  /// The neural-style variant brings its tolerances along, so that case gives it none.
  @Test(.proves("optim.lbfgs"), arguments: cases) func twentySteps(_ name: String) throws {
    let file = try golden("lbfgs.safetensors")
    let problem = try Problem(name, file)
    let variant: [(key: String, value: Value)] =
      name.hasSuffix("neural_style") ? [("variant", .string("neural_style"))] : []
    let made = try call(
      "optim.lbfgs", .table(Table(list: problem.parameters.map { .object($0) })),
      .table(Table(fields: problem.options + variant)))
    guard case .object(let optimizer as Optimizer) = made else { throw EngineError("test", "no optimiser") }
    let closure = Closure { _ in
      optimizer.zeroGradients()
      let loss = try problem.loss()
      try loss.backward()
      return [.object(loss)]
    }
    let (path, losses) = (try file.tensor("\(name)/parameters"), try file.tensor("\(name)/losses").doubles())
    #expect(try zip(problem.flat(), path.select(0, 0).doubles()).allSatisfy { abs($0 - $1) < 1e-6 })
    for step in 1...20 {
      let loss = try tensor(call("optimizer:step", made, .function(closure))).item()
      #expect(abs(loss - losses[step - 1]) <= 1e-4 * max(1, losses[step - 1]), "step \(step)")
      for (mine, wanted) in zip(try problem.flat(), try path.select(0, step).doubles()) {
        #expect(abs(mine - wanted) <= 1e-4 * max(abs(wanted), 0.1), "step \(step)")
      }
    }
  }

  @Test func allGoldenCasesAreRun() throws {
    let keys = try golden("lbfgs.safetensors").keys.filter { $0.hasSuffix("/parameters") }
    #expect(Set(keys.map { String($0.dropLast(11)) }) == Set(Self.cases))
  }

  /// The variant differs where PyTorch's tolerances end a step: at the bottom of a bowl it goes on evaluating.
  @Test func neuralStyleNeverEndsEarly() throws {
    func evaluations(_ settings: LBFGSOptions) throws -> Int {
      let x = try Tensor([1e-9, 0], [2])
      try x.setRequiresGradient()
      let optimizer = try Optimizer([x], settings)
      var count = 0
      try optimizer.step {
        count += 1
        optimizer.zeroGradients()
        let loss = try x.square().sum()
        try loss.backward()
        return try loss.item()
      }
      return count
    }
    #expect(try evaluations(LBFGSOptions()) == 1 && evaluations(.neuralStyle) == 20)
  }

  /// Sums of magnitudes end a step where the largest one would not, and the other way round.
  @Test func tolerancesLimitSumsInTheVariant() throws {
    var settings = LBFGSOptions.neuralStyle
    settings.gradientTolerance = 1
    let x = try Tensor([Float](repeating: 0.1, count: 10), [10])  // gradient 0.2 each, 2 in sum
    try x.setRequiresGradient()
    func step(_ settings: LBFGSOptions) throws -> [Float] {
      try Autograd.noGradient { _ = try x.fill_(0.1) }
      let optimizer = try Optimizer([x], settings)
      try optimizer.step {
        optimizer.zeroGradients()
        let loss = try x.square().sum()
        try loss.backward()
        return try loss.item()
      }
      return try x.floats()
    }
    #expect(try step(settings) != [Float](repeating: 0.1, count: 10))
    settings.sums = false
    #expect(try step(settings) == [Float](repeating: 0.1, count: 10))
  }

  @Test func badInput() throws {
    let x = try Tensor([1, 2], [2])
    try x.setRequiresGradient()
    let list = Value.table(Table(list: [.object(x)]))
    let made = try call("optim.lbfgs", list)
    #expect(message { _ = try call("optimizer:step", made) }.contains("so it needs a closure"))
    let silent = Closure { _ in [] }
    #expect(message { _ = try call("optimizer:step", made, .function(silent)) }.contains("must return the loss"))
    #expect(
      message {
        _ = try call(
          "optim.lbfgs", list, options(("variant", .string("neural_style")), ("line_search", .string("strong_wolfe"))))
      } == "optim.lbfgs: the variant \"neural_style\" has no line search; leave one of them out")
    #expect(message { _ = try call("optim.lbfgs", list, options(("max_iter", .integer(0)))) }.contains("'max_iter'"))
    var none = LBFGSOptions()
    none.history = 0
    #expect(message { _ = try Optimizer([x], none) }.contains("history_size of 1 or more, got 0"))
    let other = try Tensor(doubles: [1], [1])
    try other.setRequiresGradient()
    #expect(message { _ = try Optimizer([x, other], LBFGSOptions()) }.contains("one element type"))
    let failing = Closure { _ in throw EngineError("script", "stop") }
    #expect(message { _ = try call("optimizer:step", made, .function(failing)) } == "script: stop")
    #expect(try x.floats() == [1, 2])
  }
}
