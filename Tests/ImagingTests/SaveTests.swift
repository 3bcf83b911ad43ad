import Foundation
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Writing pictures: what is kept, what is refused, and that nothing half-written stays.
@Suite(.serialized) @MainActor struct SaveTests {
  /// A picture of values that 8 bits hold exactly.
  private func ramp(_ channels: Int, _ height: Int = 6, _ width: Int = 7, levels: Int = 255) throws -> Tensor {
    let count = channels * height * width
    return try Tensor((0..<count).map { Float($0 * 37 % (levels + 1)) / Float(levels) }, [channels, height, width])
  }

  @Test(.proves("images.save")) func roundTripsPNG() throws {
    let scratch = try Scratch()
    for (bits, levels) in [(8, 255), (16, 65535)] {
      for channels in 1...4 {
        let picture = try ramp(channels, levels: levels)
        try ImageFile.save(picture, to: scratch("x.png"), .init(bits: bits))
        let back = try ImageFile.load(scratch("x.png"), .init(alpha: true))
        let colors = channels >= 3 ? 3 : 1
        #expect(try difference(back.narrow(0, 0, colors), picture.narrow(0, 0, colors)) < 1e-7)
        if channels % 2 == 0 {
          #expect(try difference(back.narrow(0, 3, 1), picture.narrow(0, channels - 1, 1)) < 1e-7)
        }
      }
    }
  }

  @Test func clampsAndRoundsHalfUp() throws {
    let scratch = try Scratch()
    let values: [Float] = [-0.3, 0, 0.5 / 255, 0.499 / 255, 127.5 / 255, 1, 1.7, .infinity]
    try ImageFile.save(Tensor(values, [1, 1, 8]), to: scratch("x.png"))
    let levels = try ImageFile.load(scratch("x.png")).narrow(0, 0, 1).floats().map { Int(($0 * 255).rounded()) }
    #expect(levels == [0, 0, 1, 0, 128, 255, 255, 255])
  }

  @Test func writesJPEG() throws {
    let scratch = try Scratch()
    let waves = (0..<3 * 24 * 32).map { index -> Float in
      let x = Double(index % 32), y = Double(index / 32 % 24)
      return 0.5 + 0.4 * Float(sin(x / 7 + y / 9))
    }
    let smooth = try Tensor(waves, [3, 24, 32])
    var sizes: [Int] = []
    for quality in [20, 75, 95, 100] {
      try ImageFile.save(smooth, to: scratch("x.JPG"), .init(quality: quality))
      #expect(try difference(ImageFile.load(scratch("x.JPG")), smooth) < (quality < 50 ? 0.12 : 0.03))
      sizes.append(try bytes(of: scratch("x.JPG")).count)
    }
    #expect(sizes == sizes.sorted())
    try ImageFile.save(smooth.narrow(0, 0, 1), to: scratch("grey.jpeg"))
    #expect(try ImageFile.load(scratch("grey.jpeg")).shape == [3, 24, 32])
    let heard = try notices { try ImageFile.save(ramp(4), to: scratch("alpha.jpg")) }
    #expect(heard.count == 1 && heard[0].contains("composited on white"))
  }

  @Test func writesWebP() throws {
    let scratch = try Scratch()
    for channels in 1...4 {
      let picture = try ramp(channels)
      try ImageFile.save(picture, to: scratch("x.webp"), .init(lossless: true))
      let back = try ImageFile.load(scratch("x.webp"), .init(alpha: true))
      let colors = channels >= 3 ? 3 : 1
      #expect(try difference(back.narrow(0, 0, colors), picture.narrow(0, 0, colors)) < 1e-7, "\(channels)")
      if channels % 2 == 0 {
        #expect(try difference(back.narrow(0, 3, 1), picture.narrow(0, channels - 1, 1)) < 1e-7, "\(channels)")
      }
    }
    let smooth = try Resize.apply(ramp(3), .init(width: 96, height: 64))
    var sizes: [Int] = []
    for quality in [20, 75, 100] {
      try ImageFile.save(smooth, to: scratch("y.webp"), .init(quality: quality))
      #expect(try difference(ImageFile.load(scratch("y.webp")), smooth) < (quality < 50 ? 0.35 : 0.25))
      sizes.append(try bytes(of: scratch("y.webp")).count)
    }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 3)
  }

  @Test func writesPGMAndPPM() throws {
    let scratch = try Scratch()
    for (bits, levels) in [(8, 255), (16, 65535)] {
      for (channels, name) in [(1, "x.pgm"), (3, "x.ppm"), (1, "x.ppm"), (1, "y.pnm"), (3, "y.pnm")] {
        let picture = try ramp(channels, levels: levels)
        try ImageFile.save(picture, to: scratch(name), .init(bits: bits, description: "two\nlines"))
        let back = try ImageFile.load(scratch(name))
        #expect(try difference(back.narrow(0, 0, channels), picture) < 1e-7, "\(name) \(bits)")
      }
    }
    let head = String(decoding: try bytes(of: scratch("x.ppm")).prefix(30), as: UTF8.self)
    #expect(head.hasPrefix("P6\n# two lines\n7 6\n65535\n"))
    #expect(
      message { try ImageFile.save(ramp(3), to: scratch("x.pgm")) }
        == "images.save: a PGM holds grey pictures, got 3 channels; save as .ppm, or images.to_gray(img)")
    #expect(try notices { try ImageFile.save(ramp(4), to: scratch("x.ppm")) }.count == 1)
  }

  @Test func optimizedTablesAreSmaller() throws {
    let scratch = try Scratch()
    let picture = try ramp(3, 64, 64)
    try ImageFile.save(picture, to: scratch("a.jpg"))
    try ImageFile.save(picture, to: scratch("b.jpg"), .init(optimize: true))
    #expect(try bytes(of: scratch("b.jpg")).count < bytes(of: scratch("a.jpg")).count)
    try expectSameBytes(ImageFile.load(scratch("a.jpg")), ImageFile.load(scratch("b.jpg")), "the same picture")
  }

  @Test func carriesWhatMadeIt() throws {
    let scratch = try Scratch()
    try ImageFile.save(ramp(3), to: scratch("x.png"), .init(description: "filters.gaussian{sigma = 2}"))
    let text = String(decoding: try bytes(of: scratch("x.png")), as: UTF8.self)
    #expect(text.contains("tEXtSoftware\0Atelier \(EngineVersion.text)"))
    #expect(text.contains("tEXtDescription\0filters.gaussian{sigma = 2}"))
    try ImageFile.save(ramp(3), to: scratch("y.png"), .init(description: "Größe → klein\0x"))
    let other = String(decoding: try bytes(of: scratch("y.png")), as: UTF8.self)
    #expect(other.contains("iTXtDescription") && other.contains("Größe → kleinx"))
    try ImageFile.save(ramp(3), to: scratch("z.jpg"), .init(description: "made here"))
    #expect(String(decoding: try bytes(of: scratch("z.jpg")), as: UTF8.self).contains("made here"))
  }

  @Test func encodesInMemory() throws {
    let picture = try ramp(3)
    let bytes = try ImageFile.png(picture)
    #expect(try difference(ImageFile.decode(bytes, name: "memory"), picture) < 1e-7)
  }

  @Test func acceptsOtherShapesAndTypes() throws {
    let scratch = try Scratch()
    try ImageFile.save(ramp(1).reshape([6, 7]), to: scratch("x.png"))
    #expect(try ImageFile.load(scratch("x.png")).shape == [3, 6, 7])
    try ImageFile.save(ramp(3).reshape([1, 3, 6, 7]), to: scratch("x.png"))
    #expect(try ImageFile.load(scratch("x.png")).shape == [3, 6, 7])
    try ImageFile.save((ramp(3) * 255).to(.u8), to: scratch("x.png"))
    #expect(try difference(ImageFile.load(scratch("x.png")), ramp(3)) < 1e-6)
    try ImageFile.save(ramp(3).transpose(1, 2), to: scratch("x.png"))
    #expect(try difference(ImageFile.load(scratch("x.png")), ramp(3).transpose(1, 2)) < 1e-6)
  }

  @Test func refusesWhatIsNoPicture() throws {
    let scratch = try Scratch()
    func refusal(_ tensor: Tensor, _ name: String = "x.png") -> String {
      message { try ImageFile.save(tensor, to: scratch(name)) }
    }
    #expect(refusal(try Tensor([.nan, 1, .nan], [1, 1, 3])).contains("2 of the picture's 3 values are not a number"))
    #expect(refusal(try Tensor.zeros([5, 4, 4])).contains("1 to 4 channels × height × width, got 5×4×4"))
    #expect(refusal(try Tensor.zeros([4, 4, 5, 3])).contains("pick one of the batch"))
    #expect(refusal(try Tensor.zeros([20, 30, 3])).contains("permute"))
    #expect(refusal(try Tensor.zeros([3, 0, 4])).contains("got 3×0×4"))
    #expect(refusal(try Tensor.zeros([1, 4, 4], .i32)).contains("got integers (i32)"))
    #expect(
      refusal(try ramp(3), "x.bmp").contains("ends in .bmp, which names no picture format; a picture's name ends"))
    #expect(refusal(try ramp(3), "x").contains("has no extension"))
    #expect(refusal(try Tensor.zeros([1, 1, 70000]), "x.jpg").contains("at most 65500 pixels a side"))
    #expect(
      message { try ImageFile.save(ramp(3), to: scratch("x.jpg"), .init(bits: 16)) }.contains("save as .png for 16"))
    #expect(
      message { try ImageFile.save(ramp(3), to: scratch("x.jpg"), .init(quality: 0)) }.contains("quality must be"))
    #expect(scratch.contents.isEmpty, "nothing is written")
    let heard = try notices { try ImageFile.save(ramp(3) * 255, to: scratch("x.png")) }
    #expect(heard.count == 1 && heard[0].contains("values reach 255"))
  }

  @Test func refusesPlacesThatCannotHoldIt() throws {
    let scratch = try Scratch()
    func refusal(_ path: String) -> String { message { try ImageFile.save(ramp(3), to: path) } }
    #expect(refusal(scratch("none/x.png")).contains("none does not exist; nothing was written; create it first"))
    try FileManager.default.createDirectory(atPath: scratch("folder.png"), withIntermediateDirectories: false)
    #expect(refusal(scratch("folder.png")).contains("it is a folder"))
    _ = try scratch.file("file", [1])
    #expect(refusal(scratch("file/x.png")).contains("is not a folder"))
    #expect(refusal(scratch(String(repeating: "n", count: 300) + ".png")).contains("name is too long"))
    #expect(scratch.contents == ["file", "folder.png"])
  }

  @Test func anInterruptLeavesTheOldFile() throws {
    let scratch = try Scratch()
    for name in ["x.png", "x.jpg"] {
      try ImageFile.save(ramp(3), to: scratch(name))
      let before = try bytes(of: scratch(name))
      Interrupt.raise()
      defer { Interrupt.clear() }
      #expect(throws: Interrupted.self) { try ImageFile.save(Tensor.zeros([3, 40, 40]), to: scratch(name)) }
      #expect(try bytes(of: scratch(name)) == before)
    }
    #expect(scratch.contents == ["x.jpg", "x.png"])
  }

  /// The limit on file sizes, which without care ends the process by a signal.
  @Test(arguments: ["x.png", "x.jpg"]) func aFileSizeLimitIsAnError(_ name: String) throws {
    let scratch = try Scratch()
    try ImageFile.save(ramp(3), to: scratch(name))
    let before = try bytes(of: scratch(name))
    var noise = Dice(1, 1)
    let large = try Tensor((0..<3 * 300 * 300).map { _ in noise.roll() }, [3, 300, 300])
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var small = rlimit(rlim_cur: 20_000, rlim_max: old.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    let text = message { try ImageFile.save(large, to: scratch(name)) }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    #expect(text.contains("larger than the limit for files"))
    #expect(try bytes(of: scratch(name)) == before)
    #expect(scratch.contents == [name])
  }

  /// Whether this process may mount a file system and change it to read-only: tried on a folder of its own.
  nonisolated static let mayMount: Bool = {
    guard let scratch = try? Scratch(), mount("tmpfs", scratch.path, "tmpfs", 0, "size=64k") == 0 else { return false }
    defer { umount2(scratch.path, Int32(MNT_DETACH)) }
    return mount("tmpfs", scratch.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0
  }()

  /// Real file systems that are full or read-only; mounting needs rights that not every machine gives.
  @Test(.enabled(if: mayMount, "mounting a tmpfs is not allowed here")) func aFullOrReadOnlyDiskIsAnError() throws {
    let scratch = try Scratch()
    let mounted = scratch("disk")
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: false)
    try #require(mount("tmpfs", mounted, "tmpfs", 0, "size=64k") == 0)
    defer { umount2(mounted, Int32(MNT_DETACH)) }
    try ImageFile.save(ramp(3), to: mounted + "/x.png")
    let before = try bytes(of: mounted + "/x.png")
    var noise = Dice(1, 2)
    let large = try Tensor((0..<3 * 300 * 300).map { _ in noise.roll() }, [3, 300, 300])
    for name in ["x.png", "x.jpg"] {
      #expect(message { try ImageFile.save(large, to: mounted + "/" + name) }.contains("the disk is full"))
    }
    #expect(try bytes(of: mounted + "/x.png") == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: mounted) == ["x.png"])
    try #require(mount("tmpfs", mounted, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
    #expect(message { try ImageFile.save(ramp(3), to: mounted + "/y.png") }.contains("read-only"))
  }

  @Test func keepsLinksAndModes() throws {
    let scratch = try Scratch()
    try ImageFile.save(ramp(3), to: scratch("real.png"))
    chmod(scratch("real.png"), 0o600)
    try FileManager.default.createSymbolicLink(atPath: scratch("link.png"), withDestinationPath: scratch("real.png"))
    try ImageFile.save(ramp(1), to: scratch("link.png"))
    #expect(scratch.contents == ["link.png", "real.png"])
    var status = stat()
    #expect(lstat(scratch("link.png"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(scratch("real.png"), &status) == 0 && status.st_mode & 0o777 == 0o600)
  }
}
