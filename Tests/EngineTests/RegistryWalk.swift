import Engine
import Foundation
import TestSupport
import Testing

/// One name of the registry and what stands behind it.
struct Record {
  let name: String
  let isDifferentiable: Bool
  let proof: [String]
  let gradient: [String]
  /// What is missing, in words; empty for an entry that has everything.
  let problems: [String]

  init(_ function: Function, _ finding: Observer.Finding, _ claims: Claims) {
    name = function.qualifiedName
    // A layer is a map that is differentiated when it is called.
    isDifferentiable = finding.isDifferentiable || function.returns == "a layer"
    proof = claims.proof(of: function)
    gradient = claims.gradient(of: function)
    var problems = Record.gaps(in: function)
    if let failure = finding.failure { problems.append("its example fails: \(failure)") }
    if !finding.isCalled { problems.append("its example does not call it") }
    if proof.isEmpty { problems.append("no sample, golden or property test") }
    if isDifferentiable && gradient.isEmpty { problems.append("no gradient check") }
    self.problems = problems
  }

  /// What the entry's own description lacks.
  private static func gaps(in function: Function) -> [String] {
    var gaps: [String] = []
    if !function.summary.hasSuffix(".") { gaps.append("no summary of one sentence") }
    for option in function.parameters + function.options where option.summary.isEmpty {
      gaps.append("'\(option.name)' is not explained")
    }
    for option in function.options where option.kind.isNumber && option.range == nil && option.unit == nil {
      gaps.append("option '\(option.name)' has neither range nor unit")
    }
    return gaps
  }

  /// A line of the table.
  var line: String {
    let state = problems.isEmpty ? "ok" : "MISSING: " + problems.joined(separator: "; ")
    let gradients = isDifferentiable ? gradient.joined(separator: ", ") : "-"
    return [name, proof.joined(separator: ", "), gradients, state].joined(separator: "\t")
  }
}

extension Kind {
  /// Whether a value of this kind is a number or a pair of them.
  fileprivate var isNumber: Bool {
    switch self {
    case .integer, .number: true
    case .either(let kinds): kinds.allSatisfy(\.isNumber)
    default: false
    }
  }
}

/// The walk over the registry: every name has a summary, documented options, an example that runs and calls it, a sample
/// or another test of its values and, where a gradient flows through it, a gradient check.
///
/// With ATELIER_REGISTRY_TABLE=FILE the table of all names is written to that file (`Scripts/registry` prints it).
@Suite(.serialized) @MainActor struct RegistryWalk {
  @Test("Every name has all that belongs to it") func everyName() throws {
    let claims = try Claims()
    let observer = try Observer()
    let records = try Entry.all.map { Record($0.function, try observer.observe($0.function), claims) }
    if let path = ProcessInfo.processInfo.environment["ATELIER_REGISTRY_TABLE"] {
      let table = (["name\tproof\tgradient\tstate"] + records.map(\.line)).joined(separator: "\n") + "\n"
      try table.write(toFile: path, atomically: true, encoding: .utf8)
    }
    for record in records { #expect(record.problems.isEmpty, "\(record.line)") }
  }

  @Test("Every claim is about a name that is registered") func claims() throws {
    let claims = try Claims()
    #expect(!claims.names.isEmpty, "the sources were not read")
    #expect(claims.unreadable.isEmpty, "claims must be plain strings")
    let registered = Set(Entry.all.map { $0.function.qualifiedName })
    for claim in claims.proofs.union(claims.gradients) {
      #expect(registered.contains(claim.name), "\(claim.file) claims '\(claim.name)', which is not registered")
    }
  }

  @Test("The walk notices what is missing") func noticesGaps() throws {
    let entry = Function(
      .module("filters"), "nothing", "No sentence", [Option("img", .object("tensor"), "")],
      options: [.optional("amount", .number, "how much", .number(1))], example: ""
    ) { _ in .none }
    let finding = Observer.Finding(failure: "no", isCalled: false, isDifferentiable: true)
    #expect(
      Record(entry, finding, try Claims()).problems == [
        "no summary of one sentence", "'img' is not explained", "option 'amount' has neither range nor unit",
        "its example fails: no", "its example does not call it", "no sample, golden or property test",
        "no gradient check",
      ])
  }
}
