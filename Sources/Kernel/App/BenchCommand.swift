internal import ArgumentParser
internal import Engine
internal import LuaHost
internal import Surface

/// `atelier bench [NAME…]`.
struct BenchCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "bench", abstract: "Measure how fast this machine computes, operation by operation.",
      discussion: """
        Runs small pieces of work and prints for each the median time, GFLOP/s, the bytes of operands read and written \
        per second, the share of this machine's measured peak (of arithmetic or of memory, whichever is nearer to its \
        limit) and the algorithm taken. Fast algorithms save multiplications that GFLOP/s still counts, so that a \
        share may be more than 100 %. NAME is a workload, or the beginning of some: `atelier bench conv`.
        """)
  }

  // Not the engine's Option.
  @ArgumentParser.Option(
    help: ArgumentHelp("Seconds for each workload, 0 to 60; at least one call is measured.", valueName: "s"))
  var seconds = 0.3

  @ArgumentParser.Option(help: ArgumentHelp("Threads, 1 to 1024; all of the machine's unless given.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Only print what there is to measure.")
  var list = false

  @Argument(help: "Workloads, or the beginnings of their names; all unless given.")
  var names: [String] = []

  func validate() throws {
    guard (0...60).contains(seconds) else { throw ValidationError("--seconds must be 0 to 60, got \(seconds)") }
  }

  func run() throws {
    LuaHost.catchInterrupts()
    do {
      let chosen = try Workload.named(names)
      if let threads { try Runtime.setThreads(threads) }
      if list {
        let width = chosen.map(\.name.count).max() ?? 0
        for work in chosen { write(work.name.padded(to: width) + "  " + work.summary) }
      } else {
        try measure(chosen)
      }
      if !StandardOutput.flush() { throw ExitCode(1) }
    } catch is Interrupted {
      StandardOutput.flush()
      StandardOutput.writeError("atelier: interrupted\n")
      throw ExitCode(130)
    } catch let error as EngineError {
      StandardOutput.writeError("atelier: \(error)\n")
      throw ExitCode(1)
    }
  }

  /// One line as soon as it is known.
  private func write(_ line: String) {
    StandardOutput.write(line + "\n")
    StandardOutput.flush()
  }

  private func measure(_ chosen: [Workload]) throws {
    guard let peak = Runtime.peak else { throw Interrupted() }
    write(
      "\(Runtime.processor), \(Runtime.threads) \(Runtime.threads == 1 ? "thread" : "threads"), \(Runtime.isa): "
        + "at most \(BenchCommand.rounded(peak.flops / 1e9)) GFLOP/s and "
        + "\(BenchCommand.rounded(peak.bytesPerSecond / 1e9)) GB/s, measured")
    let width = chosen.map(\.name.count).max() ?? 0
    func line(_ name: String, _ cells: [String], _ path: String, _ summary: String) -> String {
      let numbers = cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }
      return ([name.padded(to: width)] + numbers + [path.padded(to: 24), summary]).joined(separator: "  ")
    }
    write(line("", ["time", "GFLOP/s", "GB/s", "of peak"], "path", "work"))
    for work in chosen {
      let found = try work.measure(seconds: seconds)
      let rates = [found.flops, Double(found.moved)].map {
        $0 == 0 ? "-" : BenchCommand.rounded($0 / max(found.seconds, 1e-9) / 1e9)
      }
      let share = found.share(of: peak).map { BenchCommand.rounded($0 * 100) + " %" } ?? "-"
      let path = found.paths.isEmpty ? "-" : found.paths.joined(separator: ", ")
      write(line(work.name, [found.seconds.secondsText] + rates + [share], path, work.summary))
    }
  }

  /// With one digit after the point, below 10 two.
  private static func rounded(_ value: Double) -> String {
    let scale = value < 10 ? 100.0 : 10.0
    return "\((value * scale).rounded() / scale)"
  }
}

extension String {
  /// With spaces behind it up to a number of characters.
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
