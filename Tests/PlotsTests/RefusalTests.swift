import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Bad input and the sentence that answers it.
@Suite(.serialized) @MainActor struct RefusalTests {
  private func refused(
    _ name: String, _ arguments: Value..., with sentence: String, at place: SourceLocation = #_sourceLocation
  ) throws {
    let function = try #require((PlotEntries.all() + Plot.scriptType.methods).first { $0.qualifiedName == name })
    let came = message {
      _ = try arguments.withUnsafeBufferPointer {
        try function.body(Arguments(function, $0.baseAddress!, count: $0.count))
      }
    }
    #expect(came.contains(sentence), "got: \(came)", sourceLocation: place)
  }

  private func tensor(_ shape: Int...) throws -> Value { .object(try Tensor.zeros(shape)) }

  @Test func series() throws {
    let mixed = Value.table(Table(list: [.integer(1), text("two")]))
    try refused("plot.line", mixed, with: "plot.line: expected numbers in the series, got \"two\" at place 2")
    try refused(
      "plot.line", text("y"), with: "expected the series as a tensor of one axis or a list of numbers, got \"y\"")
    try refused("plot.line", .none, with: "got nil")
    try refused(
      "plot.line", options(("a", list(1, 2)), ("b", text("no"))), with: "expected series 'b' as a tensor of one axis")
    try refused(
      "plot.line", .table(Table(list: [list(1), .table(Table(list: [list(2)]))])),
      with: "expected numbers in series 2, got a table")
    try refused("plot.line", list(), with: "there is nothing to draw: no values were given")
    try refused("plot.line", .table(Table()), with: "there is nothing to draw: no values were given")
    try refused("plot.line", list(.nan, .nan), with: "of 2 points none is finite")
    try refused("plot.line", list(.infinity), with: "of 1 point none is finite")
    try refused(
      "plot.line", .table(Table(list: [list(1)], fields: [("a", list(1))])),
      with: "mixes values by position and by name ('a')")
    let crowd = Value.table(Table(list: (0..<65).map { list(Double($0)) }))
    try refused("plot.line", crowd, with: "expected at most 64 series, got 65")
  }

  @Test func shapes() throws {
    try refused(
      "plot.line", tensor(2, 3, 4), with: "a tensor of one axis or a list of numbers, got a tensor of 2×3×4; pick")
    try refused("plot.line", tensor(5, 2), with: "of complex numbers draw the parts: {re = t:select(2, 1)")
    try refused("plot.line", tensor(5, 3), with: "its rows as series: {t[1], t[2]}")
    try refused("plot.line", tensor(), with: "got a tensor of scalar; one number is no series")
    try refused("plot.image", tensor(5), with: "got a tensor of 5; plot.line draws")
    try refused("plot.image", tensor(2, 3, 4, 5), with: "pick one of the batch, as in t[1]")
    try refused("plot.image", tensor(7, 4, 5), with: "got a tensor of 7×4×5; pick one plane")
    try refused("plot.image", tensor(0, 5), with: "the tensor of 0×5 is empty")
    try refused("plot.image", .object(try Tensor.full([2, 2], .nan)), with: "of 4 values none is finite")
  }

  @Test func lengths() throws {
    try refused("plot.line", list(1, 2, 3), list(1, 2, 3, 4), with: "x and y differ in length: 3 and 4 values")
    try refused(
      "plot.line", list(1, 2), .table(Table(list: [list(1, 2), list(1, 2, 3)])),
      with: "x and y differ in length: 2 and 3 values (series 2)")
    try refused(
      "plot.line", options(("a", options(("x", list(1)), ("y", list(1, 2))))),
      with: "x and y differ in length: 1 and 2 values (series 'a')")
    try refused("plot.line", list(1, 2), options(("a", list(1, 2))), with: "plot.line({a = …, b = …}, {x = …})")
    try refused("plot.line", list(1), list(1), options(("x", list(1))), with: "positions are given twice")
    try refused(
      "plot.line", list(1, 2), options(("labels", .table(Table(list: [text("a"), text("b")])))),
      with: "expected as many labels as series (1), got 2")
  }

  @Test func optionValues() throws {
    let one = list(1, 2)
    try refused("plot.line", one, options(("titel", text("x"))), with: "has no option 'titel'; did you mean 'title'?")
    try refused("plot.line", one, options(("style", text("lines"))), with: "did you mean \"line\"?")
    try refused(
      "plot.line", one, options(("xlim", list(2, 1))), with: "option 'xlim' must be {low, high}, two finite numbers")
    try refused("plot.line", one, options(("ylim", list(1))), with: "in ascending order, got {1.0}")
    try refused("plot.line", one, options(("xlim", list(0, 1)), ("xlog", .bool(true))), with: "'xlim' must lie above 0")
    try refused(
      "plot.line", one, options(("width", .integer(0))), with: "'width' must be between 120 and 8192 pixels, got 0")
    try refused(
      "plot.line", list(-1, 0), options(("ylog", .bool(true))), with: "shows numbers above 0 only, and there are none")
    try refused(
      "plot.hist", one, options(("bins", .integer(0))), with: "option 'bins' must be between 1 and 1048576, got 0")
    try refused("plot.hist", one, options(("bins", list(1, 1))), with: "a list of at least two ascending numbers")
    try refused("plot.hist", one, options(("range", list(.nan, 1))), with: "option 'range' must be {low, high}")
    try refused("plot.hist", list(.nan), with: "of 1 value none is finite")
    try refused(
      "plot.hist", list(1, 2), options(("range", list(5, 6)), ("log", .bool(true))),
      with: "no value lies within the bins")
    try refused("plot.image", tensor(2, 2), options(("colormap", text("grey"))), with: "did you mean \"gray\"?")
    try refused("plot.curves", options(("smooth", .integer(1))), with: "'smooth' must be between 0 and 0.9999, got 1")
  }

  @Test func methods() throws {
    let still = Value.object(try plot("plot.line", list(1, 2)))
    try refused(
      "plot:add", still, options(("loss", .integer(1))), with: "this line plot does not grow; plot.curves{…} makes one")
    let live = Value.object(try plot("plot.curves"))
    try refused("plot:add", live, .number(0.5), with: "expected values by name, got 0.5; call c:add(step, {loss = …})")
    try refused("plot:add", live, .integer(1), list(1), with: "expected values by name, got a list")
    try refused("plot:add", live, .table(Table()), with: "expected values by name, got an empty table")
    try refused(
      "plot:add", live, .number(.nan), options(("loss", .integer(1))), with: "expected a finite step, got NaN")
    try refused("plot:add", live, options(("loss", text("low"))), with: "expected a number for 'loss', got \"low\"")
    try refused(
      "plot:add", live, options(("loss", tensor(2))), with: "expected one number for 'loss', got a tensor of 2")
    try refused(
      "plot:text", still, options(("rows", .integer(2))), with: "'rows' must be between 6 and 500 lines, got 2")
  }
}
