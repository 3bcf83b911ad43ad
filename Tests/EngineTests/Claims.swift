import Engine
import Foundation
import TensorCore
import TestSupport

/// What tests show about the registry's names: the samples of operations, the traits `.proves` and `.checksGradient` in
/// the test sources, and the lines `-- proves: name, name` and `-- checks gradients: name, name` of Tests/Lua.
struct Claims {
  /// A name and the test file that claims it.
  struct Claim: Hashable {
    let name: String
    let file: String
  }

  private(set) var proofs = Set<Claim>()
  private(set) var gradients = Set<Claim>()
  /// Claims that are not written as plain strings, by file.
  private(set) var unreadable: [String] = []

  /// Reads every test source.
  init() throws {
    let folder = Fixtures.root.appending(path: "Tests")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    // This file and the trait's own are about claims and make none.
    let about = ["TestSupport/Evidence.swift", "EngineTests/Claims.swift"]
    for file in files.sorted() where !about.contains(file) {
      if file.hasSuffix(".swift") {
        try readTraits(String(contentsOf: folder.appending(path: file), encoding: .utf8), file)
      } else if file.hasSuffix(".lua") {
        try readComments(String(contentsOf: folder.appending(path: file), encoding: .utf8), file)
      }
    }
  }

  private mutating func readComments(_ text: String, _ file: String) throws {
    for match in text.matches(of: #/-- (proves|checks gradients): (.*)/#) {
      for name in match.2.split(separator: ", ") {
        let claim = Claim(name: String(name), file: file)
        if match.1 == "proves" { proofs.insert(claim) } else { gradients.insert(claim) }
      }
    }
  }

  private mutating func readTraits(_ text: String, _ file: String) throws {
    let claim = #/\.(proves|checksGradient)\(\s*(?:of: )?((?:\s*\x22[^\x22]*\x22\s*,?)+)\s*\)/#
    var count = 0
    for match in text.matches(of: claim) {
      count += 1
      for name in match.2.matches(of: #/\x22([^\x22]*)\x22/#) {
        let claim = Claim(name: String(name.1), file: file)
        if match.1 == "proves" { proofs.insert(claim) } else { gradients.insert(claim) }
      }
    }
    if text.matches(of: #/\.(proves|checksGradient)\(/#).count != count { unreadable.append(file) }
  }

  /// Every name that is claimed anywhere.
  var names: Set<String> { Set((proofs.union(gradients)).map(\.name)) }

  /// What proves an entry: its operation's sample, or test files.
  func proof(of function: Function) -> [String] {
    (sample(of: function).map { ["sample \($0.name)"] } ?? []) + files(proofs, function) + filter(proofs, function)
  }

  /// What checks an entry's gradient.
  func gradient(of function: Function) -> [String] {
    let sample = sample(of: function).flatMap { $0.smoothness == .none ? nil : $0 }
    return (sample.map { ["sample \($0.name)"] } ?? []) + files(gradients, function) + filter(gradients, function)
  }

  /// What shows the same of the filter that a style method is made of; `TransferTests` compares the two.
  private func filter(_ claims: Set<Claim>, _ function: Function) -> [String] {
    guard function.form == .module("transfer") else { return [] }
    return claims.filter { $0.name == "filters.\(function.name)" && $0.name != "filters.fit" }.map { "as \($0.name)" }
  }

  private func files(_ claims: Set<Claim>, _ function: Function) -> [String] {
    claims.filter { $0.name == function.qualifiedName }.map { $0.file }.sorted()
  }

  /// The operation behind an entry on tensors: by its own name or by an alias.
  private func sample(of function: Function) -> OpSample? {
    switch function.form {
    case .module("tensor"), .module("nn"), .method("tensor"), .operation("tensor"):
      OpSample.all.first { $0.name == function.name || $0.aliases.contains(function.name) }
    default: nil
    }
  }
}
