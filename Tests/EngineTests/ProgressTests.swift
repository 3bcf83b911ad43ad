import Engine
import Foundation
import LuaHost
import Surface
import TestSupport
import Testing

/// What the engine reports while it works, as a front end hears it.
@Suite(.serialized) @MainActor struct ProgressTests {
  /// What a front end was told, in order.
  private final class Log {
    var moves: [(label: String, done: Int, total: Int?, loss: Double?)] = []
    var ends: [(label: String, complete: Bool)] = []
  }

  private func logged(_ body: () throws -> Void) rethrows -> Log {
    let log = Log()
    Progress.handler = { event in
      switch event {
      case .moved(let progress): log.moves.append((progress.label, progress.done, progress.total, progress.loss))
      case .ended(let progress, let complete): log.ends.append((progress.label, complete))
      }
    }
    defer { Progress.handler = nil }
    try body()
    return log
  }

  private func run(_ code: String) throws -> RunResult {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    host.output = { _ in }
    return host.run(code, name: "=test")
  }

  /// Keeps Lua busy for a little more than the half second that is not reported.
  private let wait = "local function wait(s) local e = os.clock() + s while os.clock() < e do end end "

  @Test("R11: a loop of a script is reported with its loss and closed at its end", .proves("atelier.progress"))
  func R11_loop() throws {
    let log = try logged {
      _ = try run(wait + "for i, p in atelier.progress(4, {label = 'training'}) do p:loss(1 / i) wait(0.3) end")
    }
    #expect(log.moves.allSatisfy { $0.label == "training" && $0.total == 4 })
    #expect(log.moves.last?.done == 4 && log.moves.last?.loss == 0.25)
    #expect(log.ends.count == 1 && log.ends[0].complete)
  }

  @Test(
    "R11: it is closed when the loop is left early: by break, an error, an interrupt",
    arguments: ["if i == 3 then break end", "if i == 3 then error('no') end", "if i == 3 then stop() end"])
  func R11_closed(_ way: String) throws {
    let stop = Function(.global, "stop", "Interrupts.", example: "") { _ in
      Interrupt.raise()
      throw Interrupted()
    }
    let log = try logged {
      let host = try LuaHost(functions: Catalogue.functions() + [stop], types: Catalogue.types())
      defer { host.close() }
      _ = host.run(wait + "for i in atelier.progress(9) do wait(0.3) \(way) end", name: "=test")
      Interrupt.clear()
      let before = host.run("for i in atelier.progress(2) do end", name: "=test")
      guard case .done = before else { return #expect(Bool(false), "the next loop runs") }
    }
    #expect(log.ends.count == 1 && !log.ends[0].complete)
  }

  @Test("R11: nothing is said of short work")
  func R11_short() throws {
    let log = try logged { _ = try run("for i in atelier.progress(3) do tensor.ones(9):exp() end") }
    #expect(log.moves.isEmpty && log.ends.isEmpty)
  }

  @Test("Work tells shares of a call by its parts, whatever its length")
  func shares() throws {
    let function = Function(.module("filters"), "slow", "Waits.", example: "") { _ in .none }
    let log = logged {
      let outer = Work.enter(function)
      for part in 0..<2 {
        Work.part(part, of: 2) {
          for step in 1...3 {
            usleep(150_000)
            Work.reached(step, of: 3)
          }
        }
      }
      Work.leave(outer, complete: true)
    }
    #expect(log.moves.allSatisfy { $0.label == "filters.slow" && $0.total == 100 })
    #expect(log.moves.map(\.done) == log.moves.map(\.done).sorted() && log.moves.last?.done == 100)
    #expect(log.ends.count == 1 && log.ends[0].complete)
  }

  @Test("What the engine does inside a loop that is shown is not shown on its own")
  func nested() throws {
    let function = Function(.module("filters"), "slow", "Waits.", example: "") { _ in .none }
    let log = logged {
      let progress = Progress("training", total: 3)
      let outer = Work.enter(function)
      for step in 1...5 {
        usleep(150_000)
        Work.reached(step, of: 5)
      }
      Work.leave(outer, complete: true)
      progress.finish()
    }
    #expect(!log.moves.isEmpty && log.moves.allSatisfy { $0.label == "training" && $0.done == 0 })
    #expect(log.ends.map(\.label) == ["training"])
  }
}
