internal import Foundation
internal import Surface
public import TensorCore

/// Numbers that say how far two pictures are apart. They are for reading: no gradient flows through them.
public enum Metrics {
  /// The mean of (a − b)², over everything. a, b: tensors of one shape.
  /// Source: equals scikit-image's mean_squared_error.
  public static func mse(_ a: Tensor, _ b: Tensor) throws -> Double {
    try meanSquare(a, b, "metrics.mse")
  }

  /// 10·log₁₀(range² / mse) in decibels; infinity for equal pictures. `dataRange`: the largest minus the smallest
  /// value that a pixel may have. Source: equals scikit-image's peak_signal_noise_ratio.
  public static func psnr(_ a: Tensor, _ b: Tensor, dataRange: Double = 1) throws -> Double {
    try check(range: dataRange, "metrics.psnr")
    return 10 * log10(dataRange * dataRange / (try meanSquare(a, b, "metrics.psnr")))
  }

  private static func meanSquare(_ a: Tensor, _ b: Tensor, _ operation: String) throws -> Double {
    guard a.shape == b.shape else {
      throw EngineError(
        operation, expected: "two tensors of one shape", came: "\(a.shape.shapeText) and \(b.shape.shapeText)")
    }
    guard a.count > 0 else {
      throw EngineError(operation, expected: "tensors with elements", came: "two of \(a.shape.shapeText)")
    }
    // f32 keeps differences of f32 to their last digit, and sums of squares are added in f64 anyway; everything else
    // is compared in f64, which holds it exactly.
    let type: ElementType = a.dtype == .f32 && b.dtype == .f32 ? .f32 : .f64
    return try Autograd.noGradient {
      let gap = try a.to(type) - b.to(type)
      return try gap.square().mean().item()
    }
  }

  /// The mean squared difference of two Gram matrices: how far the textures of two sets of features are apart, wherever
  /// in the picture they stand. a, b: features C×H×W or N×C×H×W with equally many channels; H and W may differ.
  ///
  /// `normalize` names the divisor of the Gram matrices: `chw` C·H·W, `hw` H·W, `none` nothing. Features come from any
  /// network; a picture itself is a set of three features, which compares colours only.
  /// Source: Gatys, Ecker, Bethge, CVPR 2016, eq. 3 to 5, with the mean over C² entries in place of 1/(4N²M²).
  public static func gramDistance(_ a: Tensor, _ b: Tensor, normalize: String = "chw") throws -> Double {
    let operation = "metrics.gram_distance"
    for features in [a, b] {
      guard features.rank == 3 || features.rank == 4, features.dtype.isFloating, features.count > 0 else {
        throw EngineError(
          operation, expected: "features C×H×W or N×C×H×W of floating-point numbers",
          came: "a tensor of \(features.shape.shapeText) \(features.dtype)")
      }
    }
    let (left, right) = (a.shape.dropLast(2), b.shape.dropLast(2))
    guard left == right else {
      throw EngineError(
        operation, expected: "two sets of equally many features",
        came: "\(a.shape.shapeText) and \(b.shape.shapeText)",
        advice: "compare the features of one layer; only height and width may differ")
    }
    return try Autograd.noGradient {
      let type: ElementType = a.dtype == .f64 || b.dtype == .f64 ? .f64 : .f32
      let gap = try a.to(type).gram(normalize: normalize) - b.to(type).gram(normalize: normalize)
      return try gap.square().mean().item()
    }
  }

  static func check(range: Double, _ operation: String) throws {
    guard range > 0, range.isFinite else {
      throw EngineError(operation, expected: "a data_range above 0", came: "\(range)")
    }
  }
}
