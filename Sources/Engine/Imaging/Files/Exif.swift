/// Reads the one thing from a camera's Exif block that changes the picture: which way up it is.
///
/// The block comes from strangers: every offset is checked before it is followed, nothing is allocated, and whatever
/// does not make sense reads as orientation 1. Only the first directory is searched, so a directory that links to
/// itself cannot hold the reader.
package enum Exif {
  /// The orientation, 1 to 8, of an Exif body: a TIFF header and its directories. JPEG puts `Exif\0\0` before it, PNG
  /// and WebP do not, but some of their writers do.
  package static func orientation(_ bytes: [UInt8]) -> Int {
    let prefix = Array("Exif\0\0".utf8)
    guard let tiff = TIFF(bytes.starts(with: prefix) ? Array(bytes.dropFirst(prefix.count)) : bytes),
      let directory = tiff.integer(at: 4, bytes: 4), directory >= 8,
      let count = tiff.integer(at: directory, bytes: 2)
    else { return 1 }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = tiff.integer(at: start, bytes: 2), let type = tiff.integer(at: start + 2, bytes: 2),
        let values = tiff.integer(at: start + 4, bytes: 4)
      else { return 1 }
      guard tag == 0x0112 else { continue }
      // 3 is a 16-bit integer, 4 a 32-bit one: writers use both.
      guard values == 1, type == 3 || type == 4,
        let value = tiff.integer(at: start + 8, bytes: type == 3 ? 2 : 4), (1...8).contains(value)
      else { return 1 }
      return value
    }
    return 1
  }

  /// Bytes in the order that the header names: `II*` little-endian, `MM*` big-endian.
  private struct TIFF {
    let bytes: [UInt8]
    let bigEndian: Bool

    init?(_ bytes: [UInt8]) {
      guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
      self.bytes = bytes
      bigEndian = bytes[0] == 0x4D
      guard integer(at: 2, bytes: 2) == 42 else { return nil }
    }

    /// An unsigned integer, or nil when it does not lie inside the block. Offsets are below 2³² + 12 · 2¹⁶.
    func integer(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      var value = 0
      for index in 0..<count {
        value = value << 8 | Int(bytes[offset + (bigEndian ? index : count - 1 - index)])
      }
      return value
    }
  }
}
