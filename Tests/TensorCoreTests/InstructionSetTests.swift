import CKernels
import Surface
import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The C kernels' tables beside each other: v2 and v3 on this machine give what the best one gives, within the ops'
/// tolerances. (Library paths are capped for a whole process: the suite itself also runs under ATELIER_ISA.)
@Suite(.serialized) @MainActor
struct InstructionSetTests {
  @Test("Every op on every instruction set below this processor's", arguments: OpSample.all)
  func sets(_ op: OpSample) throws {
    let chosen = Runtime.isa
    defer { _ = ck_start(getenv("ATELIER_ISA")) }
    for call in op.small + op.large {
      _ = ck_start(getenv("ATELIER_ISA"))
      let inputs = try call.draw(for: op.name)
      let expected = try op.run(inputs, call.parameters)
      for cap in ["v2", "v3"] where cap < chosen {
        #expect(String(cString: ck_start(cap)) == cap)
        for (a, b) in zip(try op.run(inputs, call.parameters), expected) {
          try expectClose(a, b, within: op.tolerance, "\(op) on \(cap)")
        }
      }
    }
    _ = ck_start(getenv("ATELIER_ISA"))
    #expect(Runtime.isa == chosen)
  }

  @Test("An unknown cap is ignored")
  func unknown() {
    let before = Runtime.isa
    #expect(String(cString: ck_start("v9")) == String(cString: ck_best_isa()))
    _ = ck_start(before)
    #expect(Runtime.isa == before)
  }

  @Test("Random streams are the same on every instruction set")
  func random() throws {
    defer { _ = ck_start(getenv("ATELIER_ISA")) }
    let expected = try RandomGenerator(seed: 3).uniform([1000])
    let normal = try RandomGenerator(seed: 3).normal([1000]), noise = try Tensor.noise([1000], seed: 3)
    for cap in ["v2", "v3"] {
      _ = ck_start(cap)
      try expectSameBytes(RandomGenerator(seed: 3).uniform([1000]), expected, "rand on \(cap)")
      try expectSameBytes(Tensor.noise([1000], seed: 3), noise, "noise on \(cap)")
      try expectClose(RandomGenerator(seed: 3).normal([1000]), normal, within: 3e-7, "randn on \(cap)")
    }
  }
}
