import Checkpoints
import Foundation
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Files that are not pictures, or not whole ones: one clear sentence each, and no crash whatever the bytes.
@Suite(.serialized) @MainActor struct BadFileTests {
  private func golden(_ name: String) throws -> [UInt8] {
    try SafetensorsFile(path: Fixtures.golden("imaging/pictures.safetensors"))
      .tensor("file/" + name).floats().map { UInt8($0) }
  }

  private func refusal(_ bytes: [UInt8], _ name: String = "x.png") throws -> String {
    let scratch = try Scratch()
    let path = try scratch.file(name, bytes)
    let text = message { _ = try ImageFile.load(path) }
    #expect(text.hasPrefix("images.load: "))
    #expect(text.contains(path), "the message names the file")
    #expect(!text.contains("\n"))
    return text
  }

  @Test func missingFolderEmptyText() throws {
    let scratch = try Scratch()
    #expect(message { _ = try ImageFile.load(scratch("none.png")) }.contains("there is no file"))
    _ = try scratch.file("tubingen.jpg", [1])
    #expect(message { _ = try ImageFile.load(scratch("tubigen.jpg")) }.contains("; did you mean tubingen.jpg?"))
    #expect(message { _ = try ImageFile.load(scratch.path) }.contains("it is a folder"))
    #expect(message { _ = try ImageFile.load("") }.contains("expected the path of a file"))
    #expect(message { _ = try ImageFile.load("/dev/zero") }.contains("not a regular file"))
    #expect(try refusal([]).contains("the file is empty"))
    #expect(try refusal(Array("hello, this is no picture\n".utf8)).contains("it is text, not a picture"))
    #expect(try refusal(Array("GIF89a".utf8)).contains("it is a GIF picture"))
    #expect(try refusal([0, 1, 2, 3, 200]).contains("not a picture of a known format"))
  }

  @Test(arguments: [
    "rgb8.png", "rgb8-interlaced.png", "palette4-transparent.png", "baseline444.jpg", "progressive.jpg", "grey.jpg",
    "lossy.webp", "rgba.webp", "icc-rgb.webp", "p2-255.pnm", "p3-1000.pnm", "p5-65535.pnm", "p6-255.pnm",
  ]) func everyCutIsRefused(_ name: String) throws {
    let good = try golden(name)
    // The last chunk of a PNG is only its end mark, and a JPEG may lack its last marker's second byte.
    for length in 1..<(good.count - 14) {
      let text = message { _ = try ImageFile.decode(Array(good[..<length]), name: "cut") }
      #expect(text.hasPrefix("images.load: cannot read cut: "), "\(name) cut to \(length) bytes: \(text)")
    }
    let half = try refusal(Array(good[..<(good.count * 3 / 4)]), name)
    #expect(half.contains("cut short") || half.contains("damaged"))
  }

  /// A PNG header that claims a size, followed by nothing much.
  private func claim(_ width: UInt32, _ height: UInt32) throws -> [UInt8] {
    var bytes = try golden("rgb8.png")
    for (index, value) in [width, height].enumerated() {
      for byte in 0..<4 { bytes[16 + index * 4 + byte] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * byte)) }
    }
    let sum = crc(bytes[12..<29])
    for byte in 0..<4 { bytes[29 + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * byte)) }
    return bytes
  }

  private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  @Test func claimsAreCheckedBeforeAllocating() throws {
    #expect(try refusal(claim(100_000, 100_000)).contains("claims to be 100000 × 100000 pixels"))
    #expect(try refusal(claim(0x7FFF_FFFF, 0x7FFF_FFFF)).contains("claims to be"))
    // Within the budget, but no deflate stream of this length can hold so much.
    #expect(try refusal(claim(16384, 16384)).contains("too few for the 16384 × 16384 pixels"))
    #expect(try refusal(claim(0, 5)).contains("damaged"))
    var bytes = try golden("baseline444.jpg")
    guard let frame = bytes.indices.first(where: { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }) else {
      Issue.record("no frame header")
      return
    }
    for offset in 5...8 { bytes[frame + offset] = 0xFD }
    #expect(try refusal(bytes, "x.jpg").contains("claims to be 65021 × 65021"))
    for offset in 5...8 { bytes[frame + offset] = 0x30 }
    #expect(try refusal(bytes, "x.jpg").contains("too few for the 12336 × 12336 pixels"))
  }

  @Test func badHeadersOfPGMAndWebP() throws {
    func text(_ text: String) throws -> String { try refusal(Array(text.utf8), "x.ppm") }
    #expect(try text("P5\n100000 100000\n255\n").contains("claims to be 100000 × 100000 pixels"))
    #expect(try text("P6\n16000 16000\n255\nabc").contains("too few for the 16000 × 16000 pixels"))
    #expect(try text("P5\n0 5\n255\n").contains("claims to be 0 × 5 pixels: it holds no picture"))
    #expect(try text("P5\n99999999999 5\n255\n").contains("its PNM data are damaged (a number is too large)"))
    #expect(try text("P5\n2 2\n65536\n").contains("a number is too large"))
    #expect(try text("P5\n2 2\n0\n\0\0\0\0").contains("its largest value is 0"))
    #expect(try text("P2\n2 1\n9\n5 x").contains("a number was expected"))
    #expect(try text("P2\n2 1\n9\n5 10").contains("a number is too large"))
    #expect(try text("P2\n2 -1\n9\n5 1").contains("a number was expected"))
    #expect(try text("P4\n2 2\n").contains("it is a PBM bitmap"))
    #expect(try refusal(Array("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ".utf8), "x.webp").contains("cannot read"))
    #expect(try refusal(Array("RIFF\u{4}\0\0\0WEBP".utf8), "x.webp").contains("cannot read"))
    // A canvas of 2^24 x 2^24 pixels, which the container can say.
    let huge: [UInt8] =
      Array("RIFF\u{16}\0\0\0WEBPVP8X\u{0A}\0\0\0".utf8) + [0, 0, 0, 0] + [UInt8](repeating: 255, count: 6)
    #expect(try refusal(huge, "x.webp").contains("cannot read"))
  }

  /// Changed bytes give an error or a picture, never anything else; a fixed sequence, so that failures repeat.
  @Test(arguments: [
    "rgb8.png", "grey2-interlaced.png", "palette8-transparent.png", "rgba16.png", "baseline420.jpg", "progressive.jpg",
    "cmyk.jpg", "orientation6.jpg", "icc-rgb.png", "icc-grey.png", "icc-three-segments.jpg", "icc-cmyk.jpg",
    "gamma-wide.png", "lossy-alpha.webp", "rgb.webp", "icc-rgb.webp", "p3-255.pnm", "p6-65535.pnm",
  ]) func survivesDamage(_ name: String) throws {
    let good = try golden(name)
    var state: UInt64 = 7
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var refused = 0
    _ = notices {
      // Making a conversion of colours takes longer than decoding these small pictures.
      for _ in 0..<(name.hasPrefix("icc") ? 200 : 1500) {
        var changed = good
        for _ in 0..<(1 + next() % 4) { changed[next() % good.count] = UInt8(truncatingIfNeeded: next()) }
        do {
          let picture = try ImageFile.decode(changed, name: name, .init(alpha: true))
          #expect(picture.shape[0] == 4)
        } catch { refused += 1 }
      }
    }
    #expect(refused > 0)
  }

  @Test func orientationIsReadFromHostileExif() {
    func tiff(_ entries: [UInt8], offset: UInt8 = 8, count: UInt8 = 1) -> [UInt8] {
      [0x49, 0x49, 42, 0, offset, 0, 0, 0, count, 0] + entries
    }
    let six: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
    #expect(Exif.orientation(tiff(six)) == 6)
    #expect(Exif.orientation(tiff(six, count: 255)) == 6)
    #expect(Exif.orientation(tiff(six, offset: 200)) == 1)
    #expect(Exif.orientation(tiff(six, offset: 0)) == 1)
    #expect(Exif.orientation(tiff(Array(six.dropLast(3)))) == 1)
    #expect(Exif.orientation(tiff([0x12, 0x01, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0])) == 1)
    #expect(Exif.orientation(tiff([0x12, 0x01, 3, 0, 255, 255, 255, 255, 6, 0, 0, 0])) == 1)
    #expect(Exif.orientation([0x49, 0x49, 42, 0, 255, 255, 255, 255]) == 1)
    #expect(Exif.orientation([]) == 1)
  }
}
