internal import Surface
public import TensorCore

/// Colour spaces and their conversions from and to sRGB. All are tensor operations, so gradients flow through them;
/// those of HSV are right piece by piece. Everything is computed in the picture's own precision, f32 at least.
public enum ColorSpace: String, CaseIterable, Sendable {
  /// One channel of luma.
  case gray
  /// RGB in proportion to light: sRGB without its curve (IEC 61966-2-1).
  case linear
  /// Hue, saturation and value, each 0 to 1 (hue 1 is red again).
  case hsv
  /// Luma and two axes of the NTSC's colour television, about ±0.6 and ±0.52.
  case yiq
  /// Luma 16 to 235, chroma 16 to 240 (ITU-R BT.601), or, at full range, all 0 to 1 with chroma around 0.5 (JPEG).
  case ycbcr
  /// CIE L*a*b*, L* 0 to 100, under D65 for the 2° observer.
  case lab
  /// Oklab, L 0 to 1 (Ottosson 2020).
  case oklab

  /// Settings that some conversions take.
  public struct Options: Sendable {
    /// Luma weights of `gray`.
    public var luma = Luma.rec601
    /// `ycbcr` at JPEG's full range.
    public var fullRange = false
    /// RGB results are kept within 0…1; what lies outside sRGB's gamut loses its gradient.
    public var clip = false

    /// Luma by Rec. 601, YCbCr in its studio range, nothing clipped.
    public init() {}
  }

  /// How much red, green and blue count for brightness.
  public enum Luma: String, CaseIterable, Sendable {
    /// 0.299, 0.587, 0.114: the Y of YIQ and YCbCr, and what Pillow, OpenCV and torchvision (to four digits) take.
    case rec601
    /// 0.2125, 0.7154, 0.0721: what scikit-image's rgb2gray takes.
    case rec709

    /// Red, green, blue.
    public var weights: [Double] { self == .rec601 ? [0.299, 0.587, 0.114] : [0.2125, 0.7154, 0.0721] }
  }

  /// An RGB picture 3 × H × W or batch N × 3 × H × W in this space; `gray` has one channel. Floating types only.
  public func from(rgb picture: Tensor, _ options: Options = Options()) throws -> Tensor {
    try applied(to: picture, channels: 3, "images.to_\(rawValue)") { x in
      switch self {
      case .gray: try gray(x, options.luma)
      case .linear: try SRGB.decoded(x)
      case .hsv: try HSV.from(rgb: x)
      case .yiq: try x.mixed(Self.yiqMatrix)
      case .ycbcr: try Self.ycbcr(x, options)
      case .lab: try Lab.from(linear: SRGB.decoded(x))
      case .oklab: try Oklab.from(linear: SRGB.decoded(x))
      }
    }
  }

  /// The RGB picture or batch whose values in this space are given; the inverse of `from(rgb:)` (of `gray`: three equal
  /// channels). Not clipped to 0…1 unless asked for.
  public func rgb(from picture: Tensor, _ options: Options = Options()) throws -> Tensor {
    try applied(to: picture, channels: self == .gray ? 1 : 3, "images.from_\(rawValue)") { x in
      let rgb =
        switch self {
        case .gray: try x.expand([x.shape[0], 3, x.shape[2], x.shape[3]])
        case .linear: try SRGB.encoded(x)
        case .hsv: try HSV.rgb(from: x)
        case .yiq: try x.mixed(Self.yiqMatrix.inverse)
        case .ycbcr: try Self.rgb(ycbcr: x, options)
        case .lab: try SRGB.encoded(Lab.linear(from: x))
        case .oklab: try SRGB.encoded(Oklab.linear(from: x))
        }
      return options.clip ? try rgb.clamp(0, 1) : rgb
    }
  }

  /// Checks a picture or batch, hands it over as a batch of f32 or f64, and gives the result its rank and type.
  private func applied(
    to picture: Tensor, channels: Int, _ operation: String, _ convert: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let rank = picture.rank
    guard rank == 3 || rank == 4, picture.shape[rank - 3] == channels else {
      let last = rank >= 3 && picture.shape[rank - 1] == channels
      throw EngineError(
        operation, expected: "a picture \(channels)×H×W or a batch N×\(channels)×H×W",
        came: "a tensor of \(picture.shape.shapeText)",
        advice: last ? "are the channels last? x:permute(…) moves them" : nil)
    }
    guard picture.dtype.isFloating else {
      throw EngineError(
        operation, expected: "a picture of floating-point numbers from 0 to 1", came: "one of \(picture.dtype)",
        advice: "convert it with t:to(\"f32\") and divide by 255")
    }
    guard picture.count > 0 else {
      throw EngineError(operation, expected: "a picture with pixels", came: "one of \(picture.shape.shapeText)")
    }
    let x = try picture.to(picture.dtype == .f64 ? .f64 : .f32)
    let result = try convert(rank == 3 ? x.unsqueeze(0) : x)
    return try (rank == 3 ? result.squeeze(0) : result).to(picture.dtype)
  }

  // MARK: - The linear spaces

  private func gray(_ rgb: Tensor, _ luma: Luma) throws -> Tensor {
    let weights = try Tensor(doubles: luma.weights, [1, 1, 3]).to(rgb.dtype).expand([rgb.shape[0], 1, 3])
    let (count, height, width) = (rgb.shape[0], rgb.shape[2], rgb.shape[3])
    return try weights.matmul(rgb.reshape([count, 3, height * width])).reshape([count, 1, height, width])
  }

  /// RGB to YIQ as scikit-image has it (FCC 1953 rounded as in Wikipedia's table).
  private static let yiqMatrix = Matrix3([
    [0.299, 0.587, 0.114], [0.59590059, -0.27455667, -0.32134392], [0.21153661, -0.52273617, 0.31119955],
  ])

  /// RGB 0…1 to YCbCr of BT.601 in its 8-bit levels, before the offsets 16, 128, 128.
  private static let ycbcrMatrix = Matrix3([
    [65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214],
  ])

  /// JPEG's YCbCr (ITU-T T.871): luma by Rec. 601, chroma as distances from it, 0.5 added.
  private static let fullMatrix = Matrix3([
    [0.299, 0.587, 0.114], [-0.299 / 1.772, -0.587 / 1.772, 0.5], [0.5, -0.587 / 1.402, -0.114 / 1.402],
  ])

  private static func ycbcr(_ rgb: Tensor, _ options: Options) throws -> Tensor {
    if options.fullRange { return try rgb.mixed(fullMatrix) + rgb.offset([0, 0.5, 0.5]) }
    return try rgb.mixed(ycbcrMatrix) + rgb.offset([16, 128, 128])
  }

  private static func rgb(ycbcr x: Tensor, _ options: Options) throws -> Tensor {
    if options.fullRange { return try (x - x.offset([0, 0.5, 0.5])).mixed(fullMatrix.inverse) }
    return try (x - x.offset([16, 128, 128])).mixed(ycbcrMatrix.inverse)
  }
}
