internal import Glibc
public import Surface

/// What is known of the window that is drawn in.
public struct Window: Equatable, Sendable {
  /// Columns and rows.
  public var cells: Extent
  /// Pixels of a cell; nil when the system does not say.
  public var cell: Extent?

  /// A window of so many columns and rows.
  public init(cells: Extent, cell: Extent? = nil) {
    self.cells = cells
    self.cell = cell
  }

  /// What the system says about a terminal; 80 × 24 where it says nothing or nonsense.
  public static func of(_ descriptor: Int32 = 1) -> Window {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return Window(cells: Extent(80, 24)) }
    return Window(
      columns: Int(size.ws_col), rows: Int(size.ws_row), width: Int(size.ws_xpixel), height: Int(size.ws_ypixel))
  }

  /// The same out of the numbers of the system: any of them may be 0 or a lie.
  package init(columns: Int, rows: Int, width: Int, height: Int) {
    let isSane = (2...2000).contains(columns) && (2...2000).contains(rows)
    cells = isSane ? Extent(columns, rows) : Extent(80, 24)
    cell = isSane ? Answers.sensible(Extent(width / columns, height / rows)) : nil
  }
}

/// Where a picture goes: as wide as the window at most, and as high as two thirds of it.
package struct Placement: Equatable {
  /// The box that the picture's pixels must fit in.
  package let box: Extent
  /// How often each pixel is repeated along both sides, so that small pictures can be seen.
  package let factor: Int

  /// - Parameters:
  ///   - picture: its size in pixels.
  ///   - cell: pixels per cell, of whatever kind the means has.
  ///   - least: the longest side that a small picture is enlarged to at most.
  package init(_ picture: Extent, in window: Extent, cell: Extent, least: Int) {
    let rows = max(2, min(window.height - 2, window.height * 2 / 3))
    let room = Extent(max(1, window.width) * cell.width, rows * cell.height)
    let longest = max(1, picture.width, picture.height)
    factor = max(1, min(least / longest, room.width / max(1, picture.width), room.height / max(1, picture.height)))
    box = Extent(room.width / factor, room.height / factor)
  }
}

/// Shows views in a terminal by the best means that it has. The terminal is asked when the first picture is shown, so that
/// no start waits for it.
///
/// Engine thread only.
public final class Painter {
  /// What `:image` or `ATELIER_IMAGES` ask for; nil lets the terminal decide.
  public var wanted: PictureMeans? { didSet { found = nil } }
  /// Keys that were typed while the terminal was asked. Whoever reads keys takes them from here first.
  public var typed: [UInt8] = []
  private let isTerminal: Bool
  private let color: ColorChoice
  private let environment: (String) -> String?
  private let write: ([UInt8]) -> Void
  private let ask: ([UInt8]) -> Answers?
  private let window: () -> Window
  private var found: Capabilities?
  private var answers: Answers??
  private var pictures = 0
  /// Bytes of the view being drawn, and the rows among them that no line feed ends.
  private var drawn: [UInt8] = [], pictureRows = 0
  /// Rows from the top of the view drawn last to the cursor; 0 when something came after it.
  private var rowsDrawn = 0
  private var lastDrawn = -1.0
  /// An update that came too soon.
  private var waiting: View?
  private let now: () -> Double

  /// A painter.
  ///
  /// - Parameters:
  ///   - isTerminal: whether what is written arrives at a terminal.
  ///   - environment: a variable's value, or nil.
  ///   - ask: sends a query and returns the answers (`Probe.ask`).
  ///   - window: the size of the window now.
  ///   - now: seconds on a clock.
  ///   - write: writes bytes where `print` writes, after everything that was printed before.
  public init(
    isTerminal: Bool, color: ColorChoice = .auto, wanted: PictureMeans? = nil,
    environment: @escaping (String) -> String? = Painter.variable,
    ask: @escaping ([UInt8]) -> Answers? = { Probe.ask($0) }, window: @escaping () -> Window = { Window.of() },
    now: @escaping () -> Double = Painter.seconds, write: @escaping ([UInt8]) -> Void
  ) {
    self.isTerminal = isTerminal
    self.color = color
    self.wanted = wanted ?? environment("ATELIER_IMAGES").flatMap(PictureMeans.init(rawValue:))
    self.environment = environment
    self.ask = ask
    self.window = window
    self.now = now
    self.write = write
  }

  /// Seconds on a clock that never goes back.
  public static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A variable of the process's environment.
  public static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// What the terminal can show; asks it when nobody has yet.
  public var capabilities: Capabilities {
    if let found { return found }
    let result = Capabilities.decide(
      environment: environment, answers: askedOnce(), wanted: wanted, isTerminal: isTerminal, color: color)
    found = result
    return result
  }

  private func askedOnce() -> Answers? {
    if let answers { return answers }
    let surroundings = Surroundings(environment)
    var result: Answers?
    // Where nothing but text will be shown, the terminal is left in peace.
    let isText =
      wanted == PictureMeans.none || wanted == .ascii
      || surroundings.colors(nil, isTerminal: true, choice: color) == .none
    if isTerminal, !surroundings.isDumb, !(isText && wanted == nil), wanted != PictureMeans.none {
      write([])
      result = ask(Query.bytes(graphics: surroundings.allowsGraphicsQuery))
      // What a terminal without the protocol printed of its query goes.
      if result != nil, surroundings.allowsGraphicsQuery { write(Array("\r\u{1B}[K".utf8)) }
      typed += result?.typed ?? []
    }
    answers = .some(result)
    return result
  }

  /// Whether a view would be shown as more than its text, as far as can be told without asking the terminal.
  public func canShow(_ view: View) -> Bool {
    guard view.pixels != nil || view.drawing != nil else { return false }
    return isTerminal && !Surroundings(environment).isDumb && wanted != PictureMeans.none
  }

  /// Shows a view: its picture or drawing where the terminal can, and its text. Throws what making the picture throws.
  ///
  /// An update goes where the last view stands, if nothing came after it; one that comes too soon after another waits for
  /// the next, or for `finishUpdates`.
  public func draw(_ view: View) throws {
    if view.isUpdate, rowsDrawn > 0, now() - lastDrawn < Painter.leastPause {
      waiting = view
      return
    }
    waiting = nil
    drawn = []
    pictureRows = 0
    try compose(view)
    let isInPlace = view.isUpdate && rowsDrawn > 0 && isTerminal && !Surroundings(environment).isDumb
    let back = isInPlace ? Array("\u{1B}[\(rowsDrawn)A\r\u{1B}[J".utf8) : []
    write(back + drawn)
    // Line feeds end lines of text; a picture that the terminal draws itself has its own rows.
    rowsDrawn = drawn.count { $0 == 10 } + pictureRows
    lastDrawn = now()
  }

  /// To be called when anything else is written: the next update stands below it.
  public func forgetPlace() { rowsDrawn = 0 }

  /// Shows the last update if it still waits.
  public func finishUpdates() throws {
    guard let view = waiting else { return }
    lastDrawn -= Painter.leastPause
    try draw(view)
  }

  /// Seconds between two updates at least.
  private static let leastPause = 0.2

  /// Puts the bytes of a view together in `drawn`.
  private func compose(_ view: View) throws {
    let write = { [unowned self] in drawn += $0 }
    if canShow(view) {
      if let drawing = view.drawing {
        let cells = window().cells
        let depth = Surroundings(environment).colors(nil, isTerminal: isTerminal, choice: color)
        let text = try drawing(min(cells.width, 100), max(8, min(cells.height - 4, 24)), depth != .none)
        write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
        return
      }
      if capabilities.pictures != .none { write(try picture(of: view)) }
    }
    write(Array((view.text + "\n").utf8))
  }

  /// The bytes that show a view's picture here, with the cursor at the start of the line below it after them.
  private func picture(of view: View) throws -> [UInt8] {
    guard let pixels = view.pixels else { return [] }
    let now = window()
    let cell = now.cell ?? capabilities.cell ?? Extent(8, 16)
    let size = try view.size.map { Extent($0.width, $0.height) } ?? full(pixels)
    switch capabilities.pictures {
    case .symbols, .ascii:
      let place = Placement(size, in: now.cells, cell: Extent(2, 4), least: 2 * max(size.width, size.height))
      let picture = try pixels(place.box.width, place.box.height).repeated(place.factor)
      if capabilities.pictures == .ascii {
        return Array(Symbols.ascii(picture, isLight: capabilities.isLight == true).utf8)
      }
      return Array(Symbols.draw(picture, max(.sixteen, capabilities.colors)).utf8)
    case .sixel:
      let place = Placement(size, in: now.cells, cell: cell, least: 128)
      let picture = try pixels(place.box.width, place.box.height).repeated(place.factor)
      let rows = (picture.height + cell.height - 1) / cell.height
      pictureRows = rows - 1
      return settled(Sixel.encode(picture, colors: capabilities.sixelColors), rows, isNative: !needsPassing(.sixel))
    case .kitty, .iterm2:
      return try file(of: view, size, now.cells, cell, isExact: now.cell ?? capabilities.cell != nil)
    case .none: return []
    }
  }

  private func full(_ pixels: (Int, Int) throws -> Pixels) throws -> Extent {
    let picture = try pixels(4096, 4096)
    return Extent(picture.width, picture.height)
  }

  private func file(of view: View, _ size: Extent, _ cells: Extent, _ cell: Extent, isExact: Bool) throws -> [UInt8] {
    let place = Placement(size, in: cells, cell: cell, least: 128)
    guard let make = view.png else { return [] }
    let png = try make(place.box.width, place.box.height)
    let scale = min(
      1, Double(place.box.width) / Double(size.width), Double(place.box.height) / Double(size.height))
    func count(_ side: Int, _ unit: Int) -> Int {
      max(1, Int((Double(side * place.factor) * scale / Double(unit)).rounded(.up)))
    }
    let taken = Extent(count(size.width, cell.width), count(size.height, cell.height))
    pictureRows = taken.height - 1
    if capabilities.pictures == .iterm2 {
      return settled(Inline.iterm2(png, cells: taken), taken.height, isNative: !needsPassing(.iterm2))
    }
    if capabilities.isTmux {
      pictures = pictures % 255 + 1
      return Inline.kittyInTmux(png, cells: taken, id: pictures) + [10]
    }
    // Stretched over cells only where pixels would be too small, or nobody knows how large a cell is.
    return Inline.kitty(png, cells: isExact && place.factor == 1 ? nil : taken) + [10]
  }

  /// Whether tmux must be told to let a picture through.
  private func needsPassing(_ means: PictureMeans) -> Bool {
    capabilities.isTmux && !(means == .sixel && (answers ?? nil)?.attributes.contains(4) == true)
  }

  /// A picture and the way to the line below it. tmux does not see what passes through it, so room is made first.
  private func settled(_ bytes: [UInt8], _ rows: Int, isNative: Bool) -> [UInt8] {
    if isNative { return bytes + [10] }
    pictureRows = 0
    let room = String(repeating: "\n", count: rows) + "\u{1B}[\(rows)A"
    return Array(room.utf8) + Inline.passed(bytes) + Array("\r\u{1B}[\(rows)B".utf8)
  }
}

extension Pixels {
  /// Each pixel repeated along both sides.
  func repeated(_ factor: Int) -> Pixels {
    if factor <= 1 { return self }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * factor * factor)
    for y in 0..<height {
      var row: [UInt8] = []
      for x in 0..<width {
        let at = 3 * (y * width + x)
        for _ in 0..<factor { row += bytes[at..<at + 3] }
      }
      for _ in 0..<factor { result += row }
    }
    return Pixels(width: width * factor, height: height * factor, bytes: result)
  }
}
