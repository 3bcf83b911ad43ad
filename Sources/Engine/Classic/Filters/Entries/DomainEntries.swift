internal import Surface

/// The domain transform and what is built on it; smoothing by gradients.
extension FilterEntries {
  static func domain() -> [Function] {
    []
  }
}
