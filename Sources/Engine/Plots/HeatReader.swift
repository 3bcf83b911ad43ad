internal import Surface
internal import TensorCore

extension Heat {
  /// The longest side that is kept; larger matrices are averaged down to it.
  private static let longest = 2048

  /// A matrix H × W or 1 × H × W as colours, or a picture 3 × H × W or 4 × H × W (alpha on white) as it is.
  init(_ tensor: Tensor, operation: String) throws {
    var shape = tensor.shape
    if shape.count == 4, shape[0] == 1 { shape.removeFirst() }
    if shape.count == 2 { shape.insert(1, at: 0) }
    guard shape.count == 3, [1, 3, 4].contains(shape[0]) else {
      throw EngineError(
        operation, expected: "a matrix (height × width) or a picture (1, 3 or 4 channels × height × width)",
        came: "a tensor of \(tensor.shape.shapeText)", advice: Heat.advice(tensor.shape))
    }
    guard shape[1] > 0, shape[2] > 0 else {
      throw EngineError(operation, "there is nothing to draw: the tensor of \(tensor.shape.shapeText) is empty")
    }
    var planes = try tensor.detached().reshape(shape)
    if shape[0] >= 3 { planes = planes.dtype == .u8 ? try planes.to(.f32) / 255 : planes }
    if shape[0] == 4 {
      let alpha = try planes.narrow(0, 3, 1)
      planes = try planes.narrow(0, 0, 3) * alpha + (1 - alpha)
    }
    let whole = Heat(
      width: shape[2], height: shape[1], extent: (shape[2], shape[1]), values: try planes.doubles(),
      isPicture: shape[0] >= 3)
    self = whole.reduced(to: Heat.longest)
  }

  private static func advice(_ shape: [Int]) -> String? {
    if shape.count == 1 { return "plot.line draws a tensor of one axis; t:reshape(height, width) makes a matrix of it" }
    if shape.count == 4 { return "pick one of the batch, as in t[1]" }
    return shape.count == 3 ? "pick one plane, as in t[1]" : nil
  }

  /// The values whose colours are the ends of the scale: the smallest and largest finite ones, on both sides of 0 as far
  /// for a diverging map; nil when there are none.
  func naturalRange(_ map: Colormap) -> (low: Double, high: Double)? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where Scale.shows(value, isLog: false) { (low, high) = (min(low, value), max(high, value)) }
    guard low <= high else { return nil }
    if map == .diverging {
      high = max(abs(low), abs(high))
      low = -high
    }
    // One value everywhere gets a scale around it.
    let scale = Scale(fitting: low, high, isLog: false, padding: 0)
    return (scale.start, scale.end)
  }
}
