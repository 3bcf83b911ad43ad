/// The picture formats that can be read and written, and how they are told apart: by content when reading, by the
/// name's extension when writing.
package enum ImageFormat: String, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case webp = "WebP"
  /// Grey (PGM) or RGB (PPM) without compression.
  case pnm = "PNM"

  /// Extensions, without the dot, in lower case.
  package var extensions: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg"]
    case .webp: ["webp"]
    case .pnm: ["ppm", "pgm", "pnm"]
    }
  }

  /// What the format can hold, for the checks before writing.
  package var holds: (alpha: Bool, deep: Bool, longestSide: Int) {
    switch self {
    case .png: (true, true, Int(Int32.max))
    case .jpeg: (false, false, 65500)
    case .webp: (true, false, 16383)
    case .pnm: (false, true, Int(Int32.max))
    }
  }

  /// Every extension with its dot, for messages.
  package static var extensionList: String { allCases.flatMap(\.extensions).map { ".\($0)" }.joined(separator: ", ") }

  /// The format that a file name asks for, or nil.
  package init?(name: String) {
    let ending = ImageFormat.ending(of: name)
    guard let format = ImageFormat.allCases.first(where: { $0.extensions.contains(ending) }) else { return nil }
    self = format
  }

  /// What follows the last dot of a path's last component, in lower case; empty when there is none.
  package static func ending(of path: String) -> String {
    let file = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return "" }
    return file[file.index(after: dot)...].lowercased()
  }

  /// What the first bytes of a file say it is.
  package enum Content: Equatable {
    case picture(ImageFormat)
    /// Something known that cannot be read here, as a noun with its article: `a GIF picture`.
    case other(String)
  }

  /// Recognises a file by its first bytes (32 are enough).
  package static func content(_ head: [UInt8]) -> Content {
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .picture(.png) }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) { return .picture(.jpeg) }
    if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) { return .picture(.webp) }
    // P2, P3, P5 or P6, then a blank or a comment.
    if head.count > 2, head[0] == 0x50, [0x32, 0x33, 0x35, 0x36].contains(head[1]),
      head[2] == 0x20 || head[2] == 0x23 || (9...13).contains(head[2])
    {
      return .picture(.pnm)
    }
    for (signature, offset, name) in foreign where head.dropFirst(offset).starts(with: signature.utf8) {
      return .other(name)
    }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .other("a PNG file damaged by a text-mode transfer") }
    let printable = head.allSatisfy { $0 >= 32 && $0 < 127 || $0 == 9 || $0 == 10 || $0 == 13 || $0 >= 128 }
    return .other(printable ? "text, not a picture" : "not a picture of a known format")
  }

  /// Signatures of what people try to open, with the offset where they stand.
  private static let foreign: [(String, Int, String)] = [
    ("GIF8", 0, "a GIF picture"), ("BM", 0, "a BMP picture"),
    ("II*\0", 0, "a TIFF picture"), ("MM\0*", 0, "a TIFF picture"), ("ftypheic", 4, "a HEIC picture"),
    ("ftypmif1", 4, "a HEIC picture"), ("ftypavif", 4, "an AVIF picture"), ("ftyp", 4, "a video"),
    ("<svg", 0, "an SVG drawing"), ("<!DOCTYPE", 0, "a web page"), ("<html", 0, "a web page"),
    ("%PDF", 0, "a PDF document"), ("8BPS", 0, "a Photoshop document"), ("PK\u{3}\u{4}", 0, "a zip archive"),
    ("P1\n", 0, "a PBM bitmap"), ("P4\n", 0, "a PBM bitmap"), ("P7\n", 0, "a PAM picture"),
    ("#?RADIANCE", 0, "a Radiance HDR picture"),
    ("\u{1A}E\u{DF}", 0, "a video"), ("version https://git-lfs", 0, "a Git LFS pointer, not the picture itself"),
  ]
}
