internal import Surface

/// Everything that tests and benchmarks know about one op: how it is called, operands to call it with, what it
/// refuses, how exact it is. There is one list, `OpSample.all`; an op that is not in it fails the tests.
package struct OpSample: Sendable, CustomStringConvertible {
  /// How often the op can be differentiated.
  package enum Smoothness: Int, Sendable { case none, once, twice }

  /// Operands and parameters of one call.
  package struct Call: Sendable {
    package let operands: [OpOperand]
    package let parameters: OpParameters

    package init(_ operands: [OpOperand], _ parameters: OpParameters = [:]) {
      self.operands = operands
      self.parameters = parameters
    }
  }

  /// A call that must throw, and the whole message.
  package struct Refusal: Sendable {
    package let call: Call
    package let message: String

    package init(_ operands: [OpOperand], _ parameters: OpParameters, _ message: String) {
      call = Call(operands, parameters)
      self.message = message
    }

    package init(_ operands: [OpOperand], _ message: String) { self.init(operands, [:], message) }
  }

  /// The name that errors show and golden files use.
  package let name: String
  /// The golden file: Tests/Golden/ops/FAMILY.safetensors.
  package let family: String
  /// Functions of `Tensor` that this op's samples run.
  package let covers: [String]
  /// Names in the script's registry beyond `name` itself.
  package let aliases: [String]
  package let smoothness: Smoothness
  /// Largest error of f32 results beside the exact ones, relative to the largest magnitude in a result (or to 1).
  package let tolerance: Double
  /// Largest error of f32 gradients, likewise.
  package let gradientTolerance: Double
  /// Whether the last digits depend on how the operands lie in memory, because another loop or library path runs.
  package let dependsOnLayout: Bool
  /// Small calls: gradient checks, strided equality.
  package let small: [Call]
  /// Calls large enough for every parallel path: thread identity, benchmarks.
  package let large: [Call]
  package let refusals: [Refusal]
  /// The op. Takes any operands and parameters of the golden files and samples; returns all results.
  package let run: @Sendable ([Tensor], OpParameters) throws -> [Tensor]

  package init(
    _ name: String, _ family: String, covers: [String]? = nil, aliases: [String] = [],
    smoothness: Smoothness = .twice, tolerance: Double = 1e-6, gradientTolerance: Double = 4e-6,
    dependsOnLayout: Bool = false, small: [Call], large: [Call], refusals: [Refusal],
    run: @escaping @Sendable ([Tensor], OpParameters) throws -> [Tensor]
  ) {
    self.name = name
    self.family = family
    self.covers = covers ?? [name]
    self.aliases = aliases
    self.smoothness = smoothness
    self.tolerance = tolerance
    self.gradientTolerance = gradientTolerance
    self.dependsOnLayout = dependsOnLayout
    self.small = small
    self.large = large
    self.refusals = refusals
    self.run = run
  }

  package var description: String { name }

  /// Every op.
  package static let all: [OpSample] =
    arithmetic + elementwise + comparisons + reductions + movement + indexing + products + convolutions + poolings
    + normalizations + losses + moreFunctions + logic + selection + attentions + windows + linearAlgebra + fourier

  /// The op of a name, if there is one.
  package static func named(_ name: String) -> OpSample? { all.first { $0.name == name } }

  /// Shape of an operand whose result cannot fit into any memory: one element, stretched.
  package static let huge = 1 << 52

  /// How a size beyond all memory is refused.
  static func tooLarge(_ name: String, _ type: ElementType = .f32) -> String {
    "\(name): a tensor of \(huge) elements of \(type) does not fit into memory; use a smaller size"
  }
}
