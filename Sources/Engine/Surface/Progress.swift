/// Work that is under way, for whoever waits: how much of how much is done, and the loss where something is learnt.
///
/// A front end sets `handler`; without one nothing is reported. Nobody is told of work that takes less than half a second,
/// and of the rest at most ten times a second. The reporter must call `finish` on every way out (`defer`).
///
/// Engine thread only.
public final class Progress {
  /// What a front end is told.
  public enum Event {
    /// Begun, or gone on; at most ten of these a second.
    case moved(Progress)
    /// Over: `complete` is false after an error or an interrupt.
    case ended(Progress, complete: Bool)
  }

  /// What shows progress; nil means nothing does.
  nonisolated(unsafe) public static var handler: ((Event) -> Void)?

  /// What is under way, in a few words: `filters.kuwahara`, `training`.
  public let label: String
  /// How many steps there are, or nil when nobody knows.
  public let total: Int?
  /// Steps done.
  public private(set) var done = 0
  /// The newest loss, where something is learnt.
  public private(set) var loss: Double?
  /// When it began.
  public let start = ContinuousClock.now
  private var lastReport: ContinuousClock.Instant?
  private var isOver = false

  /// Begins. Nothing is shown yet.
  public init(_ label: String, total: Int? = nil) {
    self.label = label
    self.total = total
  }

  /// Seconds since the beginning.
  public var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Counts steps, and tells the front end when it is time to.
  public func advance(by steps: Int = 1, loss: Double? = nil) {
    done += steps
    if let loss { self.loss = loss }
    guard Progress.handler != nil, !isOver else { return }
    let now = ContinuousClock.now
    let wait: Duration = lastReport == nil ? .milliseconds(500) : .milliseconds(100)
    guard now - (lastReport ?? start) >= wait else { return }
    lastReport = now
    Progress.handler?(.moved(self))
  }

  /// Ends. Only work that was reported is reported as ended; calling it twice is harmless.
  public func finish(complete: Bool = true) {
    guard !isOver else { return }
    isOver = true
    if lastReport != nil { Progress.handler?(.ended(self, complete: complete)) }
  }
}
