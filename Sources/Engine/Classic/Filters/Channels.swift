public import TensorCore

// Alpha is the last of two or of four channels. Filters work on the others; alpha stays.

extension Filters {
  /// Whether the last channel of a batch is its alpha.
  static func hasAlpha(_ x: Tensor) -> Bool { x.shape[1] == 2 || x.shape[1] == 4 }

  /// A batch without its alpha.
  package static func withoutAlpha(_ x: Tensor) throws -> Tensor {
    try hasAlpha(x) ? x.narrow(1, 0, x.shape[1] - 1) : x
  }

  /// New colors, with the alpha of the batch they were made from.
  static func withAlpha(of x: Tensor, _ colors: Tensor) throws -> Tensor {
    try hasAlpha(x) ? Tensor.cat([colors, x.narrow(1, x.shape[1] - 1, 1)], 1) : colors
  }

  /// Filters the color channels of a batch.
  package static func onColors(of x: Tensor, _ work: (Tensor) throws -> Tensor) throws -> Tensor {
    try withAlpha(of: x, work(withoutAlpha(x)))
  }

  /// One plane of grey N×1×H×W in all color channels of a batch.
  static func grey(_ plane: Tensor, like x: Tensor) throws -> Tensor {
    let channels = x.shape[1] - (hasAlpha(x) ? 1 : 0)
    let colors = try plane.expand([x.shape[0], channels, x.shape[2], x.shape[3]])
    return try withAlpha(of: x, hasAlpha(x) ? colors : colors.copy())
  }

  /// The brightness of a batch, N×1×H×W: Rec. 601 luma of the first three channels of RGB or RGBA, the grey channel of
  /// grey or grey with alpha, else the mean of all channels.
  package static func luminance(_ x: Tensor) throws -> Tensor {
    switch x.shape[1] {
    case 1: return x
    case 2: return try x.narrow(1, 0, 1)
    case 3, 4:
      let (r, g, b) = (try x.narrow(1, 0, 1), try x.narrow(1, 1, 1), try x.narrow(1, 2, 1))
      return try r * 0.299 + g * 0.587 + b * 0.114
    default: return try x.mean([1], keepdim: true)
    }
  }

  /// Filters the luminance of a batch; all color channels get the result.
  static func onLuminance(of x: Tensor, _ work: (Tensor) throws -> Tensor) throws -> Tensor {
    try grey(work(luminance(x)), like: x)
  }

  /// Runs a filter in f32 that has no gradient: asking for one through it throws, `why` and with `advice`.
  static func withoutGradient(
    _ x: Tensor, _ operation: String, _ why: String = "this filter has no gradient",
    advice: String = "detach the picture first, or take a smooth filter: gaussian, guided",
    _ filter: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    try Autograd.noGradient { try filter(x.detached().to(.f32)).to(x.dtype) }
      .withoutGradient(operation, from: [x], why, advice: advice)
  }
}
