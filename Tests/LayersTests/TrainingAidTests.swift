import Checkpoints
import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

import Layers

/// Schedules, moving averages and clipped gradients beside PyTorch (Scripts/golden/training.py).
@Suite(.serialized) @MainActor struct TrainingAidTests {
  /// A schedule made through its entry.
  private func schedule(_ name: String, _ fields: (String, Value)...) throws -> Schedule {
    guard case .object(let object as Schedule) = try call("optim.\(name)", .table(Table(fields: fields))) else {
      throw EngineError("test", "no schedule")
    }
    return object
  }

  @Test(
    .proves(
      "optim.constant_lr", "optim.linear_lr", "optim.step_lr", "optim.exponential_lr", "optim.cosine_annealing_lr",
      "optim.cosine_annealing_warm_restarts", "schedule ()"))
  func schedulesArePyTorchs() throws {
    let file = try golden("training.safetensors")
    let keys = file.keys.filter { $0.hasPrefix("schedule/") }
    #expect(keys.count == 10)
    for key in keys {
      let facts: [String: Any] = try file.facts(key)
      let given = try #require(facts["options"] as? [String: Double])
      let made = try call(
        "optim.\(try #require(facts["name"] as? String))",
        .table(Table(fields: given.map { (key: $0.key, value: .number($0.value)) })))
      guard case .object(let schedule as Schedule) = made else { throw EngineError("test", "no schedule") }
      for (step, wanted) in try file.tensor(key).doubles().enumerated() {
        #expect(try abs(schedule.rate(at: step + 1) - wanted) < 1e-12, "\(key), step \(step + 1)")
      }
    }
  }

  @Test func optimisersFollowSchedules() throws {
    let x = try Tensor([1], [1])
    try x.setRequiresGradient()
    let made = try schedule("step_lr", ("lr", .number(0.5)), ("step_size", .integer(1)), ("gamma", .number(0.5)))
    let optimizer = try call(
      "optim.sgd", .table(Table(list: [.object(x)])), options(("lr", .object(made))))
    for wanted: Float in [0.5, 0.25, 0.125] {
      try Autograd.noGradient { _ = try x.fill_(1) }
      x.gradient = nil
      try x.sum().backward()
      _ = try call("optimizer:step", optimizer)
      #expect(try x.floats() == [1 - wanted])
    }
    #expect(made.display() == "optim.step_lr{lr = 0.5}")
    #expect(message { _ = try made.rate(at: 0) } == "schedule: expected a step of 1 or more, got 0")
    #expect(
      message { _ = try schedule("cosine_annealing_lr", ("lr", .number(1))) }.contains("needs the option 't_max'"))
    #expect(
      message { _ = try schedule("step_lr", ("lr", .number(1)), ("step_size", .integer(0))) }.contains("'step_size'"))
    #expect(message { _ = try Schedule("x_lr", rate: 1, .cosine(steps: 0, least: 0)) }.contains("1 or more, got 0"))
  }

  @Test(.proves("optim.ema")) func averagesArePyTorchs() throws {
    let file = try golden("training.safetensors")
    for decay in [0.5, 0.9, 0.999] {
      let (weights, averages) = (
        try file.tensor("ema/\(decay)/weights"), try file.tensor("ema/\(decay)/averages")
      )
      let x = try Tensor.zeros([2, 3])
      let ema = try ParameterAverage([x], decay: decay)
      for row in 0..<weights.shape[0] {
        try x.copy_(weights.select(0, row))
        try ema.update()
        try ema.copyToParameters()
        try expectClose(x, averages.select(0, row), within: 1e-6, "decay \(decay), update \(row + 1)")
        #expect(message { try ema.update() }.contains("call e:restore() first"))
        try ema.restore()
        try expectSameBytes(x, weights.select(0, row).copy(), "restored")
      }
      #expect(message { try ema.restore() }.contains("e:copy_to() comes first"))
    }
  }

  /// diffusers' EMAModel.get_decay: (1 + n) / (10 + n) and 1 − (1 + n)^(−2/3) after n updates, at most the decay.
  @Test func averagesWarmUp() throws {
    try follow(.ratio, [0, 2.0 / 11, 3.0 / 12, 4.0 / 13, 5.0 / 14, 0.4])
    try follow(.power, [0, 1 - pow(2, -2.0 / 3), 0.4, 0.4])
    let x = try Tensor.zeros([1])
    #expect(message { _ = try ParameterAverage([x], decay: 1.5) }.contains("decay from 0 to 1, got 1.5"))
    #expect(message { _ = try ParameterAverage([]) }.contains("no parameters"))
    let pair = try ParameterAverage([Tensor.zeros([2])])
    let other = try ParameterAverage([x])
    #expect(message { try other.load(pair.stateDict()) }.contains("'average.1' must have the shape 1"))
  }

  /// Compares the average with the decays that its updates should have.
  private func follow(_ warmUp: ParameterAverage.WarmUp, _ decays: [Double]) throws {
    let x = try Tensor(doubles: [0], [1])
    let ema = try ParameterAverage([x], decay: 0.4, warmUp: warmUp)
    var wanted = 0.0
    for (update, decay) in decays.enumerated() {
      let value = Double(update * update + 1)
      try x.fill_(value)
      try ema.update()
      wanted = min(decay, 0.4) * wanted + (1 - min(decay, 0.4)) * value
      let mine = try ema.stateDict()[1].tensor.item()
      #expect(abs(mine - wanted) < 1e-12, "\(warmUp), update \(update + 1)")
    }
  }

  @Test(.proves("optim.clip_grad_norm_")) func clippingIsPyTorchs() throws {
    let file = try golden("training.safetensors")
    for (norm, most) in [("2.0", 1.5), ("1.0", 4.0), ("inf", 0.7), ("2.0", 100.0)] {
      let key = "clip/\(norm)/\(most)"
      let (x, y) = (try Tensor.zeros([4, 3]), try Tensor.zeros([5]))
      for (leaf, name) in [(x, "x"), (y, "y")] {
        try leaf.setRequiresGradient()
        try leaf.setGradient(file.tensor("\(key)/\(name)"))
      }
      let list = Value.table(Table(list: [.object(x), .object(y), .object(x)]))
      let total = try call(
        "optim.clip_grad_norm_", list, .number(most), options(("norm_type", .number(try #require(Double(norm))))))
      try expectClose(tensor(total), file.tensor("\(key)/total"), within: 1e-6, key)
      try expectClose(#require(x.gradient), file.tensor("\(key)/clipped_x"), within: 1e-6, key)
      try expectClose(#require(y.gradient), file.tensor("\(key)/clipped_y"), within: 1e-6, key)
    }
    let bare = try Tensor.zeros([2])
    #expect(try Clipping.norm_([bare], most: 1).item() == 0)
    #expect(message { _ = try Clipping.norm_([bare], most: -1) }.contains("a norm of 0 or more"))
    #expect(message { _ = try Clipping.norm_([bare], most: 1, norm: 0) }.contains("norm_type above 0"))
    #expect(message { try Clipping.value_([bare], most: .nan) }.contains("value of 0 or more"))
  }
}

extension Tensor {
  /// Gives this leaf a gradient.
  fileprivate func setGradient(_ gradient: Tensor) throws { try (self * gradient).sum().backward() }
}
