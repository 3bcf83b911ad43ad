internal import Imaging

/// One series of a plot.
struct Curve {
  /// How it is drawn. Bars stand between their borders: x has one value more than y.
  enum Style: String, CaseIterable {
    case line, points, steps, bars
  }

  var label = ""
  var x: [Double]
  var y: [Double]
  var style = Style.line
  /// The number of its colour.
  var ink = 0
  /// Drawn in the background: what a smoothed curve was made of.
  var isFaint = false
}

/// A matrix drawn as colours, or a picture.
struct Heat {
  let width: Int, height: Int
  /// Columns and rows that were given; more than are kept where a matrix is huge.
  let extent: (width: Int, height: Int)
  /// Values row by row from the top; of a picture three planes in 0…1.
  let values: [Double]
  var isPicture = false
  var map = Colormap.uniform
  /// The values of both ends of the colours.
  var range = (low: 0.0, high: 1.0)
}

/// Everything that a plot says, apart from how large it is drawn.
struct Figure {
  var title = "", xlabel = "", ylabel = ""
  var xlog = false, ylog = false
  var xlim: (low: Double, high: Double)?
  var ylim: (low: Double, high: Double)?
  /// Size in files, pixels.
  var width = 800, height = 500
  var grid = true
  var legend = true
  var curves: [Curve] = []
  var heat: Heat?

  /// What is named in the legend.
  var named: [Curve] { legend ? curves.filter { !$0.label.isEmpty && !$0.isFaint } : [] }

  /// Both axes, or nil when no value can be shown.
  func axes() -> (x: Scale, y: Scale)? {
    if let heat {
      var rows = Scale(0.5, Double(heat.extent.height) + 0.5)
      rows.isFlipped = true
      return (Scale(0.5, Double(heat.extent.width) + 0.5), rows)
    }
    guard var bounds = bounds(within: nil) else { return nil }
    if let xlim { bounds.y = self.bounds(within: xlim)?.y ?? bounds.y }
    let hasBars = curves.contains { $0.style == .bars }
    if hasBars, !ylog { bounds.y.low = min(0, bounds.y.low) }
    let hasPoints = curves.contains { $0.style == .points }
    let x = scale(bounds.x, xlim, isLog: xlog, padding: hasPoints ? 0.03 : 0)
    var y = scale(bounds.y, ylim, isLog: ylog, padding: 0.05)
    // Bars stand on the axis.
    if hasBars, ylim == nil { y = ylog ? Scale(y.start - 0.3, y.end, isLog: true) : Scale(bounds.y.low, y.end) }
    return (x, y)
  }

  private func scale(
    _ bounds: (low: Double, high: Double), _ limits: (low: Double, high: Double)?, isLog: Bool, padding: Double
  ) -> Scale {
    if let limits { return Scale(fitting: limits.low, limits.high, isLog: isLog, padding: 0) }
    return Scale(fitting: bounds.low, bounds.high, isLog: isLog, padding: padding)
  }

  /// The smallest and largest values that can be shown, of those whose x lies within limits.
  func bounds(
    within limits: (low: Double, high: Double)?
  ) -> (x: (low: Double, high: Double), y: (low: Double, high: Double))? {
    var x = (low: Double.infinity, high: -Double.infinity), y = x
    for curve in curves {
      for index in curve.y.indices {
        let (u, v) = (curve.x[index], curve.y[index])
        let right = curve.style == .bars ? curve.x[index + 1] : u
        guard Scale.shows(v, isLog: ylog), Scale.shows(u, isLog: xlog) || Scale.shows(right, isLog: xlog) else {
          continue
        }
        if let limits, right < limits.low || u > limits.high { continue }
        y = (min(y.low, v), max(y.high, v))
        if Scale.shows(u, isLog: xlog) { x = (min(x.low, u), max(x.high, u)) }
        if Scale.shows(right, isLog: xlog) { x = (min(x.low, right), max(x.high, right)) }
      }
    }
    return x.low <= x.high ? (x, y) : nil
  }
}
