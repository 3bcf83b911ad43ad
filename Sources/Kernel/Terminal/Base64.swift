/// Bytes in letters (RFC 4648), as terminals take them.
package enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of some bytes, padded with `=` to a multiple of four.
  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var index = 0
    return [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text, count in
      while index < bytes.count {
        let left = bytes.count - index
        let word =
          Int(bytes[index]) << 16 | (left > 1 ? Int(bytes[index + 1]) << 8 : 0) | (left > 2 ? Int(bytes[index + 2]) : 0)
        text[count] = letters[word >> 18]
        text[count + 1] = letters[word >> 12 & 63]
        text[count + 2] = left > 1 ? letters[word >> 6 & 63] : UInt8(ascii: "=")
        text[count + 3] = left > 2 ? letters[word & 63] : UInt8(ascii: "=")
        count += 4
        index += 3
      }
    }
  }
}
