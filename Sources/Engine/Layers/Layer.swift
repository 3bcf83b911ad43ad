public import TensorCore

/// A parameter or buffer under the name it has inside its layer (`weight`); the box's own name is where it came from.
public typealias NamedParameter = (name: String, box: Parameter)

/// A map from tensor to tensor with or without parameters: a simple value over shared boxes.
public protocol Layer {
  /// The class name PyTorch gives it.
  var kind: String { get }
  /// What stands between the parentheses when it is printed, as in PyTorch.
  var details: String { get }
  /// What is trained.
  var parameters: [NamedParameter] { get }
  /// What is kept and saved with the layer but never trained.
  var buffers: [NamedParameter] { get }
  /// The layers inside, by the names they have in `state_dict`.
  var children: [(name: String, layer: LayerObject)] { get }

  /// The result for an input. `training` matters to dropout and batch normalisation only.
  func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor
}

extension Layer {
  public var details: String { "" }
  public var parameters: [NamedParameter] { [] }
  public var buffers: [NamedParameter] { [] }
  public var children: [(name: String, layer: LayerObject)] { [] }

  /// The result for an input, outside of training.
  public func callAsFunction(_ x: Tensor) throws -> Tensor { try self(x, training: false) }
}

/// The parameters among some optional ones.
func named(_ boxes: (String, Parameter?)...) -> [NamedParameter] {
  boxes.compactMap { name, box in box.map { (name, $0) } }
}

/// Python's spelling of values, in which layers print as PyTorch's do.
enum Python {
  static func text(_ value: Bool) -> String { value ? "True" : "False" }
  static func text(_ pair: (Int, Int)) -> String { "(\(pair.0), \(pair.1))" }

  /// A tuple; one element keeps its comma.
  static func text(_ list: [Int]) -> String {
    "(" + list.map(String.init).joined(separator: ", ") + (list.count == 1 ? ",)" : ")")
  }

  /// One number where both are equal, else a tuple.
  static func short(_ pair: (Int, Int)) -> String { pair.0 == pair.1 ? "\(pair.0)" : text(pair) }

  /// A float: exponents of two digits, from 1e-4 down and 1e16 up.
  static func text(_ value: Double) -> String {
    let plain = "\(value)"
    guard let mark = plain.firstIndex(of: "e") else { return plain }
    var mantissa = String(plain[..<mark])
    if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
    let digits = plain[plain.index(after: mark)...]
    let sign = digits.hasPrefix("-") ? "-" : "+"
    let number = digits.drop { $0 == "-" || $0 == "+" }
    return mantissa + "e" + sign + (number.count < 2 ? "0" : "") + number
  }
}
