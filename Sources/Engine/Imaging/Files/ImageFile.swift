internal import Files
internal import Glibc
internal import Surface
public import TensorCore

/// Pictures in files. In memory a picture is a tensor of channels × height × width, f32, 0…1, RGB.
public enum ImageFile {
  /// Reads a PNG or JPEG, whatever its name: grey becomes RGB, Exif orientation is applied, transparency is composited
  /// on white with a notice.
  ///
  /// - Parameters:
  ///   - maxSize: the longest side, pixels; larger pictures are shrunk (bicubic, antialiased).
  ///   - alpha: returns four channels, the last one alpha, instead of compositing.
  /// - Returns: 3 × H × W, or 4 × H × W with `alpha`.
  public static func load(
    _ path: String, maxSize: Int? = nil, alpha: Bool = false, operation: String = "images.load"
  ) throws -> Tensor {
    let file = try InputFile(path, operation: operation)
    let head = try file.bytes(at: 0, count: min(32, file.size))
    let reader = try PictureReader(
      try file.stream(), source(head, path, bytes: file.size, operation))
    return try finish(reader, path, maxSize, alpha, operation)
  }

  /// Reads a picture out of bytes in memory; `name` stands for the path in messages.
  package static func decode(
    _ bytes: [UInt8], name: String, maxSize: Int? = nil, alpha: Bool = false, operation: String = "images.load"
  ) throws -> Tensor {
    let source = try source(Array(bytes.prefix(32)), name, bytes: bytes.count, operation)
    return try bytes.withUnsafeBytes { buffer in
      // fmemopen takes a mutable pointer but does not write in mode "rb".
      guard let stream = fmemopen(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count, "rb") else {
        throw EngineError(operation, "cannot read \(name): \(String(cString: strerror(errno)))")
      }
      return try finish(try PictureReader(stream, source), name, maxSize, alpha, operation)
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
        operation, "cannot read \(name): it is \(what)", advice: "PNG and JPEG pictures can be read")
    }
  }

  private static func finish(
    _ reader: PictureReader, _ name: String, _ maxSize: Int?, _ alpha: Bool, _ operation: String
  ) throws -> Tensor {
    let (picture, composited) = try reader.read(alpha: alpha)
    if composited {
      Notices.post("\(operation): \(name) has transparency, composited on white; alpha = true keeps it")
    }
    guard let maxSize, max(picture.shape[1], picture.shape[2]) > maxSize else { return picture }
    return try Resize.apply(picture, Resize.Request(maxSize: maxSize), operation: operation)
  }

  /// Writes a picture; the name's extension decides the format. Values are clamped to 0…1 and rounded half up. The
  /// file appears complete or not at all, and an existing one stays until then.
  ///
  /// - Parameters:
  ///   - picture: C × H × W (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha), H × W, or a batch of one.
  ///   - quality: of a JPEG, 1…100; colour keeps its full resolution from 90 on.
  ///   - bits: per channel of a PNG, 8 or 16.
  ///   - description: what made the picture, kept in a text chunk.
  public static func save(
    _ picture: Tensor, to path: String, quality: Int = 95, bits: Int = 8, description: String? = nil,
    operation: String = "images.save"
  ) throws {
    guard let format = ImageFormat(name: path) else {
      let known = ImageFormat.allCases.flatMap(\.extensions).map { ".\($0)" }.joined(separator: ", ")
      let ending = ImageFormat.ending(of: path)
      throw EngineError(
        operation,
        "\(path) \(ending.isEmpty ? "has no extension" : "ends in .\(ending)"), which names no picture format",
        advice: "a picture's name ends in one of \(known)")
    }
    guard (1...100).contains(quality), bits == 8 || bits == 16 else {
      throw EngineError(operation, "quality must be 1 to 100 and bits 8 or 16, got \(quality) and \(bits)")
    }
    if format == .jpeg, bits == 16 {
      throw EngineError(operation, "JPEG holds 8 bits per channel", advice: "save as .png for 16")
    }
    let settings = PictureWriter.Settings(
      format: format, quality: quality, bits: bits, software: "Atelier \(EngineVersion.text)",
      description: description.map { String($0.filter { $0 != "\0" }) })
    let planes = try writable(picture, format, operation)
    try planes.withFloats { values in
      try check(values, operation)
      try AtomicFile.write(path, operation: operation) { stream in
        setvbuf(stream, nil, _IOFBF, 1 << 16)
        try PictureWriter.write(values, shape: planes.shape, to: stream, settings, operation: operation) { code in
          AtomicFile.failure(path, operation, code)
        }
      }
    }
  }

  /// A picture as the bytes of a PNG file, for terminals and notebooks.
  package static func png(_ picture: Tensor, operation: String = "show") throws -> [UInt8] {
    let settings = PictureWriter.Settings(format: .png, software: "Atelier \(EngineVersion.text)")
    let planes = try writable(picture, .png, operation)
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
      try check(values, operation)
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

  /// The picture as C × H × W that a format can hold: checks shape and type, composites alpha for JPEG.
  private static func writable(_ picture: Tensor, _ format: ImageFormat, _ operation: String) throws -> Tensor {
    var planes = try PictureShape.single(picture, operation)
    let (channels, height, width) = (planes.shape[0], planes.shape[1], planes.shape[2])
    if format == .jpeg, max(height, width) > ImageLimits.mostJPEG {
      throw EngineError(
        operation, "a JPEG has at most \(ImageLimits.mostJPEG) pixels a side, got \(width) × \(height)",
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
    if format == .jpeg, channels == 2 || channels == 4 {
      Notices.post("\(operation): JPEG has no transparency, composited on white; save as .png to keep it")
      let colors = try planes.narrow(0, 0, channels - 1), alpha = try planes.narrow(0, channels - 1, 1)
      planes = try colors * alpha + (1 - alpha)
    }
    return planes
  }

  /// Refuses NaN, and says so when the values look like 0…255.
  private static func check(_ values: UnsafeBufferPointer<Float>, _ operation: String) throws {
    let (nans, largest) = PictureWriter.survey(values)
    if nans > 0 {
      throw EngineError(
        operation, "\(nans) of the picture's \(values.count) values \(nans == 1 ? "is" : "are") not a number (NaN)",
        advice: "look for a division by 0 or a logarithm of 0 upstream")
    }
    if largest > 16 {
      Notices.post(
        "\(operation): values reach \(largest), but a picture's go from 0 to 1; what is larger was written as 1")
    }
  }
}
