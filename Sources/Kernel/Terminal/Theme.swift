/// What a piece of text is, for its colour.
public enum Style: CaseIterable, Sendable {
  case error, warning, dim, name, keyword, string, number, heading, good, bad
}

/// Colours of text: out of the sixteen that the user's own theme defines, and only such as can be read on light and on dark
/// ground. Nothing is told by colour alone.
public struct Theme: Equatable, Sendable {
  /// Whether text is coloured at all.
  public let isOn: Bool

  /// A theme; `isOn` false leaves text as it is.
  public init(isOn: Bool) { self.isOn = isOn }

  /// On at a terminal that is not dumb, unless NO_COLOR is set or the user chose otherwise (`--color`).
  public init(
    _ choice: ColorChoice = .auto, isTerminal: Bool, environment: @escaping (String) -> String? = Painter.variable
  ) {
    isOn = Surroundings(environment).colors(nil, isTerminal: isTerminal, choice: choice) != .none
  }

  /// The numbers of the style's SGR sequence. Yellow, green and cyan vanish on white, blue on black: none is used alone.
  package static func code(_ style: Style) -> String {
    switch style {
    case .error: "1;31"
    case .warning: "1;35"
    case .dim: "90"
    case .name, .heading: "1"
    case .keyword: "94"
    case .string: "35"
    case .number: "31"
    case .good: "1;94"
    case .bad: "31"
    }
  }

  /// The text in a style, or as it is when the theme is off.
  public func callAsFunction(_ text: String, _ style: Style) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(Theme.code(style))m\(text)\u{1B}[0m" : text
  }
}
