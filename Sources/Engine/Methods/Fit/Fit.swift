internal import Classic
internal import Foundation
internal import Imaging
internal import Layers
internal import Surface
internal import TensorCore

/// Fits the numbers of a chain of filters to a reference picture by gradient descent through the filters.
struct Fit {
  /// Steps of the descent.
  var steps = 300
  /// The learning rate at the start; it falls to a fiftieth along half a cosine.
  var rate = 0.1
  /// What the grain is drawn from.
  var seed = 0
  /// What smooths; its strength is fitted.
  var smoothing: FilterChain.Step

  /// Tiles along each axis, their side and the margin that is filtered with them but not compared, in pixels.
  private static let grid = 5, side = 44, margin = 8

  /// The fitted chain. content, style: pictures of at least 32×32 pixels.
  func callAsFunction(content: Tensor, style: Tensor, operation: String) throws -> FilterChain {
    let picture = try Fit.colors(content, "content", operation)
    var reference = try Fit.colors(style, "style", operation)
    // What is a stroke of so many pixels in a larger picture is one of fewer in a picture of the content's size.
    let (mine, theirs) = (picture.shape[2...].max()!, reference.shape[2...].max()!)
    if theirs > mine {
      var request = Resize.Request(maxSize: mine)
      request.mode = .area
      reference = try Resize.apply(reference, request, operation: operation)
      reference = try Fit.colors(reference, "style", operation)
    }
    let smoothed = try Autograd.noGradient { try FilterChain([smoothing])(picture) }
    let tiles = Tiles(picture), other = Tiles(reference)
    let wanted = try Autograd.noGradient { try LookStatistics(other.cut(from: reference, with: 0)) }
    let (sharp, soft) = (
      try tiles.cut(from: picture, with: tiles.margin), try tiles.cut(from: smoothed, with: tiles.margin)
    )
    let noise = try Tensor.normalNoise(
      [sharp.shape[0], 1, sharp.shape[2], sharp.shape[3]], seed: UInt64(bitPattern: Int64(seed)), stream: 1)
    let look = try FittedLook()
    try descend(look, operation) {
      try wanted.distance(to: LookStatistics(look(sharp, smoothed: soft, noise: noise), margin: tiles.margin))
    }
    return try Autograd.noGradient { try look.chain(smoothing: smoothing, name: "fitted", seed: seed) }
  }

  private func descend(_ look: FittedLook, _ operation: String, _ distance: () throws -> Tensor) throws {
    func schedule(_ factor: Double) -> LearningRate {
      .schedule { step in
        let way = Double(step - 1) / Double(self.steps)
        return self.rate * factor * (0.5 + 0.5 * cos(.pi * way) + 0.02)
      }
    }
    let adam = try Adam(betas: (0.9, 0.99))
    let shape = try Optimizer([look.shape], adam, rate: schedule(3))
    let rest = try Optimizer([look.tone, look.color], adam, rate: schedule(0.4))
    let progress = Progress(operation, total: steps)
    defer { progress.finish(complete: false) }
    try Autograd.with(enabled: true) {
      for _ in 0..<steps {
        let loss = try distance()
        shape.zeroGradients()
        rest.zeroGradients()
        try loss.backward()
        try shape.step()
        try rest.step()
        progress.advance(loss: try loss.detached().item())
      }
    }
    progress.finish()
  }

  /// A picture as 1×3×H×W of f32 without history.
  private static func colors(_ picture: Tensor, _ name: String, _ operation: String) throws -> Tensor {
    let plain = try PictureShape.single(picture.detached(), operation).to(.f32)
    guard picture.dtype.isFloating, plain.shape[1] >= 32, plain.shape[2] >= 32 else {
      throw EngineError(
        operation, expected: "a floating-point picture of at least 32×32 pixels as '\(name)'",
        came: "\(picture.shape.shapeText) \(picture.dtype)")
    }
    let values = try plain.min().item() + plain.max().item()
    guard values.isFinite else {
      throw EngineError(operation, expected: "a picture of finite numbers as '\(name)'", came: "NaN or infinity")
    }
    let colors = plain.shape[0] >= 3 ? try plain.narrow(0, 0, 3) : try plain.narrow(0, 0, 1)
    return try colors.expand([3, plain.shape[1], plain.shape[2]]).unsqueeze(0).copy()
  }

  /// Where tiles lie in a picture: a grid over all of it.
  private struct Tiles {
    let margin: Int
    private let rows: [Int], columns: [Int]
    private let height: Int, width: Int

    init(_ picture: Tensor) {
      let (h, w) = (picture.shape[2], picture.shape[3])
      margin = Swift.min(Fit.margin, (Swift.min(h, w) - 24) / 2)
      (height, width) = (Swift.min(Fit.side, h - 2 * margin), Swift.min(Fit.side, w - 2 * margin))
      func places(_ side: Int, _ tile: Int) -> [Int] {
        let room = side - tile, count = Swift.min(Fit.grid, 1 + (room + tile - 1) / tile)
        return (0..<count).map { count == 1 ? 0 : Int((Double(room * $0) / Double(count - 1)).rounded()) }
      }
      (rows, columns) = (places(h - 2 * margin, height), places(w - 2 * margin, width))
    }

    /// The tiles with a margin around each that is at most the grid's.
    func cut(from picture: Tensor, with extra: Int) throws -> Tensor {
      let inset = margin - extra
      return try Tensor.cat(
        rows.flatMap { y in
          try columns.map { x in
            try picture.narrow(2, y + inset, height + 2 * extra).narrow(3, x + inset, width + 2 * extra)
          }
        }, 0)
    }
  }
}
