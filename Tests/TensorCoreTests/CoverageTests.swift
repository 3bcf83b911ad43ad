import Foundation
import Surface
import TensorCore
import TestSupport
import Testing

/// That no op is without samples: neither one in the sources nor one that scripts can call.
@Suite(.serialized) @MainActor
struct CoverageTests {
  /// Public functions of Ops/*.swift that are no ops: they read, write in place or choose by values; the suites for
  /// views, writes and subscripts test them.
  private static let others: Set<String> = [
    "copy_", "fill_", "add_", "sub_", "mul_", "div_", "clamp_", "maskedFill_", "check", "isClose", "maskedSelect",
    "nonzero", "unique", "init",
  ]

  /// Methods and functions of scripts that compute nothing element by element.
  private static let otherEntries: Set<String> = [
    "shape", "size", "dim", "numel", "dtype", "item", "tolist", "is_contiguous", "contiguous", "requires_grad",
    "requires_grad_", "grad", "zero_grad_", "backward", "detach", "no_grad", "grad_enabled", "custom", "gradients",
    "zeros",
    "ones", "full", "eye", "rand", "randn", "randperm", "randint", "arange", "range", "linspace", "noise", "tensor",
    "__call", "==", "add_", "mul_", "copy_", "fill_", "zero_", "sub_", "div_", "allclose", "nonzero", "masked_select",
    "#", "from", "unique", "clamp_", "masked_fill_", "normal_", "uniform_",
    "zeros_like", "ones_like", "full_like",
    "rand_like", "randn_like", "rand_range", "normal", "uniform",
  ]

  @Test("Every public function of Ops has a sample")
  func sources() throws {
    let folder = Fixtures.root.appending(path: "Sources/Engine/TensorCore/Ops").path
    let covered = Set(OpSample.all.flatMap(\.covers))
    let pattern = #/public (?:static |prefix |static prefix )*func ([^ (<]+)/#
    var seen = Set<String>()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
      for match in try String(contentsOfFile: folder + "/" + file, encoding: .utf8).matches(of: pattern) {
        let name = match.1.filter { $0 != "`" }
        seen.insert(name)
        #expect(covered.contains(name) || Self.others.contains(name), "\(name) in \(file) has no sample")
      }
    }
    #expect(seen.count > 80, "the sources were not read")
    for name in covered { #expect(seen.contains(name), "\(name) is covered but gone") }
  }

  @Test("Everything that scripts can call on tensors has a sample")
  func registry() {
    let functions = TensorEntries.functions() + Tensor.scriptType.methods
    #expect(functions.count > 80)
    let known = Set(OpSample.all.flatMap { [$0.name] + $0.aliases })
    for function in functions {
      let name = function.name
      #expect(
        known.contains(name) || Self.otherEntries.contains(name), "\(function.qualifiedName) has no sample")
    }
  }

  @Test("Samples are whole: names differ, calls are there, large ones are large")
  func samples() throws {
    #expect(Set(OpSample.all.map { $0.name }).count == OpSample.all.count)
    for op in OpSample.all {
      #expect(!op.small.isEmpty && !op.large.isEmpty && !op.refusals.isEmpty, "\(op)")
      for call in op.large {
        let count = call.operands.map { $0.shape.reduce(1, *) }.max() ?? 0
        #expect(count >= 10_000, "\(op)'s large call is small")
      }
    }
  }
}
