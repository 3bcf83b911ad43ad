internal import Foundation
internal import Surface
public import TensorCore

extension Metrics {
  /// The edge preservation index, −1 to 1: how well the edges of `a` are still there in `b`. The correlation of both
  /// pictures under the Laplacian (4 neighbors less 4 times the pixel), over all pixels that have four neighbors. Of
  /// pictures with three channels or four, [C, H, W] or batches, the luma counts (Rec. 601); else all values. 1 for equal
  /// pictures, 0 for unrelated ones, −1 for a negative; where only one of them has no edge at all it is 0.
  ///
  /// a, b: H×W, C×H×W or N×C×H×W of one shape, at least 3×3 pixels. Source: Sattar, Floreby, Salomonsson, Lövström, "Image
  /// enhancement based on a nonlinear multiscale method", IEEE Transactions on Image Processing 6(6), 1997.
  public static func edgePreservation(_ a: Tensor, _ b: Tensor) throws -> Double {
    let operation = "metrics.edge_preservation"
    guard (2...4).contains(a.rank), a.shape == b.shape, a.dtype.isFloating, b.dtype.isFloating else {
      throw EngineError(
        operation, expected: "two floating-point pictures H×W, C×H×W or N×C×H×W of one shape",
        came: "\(a.shape.shapeText) \(a.dtype) and \(b.shape.shapeText) \(b.dtype)")
    }
    guard a.count > 0, a.shape.suffix(2).allSatisfy({ $0 >= 3 }) else {
      throw EngineError(operation, expected: "pictures of at least 3×3 pixels", came: a.shape.shapeText)
    }
    return try Autograd.noGradient {
      let (x, y) = (try edges(a), try edges(b))
      let (p, q) = (try x - x.mean(), try y - y.mean())
      let (xx, yy, xy) = (try p.square().sum().item(), try q.square().sum().item(), try (p * q).sum().item())
      if xx == 0 && yy == 0 { return 1 }
      return xx == 0 || yy == 0 ? 0 : xy / (xx * yy).squareRoot()
    }
  }

  /// The Laplacian of the luma, without the outermost pixels; in f64, so that flat areas give 0.
  private static func edges(_ picture: Tensor) throws -> Tensor {
    var x = try picture.to(.f64)
    if x.rank >= 3, [3, 4].contains(x.shape[x.rank - 3]) {
      let axis = x.rank - 3
      x = try x.narrow(axis, 0, 1) * 0.299 + x.narrow(axis, 1, 1) * 0.587 + x.narrow(axis, 2, 1) * 0.114
    }
    let (h, w) = (x.shape[x.rank - 2] - 2, x.shape[x.rank - 1] - 2)
    func part(_ dy: Int, _ dx: Int) throws -> Tensor { try x.narrow(-2, dy, h).narrow(-1, dx, w) }
    return try part(0, 1) + part(2, 1) + part(1, 0) + part(1, 2) - part(1, 1) * 4
  }
}
