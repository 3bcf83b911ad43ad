internal import Imaging
internal import Surface
internal import TensorCore

/// Pictures as views: shrunk in light, as eyes would, when they are larger than the place for them.
enum PictureView {
  /// The view of a picture, C × H × W of 1 to 4 channels (alpha on white), values 0 to 1; what lies outside is cut.
  static func view(of picture: Tensor, text: String) throws -> View {
    let whole = try PictureShape.single(picture, "show")
    return View(
      text, size: (whole.shape[2], whole.shape[1]),
      pixels: { width, height in try bytes(rgb(fitted(whole, width, height))) },
      png: { width, height in try ImageFile.png(fitted(whole, width, height)) })
  }

  /// The picture made no larger than a box, by the mean light of the areas that its pixels cover.
  private static func fitted(_ picture: Tensor, _ width: Int, _ height: Int) throws -> Tensor {
    let (w, h) = (picture.shape[2], picture.shape[1])
    let factor = min(Double(max(1, width)) / Double(w), Double(max(1, height)) / Double(h))
    var picture = try displayable(picture)
    guard factor < 1 else { return picture }
    var request = Resize.Request(
      width: max(1, Int(Double(w) * factor)), height: max(1, Int(Double(h) * factor)))
    request.mode = .area
    // Of pictures far larger than the place, no pixel is seen: values are averaged as they are, which is much faster.
    guard picture.shape[0] == 3, factor > 0.25 else {
      return try Resize.apply(picture, request, operation: "show")
    }
    picture = try ColorSpace.linear.from(rgb: picture)
    return try ColorSpace.linear.rgb(from: Resize.apply(picture, request, operation: "show"))
  }

  /// The picture as f32 from 0 to 1.
  private static func displayable(_ picture: Tensor) throws -> Tensor {
    let plain = picture.detached()
    switch plain.dtype {
    case .u8: return try plain.to(.f32) / 255
    default: return try plain.to(.f32).clamp(0, 1)
    }
  }

  /// Three channels: grey repeated, alpha composited on white.
  private static func rgb(_ picture: Tensor) throws -> Tensor {
    if picture.shape[0] == 3 { return picture }
    return try Arrange.concat(
      [picture], vertical: false, gap: 0, background: Color(1, 1, 1), operation: "show")
  }

  /// The bytes of an RGB picture; what is no number becomes black.
  private static func bytes(_ picture: Tensor) throws -> Pixels {
    let (width, height) = (picture.shape[2], picture.shape[1])
    let plane = width * height
    let bytes = try picture.withFloats { values in
      [UInt8](unsafeUninitializedCapacity: 3 * plane) { bytes, count in
        for channel in 0..<3 {
          for index in 0..<plane {
            let value = values[channel * plane + index]
            bytes[3 * index + channel] = value > 0 ? UInt8(min(255, value * 255 + 0.5)) : 0
          }
        }
        count = 3 * plane
      }
    }
    return Pixels(width: width, height: height, bytes: bytes)
  }
}

extension Catalogue {
  /// What can be seen of an engine object: pictures and batches of them, plots; nil for what has only its text. A tensor is
  /// taken for a picture when it has three channels of at least 16 × 16 floating-point numbers that lie about 0 to 1.
  /// `text` is what its `display` gives, where that is known already.
  public static func view(of object: any Scriptable, text: String? = nil) throws -> View? {
    if let viewable = object as? any Viewable { return try viewable.view() }
    guard let tensor = object as? Tensor, tensor.dtype.isFloating, (3...4).contains(tensor.rank) else { return nil }
    let shape = Array(tensor.shape.suffix(3))
    guard shape[0] == 3, shape[1] >= 16, shape[2] >= 16, tensor.count > 0 else { return nil }
    let plain = tensor.detached()
    // Gradients and features have the shape of pictures too; nobody wants to see them in black and white.
    let (low, high) = (try plain.min().item(), try plain.max().item())
    guard low >= -0.5, high <= 1.5, high > 0.02 else { return nil }
    let text = text ?? tensor.display()
    guard tensor.rank == 4, tensor.shape[0] > 1 else { return try PictureView.view(of: plain, text: text) }
    let batch = try (0..<min(64, plain.shape[0])).map { try plain.select(0, $0) }
    return try PictureView.view(of: Arrange.grid(batch, Arrange.Layout(), operation: "show"), text: text)
  }
}
