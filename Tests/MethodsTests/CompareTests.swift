import Classic
import Methods
import Metrics
import Surface
import TensorCore
import TestSupport
import Testing

/// `atelier.compare`: methods side by side.
@Suite(.serialized) @MainActor struct CompareTests {
  /// A function of a script, in Swift.
  private final class Body: Callable {
    let body: ([Value]) throws -> [Value]
    init(_ body: @escaping ([Value]) throws -> [Value]) { self.body = body }
    func call(_ arguments: [Value]) throws -> [Value] { try body(arguments) }
  }

  private func compare(
    _ content: Tensor, _ methods: [Value], _ named: [(String, Value)] = [], _ options: [(String, Value)] = []
  ) throws -> (sheet: Tensor, rows: [Table]) {
    let table = Value.table(Table(list: methods, fields: named.map { (key: $0.0, value: $0.1) }))
    let value = try Call.options("atelier.compare", [("content", .object(content)), ("methods", table)] + options)
    guard case .many(let values) = value, values.count == 2, case .table(let rows) = values[1] else {
      throw EngineError("test", "no rows")
    }
    return (try Call.tensor(values[0]), rows.list.compactMap { if case .table(let row) = $0 { row } else { nil } })
  }

  @Test(.proves("atelier.compare")) func `every kind of method has its row and its place`() throws {
    let content = try library(64, 48), style = try library(40, 30, season: "winter")
    let chain = try Call.chain([step("gaussian", ("sigma", .number(3)))], [("name", .string("soft"))])
    let mirrored = Body { arguments in
      guard case .object(let object)? = arguments.first, let picture = object as? Tensor, arguments.count == 2 else {
        throw EngineError("test", "content and style are given")
      }
      return [.object(try picture.flip([2]))]
    }
    let (sheet, rows) = try compare(
      content,
      [
        .string("kuwahara"), step("xdog", ("sigma", .number(1)), ("label", .string("ink"))), .object(chain),
        .table(Table(list: [.object(chain)], fields: [("strength", .number(0))])), .string("pencil"),
      ], [("mirror", .function(mirrored))],
      [("style", .object(style)), ("size", .integer(64)), ("columns", .integer(4))])
    let names = rows.compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
    #expect(names == ["kuwahara", "ink", "soft", "soft", "pencil", "mirror"])
    // Eight pictures, four in a row, each 64 wide with 12 around, two lines of text below.
    #expect(sheet.shape[2] == 4 * 64 + 5 * 12 && sheet.shape[1] > 2 * 48 + 3 * 12)
    let soft = try chain(content)
    try expectSameBytes(Call.tensor(rows[2]["picture"] ?? .none), soft, "the chain's picture")
    #expect(try rows[2]["ssim"]?.double == Metrics.ssim(content, soft))
    #expect(try rows[2]["edge_preservation"]?.double == Metrics.edgePreservation(content, soft))
    #expect(rows[3]["ssim"]?.double == 1 && rows[3]["edge_preservation"]?.double == 1)
    #expect(rows.allSatisfy { ($0["seconds"]?.double ?? -1) >= 0 && $0["error"] == nil })
  }

  @Test func `one failing method does not lose the others`() throws {
    let content = try library(40, 30)
    let failing = Body { _ in throw EngineError("mine", "no") }
    let (_, rows) = try compare(
      content, [.string("fit"), .function(failing), .string("gaussian")], [],
      [("metrics", .table(Table(list: [.string("mse"), .string("psnr")])))])
    #expect(rows.count == 3)
    if case .string(let text)? = rows[0]["error"] { #expect(text.contains("needs the option 'style'")) }
    if case .string(let text)? = rows[1]["error"] { #expect(text == "mine: no") } else { Issue.record("no error") }
    #expect(rows[0]["error"] != nil && rows[1]["picture"] == nil)
    #expect(rows[2]["mse"]?.double ?? 1 < 0.1 && rows[2]["ssim"] == nil && rows[2]["psnr"] != nil)
  }

  @Test func `an interrupt ends it`() throws {
    let content = try library(40, 30)
    let raising = Body { _ in
      Interrupt.raise()
      throw Interrupted()
    }
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { try compare(content, [.function(raising), .string("gaussian")]) }
  }

  @Test func `what cannot be run is refused before anything runs`() throws {
    let content = try library(40, 30)
    func refused(_ methods: [Value], _ text: String, _ options: [(String, Value)] = []) {
      let got = message { _ = try compare(content, methods, [], options) }
      #expect(got.hasPrefix("atelier.compare: " + text), "\(got)")
    }
    refused([.string("kuwahra")], "there is no method 'kuwahra' (number 1); did you mean 'kuwahara'?")
    refused([], "needs at least one method")
    refused([.integer(3)], "expected a name, a chain or a function as method 1, got 3")
    refused(
      [.string("xdog")], "there is no metric 'sim'; ", [("metrics", .table(Table(list: [.string("sim")])))])
  }
}
