public import Surface

#if canImport(Glibc)
  internal import Glibc
#endif

/// A learning rate as a function of the step, to be given to an optimiser. Its values are those of the classes of
/// torch.optim.lr_scheduler, whose epochs count from 0: step n here is epoch n − 1 there.
public final class Schedule: Scriptable {
  /// How the rate goes on after the warm-up; steps count from 0 at its end.
  public enum Curve: Sendable, Equatable {
    case constant
    /// LinearLR: the rate times a factor that goes from `start` to `end` in `steps` steps, and stays there.
    case linear(start: Double, end: Double, steps: Int)
    /// StepLR: times `gamma` every `size` steps.
    case step(size: Int, gamma: Double)
    /// ExponentialLR: times `gamma` every step.
    case exponential(gamma: Double)
    /// CosineAnnealingLR: half a cosine from the rate down to `least` in `steps` steps. Later the cosine goes up again.
    case cosine(steps: Int, least: Double)
    /// CosineAnnealingWarmRestarts (Loshchilov & Hutter 2017, arXiv 1608.03983): the half cosine again and again, each
    /// `growth` times as long as the one before.
    case cosineRestarts(steps: Int, growth: Int, least: Double)
  }

  /// The name of the function that makes it in a script.
  public let name: String
  /// The rate that the curve's factors refer to.
  public let rate: Double
  /// The curve after the warm-up.
  public let curve: Curve
  /// Steps before the curve, in which the rate goes up linearly.
  public let warmup: Int
  /// The factor of the first of them: 0 as in diffusers' schedules, or above as in LinearLR.
  public let warmupStart: Double

  /// A schedule of positive numbers of steps; anything else throws.
  public init(_ name: String, rate: Double, _ curve: Curve, warmup: Int = 0, warmupStart: Double = 0) throws {
    let operation = "optim.\(name)"
    try Optimizer.check(rate, operation)
    let lengths: [Int] =
      switch curve {
      case .constant, .exponential: []
      case .linear(_, _, let steps), .cosine(let steps, _): [steps]
      case .step(let size, _): [size]
      case .cosineRestarts(let steps, let growth, _): [steps, growth]
      }
    if let wrong = lengths.first(where: { $0 < 1 }) {
      throw EngineError(operation, expected: "numbers of steps of 1 or more", came: "\(wrong)")
    }
    guard warmup >= 0 else { throw EngineError(operation, expected: "a warm-up of 0 steps or more", came: "\(warmup)") }
    (self.name, self.rate, self.curve, self.warmup, self.warmupStart) = (name, rate, curve, warmup, warmupStart)
  }

  /// The rate of a step, counted from 1.
  public func rate(at step: Int) throws -> Double {
    guard step >= 1 else { throw EngineError("schedule", expected: "a step of 1 or more", came: "\(step)") }
    let place = Double(step - 1)
    if step <= warmup { return rate * (warmupStart + (1 - warmupStart) * place / Double(warmup)) }
    let after = step - 1 - warmup
    switch curve {
    case .constant: return rate
    case .linear(let start, let end, let steps):
      return rate * (start + (end - start) * Double(min(after, steps)) / Double(steps))
    case .step(let size, let gamma): return rate * pow(gamma, Double(after / size))
    case .exponential(let gamma): return rate * pow(gamma, Double(after))
    case .cosine(let steps, let least): return cosine(Double(after), Double(steps), least)
    case .cosineRestarts(let steps, let growth, let least):
      var (inside, length) = (Double(after), Double(steps))
      if growth == 1 {
        inside = inside.truncatingRemainder(dividingBy: length)
      } else {
        while inside >= length {
          inside -= length
          length *= Double(growth)
        }
      }
      return cosine(inside, length, least)
    }
  }

  private func cosine(_ place: Double, _ length: Double, _ least: Double) -> Double {
    least + (rate - least) * (1 + cos(Double.pi * place / length)) / 2
  }

  /// What a script may do with schedules.
  public static var scriptType: ScriptType { ScheduleEntries.type }
  /// A few numbers.
  public var nativeBytes: Int { 128 }
  /// The call that makes it.
  public func display() -> String {
    let extra = warmup > 0 ? ", warmup = \(warmup)" : ""
    return "optim.\(name){lr = \(Python.text(rate))\(extra)}"
  }
}
