import Surface
import TensorCore
import TestSupport
import Testing

/// Every op beside PyTorch: the cases of Tests/Golden/ops.
@Suite(.serialized) @MainActor
struct OpParityTests {
  @Test("Every golden file belongs to a family of samples, and every family has its file")
  func families() {
    let families = Set(OpSample.all.map { $0.family }).sorted()
    #expect(GoldenCase.families == families)
  }

  @Test("Every golden case has an op that runs it, and every op has golden cases enough")
  func completeness() throws {
    for family in GoldenCase.families {
      let cases = try GoldenCase.all(in: family)
      let ops = OpSample.all.filter { $0.family == family }
      let (golden, known) = (Set(cases.map { $0.op }), Set(ops.map { $0.name }))
      #expect(golden == known, "\(family)")
      #expect(Set(cases.map(\.op)) == Set(ops.map(\.name)), "\(family)")
      for op in ops {
        let own = cases.filter { $0.op == op.name }
        let shapes = Set(own.filter { !$0.isTrivial }.map { $0.inputs.map(\.shape) })
        #expect(shapes.count >= 3, "\(op) has only the shapes \(shapes)")
        let sizes = Set(own.flatMap { ($0.inputs + $0.outputs).map(\.count) })
        #expect(own.contains { $0.isStrided }, "\(op) has no strided case")
        #expect(sizes.contains(0), "\(op) has no empty case")
        // PyTorch refuses to normalise one element, and one complex number is a pair.
        let least = ["instance_norm", "ifft", "ifft2"].contains(op.name) ? 2 : 1
        #expect(sizes.contains(least), "\(op) has no case of one element")
      }
    }
  }

  @Test("Results and gradients equal PyTorch's", arguments: GoldenCase.families)
  func parity(_ family: String) throws {
    for golden in try GoldenCase.all(in: family) {
      guard let op = OpSample.named(golden.op) else {
        Issue.record("no op runs \(golden.name)")
        continue
      }
      do {
        try compare(golden, op)
      } catch {
        Issue.record("\(golden.name): \(error)")
      }
    }
  }

  private func compare(_ golden: GoldenCase, _ op: OpSample) throws {
    let inputs = try golden.inputs.map { golden.isStrided ? try Layout.spaced.of($0) : $0 }
    if golden.cotangent != nil {
      for (input, gradient) in zip(inputs, golden.gradients) where gradient != nil { try input.setRequiresGradient() }
    }
    let outputs = try op.run(inputs, golden.parameters)
    try #require(outputs.count == golden.outputs.count, "\(golden.name)")
    for (position, (actual, expected)) in zip(outputs, golden.outputs).enumerated() {
      let what = "\(golden.name), result \(position)"
      #expect(actual.dtype == expected.dtype, "\(what)")
      try expectClose(actual, expected, within: op.tolerance, what)
    }
    guard let cotangent = golden.cotangent else { return }
    if outputs[0].requiresGradient { try outputs[0].backward(cotangent) }
    for (position, expected) in golden.gradients.enumerated() {
      guard let expected else { continue }
      let actual = try inputs[position].gradient ?? Tensor.zeros(expected.shape)
      try expectClose(actual, expected, within: op.gradientTolerance, "\(golden.name), gradient \(position)")
    }
  }
}
