import Foundation
import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Histograms beside NumPy's.
@Suite(.serialized) @MainActor struct HistogramTests {
  /// A case of Tests/Golden/plots.json.
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    /// A number, or borders.
    enum Bins: Decodable, Sendable {
      case count(Int)
      case borders([Double])

      init(from decoder: any Decoder) throws {
        let field = try decoder.singleValueContainer()
        if let count = try? field.decode(Int.self) {
          self = .count(count)
        } else {
          self = .borders(try field.decode([Double].self))
        }
      }
    }

    let name: String
    let values: [Double?]
    let single: Bool
    let bins: Bins
    let range: [Double]?
    let density: Bool
    let edges, heights: [Double]
    var testDescription: String { name }
  }

  private struct File: Decodable { let cases: [Case] }

  nonisolated static let cases: [Case] = {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: Fixtures.golden("plots.json"))) else { return [] }
    return (try? JSONDecoder().decode(File.self, from: data).cases) ?? []
  }()

  @Test func casesAreThere() { #expect(Self.cases.count >= 19) }

  @Test("Counts and borders are NumPy's", .proves("plot.hist", "plot:data"), arguments: cases)
  func golden(_ golden: Case) throws {
    let values = try Tensor(doubles: golden.values.map { $0 ?? .nan }, [golden.values.count])
    var fields: [(String, Value)] = [("density", .bool(golden.density))]
    switch golden.bins {
    case .count(let count): fields.append(("bins", .integer(count)))
    case .borders(let edges): fields.append(("bins", list(edges)))
    }
    if let range = golden.range { fields.append(("range", list(range))) }
    let table = Value.table(Table(fields: fields.map { (key: $0.0, value: $0.1) }))
    let histogram = try plot("plot.hist", .object(golden.single ? values.to(.f32) : values), table)
    let (edges, heights) = try drawn(histogram)
    #expect(edges == golden.edges)
    for (ours, theirs) in zip(heights, golden.heights) { #expect(abs(ours - theirs) <= 1e-12 * max(1, theirs)) }
    #expect(heights.count == golden.heights.count)
  }

  private func drawn(_ histogram: Plot) throws -> (edges: [Double], heights: [Double]) {
    guard case .table(let all) = try call("plot:data", .object(histogram)), case .table(let first) = all.list[0],
      case .object(let x as Tensor)? = first["x"], case .object(let y as Tensor)? = first["y"]
    else { throw EngineError("test", "no data") }
    return (try x.doubles(), try y.doubles())
  }

  @Test("Two histograms share their borders") func shared() throws {
    let both = try plot("plot.hist", options(("a", list(0, 1, 2)), ("b", list(5, 10))), options(("bins", .integer(5))))
    guard case .table(let all) = try call("plot:data", .object(both)), case .table(let second) = all.list[1],
      case .object(let x as Tensor)? = second["x"], case .object(let y as Tensor)? = second["y"]
    else { throw EngineError("test", "no data") }
    #expect(try x.doubles() == [0, 2, 4, 6, 8, 10] && y.doubles() == [0, 0, 1, 0, 1])
  }

  @Test("A tensor of any shape and type is a heap of numbers") func shapes() throws {
    let bits = try Tensor(integers: [0, 1, 1, 0, 1, 1], [2, 3])
    #expect(try drawn(plot("plot.hist", .object(bits), options(("bins", .integer(2))))).heights == [2, 4])
  }
}
