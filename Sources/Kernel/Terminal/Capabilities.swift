/// How pictures reach a terminal.
public enum PictureMeans: String, CaseIterable, Sendable {
  /// The graphics protocol of kitty, which Ghostty and Konsole speak too.
  case kitty
  /// Files in OSC 1337, as iTerm2 shows them, and WezTerm, VS Code and mintty.
  case iterm2
  /// DEC's sixels: xterm, foot, mlterm and many more.
  case sixel
  /// Block characters in colour.
  case symbols
  /// Letters from light to dark.
  case ascii
  /// Not at all: the summary line stands alone.
  case none
}

/// How many colours text can have.
public enum ColorDepth: Int, Comparable, Sendable {
  case none = 0
  case sixteen = 16
  case many = 256
  case full = 16_777_216

  /// Fewer colours stand before more.
  public static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }
}

/// The size of something on the screen, in pixels or in cells.
public struct Extent: Equatable, Sendable {
  public let width: Int, height: Int

  /// Width first.
  public init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }
}

/// When text is coloured: `--color`.
public enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never
}

/// What a terminal can show, as far as its environment and its answers tell.
public struct Capabilities: Equatable, Sendable {
  public var pictures = PictureMeans.none
  public var colors = ColorDepth.none
  /// Whether the ground is light; nil when nobody knows.
  public var isLight: Bool?
  /// Pixels of a cell as the terminal answered; nil when it did not. What the system's window size says goes first.
  public var cell: Extent?
  /// How many colours a sixel picture may have.
  public var sixelColors = 256
  /// Whether tmux stands between, so that graphics must be passed through it and placed by characters.
  public var isTmux = false

  /// Nothing but plain text.
  public init() {}

  /// What the environment and the answers say together; a pure function.
  ///
  /// - Parameters:
  ///   - environment: a variable's value, or nil.
  ///   - answers: what came back for `Query.bytes`; nil when nothing was asked.
  ///   - wanted: what the user asked for instead (`:image`, `ATELIER_IMAGES`), whatever the terminal says.
  ///   - isTerminal: whether what is written arrives at a terminal.
  public static func decide(
    environment: @escaping (String) -> String?, answers: Answers?, wanted: PictureMeans?, isTerminal: Bool,
    color: ColorChoice = .auto
  ) -> Capabilities {
    var result = Capabilities()
    let surroundings = Surroundings(environment)
    result.colors = surroundings.colors(answers, isTerminal: isTerminal, choice: color)
    result.isLight = answers?.background?.isLight ?? surroundings.isLight
    result.cell = answers?.cell
    result.isTmux = surroundings.isTmux
    if let registers = answers?.sixelColors, registers >= 2 { result.sixelColors = min(256, registers) }
    if let wanted {
      result.pictures = wanted
    } else if isTerminal, !surroundings.isDumb {
      result.pictures = surroundings.means(answers, result.colors)
    }
    return result
  }
}

/// What the environment says about the terminal.
package struct Surroundings {
  let term: String
  private let program: String
  private let environment: (String) -> String?

  package init(_ environment: @escaping (String) -> String?) {
    self.environment = environment
    term = environment("TERM") ?? ""
    program = environment("TERM_PROGRAM") ?? ""
  }

  var isDumb: Bool { term.isEmpty || term == "dumb" }
  var isTmux: Bool { !(environment("TMUX") ?? "").isEmpty || term.hasPrefix("tmux") }
  /// GNU screen, or something that calls itself so: what it does not know it may print.
  private var isScreen: Bool { !isTmux && (!(environment("STY") ?? "").isEmpty || term.hasPrefix("screen")) }
  private var isMultiplexer: Bool { isTmux || isScreen }

  /// Whether the kitty query may be sent. Multiplexers make titles of it; the console of Linux prints it.
  package var allowsGraphicsQuery: Bool { !isMultiplexer && term != "linux" && !term.hasPrefix("eterm") }

  /// Whether characters beyond ASCII arrive: unless the locale names another encoding.
  private var isUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment($0) }.first { !$0.isEmpty } ?? ""
    guard let dot = locale.firstIndex(of: ".") else { return true }
    return locale[dot...].lowercased().hasPrefix(".utf")
  }

  /// COLORFGBG, which Konsole, rxvt and others set: its last number is the ground, a colour of the sixteen.
  var isLight: Bool? {
    guard !isMultiplexer, let last = environment("COLORFGBG")?.split(separator: ";").last, let color = Int(last) else {
      return nil
    }
    return color == 7 || (9...15).contains(color)
  }

  func colors(_ answers: Answers?, isTerminal: Bool, choice: ColorChoice) -> ColorDepth {
    switch choice {
    case .never: return .none
    case .auto:
      if !(environment("NO_COLOR") ?? "").isEmpty || !isTerminal || isDumb { return .none }
    case .always: break
    }
    let claim = environment("COLORTERM") ?? ""
    if isScreen { return term.contains("256") ? .many : .sixteen }
    if claim == "truecolor" || claim == "24bit" || term.hasSuffix("-direct") { return .full }
    let capable = ["kitty", "foot", "wezterm", "ghostty", "alacritty", "konsole", "contour", "iterm2"]
    let name = (answers?.name ?? "").lowercased()
    if !isTmux, capable.contains(where: { name.hasPrefix($0) || term.contains($0) }) { return .full }
    // xterm takes the nearest colour when it has no such one.
    return term.contains("256") || name.hasPrefix("xterm") ? .many : .sixteen
  }

  func means(_ answers: Answers?, _ colors: ColorDepth) -> PictureMeans {
    let text: PictureMeans = colors == .none ? .none : isUnicode ? .symbols : .ascii
    // Without colour the user wants plain text, unless a means is asked for by name.
    if colors == .none { return .none }
    let hasSixel = answers?.attributes.contains(4) == true
    if isMultiplexer { return hasSixel ? .sixel : text }
    let name = (answers?.name ?? "").lowercased()
    // VS Code shows pictures when its setting is on; its answer then names sixel too.
    if program == "vscode" { return hasSixel ? .iterm2 : text }
    // These answer kitty's query as well, and draw their own protocol better.
    let own = ["iterm2", "wezterm", "mintty"]
    let isOwn = own.contains { name.hasPrefix($0) }
    let isNamed = name.isEmpty && ["iTerm.app", "WezTerm", "mintty"].contains(program)
    if isOwn || isNamed || (name.isEmpty && environment("LC_TERMINAL") == "iTerm2") { return .iterm2 }
    if answers?.hasKitty == true { return .kitty }
    return hasSixel ? .sixel : text
  }
}
