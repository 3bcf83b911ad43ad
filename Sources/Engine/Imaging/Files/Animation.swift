internal import Files
internal import Glibc
internal import Surface
public import TensorCore

/// Writes animated PNG files (the PNG specification's third edition: chunks acTL, fcTL and fdAT).
public enum Animation {
  /// How an animation is shown.
  public struct Timing: Sendable {
    /// How long each picture stands, seconds; the last one counts for all that follow.
    public var delays: [Double]
    /// How often it runs; 0: without end.
    public var loops: Int

    /// Delays in seconds, the last one for all that follow.
    public init(delays: [Double], loops: Int = 0) {
      self.delays = delays
      self.loops = loops
    }

    /// Every picture stands for 1 / `rate` seconds.
    public init(rate: Double, loops: Int = 0) { self.init(delays: [1 / rate], loops: loops) }

    /// A delay as the fraction of two 16-bit numbers that the format holds: one over a whole number where it is one (25
    /// pictures a second are exact), milliseconds otherwise, hundredths where those do not fit.
    func fraction(_ index: Int, _ operation: String) throws -> (Int, Int) {
      let seconds = delays[min(index, delays.count - 1)]
      guard seconds >= 0, seconds <= 655.35 else {
        throw EngineError(operation, expected: "delays of 0 to 655.35 seconds", came: "\(seconds)")
      }
      let rate = (1 / seconds).rounded()
      if rate >= 1, rate <= 65535, abs(1 / rate - seconds) < 1e-9 { return (1, Int(rate)) }
      return seconds <= 65.535 ? (Int((seconds * 1000).rounded()), 1000) : (Int((seconds * 100).rounded()), 100)
    }
  }

  /// Writes pictures of one size as an animated PNG of 8 bits per channel. Programs that know no animations show the
  /// first picture.
  ///
  /// - Parameter pictures: each C × H × W with 1 to 4 channels, all of one shape.
  public static func save(
    _ pictures: [Tensor], to path: String, _ timing: Timing, operation: String = "images.save_animation"
  ) throws {
    let ending = ImageFormat.ending(of: path)
    guard ending == "png" || ending == "apng" else {
      throw EngineError(operation, "\(path) does not end in .png", advice: "animations are written as animated PNG")
    }
    guard let first = pictures.first else { throw EngineError(operation, "needs at least one picture") }
    guard !timing.delays.isEmpty, (0...Int(Int32.max)).contains(timing.loops) else {
      throw EngineError(operation, "needs a delay and 0 to \(Int32.max) loops, got \(timing.loops) loops")
    }
    let shape = try PictureShape.single(first, operation).shape
    for (index, picture) in pictures.enumerated() {
      let other = try PictureShape.single(picture, operation).shape
      guard other == shape else {
        throw EngineError(
          operation, "picture \(index + 1) has the shape \(other.shapeText), the first \(shape.shapeText)",
          advice: "an animation's pictures have one size: see images.resize and images.pad")
      }
      _ = try timing.fraction(index, operation)
    }
    try AtomicFile.write(path, operation: operation) { stream in
      var writer = Writer(stream: stream, path: path, operation: operation, timing: timing)
      for (index, picture) in pictures.enumerated() {
        try writer.write(try frame(picture, operation), index, of: pictures.count, shape)
      }
      try writer.chunk("IEND", [])
    }
  }

  /// One picture as a PNG file in memory.
  private static func frame(_ picture: Tensor, _ operation: String) throws -> [UInt8] {
    let planes = try ImageFile.writable(picture, .png, ending: "png", operation)
    return try ImageFile.encoded(planes, .init(.png), operation)
  }

  /// Takes PNG files apart and puts their chunks together as an animation.
  private struct Writer {
    let stream: UnsafeMutablePointer<FILE>
    let path: String
    let operation: String
    let timing: Timing
    /// The number of the next fcTL or fdAT.
    private var sequence = 0

    init(stream: UnsafeMutablePointer<FILE>, path: String, operation: String, timing: Timing) {
      (self.stream, self.path, self.operation, self.timing) = (stream, path, operation, timing)
    }

    func chunk(_ type: String, sequence: Int? = nil, _ data: ArraySlice<UInt8>) throws {
      guard PictureWriter.chunk(type, sequence: sequence, data, to: stream) else {
        throw AtomicFile.failure(path, operation, errno)
      }
    }

    /// The chunks of one frame: what stands before the first picture, its control chunk, its data.
    mutating func write(_ file: [UInt8], _ index: Int, of count: Int, _ shape: [Int]) throws {
      try Interrupt.check()
      var start = 8
      while start + 12 <= file.count {
        let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        let type = String(decoding: file[start + 4..<start + 8], as: UTF8.self)
        let data = file[start + 8..<start + 8 + length]
        if type == "IHDR" {
          if index == 0 { try begin(header: data, file, count) }
          try control(index, shape)
        } else if type == "IDAT", index == 0 {
          try chunk("IDAT", data)
        } else if type == "IDAT" {
          try chunk("fdAT", sequence: next(), data)
        }
        start += 12 + length
      }
    }

    private func begin(header: ArraySlice<UInt8>, _ file: [UInt8], _ count: Int) throws {
      guard file.withUnsafeBytes({ fwrite($0.baseAddress, 1, 8, stream) }) == 8 else {
        throw AtomicFile.failure(path, operation, errno)
      }
      try chunk("IHDR", header)
      try chunk("acTL", (Self.bytes(count, 4) + Self.bytes(timing.loops, 4))[...])
    }

    /// fcTL: size, place, delay; the whole picture is replaced.
    private mutating func control(_ index: Int, _ shape: [Int]) throws {
      let (numerator, denominator) = try timing.fraction(index, operation)
      let sizes = Self.bytes(shape[2], 4) + Self.bytes(shape[1], 4) + Self.bytes(0, 4) + Self.bytes(0, 4)
      let data = sizes + Self.bytes(numerator, 2) + Self.bytes(denominator, 2) + [0, 0]
      try chunk("fcTL", sequence: next(), data[...])
    }

    private mutating func next() -> Int {
      defer { sequence += 1 }
      return sequence
    }

    /// An integer in network order.
    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
  }
}
