/// Measures what the engine does between `start` and `stop`: a tree of the operations by name, with their calls, time,
/// arithmetic and memory.
///
/// Hosts record every call of a script, the engine the operations, layers and pullbacks inside. While it is off, a
/// recording site costs the reading of `isOn`. Engine thread only.
public enum Profile {
  /// Whether something is being measured.
  nonisolated(unsafe) public private(set) static var isOn = false
  nonisolated(unsafe) private static var path: [(node: ProfileNode, start: ContinuousClock.Instant)] = []

  /// Begins to measure. Throws when a measurement is under way.
  public static func start() throws {
    guard !isOn else {
      throw EngineError("atelier.profile", "a measurement is under way already", advice: "end that one first")
    }
    isOn = true
    path = [(ProfileNode("total"), .now)]
  }

  /// Ends the measurement; what is still open inside counts up to here.
  public static func stop() -> ProfileReport {
    while path.count > 1 { end() }
    let root = path.isEmpty ? ProfileNode("total") : path[0].node
    if let first = path.first { root.seconds = (ContinuousClock.now - first.start) / .seconds(1) }
    root.calls = 1
    isOn = false
    path = []
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
    guard isOn, let parent = path.last?.node else { return Int.max }
    let node = parent.child(name)
    node.calls += 1
    node.ownFlops += flops
    path.append((node, .now))
    return path.count - 1
  }

  /// Ends an operation, and what an error left open inside it.
  public static func end(_ depth: Int) { while path.count > depth { end() } }

  private static func end() {
    guard let (node, start) = path.popLast() else { return }
    node.seconds += (ContinuousClock.now - start) / .seconds(1)
  }

  /// The operation that is open has asked for memory.
  public static func allocated(_ bytes: Int) { path.last?.node.ownBytes += bytes }
}

/// One operation of a profile, within the operation that called it.
public final class ProfileNode {
  /// As a script writes it (`nn.conv2d`), or the engine's own name of what is inside (`convolution`, `backward`).
  public let name: String
  /// How often it ran.
  public fileprivate(set) var calls = 0
  /// Seconds of all calls, with what is inside.
  public fileprivate(set) var seconds = 0.0
  fileprivate var ownFlops = 0.0, ownBytes = 0
  /// What ran inside, in the order of the first calls.
  public private(set) var children: [ProfileNode] = []
  private var places: [String: Int] = [:]

  fileprivate init(_ name: String) { self.name = name }

  /// Multiplications and additions of all calls where they are known (products and convolutions), with what is inside.
  public var flops: Double { children.reduce(ownFlops) { $0 + $1.flops } }
  /// Bytes of tensor memory asked for by all calls, with what is inside.
  public var bytes: Int { children.reduce(ownBytes) { $0 + $1.bytes } }
  /// Seconds outside of everything inside.
  public var rest: Double { max(0, children.reduce(seconds) { $0 - $1.seconds }) }

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

  /// A table for people: time, share of the whole, calls, tensor memory and GFLOP/s of each operation, and what was spent
  /// outside of the engine. Operations of less than `least` of the time are left out.
  public func text(least: Double = 0.001) -> String {
    var lines = [["time", "share", "calls", "memory", "GFLOP/s", ""]]
    var hidden = 0
    for row in rows() {
      let node = row.node
      if row.depth > 0, node.seconds < least * root.seconds {
        hidden += 1
        continue
      }
      lines.append([
        node.seconds.secondsText, share(node.seconds), row.depth == 0 ? "" : "\(node.calls)",
        node.bytes == 0 ? "" : node.bytes.bytesText,
        node.flops == 0 || node.seconds == 0 ? "" : ProfileReport.rounded(node.flops / node.seconds / 1e9, 1),
        String(repeating: "  ", count: row.depth) + node.name,
      ])
    }
    if !root.children.isEmpty {
      lines.append([root.rest.secondsText, share(root.rest), "", "", "", "  Lua and the rest"])
    }
    let widths = (0..<5).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let table = lines.map { line in
      zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ") + "  "
        + line[5]
    }
    let note = hidden == 0 ? [] : ["(\(hidden) more below \(ProfileReport.rounded(least * 100, 1)) %)"]
    return (table.map { $0.trimmedEnd } + note).joined(separator: "\n")
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
