internal import Surface

extension String {
  /// Columns that help takes at most; a front end sets it to those that it has.
  nonisolated(unsafe) package static var helpWidth = 100

  /// The text in lines of at most `width` columns, broken at blanks; the lines that continue one stand `hanging` further in.
  package func wrapped(to width: Int = String.helpWidth, hanging: Int = 2) -> String {
    TextWidth.wrapped(self, to: width, hanging: hanging)
  }
}
