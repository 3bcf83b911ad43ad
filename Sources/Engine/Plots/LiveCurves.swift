internal import Surface

/// Values by step that come one after another, such as losses while something is learnt.
package final class LiveCurves {
  /// One named series.
  private struct Series {
    let name: String
    var steps: [Double] = []
    var values: [Double] = []
  }

  private var series: [Series] = []
  private var step = 0.0
  /// How much of the average stays at each value: 0 shows the values themselves.
  private let smooth: Double
  /// Seconds between two showings at least.
  private let every: Double
  /// The step after which nothing more comes, or nil.
  private let total: Double?
  /// Seconds on a clock that never goes back.
  private let clock: () -> Double
  private var lastShown: Double
  private var isShown = true

  package init(smooth: Double, every: Double, total: Double?, clock: @escaping () -> Double = LiveCurves.seconds) {
    (self.smooth, self.every, self.total, self.clock) = (smooth, every, total, clock)
    lastShown = clock()
  }

  /// Seconds since the program looked first.
  package static let seconds: @Sendable () -> Double = {
    let start = ContinuousClock.now
    return { (ContinuousClock.now - start) / .seconds(1) }
  }()

  /// Whether no value has come.
  var isEmpty: Bool { series.isEmpty }

  /// Adds values of a step; without one, of the step after the last one. Says whether it is time to show the curves: at most
  /// every so many seconds, and at the last step.
  package func add(_ values: [(name: String, value: Double)], step: Double? = nil) -> Bool {
    let step = step ?? self.step + 1
    self.step = step
    for (name, value) in values {
      let index =
        series.firstIndex { $0.name == name }
        ?? {
          series.append(Series(name: name))
          return series.count - 1
        }()
      series[index].steps.append(step)
      series[index].values.append(value)
    }
    isShown = false
    let now = clock()
    guard now - lastShown >= every || total.map({ step >= $0 }) ?? false else { return false }
    lastShown = now
    isShown = true
    return true
  }

  /// Whether values came that were not shown; they count as shown from now on.
  package func takeUnshown() -> Bool {
    defer { isShown = true }
    return !isShown
  }

  /// The series as they are drawn: smoothed ones on top of pale ones of what came.
  var curves: [Curve] {
    var pale: [Curve] = [], strong: [Curve] = []
    for (index, series) in series.enumerated() {
      var curve = Curve(label: Cells.plain(series.name), x: series.steps, y: series.values, ink: index)
      if smooth > 0 {
        curve.isFaint = true
        pale.append(curve)
        curve.isFaint = false
        curve.y = LiveCurves.smoothed(series.values, smooth)
      }
      strong.append(curve)
    }
    return pale + strong
  }

  /// An exponential moving average that starts without bias: aₙ = w·aₙ₋₁ + (1 − w)·xₙ from a₀ = 0, divided by 1 − wⁿ, as
  /// TensorBoard's line charts smooth. What is not finite stays a gap and changes nothing.
  static func smoothed(_ values: [Double], _ weight: Double) -> [Double] {
    var average = 0.0, missing = 1.0
    return values.map { value in
      guard value.isFinite else { return value }
      average = weight * average + (1 - weight) * value
      missing *= weight
      return average / (1 - missing)
    }
  }

  /// The newest step and its values in a line.
  var summary: String {
    if series.isEmpty { return "no points yet" }
    let values = series.map { "\(Cells.plain($0.name)) \(($0.values.last ?? .nan).short)" }
    return "step \(step.plainText), " + values.joined(separator: ", ")
  }
}
