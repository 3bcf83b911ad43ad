/// A step while its text is being read.
struct StepDraft {
  /// What a step lacks or has too much of, as a clause.
  struct Problem: Error {
    let text: String
  }

  /// The line of its title, from 0.
  let line: Int
  var title = ""
  var id = ""
  var kind = Step.Kind.see
  var seconds = 0.0
  var blocks: [Block] = []
  var hints: [String] = []
  private(set) var check: Cell?
  private(set) var solution: Cell?

  init(line: Int) { self.line = line - 1 }

  /// All cells that are read so far.
  var cells: [Cell] {
    blocks.compactMap { if case .cell(let cell) = $0 { cell } else { nil } } + [check, solution].compactMap { $0 }
  }

  private func count(_ role: Cell.Role) -> Int { cells.count { $0.role == role } }

  /// Adds a cell. The order is: setup, stub, cells to run; check and solution anywhere.
  mutating func add(_ cell: Cell) throws {
    switch cell.role {
    case .check, .solution:
      if count(cell.role) > 0 { throw Problem(text: "the step has a second \(cell.role.rawValue)") }
      if cell.role == .check { check = cell } else { solution = cell }
      return
    case .setup where count(.stub) + count(.see) > 0: throw Problem(text: "setup comes before stub and see")
    case .stub where count(.see) > 0: throw Problem(text: "the stub comes before what is to be run (see)")
    case .stub where count(.stub) > 0: throw Problem(text: "the step has a second stub")
    default: blocks.append(.cell(cell))
    }
  }

  /// The step, if it has what its kind needs.
  func finished() throws -> Step {
    switch kind {
    case .see, .compare:
      if count(.see) == 0 { throw Problem(text: "has nothing to run; a \(kind.rawValue) step needs ```lua see") }
    case .change:
      if count(.see) == 0 { throw Problem(text: "has nothing to change; a change step needs ```lua see") }
      if check == nil { throw Problem(text: "has no ```lua check; a change step needs one") }
    case .build:
      if count(.stub) == 0 { throw Problem(text: "has no ```lua stub; a build step needs one") }
      if check == nil { throw Problem(text: "has no ```lua check; a build step needs one") }
      if hints.count < 2 { throw Problem(text: "has \(hints.count) hints; a build step needs two or more") }
    }
    if kind != .build, count(.stub) > 0 { throw Problem(text: "has a stub, which only a build step has") }
    if check != nil, hints.isEmpty { throw Problem(text: "has a check but no hint") }
    if check != nil, solution == nil { throw Problem(text: "has a check but no ```lua solution") }
    if check == nil, solution != nil { throw Problem(text: "has a solution but no ```lua check") }
    if check == nil, !hints.isEmpty { throw Problem(text: "has hints but no ```lua check") }
    return Step(
      id: id, title: title, kind: kind, seconds: seconds, blocks: blocks, check: check, hints: hints, solution: solution
    )
  }
}
