import Foundation
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Animated PNG, taken apart chunk by chunk.
@Suite(.serialized) @MainActor struct AnimationTests {
  private struct Chunk {
    let type: String
    let data: [UInt8]
  }

  private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  private func number(_ bytes: some Collection<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// The chunks of a PNG; every checksum must be right.
  private func chunks(_ file: [UInt8]) throws -> [Chunk] {
    try #require(file.starts(with: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]))
    var found: [Chunk] = []
    var start = 8
    while start < file.count {
      let length = number(file[start..<start + 4])
      #expect(number(file[start + 8 + length..<start + 12 + length]) == Int(crc(file[start + 4..<start + 8 + length])))
      let type = String(decoding: file[start + 4..<start + 8], as: UTF8.self)
      found.append(Chunk(type: type, data: Array(file[start + 8..<start + 8 + length])))
      start += 12 + length
    }
    return found
  }

  private func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// A frame as a PNG of its own, from the animation's header and the frame's data.
  private func still(_ header: Chunk, _ data: [[UInt8]]) -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
    let parts = [header] + data.map { Chunk(type: "IDAT", data: $0) } + [Chunk(type: "IEND", data: [])]
    for part in parts {
      let body = Array(part.type.utf8) + part.data
      file += big(part.data.count, 4) + body + big(Int(crc(body[...])), 4)
    }
    return file
  }

  @Test(.proves("images.save_animation"), arguments: [1, 3, 4]) func everyFrameIsThere(_ channels: Int) throws {
    let scratch = try Scratch()
    // Large enough for several IDAT chunks of 64 KB each.
    let pictures = try (0..<3).map { index in
      try (noise([channels, 150, 200], seed: UInt64(index + 1)) * 255).round().to(.f32) / 255
    }
    try Animation.save(pictures, to: scratch("x.png"), .init(delays: [0.04, 0.5, 60], loops: 7))
    let found = try chunks(try bytes(of: scratch("x.png")))
    #expect(found.first?.type == "IHDR" && found.last?.type == "IEND")
    let control = try #require(found.first { $0.type == "acTL" })
    #expect(number(control.data[0..<4]) == 3 && number(control.data[4..<8]) == 7)
    var frames: [[[UInt8]]] = [], delays: [Int] = [], sequence: [Int] = []
    for chunk in found {
      switch chunk.type {
      case "fcTL":
        sequence.append(number(chunk.data[0..<4]))
        #expect(number(chunk.data[4..<8]) == 200 && number(chunk.data[8..<12]) == 150)
        #expect(chunk.data[12..<20].allSatisfy { $0 == 0 })
        delays += [number(chunk.data[20..<22]), number(chunk.data[22..<24])]
        frames.append([])
      case "IDAT": frames[frames.count - 1].append(chunk.data)
      case "fdAT":
        sequence.append(number(chunk.data[0..<4]))
        frames[frames.count - 1].append(Array(chunk.data.dropFirst(4)))
      default: break
      }
    }
    #expect(delays == [1, 25, 1, 2, 60000, 1000])
    #expect(sequence == Array(0..<sequence.count))
    #expect(frames.count == 3 && (frames[1].count > 1 || channels == 1))
    for (picture, data) in zip(pictures, frames) {
      let back = try ImageFile.decode(still(found[0], data), name: "frame", .init(alpha: channels == 4))
      #expect(try difference(back, channels == 1 ? picture.expand([3, 150, 200]) : picture) < 1e-6)
    }
    #expect(try ImageFile.load(scratch("x.png"), .init(alpha: true)).shape == [4, 150, 200])
  }

  nonisolated private static let python = ProcessInfo.processInfo.environment["ATELIER_PEER_PYTHON"]

  /// Pillow reads every frame back exactly, where ATELIER_PEER_PYTHON names a Python that has it.
  @Test(.enabled(if: python != nil)) func pillowReadsIt() throws {
    let python = try #require(Self.python)
    let scratch = try Scratch()
    let levels = try (0..<4).map { try (noise([3, 9, 11], seed: UInt64($0 + 1)) * 255).round().to(.f32) }
    try Animation.save(levels.map { try $0 / 255 }, to: scratch("x.png"), .init(rate: 12.5))
    let script = """
      import sys
      from PIL import Image, ImageSequence
      picture = Image.open(sys.argv[1])
      sums = [sum((i + 1) * v for i, v in enumerate(f.convert("RGB").tobytes())) for f in ImageSequence.Iterator(picture)]
      print(*sums, picture.info["duration"], picture.info["loop"])
      """
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", script, scratch("x.png")]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let sums = try levels.map { picture in
      try picture.permute([1, 2, 0]).doubles().enumerated().reduce(0) { $0 + ($1.offset + 1) * Int($1.element) }
    }
    #expect(text.split(separator: " ").prefix(4).map { Int($0) } == sums)
    #expect(text.hasSuffix(" 80.0 0\n"), "\(text)")
  }

  @Test func refusesWhatCannotBe() throws {
    let scratch = try Scratch()
    func refusal(_ pictures: [Tensor], _ name: String = "x.png", _ timing: Animation.Timing = .init(rate: 10)) -> String
    {
      message { try Animation.save(pictures, to: scratch(name), timing) }
    }
    let picture = try noise([3, 4, 5])
    #expect(refusal([]) == "images.save_animation: needs at least one picture")
    #expect(
      refusal([picture, try noise([3, 5, 4])])
        == "images.save_animation: picture 2 has the shape 3×5×4, the first 3×4×5; an animation's pictures have one size: "
        + "see images.resize and images.pad")
    #expect(refusal([picture], "x.gif").contains("animations are written as animated PNG"))
    #expect(
      refusal([picture], "x.png", .init(delays: [1000])).contains("expected delays of 0 to 655.35 seconds, got 1000"))
    #expect(refusal([picture], "x.png", .init(delays: [.nan])).contains("expected delays"))
    #expect(refusal([picture], "x.png", .init(delays: [1], loops: -1)).contains("got -1 loops"))
    #expect(refusal([picture, try noise([3, 4, 5]) * .nan]).contains("not a number"))
    #expect(scratch.contents.isEmpty, "nothing half-written stays")
  }
}
