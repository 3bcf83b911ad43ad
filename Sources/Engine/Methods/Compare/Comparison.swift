internal import Classic
internal import Foundation
internal import Imaging
internal import Metrics
internal import Surface
internal import TensorCore

/// One method of a comparison: its name and what it does to the content.
struct Contestant {
  let name: String
  /// Makes a picture of content and style (nil where none is given).
  let run: (Tensor, Tensor?) throws -> Tensor

  /// A method as a script writes it: a name of `transfer.methods()` or a preset, a chain, a function of content and style,
  /// or a table that begins with one of them, with options and perhaps a label. `key`: its name in the table of methods.
  init(_ value: Value, key: String?, place: Int) throws {
    var fields: [(key: String, value: Value)] = []
    var first = value
    if case .table(let table) = value {
      guard let head = table.list.first, table.list.count == 1 else {
        throw EngineError(
          "atelier.compare", expected: "a table such as {\"xdog\", sigma = 1} as method \(place)",
          came: "one of \(table.list.count) values")
      }
      (first, fields) = (head, table.fields)
    }
    var label = key
    if let place = fields.firstIndex(where: { $0.key == "label" }) {
      guard case .string(let text) = fields.remove(at: place).value else {
        throw EngineError(
          "atelier.compare", expected: "a string as 'label' of method \(place + 1)", came: "another value")
      }
      label = text
    }
    switch first {
    case .string(let word):
      name = label ?? ([word] + fields.compactMap(Contestant.text)).joined(separator: " ")
      run = try Contestant.named(word, fields, place)
    case .object(let chain as FilterChain):
      name = label ?? (chain.name.isEmpty ? "chain" : chain.name)
      run = try Contestant.chain(chain, fields)
    case .function(let function):
      guard fields.isEmpty else {
        throw EngineError("atelier.compare", "method \(place) is a function of the script and takes no options")
      }
      name = label ?? "method \(place)"
      run = { content, style in
        let result = try function.call([.object(content)] + (style.map { [.object($0)] } ?? []))
        guard case .object(let picture as Tensor)? = result.first else {
          throw EngineError(
            "atelier.compare", expected: "a picture from the function", came: result.first?.brief ?? "nothing")
        }
        return picture
      }
    default:
      throw EngineError(
        "atelier.compare", expected: "a name, a chain or a function as method \(place)", came: first.brief)
    }
  }

  /// A short option for a label.
  private static func text(_ field: (key: String, value: Value)) -> String? {
    switch field.value {
    case .integer(let number): "\(field.key) \(number)"
    case .number(let number): "\(field.key) \(FilterChain.rounded(number))"
    case .string(let text): text
    default: nil
    }
  }

  private static func named(
    _ word: String, _ fields: [(key: String, value: Value)], _ place: Int
  ) throws -> (Tensor, Tensor?) throws -> Tensor {
    if let method = TransferEntries.method(named: word) {
      return { content, style in
        let pictures = [("content", Value.object(content))] + (style.map { [("style", Value.object($0))] } ?? [])
        guard case .object(let picture as Tensor) = try method.call([], options: pictures + fields) else {
          throw EngineError(method.qualifiedName, "gave no picture")
        }
        return picture
      }
    }
    if let preset = Preset.all.first(where: { $0.name == word }) { return try chain(preset.chain(), fields) }
    let names = TransferEntries.methods().map(\.name) + Preset.all.map(\.name)
    throw EngineError(
      "atelier.compare", "there is no method '\(word)' (number \(place))",
      advice: Suggestion.advice(for: word, in: names))
  }

  private static func chain(
    _ chain: FilterChain, _ fields: [(key: String, value: Value)]
  ) throws -> (Tensor, Tensor?) throws -> Tensor {
    let scope = try FilterScope(Options(ChainEntries.type.operators["call"]!, Table(fields: fields)))
    return { content, _ in try chain(content, scope: scope) }
  }
}

/// What a method made, how long it took, and how it compares with the content.
struct Outcome {
  let name: String
  private(set) var picture: Tensor?
  private(set) var seconds = 0.0
  private(set) var numbers: [(name: String, value: Double)] = []
  private(set) var failure: String?

  /// Numbers about a result, by the names that scripts use.
  nonisolated(unsafe) static let metrics:
    [(name: String, measure: (_ content: Tensor, _ result: Tensor) throws -> Double)] = [
      ("ssim", { try Metrics.ssim($0, $1) }), ("edge_preservation", { try Metrics.edgePreservation($0, $1) }),
      ("psnr", { try Metrics.psnr($0, $1) }), ("mse", { try Metrics.mse($0, $1) }),
      ("ms_ssim", { try Metrics.msSsim($0, $1) }), ("gram_distance", { try Metrics.gramDistance($0, $1) }),
    ]

  /// Runs a method. What it throws is kept as its failure, save an interrupt.
  init(of method: Contestant, content: Tensor, style: Tensor?, metrics: [String]) throws {
    name = method.name
    do {
      let start = ContinuousClock.now
      let result = try Autograd.noGradient { try method.run(content, style) }
      seconds = (ContinuousClock.now - start) / .seconds(1)
      var plain = try PictureShape.single(result.detached(), "atelier.compare").to(.f32)
      if plain.shape[0] == 1 { plain = try plain.expand([content.shape[0], plain.shape[1], plain.shape[2]]).copy() }
      picture = plain
      for (metric, measure) in Outcome.metrics where metrics.contains(metric) {
        numbers.append((metric, try measure(content, plain)))
      }
    } catch let interrupted as Interrupted {
      throw interrupted
    } catch {
      failure = "\(error)"
    }
  }

  /// A row of the table.
  var row: Value {
    var fields: [(key: String, value: Value)] = [("name", .string(name))]
    if let failure { fields.append(("error", .string(failure))) }
    if let picture { fields += [("seconds", .number(seconds)), ("picture", .object(picture))] }
    return .table(Table(fields: fields + numbers.map { ($0.name, .number($0.value)) }))
  }

  /// Two lines for the sheet: the name; the time, where it is wanted, and the first number.
  func label(withTime: Bool) -> String {
    guard picture != nil else { return name + "\nfailed" }
    let number = numbers.first.map { Outcome.short($0.name) + String(format: " %.2f", $0.value) }
    return ([name, [withTime ? seconds.secondsText : nil, number].compactMap { $0 }.joined(separator: "  ")])
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func short(_ name: String) -> String { name == "edge_preservation" ? "edges" : name }
}
