internal import Surface
internal import TensorCore

/// A point along a direction: how far, the loss there, its gradient, and the gradient's component along the direction.
struct Trial {
  var length: Double
  let loss: Double
  let gradient: Tensor
  let slope: Double
}

/// A search along a direction for a point where the loss has fallen enough and its slope has flattened enough (the
/// strong Wolfe conditions): Nocedal & Wright, algorithms 3.5 and 3.6, with the constants and the safeguards of
/// PyTorch's line search, which follows minFunc.
struct WolfeSearch {
  /// How much of the slope's promise the loss must keep, and how much of the slope may remain.
  private static let decrease = 1e-4, flattening = 0.9

  private let problem: Problem
  private let direction: Tensor
  private let start: Trial
  private let tolerance: Double
  private let most: Int
  private var rounds = 0
  /// Calls of the closure so far.
  private(set) var evaluations = 0

  /// - Parameters:
  ///   - start: length 0, with a falling slope.
  ///   - tolerance: a bracket that moves no parameter by more is small enough.
  ///   - most: rounds after the first trial.
  init(problem: Problem, direction: Tensor, start: Trial, tolerance: Double, most: Int) {
    (self.problem, self.direction, self.start) = (problem, direction, start)
    (self.tolerance, self.most) = (tolerance, most)
  }

  /// The best point found, beginning with a guess of its length.
  mutating func run(from length: Double) throws -> Trial {
    let bracket = try bracketed(from: length)
    return bracket.count == 1 ? bracket[0] : try narrowed(bracket)
  }

  private mutating func evaluate(_ length: Double) throws -> Trial {
    evaluations += 1
    return try problem.trial(along: direction, length)
  }

  private func fallsTooLittle(_ trial: Trial) -> Bool {
    trial.loss > start.loss + WolfeSearch.decrease * trial.length * start.slope
  }

  private func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -WolfeSearch.flattening * start.slope }

  /// A point that satisfies both conditions, or two points with one between them.
  private mutating func bracketed(from length: Double) throws -> [Trial] {
    var before = start
    var trial = try evaluate(length)
    while rounds < most {
      if fallsTooLittle(trial) || (rounds > 1 && trial.loss >= before.loss) { return [before, trial] }
      if isFlat(trial) { return [trial] }
      if trial.slope >= 0 { return [before, trial] }
      let least = trial.length + 0.01 * (trial.length - before.length)
      let next = WolfeSearch.lowest(between: before, trial, within: least, trial.length * 10)
      before = trial
      trial = try evaluate(next)
      rounds += 1
    }
    return [start, trial]
  }

  /// The best point of a bracket after it has been narrowed around a point that satisfies both conditions.
  private mutating func narrowed(_ ends: [Trial]) throws -> Trial {
    var bracket = ends
    var low = ends[0].loss <= ends[1].loss ? 0 : 1
    var isSlow = false
    let reach = try direction.abs().max().item()
    while rounds < most, abs(bracket[1].length - bracket[0].length) * reach >= tolerance {
      let (near, far) = (
        min(bracket[0].length, bracket[1].length), max(bracket[0].length, bracket[1].length)
      )
      var length = WolfeSearch.lowest(between: bracket[0], bracket[1], within: near, far)
      // Near an end for the second time, or on it: step inside by a tenth, so that the bracket shrinks.
      let margin = 0.1 * (far - near)
      if min(far - length, length - near) < margin {
        let mustMove = isSlow || length >= far || length <= near
        if mustMove { length = abs(length - far) < abs(length - near) ? far - margin : near + margin }
        isSlow = !mustMove
      } else {
        isSlow = false
      }
      let trial = try evaluate(length)
      rounds += 1
      if fallsTooLittle(trial) || trial.loss >= bracket[low].loss {
        bracket[1 - low] = trial
        low = bracket[0].loss <= bracket[1].loss ? 0 : 1
      } else {
        if isFlat(trial) { return trial }
        if trial.slope * (bracket[1 - low].length - bracket[low].length) >= 0 { bracket[1 - low] = bracket[low] }
        bracket[low] = trial
      }
    }
    return bracket[low]
  }

  /// Where the cubic through two points and their slopes is lowest, kept within bounds; their middle where there is no
  /// such place.
  static func lowest(between a: Trial, _ b: Trial, within least: Double, _ most: Double) -> Double {
    let (x, y) = a.length <= b.length ? (a, b) : (b, a)
    let d1 = x.slope + y.slope - 3 * (x.loss - y.loss) / (x.length - y.length)
    let square = d1 * d1 - x.slope * y.slope
    let root = square.squareRoot()
    let place = y.length - (y.length - x.length) * ((y.slope + root - d1) / (y.slope - x.slope + 2 * root))
    return place.isFinite ? min(max(place, least), most) : (least + most) / 2
  }
}
