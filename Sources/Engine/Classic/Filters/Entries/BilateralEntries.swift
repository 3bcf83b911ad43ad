internal import Surface

/// The bilateral family and the guided filter.
extension FilterEntries {
  static func bilateral() -> [Function] {
    []
  }
}
