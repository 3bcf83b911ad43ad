internal import Files
internal import Glibc
internal import LuaHost
internal import Surface

/// Commands about what the session holds and what it has done.
enum WorkspaceCommands {
  static var all: [Command] { [who, out, mem, save, log, reset] }

  private static var who: Command {
    Command(
      ["who"], ":who [PREFIX]", "Lists the variables, with their kinds and what they keep alive.", argument: .word
    ) {
      session, prefix in
      let all = session.host.variables().filter {
        $0.name.hasPrefix(prefix) && !["_", "__", "Out", "arg"].contains($0.name)
      }
      let listed = prefix.isEmpty ? all.filter { !$0.sight.isCallable } : all
      var lines = table(
        listed.map { [$0.name, $0.bytes.bytesText, $0.sight.summary(session.host.registry).firstLine(upTo: 60)] })
      let functions = all.filter(\.sight.isCallable).map(\.name)
      if prefix.isEmpty, !functions.isEmpty { lines.append("functions: " + functions.joined(separator: ", ")) }
      if lines.isEmpty {
        lines = [prefix.isEmpty ? "there are no variables yet" : "no variable begins with '\(prefix)'"]
      }
      session.write(lines.joined(separator: "\n") + "\n")
    }
  }

  private static var out: Command {
    Command(["out"], ":out", "Lists the results that Out[n] holds; the newest is also _, the one before it __.") {
      session, _ in
      let rows = session.kept.map { entry in
        ["Out[\(entry.number)]", entry.bytes.bytesText, session.source(of: entry.number).firstLine(upTo: 60)]
      }
      let limit = "results are let go, oldest first, when they keep more than \(session.resultLimit.bytesText) alive"
      session.write(
        (rows.isEmpty ? "there are no results yet" : table(rows + [[limit]]).joined(separator: "\n")) + "\n")
    }
  }

  private static var mem: Command {
    Command(["mem"], ":mem", "Memory: tensors, Lua's own heap, results kept, the whole process.") { session, _ in
      var rows: [[String]] = []
      if case .table(let use)? = try session.call("atelier.memory") {
        let meaning = [
          "live": "tensors in use", "cached": "freed and kept for the next tensors",
          "peak": "most tensors ever at once", "limit": "most that tensors may hold",
        ]
        for (name, value) in use.fields {
          guard let bytes = value.exactInteger else { continue }
          rows.append([name, bytes.bytesText, meaning[name] ?? ""])
        }
      }
      rows.append([
        "Lua", session.host.luaBytes.bytesText, "of \(session.host.memoryLimit.bytesText) that a script may use",
      ])
      rows.append([
        "Out", session.kept.reduce(0) { $0 + $1.bytes }.bytesText, "kept alive by \(session.kept.count) results",
      ])
      if let resident = Process.residentBytes { rows.append(["process", resident.bytesText, "resident memory"]) }
      session.write(table(rows).joined(separator: "\n") + "\n")
    }
  }

  private static var save: Command {
    Command(
      ["save"], ":save FILE", "Writes the cells of this session that ran without an error as a script.", argument: .path
    ) { session, path in
      guard !path.isEmpty else { throw EngineError(":save", "needs the name of a file", advice: ":save session.lua") }
      let cells = session.cells.filter(\.isScript).map { script(of: $0, in: session) }
      guard !cells.isEmpty else { throw EngineError(":save", "no cell has run without an error yet") }
      let text = cells.joined(separator: "\n") + "\n"
      try AtomicFile.write(path, operation: ":save") { stream in
        guard fwrite(text, 1, text.utf8.count, stream) == text.utf8.count else {
          throw AtomicFile.failure(path, ":save", errno)
        }
      }
      session.write("\(cells.count) cell\(cells.count == 1 ? "" : "s") in \(path)\n")
    }
  }

  /// A cell as a part of a script: what only a prompt takes is printed, or (`return 1`) becomes a comment.
  private static func script(of cell: Cell, in session: Session) -> String {
    func isPart(_ text: String) -> Bool { session.host.syntaxProblem(text + "\n_ = _", name: "=script") == nil }
    if isPart(cell.text) { return cell.text }
    return isPart(cell.printed) ? cell.printed : Journal.comment(cell.text, "")
  }

  private static var log: Command {
    Command(
      ["log"], ":log [FILE | off]", "Appends every cell and what it gave, as comments, to a file; off ends that.",
      argument: .path
    ) { session, path in
      switch path {
      case "": session.write(session.journal.map { "logging to \($0.path)" } ?? "not logging")
      case "off":
        session.write(session.journal == nil ? "not logging" : "logging ended")
        session.journal = nil
      default:
        session.journal = try Journal(path)
        session.write("logging to \(path)")
      }
      session.write("\n")
    }
  }

  private static var reset: Command {
    Command(
      ["reset"], ":reset [SEED]",
      "Forgets all variables, results and modules, and restarts the random numbers (seed 0).",
      argument: .word
    ) { session, text in
      let seed = text.isEmpty ? 0 : Int(text)
      guard let seed else { throw EngineError(":reset", expected: "a whole number as the seed", came: "\"\(text)\"") }
      try session.reset(seed: seed)
      session.write("as at the start; the seed is \(seed)\n")
    }
  }

  /// Rows in columns, each as wide as it must be.
  static func table(_ rows: [[String]]) -> [String] {
    var widths: [Int] = []
    for row in rows where row.count > 1 {
      for (column, text) in row.dropLast().enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], text.count)
      }
    }
    return rows.map { row in
      row.enumerated().map { column, text in
        column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count + 2)
      }.joined()
    }
  }
}

/// Facts about this process.
enum Process {
  /// Resident memory in bytes, where the system tells.
  static var residentBytes: Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map {
      $0 * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
  }
}

extension String {
  /// The first line, cut to a number of characters; … where something is missing.
  func firstLine(upTo limit: Int) -> String {
    let line = split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: true).first.map(String.init) ?? ""
    return line.count > limit ? line.prefix(limit - 1) + "…" : line.count < trimmed.count ? line + " …" : line
  }
}
