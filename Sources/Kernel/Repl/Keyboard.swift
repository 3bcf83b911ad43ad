internal import CReadline
internal import Glibc
internal import Surface

/// Where keys come from: standard input a byte at a time, so that what is typed ahead stays there for the program that runs
/// next; and pastes, which are read whole.
final class Keyboard {
  /// Bytes that were read ahead and come next, last one first.
  private var pushed: [UInt8] = []
  /// Whether the terminal has gone.
  private(set) var isAtEnd = false

  /// Ctrl-G, which ends whatever readline is doing.
  private static let abort: Int32 = 7

  /// Puts bytes in front of what is still to be read.
  func push(_ bytes: [UInt8]) { pushed += bytes.reversed() }

  /// Waits for a key or a signal. True when there is a key.
  func wait() -> Bool { !pushed.isEmpty || atl_wait_for_input(-1) != 0 }

  /// Whether more is there already.
  var hasMore: Bool { !pushed.isEmpty || atl_wait_for_input(0) != 0 }

  /// The next byte, or EOF.
  func key() -> Int32 {
    if let byte = pushed.popLast() { return Int32(byte) }
    while true {
      var byte: UInt8 = 0
      if atl_wait_for_input(-1) != 0 {
        let count = read(0, &byte, 1)
        if count == 1 { return Int32(byte) }
        if count == 0 || (errno != EINTR && errno != EAGAIN) {
          isAtEnd = true
          return EOF
        }
      }
      if Interrupt.isPending { return Keyboard.abort }
    }
  }

  /// The rest of a bracketed paste, up to its end mark; nil when Ctrl-C came first. A terminal that never sends the mark
  /// is waited for two seconds.
  func paste() -> [UInt8]? {
    let mark = Array("\u{1B}[201~".utf8)
    var bytes = Array(pushed.reversed())
    pushed = []
    var searched = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = Keyboard.find(mark, in: bytes, from: searched) {
        pushed = bytes[(end + mark.count)...].reversed()
        return Array(bytes[..<end])
      }
      searched = max(0, bytes.count - mark.count + 1)
      let isReady = atl_wait_for_input(2000) != 0
      if Interrupt.isPending { return nil }
      guard isReady else { return bytes }
      let count = read(0, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        isAtEnd = true
        return bytes
      }
    }
  }

  private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (start...(bytes.count - mark.count)).first { index in
      bytes[index] == mark[0] && bytes[index..<(index + mark.count)].elementsEqual(mark)
    }
  }
}

/// What a pasted text becomes before it is inserted.
enum Paste {
  /// The text of a paste: line ends as line feeds, without control characters (a tab stays), without blank lines at the end,
  /// and, when it is inserted at the beginning of a line, without our own prompts.
  static func cleaned(_ bytes: [UInt8], startsLine: Bool) -> String {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 13: kept.append(10)
      case 10: if index == 0 || bytes[index - 1] != 13 { kept.append(10) }
      case 9, 0x20..<0x7F, 0x80...: kept.append(byte)
      default: break
      }
    }
    while let last = kept.last, last <= 32 { kept.removeLast() }
    if startsLine { kept = withoutPrompts(kept) }
    return String(decoding: kept, as: UTF8.self)
  }

  /// A text copied from a prompt: the prompts go. When more lines than the first have one, the lines without were what the
  /// program answered, and go too.
  private static func withoutPrompts(_ bytes: [UInt8]) -> [UInt8] {
    guard promptLength(bytes[...]) > 0 else { return bytes }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let lengths = lines.map(promptLength)
    if lengths.dropFirst().allSatisfy({ $0 == 0 }) { return Array(bytes[lengths[0]...]) }
    let code = zip(lines, lengths).filter { $1 > 0 }.map { $0.dropFirst($1) }
    return Array(code.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// Bytes of the prompt that a line begins with: `> `, `>> `, or one of them alone on its line.
  private static func promptLength(_ line: ArraySlice<UInt8>) -> Int {
    let line = line.prefix { $0 != UInt8(ascii: "\n") }
    let marks = line.prefix { $0 == UInt8(ascii: ">") }.count
    guard marks == 1 || marks == 2 else { return 0 }
    return line.count == marks ? marks : line[line.startIndex + marks] == UInt8(ascii: " ") ? marks + 1 : 0
  }
}
