import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Curves that grow.
@Suite(.serialized) @MainActor struct LiveTests {
  @Test("Shown at most every so many seconds, and at the last step", .proves("plot:finish")) func showing() throws {
    var now = 100.0
    let live = LiveCurves(smooth: 0, every: 5, total: 9, clock: { now })
    var shown: [Int] = []
    for step in 1...9 {
      now += 2
      if live.add([("loss", 1)], step: Double(step)) { shown.append(step) }
    }
    // Begun at 100; 106 is the first time five seconds after, then 112, and the last step in any case.
    #expect(shown == [3, 6, 9])
    #expect(!live.takeUnshown(), "the last step was shown")
    let patient = LiveCurves(smooth: 0, every: 5, total: nil, clock: { now })
    #expect(!patient.add([("loss", 1)]) && patient.takeUnshown() && !patient.takeUnshown())
  }

  @Test("What shows itself goes to the screen", .proves("plot:add")) func screen() throws {
    var views: [String] = []
    Screen.handler = { views.append($0.text) }
    defer { Screen.handler = nil }
    let eager = Value.object(try plot("plot.curves", options(("every", .integer(0)))))
    try call("plot:add", eager, .integer(10), options(("loss", .number(0.5))))
    try call("plot:add", eager, options(("loss", .object(try Tensor([0.25], [1]))), ("rate", .integer(3))))
    #expect(views == ["curves: step 10, loss 0.5", "curves: step 11, loss 0.25, rate 3"])
    try call("plot:finish", eager)
    #expect(views.count == 2, "nothing is new")
    let patient = Value.object(try plot("plot.curves", options(("every", .number(1e9)))))
    try call("plot:add", patient, options(("loss", .integer(1))))
    #expect(views.count == 2)
    try call("plot:finish", patient)
    try call("plot:finish", patient)
    #expect(views.last == "curves: step 1, loss 1" && views.count == 3, "once")
  }

  @Test("Smoothing is an average without bias; gaps stay and change nothing") func smoothing() throws {
    let curves = try plot("plot.curves", options(("smooth", .number(0.75)), ("every", .number(1e9))))
    let values = [4.0, 8, .nan, 2, 6]
    for value in values { try call("plot:add", .object(curves), options(("loss", .number(value)))) }
    guard case .table(let all) = try call("plot:data", .object(curves)), case .table(let first) = all.list[0],
      case .object(let y as Tensor)? = first["y"]
    else { throw EngineError("test", "no data") }
    let smooth = try y.doubles()
    // Weighted means of what came so far, the weights 1, 3/4, 9/16, … from the newest back.
    let expected = [
      4, (8 + 0.75 * 4) / 1.75, (2 + 0.75 * 8 + 0.5625 * 4) / 2.3125,
      (6 + 0.75 * 2 + 0.5625 * 8 + 0.421875 * 4) / 2.734375,
    ]
    for (a, b) in zip(smooth.filter { !$0.isNaN }, expected) { #expect(abs(a - b) < 1e-12) }
    #expect(smooth.count == 5 && smooth[2].isNaN)
    #expect(all.list.count == 1, "what was smoothed is drawn, but is no series of its own")
    #expect(
      try curves.svg().ranges(of: "stroke-opacity=\"0.28\"").count == 2,
      "pale pieces before and after the gap")
  }

  @Test("Without points there is a line of text, and no file") func empty() throws {
    let curves = try plot("plot.curves")
    #expect(curves.display() == "curves: no points yet")
    #expect(try curves.view().drawing == nil && curves.view().png == nil)
    #expect(message { try curves.save(to: "/dev/shm/never.png") }.contains("there is nothing to draw yet"))
    #expect(try curves.text(columns: 40, rows: 10, colored: false) == "(no points yet)")
  }
}
