/// Eight-bit pixels ready to be shown.
public struct Pixels: Equatable, Sendable {
  /// Size in pixels, each at least 1.
  public let width: Int, height: Int
  /// Red, green, blue of each pixel, rows from the top, no padding: 3 × width × height bytes.
  public let bytes: [UInt8]

  /// Pixels from their bytes, of which there must be 3 × width × height.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0 && bytes.count == 3 * width * height, "pixels of another size")
    self.width = width
    self.height = height
    self.bytes = bytes
  }
}

/// What a front end can show of a value. It takes the richest form that it can display; the text is always there.
public struct View {
  /// One line, or for plots and lists a few: what stands where nothing better can be shown.
  public let text: String
  /// The size of the picture in pixels, when the value is one (or can be drawn as one).
  public let size: (width: Int, height: Int)?
  /// The picture, made no larger than a box in pixels and never enlarged; its proportions stay.
  public let pixels: ((_ width: Int, _ height: Int) throws -> Pixels)?
  /// The picture as a PNG file, made no larger than a box in pixels.
  public let png: ((_ width: Int, _ height: Int) throws -> [UInt8])?
  /// A drawing out of characters, for a terminal of so many columns and rows: lines without a line feed at the end. With
  /// `colored`, SGR sequences may stand in it.
  public let drawing: ((_ columns: Int, _ rows: Int, _ colored: Bool) throws -> String)?
  /// An SVG document.
  public let svg: (() throws -> String)?

  /// Whether it takes the place of what was shown last, if nothing was written since, and may be left out when more than
  /// five come in a second (the last one never is).
  public var isUpdate = false

  /// A view; everything but the text may be missing.
  public init(
    _ text: String, size: (width: Int, height: Int)? = nil, pixels: ((Int, Int) throws -> Pixels)? = nil,
    png: ((Int, Int) throws -> [UInt8])? = nil, drawing: ((Int, Int, Bool) throws -> String)? = nil,
    svg: (() throws -> String)? = nil
  ) {
    self.text = text
    self.size = size
    self.pixels = pixels
    self.png = png
    self.drawing = drawing
    self.svg = svg
  }
}

/// An engine object that can be seen: plots, for instance.
public protocol Viewable: Scriptable {
  /// What a front end shows of it.
  func view() throws -> View
}

/// Where `show` sends what it is given. A front end sets the handler; without one the view's text goes to standard output.
///
/// Engine thread only.
public enum Screen {
  /// What shows a view; nil means its text on standard output.
  nonisolated(unsafe) public static var handler: ((View) throws -> Void)?

  /// What still waits to be shown, such as a curve that has grown since; front ends call `showPending` after every cell.
  nonisolated(unsafe) public static var pending: (() throws -> View?)?

  /// Shows what waits.
  public static func showPending() throws {
    guard let make = pending else { return }
    pending = nil
    if let view = try make() { try show(view) }
  }

  /// Shows a view.
  public static func show(_ view: View) throws {
    if let handler { return try handler(view) }
    print(view.text)
  }
}
