public import Surface

/// Shows what is under way on the last line of a terminal, or now and then as a plain line where there is none.
///
/// One line has one owner: whoever writes to the same terminal calls `clear` first; the bar comes back with the next event,
/// a tenth of a second later. Engine thread only.
public final class ProgressLine {
  /// What a line tells.
  public struct State: Equatable, Sendable {
    public var label: String
    /// Steps done, and how many there are (nil: nobody knows).
    public var done: Int, total: Int?
    /// Seconds since the beginning.
    public var elapsed: Double
    /// Losses so far, oldest first.
    public var losses: [Double]
    /// Over, complete or not; nil while it goes on.
    public var isComplete: Bool?
    /// A single call of the engine, which counts only its share: nothing of it stays when it is over.
    public var isShare: Bool

    /// A state.
    public init(
      label: String, done: Int, total: Int?, elapsed: Double, losses: [Double] = [], isComplete: Bool? = nil,
      isShare: Bool = false
    ) {
      self.label = label
      self.done = done
      self.total = total
      self.elapsed = elapsed
      self.losses = losses
      self.isComplete = isComplete
      self.isShare = isShare
    }
  }

  private let isTerminal: Bool
  private let width: () -> Int
  private let write: (String) -> Void
  /// The work that is shown, the newest of those under way.
  private var current: ObjectIdentifier?
  private var losses: [Double] = []
  private var isVisible = false
  private var shownText = ""
  /// Seconds at which the last plain line was written.
  private var lastPlain = 0.0

  /// - Parameters:
  ///   - isTerminal: whether the line can be redrawn in place.
  ///   - width: columns of the terminal, asked each time.
  ///   - write: writes at once, where the line is to stand (standard error, after what standard output holds).
  public init(isTerminal: Bool, width: @escaping () -> Int, write: @escaping (String) -> Void) {
    self.isTerminal = isTerminal
    self.width = width
    self.write = write
  }

  /// Takes an event of `Progress.handler`.
  public func handle(_ event: Progress.Event) {
    switch event {
    case .moved(let progress): show(progress, isComplete: nil)
    case .ended(let progress, let complete):
      show(progress, isComplete: complete)
      if ObjectIdentifier(progress) == current { current = nil }
    }
  }

  private func show(_ progress: Progress, isComplete: Bool?) {
    if current != ObjectIdentifier(progress) {
      // Work inside other work: the outer line waits.
      if isComplete != nil, current != nil { return }
      current = ObjectIdentifier(progress)
      losses = []
      lastPlain = 0
    }
    if let loss = progress.loss { remember(loss) }
    show(
      State(
        label: progress.label, done: progress.done, total: progress.total, elapsed: progress.elapsed, losses: losses,
        isComplete: isComplete, isShare: progress.unit == "%"))
  }

  /// Shows a state: in place at a terminal; otherwise once in five seconds and at the end.
  package func show(_ state: State) {
    guard isTerminal else {
      // The end of a single call is told only where its beginning was.
      let isTold = state.isComplete != nil && (!state.isShare || lastPlain > 0)
      guard isTold || state.elapsed - lastPlain >= 5 else { return }
      lastPlain = state.elapsed
      write(ProgressLine.text(state, width: 100) + "\n")
      return
    }
    if state.isShare, state.isComplete != nil { return clear() }
    // The last column stays free: some terminals wrap when it is written.
    shownText = ProgressLine.text(state, width: max(1, width() - 1))
    write("\r\(shownText)\u{1B}[K")
    isVisible = true
    if state.isComplete != nil {
      write("\n")
      isVisible = false
    }
  }

  /// Keeps at most 64 losses, every other one dropped when there are more.
  private func remember(_ loss: Double) {
    losses.append(loss)
    if losses.count > 64 { losses = losses.enumerated().filter { $0.offset % 2 == 1 }.map(\.element) }
  }

  /// Takes the line away, for text that is to stand in its place. Cheap when there is none.
  public func clear() {
    guard isVisible else { return }
    isVisible = false
    write("\r\u{1B}[K")
  }

  /// Puts the line back, fitted to the width of now.
  public func redraw() {
    guard isTerminal, current != nil, !isVisible, !shownText.isEmpty else { return }
    write("\r\(TextWidth.truncated(shownText, to: max(1, width() - 1)))\u{1B}[K")
    isVisible = true
  }

  /// Ends whatever is shown, for errors and interrupts that nobody reported: what stands there stays, on a line of its own.
  public func close() {
    if isVisible { write("\n") }
    isVisible = false
    current = nil
    shownText = ""
  }
}

// MARK: - The text of a line

extension ProgressLine {
  /// A line of at most so many columns: label, bar and share, steps, rate, time left, loss; what does not fit is left out,
  /// the least important first.
  public static func text(_ state: State, width: Int) -> String {
    let done = max(0, state.done)
    let total = state.total.map { max(0, $0) }
    var counts = state.isShare ? "" : total.map { "\(done)/\($0)" } ?? "\(done)"
    var parts: [String] = []
    let rate = state.elapsed > 0 ? Double(done) / state.elapsed : 0
    if state.isComplete == nil {
      if rate > 0, !state.isShare { parts.append(rateText(rate)) }
      if let total, rate > 0, done < total { parts.append(duration(Double(total - done) / rate) + " left") }
      if total == nil || rate == 0 { parts.append(duration(state.elapsed)) }
    } else {
      parts.append((state.isComplete == true ? "done in " : "stopped after ") + duration(state.elapsed))
    }
    let share = total.flatMap { $0 > 0 ? min(1, Double(done) / Double($0)) : nil }
    if let share { counts = "\(Int((share * 100).rounded(.down)))%" + (counts.isEmpty ? "" : " " + counts) }
    let loss = state.losses.last.map { "loss " + short($0) }
    let spark = state.losses.count >= 4 ? sparkline(state.losses, width: 12) : nil
    // Each attempt is shorter than the one before.
    let tail = parts.joined(separator: " ")
    let bar = share.map { "[\(Self.bar($0, width: 20))]" }, smallBar = share.map { "[\(Self.bar($0, width: 8))]" }
    let attempts = [
      [state.label, bar, counts, tail, loss, spark], [state.label, smallBar, counts, tail, loss, spark],
      [state.label, smallBar, counts, tail, loss], [state.label, counts, tail, loss], [state.label, counts, loss],
      [state.label, counts], [counts],
    ]
    let lines = attempts.map { $0.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ") }
    return lines.first { TextWidth.of($0) <= width } ?? TextWidth.truncated(counts, to: width)
  }

  /// A bar of eighths of a column.
  private static func bar(_ share: Double, width: Int) -> String {
    let eighths = Int((share * Double(width * 8)).rounded(.down))
    let part = eighths % 8
    let text = String(repeating: "█", count: eighths / 8) + (part > 0 ? String("▏▎▍▌▋▊▉"[at: part - 1]) : "")
    return TextWidth.padded(text, to: width)
  }

  /// `12.3/s`, or for slow work `2.4 s each`.
  private static func rateText(_ rate: Double) -> String {
    rate >= 1 ? short(rate) + "/s" : short(1 / rate) + " s each"
  }

  /// `0.8 s`, `42 s`, `3:07`, `2:03:07`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 9.95 { return fixed(max(0, seconds), 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }

  /// A number in three or four digits.
  package static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 1e6 || size < 1e-3 {
      var exponent = 0, mantissa = value
      while abs(mantissa) >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      while abs(mantissa) < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
      return fixed(mantissa, 2) + "e\(exponent)"
    }
    return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4)
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let scaled = (abs(value) * scale).rounded()
    let whole = Int(scaled / scale), part = Int(scaled) - whole * Int(scale)
    let fraction = String(part)
    let tail = digits > 0 ? "." + String(repeating: "0", count: digits - fraction.count) + fraction : ""
    return (value < 0 && scaled > 0 ? "-" : "") + "\(whole)" + tail
  }

  /// The last values as bars of eight heights, the smallest at the bottom.
  package static func sparkline(_ values: [Double], width: Int) -> String {
    let shown = (0..<min(width, values.count)).map { index -> Double in
      let count = min(width, values.count)
      return values[count == 1 ? 0 : index * (values.count - 1) / (count - 1)]
    }
    let finite = shown.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    return String(
      shown.map { value -> Character in
        guard value.isFinite else { return "?" }
        let level = high > low ? Int(((value - low) / (high - low) * 7).rounded()) : 0
        return "▁▂▃▄▅▆▇█"[at: level]
      })
  }
}

extension String {
  /// The character at a position.
  fileprivate subscript(at position: Int) -> Character { self[index(startIndex, offsetBy: position)] }
}
