internal import Foundation
internal import Surface
public import TensorCore

extension Filters {
  /// What `emboss` shows.
  public enum Relief: String, CaseIterable, Sendable {
    /// The relief of the luminance on flat mid gray.
    case gray
    /// The picture's own colors, every channel with its relief.
    case color
  }

  /// Settings of `emboss`.
  public struct Emboss {
    /// Where the light comes from, in degrees counterclockwise from the right: 135 is the upper left.
    public var angle = 135.0
    /// How high the relief is.
    public var depth = 0.5
    /// Gray or in the picture's colors.
    public var relief = Relief.gray
    /// Standard deviation of a Gaussian that softens the relief first, in pixels.
    public var sigma = 0.0
    /// What stands outside the picture.
    public var border = Border.reflect101

    /// The standard settings.
    public init() {}
  }

  /// A relief lit from a side: the slope towards the light, by Prewitt's kernels, on gray (plus 0.5) or on the picture.
  /// At 135° the kernel is the classic (−2 −1 0; −1 0 1; 0 1 2), with 1 in the middle in color. Alpha stays. Values are
  /// not clipped. Differentiable.
  public static func emboss(_ image: Tensor, _ options: Emboss = .init(), scope: FilterScope = .init()) throws -> Tensor
  {
    try checkWindow("filters.emboss", sigma: options.sigma)
    let kernel = reliefKernel(options)
    return try scope.apply("filters.emboss", to: image) { x in
      func slope(_ x: Tensor) throws -> Tensor {
        let soft = options.sigma > 0 ? try x.blurred(sigma: options.sigma, options.border) : x
        return try correlate(soft, Tensor(doubles: kernel, [3, 3]).to(x.dtype), .init(border: options.border))
      }
      switch options.relief {
      case .gray: return try onLuminance(of: x) { try slope($0) + 0.5 }
      case .color: return try onColors(of: x) { try $0 + slope($0) }
      }
    }
  }

  /// √2 times the derivative away from the light: that of a slope which faces it is positive.
  private static func reliefKernel(_ options: Emboss) -> [Double] {
    let angle = options.angle * .pi / 180, height = options.depth * 2.0.squareRoot()
    let right = -cos(angle) * height, down = sin(angle) * height
    return (0..<9).map { (place: Int) -> Double in
      let (row, column) = (Double(place / 3 - 1), Double(place % 3 - 1))
      return column * right + row * down
    }
  }
}
