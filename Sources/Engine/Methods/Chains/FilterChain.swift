public import Classic
public import Surface
public import TensorCore

/// Filters one after the other under one name: a style. Called like a function on a picture or a batch.
public final class FilterChain: Scriptable {
  /// One step: a filter or another chain, what it reads and how its result is laid over the one before.
  public struct Step {
    /// What a step runs.
    public enum Work {
      /// A filter of the registry with what follows the picture and its options.
      case filter(Function, arguments: [Value], options: [(key: String, value: Value)])
      case chain(FilterChain)
    }

    /// What runs.
    public let work: Work
    /// What it reads: nil the result before, 0 the picture itself, n the result of step n.
    public var input: Int?
    /// How its result is laid over the result before.
    public var blend = Blend.normal
    /// How much of that counts, and where.
    public var scope = FilterScope()

    /// A step that reads the result before and takes its place.
    public init(_ work: Work) { self.work = work }
  }

  /// The name, or an empty string.
  public let name: String
  /// What runs, in order.
  public let steps: [Step]
  /// Numbers that a fit found, by name; empty for chains written by hand.
  public let parameters: [(name: String, value: Value)]

  /// A chain of at least one step. Throws where a step reads what does not come before it.
  public init(name: String = "", _ steps: [Step], parameters: [(name: String, value: Value)] = []) throws {
    (self.name, self.steps, self.parameters) = (name, steps, parameters)
    guard !steps.isEmpty else {
      throw EngineError(
        "filters.chain", "needs at least one step", advice: "filters.chain{ {\"kuwahara\", radius = 5}, {\"xdog\"} }")
    }
    for (place, step) in steps.enumerated() {
      if let input = step.input, !(0...place).contains(input) {
        throw EngineError(
          "filters.chain", "step \(place + 1): input must be 0 (the picture) or a step before it, got \(input)")
      }
    }
    guard depth <= 50 else { throw EngineError("filters.chain", "more than 50 chains lie inside each other") }
  }

  private var depth: Int {
    let inner = steps.map { step in if case .chain(let chain) = step.work { chain.depth } else { 0 } }
    return 1 + (inner.max() ?? 0)
  }

  /// The picture, C×H×W or N×C×H×W, under all steps; of its shape.
  public func callAsFunction(_ image: Tensor, scope: FilterScope = .init()) throws -> Tensor {
    try scope.apply(title, to: image, run)
  }

  /// How messages name it.
  var title: String { name.isEmpty ? "chain" : "chain \"\(name)\"" }

  private func run(_ picture: Tensor) throws -> Tensor {
    var kept: [Int: Tensor] = [0: picture]
    var base = picture
    let wanted = Set(steps.compactMap(\.input))
    for (place, step) in steps.enumerated() {
      base = try Work.part(place, of: steps.count) {
        let read = step.input.map { kept[$0]! } ?? base
        let before = base
        return try step.scope.apply(title, to: before) { before in
          try step.blend.lay(FilterChain.result(of: step.work, read), over: before)
        }
      }
      if wanted.contains(place + 1) { kept[place + 1] = base }
    }
    return base
  }

  private static func result(of work: Step.Work, _ picture: Tensor) throws -> Tensor {
    switch work {
    case .chain(let chain): return try chain(picture)
    case .filter(let function, let arguments, let options):
      guard case .object(let object as Tensor) = try function.call([.object(picture)] + arguments, options: options)
      else { throw EngineError(function.qualifiedName, "gave no picture") }
      return object
    }
  }
}

/// How a picture is laid over another: what becomes of a value b below and a value f above, both 0 to 1.
public enum Blend: String, CaseIterable, Sendable {
  case normal, multiply, screen, darken, lighten, overlay, softLight = "soft_light", add, subtract, divide
  case luminosity, color

  /// What it does, a clause for the help.
  var meaning: String {
    switch self {
    case .normal: "f"
    case .multiply: "b·f"
    case .screen: "1 − (1 − b)·(1 − f)"
    case .darken: "the smaller"
    case .lighten: "the larger"
    case .overlay: "2·b·f, above b = 1/2 as screen"
    case .softLight: "(1 − 2·f)·b² + 2·f·b"
    case .add: "b + f − 1/2"
    case .subtract: "b − f + 1/2"
    case .divide: "b / f, at most 1"
    case .luminosity: "colors of b, brightness of f"
    case .color: "brightness of b, colors of f"
    }
  }

  /// The result for two batches of one shape; alpha is that of the one below.
  func lay(_ above: Tensor, over below: Tensor) throws -> Tensor {
    if self == .normal { return above }
    let f = try Filters.withoutAlpha(above)
    return try Filters.onColors(of: below) { b in try mixed(b, f) }
  }

  private func mixed(_ b: Tensor, _ f: Tensor) throws -> Tensor {
    switch self {
    case .normal: return f
    case .multiply: return try b * f
    case .screen: return try b + f - b * f
    case .darken: return try Tensor.minimum(b, f)
    case .lighten: return try Tensor.maximum(b, f)
    case .overlay:
      let dark = try b * f * 2
      return try Tensor.where(b.gt(0.5), (b + f) * 2 - dark - 1, dark)
    case .softLight: return try b * b * (1 - f * 2) + b * f * 2
    case .add: return try b + f - 0.5
    case .subtract: return try b - f + 0.5
    case .divide: return try (b / f.clamp(1e-3)).clamp(-.infinity, 1)
    case .luminosity: return try b + (Filters.luminance(f) - Filters.luminance(b))
    case .color: return try f + (Filters.luminance(b) - Filters.luminance(f))
    }
  }
}

// MARK: - Telling what it is

extension FilterChain {
  /// As the prompt shows it: a line a step.
  public func display() -> String {
    let lines = steps.enumerated().map { place, step in
      (place < 9 ? "  " : " ") + "\(place + 1)  " + FilterChain.text(of: step)
    }
    let head = "\(title) of \(steps.count) step\(steps.count == 1 ? "" : "s"):"
    return ([head] + lines).joined(separator: "\n")
  }

  public static var scriptType: ScriptType { ChainEntries.type }
  public var nativeBytes: Int { 256 * steps.count }
  public var brief: String { title }

  /// A step as a table that `filters.chain` takes.
  static func table(of step: Step) -> Table {
    var fields: [(key: String, value: Value)] = []
    let first: Value, arguments: [Value]
    switch step.work {
    case .chain(let chain): (first, arguments) = (.object(chain), [])
    case .filter(let function, let given, let options):
      (first, arguments) = (.string(function.name), given)
      fields += options
    }
    if let input = step.input { fields.append(("input", .integer(input))) }
    if step.blend != .normal { fields.append(("blend", .string(step.blend.rawValue))) }
    if step.scope.strength != 1 { fields.append(("strength", .number(step.scope.strength))) }
    if let mask = step.scope.mask { fields.append(("mask", .object(mask))) }
    if step.scope.feather != 0 { fields.append(("feather", .number(step.scope.feather))) }
    return Table(list: [first] + arguments, fields: fields)
  }

  private static func text(of step: Step) -> String {
    let table = table(of: step)
    var head = ""
    if case .string(let name)? = table.list.first { head = name }
    if case .object(let object)? = table.list.first { head = object.brief }
    let options = table.fields.map { "\($0.key) = \(text(of: $0.value))" }.joined(separator: ", ")
    return options.isEmpty ? head : TextWidth.padded(head, to: 14) + "  " + options
  }

  private static func text(of value: Value) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .number(let number): rounded(number)
    case .string(let text): "\"\(text)\""
    case .bool(let flag): "\(flag)"
    case .object(let object): object.brief
    case .table(let table): "{" + table.list.map(text).joined(separator: ", ") + "}"
    default: value.brief
    }
  }

  /// A number with at most four digits behind the point.
  static func rounded(_ number: Double) -> String {
    let scaled = (number * 10_000).rounded() / 10_000
    return abs(number) < 1e9 && scaled == scaled.rounded() ? "\(Int(scaled))" : "\(scaled)"
  }
}
