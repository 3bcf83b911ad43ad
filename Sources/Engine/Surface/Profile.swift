/// What a machine can do at most: the measure of shares.
public struct MachinePeak: Sendable {
  /// Multiplications and additions per second.
  public var flops: Double
  /// Bytes per second between processor and memory.
  public var bytesPerSecond: Double

  /// Both rates, above 0.
  public init(flops: Double, bytesPerSecond: Double) {
    self.flops = flops
    self.bytesPerSecond = bytesPerSecond
  }

  /// What part of the peak some work reached: of the arithmetic's or of the memory's, whichever is nearer to its limit;
  /// nil where neither is known. More than 1 is possible: fast algorithms save multiplications that are counted here,
  /// and caches are faster than memory.
  public func share(flops: Double, bytes: Int, seconds: Double) -> Double? {
    guard seconds > 0, flops > 0 || bytes > 0 else { return nil }
    return max(flops / self.flops, Double(bytes) / bytesPerSecond) / seconds
  }
}

/// Measures what the engine does between `start` and `stop`: a tree of the operations by name, with their calls, time,
/// arithmetic, memory, and the paths that they took.
///
/// Hosts record every call of a script, the engine the operations, layers and pullbacks inside. While it is off, a
/// recording site costs the reading of `isOn`. Engine thread only.
public enum Profile {
  /// Measures what the machine can do, or knows it from before; set by what can. nil when it could not be measured.
  nonisolated(unsafe) public static var machine: () -> MachinePeak? = { nil }
  /// Whether something is being measured.
  nonisolated(unsafe) public private(set) static var isOn = false
  nonisolated(unsafe) private static var open: [(node: ProfileNode, start: ContinuousClock.Instant)] = []

  /// Begins to measure. Throws when a measurement is under way.
  public static func start() throws {
    guard !isOn else {
      throw EngineError("atelier.profile", "a measurement is under way already", advice: "end that one first")
    }
    isOn = true
    open = [(ProfileNode("total"), .now)]
  }

  /// Ends the measurement; what is still open inside counts up to here.
  public static func stop() -> ProfileReport {
    while open.count > 1 { end() }
    let root = open.isEmpty ? ProfileNode("total") : open[0].node
    if let first = open.first { root.seconds = (ContinuousClock.now - first.start) / .seconds(1) }
    root.calls = 1
    isOn = false
    open = []
    return ProfileReport(root)
  }

  /// Records `body` as one call of an operation inside the one that is open.
  @inline(__always)
  public static func measure<R>(
    _ name: @autoclosure () -> String, flops: @autoclosure () -> Double = 0, _ body: () throws -> R
  ) rethrows -> R {
    guard isOn else { return try body() }
    let depth = begin(name(), flops())
    defer { end(depth) }
    return try body()
  }

  /// Begins an operation and gives what `end` wants back.
  public static func begin(_ name: String, _ flops: Double = 0) -> Int {
    guard isOn, let parent = open.last?.node else { return Int.max }
    let node = parent.child(name)
    node.calls += 1
    node.ownFlops += flops
    open.append((node, .now))
    return open.count - 1
  }

  /// Ends an operation, and what an error left open inside it.
  public static func end(_ depth: Int) { while open.count > depth { end() } }

  private static func end() {
    guard let (node, start) = open.popLast() else { return }
    node.seconds += (ContinuousClock.now - start) / .seconds(1)
  }

  /// The operation that is open has asked for memory.
  public static func allocated(_ bytes: Int) { open.last?.node.ownBytes += bytes }

  /// The operation that is open reads and writes so many bytes of its operands.
  @inline(__always)
  public static func moved(_ bytes: @autoclosure () -> Int) {
    if isOn { open.last?.node.ownMoved += bytes() }
  }

  /// The operation that is open goes this way, in a few words: `oneDNN direct`, `own gemm`.
  @inline(__always)
  public static func path(_ name: @autoclosure () -> String) {
    if isOn { open.last?.node.take(name()) }
  }

  /// The operation that is open is done by a kernel of the engine's own, which moves so many bytes.
  @inline(__always)
  public static func kernel(moved bytes: @autoclosure () -> Int) {
    guard isOn else { return }
    moved(bytes())
    path("own kernel")
  }
}

/// One operation of a profile, within the operation that called it.
public final class ProfileNode {
  /// As a script writes it (`nn.conv2d`), or the engine's own name of what is inside (`convolution`, `backward`).
  public let name: String
  /// How often it ran.
  public fileprivate(set) var calls = 0
  /// Seconds of all calls, with what is inside.
  public fileprivate(set) var seconds = 0.0
  fileprivate var ownFlops = 0.0, ownBytes = 0, ownMoved = 0
  /// The ways that its own calls went, in the order of their first use, without those of what is inside.
  public private(set) var ownPaths: [String] = []
  /// What ran inside, in the order of the first calls.
  public private(set) var children: [ProfileNode] = []
  private var places: [String: Int] = [:]

  fileprivate init(_ name: String) { self.name = name }

  /// Multiplications and additions of all calls where they are known (products and convolutions), with what is inside.
  public var flops: Double { children.reduce(ownFlops) { $0 + $1.flops } }
  /// Bytes of tensor memory asked for by all calls, with what is inside.
  public var bytes: Int { children.reduce(ownBytes) { $0 + $1.bytes } }
  /// Bytes of operands that all calls read and wrote, where they are known, with what is inside.
  public var moved: Int { children.reduce(ownMoved) { $0 + $1.moved } }
  /// The ways that all calls went, with what is inside.
  public var paths: [String] {
    children.reduce(into: ownPaths) { found, child in
      for path in child.paths where !found.contains(path) { found.append(path) }
    }
  }
  /// Seconds outside of everything inside.
  public var rest: Double { max(0, children.reduce(seconds) { $0 - $1.seconds }) }

  fileprivate func take(_ path: String) { if !ownPaths.contains(path) { ownPaths.append(path) } }

  /// What part of the machine's peak it reached; nil where neither arithmetic nor bytes are known.
  public func share(of peak: MachinePeak) -> Double? { peak.share(flops: flops, bytes: moved, seconds: seconds) }

  fileprivate func child(_ name: String) -> ProfileNode {
    if let place = places[name] { return children[place] }
    places[name] = children.count
    children.append(ProfileNode(name))
    return children[children.count - 1]
  }
}

/// What a measurement found.
public final class ProfileReport {
  /// The whole of what was measured; its children are the calls of the script.
  public let root: ProfileNode

  fileprivate init(_ root: ProfileNode) { self.root = root }

  /// One operation in a flat list, outer before inner.
  public struct Row {
    /// How deep it lies: 0 for the whole.
    public let depth: Int
    /// The operation.
    public let node: ProfileNode
  }

  /// All operations; of each level those that took longest first where `byTime`, else in the order of their first calls.
  public func rows(byTime: Bool = true) -> [Row] {
    func walk(_ node: ProfileNode, _ depth: Int) -> [Row] {
      let below = byTime ? node.children.sorted { $0.seconds > $1.seconds } : node.children
      return [Row(depth: depth, node: node)] + below.flatMap { walk($0, depth + 1) }
    }
    return walk(root, 0)
  }

  /// A table for people: time, share of the whole, calls, tensor memory, GFLOP/s, bytes moved, share of the machine's peak
  /// and the path of each operation, and what was spent outside of the engine. Operations of less than `least` of the time
  /// are left out. The machine is measured when the first table is made.
  public func text(least: Double = 0.001) -> String {
    let peak = Profile.machine()
    var lines = [["time", "share", "calls", "memory", "GFLOP/s", "moved", "of peak", "", "path"]]
    var hidden = 0
    for row in rows() {
      if row.depth > 0, row.node.seconds < least * root.seconds {
        hidden += 1
        continue
      }
      lines.append(line(row, peak))
    }
    if !root.children.isEmpty {
      lines.append([root.rest.secondsText, share(root.rest), "", "", "", "", "", "  Lua and the rest", ""])
    }
    let widths = (0..<8).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let table = lines.map { line in
      let numbers = zip(line, widths).prefix(7).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      let name = line[7] + String(repeating: " ", count: widths[7] - line[7].count)
      return (numbers + [name, line[8]]).joined(separator: "  ")
    }
    let note = hidden == 0 ? [] : ["(\(hidden) more below \(ProfileReport.rounded(least * 100, 1)) %)"]
    return (table.map { $0.trimmedEnd } + note).joined(separator: "\n")
  }

  private func line(_ row: Row, _ peak: MachinePeak?) -> [String] {
    let node = row.node, flops = node.flops, moved = node.moved
    let reached = peak.flatMap { node.share(of: $0) }
    return [
      node.seconds.secondsText, share(node.seconds), row.depth == 0 ? "" : "\(node.calls)",
      node.bytes == 0 ? "" : node.bytes.bytesText,
      flops == 0 || node.seconds == 0 ? "" : ProfileReport.rounded(flops / node.seconds / 1e9, 1),
      moved == 0 ? "" : moved.bytesText, reached.map { ProfileReport.rounded($0 * 100, 1) + " %" } ?? "",
      String(repeating: "  ", count: row.depth) + node.name,
      // What is inside has rows of its own.
      node.ownPaths.joined(separator: ", "),
    ]
  }

  private func share(_ seconds: Double) -> String {
    root.seconds > 0 ? ProfileReport.rounded(seconds / root.seconds * 100, 1) + " %" : ""
  }

  private static func rounded(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 1 ? 10.0 : 100.0
    let whole = Int((min(value, 1e12) * scale).rounded())
    let fraction = String(whole % Int(scale))
    return "\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

extension String {
  /// Without spaces at its end.
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
