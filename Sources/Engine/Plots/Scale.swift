internal import Glibc

/// One axis of a plot: which values it shows, and where.
package struct Scale {
  /// Both ends; on a log scale their decimal logarithms.
  let start, end: Double
  let isLog: Bool
  /// Whether the axis runs the other way: rows of a picture count downwards.
  var isFlipped = false

  init(_ start: Double, _ end: Double, isLog: Bool = false) { (self.start, self.end, self.isLog) = (start, end, isLog) }

  /// An axis for values from `low` to `high`, which `shows` must hold of, with a share of its length left free at both
  /// ends. Values that are all the same, or differ by rounding only, get an axis around them.
  package init(fitting low: Double, _ high: Double, isLog: Bool, padding: Double) {
    let (a, b) = isLog ? (log10(low), log10(high)) : (low, high)
    let span = b - a, size = max(abs(a), abs(b))
    var room = span * padding
    if span <= size * 1e-13 || span < 1e-290 { room = isLog || size < 1e-290 ? 0.5 : size * 0.05 }
    self.init(a - room, b + room, isLog: isLog)
  }

  /// Whether an axis has a place for a value. NaN, infinities and what lies beyond 1e300 are gaps, and on a log scale so
  /// are 0 and negative numbers.
  static func shows(_ value: Double, isLog: Bool) -> Bool { abs(value) <= 1e300 && (!isLog || value > 0) }

  /// Where a value lies: 0 at the low end (left, below), 1 at the high end, outside for values outside; NaN for gaps.
  package func place(_ value: Double) -> Double {
    guard Scale.shows(value, isLog: isLog) else { return .nan }
    let share = ((isLog ? log10(value) : value) - start) / (end - start)
    return isFlipped ? 1 - share : share
  }

  /// Round numbers within the axis, ascending: at most `most` (which is at least 2).
  package func ticks(most: Int, wholeNumbers: Bool = false) -> [Tick] {
    isLog ? Tick.log(start, end, most: most) : Tick.linear(start, end, most: most, wholeNumbers: wholeNumbers)
  }
}

/// A marked value of an axis.
package struct Tick: Equatable {
  package let value: Double
  package let label: String

  /// A decimal number kept as an integer times a power of ten, so that no label shows the rounding of a sum.
  private struct Decimal {
    var digits: Int
    var exponent: Int

    var value: Double {
      exponent < 0 && exponent >= -22
        ? Double(digits) / pow(10, Double(-exponent)) : Double(digits) * pow(10, Double(exponent))
    }

    /// `0.25`, `1200`.
    var plain: String {
      guard exponent < 0 else { return digits == 0 ? "0" : "\(digits)" + String(repeating: "0", count: exponent) }
      let text = "\(abs(digits))"
      let padded = String(repeating: "0", count: max(0, 1 - exponent - text.count)) + text
      return (digits < 0 ? "-" : "") + padded.dropLast(-exponent) + "." + padded.suffix(-exponent)
    }

    /// `2.5e-9`; what is as short without a power of ten stays without.
    var scientific: String {
      if digits == 0 { return "0" }
      var (number, power) = (digits, exponent)
      while number % 10 == 0 { (number, power) = (number / 10, power + 1) }
      let stripped = Decimal(digits: number, exponent: power)
      let text = "\(abs(number))"
      let short = stripped.plain
      if short.count <= 3 + (number < 0 ? 1 : 0) { return short }
      let rest = text.count > 1 ? "." + text.dropFirst() : ""
      return (number < 0 ? "-" : "") + text.prefix(1) + rest + "e\(power + text.count - 1)"
    }
  }

  /// Labels of one form for all ticks: plain while that is short, else the shorter of both.
  private static func labelled(_ numbers: [Decimal]) -> [Tick] {
    // Zeros of huge powers are not written out only to be thrown away.
    let isHuge = numbers.contains { abs($0.exponent) > 20 }
    let plain = isHuge ? [] : numbers.map(\.plain)
    let scientific = numbers.map(\.scientific)
    let (long, short) = (plain.map(\.count).max() ?? .max, scientific.map(\.count).max() ?? 0)
    return zip(numbers, long <= 6 || long <= short ? plain : scientific).map { Tick(value: $0.value, label: $1) }
  }

  /// Multiples of the smallest step of 1, 2 or 5 times a power of ten that gives at most `most` ticks (Heckbert 1990, Nice
  /// numbers for graph labels, Graphics Gems, p. 61-63; here the axis keeps its ends).
  static func linear(_ low: Double, _ high: Double, most: Int, wholeNumbers: Bool = false) -> [Tick] {
    var power = Int(floor(log10((high - low) / Double(most)))) - 1
    if wholeNumbers { power = max(0, power) }
    while true {
      for factor in [1, 2, 5] {
        let step = Decimal(digits: factor, exponent: power).value
        // A tick at the very end counts although the division is rounded.
        let first = ceil(low / step - 1e-9), last = floor(high / step + 1e-9)
        guard last - first < Double(most) else { continue }
        if last < first { return [] }
        return labelled((Int(first)...Int(last)).map { Decimal(digits: $0 * factor, exponent: power) })
      }
      power += 1
    }
  }

  /// Powers of ten; where fewer than two lie within the axis also their multiples, and at last round numbers. `start` and
  /// `end` are decimal logarithms.
  static func log(_ start: Double, _ end: Double, most: Int) -> [Tick] {
    let first = Int(ceil(start - 1e-9)), last = Int(floor(end + 1e-9))
    if last > first {
      let stride = (last - first) / most + 1
      return labelled((first...last).filter { $0 % stride == 0 }.map { Decimal(digits: 1, exponent: $0) })
    }
    let decades = (Int(floor(start))...Int(ceil(end)))
    for factors in [[1, 2, 5], Array(1...9)] {
      let numbers = decades.flatMap { power in factors.map { Decimal(digits: $0, exponent: power) } }
        .filter { (start...end).contains(log10($0.value)) }
      if (2...max(2, most)).contains(numbers.count) { return labelled(numbers) }
    }
    let (low, high) = (max(pow(10, start), 1e-290), pow(10, end))
    return low < high ? linear(low, high, most: most) : []
  }
}
