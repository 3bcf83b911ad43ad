internal import Glibc

/// Short remarks to the user about something done on their behalf ("transparency was composited on white"), which are
/// neither results nor errors. The front end decides how they look; without one they go to standard error.
///
/// Engine thread only.
public enum Notices {
  /// What shows a notice; nil means a line on standard error.
  nonisolated(unsafe) public static var handler: ((String) -> Void)?

  /// Posts one notice: a sentence without a full stop, starting with the name of what speaks (`images.load: …`).
  public static func post(_ text: String) {
    if let handler { return handler(text) }
    _ = (text + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
