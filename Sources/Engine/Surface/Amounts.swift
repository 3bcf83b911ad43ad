extension Int {
  /// A number of bytes for people: `496 bytes`, `1.5 MB` (powers of 1000).
  package var bytesText: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(self), unit = 0
    while value.magnitude >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let rounded = unit == 0 || value >= 100 ? "\(Int(value))" : "\(Double(Int(value * 10)) / 10)"
    return rounded + " " + units[unit]
  }
}

extension Double {
  /// Seconds for people, in three digits: `1.23 ms`, from two minutes on `2 min 5 s`.
  package var secondsText: String {
    if self >= 120 { return "\(Int(self / 60)) min \(Int(truncatingRemainder(dividingBy: 60))) s" }
    for (factor, unit) in [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")] where self >= factor || unit == "ns" {
      let value = self / factor
      let digits = value >= 100 ? 1.0 : value >= 10 ? 10.0 : 100.0
      let rounded = (value * digits).rounded() / digits
      return digits == 1 ? "\(Int(rounded)) \(unit)" : "\(rounded) \(unit)"
    }
    return "0 ns"
  }
}
