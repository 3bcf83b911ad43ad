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
    #expect(names.count == 55)
    for name in names {
      let bytes = try file.tensor("file/" + name).floats().map { UInt8($0) }
      let expected = try file.tensor("pixels/" + name)
      let hasAlpha = expected.shape[0] == 4
      // The goldens' libjpeg is newer; its upsampling may round differently by one level.
      let tolerance: Float = name.hasSuffix(".jpg") ? 1.01 / 255 : 1e-6
      var picture = try Tensor.zeros([1])
      let heard = try notices { picture = try ImageFile.decode(bytes, name: name) }
      let plain = hasAlpha ? try onWhite(expected) : expected
      #expect(try difference(picture, plain) <= tolerance, "\(name)")
      #expect(heard.count == (hasAlpha ? 1 : 0), "\(name)")
      let kept = try ImageFile.decode(bytes, name: name, alpha: true)
      #expect(kept.shape[0] == 4)
      #expect(try difference(kept.narrow(0, 0, 3), expected.narrow(0, 0, 3)) <= tolerance, "\(name)")
      if hasAlpha { #expect(try difference(kept, expected) <= tolerance, "\(name)") }
    }
  }

  @Test func shrinksToMaxSize() throws {
    let bytes = try golden().tensor("file/baseline444.jpg").floats().map { UInt8($0) }
    #expect(try ImageFile.decode(bytes, name: "x", maxSize: 10).shape == [3, 6, 10])
    #expect(try ImageFile.decode(bytes, name: "x", maxSize: 100).shape == [3, 13, 21])
  }

  @Test func readsWhateverTheName() throws {
    let scratch = try Scratch()
    let bytes = try golden().tensor("file/baseline444.jpg").floats().map { UInt8($0) }
    let path = try scratch.file("photo.png", bytes)
    #expect(try ImageFile.load(path).shape == [3, 13, 21])
  }

  @Test func stopsForAnInterrupt() throws {
    let file = try golden()
    for name in ["rgb8.png", "rgba16-interlaced.png", "baseline420.jpg", "progressive.jpg"] {
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
