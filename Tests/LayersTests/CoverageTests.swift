import Layers
import Surface
import TensorCore
import Testing

/// That no function of `nn` is without samples.
@Suite(.serialized) @MainActor struct CoverageTests {
  @Test("Every function of nn on tensors is an op with samples")
  func functions() {
    // dropout draws its mask, recompute runs what it is given; EntryTests, LayerTests and RecomputeTests test them.
    let known = Set(OpSample.all.map { $0.name }).union(["dropout", "recompute"])
    let functions = NNEntries.all().filter { $0.form == .module("nn") && $0.name.first?.isLowercase == true }
    #expect(functions.count >= 20)
    for function in functions { #expect(known.contains(function.name), "\(function.qualifiedName) has no sample") }
  }
}
