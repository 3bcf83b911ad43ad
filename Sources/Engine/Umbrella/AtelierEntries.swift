/// Entries of the table `atelier` that belong to no single room of the engine.
enum AtelierEntries {
  static func all() -> [Function] {
    [
      Function(
        .value("atelier"), "version", "The version of Atelier.", returns: "a string such as \"0.1.0\"",
        example: "assert(atelier.version:match('^%d+%.%d+%.%d+$'))"
      ) { _ in .string(Catalogue.version) }
    ]
  }
}
