internal import Files
internal import Glibc
internal import Surface
public import TensorCore

/// Pictures in files. In memory a picture is a tensor of channels × height × width, f32, 0…1, RGB.
public enum ImageFile {
  /// How to read.
  public struct Reading: Sendable {
    /// The longest side, pixels; larger pictures are shrunk (bicubic, antialiased).
    public var maxSize: Int?
    /// Returns four channels, the last one alpha, instead of compositing on white.
    public var alpha = false
    /// Whether colours are made sRGB as the file's profile asks; otherwise its numbers are kept.
    public var convertsProfile = true

    /// The whole picture in sRGB, without alpha, unless told otherwise.
    public init(maxSize: Int? = nil, alpha: Bool = false, convertsProfile: Bool = true) {
      self.maxSize = maxSize
      self.alpha = alpha
      self.convertsProfile = convertsProfile
    }
  }

  /// Reads a PNG, JPEG, WebP, PGM or PPM, whatever its name: grey becomes RGB, Exif orientation is applied, transparency
  /// is composited on white with a notice, and colours become sRGB: by an ICC profile (perceptual intent, Little CMS), in
  /// a PNG without one also by gAMA and cHRM. A profile that is sRGB within one 8-bit level changes nothing.
  ///
  /// With a largest size, a JPEG is decoded at 1/2, 1/4 or 1/8 of its size where that is still large enough, and then
  /// resized: less time and memory, and values that differ slightly from those of resizing the whole picture.
  ///
  /// - Returns: 3 × H × W, or 4 × H × W with alpha.
  public static func load(
    _ path: String, _ reading: Reading = Reading(), operation: String = "images.load"
  ) throws -> Tensor {
    let file = try InputFile(path, operation: operation)
    let head = try file.bytes(at: 0, count: min(32, file.size))
    let source = try source(head, path, bytes: file.size, operation)
    return try finish(try PictureReader(file.stream(), source, longest: reading.maxSize ?? 0), path, reading, operation)
  }

  /// Reads a picture out of bytes in memory; `name` stands for the path in messages.
  package static func decode(
    _ bytes: [UInt8], name: String, _ reading: Reading = Reading(), operation: String = "images.load"
  ) throws -> Tensor {
    let source = try source(Array(bytes.prefix(32)), name, bytes: bytes.count, operation)
    return try bytes.withUnsafeBytes { buffer in
      // fmemopen takes a mutable pointer but does not write in mode "rb".
      guard let stream = fmemopen(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count, "rb") else {
        throw EngineError(operation, "cannot read \(name): \(String(cString: strerror(errno)))")
      }
      let reader = try PictureReader(stream, source, longest: reading.maxSize ?? 0)
      return try finish(reader, name, reading, operation)
    }
  }

  private static func source(
    _ head: [UInt8], _ name: String, bytes: Int, _ operation: String
  ) throws -> PictureReader.Source {
    guard bytes > 0 else { throw EngineError(operation, "cannot read \(name): the file is empty") }
    switch ImageFormat.content(head) {
    case .picture(let format):
      return PictureReader.Source(name: name, operation: operation, bytes: bytes, format: format)
    case .other(let what):
      throw EngineError(
        operation, "cannot read \(name): it is \(what)", advice: "PNG, JPEG, WebP, PGM and PPM pictures can be read")
    }
  }

  private static func finish(
    _ reader: PictureReader, _ name: String, _ reading: Reading, _ operation: String
  ) throws -> Tensor {
    let result = try reader.read(alpha: reading.alpha, convert: reading.convertsProfile)
    if result.composited {
      Notices.post("\(operation): \(name) has transparency, composited on white; alpha = true keeps it")
    }
    if result.unfitProfile {
      Notices.post("\(operation): the colour profile of \(name) cannot be used; its values were taken as sRGB")
    }
    if result.frames > 1 {
      Notices.post("\(operation): \(name) is an animation of \(result.frames) pictures; the first was read")
    }
    let picture = result.picture
    guard let maxSize = reading.maxSize, max(picture.shape[1], picture.shape[2]) > maxSize else { return picture }
    return try Resize.apply(picture, Resize.Request(maxSize: maxSize), operation: operation)
  }

  /// How to write.
  public struct Writing: Sendable {
    /// 1…100, of a JPEG or a WebP with loss; a JPEG's colour keeps its full resolution from 90 on.
    public var quality = 95
    /// Per channel of a PNG, PGM or PPM: 8 or 16.
    public var bits = 8
    /// A WebP keeps every 8-bit value.
    public var lossless = false
    /// A JPEG gets tables fitted to it: a few per cent smaller, and half as slow again to write.
    public var optimize = false
    /// What made the picture, kept as text in PNG, JPEG, PGM and PPM files.
    public var description: String?

    /// 8 bits, quality 95, unless told otherwise.
    public init(
      quality: Int = 95, bits: Int = 8, lossless: Bool = false, optimize: Bool = false, description: String? = nil
    ) {
      self.quality = quality
      self.bits = bits
      self.lossless = lossless
      self.optimize = optimize
      self.description = description
    }
  }

  /// Writes a picture; the name's extension decides the format. Values are clamped to 0…1 and rounded half up. The
  /// file appears complete or not at all, and an existing one stays until then.
  ///
  /// - Parameter picture: C × H × W (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha), H × W, or a batch of one.
  public static func save(
    _ picture: Tensor, to path: String, _ writing: Writing = Writing(), operation: String = "images.save"
  ) throws {
    let settings = try settings(for: path, writing, operation)
    let planes = try writable(picture, settings.format, ending: ImageFormat.ending(of: path), operation)
    try planes.withFloats { values in
      try AtomicFile.write(path, operation: operation) { stream in
        setvbuf(stream, nil, _IOFBF, 1 << 16)
        try PictureWriter.write(values, shape: planes.shape, to: stream, settings, operation: operation) { code in
          AtomicFile.failure(path, operation, code)
        }
      }
    }
  }

  /// What a name and options ask for, checked.
  private static func settings(
    for path: String, _ writing: Writing, _ operation: String
  ) throws -> PictureWriter.Settings {
    let ending = ImageFormat.ending(of: path)
    guard let format = ImageFormat(name: path) else {
      throw EngineError(
        operation,
        "\(path) \(ending.isEmpty ? "has no extension" : "ends in .\(ending)"), which names no picture format",
        advice: "a picture's name ends in one of \(ImageFormat.extensionList)")
    }
    guard (1...100).contains(writing.quality), writing.bits == 8 || writing.bits == 16 else {
      throw EngineError(
        operation, "quality must be 1 to 100 and bits 8 or 16, got \(writing.quality) and \(writing.bits)")
    }
    if writing.bits == 16, !format.holds.deep {
      throw EngineError(operation, "\(format.rawValue) holds 8 bits per channel", advice: "save as .png for 16")
    }
    if writing.lossless, format == .jpeg {
      throw EngineError(operation, "a JPEG always loses something", advice: "save as .png or .webp")
    }
    var settings = PictureWriter.Settings(format)
    settings.quality = writing.quality
    settings.bits = writing.bits
    settings.lossless = writing.lossless
    settings.optimize = writing.optimize
    settings.software = "Atelier \(EngineVersion.text)"
    settings.description = writing.description.map { String($0.filter { $0 != "\0" }) }
    return settings
  }

  /// A picture as the bytes of a PNG file, for terminals and notebooks.
  package static func png(_ picture: Tensor, operation: String = "show") throws -> [UInt8] {
    var settings = PictureWriter.Settings(.png)
    settings.software = "Atelier \(EngineVersion.text)"
    return try encoded(try writable(picture, .png, ending: "png", operation), settings, operation)
  }

  /// A picture that a format can hold as the bytes of a file.
  static func encoded(_ planes: Tensor, _ settings: PictureWriter.Settings, _ operation: String) throws -> [UInt8] {
    var buffer: UnsafeMutablePointer<CChar>?
    var size = 0
    guard let stream = open_memstream(&buffer, &size) else {
      throw EngineError(operation, "not enough memory to encode the picture")
    }
    var open = true
    defer {
      if open { fclose(stream) }
      free(buffer)
    }
    try planes.withFloats { values in
      try PictureWriter.write(values, shape: planes.shape, to: stream, settings, operation: operation) { code in
        EngineError(operation, "the picture could not be encoded: \(String(cString: strerror(code)))")
      }
    }
    open = false
    guard fclose(stream) == 0, let buffer else {
      throw EngineError(operation, "not enough memory to encode the picture")
    }
    return buffer.withMemoryRebound(to: UInt8.self, capacity: size) {
      Array(UnsafeBufferPointer(start: $0, count: size))
    }
  }

  /// The picture as C × H × W that a format can hold: checks shape and type, composites alpha where there is no room
  /// for it.
  static func writable(
    _ picture: Tensor, _ format: ImageFormat, ending: String, _ operation: String
  ) throws -> Tensor {
    var planes = try PictureShape.single(picture, operation)
    let (channels, height, width) = (planes.shape[0], planes.shape[1], planes.shape[2])
    let holds = format.holds
    if max(height, width) > holds.longestSide {
      throw EngineError(
        operation, "a \(format.rawValue) has at most \(holds.longestSide) pixels a side, got \(width) × \(height)",
        advice: "save as .png")
    }
    switch planes.dtype {
    case .u8: planes = try planes.to(.f32) / 255
    case .i8, .i16, .i32, .i64:
      throw EngineError(
        operation, "expected a picture of numbers from 0 to 1, got integers (\(planes.dtype))",
        advice: "divide by the largest value, as in img / 255")
    default: break
    }
    if !holds.alpha, channels == 2 || channels == 4 {
      Notices.post(
        "\(operation): \(format.rawValue) has no transparency, composited on white; save as .png to keep it")
      let colors = try planes.narrow(0, 0, channels - 1), alpha = try planes.narrow(0, channels - 1, 1)
      planes = try colors * alpha + (1 - alpha)
    }
    if ending == "pgm", planes.shape[0] == 3 {
      throw EngineError(
        operation, "a PGM holds grey pictures, got 3 channels", advice: "save as .ppm, or images.to_gray(img)")
    }
    return ending == "ppm" && planes.shape[0] == 1 ? try planes.expand([3, height, width]) : planes
  }
}
