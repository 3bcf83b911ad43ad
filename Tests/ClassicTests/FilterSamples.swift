import Classic
import Surface
import TensorCore
import Testing

/// A plain value of an option, as a sample writes it.
enum Setting: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  case integer(Int)
  case number(Double)
  case string(String)
  case bool(Bool)

  init(integerLiteral value: Int) { self = .integer(value) }
  init(floatLiteral value: Double) { self = .number(value) }
  init(stringLiteral value: String) { self = .string(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }

  var value: Value {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .bool(let value): .bool(value)
    }
  }
}

/// One way to call a filter of the registry on small pictures, for the tests that hold for every filter. Every filter
/// needs at least one (`FilterSampleTests`); each mode that runs other code needs its own.
struct FilterSample: Sendable, CustomTestStringConvertible {
  /// Whether a gradient flows to the picture.
  enum Gradient: Sendable {
    /// It does, and agrees with the difference quotient.
    case flows
    /// There is none, and asking for it says so.
    case refused
    /// The result is made of steps: its gradient is zero wherever it exists, so none is checked.
    case steps
  }

  let name: String
  var options: [String: Setting] = [:]
  /// Positional arguments after the picture.
  var arguments: @MainActor @Sendable (_ picture: Tensor) throws -> [Value] = { _ in [] }
  var gradient = Gradient.flows
  /// Whether a picture of one color stays as it is.
  var keepsFlat = true
  /// Whether each picture of a batch is filtered as if alone; false where a seed draws other noise for each.
  var batches = true

  var testDescription: String {
    name + options.sorted { $0.key < $1.key }.map { " \($0.key) = \($0.value)" }.joined()
  }

  /// Calls the entry as a script would.
  @MainActor func apply(_ image: Tensor, _ scope: FilterScope = .init()) throws -> Tensor {
    let function = try #require(FilterEntries.all().first { $0.name == name })
    var fields = options.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.value) }
    if scope.strength != 1 { fields.append(("strength", .number(scope.strength))) }
    if let mask = scope.mask { fields.append(("mask", .object(mask))) }
    if scope.feather != 0 { fields.append(("feather", .number(scope.feather))) }
    guard case .object(let object) = try function.call([.object(image)] + arguments(image), options: fields) else {
      throw EngineError(name, "no tensor")
    }
    return try #require(object as? Tensor)
  }

  static let all = linear + order + bilateral + domain + stylizing
  static let differentiable = all.filter { $0.gradient == .flows }
}

extension FilterSample {
  static let linear = [
    FilterSample(
      name: "convolve",
      arguments: { _ in [.object(try Tensor([0, 1, 0, 1, -3, 1, 0, 1, 0.5], [3, 3]))] }, keepsFlat: false),
    FilterSample(name: "gaussian", options: ["sigma": 1.7]),
  ]

  static let order: [FilterSample] = []

  static let bilateral: [FilterSample] = []

  static let domain: [FilterSample] = []

  static let stylizing = [
    FilterSample(name: "kuwahara", options: ["radius": 3]),
    FilterSample(name: "kuwahara", options: ["radius": 3, "mode": "generalized"], gradient: .refused),
    FilterSample(name: "kuwahara", options: ["radius": 3, "mode": "anisotropic"], gradient: .refused),
    FilterSample(name: "xdog", keepsFlat: false),
    FilterSample(name: "xdog", options: ["tau": 0.9, "epsilon": 0.05, "phi": 3.0], keepsFlat: false),
  ]
}
