/// Work that is under way, for whoever waits: how much of how much is done, and the loss where something is learnt.
///
/// A front end sets `handler`; without one nothing is reported. Nobody is told of work that takes less than half a second,
/// and of the rest at most ten times a second. The reporter must call `finish` on every way out (`defer`); work that is
/// merely dropped counts as given up. While one is open, what the engine does inside it is not reported on its own (`Work`).
///
/// Engine thread only.
public final class Progress {
  /// What a front end is told.
  public enum Event {
    /// Begun, or gone on; at most ten of these a second.
    case moved(Progress)
    /// Over: `complete` is false after an error, an interrupt or a `break`.
    case ended(Progress, complete: Bool)
  }

  /// What shows progress; nil means nothing does.
  nonisolated(unsafe) public static var handler: ((Event) -> Void)?

  /// What is under way, in a few words: `filters.kuwahara`, `training`.
  public let label: String
  /// How many steps there are, or nil when nobody knows.
  public internal(set) var total: Int?
  /// What is counted: `%` for calls of the engine (of 100); nil for plain steps.
  public let unit: String?
  /// Steps done.
  public internal(set) var done = 0
  /// The newest loss, where something is learnt.
  public private(set) var loss: Double?
  /// When it began.
  public let start = ContinuousClock.now
  private var lastReport: ContinuousClock.Instant?
  private var isOver = false
  /// Whether it is one of those that keep the engine's own reports quiet.
  private let isExplicit: Bool

  /// Those that are open, outermost first.
  nonisolated(unsafe) private static var open: [Unmanaged<Progress>] = []

  /// The one that a user sees: the outermost that is open.
  static var current: Progress? { open.first?.takeUnretainedValue() }

  /// Begins. Nothing is shown yet.
  public convenience init(_ label: String, total: Int? = nil, unit: String? = nil) {
    self.init(label, total, unit, isExplicit: true)
  }

  init(_ label: String, _ total: Int?, _ unit: String?, isExplicit: Bool) {
    self.label = label
    self.total = total
    self.unit = unit
    self.isExplicit = isExplicit
    if isExplicit { Progress.open.append(Unmanaged.passUnretained(self)) }
  }

  deinit { finish(complete: false) }

  /// Seconds since the beginning.
  public var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Counts steps, and tells the front end when it is time to. One within another is not shown.
  public func advance(by steps: Int = 1, loss: Double? = nil) {
    done += steps
    if let loss { self.loss = loss }
    guard let handler = Progress.handler, !isOver else { return }
    if let current = Progress.current, current !== self { return current.advance(by: 0) }
    let now = ContinuousClock.now
    let wait: Duration = lastReport == nil ? .milliseconds(500) : .milliseconds(100)
    guard now - (lastReport ?? start) >= wait else { return }
    lastReport = now
    handler(.moved(self))
  }

  /// Ends. Only work that was reported is reported as ended; calling it twice is harmless.
  public func finish(complete: Bool = true) {
    guard !isOver else { return }
    isOver = true
    if isExplicit {
      let own = Unmanaged.passUnretained(self).toOpaque()
      Progress.open.removeAll { $0.toOpaque() == own }
    }
    if lastReport != nil { Progress.handler?(.ended(self, complete: complete)) }
  }
}
