/// The questions that a terminal is asked, all at once.
public enum Query {
  /// Name and version (XTVERSION), one pixel by kitty's protocol without showing it, the size of a cell, the colour of
  /// the ground, the number of sixel colours, and last the attributes (DA1), which every terminal answers: what has not
  /// come before their answer does not come.
  public static func bytes(graphics: Bool) -> [UInt8] {
    let kitty = graphics ? "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\" : ""
    return Array(("\u{1B}[>0q" + kitty + "\u{1B}[16t\u{1B}]11;?\u{1B}\\\u{1B}[?1;1;0S\u{1B}[c").utf8)
  }
}

/// A terminal's answers, found among whatever else arrived.
public struct Answers: Equatable, Sendable {
  /// A colour of the ground, 0 to 1.
  public struct Ground: Equatable, Sendable {
    public let red: Double, green: Double, blue: Double
    /// Whether dark letters are what can be read on it.
    public var isLight: Bool { 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 }
  }

  /// Name and version, as the terminal gives it.
  public private(set) var name: String?
  /// Whether kitty's protocol works.
  public private(set) var hasKitty = false
  /// Pixels of a cell.
  public private(set) var cell: Extent?
  public private(set) var background: Ground?
  /// How many colours sixel pictures may have.
  public private(set) var sixelColors: Int?
  /// The numbers of the attributes' answer; 4 is sixel.
  public private(set) var attributes: Set<Int> = []
  /// Whether the attributes came: nothing more is to be waited for.
  public private(set) var isComplete = false
  /// Whether anything came that a terminal says and nobody types.
  public private(set) var isAny = false
  /// Everything that is no answer: keys that were typed meanwhile, in order.
  public private(set) var typed: [UInt8] = []

  /// Takes apart what arrived. Half an answer at the end is dropped, nonsense is ignored.
  public init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let first = rest.first {
      if first == 0x1B, let length = take(rest) {
        rest = rest.dropFirst(length)
      } else {
        typed.append(first)
        rest = rest.dropFirst()
      }
    }
  }

  /// Reads an answer at the start; returns its length, or nil when what stands there was typed.
  private mutating func take(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 2 else { return nil }
    switch bytes[bytes.startIndex + 1] {
    case UInt8(ascii: "["): return takeControl(bytes)
    case UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "]"): return takeString(bytes)
    default: return nil
    }
  }

  /// `ESC P … ESC \`, `ESC _ … ESC \`, `ESC ] … (BEL or ESC \)`.
  private mutating func takeString(_ bytes: ArraySlice<UInt8>) -> Int? {
    let kind = bytes[bytes.startIndex + 1]
    let body = bytes.dropFirst(2)
    // Alt with one of these letters is typed alone; an answer goes on as answers do.
    let starts: [UInt8: [String]] = [
      UInt8(ascii: "P"): [">|", "!|", "0", "1"], UInt8(ascii: "_"): ["G"], UInt8(ascii: "]"): ["11;", "10;"],
    ]
    let text = String(decoding: body.prefix(3), as: UTF8.self)
    guard !body.isEmpty, starts[kind]!.contains(where: { text.hasPrefix($0) || $0.hasPrefix(text) }) else { return nil }
    isAny = true
    var end = body.startIndex
    while end < body.endIndex {
      let byte = body[end]
      let isBell = byte == 7 && kind == UInt8(ascii: "]")
      if isBell || byte == 0x9C || (byte == 0x1B && end + 1 < body.endIndex && body[end + 1] == UInt8(ascii: "\\")) {
        read(kind, String(decoding: body[body.startIndex..<end], as: UTF8.self))
        return end + (byte == 0x1B ? 2 : 1) - bytes.startIndex
      }
      // Another sequence begins: this one was cut off.
      if byte == 0x1B { return end - bytes.startIndex }
      end += 1
    }
    return bytes.count
  }

  private mutating func read(_ kind: UInt8, _ text: String) {
    switch kind {
    case UInt8(ascii: "P"):
      if text.hasPrefix(">|"), text.utf8.count <= 200 {
        name = String(text.dropFirst(2).filter { $0.isASCII && $0 >= " " })
      }
    case UInt8(ascii: "_"):
      let parts = text.split(separator: ";", maxSplits: 1)
      if parts.count == 2, parts[0].dropFirst().split(separator: ",").contains("i=31"), parts[1] == "OK" {
        hasKitty = true
      }
    default:
      if text.hasPrefix("11;") { background = Answers.ground(text.dropFirst(3)) }
    }
  }

  /// `rgb:RRRR/GGGG/BBBB` with one to four digits each.
  private static func ground(_ text: Substring) -> Ground? {
    guard text.hasPrefix("rgb:") || text.hasPrefix("rgba:") else { return nil }
    let parts = text.drop { $0 != ":" }.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    let values = parts.prefix(3).compactMap { part -> Double? in
      guard (1...4).contains(part.count), let value = Int(part, radix: 16), value >= 0 else { return nil }
      return Double(value) / Double(1 << (4 * part.count) - 1)
    }
    return values.count == 3 && parts.count >= 3 ? Ground(red: values[0], green: values[1], blue: values[2]) : nil
  }

  /// `ESC [ ? … c`, `ESC [ ? … S`, `ESC [ 6 ; height ; width t`.
  private mutating func takeControl(_ bytes: ArraySlice<UInt8>) -> Int? {
    let body = bytes.dropFirst(2)
    let parameters = body.prefix { (0x20...0x3F).contains($0) }
    let isPrivate = parameters.first == UInt8(ascii: "?")
    guard let final = body.dropFirst(parameters.count).first else {
      // Cut off: an answer's beginning is dropped; what could be a key is kept.
      guard isPrivate || parameters.count >= 3 else { return nil }
      isAny = true
      return bytes.count
    }
    let text = String(decoding: isPrivate ? parameters.dropFirst() : parameters, as: UTF8.self)
    // Numbers too long for a machine are nonsense, and none of ours are negative.
    let numbers = text.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    switch final {
    case UInt8(ascii: "c") where isPrivate:
      attributes.formUnion(numbers.dropFirst())
      isComplete = true
    case UInt8(ascii: "S") where isPrivate:
      if numbers.count >= 3, numbers[0] == 1, numbers[1] == 0, numbers[2] > 0 { sixelColors = numbers[2] }
    case UInt8(ascii: "t"):
      if numbers.count == 3, numbers[0] == 6 { cell = Answers.sensible(Extent(numbers[2], numbers[1])) }
    default: return nil
    }
    isAny = true
    return 2 + parameters.count + 1
  }

  /// The size of a cell unless it is a lie.
  static func sensible(_ cell: Extent) -> Extent? {
    (2...200).contains(cell.width) && (2...400).contains(cell.height) ? cell : nil
  }
}
