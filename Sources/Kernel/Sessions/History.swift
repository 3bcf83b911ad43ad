internal import Glibc
internal import Surface

/// What has been typed, kept in a file over all sessions.
///
/// The file is what GNU readline reads: before each entry a line `#` and its time in seconds since 1970, then the entry's
/// own lines. Entries are only ever appended, under a lock, so that sessions side by side lose nothing. A file that cannot
/// be read or written never stops anyone: `problem` says so once, and what is typed is kept in memory.
public final class History {
  /// One cell or command, of one line or several.
  public struct Entry: Equatable, Sendable {
    public let text: String
    /// Seconds since 1970; nil where the file does not say.
    public let time: Int?
  }

  /// Where the file lies, or nil when there is no place for one.
  public let path: String?
  /// What this session starts with and has added, oldest first: of a large file only the end.
  public private(set) var entries: [Entry] = []
  /// Why nothing is kept, or an odd file was read; the first thing that happened.
  public private(set) var problem: String?
  /// Entries that could not be written yet because another session held the lock.
  private var waiting: [Entry] = []

  /// How much of the end of the file a session starts with.
  private static let startBytes = 1 << 20

  /// The file of the user: `$XDG_STATE_HOME/atelier/history`, by default under `~/.local/state`; nil without a home.
  public static var defaultPath: String? { UserFolder.state.map { $0 + "/history" } }

  /// Reads a file, which need not exist; nil keeps nothing.
  public init(path: String? = History.defaultPath) {
    self.path = path
    guard let path else { return }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno != ENOENT { note("cannot read \(path): \(String(cString: strerror(errno)))") }
      return
    }
    defer { Glibc.close(descriptor) }
    guard let bytes = read(descriptor, last: History.startBytes) else { return }
    entries = History.entries(bytes)
  }

  private func note(_ text: String) { if problem == nil { problem = "history: " + text } }

  /// The end of a file, whole when it is short; nil, with a problem noted, when it is no regular file.
  private func read(_ descriptor: Int32, last limit: Int) -> [UInt8]? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      note("\(path ?? "") is no file")
      return nil
    }
    let size = Int(status.st_size), start = max(0, size - limit)
    var bytes = [UInt8](repeating: 0, count: size - start), count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + count, $0.count - count, start + count)
      }
      if got <= 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    if bytes.contains(0) { note("\(path ?? "") is damaged; what can be read of it is used") }
    // A part begins with its first time line.
    if start > 0 {
      let lineFeed = UInt8(ascii: "\n")
      let first = bytes.indices.first { $0 > 0 && bytes[$0 - 1] == lineFeed && History.time(bytes[$0...]) != nil }
      bytes.removeFirst(first ?? bytes.count)
    }
    return bytes
  }

  /// Splits a file into its entries. Before the first time line, every line is an entry of its own.
  package static func entries(_ bytes: [UInt8]) -> [Entry] {
    var entries: [Entry] = [], time: Int?, lines: [ArraySlice<UInt8>] = []
    func finish() {
      // Control characters would do harm where the entry is shown; no one typed them.
      let text = lines.map { String(decoding: $0.filter { $0 >= 32 && $0 != 127 || $0 == 9 }, as: UTF8.self) }
      lines = []
      let whole = text.joined(separator: "\n")
      if !whole.allSatisfy(\.isWhitespace) { entries.append(Entry(text: whole, time: time)) }
    }
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if let newTime = History.time(line) {
        finish()
        time = newTime
      } else {
        if time == nil { finish() }
        lines.append(line)
      }
    }
    // The file ends in a line feed: what the last split gives is no line.
    if lines.last?.isEmpty == true { lines.removeLast() }
    finish()
    return entries
  }

  /// The time in a line `#` and digits; nil for other lines.
  private static func time(_ line: ArraySlice<UInt8>) -> Int? {
    guard line.first == UInt8(ascii: "#") else { return nil }
    let digits = line.dropFirst().prefix { $0 != UInt8(ascii: "\n") }
    guard (1...18).contains(digits.count), digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// Adds an entry, unless it repeats the last one, and writes it to the file. True when it is new.
  @discardableResult
  public func add(_ text: String) -> Bool {
    if text.allSatisfy(\.isWhitespace) || entries.last?.text == text { return false }
    let entry = Entry(text: text, time: Glibc.time(nil))
    entries.append(entry)
    waiting.append(entry)
    write()
    return true
  }

  /// Tries once more to write what waited for another session.
  public func close() { if !waiting.isEmpty { write() } }

  /// Appends what waits. Another session's lock is waited for a tenth of a second; after that the entries go with the next.
  private func write() {
    guard let path else { return waiting.removeAll() }
    UserFolder.make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else {
      note("cannot write \(path): \(String(cString: strerror(errno)))")
      return waiting.removeAll()
    }
    defer { Glibc.close(descriptor) }
    var tries = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      tries += 1
      if tries == 20 { return note("\(path) is locked; new entries will be written when it is free") }
      usleep(5000)
    }
    var status = stat()
    var last = UInt8(ascii: "\n")
    if fstat(descriptor, &status) == 0, status.st_size > 0 { _ = pread(descriptor, &last, 1, status.st_size - 1) }
    // A session that died while it wrote may have left half a line.
    var text = last == UInt8(ascii: "\n") ? "" : "\n"
    for entry in waiting { text += "#\(entry.time ?? 0)\n\(History.escaped(entry.text))\n" }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        note("cannot write \(path): \(String(cString: strerror(errno)))")
        break
      }
      bytes = bytes.dropFirst(count)
    }
    waiting.removeAll()
  }

  /// A line of an entry that looks like a time line gets a blank before it: to Lua it means the same.
  private static func escaped(_ text: String) -> String {
    if !text.contains("#") { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { time(Array($0.utf8)[...]) == nil ? String($0) : " " + $0 }.joined(separator: "\n")
  }
}

extension History {
  /// Entries that contain a text, upper and lower case alike, oldest first; all when it is empty. Looks through the whole
  /// file, with what other sessions have added.
  public func entries(matching pattern: String) -> [Entry] {
    var all = entries
    if let path {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      if descriptor >= 0 {
        defer { Glibc.close(descriptor) }
        all = (read(descriptor, last: .max).map(History.entries) ?? []) + waiting
      }
    }
    let wanted = pattern.lowercased()
    return wanted.isEmpty ? all : all.filter { $0.text.lowercased().contains(wanted) }
  }

  /// `:history`.
  public var command: Command {
    Command(
      ["history"], ":history [TEXT]", "What was typed, with its time: the last 50 entries, or all that contain TEXT.",
      argument: .word,
      action: { [self] session, text in
        let found = entries(matching: text)
        let shown = text.isEmpty ? found.suffix(50) : found[...]
        session.write(shown.map(History.line).joined())
        if found.isEmpty { session.write(text.isEmpty ? "nothing yet\n" : "nothing contains \"\(text)\"\n") }
      })
  }

  /// An entry as it is listed; the lines of a block stand under each other.
  private static func line(_ entry: Entry) -> String {
    var when = "                "
    if let time = entry.time {
      var seconds = time_t(time), parts = tm(), buffer = [CChar](repeating: 0, count: 32)
      localtime_r(&seconds, &parts)
      if strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts) > 0 {
        when = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }
    let gap = "\n" + String(repeating: " ", count: 18)
    let lines = entry.text.split(separator: "\n", omittingEmptySubsequences: false)
    let rest = lines.count > 20 ? gap + "… \(lines.count - 20) more lines" : ""
    return when + "  " + lines.prefix(20).joined(separator: gap) + rest + "\n"
  }
}
