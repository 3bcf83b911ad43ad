internal import Surface
public import TensorCore

/// The largest element of each window. Input [N, C, H, W] or [C, H, W].
public struct MaxPool2d: Layer {
  public let options: PoolingOptions

  /// The layer; sizes in pixels.
  public init(_ options: PoolingOptions) { self.options = options }

  public var kind: String { "MaxPool2d" }
  public var details: String {
    "kernel_size=\(Python.short(options.kernel)), stride=\(Python.short(options.stride ?? options.kernel)), "
      + "padding=\(Python.short(options.padding)), dilation=\(Python.short(options.dilation)), ceil_mode=\(Python.text(options.ceilMode))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.maxPool2d(options) }
}

/// The mean of each window. Input [N, C, H, W] or [C, H, W].
public struct AvgPool2d: Layer {
  public let options: PoolingOptions

  /// The layer; sizes in pixels.
  public init(_ options: PoolingOptions) { self.options = options }

  public var kind: String { "AvgPool2d" }
  public var details: String {
    "kernel_size=\(Python.short(options.kernel)), stride=\(Python.short(options.stride ?? options.kernel)), "
      + "padding=\(Python.short(options.padding))"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.avgPool2d(options) }
}

/// The means of a grid of nearly equal windows. Input [N, C, H, W] or [C, H, W].
public struct AdaptiveAvgPool2d: Layer {
  /// Rows and columns of the output.
  public let size: (Int, Int)

  /// The layer; sizes in pixels.
  public init(_ size: (Int, Int)) { self.size = size }

  public var kind: String { "AdaptiveAvgPool2d" }
  public var details: String { "output_size=\(Python.short(size))" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.adaptiveAvgPool2d(size.0, size.1) }
}

/// The largest elements of a grid of nearly equal windows. Input [N, C, H, W] or [C, H, W].
public struct AdaptiveMaxPool2d: Layer {
  /// Rows and columns of the output.
  public let size: (Int, Int)

  /// A pool of rows and columns.
  public init(_ size: (Int, Int)) { self.size = size }

  public var kind: String { "AdaptiveMaxPool2d" }
  public var details: String { "output_size=\(Python.short(size))" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.adaptiveMaxPool2d(size.0, size.1) }
}

/// What the size of a resized picture is given by.
public enum ResizeTarget: Sendable {
  /// Rows and columns.
  case size(Int, Int)
  /// Factors, vertical and horizontal; sizes are rounded down, places follow from the factors.
  case scale(Double, Double)
  /// The same sizes, from which the places follow.
  case roundedScale(Double, Double)
}

extension Tensor {
  /// Pictures [N, C, H, W] or [C, H, W] made larger or smaller, as PyTorch's `interpolate`.
  public func interpolate(
    _ target: ResizeTarget, mode: InterpolationMode = .nearest, alignCorners: Bool = false, antialias: Bool = false
  ) throws -> Tensor {
    guard rank == 3 || rank == 4 else {
      throw EngineError("interpolate", expected: "an input [N, C, H, W] or [C, H, W]", came: shape.shapeText)
    }
    switch target {
    case .size(let height, let width):
      return try interpolate(height: height, width: width, mode, alignCorners: alignCorners, antialias: antialias)
    case .scale(let y, let x):
      return try interpolate(
        height: Tensor.scaled(shape[rank - 2], y), width: Tensor.scaled(shape[rank - 1], x), mode, scale: (y, x),
        alignCorners: alignCorners, antialias: antialias)
    case .roundedScale(let y, let x):
      return try interpolate(
        .size(Tensor.scaled(shape[rank - 2], y), Tensor.scaled(shape[rank - 1], x)), mode: mode,
        alignCorners: alignCorners, antialias: antialias)
    }
  }

  private static func scaled(_ size: Int, _ factor: Double) throws -> Int {
    let result = (Double(size) * factor).rounded(.down)
    guard factor > 0, result <= Double(1 << 24) else {
      throw EngineError("interpolate", expected: "a scale factor above 0 that leaves a picture", came: "\(factor)")
    }
    return Int(result)
  }
}

/// A picture made larger or smaller. Input [N, C, H, W] or [C, H, W].
public struct Upsample: Layer {
  /// The size of the output.
  public let target: ResizeTarget
  /// How pixels in between are found.
  public let mode: InterpolationMode
  /// Whether corner pixels stay corners.
  public let alignCorners: Bool

  /// The layer; sizes in pixels.
  public init(_ target: ResizeTarget, mode: InterpolationMode = .nearest, alignCorners: Bool = false) {
    (self.target, self.mode, self.alignCorners) = (target, mode, alignCorners)
  }

  public var kind: String { "Upsample" }
  public var details: String {
    let what =
      switch target {
      case .size(let height, let width): "size=" + Python.short((height, width))
      case .scale(let y, let x) where x == y, .roundedScale(let y, let x) where x == y:
        "scale_factor=" + Python.text(y)
      case .scale(let y, let x), .roundedScale(let y, let x): "scale_factor=(\(Python.text(y)), \(Python.text(x)))"
      }
    return "\(what), mode='\(mode.rawValue)'"
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    try x.interpolate(target, mode: mode, alignCorners: alignCorners)
  }
}

/// Elements dropped with probability p in training, the others grown by 1/(1 − p). Srivastava et al. 2014.
public struct Dropout: Layer {
  /// How likely an element is dropped.
  public let probability: Double

  /// The layer; sizes in pixels.
  public init(_ probability: Double = 0.5) throws {
    guard (0...1).contains(probability) else {
      throw EngineError("nn.Dropout", expected: "a probability from 0 to 1", came: "\(probability)")
    }
    self.probability = probability
  }

  public var kind: String { "Dropout" }
  public var details: String { "p=\(Python.text(probability)), inplace=False" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    training ? try x.dropout(probability) : x
  }
}

extension Tensor {
  /// Elements dropped with probability p, the others grown by 1/(1 − p). The draws are those of PyTorch's CPU path
  /// (an f64 draw below 1 − p keeps an element), except that with MKL on Intel processors PyTorch draws otherwise.
  public func dropout(_ probability: Double, _ generator: RandomGenerator = .shared) throws -> Tensor {
    guard (0...1).contains(probability) else {
      throw EngineError("dropout", expected: "a probability from 0 to 1", came: "\(probability)")
    }
    let x = dtype.isFloating ? self : try to(.f32)
    if probability == 0 || count == 0 { return x }
    if probability == 1 { return try x * 0 }
    let kept = try generator.uniform(shape, .f64).lt(1 - probability).to(x.dtype)
    return try x * (kept / (1 - probability))
  }
}
