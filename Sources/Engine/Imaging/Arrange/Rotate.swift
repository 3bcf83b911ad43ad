internal import Glibc
internal import Surface
public import TensorCore

/// Turns pictures about their centre.
public enum Rotate {
  /// Between pixels: the nearest one, a weighted mean of four, or Keys' cubic (a = −0.5) over sixteen.
  public enum Mode: String, CaseIterable, Sendable {
    case nearest, bilinear, bicubic
  }

  /// How to rotate.
  public struct Request: Sendable {
    /// Counter-clockwise.
    public var degrees: Double
    /// The result is large enough for everything; otherwise it has the picture's size.
    public var expand = false
    /// What stands outside the picture: one value per channel, or one for all.
    public var fill: [Double] = [0]
    /// How values between pixels are found.
    public var mode = Mode.bilinear

    /// A rotation that keeps the size and leaves black outside.
    public init(degrees: Double) { self.degrees = degrees }
  }

  /// Turns a picture C × H × W or a batch counter-clockwise about its centre; differentiable. Outside of the picture
  /// stands the fill value, into which edges are interpolated. Multiples of 90° only move pixels, without rounding,
  /// except where a picture keeps its size and width and height differ by an odd number: its centre then falls
  /// between pixels.
  public static func apply(_ picture: Tensor, _ request: Request, operation: String = "images.rotate") throws -> Tensor
  {
    try PictureShape.any(picture, operation)
    guard request.degrees.isFinite else {
      throw EngineError(operation, expected: "a finite angle", came: "\(request.degrees)")
    }
    let (height, width) = (picture.shape[picture.rank - 2], picture.shape[picture.rank - 1])
    let turned = fmod(fmod(request.degrees, 360) + 360, 360)
    if let quarters = Int(exactly: turned / 90) {
      let upright = request.expand || quarters % 2 == 0 || (width - height) % 2 == 0
      if upright { return try quarterTurns(picture, quarters % 4, request, operation) }
    }
    let plan = try Plan(width: width, height: height, degrees: turned, expand: request.expand, operation)
    return try request.mode == .bicubic
      ? warp(picture, plan, request, operation) : sampled(picture, plan, request, operation)
  }

  /// Nearest and bilinear values by the kernel for places anywhere; its bicubic is another one (a = −0.75).
  private static func sampled(
    _ picture: Tensor, _ plan: Plan, _ request: Request, _ operation: String
  ) throws -> Tensor {
    let shape = picture.shape, (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let channels = shape[shape.count - 3], type: ElementType = picture.dtype == .f64 ? .f64 : .f32
    let fill = try Pad.fill(request.fill, channels: channels, operation)
    let batch = try picture.to(type).reshape([-1, channels, height, width])
    let grid = try plan.grid(width: width, height: height).to(type)
    func sample(_ x: Tensor) throws -> Tensor {
      try x.gridSample(
        grid.expand([x.shape[0], plan.height, plan.width, 2]), request.mode == .nearest ? .nearest : .bilinear)
    }
    var turned = try sample(batch)
    if fill.contains(where: { $0 != 0 }) {
      // What a picture of ones lacks after turning is how much of each pixel lies outside.
      let inside = try sample(.full([1, 1, height, width], 1, type))
      turned = try turned + Tensor(doubles: fill, [1, channels, 1, 1]).to(type) * (1 - inside)
    }
    return try turned.reshape(Array(shape.dropLast(2)) + [plan.height, plan.width])
  }

  /// Turns by multiples of 90° and, without `expand`, cuts or pads to the old size.
  private static func quarterTurns(
    _ picture: Tensor, _ quarters: Int, _ request: Request, _ operation: String
  ) throws -> Tensor {
    switch quarters {
    case 0: return try picture.copy()
    case 2: return try picture.flip([-1, -2])
    default:
      let turned = try picture.transpose(-1, -2).flip(quarters == 1 ? [-2] : [-1])
      let missing = (picture.shape[picture.rank - 1] - picture.shape[picture.rank - 2]) / 2
      if request.expand || missing == 0 { return turned }
      return try Pad.apply(
        turned, .init(left: missing, right: missing, top: -missing, bottom: -missing, fill: request.fill),
        operation: operation)
    }
  }

  /// Where each pixel of the result lies in the picture.
  private struct Plan {
    let width: Int
    let height: Int
    private let cosine: Double, sine: Double
    private let center: (x: Double, y: Double), oldCenter: (x: Double, y: Double)

    init(width: Int, height: Int, degrees: Double, expand: Bool, _ operation: String) throws {
      cosine = cos(degrees * .pi / 180)
      sine = sin(degrees * .pi / 180)
      let wide = Double(width) * abs(cosine) + Double(height) * abs(sine)
      let tall = Double(width) * abs(sine) + Double(height) * abs(cosine)
      guard wide * tall <= Double(ImageLimits.mostPixels) else {
        throw EngineError(
          operation, "the result would have \(wide.rounded()) × \(tall.rounded()) pixels",
          advice: "\(ImageLimits.mostPixels / 1_000_000) million pixels are the limit")
      }
      // A side that is whole but for rounding does not grow by a pixel.
      self.width = expand ? Int((wide - 1e-7).rounded(.up)) : width
      self.height = expand ? Int((tall - 1e-7).rounded(.up)) : height
      center = (Double(self.width - 1) / 2, Double(self.height - 1) / 2)
      oldCenter = (Double(width - 1) / 2, Double(height - 1) / 2)
    }

    /// `source` of every pixel as `gridSample` takes places: 1 × height × width × 2, from −1 to 1 over the picture's
    /// whole sides, f64.
    func grid(width: Int, height: Int) throws -> Tensor {
      let x = try Tensor(doubles: (0..<self.width).map { Double($0) - center.x }, [1, self.width])
      let y = try Tensor(doubles: (0..<self.height).map { Double($0) - center.y }, [self.height, 1])
      let across = try x * cosine - y * sine + (oldCenter.x + 0.5),
        down = try x * sine + y * cosine + (oldCenter.y + 0.5)
      let places = try [across * (2 / Double(width)) - 1, down * (2 / Double(height)) - 1]
      return try Tensor.stack(places, 2).unsqueeze(0)
    }

    func source(_ x: Int, _ y: Int) -> (x: Double, y: Double) {
      let (dx, dy) = (Double(x) - center.x, Double(y) - center.y)
      return (oldCenter.x + cosine * dx - sine * dy, oldCenter.y + sine * dx + cosine * dy)
    }
  }

  /// Positions of the sixteen pixels that bicubic reads and their weights for some rows of the result, tap after tap;
  /// pixels outside have weight 0.
  private struct Taps {
    static let reach = 4, number = reach * reach
    let count: Int
    var positions: [Int]
    var weights: [Double]
    /// What the pixels outside weigh together.
    var outside: [Double]

    init(_ plan: Plan, rows: Range<Int>, width: Int, height: Int) throws {
      let reach = Taps.reach
      count = rows.count * plan.width
      positions = .init(repeating: 0, count: count * Taps.number)
      weights = .init(repeating: 0, count: count * Taps.number)
      outside = .init(repeating: 0, count: count)
      var (across, down) = ([Double](repeating: 0, count: reach), [Double](repeating: 0, count: reach))
      for y in rows {
        try Interrupt.check()
        for x in 0..<plan.width {
          let place = plan.source(x, y), pixel = (y - rows.lowerBound) * plan.width + x
          let left = Taps.along(place.x, &across), top = Taps.along(place.y, &down)
          for tap in 0..<Taps.number {
            let (u, v) = (left + tap % reach, top + tap / reach)
            let weight = down[tap / reach] * across[tap % reach]
            if u >= 0, u < width, v >= 0, v < height {
              positions[tap * count + pixel] = v * width + u
              weights[tap * count + pixel] = weight
            } else {
              outside[pixel] += weight
            }
          }
        }
      }
    }

    /// The first pixel read for a position along an axis; each one's weight goes into `weights`.
    private static func along(_ position: Double, _ weights: inout [Double]) -> Int {
      let first = Int(position.rounded(.down)) - 1
      for tap in 0..<reach { weights[tap] = ResizeMode.bicubic.weight(position - Double(first + tap)) }
      return first
    }
  }

  /// Bicubic: the weighted sum of what the taps read, by gathers, so that gradients follow; strip by strip, so that the tables of
  /// taps stay small beside the picture.
  private static func warp(
    _ picture: Tensor, _ plan: Plan, _ request: Request, _ operation: String
  ) throws -> Tensor {
    let shape = picture.shape, (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let channels = shape[shape.count - 3], type: ElementType = picture.dtype == .f64 ? .f64 : .f32
    let fill = try Tensor(doubles: Pad.fill(request.fill, channels: channels, operation), [1, channels, 1]).to(type)
    let source = try picture.to(type).reshape([-1, channels, height * width])
    let step = max(1, (1 << 19) / plan.width)
    let strips = try stride(from: 0, to: plan.height, by: step).map { top in
      let rows = top..<min(top + step, plan.height)
      let taps = try Taps(plan, rows: rows, width: width, height: height)
      let number = Taps.number
      let positions = try Tensor(integers: taps.positions, [number, taps.count])
      let weights = try Tensor(doubles: taps.weights, [number, taps.count]).to(type)
      var sum = try fill * Tensor(doubles: taps.outside, [1, 1, taps.count]).to(type)
      for tap in 0..<number {
        sum = try sum + source.indexSelect(2, positions.select(0, tap)) * weights.select(0, tap)
      }
      return try sum.expand([source.shape[0], channels, taps.count])
    }
    return try Tensor.cat(strips, 2).reshape(Array(shape.dropLast(2)) + [plan.height, plan.width])
  }
}
