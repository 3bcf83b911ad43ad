public import Surface

/// What a script may call of this module: `transfer.*`, `filters.chain` and its relatives, `atelier.compare`.
public enum MethodEntries {
  /// All entries.
  public static func all() -> [Function] { ChainEntries.all() + TransferEntries.all() + [CompareEntries.compare()] }

  /// The classes whose objects scripts hold.
  public static var types: [ScriptType] { [ChainEntries.type] }
}
