/// What the engine reports of itself while a script waits for one of its calls: the share that is done, as `Progress` in per
/// cent under the function's name.
///
/// Whoever splits work into pieces says so here: kernels through `moved` (see `ck_watch`), loops over parts through `part`.
/// Where a call goes through several long stages that nobody declared as parts, its share is unknown and only the time is
/// shown. Without `Progress.handler` nothing is done. Engine thread only.
public enum Work {
  /// A call that is under way: its function, and the part of it that is being worked on.
  public struct Call {
    fileprivate var function: Unmanaged<Function>?
    fileprivate var number = 0
    fileprivate var low = 0.0, width = 1.0
    /// The stage that told the share of this part.
    fileprivate var stage = -1
  }

  /// A stage shorter than this does not tell the share of the whole.
  private static let shortStage = Duration.milliseconds(50)

  nonisolated(unsafe) private static var call = Call()
  nonisolated(unsafe) private static var calls = 0
  nonisolated(unsafe) private static var progress: (of: Int, progress: Progress)?
  nonisolated(unsafe) private static var stage: (number: Int, start: ContinuousClock.Instant) = (-1, .now)

  /// A host begins a call; what it gives back must go to `leave`, which ends it.
  public static func enter(_ function: Function) -> Call {
    let outer = call
    calls &+= 1
    call = Call(function: Unmanaged.passUnretained(function), number: calls)
    return outer
  }

  /// Ends the call that `enter` began.
  public static func leave(_ outer: Call, complete: Bool) {
    if let shown = progress, shown.of == call.number {
      progress = nil
      shown.progress.finish(complete: complete)
    }
    call = outer
  }

  /// Runs one of `count` parts of equal weight, counted from 0, of what is being worked on.
  public static func part<R>(_ index: Int, of count: Int, _ body: () throws -> R) rethrows -> R {
    try part(index..<index + 1, of: count, body)
  }

  /// Runs a part that reaches from one place of the whole to another.
  public static func part<R>(_ places: Range<Int>, of count: Int, _ body: () throws -> R) rethrows -> R {
    guard Progress.handler != nil, count > 0 else { return try body() }
    let (low, width) = (call.low, call.width)
    call.width = width * Double(places.count) / Double(count)
    call.low = low + width * Double(places.lowerBound) / Double(count)
    call.stage = -1
    defer { (call.low, call.width) = (low, width) }
    let result = try body()
    reach(call.low + call.width)
    return result
  }

  /// The work at hand, or the part of it, has come to `done` of `total` pieces.
  public static func reached(_ done: Int, of total: Int) {
    guard Progress.handler != nil, total > 0 else { return }
    reach(call.low + call.width * Double(done) / Double(total))
  }

  /// A kernel has come to `done` of `total` pieces of a stage; stages are numbered through.
  public static func moved(_ number: Int, _ done: Int, of total: Int) {
    guard Progress.handler != nil else { return }
    let now = ContinuousClock.now
    if number != stage.number { stage = (number, now) }
    guard now - stage.start > shortStage else { return reach(nil) }
    if call.stage >= 0 && call.stage != number {
      // A second long stage: whether others follow, nobody knows.
      progress?.progress.total = nil
      return reach(nil)
    }
    call.stage = number
    reach(call.low + call.width * Double(done) / Double(total))
  }

  /// Reports a share of the whole call, or with nil just that it goes on.
  private static func reach(_ share: Double?) {
    if let outer = Progress.current { return outer.advance(by: 0) }
    guard let function = call.function else { return }
    if progress == nil {
      let name = function.takeUnretainedValue().qualifiedName
      progress = (call.number, Progress(name, 100, "%", isExplicit: false))
    }
    // What a called-back script does is part of the call that is shown.
    guard let shown = progress, shown.of == call.number else { return progress!.progress.advance(by: 0) }
    let percent = share.map { Int($0 * 100) } ?? 0
    shown.progress.advance(by: max(0, min(percent, 100) - shown.progress.done))
  }
}
