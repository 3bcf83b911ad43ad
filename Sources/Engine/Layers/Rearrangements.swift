internal import Surface
public import TensorCore

// Layers without parameters that move elements: names, defaults and printed form as PyTorch's.

/// Elements added around the last two axes: left, right, top, bottom; negative amounts crop. Input [*, H, W].
public struct Pad2d: Layer {
  /// Left, right, top, bottom.
  public let amounts: [Int]
  /// What stands outside.
  public let mode: PadMode
  /// The constant of mode `zeros`.
  public let value: Double
  public let kind: String

  /// `kind` is the name it is printed under (`ReflectionPad2d`).
  init(_ kind: String, _ amounts: [Int], _ mode: PadMode, value: Double = 0) {
    (self.kind, self.amounts, self.mode, self.value) = (kind, amounts, mode, value)
  }

  /// Zeros around a picture.
  public static func zeros(_ amounts: [Int]) -> Pad2d { Pad2d("ZeroPad2d", amounts, .zeros) }
  /// A number around a picture.
  public static func constant(_ amounts: [Int], _ value: Double) -> Pad2d {
    Pad2d("ConstantPad2d", amounts, .zeros, value: value)
  }
  /// The picture mirrored at its border, whose elements are not repeated.
  public static func reflection(_ amounts: [Int]) -> Pad2d { Pad2d("ReflectionPad2d", amounts, .reflect) }
  /// The border repeated.
  public static func replication(_ amounts: [Int]) -> Pad2d { Pad2d("ReplicationPad2d", amounts, .replicate) }
  /// The other side of the picture.
  public static func circular(_ amounts: [Int]) -> Pad2d { Pad2d("CircularPad2d", amounts, .circular) }

  public var details: String {
    kind == "ConstantPad2d" ? "padding=\(Python.text(amounts)), value=\(Python.text(value))" : Python.text(amounts)
  }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
    guard amounts.count == 4, x.rank >= 3 else {
      throw EngineError("nn.\(kind)", expected: "an input [N, C, H, W] or [C, H, W]", came: x.shape.shapeText)
    }
    return try x.pad(amounts, mode: mode, value: value)
  }
}

/// Channels moved into places, [*, C·r², H, W] → [*, C, H·r, W·r]. Shi et al. 2016, arXiv 1609.05158.
public struct PixelShuffle: Layer {
  /// r.
  public let factor: Int

  /// A shuffle by a factor r, 1 to 4096.
  public init(_ factor: Int) { self.factor = factor }

  public var kind: String { "PixelShuffle" }
  public var details: String { "upscale_factor=\(factor)" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.pixelShuffle(factor) }
}

/// Places moved into channels, [*, C, H·r, W·r] → [*, C·r², H, W].
public struct PixelUnshuffle: Layer {
  /// r.
  public let factor: Int

  /// The inverse of a shuffle by a factor r, 1 to 4096.
  public init(_ factor: Int) { self.factor = factor }

  public var kind: String { "PixelUnshuffle" }
  public var details: String { "downscale_factor=\(factor)" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.pixelUnshuffle(factor) }
}

/// Windows as columns, [N, C, H, W] → [N, C·kH·kW, L].
public struct Unfold: Layer {
  /// How the windows lie.
  public let options: WindowOptions

  /// Windows of given size and steps.
  public init(_ options: WindowOptions) { self.options = options }

  public var kind: String { "Unfold" }
  public var details: String { options.details }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.unfold(options) }
}

/// Sums of windows, [N, C·kH·kW, L] → [N, C, H, W].
public struct Fold: Layer {
  /// Rows and columns of the output.
  public let size: (Int, Int)
  /// How the windows lie.
  public let options: WindowOptions

  /// Sums over a map of rows and columns.
  public init(_ size: (Int, Int), _ options: WindowOptions) { (self.size, self.options) = (size, options) }

  public var kind: String { "Fold" }
  public var details: String { "output_size=\(Python.short(size)), \(options.details)" }

  public func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor { try x.fold(size.0, size.1, options) }
}

extension WindowOptions {
  fileprivate var details: String {
    "kernel_size=\(Python.short(kernel)), dilation=\(Python.short(dilation)), padding=\(Python.short(padding)), "
      + "stride=\(Python.short(stride))"
  }
}
