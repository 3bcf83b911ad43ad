internal import Surface

/// Filters that sort or count a neighborhood, and halftones.
extension FilterEntries {
  static func order() -> [Function] {
    []
  }
}
