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

  static let all = linear + order + bilateral + domain + stylizing + tone
  static let differentiable = all.filter { $0.gradient == .flows }
}

extension FilterSample {
  static let linear = [
    FilterSample(
      name: "convolve",
      arguments: { _ in [.object(try Tensor([0, 1, 0, 1, -3, 1, 0, 1, 0.5], [3, 3]))] }, keepsFlat: false),
    FilterSample(name: "gaussian", options: ["sigma": 1.7]),
    FilterSample(name: "gaussian", options: ["sigma": 14.0]),
    FilterSample(name: "box", options: ["size": 4, "height": 3]),
    FilterSample(name: "box", options: ["size": 40, "border": "circular"]),
    FilterSample(name: "unsharp", options: ["sigma": 1.2]),
    FilterSample(name: "unsharp", options: ["sigma": 1.2, "amount": 3.0, "threshold": 0.1]),
    FilterSample(name: "emboss", options: ["depth": 0.4, "sigma": 0.7]),
    FilterSample(name: "emboss", options: ["relief": "color", "angle": 30.0]),
    FilterSample(name: "sobel", keepsFlat: false),
    FilterSample(name: "sobel", options: ["direction": "y", "size": 5]),
    FilterSample(name: "laplacian"),
    FilterSample(name: "laplacian", options: ["kind": "sobel", "size": 5, "scale": 0.05]),
    FilterSample(name: "dog"),
    FilterSample(name: "gabor", options: ["sigma": 1.5, "orientations": 1]),
    FilterSample(
      name: "gabor", options: ["sigma": 1.5, "normalize": false, "orientations": 3, "scale": 0.2], keepsFlat: false),
    FilterSample(name: "canny", gradient: .refused, keepsFlat: false),
    FilterSample(name: "posterize", options: ["levels": 3], gradient: .refused),
    FilterSample(name: "posterize", options: ["bits": 3], gradient: .refused, keepsFlat: false),
  ]

  static let order = [
    FilterSample(name: "median", options: ["size": 3], gradient: .refused),
    FilterSample(name: "median", options: ["size": 5], gradient: .refused),
    FilterSample(name: "median", options: ["size": 7, "border": "circular"], gradient: .refused),
    FilterSample(name: "median", options: ["size": 11], gradient: .refused),
    FilterSample(name: "erode", options: ["size": 4, "shape": "rectangle"], gradient: .refused),
    FilterSample(name: "erode", options: ["size": 9], gradient: .refused),
    FilterSample(name: "dilate", options: ["size": 7, "shape": "cross"], gradient: .refused),
    FilterSample(name: "oil_paint", options: ["radius": 3], gradient: .refused),
    FilterSample(name: "oil_paint", options: ["radius": 2, "sharpness": 0.0], gradient: .refused),
    FilterSample(name: "halftone", options: ["cell": 6.0], keepsFlat: false),
    FilterSample(name: "halftone", options: ["mode": "ordered"], gradient: .steps, keepsFlat: false),
    FilterSample(name: "halftone", options: ["mode": "diffusion"], gradient: .refused, keepsFlat: false),
  ]

  static let bilateral = [
    FilterSample(name: "bilateral", options: ["sigma_color": 0.5, "sigma_space": 1.5]),
    FilterSample(name: "bilateral", options: ["sigma_space": 4.0, "mode": "grid"], gradient: .refused),
    FilterSample(
      name: "joint_bilateral", options: ["sigma_color": 0.5, "diameter": 5],
      arguments: { [.object(try Pictures.noise([2, $0.shape[$0.rank - 2], $0.shape[$0.rank - 1]], seed: 31))] }),
    FilterSample(name: "guided", options: ["radius": 3, "eps": 0.05]),
  ]

  static let domain = [
    FilterSample(name: "domain_transform", options: ["sigma_space": 5.0]),
    FilterSample(name: "domain_transform", options: ["sigma_space": 5.0, "mode": "normalized"]),
    FilterSample(name: "domain_transform", options: ["sigma_space": 5.0, "mode": "interpolated", "iterations": 2]),
    FilterSample(name: "detail_enhance"),
    FilterSample(name: "pencil_sketch", options: ["sigma_space": 5.0], gradient: .steps, keepsFlat: false),
    FilterSample(name: "pencil_sketch", options: ["sigma_space": 5.0, "mode": "color"], keepsFlat: false),
    FilterSample(name: "stylize", options: ["sigma_space": 5.0]),
    FilterSample(name: "l0_smooth", gradient: .refused),
    FilterSample(name: "diffusion", options: ["iterations": 4]),
    FilterSample(name: "diffusion", options: ["iterations": 3, "mode": "rational"]),
  ]

  static let stylizing = [
    FilterSample(name: "kuwahara", options: ["radius": 3]),
    FilterSample(name: "kuwahara", options: ["radius": 3, "mode": "generalized"], gradient: .refused),
    FilterSample(name: "kuwahara", options: ["radius": 3, "mode": "anisotropic"], gradient: .refused),
    FilterSample(name: "xdog", keepsFlat: false),
    FilterSample(name: "xdog", options: ["tau": 0.9, "epsilon": 0.05, "phi": 3.0], keepsFlat: false),
    FilterSample(name: "flow_xdog", gradient: .refused, keepsFlat: false),
    FilterSample(
      name: "flow_xdog", options: ["tau": 0.9, "epsilon": 0.05, "softening": 0], gradient: .refused, keepsFlat: false),
    FilterSample(name: "cartoon", options: ["passes": 2, "edge_passes": 1, "sigma_space": 1.0], keepsFlat: false),
    FilterSample(
      name: "cartoon", options: ["passes": 1, "edge_passes": 1, "sigma_space": 1.0, "sharpness": 2.0], keepsFlat: false),
    FilterSample(name: "watercolor", options: ["radius": 3], gradient: .refused, keepsFlat: false),
    FilterSample(name: "hatching", gradient: .refused, keepsFlat: false),
    FilterSample(name: "hatching", options: ["direction": "flow", "spacing": 2], gradient: .refused, keepsFlat: false),
  ]
  static let tone = [
    FilterSample(name: "tone_curve", keepsFlat: false),
    FilterSample(name: "chroma", options: ["scale_cb": 0.5, "scale_cr": 2.0, "mix": 0.3]),
    FilterSample(name: "gradient_map", keepsFlat: false),
    FilterSample(name: "grain", options: ["amount": 0.1, "size": 1.0, "seed": 5], keepsFlat: false),
  ]
}
