/// A chapter of the tutorials.
public struct Chapter {
}
