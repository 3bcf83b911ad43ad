/// A chapter of the tutorials: a file of Markdown whose steps can be walked at a prompt.
public struct Chapter {
  /// Where the chapter stands in the course, from the file's name: `00-first-steps.md` is number 0.
  public let number: Int
  /// From the file's name: `first-steps`.
  public let id: String
  public let title: String
  /// One line.
  public let description: String
  /// What stands before the first step.
  public let introduction: [Block]
  /// At least one.
  public let steps: [Step]

  /// Minutes that a student may need: one for a step to look at, three where something is to change or to compare, six
  /// where something is to build.
  public var minutes: Int { steps.reduce(0) { $0 + $1.kind.minutes } }
}

/// One idea of a chapter.
public struct Step {
  /// What the student does in it.
  public enum Kind: String, CaseIterable {
    /// Runs something and looks.
    case see
    /// Predicts what one change will do, and makes it.
    case change
    /// Writes a missing function.
    case build
    /// Lays results side by side, as pictures and as numbers.
    case compare

    var minutes: Int {
      switch self {
      case .see: 1
      case .change, .compare: 3
      case .build: 6
      }
    }
  }

  public let id: String
  public let title: String
  public let kind: Kind
  /// Seconds that the step's cells take, estimated by its author for two cores.
  public let seconds: Double
  /// What is read and run, in order: prose, and cells to set up, to begin from and to run.
  public let blocks: [Block]
  /// What judges the student's work; nil where there is nothing to judge.
  public let check: Cell?
  /// From the gentlest to the plainest.
  public let hints: [String]
  public let solution: Cell?

  /// The cells of one role among the blocks.
  public func cells(_ role: Cell.Role) -> [Cell] {
    blocks.compactMap { if case .cell(let cell) = $0, cell.role == role { cell } else { nil } }
  }

  /// What the student meets on arrival: everything before the first cell that is to be run.
  var arrival: ArraySlice<Block> { blocks[..<firstRun] }

  /// What `:run` goes through: the first cell to run and everything after it.
  var performance: ArraySlice<Block> { blocks[firstRun...] }

  private var firstRun: Int {
    blocks.firstIndex { if case .cell(let cell) = $0 { cell.role == .see } else { false } } ?? blocks.endIndex
  }
}

/// A piece of a chapter's text.
public enum Block {
  /// A paragraph or list, as Markdown without line breaks inside paragraphs.
  case prose(String)
  /// Text that stays as it is: a table, a drawing, a fenced block without Lua.
  case verbatim(String)
  case cell(Cell)
}

/// A piece of Lua in a chapter.
public struct Cell {
  /// What the walker does with it, as the fence says: ```` ```lua see ````.
  public enum Role: String, CaseIterable {
    /// Run on arrival: it makes the step independent of all others.
    case setup
    /// Run on arrival: where a student's own function begins.
    case stub
    /// Run by `:run`.
    case see
    /// Judges; never shown.
    case check
    /// Passes the check; shown on request.
    case solution
  }

  public let role: Role
  public let code: String
  /// The line of the file in which the code begins, from 1.
  public let line: Int

  package init(role: Role, code: String, line: Int) {
    self.role = role
    self.code = code
    self.line = line
  }
}

/// Where the random numbers of a step begin.
package enum Seed {
  /// 64-bit FNV-1a (Fowler, Noll, Vo) of `chapter/step/phase`, where phase is `setup`, `run` or `check`, without its upper
  /// eleven bits, so that every tool can write the number down exactly.
  package static func of(_ chapter: String, _ step: String, _ phase: String) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(chapter)/\(step)/\(phase)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(hash & (1 << 53 - 1))
  }
}
