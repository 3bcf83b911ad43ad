internal import CCodecs
internal import Glibc
internal import Surface
internal import TensorCore

/// Bounds on what a picture file may claim.
package enum ImageLimits {
  /// Pixels: 16384 × 16384. A tensor of that size takes 3 GB.
  package static let mostPixels = 1 << 28
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
  private var reader: OpaquePointer?
  private let source: Source

  /// What is read, for messages.
  struct Source {
    let name: String
    let operation: String
    let bytes: Int
    let format: ImageFormat
  }

  /// What was read, and what the user should know about it.
  struct Result {
    let picture: Tensor
    /// Transparency was composited on white.
    var composited = false
    /// There is a colour profile that cannot be used.
    var unfitProfile = false
    /// Pictures in the file, of which the first was read.
    var frames = 1
  }

  /// Takes over a stream that stands at the file's beginning.
  ///
  /// - Parameter longest: the longest side wanted, which lets a JPEG be decoded at reduced scale; 0 for full scale.
  init(_ stream: UnsafeMutablePointer<FILE>, _ source: Source, longest: Int = 0) throws {
    self.stream = stream
    self.source = source
    var failure = atelier_failure()
    let scale = Int32(clamping: longest)
    reader = atelier_open(stream, source.format.code, Int64(source.bytes), scale, &header, &failure)
    if reader == nil { throw error(failure) }
    try checkHeader()
  }

  deinit {
    atelier_close(reader)
    fclose(stream)
  }

  /// Refuses sizes beyond the budget, and sizes that the file is too short to fill, before anything is allocated.
  private func checkHeader() throws {
    let width = Int(header.width), height = Int(header.height)
    guard width > 0, height > 0 else {
      throw EngineError(
        source.operation, "\(source.name) claims to be \(width) × \(height) pixels: it holds no picture")
    }
    guard width <= ImageLimits.mostPixels / height else {
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

  /// The Exif orientation; 1 where there is none.
  private var orientation: Orientation {
    guard let bytes = header.exif, header.exif_count > 0 else { return Orientation(code: 1) }
    return Orientation(code: Exif.orientation(Array(UnsafeBufferPointer(start: bytes, count: Int(header.exif_count)))))
  }

  /// Decodes upright into channels × height × width, 0…1.
  ///
  /// - Parameters:
  ///   - alpha: keeps alpha as a fourth channel (1 everywhere when the file has none) instead of compositing.
  ///   - convert: whether what the file says about its colours is used to make them sRGB.
  func read(alpha: Bool, convert: Bool) throws -> Result {
    let orientation = orientation
    var (width, height) = (Int(header.reduced_width), Int(header.reduced_height))
    if orientation.swapsSides { (width, height) = (height, width) }
    let channels = alpha ? 4 : 3
    var state = Int32(ATELIER_COLOUR_SRGB)
    let color = convert ? atelier_colour_open(&header, &state) : nil
    defer { atelier_colour_close(color) }
    var translucent: Int32 = 0
    let picture = try Tensor.build([channels, height, width]) { elements in
      let place = orientation.placement(width: width, height: height)
      var planes = atelier_planes(
        base: elements.baseAddress! + place.start, plane: width * height, step_x: place.stepX, step_y: place.stepY,
        channels: Int32(channels), colour: color)
      var failure = atelier_failure()
      atelier_watch { Work.reached(Int($0), of: Int($1)) }
      if atelier_read(reader, &planes, UnsafePointer(Interrupt.address), &translucent, &failure) != 0 {
        throw error(failure)
      }
    }
    return Result(
      picture: picture, composited: translucent != 0 && !alpha, unfitProfile: Int(state) == Int(ATELIER_COLOUR_UNFIT),
      frames: Int(header.frames))
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

extension ImageFormat {
  /// The C codecs' number of the format.
  fileprivate var code: Int32 {
    switch self {
    case .png: Int32(ATELIER_PNG)
    case .jpeg: Int32(ATELIER_JPEG)
    case .webp: Int32(ATELIER_WEBP)
    case .pnm: Int32(ATELIER_PNM)
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
    var lossless = false
    var optimize = false
    var software: String?
    var description: String?

    init(_ format: ImageFormat) { self.format = format }
  }

  /// Writes planar values. Throws `Interrupted`, an error when some are NaN, or what `refused` makes of errno when
  /// writing fails; says so when values look like 0…255.
  static func write(
    _ values: UnsafeBufferPointer<Float>, shape: [Int], to stream: UnsafeMutablePointer<FILE>, _ settings: Settings,
    operation: String, refused: (Int32) -> any Error
  ) throws {
    var picture = atelier_picture(
      values: values.baseAddress, width: Int32(shape[2]), height: Int32(shape[1]), channels: Int32(shape[0]),
      nans: 0, largest: 0)
    var failure = atelier_failure()
    atelier_watch { Work.reached(Int($0), of: Int($1)) }
    let status = withText(settings.software) { software in
      withText(settings.description) { description in
        var how = atelier_settings(
          format: settings.format.code, quality: Int32(settings.quality), bits: Int32(settings.bits),
          lossless: settings.lossless ? 1 : 0, optimize: settings.optimize ? 1 : 0, software: software,
          description: description)
        return atelier_write(stream, &picture, &how, UnsafePointer(Interrupt.address), &failure)
      }
    }
    guard status != 0 else { return try check(picture, count: values.count, operation) }
    switch Int(failure.kind) {
    case Int(ATELIER_INTERRUPTED): throw Interrupted()
    case Int(ATELIER_MEMORY): throw EngineError(operation, "not enough memory to write the picture")
    case Int(ATELIER_SYSTEM): throw refused(failure.code)
    default:
      let text = withUnsafeBytes(of: failure.text) { String(cString: $0.bindMemory(to: CChar.self).baseAddress!) }
      throw EngineError(operation, "the picture could not be encoded (\(text))")
    }
  }

  /// Refuses NaN, and says so when the values look like 0…255.
  private static func check(_ written: atelier_picture, count: Int, _ operation: String) throws {
    if written.nans > 0 {
      throw EngineError(
        operation,
        "\(written.nans) of the picture's \(count) values \(written.nans == 1 ? "is" : "are") not a number (NaN)",
        advice: "look for a division by 0 or a logarithm of 0 upstream")
    }
    if written.largest > 16 {
      Notices.post(
        "\(operation): values reach \(written.largest), but a picture's go from 0 to 1; what is larger was written as 1"
      )
    }
  }

  /// Calls `body` with a C string, or with nil for nil.
  private static func withText<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) throws -> R) rethrows -> R {
    guard let text else { return try body(nil) }
    return try text.withCString(body)
  }

  /// Writes one chunk of a PNG; false when writing failed, for a reason that errno tells.
  static func chunk(
    _ type: String, sequence: Int? = nil, _ data: ArraySlice<UInt8>, to stream: UnsafeMutablePointer<FILE>
  ) -> Bool {
    data.withUnsafeBufferPointer { bytes in
      atelier_chunk(stream, type, Int64(sequence ?? -1), bytes.baseAddress, Int64(bytes.count)) == 0
    }
  }
}
