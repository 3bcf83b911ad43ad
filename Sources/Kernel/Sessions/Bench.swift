internal import LuaHost
internal import Surface

/// `:bench`: how long a cell takes, measured often enough to say how sure that is.
enum Bench {
  /// The time that a single measurement must take at least, and all of them together about, in seconds.
  private static let shortest = 1e-3, budget = 1.0
  /// The most measurements.
  private static let most = 1000

  /// Measures. The cell runs once before, unmeasured. Calls shorter than a millisecond are measured several at a time; a
  /// Lua call (some 0.1 µs) is part of each.
  static func run(_ code: String, _ session: Session) throws -> Outcome {
    let body = session.source(running: code)
    // Once as a cell, unmeasured: what is wrong is told of what was typed.
    let first = session.host.run(cell: body, name: "prompt", typed: code)
    if case .done = first {} else { return session.outcome(of: first, isHidden: true) }
    var calls = 1, seconds = 0.0
    repeat {
      if let failure = try measure(body, calls, session, &seconds) { return failure }
      if seconds >= shortest { break }
      calls *= seconds < shortest / 20 ? 10 : 2
    } while calls < 100_000_000
    var times: [Double] = [], total = 0.0
    while times.count < 5 || (total < budget && times.count < most) {
      if times.count >= 2, total > 10 * budget { break }
      if let failure = try measure(body, calls, session, &seconds) { return failure }
      times.append(seconds / Double(calls))
      total += seconds
    }
    session.write(report(times.sorted(), calls) + "\n")
    return Outcome(ending: .done([]), warnings: [])
  }

  /// Runs the body a number of times; an outcome only when it fails.
  private static func measure(
    _ body: String, _ calls: Int, _ session: Session, _ seconds: inout Double
  ) throws -> Outcome? {
    let text = "local function body() \(body) \nend for _ = 1, \(calls) do body() end"
    var result: RunResult?
    seconds = ContinuousClock().measure { result = session.host.run(cell: text, name: "bench") } / .seconds(1)
    if case .done? = result { return nil }
    return session.outcome(of: result!, isHidden: true)
  }

  /// The sorted times of single calls in words.
  static func report(_ times: [Double], _ calls: Int) -> String {
    let median = quantile(times, 0.5)
    let spread = median > 0 ? (quantile(times, 0.75) - quantile(times, 0.25)) / median * 100 : 0
    let each = calls == 1 ? "" : " of \(calls) calls each"
    return
      "median \(median.secondsText), least \(times[0].secondsText), most \(times[times.count - 1].secondsText), "
      + "middle half within \(Int(spread.rounded())) %; \(times.count) runs\(each)"
  }

  /// A quantile of sorted values, with the values between positions drawn straight.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1), low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }
}
