internal import Surface
internal import TensorCore

/// How L-BFGS steps and when it stops.
public struct LBFGSOptions: Sendable {
  /// How long a step along the direction is.
  public enum Search: Sendable {
    /// The learning rate (the first step of all is shorter: at most 1 / Σ|gradient|).
    case fixed
    /// Until the strong Wolfe conditions hold: Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6.
    case strongWolfe
  }

  /// Directions per call of `step`.
  public var iterations = 20
  /// Calls of the closure per `step`; nil: 5/4 of the iterations.
  public var evaluations: Int?
  /// Stops where the largest (with `sums` the sum of) magnitude in the gradient is at most this.
  public var gradientTolerance = 1e-7
  /// Stops where parameters or loss change by less than this.
  public var changeTolerance = 1e-9
  /// How many of the last steps the curvature is estimated from.
  public var history = 100
  /// How long steps are.
  public var search = Search.fixed
  /// Whether tolerances limit sums of magnitudes, as in Torch7's optim.lbfgs, rather than the largest, as in PyTorch.
  public var sums = false

  /// PyTorch's defaults.
  public init() {}

  /// The optimiser of jcjohnson/neural-style (Torch7's optim.lbfgs with tolFun = tolX = −1): fixed steps, and no end but that of
  /// the iterations.
  public static var neuralStyle: LBFGSOptions {
    var options = LBFGSOptions()
    (options.gradientTolerance, options.changeTolerance, options.sums) = (-1, -1, true)
    return options
  }
}

/// Quasi-Newton steps over all parameters together, from the gradients' changes along the last steps: Liu & Nocedal
/// 1989. Order of operations and stopping rules as in torch.optim.LBFGS; Torch7's optim.lbfgs, which jcjohnson/neural-style
/// calls, takes the same steps and differs in its tolerances alone (`LBFGSOptions.sums`).
final class LBFGS: OptimizationMethod {
  private let settings: LBFGSOptions
  private var memory = Memory()

  /// What goes on from step to step; names as in PyTorch's state.
  private struct Memory {
    var evaluations = 0, iterations = 0
    /// The last direction, how far along it the last step went, the gradient and loss before that step.
    var direction: Tensor?, length = 0.0, gradient: Tensor?, loss = 0.0
    /// Changes of the gradient, steps, and 1 / their products, oldest first.
    var changes: [Tensor] = [], steps: [Tensor] = [], inverses: [Double] = []
    /// The first guess of the inverse Hessian, a multiple of the unit matrix.
    var diagonal = 1.0
  }

  /// Throws for counts that make no step possible.
  init(_ settings: LBFGSOptions) throws {
    let counts = [settings.iterations, settings.history, settings.evaluations ?? 1]
    if let wrong = counts.first(where: { !(1...(1 << 40)).contains($0) }) {
      throw EngineError("optim.lbfgs", expected: "max_iter, max_eval and history_size of 1 or more", came: "\(wrong)")
    }
    self.settings = settings
  }

  var name: String { "lbfgs" }
  var title: String { "LBFGS" }
  var options: [(name: String, value: Value)] {
    [
      ("max_iter", .integer(settings.iterations)), ("max_eval", .integer(mostEvaluations)),
      ("tolerance_grad", .number(settings.gradientTolerance)),
      ("tolerance_change", .number(settings.changeTolerance)), ("history_size", .integer(settings.history)),
      ("line_search", settings.search == .fixed ? .none : .string("strong_wolfe")),
    ]
  }

  private var mostEvaluations: Int { settings.evaluations ?? settings.iterations * 5 / 4 }

  func bytes(for parameters: [Tensor]) -> Int {
    let kept = 3 + 2 * min(settings.history, settings.iterations)
    return parameters.reduce(0) { $0 + $1.count * $1.dtype.size * kept }
  }

  // MARK: A step

  func step(_ parameters: [Tensor], rate: Double, _ closure: (() throws -> Double?)?) throws -> Double? {
    let problem = try Problem(parameters, closure)
    let first = try problem.evaluate()
    memory.evaluations += 1
    var evaluations = 1
    var (loss, gradient) = (first.loss, first.gradient)
    if try magnitude(gradient) <= settings.gradientTolerance { return loss }
    let progress = Progress("optim.lbfgs", total: settings.iterations)
    var isComplete = false
    defer { progress.finish(complete: isComplete) }
    for iteration in 1...settings.iterations {
      try Interrupt.check()
      progress.advance(loss: loss)
      let direction = try nextDirection(gradient)
      (memory.direction, memory.gradient, memory.loss) = (direction, gradient, loss)
      memory.length =
        memory.iterations == 1 ? min(1, 1 / (try gradient.abs().sum().item())) * rate : rate
      let slope = try gradient.dot(direction)
      if slope > -settings.changeTolerance { break }
      var used = 0
      switch settings.search {
      case .strongWolfe:
        let start = Trial(length: 0, loss: loss, gradient: gradient, slope: slope)
        var search = WolfeSearch(
          problem: problem, direction: direction, start: start, tolerance: settings.changeTolerance,
          most: mostEvaluations - evaluations)
        let found = try search.run(from: memory.length)
        (loss, gradient, memory.length) = (found.loss, found.gradient, found.length)
        used = search.evaluations
        try problem.move(along: direction, memory.length)
      case .fixed:
        try problem.move(along: direction, memory.length)
        // After the last move nobody asks for the loss.
        if iteration < settings.iterations {
          (loss, gradient) = try problem.evaluate()
          used = 1
        }
      }
      evaluations += used
      memory.evaluations += used
      if try iteration == settings.iterations || evaluations >= mostEvaluations || isDone(gradient, loss) { break }
    }
    isComplete = true
    return first.loss
  }

  private func magnitude(_ x: Tensor) throws -> Double {
    try (settings.sums ? x.abs().sum() : x.abs().max()).item()
  }

  /// Whether the gradient has vanished, or the last move changed next to nothing.
  private func isDone(_ gradient: Tensor, _ loss: Double) throws -> Bool {
    if try magnitude(gradient) <= settings.gradientTolerance { return true }
    if try magnitude(memory.direction! * memory.length) <= settings.changeTolerance { return true }
    return abs(loss - memory.loss) < settings.changeTolerance
  }

  /// The quasi-Newton direction at a gradient, after the last move has been taken into the memory.
  private func nextDirection(_ gradient: Tensor) throws -> Tensor {
    memory.iterations += 1
    guard let last = memory.direction, let before = memory.gradient else { return try -gradient }
    let change = try gradient - before
    let step = try last * memory.length
    let curvature = try change.dot(step)
    if curvature > 1e-10 {
      if memory.changes.count == settings.history {
        memory.changes.removeFirst()
        memory.steps.removeFirst()
        memory.inverses.removeFirst()
      }
      memory.changes.append(change)
      memory.steps.append(step)
      memory.inverses.append(1 / curvature)
      memory.diagonal = curvature / (try change.dot(change))
    }
    let direction = try -gradient
    var weights = [Double](repeating: 0, count: memory.changes.count)
    for place in memory.changes.indices.reversed() {
      weights[place] = try memory.steps[place].dot(direction) * memory.inverses[place]
      try direction.add_(memory.changes[place], scale: -weights[place])
    }
    try direction.mul_(memory.diagonal)
    for place in memory.changes.indices {
      let weight = try memory.changes[place].dot(direction) * memory.inverses[place]
      try direction.add_(memory.steps[place], scale: weights[place] - weight)
    }
    return direction
  }

  // MARK: Saving and going on

  func state() throws -> [NamedTensor] {
    guard let direction = memory.direction, let gradient = memory.gradient else { return [] }
    func number(_ value: Double) throws -> Tensor { try Tensor(doubles: [value], []) }
    var state: [NamedTensor] = [
      ("func_evals", try Tensor(integers: [memory.evaluations], [])),
      ("n_iter", try Tensor(integers: [memory.iterations], [])), ("d", direction), ("t", try number(memory.length)),
      ("prev_flat_grad", gradient), ("prev_loss", try number(memory.loss)),
      ("H_diag", try number(memory.diagonal)), ("ro", try Tensor(doubles: memory.inverses, [memory.inverses.count])),
    ]
    if !memory.changes.isEmpty {
      state += [("old_dirs", try Tensor.stack(memory.changes)), ("old_stps", try Tensor.stack(memory.steps))]
    }
    return state
  }

  func load(_ state: StateReader, for parameters: [Tensor]) throws {
    let known = ["steps", "sizes", "lr", "func_evals", "n_iter", "d", "t", "prev_flat_grad", "prev_loss", "H_diag"]
    if let other = state.names.first(where: { !(known + ["ro", "old_dirs", "old_stps"]).contains($0) }) {
      throw state.misfit("it holds '\(other)', which lbfgs does not keep")
    }
    guard state.has("d") else { return memory = Memory() }
    let (type, count) = (parameters[0].dtype, parameters.reduce(0) { $0 + $1.count })
    var loaded = Memory()
    loaded.evaluations = try state.count("func_evals")
    loaded.iterations = try state.count("n_iter")
    loaded.direction = try state.copy("d", [count], type)
    loaded.gradient = try state.copy("prev_flat_grad", [count], type)
    (loaded.length, loaded.loss) = (try state.number("t"), try state.number("prev_loss"))
    loaded.diagonal = try state.number("H_diag")
    loaded.inverses = try state.tensor("ro").doubles()
    let kept = loaded.inverses.count
    guard kept <= settings.history else {
      throw state.misfit("it holds \(kept) steps, more than history_size = \(settings.history)")
    }
    if kept > 0 {
      loaded.changes = try state.copy("old_dirs", [kept, count], type).rows()
      loaded.steps = try state.copy("old_stps", [kept, count], type).rows()
    }
    memory = loaded
  }
}

extension Tensor {
  /// The scalar product of two vectors, unrecorded.
  fileprivate func dot(_ other: Tensor) throws -> Double { try (self * other).sum().item() }

  /// The rows of a matrix, each in memory of its own.
  fileprivate func rows() throws -> [Tensor] { try (0..<shape[0]).map { try select(0, $0).copy() } }
}

/// A loss as a function of all parameters together.
struct Problem {
  private let parameters: [Tensor]
  private let closure: () throws -> Double?

  /// Throws without a closure.
  init(_ parameters: [Tensor], _ closure: (() throws -> Double?)?) throws {
    guard let closure else {
      throw EngineError(
        "optim.lbfgs", "a step evaluates the loss several times, so it needs a closure",
        advice: "o:step(function() o:zero_grad() local loss = … loss:backward() return loss end)")
    }
    (self.parameters, self.closure) = (parameters, closure)
  }

  /// The loss here, and its gradient as one vector (zeros where a parameter has none).
  func evaluate() throws -> (loss: Double, gradient: Tensor) {
    guard let loss = try closure() else {
      throw EngineError("optim.lbfgs", "the closure must return the loss, a number or a tensor of one element")
    }
    let parts = try parameters.map { parameter in
      try (parameter.gradient?.detached() ?? Tensor.zeros(parameter.shape, parameter.dtype)).reshape([parameter.count])
    }
    return (loss, try Tensor.cat(parts))
  }

  /// Adds a multiple of a direction to the parameters.
  func move(along direction: Tensor, _ length: Double) throws {
    var start = 0
    for parameter in parameters {
      let part = try direction.narrow(0, start, parameter.count).reshape(parameter.shape)
      try parameter.add_(part, scale: length)
      start += parameter.count
    }
  }

  /// What a move would lead to; the parameters stay where they are.
  func trial(along direction: Tensor, _ length: Double) throws -> Trial {
    let here = try parameters.map { try $0.copy() }
    defer { for (parameter, value) in zip(parameters, here) { _ = try? parameter.copy_(value) } }
    try move(along: direction, length)
    let (loss, gradient) = try evaluate()
    return Trial(length: length, loss: loss, gradient: gradient, slope: try gradient.dot(direction))
  }
}
