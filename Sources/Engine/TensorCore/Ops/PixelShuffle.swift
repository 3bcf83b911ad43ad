internal import Surface

// Channels ↔ places. Shi et al. 2016, arXiv 1609.05158.

extension Tensor {
  /// Channels moved into places: [*, C·r², H, W] → [*, C, H·r, W·r]; channel c·r² + i·r + j becomes row i, column j
  /// of each r×r block of channel c.
  public func pixelShuffle(_ factor: Int) throws -> Tensor {
    try checkShuffle(factor, "pixel_shuffle")
    let (channels, height, width) = (dims[rank - 3], dims[rank - 2], dims[rank - 1])
    guard channels % (factor * factor) == 0 else {
      throw EngineError(
        "pixel_shuffle", expected: "channels that \(factor)×\(factor) divides", came: "\(channels) of \(dims.text)")
    }
    let (lead, kept) = (Array(shape.dropLast(3)), channels / (factor * factor))
    return try reshape([lead.reduce(1, *), kept, factor, factor, height, width]).permute([0, 1, 4, 2, 5, 3])
      .reshape(lead + [kept, height * factor, width * factor])
  }

  /// The inverse of `pixelShuffle`: [*, C, H·r, W·r] → [*, C·r², H, W].
  public func pixelUnshuffle(_ factor: Int) throws -> Tensor {
    try checkShuffle(factor, "pixel_unshuffle")
    let (channels, height, width) = (dims[rank - 3], dims[rank - 2], dims[rank - 1])
    guard height % factor == 0, width % factor == 0 else {
      throw EngineError(
        "pixel_unshuffle", expected: "a height and a width that \(factor) divides", came: "\(height)×\(width)")
    }
    let lead = Array(shape.dropLast(3))
    let blocks = [lead.reduce(1, *), channels, height / factor, factor, width / factor, factor]
    return try reshape(blocks).permute([0, 1, 3, 5, 2, 4])
      .reshape(lead + [channels * factor * factor, height / factor, width / factor])
  }

  private func checkShuffle(_ factor: Int, _ operation: String) throws {
    guard rank >= 3, (0..<rank).allSatisfy({ dims[$0] < 1 << 36 }) else {
      throw EngineError(operation, expected: "an input [N, C, H, W] or [C, H, W]", came: dims.text)
    }
    guard (1...4096).contains(factor) else {
      throw EngineError(operation, expected: "a factor from 1 to 4096", came: "\(factor)")
    }
  }
}
