/// The version of the program: the one place where it is written.
public enum EngineVersion {
  /// Major, minor and patch level, as `atelier --version` prints them and files that it writes carry them.
  public static let text = "0.1.0"
}
