internal import CCodecs
internal import Glibc
internal import Surface
internal import TensorCore

/// Bounds on what a picture file may claim.
package enum ImageLimits {
  /// Pixels: 16384 × 16384. A tensor of that size takes 3 GB.
  package static let mostPixels = 1 << 28
  /// Either side of a JPEG, as libjpeg defines it.
  package static let mostJPEG = 65500
}

/// Which way up a picture is stored: the eight values of Exif's orientation.
struct Orientation {
  /// 1 upright, 2 mirrored, 3 upside down, 4 mirrored upside down, 5 to 8 lying on a side.
  let code: Int

  var swapsSides: Bool { code >= 5 }

  /// Where pixel (0, 0) of the file goes in the upright picture of the given size, and the steps of its x and y.
  func placement(width: Int, height: Int) -> (start: Int, stepX: Int, stepY: Int) {
    let right = width - 1, below = (height - 1) * width
    switch code {
    case 2: return (right, -1, width)
    case 3: return (below + right, -1, -width)
    case 4: return (below, 1, -width)
    case 5: return (0, width, 1)
    case 6: return (right, width, -1)
    case 7: return (below + right, -width, -1)
    case 8: return (below, -width, 1)
    default: return (0, 1, width)
    }
  }
}

/// One picture file being read: the header first, then, after the caller has seen that it is sane, the pixels. The
/// C readers keep their libraries' longjmp to themselves.
final class PictureReader {
  private(set) var header = atelier_header()
  private let stream: UnsafeMutablePointer<FILE>
  private var png: OpaquePointer?
  private var jpeg: OpaquePointer?
  private let source: Source

  /// What is read, for messages.
  struct Source {
    let name: String
    let operation: String
    let bytes: Int
    let format: ImageFormat
  }

  /// Takes over a stream that stands at the file's beginning.
  init(_ stream: UnsafeMutablePointer<FILE>, _ source: Source) throws {
    self.stream = stream
    self.source = source
    var failure = atelier_failure()
    switch source.format {
    case .png: png = atelier_png_open(stream, &header, &failure)
    case .jpeg: jpeg = atelier_jpeg_open(stream, &header, &failure)
    }
    if png == nil && jpeg == nil { throw error(failure) }
    try checkHeader()
  }

  deinit {
    atelier_png_close(png)
    atelier_jpeg_close(jpeg)
    fclose(stream)
  }

  /// Refuses sizes beyond the budget, and sizes that the file is too short to fill, before anything is allocated.
  private func checkHeader() throws {
    let width = Int(header.width), height = Int(header.height)
    guard width > 0, height > 0, width <= ImageLimits.mostPixels / height else {
      throw EngineError(
        source.operation, "\(source.name) claims to be \(width) × \(height) pixels",
        advice: "pictures of up to \(ImageLimits.mostPixels / 1_000_000) million pixels are read")
    }
    guard Int(header.least_bytes) <= source.bytes else {
      throw EngineError(
        source.operation,
        "cannot read \(source.name): its \(source.bytes) bytes are too few for the \(width) × \(height) pixels that it "
          + "claims", advice: "was it cut short?")
    }
  }

  /// The Exif orientation; 1 for PNG.
  private var orientation: Orientation {
    guard let bytes = header.exif, header.exif_count > 0 else { return Orientation(code: 1) }
    return Orientation(code: Exif.orientation(Array(UnsafeBufferPointer(start: bytes, count: Int(header.exif_count)))))
  }

  /// Decodes upright into channels × height × width, 0…1.
  ///
  /// - Parameter alpha: keeps alpha as a fourth channel (1 everywhere when the file has none) instead of compositing.
  func read(alpha: Bool) throws -> (picture: Tensor, composited: Bool) {
    let orientation = orientation
    var (width, height) = (Int(header.width), Int(header.height))
    if orientation.swapsSides { (width, height) = (height, width) }
    let channels = alpha ? 4 : 3
    var translucent: Int32 = 0
    let picture = try Tensor.build([channels, height, width]) { elements in
      let place = orientation.placement(width: width, height: height)
      var planes = atelier_planes(
        base: elements.baseAddress! + place.start, plane: width * height, step_x: place.stepX, step_y: place.stepY,
        channels: Int32(channels))
      var failure = atelier_failure()
      let stop = UnsafePointer(Interrupt.address)
      let status =
        png != nil
        ? atelier_png_read(png, &planes, stop, &translucent, &failure)
        : atelier_jpeg_read(jpeg, &planes, stop, &failure)
      if status != 0 { throw error(failure) }
    }
    return (picture, translucent != 0 && !alpha)
  }

  private func error(_ failure: atelier_failure) -> any Error {
    let text = withUnsafeBytes(of: failure.text) { String(cString: $0.bindMemory(to: CChar.self).baseAddress!) }
    let (operation, name, format) = (source.operation, source.name, source.format.rawValue)
    switch Int(failure.kind) {
    case Int(ATELIER_INTERRUPTED): return Interrupted()
    case Int(ATELIER_TRUNCATED):
      return EngineError(
        operation, "cannot read \(name): the \(format) file ends before the picture does", advice: "was it cut short?")
    case Int(ATELIER_MEMORY): return EngineError(operation, "not enough memory to read \(name)")
    case Int(ATELIER_SYSTEM):
      return EngineError(operation, "cannot read \(name): \(String(cString: strerror(failure.code)))")
    default:
      let clause = text.isEmpty ? "" : " (\(text))"
      return EngineError(operation, "cannot read \(name): its \(format) data are damaged\(clause)")
    }
  }
}

/// Writes pictures of 1 to 4 planes to a stream.
enum PictureWriter {
  /// How to write.
  struct Settings {
    var format: ImageFormat
    var quality = 95
    var bits = 8
    var software: String
    var description: String?
  }

  /// Writes planar values. Throws `Interrupted`, or calls `refused` with errno for the error when writing fails.
  static func write(
    _ values: UnsafeBufferPointer<Float>, shape: [Int], to stream: UnsafeMutablePointer<FILE>, _ settings: Settings,
    operation: String, refused: (Int32) -> any Error
  ) throws {
    var picture = atelier_picture(
      values: values.baseAddress, width: Int32(shape[2]), height: Int32(shape[1]), channels: Int32(shape[0]))
    var failure = atelier_failure()
    let stop = UnsafePointer(Interrupt.address)
    let status: Int32
    switch settings.format {
    case .png:
      status = atelier_png_write(
        stream, &picture, Int32(settings.bits), settings.software, settings.description, stop, &failure)
    case .jpeg:
      let comment = settings.description.map { "\(settings.software): \($0)" } ?? settings.software
      status = atelier_jpeg_write(stream, &picture, Int32(settings.quality), comment, stop, &failure)
    }
    guard status != 0 else { return }
    switch Int(failure.kind) {
    case Int(ATELIER_INTERRUPTED): throw Interrupted()
    case Int(ATELIER_MEMORY): throw EngineError(operation, "not enough memory to write the picture")
    case Int(ATELIER_SYSTEM): throw refused(failure.code)
    default:
      let text = withUnsafeBytes(of: failure.text) { String(cString: $0.bindMemory(to: CChar.self).baseAddress!) }
      throw EngineError(operation, "the picture could not be encoded (\(text))")
    }
  }

  /// NaNs and the largest magnitude among planar values.
  static func survey(_ values: UnsafeBufferPointer<Float>) -> (nans: Int, largest: Float) {
    var largest: Float = 0
    let nans = atelier_survey(values.baseAddress, Int64(values.count), &largest)
    return (Int(nans), largest)
  }
}
