import Classic
import Surface
import TensorCore
import TestSupport
import Testing

/// The entries of the table `filters`: what they refuse and how they say it.
@Suite(.serialized) @MainActor struct FilterEntryTests {
  private func call(_ name: String, _ values: [Value], _ options: [(String, Value)] = []) throws -> Tensor {
    let function = try #require(FilterEntries.all().first { $0.name == name })
    let result = try function.call(values, options: options.map { (key: $0.0, value: $0.1) })
    guard case .object(let object) = result else { throw EngineError(name, "no tensor") }
    return try #require(object as? Tensor)
  }

  private static let bad: [(String, [(String, Value)], String)] = [
    ("gaussian", [("sigma", .number(-1))], "option 'sigma' must be between 0 and 2000 pixels, got -1"),
    ("gaussian", [("sigma", .number(.nan))], "got NaN"),
    ("gaussian", [("sigma", .string("2"))], "option 'sigma' must be a number"),
    ("gaussian", [("sigam", .number(2))], "did you mean 'sigma'?"),
    ("gaussian", [("strength", .number(1.5))], "option 'strength' must be between 0 and 1"),
    ("gaussian", [("feather", .number(-2))], "option 'feather' must be between 0 and 1000 pixels"),
    ("gaussian", [("border", .string("mirror"))], "option 'border' must be one of"),
    ("gaussian", [("mask", .number(1))], "option 'mask' must be a tensor"),
    ("kuwahara", [("radius", .number(-3))], "option 'radius' must be between 1 and 100 pixels, got -3"),
    ("kuwahara", [("radius", .number(2.5))], "option 'radius' must be an integer"),
    ("kuwahara", [("mode", .string("clasic"))], "did you mean \"classic\"?"),
    ("kuwahara", [("sharpness", .number(.infinity))], "option 'sharpness'"),
    ("flow_xdog", [("coherence", .number(-1))], "option 'coherence' must be between 0 and 100 pixels"),
    ("cartoon", [("passes", .integer(1))], "edge_passes of at most passes, 1, got 2"),
    ("cartoon", [("bins", .integer(1))], "2 to 64 bins, or 0 for all lightnesses, got 1"),
    ("watercolor", [("washes", .integer(1))], "2 to 64 washes, or 0 for all tones, got 1"),
    ("hatching", [("ink", .table(Table(list: [.number(1)])))], "a color {red, green, blue} of 0 to 1"),
    ("hatching", [("layers", .integer(9))], "option 'layers' must be between 1 and 8"),
    ("xdog", [("sigma", .number(0))], "option 'sigma' must be between 0.1 and 100 pixels"),
    ("xdog", [("p", .number(1)), ("tau", .number(0.5))], "either p or tau"),
    ("xdog", [("phi", .number(.nan))], "option 'phi'"),
    ("xdog", [("strength", .number(0)), ("k", .number(0.5))], "option 'k'"),
  ]

  @Test func `wrong options are refused in one clear sentence`() throws {
    let picture = Value.object(try Pictures.noise([3, 6, 6]))
    for (name, options, part) in FilterEntryTests.bad {
      let text = message { _ = try call(name, [picture], options) }
      #expect(text.hasPrefix("filters.\(name): ") && text.contains(part), "\(text)")
    }
  }

  @Test func `wrong pictures, kernels and masks are refused`() throws {
    let picture = try Pictures.noise([3, 6, 6])
    func refused(_ part: String, _ body: () throws -> Tensor) {
      let text = message { _ = try body() }
      #expect(text.contains(part), "\(text)")
    }
    refused("must be a tensor, got \"x\"") { try call("gaussian", [.string("x")]) }
    refused("takes 1 argument(s), got 2") { try call("gaussian", [.object(picture), .integer(3)]) }
    func convolve(_ kernel: Value, _ options: [(String, Value)] = []) throws -> Tensor {
      try call("convolve", [.object(picture), kernel], options)
    }
    func rows(_ list: [[Double]]) -> Value {
      .table(Table(list: list.map { .table(Table(list: $0.map { .number($0) })) }))
    }
    refused("rows of several lengths") { try convolve(rows([[1, 2], [3]])) }
    refused("got \"a\" in row 1, column 2") { try convolve(.table(Table(list: [.number(1), .string("a")]))) }
    refused("NaN or infinity") { try convolve(rows([[1, .nan]])) }
    refused("cannot be normalized") { try convolve(rows([[1, -1]]), [("normalize", .bool(true))]) }
    refused("a kernel of height × width") { try convolve(.object(Tensor.zeros([2, 0]))) }
    refused("a kernel of height × width") { try convolve(.object(Tensor.zeros([1, 2, 2]))) }
    refused("must be a tensor or a list of rows, got nil") { try call("convolve", [.object(picture)]) }
    #expect(try difference(convolve(.table(Table(list: [.number(2)]))), picture * 2) == 0)
    #expect(try difference(convolve(rows([[0, 1, 0]])), picture) < 1e-7)
  }

  @Test func `every entry is documented`() throws {
    for entry in FilterEntries.all() {
      #expect(entry.source?.isEmpty == false && entry.example.contains("assert"))
      for option in entry.options {
        #expect(!option.summary.isEmpty)
        if case .number = option.kind { #expect(option.range != nil, "\(entry.name) \(option.name)") }
      }
      let names = Set(entry.options.map(\.name))
      #expect(names.isSuperset(of: ["strength", "mask", "feather"]))
    }
  }
}
