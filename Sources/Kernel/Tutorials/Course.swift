internal import Glibc
internal import Surface

/// A folder of chapters.
public struct Course {
  /// A file that looks like a chapter by its name.
  public struct Entry {
    public let number: Int
    public let id: String
    public let path: String
  }

  public let folder: String
  /// In the order of their numbers.
  public let entries: [Entry]

  /// Lists a folder: files such as `00-first-steps.md` are chapters, everything else is not. Throws when the folder cannot
  /// be read or holds none.
  public init(folder: String) throws {
    self.folder = folder
    guard let directory = opendir(folder) else {
      throw EngineError("tutorial", "cannot read the folder \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var entries: [Entry] = []
    while let item = readdir(directory) {
      let name = withUnsafeBytes(of: &item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let digits = name.prefix { $0.isASCII && $0.isNumber }
      guard (1...4).contains(digits.count), name.hasSuffix(".md"), name.dropFirst(digits.count).first == "-" else {
        continue
      }
      let id = String(name.dropFirst(digits.count + 1).dropLast(3))
      if id.isPlainName { entries.append(Entry(number: Int(digits)!, id: id, path: folder + "/" + name)) }
    }
    if entries.isEmpty { throw EngineError("tutorial", "there are no chapters (such as 00-name.md) in \(folder)") }
    self.entries = entries.sorted { ($0.number, $0.id) < ($1.number, $1.id) }
  }

  /// The course beside the program: the folder that ATELIER_TUTORIALS names, or the nearest `Tutorials` above the
  /// executable, or `Tutorials` in the current folder.
  public static func beside(program path: String?) throws -> Course {
    if let named = getenv("ATELIER_TUTORIALS").map({ String(cString: $0) }), !named.isEmpty {
      return try Course(folder: named)
    }
    var folder = path.flatMap { realpath($0, nil) }.map { pointer in
      defer { free(pointer) }
      return String(cString: pointer)
    }
    while let above = folder?.lastIndex(of: "/") {
      folder = String(folder![..<above])
      if let course = try? Course(folder: folder! + "/Tutorials") { return course }
      if let course = try? Course(folder: folder! + "/share/atelier/Tutorials") { return course }
    }
    if let course = try? Course(folder: "Tutorials") { return course }
    throw EngineError(
      "tutorial", "the folder Tutorials is neither beside the program nor here",
      advice: "set ATELIER_TUTORIALS to the folder that holds the chapters")
  }

  /// Reads a chapter. Throws what is wrong with it, with file and line.
  public func chapter(_ entry: Entry) throws -> Chapter {
    try ChapterParser.chapter(try text(entry.path), file: entry.path, number: entry.number, id: entry.id)
  }

  /// Finds a chapter by number, id or the beginning of an id that no other chapter shares.
  public func entry(named word: String) throws -> Entry {
    let name = word.lowercased()
    if let number = Int(name), let found = entries.first(where: { $0.number == number }) { return found }
    if let found = entries.first(where: { $0.id == name }) { return found }
    let near = entries.filter { $0.id.hasPrefix(name) }
    if near.count == 1, !name.isEmpty { return near[0] }
    let known = "the chapters are: " + entries.map { "\($0.number) \($0.id)" }.joined(separator: ", ")
    if near.count > 1, !name.isEmpty {
      let ids = near.map(\.id).joined(separator: ", ")
      throw EngineError("tutorial", "'\(word)' may be any of \(ids)", advice: "give a little more of the name")
    }
    let guess = Suggestion.nearest(to: name, in: entries.map(\.id)).map { "did you mean '\($0)'? " } ?? ""
    throw EngineError("tutorial", "there is no chapter '\(word)'", advice: guess + known)
  }

  /// The text of a file of at most 4 MB in UTF-8.
  private func text(_ path: String) throws -> String {
    guard let file = fopen(path, "rb") else {
      throw EngineError("tutorial", "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw EngineError("tutorial", "cannot read \(path)") }
    guard count < bytes.count else {
      throw EngineError("tutorial", "\(path) is larger than 4 MB, too much for a chapter")
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw EngineError("tutorial", "\(path) is not UTF-8 text")
    }
    return text
  }
}
