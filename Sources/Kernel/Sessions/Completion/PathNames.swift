internal import Glibc
internal import LuaHost

/// Names of files that continue a path being typed.
struct PathNames {
  /// How many bytes of what is typed stay: the folder with its slash.
  let kept: Int
  private(set) var items: [Completion.Item] = []

  /// Files relative to the working folder, to `/` or to `~/`. Hidden ones only after a dot, names that would need a
  /// backslash or a quote not at all.
  init(_ typed: String, deadline: Int) {
    let bytes = Array(typed.utf8)
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    kept = slash.map { $0 + 1 } ?? 0
    let folder = String(decoding: bytes[..<kept], as: UTF8.self)
    let prefix = String(decoding: bytes[kept...], as: UTF8.self)
    guard bytes.count <= 4096, !bytes.contains(0) else { return }
    let names = PathNames.names(in: PathNames.expanded(folder), deadline: deadline)
    func found(_ filter: KeyFilter) -> [(name: String, isFolder: Bool)] {
      names.filter { filter.admits($0.name) && ($0.name.first != "." || prefix.first == ".") }
    }
    var matches = found(.prefix(prefix))
    if matches.isEmpty, !prefix.isEmpty { matches = found(.inside(prefix)) }
    items = matches.sorted { $0.name < $1.name }.map {
      Completion.Item(text: $0.name + ($0.isFolder ? "/" : ""), kind: .path, summary: $0.isFolder ? "folder" : "file")
    }
  }

  private static func expanded(_ folder: String) -> String {
    if folder.isEmpty { return "." }
    guard folder.hasPrefix("~/"), let home = getenv("HOME") else { return folder }
    return String(cString: home) + folder.dropFirst()
  }

  private static func names(in folder: String, deadline: Int) -> [(name: String, isFolder: Bool)] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(stream), names.count < 10_000, LuaHost.clock < deadline {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name, name != ".", name != "..", name.isPlain else { continue }
      names.append((name, isFolder(folder + "/" + name, entry.pointee.d_type)))
    }
    return names
  }

  private static func isFolder(_ path: String, _ type: UInt8) -> Bool {
    if type == UInt8(DT_DIR) { return true }
    guard type == UInt8(DT_LNK) || type == UInt8(DT_UNKNOWN) else { return false }
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }
}
