internal import Foundation
internal import Glibc
internal import Sessions

/// How far a student is in a chapter.
public struct ChapterProgress: Equatable, Sendable {
  /// What happened in a step.
  public struct Record: Equatable, Codable, Sendable {
    public package(set) var passed = false
    /// How often `:check` was asked.
    public package(set) var attempts = 0
    /// The highest hint that was shown.
    public package(set) var hints = 0
    /// Whether the solution was shown.
    public package(set) var solution = false
  }

  /// By the step's id; steps that nothing happened in are missing.
  public package(set) var records: [String: Record] = [:]
  /// The id of the step where the student is, or nil at the beginning.
  public package(set) var current: String?

  /// How many of a chapter's steps are passed.
  public func passed(of chapter: Chapter) -> Int { chapter.steps.count { records[$0.id]?.passed == true } }
}

/// Where a chapter's progress is kept: `$XDG_STATE_HOME/atelier/progress/CHAPTER.json`, by default under `~/.local/state`.
///
/// Nothing here ever stops a student. A file that cannot be read as progress is put aside with `.broken` behind its name, a
/// place that cannot be written means that progress lives as long as the walk; either is told once, in a sentence.
public final class ProgressFile {
  /// What is known; what another prompt wrote meanwhile is taken over at each change.
  public private(set) var progress = ChapterProgress()
  private let folder: String?
  private let path: String?
  private let tell: (String) -> Void
  private var hasTold = false

  /// Reads the progress of a chapter; `tell` is given what the student should know.
  public init(chapter id: String, folder: String? = ProgressFile.standardFolder(), tell: @escaping (String) -> Void) {
    self.folder = folder
    self.tell = tell
    path = folder.map { "\($0)/\(id).json" }
    progress = read() ?? progress
  }

  /// The folder for progress of all chapters; nil when the environment names no place.
  public static func standardFolder() -> String? { UserFolder.state.map { $0 + "/progress" } }

  /// Changes what is kept. The file is read again first, under a lock, so that two prompts at once lose nothing, and is
  /// replaced in one piece.
  package func update(_ change: (inout ChapterProgress) -> Void) {
    guard let path, let lock = takeLock() else {
      if folder == nil { tellOnce("there is no home folder to keep your progress in; it lasts as long as this walk") }
      change(&progress)
      return
    }
    defer { close(lock) }
    progress = read() ?? progress
    change(&progress)
    let stored = Stored(steps: progress.records, current: progress.current)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do { try encoder.encode(stored).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      tellOnce("your progress cannot be written to \(path); it lasts as long as this walk")
    }
  }

  package func update(step id: String, _ change: (inout ChapterProgress.Record) -> Void) {
    update { change(&$0.records[id, default: ChapterProgress.Record()]) }
  }

  /// The file's shape.
  private struct Stored: Codable {
    let steps: [String: ChapterProgress.Record]
    let current: String?
  }

  /// A descriptor that holds the lock, or nil when there is no place to write.
  private func takeLock() -> Int32? {
    guard let folder, UserFolder.make(folder) else {
      if let path { tellOnce("your progress cannot be written to \(path); it lasts as long as this walk") }
      return nil
    }
    let descriptor = open(folder + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      tellOnce("your progress cannot be written to \(folder); it lasts as long as this walk")
      return nil
    }
    // Held for a moment by whoever writes; a lock that never comes free must not stop anybody.
    for _ in 0..<100 where flock(descriptor, LOCK_EX | LOCK_NB) != 0 { usleep(5000) }
    return descriptor
  }

  private func read() -> ChapterProgress? {
    guard let path, access(path, F_OK) == 0 else { return nil }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 20 else {
      putAside(path)
      return nil
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      tellOnce("your progress in \(path) cannot be read; it begins anew and lasts as long as this walk")
      return nil
    }
    guard let stored = try? JSONDecoder().decode(Stored.self, from: data),
      stored.steps.values.allSatisfy({ (0..<1 << 40).contains($0.attempts) && (0..<1 << 40).contains($0.hints) })
    else {
      putAside(path)
      return nil
    }
    return ChapterProgress(records: stored.steps, current: stored.current)
  }

  /// Renames what is no progress file, so that nothing of it is lost.
  private func putAside(_ path: String) {
    let moved = rename(path, path + ".broken") == 0
    tellOnce(
      "the file of your progress was damaged, so the chapter begins anew; "
        + (moved ? "the file is kept as \(path).broken" : "the file is still \(path)"))
  }

  private func tellOnce(_ text: String) {
    if hasTold { return }
    hasTold = true
    tell(text)
  }
}
