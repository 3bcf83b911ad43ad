public import Testing

/// What a test shows about names of the registry. A test carries it as a trait, so that the claim stands on the test
/// itself: `@Test(.proves("filters.gaussian"), .checksGradient(of: "filters.gaussian"))`.
///
/// The walk over the registry (`RegistryWalk` in EngineTests) reads these claims in the test sources; arguments must
/// therefore be plain strings. Operations with an `OpSample` need none: their samples are run by `OpParityTests` and
/// `OpGradientTests`.
public struct Evidence: TestTrait, SuiteTrait {
  fileprivate init() {}
}

extension Trait where Self == Evidence {
  /// The test compares what these entries compute with another library's values, a closed form or a property that a
  /// wrong algorithm would not have.
  public static func proves(_ names: String...) -> Evidence { Evidence() }

  /// The test compares gradients of these entries with differences of their values.
  public static func checksGradient(of names: String...) -> Evidence { Evidence() }
}
