internal import Classic
internal import Imaging
internal import Surface
internal import TensorCore

/// What a fit compares: numbers about pictures that do not depend on what stands where.
struct LookStatistics {
  /// The luma's values, sorted.
  let tones: Tensor
  /// The values of the luma's Laplacian bands, each sorted, finest first.
  let bands: [Tensor]
  /// Mean of Cb and Cr, [2].
  let mean: Tensor
  /// Their covariance, [2, 2].
  let covariance: Tensor

  /// Of a batch N×3×H×W, of what lies at least `margin` pixels inside; values as a file would hold them, 0 to 1.
  init(_ pictures: Tensor, margin: Int = 0) throws {
    let (h, w) = (pictures.shape[2] - 2 * margin, pictures.shape[3] - 2 * margin)
    let values = try pictures.narrow(2, margin, h).narrow(3, margin, w)
    // The gradient passes the cut as if it were not there: a picture that is all white must find its way back.
    let inside = try values + (values.detached().clamp(0, 1) - values.detached())
    let luma = try Filters.luminance(inside)
    tones = try luma.flatten().sort().values
    let levels = min(h, w) >= 32 ? 5 : 4
    bands = try Pyramid.build(luma, levels: levels, kind: .laplacian).dropLast().map {
      try $0.flatten().sort().values
    }
    let blue = try (inside.narrow(1, 2, 1) - luma) / 1.772, red = try (inside.narrow(1, 0, 1) - luma) / 1.402
    let chroma = try Tensor.stack([blue.flatten(), red.flatten()])
    mean = try chroma.mean([1], keepdim: true)
    let centered = try chroma - mean
    covariance = try centered.matmul(centered.transpose(0, 1)) / Double(luma.count)
  }

  /// How far others are from these, the reference's: of each distribution the squared Wasserstein distance (the mean
  /// squared difference of sorted values) over its variance, of the color differences mean and covariance. A grey
  /// reference counts as one with a little color, so that color does not outweigh everything else.
  func distance(to other: LookStatistics) throws -> Tensor {
    func apart(_ mine: Tensor, _ theirs: Tensor, _ floor: Double) throws -> Tensor {
      let wanted = try LookStatistics.resampled(mine, theirs.count)
      return try (theirs - wanted).square().mean() / (mine.variance().item() + floor)
    }
    let spread = try covariance[0, 0] + covariance[1, 1] + 1e-3
    var sum = try apart(tones, other.tones, 1e-4)
    sum = try sum + (other.mean - mean).square().sum() / spread
    sum = try sum + (other.covariance - covariance).square().sum() / (spread * spread)
    for (mine, theirs) in zip(bands, other.bands) { sum = try sum + apart(mine, theirs, 1e-6) * 0.5 }
    return sum
  }

  /// Sorted values read at other, evenly spaced places.
  private static func resampled(_ sorted: Tensor, _ count: Int) throws -> Tensor {
    if sorted.count == count { return sorted }
    let line = try sorted.reshape([1, 1, 1, sorted.count])
    var request = Resize.Request(width: count, height: 1)
    request.mode = .bilinear
    request.clip = false
    return try Resize.apply(line, request).reshape([count])
  }
}

extension Tensor {
  /// An element of a matrix.
  fileprivate subscript(_ row: Int, _ column: Int) -> Double {
    get throws { try detached().narrow(0, row, 1).narrow(1, column, 1).item() }
  }
}
