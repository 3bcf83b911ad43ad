import Checkpoints
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// Collects notices for the time of a closure.
@MainActor func notices(_ body: () throws -> Void) rethrows -> [String] {
  var heard: [String] = []
  Notices.handler = { heard.append($0) }
  defer { Notices.handler = nil }
  try body()
  return heard
}

/// The largest difference of two tensors of one shape; infinite when the shapes differ.
func difference(_ a: Tensor, _ b: Tensor) throws -> Float {
  guard a.shape == b.shape else { return .infinity }
  return zip(try a.floats(), try b.floats()).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Reading PNG and JPEG of every kind, against pixels known or read by Pillow.
@Suite(.serialized) @MainActor struct DecodeTests {
  private func golden() throws -> SafetensorsFile {
    try SafetensorsFile(path: Fixtures.golden("imaging/pictures.safetensors"))
  }

  /// Alpha composited on white, as a reader without `alpha` gives it.
  private func onWhite(_ rgba: Tensor) throws -> Tensor {
    let alpha = try rgba.narrow(0, 3, 1)
    return try rgba.narrow(0, 0, 3) * alpha + (1 - alpha)
  }

  @Test(.proves("images.load")) func readsEveryKind() throws {
    let file = try golden()
    let names = file.keys.filter { $0.hasPrefix("file/") }.map { String($0.dropFirst(5)) }
    #expect(names.count == 90)
    for name in names {
      let bytes = try file.tensor("file/" + name).floats().map { UInt8($0) }
      let expected = try file.tensor("pixels/" + name)
      let hasAlpha = expected.shape[0] == 4
      // The goldens' libjpeg and libwebp are newer and may round differently by one level; and conversions of colours are
      // rounded to 8 bits there and to 16 here.
      let rounded = ["lossy", "icc", "gamma"].contains { name.hasPrefix($0) } || name.hasSuffix(".jpg")
      let tolerance: Float = rounded ? 1.01 / 255 : 1e-6
      var picture = try Tensor.zeros([1])
      let heard = try notices { picture = try ImageFile.decode(bytes, name: name) }
      let plain = hasAlpha ? try onWhite(expected) : expected
      #expect(try difference(picture, plain) <= tolerance, "\(name)")
      #expect(heard.count == (hasAlpha ? 1 : 0), "\(name)")
      let kept = try ImageFile.decode(bytes, name: name, .init(alpha: true))
      #expect(kept.shape[0] == 4)
      #expect(try difference(kept.narrow(0, 0, 3), expected.narrow(0, 0, 3)) <= tolerance, "\(name)")
      if hasAlpha { #expect(try difference(kept, expected) <= tolerance, "\(name)") }
    }
  }

  @Test func keepsNumbersOnRequest() throws {
    let file = try golden()
    for name in ["icc-rgb.png", "icc-rgb16.png", "icc-rgb.webp", "gamma-linear.png"] {
      let bytes = try file.tensor("file/" + name).floats().map { UInt8($0) }
      let kept = try ImageFile.decode(bytes, name: name, .init(convertsProfile: false))
      // The conversions of these goldens change values by up to a quarter.
      #expect(try difference(kept, file.tensor("pixels/" + name)) > 0.03, "\(name)")
      if name.hasPrefix("icc") { #expect(try difference(kept, file.tensor("pixels/same-rgb.png")) < 1e-6, "\(name)") }
    }
  }

  @Test func saysWhichProfileCannotBeUsed() throws {
    let file = try golden()
    // The profile of four inks in a picture of three colours, and a damaged one.
    let inks = try file.tensor("file/icc-cmyk.jpg").floats().map { UInt8($0) }
    let plain = try file.tensor("file/baseline444.jpg").floats().map { UInt8($0) }
    let start = try #require(inks.indices.first { inks[$0...].starts(with: [0xFF, 0xE2]) })
    let length = 2 + Int(inks[start + 2]) << 8 + Int(inks[start + 3])
    for damage in [false, true] {
      var segment = Array(inks[start..<start + length])
      if damage { for place in 20..<60 { segment[place] = 7 } }
      let heard = try notices {
        let picture = try ImageFile.decode(Array(plain[..<2]) + segment + plain[2...], name: "x.jpg")
        #expect(try difference(picture, file.tensor("pixels/baseline444.jpg")) < 1.01 / 255)
      }
      #expect(heard == ["images.load: the colour profile of x.jpg cannot be used; its values were taken as sRGB"])
    }
  }

  @Test func readsTheFirstOfAnAnimation() throws {
    // Two frames of 4 × 2, red and green, the second one only half as wide; written by libwebp's own tools' format.
    let file = try golden()
    let bytes = try file.tensor("animation/two.webp").floats().map { UInt8($0) }
    let heard = try notices {
      let picture = try ImageFile.decode(bytes, name: "two.webp")
      #expect(try difference(picture, file.tensor("animation/first")) < 1e-6)
    }
    #expect(heard == ["images.load: two.webp is an animation of 2 pictures; the first was read"])
  }

  /// A JPEG of 400 × 300 is decoded at the smallest scale that is large enough, and then has nearly the values that
  /// resizing the whole picture gives.
  @Test(arguments: [(400, 400), (201, 400), (200, 200), (150, 200), (60, 100), (50, 50), (7, 50)])
  func decodesJPEGAtReducedScale(_ maxSize: Int, _ decoded: Int) throws {
    let waves = try Tensor(
      (0..<3 * 300 * 400).map { index in
        let (x, y) = (Float(index % 400), Float(index / 400 % 300))
        return (x / 400 + y / 300) / 2
      }, [3, 300, 400])
    let scratch = try Scratch()
    try ImageFile.save(waves, to: scratch("x.jpg"))
    let small = try ImageFile.load(scratch("x.jpg"), .init(maxSize: maxSize))
    #expect(small.shape == [3, max(1, Int((Double(maxSize) * 0.75).rounded())), maxSize])
    let whole = try Resize.apply(ImageFile.load(scratch("x.jpg")), .init(maxSize: maxSize))
    #expect(try difference(small, whole) < 0.02)
    // Which scale it was shows in whether the values are those of the whole picture.
    #expect(try (difference(small, whole) == 0) == (decoded == 400))
  }

  @Test func shrinksToMaxSize() throws {
    let bytes = try golden().tensor("file/baseline444.jpg").floats().map { UInt8($0) }
    #expect(try ImageFile.decode(bytes, name: "x", .init(maxSize: 10)).shape == [3, 6, 10])
    #expect(try ImageFile.decode(bytes, name: "x", .init(maxSize: 100)).shape == [3, 13, 21])
  }

  @Test func readsWhateverTheName() throws {
    let scratch = try Scratch()
    let bytes = try golden().tensor("file/baseline444.jpg").floats().map { UInt8($0) }
    let path = try scratch.file("photo.png", bytes)
    #expect(try ImageFile.load(path).shape == [3, 13, 21])
  }

  @Test func stopsForAnInterrupt() throws {
    let file = try golden()
    for name in ["rgb8.png", "rgba16-interlaced.png", "baseline420.jpg", "progressive.jpg", "lossy.webp", "p3-255.pnm"]
    {
      let bytes = try file.tensor("file/" + name).floats().map { UInt8($0) }
      Interrupt.raise()
      defer { Interrupt.clear() }
      #expect(throws: Interrupted.self) { _ = try ImageFile.decode(bytes, name: name) }
    }
  }

  /// Shared pictures, where the folder is there: sizes as their README's sources give them.
  @Test(.enabled(if: Fixtures.shared("images/content/tubingen.jpg") != nil)) func readsPhotographs() throws {
    let path = try #require(Fixtures.shared("images/content/tubingen.jpg"))
    let picture = try ImageFile.load(path)
    #expect(picture.shape == [3, 768, 1024])
    let values = try picture.floats()
    #expect(values.allSatisfy { (0...1).contains($0) })
  }
}
