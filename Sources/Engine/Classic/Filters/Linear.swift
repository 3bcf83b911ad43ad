internal import Foundation
internal import Surface
public import TensorCore

/// Filters on pictures C×H×W and batches N×C×H×W of any number of channels. Values are not clipped.
public enum Filters {
  /// Settings of `convolve`.
  public struct Convolution {
    /// What stands outside the picture.
    public var border = Border.reflect101
    /// Whether the kernel is divided by the sum of its entries, so that brightness stays.
    public var normalize = false
    /// Whether the kernel is turned by 180°: convolution as mathematics defines it, not correlation.
    public var flip = false

    /// The standard settings, unless told otherwise.
    public init(border: Border = .reflect101, normalize: Bool = false, flip: Bool = false) {
      self.border = border
      self.normalize = normalize
      self.flip = flip
    }
  }

  /// Correlates every channel with a kernel h×w (one axis: a row). The kernel's entry at (h/2, w/2), rounded down and
  /// counted from 0, lies over the pixel: the middle of odd sizes, below and right of the middle of even ones, as
  /// in OpenCV and SciPy; with `flip` that same entry stays over the pixel. Differentiable in both operands.
  /// Source: equals cv2.filter2D and scipy.ndimage.correlate, with `flip` scipy.ndimage.convolve.
  public static func convolve(
    _ image: Tensor, _ kernel: Tensor, _ options: Convolution = .init(), scope: FilterScope = .init()
  ) throws -> Tensor {
    let matrix = try checkedKernel(kernel, options)
    return try scope.apply("filters.convolve", to: image) { try correlate($0, matrix, options) }
  }

  /// The kernel as h×w, normalised where asked for.
  static func checkedKernel(_ kernel: Tensor, _ options: Convolution) throws -> Tensor {
    let operation = "filters.convolve"
    guard kernel.rank == 1 || kernel.rank == 2, kernel.count > 0 else {
      throw EngineError(operation, expected: "a kernel of height × width", came: kernel.shape.shapeText)
    }
    let matrix = try kernel.rank == 1 ? kernel.reshape([1, kernel.count]) : kernel
    let sum = try matrix.detached().to(.f64).sum().item()
    guard sum.isFinite, try matrix.detached().floats().allSatisfy(\.isFinite) else {
      throw EngineError(operation, expected: "a kernel of finite numbers", came: "one with NaN or infinity")
    }
    if !options.normalize { return matrix }
    guard abs(sum) > 1e-12 else {
      throw EngineError(
        operation, "a kernel whose entries add up to 0 cannot be normalized", advice: "leave out normalize = true")
    }
    return try matrix / matrix.sum()
  }

  static func correlate(_ x: Tensor, _ kernel: Tensor, _ options: Convolution) throws -> Tensor {
    let (height, width) = (kernel.shape[0], kernel.shape[1])
    var (top, left) = (height / 2, width / 2)
    var weight = try kernel.to(x.dtype)
    if options.flip {
      (top, left) = (height - 1 - top, width - 1 - left)
      weight = try weight.flip([0, 1])
    }
    if x.takesPlainKernels, weight.takesPlainKernels {
      return try x.bordered(
        .weights(weight.floats(), rows: height, columns: width), options.border, top: top, left: left)
    }
    let padded = try x.padded(
      top: top, bottom: height - 1 - top, left: left, right: width - 1 - left, options.border)
    if padded.dtype == .f32, !weight.requiresGradient { return try padded.correlatedPlanes(weight) }
    let (shape, large) = (x.shape, padded.shape)
    return try padded.reshape([shape[0] * shape[1], 1, large[2], large[3]])
      .conv2d(weight.reshape([1, 1, height, width])).reshape(shape)
  }
}
