/// The protocols that take a picture as a PNG file. Pure functions from files to bytes for the terminal.
public enum Inline {
  /// kitty's protocol: the file in pieces of at most 4096 letters, the terminal told to answer nothing.
  ///
  /// - Parameters:
  ///   - cells: the cells that the picture is stretched over; nil shows it pixel by pixel.
  /// The cursor ends in the picture's last row, behind it.
  public static func kitty(_ png: [UInt8], cells: Extent?) -> [UInt8] {
    kittyPieces(png, "a=T,f=100,q=2" + (cells.map { ",c=\($0.width),r=\($0.height)" } ?? "")).flatMap { $0 }
  }

  private static func kittyPieces(_ png: [UInt8], _ keys: String) -> [[UInt8]] {
    let text = Base64.encode(png)
    let starts = text.isEmpty ? [0] : Array(stride(from: 0, to: text.count, by: 4096))
    return starts.map { start in
      let end = min(start + 4096, text.count)
      let more = end < text.count ? 1 : 0
      let head = start == 0 ? "\(keys),m=\(more)" : "m=\(more),q=2"
      return Array("\u{1B}_G\(head);".utf8) + text[start..<end] + Array("\u{1B}\\".utf8)
    }
  }

  /// kitty's protocol through tmux: the file passes through, and characters that tmux moves as text stand where the
  /// picture is to be seen (kitty 0.28 and newer, Ghostty). At most 64 rows.
  ///
  /// - Parameter id: a number of the picture, 1 to 255, which its characters carry as their colour.
  public static func kittyInTmux(_ png: [UInt8], cells: Extent, id: Int) -> [UInt8] {
    let rows = min(cells.height, rowMarks.count)
    let keys = "a=T,U=1,i=\(id),f=100,q=2,c=\(cells.width),r=\(rows)"
    var bytes = kittyPieces(png, keys).flatMap(passed)
    for row in 0..<rows {
      var line = "\u{1B}[38;5;\(id)m"
      for column in 0..<cells.width {
        line.unicodeScalars.append("\u{10EEEE}")
        // The first cell names its row and column 0; those after it count on.
        if column == 0 { line.unicodeScalars.append(contentsOf: [rowMarks[row], rowMarks[0]]) }
      }
      bytes += Array((line + "\u{1B}[39m" + (row + 1 < rows ? "\n" : "")).utf8)
    }
    return bytes
  }

  /// The combining characters that count from 0, of kitty's list.
  private static let rowMarks: [Unicode.Scalar] = [
    0x0305, 0x030D, 0x030E, 0x0310, 0x0312, 0x033D, 0x033E, 0x033F, 0x0346, 0x034A, 0x034B, 0x034C, 0x0350, 0x0351,
    0x0352, 0x0357, 0x035B, 0x0363, 0x0364, 0x0365, 0x0366, 0x0367, 0x0368, 0x0369, 0x036A, 0x036B, 0x036C, 0x036D,
    0x036E, 0x036F, 0x0483, 0x0484, 0x0485, 0x0486, 0x0487, 0x0592, 0x0593, 0x0594, 0x0595, 0x0597, 0x0598, 0x0599,
    0x059C, 0x059D, 0x059E, 0x059F, 0x05A0, 0x05A1, 0x05A8, 0x05A9, 0x05AB, 0x05AC, 0x05AF, 0x05C4, 0x0610, 0x0611,
    0x0612, 0x0613, 0x0614, 0x0615, 0x0616, 0x0617, 0x0657, 0x0658,
  ].compactMap { Unicode.Scalar(UInt32($0)) }

  /// iTerm2's protocol: one sequence. The picture keeps its proportions within the cells; the cursor ends in its last row.
  public static func iterm2(_ png: [UInt8], cells: Extent) -> [UInt8] {
    let head = "\u{1B}]1337;File=inline=1;size=\(png.count);width=\(cells.width);height=\(cells.height)"
    return Array((head + ";preserveAspectRatio=1:").utf8) + Base64.encode(png) + [7]
  }

  /// A sequence that tmux hands to the terminal it runs in (its option `allow-passthrough` must be on).
  public static func passed(_ bytes: [UInt8]) -> [UInt8] {
    var doubled: [UInt8] = []
    doubled.reserveCapacity(bytes.count + 16)
    for byte in bytes {
      if byte == 0x1B { doubled.append(byte) }
      doubled.append(byte)
    }
    return Array("\u{1B}Ptmux;".utf8) + doubled + Array("\u{1B}\\".utf8)
  }
}
