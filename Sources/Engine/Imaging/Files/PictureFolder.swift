internal import Files
public import Surface
public import TensorCore

/// The pictures of a folder as a sequence that is read only where it is looked at: `#f`, `f[i]`, `ipairs(f)`.
///
/// The list of names is made once; a file that is damaged or gone is an error that names it when its turn comes.
public final class PictureFolder: Scriptable {
  /// The folder as it was given.
  public let path: String
  /// Paths relative to the folder, in natural order (`2.png` before `10.png`, without regard to case).
  public let names: [String]
  private let reading: ImageFile.Reading

  /// Lists the files whose names end as picture formats do; hidden ones are left out.
  ///
  /// - Parameter recursive: folders inside count too; symbolic links to folders are not followed.
  public init(
    _ path: String, recursive: Bool = false, _ reading: ImageFile.Reading = .init(), operation: String = "images.folder"
  ) throws {
    self.path = path
    self.reading = reading
    names = try FolderListing.files(in: path, recursive: recursive, operation: operation)
      .filter { ImageFormat(name: $0) != nil }
      .sorted(by: NaturalOrder.precedes)
    if names.isEmpty {
      let advice = recursive ? "" : "; recursive = true looks into the folders inside"
      Notices.post("\(operation): there are no pictures in \(path)\(advice)")
    }
  }

  /// The number of pictures.
  public var count: Int { names.count }

  /// The path of the picture at a position counted from 0.
  public func path(_ index: Int) -> String { path.hasSuffix("/") ? path + names[index] : "\(path)/\(names[index])" }

  /// Reads the picture at a position counted from 0, anew at each call.
  public func picture(_ index: Int, operation: String = "images.folder") throws -> Tensor {
    try ImageFile.load(path(index), reading, operation: operation)
  }

  public static var scriptType: ScriptType { FolderEntries.type }
  public var nativeBytes: Int { names.reduce(256) { $0 + $1.utf8.count + 16 } }
  public func display() -> String { "pictures of \(path): \(count) file\(count == 1 ? "" : "s")" }
}

/// The order in which people number files: runs of digits compare as numbers, everything else without regard to case.
enum NaturalOrder {
  /// Whether one name stands before another.
  static func precedes(_ a: String, _ b: String) -> Bool {
    let (x, y) = (Array(a.lowercased().utf8), Array(b.lowercased().utf8))
    var (i, j) = (0, 0)
    while i < x.count, j < y.count {
      if isDigit(x[i]), isDigit(y[j]) {
        let (p, q) = (number(x, &i), number(y, &j))
        // Without leading zeros, the longer one is the larger.
        if p.count != q.count { return p.count < q.count }
        if p != q { return p.lexicographicallyPrecedes(q) }
      } else {
        if x[i] != y[j] { return x[i] < y[j] }
        (i, j) = (i + 1, j + 1)
      }
    }
    let (left, right) = (x.count - i, y.count - j)
    return left != right ? left < right : a < b
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The digits from a place on without leading zeros; the place moves behind them.
  private static func number(_ text: [UInt8], _ place: inout Int) -> ArraySlice<UInt8> {
    let start = place
    while place < text.count, isDigit(text[place]) { place += 1 }
    return text[start..<place].drop { $0 == 0x30 }
  }
}
